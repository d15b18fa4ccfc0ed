"""A hub and three stations over stores in memory, with the real formats, checks, proofs, receipts and audit.

One station's key has a twin: two laptops sign two histories. Nothing here is random; who acts when is the caller's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.chain.roster import NOTICES, roster
from custody.format.encoding import entry_bytes, key_fingerprint, leaf_digest, log_name, sign_body
from custody.format.event_types import NEWEST
from custody.format.events import Event, write_body
from evidence.audit import audit_bundle
from evidence.checkpoint import Checkpoint, Signer, claimed_checkpoint, make_checkpoint, read_checkpoint
from evidence.cosignature import cosign, cosigned_at
from evidence.intake import LogRow
from evidence.mirror_forms import PACKAGE, Package, raw_entry
from evidence.tree import EMPTY_ROOT, Tree, is_extension
from services.exchange.hub_desk import HubRefusalError, Known, check_package

ROOT, HONEST, OTHER, TWIN = range(4)
"""The root, which is the hub's station; two honest stations; one whose key another laptop has too."""
PLACES = ("51.08", "51.08.01", "51.08.02", "51.08.03")
AT = "2024-02-10T08:00:00Z"
_TEXT = {"owner": "", "due": None, "place": None, "state": "open", "note": ""}


@cache
def signer(number: int) -> Signer:
    """The key of a station, the same in every run."""
    secret = Ed25519PrivateKey.from_private_bytes((number + 1).to_bytes(32, "big"))
    return Signer(secret.public_key().public_bytes_raw(), cache(secret.sign))


@cache
def name_of(number: int) -> str:
    """The log of a station."""
    return log_name("pemilu", f"s{number}", signer(number).public_key, number)


@cache
def entry(number: int, prev: bytes | None, seq: int, kind: str, fields: str, history: str) -> bytes:
    """A signed entry of a station's log.

    Args:
        fields: of a notice, the number of the station that it is about, and the size up to which that one counts.
        history: of a twin.
    """
    said: dict[str, object] = {"point": f"{seq}", "title": history, **_TEXT}
    if kind == "genesis":
        root, key = key_fingerprint(signer(ROOT).public_key), signer(number).public_key.hex()
        said = {"election": "Pemilu", "root": root, "station": f"s{number}", "place": PLACES[number], "public_key": key}
        said |= {"continues": None}
    elif kind in ("admit", "revoke"):
        about, size = map(int, fields.split())
        said = {"station": f"s{about}", "key": signer(about).public_key.hex()}
        said |= {"place": PLACES[about], "powers": []} if kind == "admit" else {"reason": "stolen"}
        said |= {"last_good": [{"log": name_of(about), "size": size}]} if kind == "revoke" else {}
    body = {"v": NEWEST[kind], "type": kind, "log": name_of(number), "seq": seq, "prev": prev.hex() if prev else None}
    about_it = {"refs": [], "id": "0" * 36, "at": AT, "by": "", "app": "model"}
    data, _said = write_body({**body, **about_it, **said})
    return entry_bytes(data, (sign_body(data, signer(number).public_key, signer(number).sign),))


@cache
def leaf_of(one: bytes) -> bytes:
    return leaf_digest(one)


@cache
def event_of(one: bytes) -> Event:
    """An entry as an event."""
    from custody.format.events import read_body

    return Event(leaf_of(one).hex(), read_body(raw_entry(one).body))


Log = tuple[bytes, ...]
"""The entries of one log, in their order."""


@cache
def head_of(log: Log, number: int) -> str:
    """The head that a station signs over its log."""
    key = signer(number)
    return make_checkpoint(name_of(number), len(log), Tree(map(leaf_of, log)).root(), key.public_key, key.sign)


@cache
def checked(log: Log, begin: int, number: int) -> None:
    """Check the entries of a log from an index on as a hub does: the real check, once for the same bytes.

    Raises:
        HubRefusalError: they are not as their log's key signed them, or do not stand in its head's tree.
    """
    assert len(log) <= PACKAGE
    tree = Tree(map(leaf_of, log))
    head = claimed_checkpoint(head_of(log, number))
    package = Package(0, begin, log[begin:], tuple(tree.subtree_proof(0, len(log))))
    last = leaf_of(log[begin - 1]) if begin else None
    known = Known(name_of(number), signer(number).public_key, begin, last)
    check_package(known, head, package, [*map(leaf_of, log[:begin])])


