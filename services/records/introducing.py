"""Stations and offices by which one may be admitted or joined: by a card, a bundle, or what is held of them here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from custody.chain.roster import Grant
from custody.errors import N_, InputError, unreadable
from custody.format.events import Event
from db.store import Store
from evidence.intake import check_bundle
from services.exchange.bundle import read_bundle
from services.plan.custodians import find_custodian
from services.records.membership import StationCard, easily_taken_for, read_card

MAX_CARD_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Introduced:
    """A station that may be admitted: its card, the stations for which it is easily taken (name and place), and what
    it may do already. `is_office`: it began as an office of its own and counts once it has joined.
    """

    card: StationCard
    alike: Sequence[tuple[str, str]]
    grants: Sequence[Grant]
    is_office: bool


def read_card_file(path: Path) -> StationCard:
    """Read a station's card from its file.

    Raises:
        InputError: it cannot be read, or is no card.
    """
    return read_card(_beginning(path))


def is_card(path: Path) -> bool:
    """Whether a file is meant to be a card, and no bundle."""
    return _beginning(path).lstrip()[:1] == b"{"


def cards_in(path: Path, held: Mapping[str, bytes] | None = None, *, admitting: str | None = None) -> list[StationCard]:
    """The stations of which a file tells: that of a card, or all of a bundle, of which nothing is taken in.

    Args:
        held: the public keys of the logs that are held already, of which a bundle may lack the beginning.
        admitting: of a bundle, only the stations that admit this key (64 hex digits) in it.

    Raises:
        InputError: it is neither, or was changed.
        TamperError: the bundle was cut or altered.
    """
    if is_card(path):
        return [read_card_file(path)]
    if _beginning(path)[:2] != _GZIP:
        raise InputError(
            N_("{file} is neither a station's card nor a bundle"),
            hint=N_("Give the file station-card.json from that station's folder; never its secret key, station.key."),
            file=path.name,
        )
    with read_bundle(path) as bundle:
        said = check_bundle(bundle.logs, bundle.entries, held or {}).said
    logs = {body["log"] for body in said if body["type"] == "admit" and body["key"] == admitting}
    return _cards(body for body in said if admitting is None or body["log"] in logs)


def cards_held(store: Store, keys: Iterable[str]) -> list[StationCard]:
    """The cards of those of these keys (64 hex digits) whose logs are held."""
    wanted = set(keys)
    bodies = [event.body for event in store.ledger.on_topic(("genesis",))]
    return [card for card in _cards(bodies) if card.public_key in wanted]


def to_be_admitted(store: Store) -> list[StationCard]:
    """The cards of the stations whose logs are held and count nowhere until somebody admits them; not of those that
    this office may join.
    """
    now = store.state.stations.now()
    others = {card.public_key for card in offices_that_admit(store)} | admitted_keys(store)
    return cards_held(store, {now.owners[log].key for log in now.strangers} - others)


def card_named(store: Store, name: str) -> StationCard | None:
    """The card of the one station of this name that `to_be_admitted` has; None where there is none, or several."""
    found = [card for card in to_be_admitted(store) if name in (card.station, card.log, card.fingerprint)]
    return found[0] if len(found) == 1 else None


def offices_that_admit(store: Store) -> list[StationCard]:
    """The cards of the stations that have admitted this office, which began apart and has not joined; none where it has
    joined, or is no office.
    """
    if not may_join(store):
        return []
    now, own = store.state.stations.now(), store.ledger.require_own_row()
    said = {event.log for event in store.ledger.on_topic(("admit",)) if event.body["key"] == own.public_key}
    keys = {now.owners[log].key for log in said if log in now.owners} - {own.public_key}
    return cards_held(store, keys)


def may_join(store: Store) -> bool:
    """Whether this is an office that began apart and has not joined another one."""
    own = store.ledger.own_row()
    return own is not None and own.public_key in store.state.stations.now().offices and joined_by(store) is None


def joined_by(store: Store) -> Event | None:
    """The record by which this office has joined another one; None where it has not."""
    owners, own = store.state.stations.now().owners, store.ledger.require_own_row()
    said = (event for event in store.ledger.on_topic(("join",)) if event.log in owners)
    return next((event for event in said if owners[event.log].key == own.public_key), None)


def introduce(store: Store, card: StationCard) -> Introduced:
    """What somebody is to know before admitting a station."""
    now = store.state.stations.now()
    is_office = card.is_root and card.public_key not in now.powers
    return Introduced(card, easily_taken_for(store, card), now.powers.get(card.public_key, ()), is_office)


def the_one(cards: Sequence[StationCard], fingerprint: str) -> StationCard:
    """The card with the fingerprint that somebody saw.

    Raises:
        InputError: none of them has it.
    """
    found = next((card for card in cards if card.fingerprint == fingerprint), None)
    if found is None:
        raise InputError(
            N_("that station is not in the file, or not held here any more"), hint=N_("Choose its file again.")
        )
    return found


def branch_of(store: Store, text: str, card: StationCard) -> str:
    """The place below which a station's powers are to reach: its own, or another that the plan has.

    Raises:
        CodeError, InputError: there is no such place.
    """
    return card.place if text.strip() == card.place else find_custodian(store, text)


def admitted_keys(store: Store) -> set[str]:
    """The keys that stations which count have admitted, also those that count nowhere until they have joined."""
    now = store.state.stations.now()
    return {event.body["key"] for event in store.ledger.on_topic(("admit",)) if now.counts(event.log)}


def _cards(said: Iterable[Mapping[str, Any]]) -> list[StationCard]:
    """A card of each key in the first entries of logs, the newest where it began several."""
    names = [field.name for field in fields(StationCard)]
    found = {body["public_key"]: body for body in said if body["type"] == "genesis"}
    return [StationCard(**{name: body[name] for name in names}) for body in found.values()]


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_CARD_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
