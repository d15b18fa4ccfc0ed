"""What a hub gives to stations that ask: whose logs each may read, and how far the hub has them."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from custody.plan.places import is_under
from db.store import Store
from evidence.checkpoint import Signer, claimed_checkpoint, holds
from services.exchange.hub_desk import HubDesk, HubRefusalError

SCHEME = "Serah"
"""Of the header `Authorization`: the name of the log that asks, the hub's number, and the log's signature."""
_CONTEXT = "serah-hub-request/v1"
NUMBER_LASTS_S = 900
"""How long a station may ask with one number of the hub's."""


@dataclass(frozen=True, slots=True)
class HubFacts:
    """Who a hub is, as it says to whoever asks: its own log, key (64 hex digits), station, place, election, and root.

    `number` is what a station signs to show who asks.
    """

    log: str
    key: str
    station: str
    place: str
    election: str
    root: str
    number: str


def hub_facts(store: Store, number: str) -> HubFacts:
    """The facts of the hub that this store belongs to."""
    own = store.ledger.own_log()
    key = store.signer().public_key.hex()
    root = store.state.stations.now().root
    return HubFacts(own.name, key, own.station, own.place, own.election, root, number)


# --- Who asks -----------------------------------------------------------------------------------------------------


def new_number(secret: bytes, now_s: int) -> str:
    """A number that this hub alone can have made, good for `NUMBER_LASTS_S` by its own clock."""
    time = now_s.to_bytes(8, "big")
    return base64.urlsafe_b64encode(time + hmac.digest(secret, time, sha256)[:16]).decode()


def is_number(secret: bytes, number: str, now_s: int) -> bool:
    """Whether this hub has made this number, and not too long ago."""
    try:
        made = int.from_bytes(base64.urlsafe_b64decode(number)[:8], "big")
    except ValueError:
        return False
    is_recent = 0 <= now_s - made <= NUMBER_LASTS_S
    return is_recent and hmac.compare_digest(number.encode(), new_number(secret, made).encode())


def sign_request(log: str, number: str, address: str, signer: Signer) -> str:
    """The header by which a station shows that it is the one whose log this is.

    Args:
        address: what names the hub to the station: the fingerprint of its certificate, or its host. Signed with the
            rest, so that no other hub can use it.
    """
    signature = signer.sign(_signed(number, address))
    return f"{SCHEME} {log} {number} {base64.b64encode(signature).decode()}"


def asking_log(store: Store, desk: HubDesk, header: str, addresses: frozenset[str]) -> tuple[str, str]:
    """The log whose station signed a request, and the number that it signed.

    Raises:
        HubRefusalError: none did.
    """
    words = header.split(" ")
    if len(words) != 4 or words[0] != SCHEME:
        raise HubRefusalError(401, "station")
    _, log, number, given = words
    known = desk.known(store, log)
    try:
        signature = base64.b64decode(given, validate=True)
    except ValueError as error:  # no base64, or not even ASCII
        raise HubRefusalError(401, "station") from error
    if not any(holds(known.public_key, signature, _signed(number, address)) for address in addresses):
        raise HubRefusalError(401, "station")
    return log, number


def _signed(number: str, address: str) -> bytes:
    return f"{_CONTEXT}\n{address}\n{number}\n".encode()


# --- What it may read ---------------------------------------------------------------------------------------------


def readable(store: Store, reader: str) -> list[str]:
    """The logs that the station of a log may read, those first whose word on others counts: root's, those that may plan
    or admit, the hub's own, and those of stations at its place, below it or above it. A station that nobody admitted
    reads its own alone.

    Raises:
        HubRefusalError: the reader's key was revoked.
    """
    trusted, tree = store.state.stations.now(), store.state.places.tree()
    if trusted.last_good(reader) is not None:
        raise HubRefusalError(403, "revoked")
    if not trusted.counts(reader):
        return [reader]
    place = trusted.owners[reader].place
    found = []
    for log, owner in trusted.owners.items():
        if log in trusted.strangers:
            continue
        rank = 0 if log in trusted.roots else 1 if trusted.may(log, "admit") or trusted.may(log, "plan") else 2
        is_near = is_under(tree, owner.place, place) or is_under(tree, place, owner.place)
        if rank < 2 or log in trusted.own or is_near:
            found.append((rank, log))
    return [log for _, log in sorted(found)]


def listing(store: Store, desk: HubDesk, reader: str, sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """How far this hub has each log of which a station has another length.

    Args:
        sizes: how long each log is that the station has, as it says.

    Returns:
        For each such log its name, its size by the longest head that the entries here reach, and that head, cosigned
        now, where the station may read the log and has less of it. 0 of one that is not here.
    """
    told, now, may = [], store.around.now_utc(), readable(store, reader)
    for log in [*may, *(log for log in sizes if log not in set(may))]:
        note = store.cosigned.longest(log)
        size = 0 if note is None else claimed_checkpoint(note).size
        if size == sizes.get(log, 0):
            continue
        given = None
        if note is not None and log in may and size > sizes.get(log, 0):
            given = note + desk.cosigned(store, note, now)
        told.append({"log": log, "size": size, "note": given})
    if any(row["note"] for row in told):
        store.transaction.confirm()
    return told