@dataclass(slots=True)
class Holder:
    """What one computer holds: each log's sequence as it came first, and the entries of its other histories."""

    logs: dict[int, Log] = field(default_factory=dict)
    beside: dict[int, frozenset[bytes]] = field(default_factory=dict)

    def merge(self, number: int, log: Log) -> None:
        """Take in a log by the union of sets: what follows is appended, what contradicts is kept beside."""
        mine = self.logs.get(number, ())
        shared = next((i for i, (a, b) in enumerate(zip(mine, log, strict=False)) if a != b), min(len(mine), len(log)))
        if shared == len(mine):
            self.logs[number] = mine + log[shared:]
        elif shared < len(log):
            self.beside[number] = self.beside.get(number, frozenset()) | set(log[shared:])

    def take(self, other: "Holder") -> None:
        """Take in all that another one holds, as a bundle brings it."""
        for number, log in other.logs.items():
            self.merge(number, log)
        for number, entries in other.beside.items():
            held = {*self.logs.get(number, ())}
            self.beside[number] = (self.beside.get(number, frozenset()) | entries) - held

    def everything(self) -> frozenset[bytes]:
        """All entries."""
        return frozenset().union(*self.logs.values(), *self.beside.values())

    def copy(self) -> "Holder":
        """The same, apart."""
        return Holder(dict(self.logs), dict(self.beside))


Verdict = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, int | None], ...]]


@cache
def verdict(entries: frozenset[bytes]) -> Verdict:
    """What the real audit and the real roster say of these entries: who is accused (code, log), and how far each log
    counts (None: as long as it is; -1: not at all).
    """
    events = sorted(map(event_of, entries), key=lambda event: (event.log, event.seq, event.leaf))
    by_leaf = {leaf_of(one).hex(): one for one in entries}
    last = {event.log: event for event in events}
    rows = [
        LogRow(log, f"s{number}", PLACES[number], last[log].seq, last[log].leaf)
        for number in range(4)
        if (log := name_of(number)) in last
    ]
    raws = (raw_entry(by_leaf[event.leaf]) for event in events)
    audit = audit_bundle(rows, raws, root=key_fingerprint(signer(ROOT).public_key))
    wrong = {(found.code, found.log) for found in audit.findings if found.code in ("FORK", "TAMPERED")}
    now = roster(key_fingerprint(signer(ROOT).public_key), [event for event in events if event.type in NOTICES])
    counts = {row.log: now.last_good(row.log) if now.counts(row.log) else -1 for row in rows}
    return tuple(sorted(wrong)), tuple(sorted(counts.items()))


@dataclass(slots=True)
class Receipt:
    """A head of a log that the hub cosigned, checked by the station as it is by `sync`."""

    log: Log
    note: str


def receipt(log: Log, number: int) -> Receipt:
    """The hub's signature under a station's head.

    Raises:
        AssertionError: the station would not take it.
    """
    head, key = head_of(log, number), signer(ROOT)
    note = head + _cosigned(head)
    assert cosigned_at(note, name_of(ROOT), key.public_key) is not None
    assert read_checkpoint(note, signer(number).public_key).size == len(log)
    return Receipt(log, note)


@cache
def _cosigned(head: str) -> str:
    key = signer(ROOT)
    return cosign(head, name_of(ROOT), key.public_key, 1, key.sign)


def refuses(hub: Holder, number: int, log: Log) -> str:
    """Why the hub refuses a station's head over its log (the reason that it is told); empty where it takes it."""
    held = hub.logs.get(number, ())
    now = roster(key_fingerprint(signer(ROOT).public_key), _notices(hub.logs.values()))
    end = now.last_good(name_of(number))
    if end is not None and len(log) > end:
        return "revoked"
    before = _standing(held, number)
    head, tree = claimed_checkpoint(head_of(log, number)), Tree(map(leaf_of, log))
    if before.size > len(log):
        return "" if held[: len(log)] == log else "fork"
    proof = tree.consistency_proof(before.size, len(log))
    return "" if is_extension(before.size, before.root, head.size, head.root, proof) else "fork"


def _standing(held: Log, number: int) -> Checkpoint:
    return Checkpoint(name_of(number), len(held), Tree(map(leaf_of, held)).root() if held else EMPTY_ROOT)


def _notices(logs: Iterable[Sequence[bytes]]) -> list[Event]:
    return [event for log in logs for one in log if (event := event_of(one)).type in NOTICES]


def stores(hub: Holder, number: int, log: Log) -> bool:
    """Whether the hub takes in what is new of a log, checked as it does; what it was sent is stored then."""
    begin = len(hub.logs.get(number, ()))
    try:
        if begin < len(log):
            checked(log, begin, number)
    except HubRefusalError:
        return False
    hub.merge(number, log)
    return True
