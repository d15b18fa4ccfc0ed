"""Entries and logs as they lie in our own tables, and which of them name which items."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from peewee import Database

from custody.compose.compose import Ref
from custody.errors import N_, TamperError
from custody.format.encoding import leaf_digest
from custody.format.event_types import Body
from custody.format.events import Event, stored_event
from db.log.memory import Memory
from db.models import Tables
from db.prepared import Prepared, PreparedIn


@dataclass(frozen=True, slots=True)
class OwnLog:
    """The log that this station writes."""

    id: int
    name: str
    station: str
    place: str
    root: str
    election: str
    handovers: int


class HeldLog(NamedTuple):
    """A log as it stands: its name, who writes it, how many entries, the newest one's digest, how many handovers."""

    id: int
    name: str
    station: str
    place: str
    root: str
    public_key: str
    size: int
    head: bytes | None
    handovers: int
    clock: str | None


def read_stored(leaf: Any, body: Any, signatures: Any) -> Event:
    """An event from our own tables, after its bytes have been compared with its digest.

    Raises:
        TamperError: they differ.
    """
    digest, data = as_bytes(leaf), as_bytes(body)
    if leaf_digest(data + b"\n" + str(signatures).encode()) != digest:
        raise TamperError(
            N_("an event of this ledger is not as it was recorded (its digest was {leaf})"),
            hint=N_("Run: {way}"),
            way="verify",
            leaf=digest.hex()[:16],
        )
    return _parsed(digest, data)


@lru_cache(maxsize=16)
def _parsed(digest: bytes, body: bytes) -> Event:
    """The events read last: the items of one handover are named by few, and a long list takes longest to parse."""
    return stored_event(digest, body)


def as_bytes(value: Any) -> bytes:
    """A stored blob; empty where damage left something else, for `bytes` of a number would be so many zeros."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


# --- Under which topic an event is found without reading every event: its type, or that it names drawn signatures -----

TOPICS = frozenset(
    {
        "genesis",
        "admit",
        "revoke",
        "join",
        "plan",
        "withdraw",
        "profile",
        "correct",
        "witness",
        "register",
        "print",
        "void",
        "delivery",
        "incident",
        "checklist",
        "point",
        "clock",
        "inspect",
        "seal",
        "pack",
    }
)
"""The types of events that are found by their type: they need name no item, or labels are counted by them."""
PHASED = "phased"
"""The topic of plans that tell phases."""
SIGNED = "signed"
"""The topic of handovers whose signatures were drawn on the screen."""
UNLABELLED = "unlabelled"
"""The topic of handovers with things that had no readable label, or that match such things to what was missing."""
_NUMBERED_FROM = 3
"""The form of a handover from which on its BAST number is a topic."""


def topics_of(body: Body) -> frozenset[str]:
    """The topics of an event; empty where it has none."""
    if body["type"] != "handover":
        phased = {PHASED} if body.get("phases") else set()
        return (frozenset({str(body["type"])}) & TOPICS) | phased
    topics = {SIGNED} if any(row["digest"] for row in body.get("acknowledged", ())) else set()
    if body["extras"] or any(row.get("how") == "matched" for row in body["items"]):
        topics.add(UNLABELLED)
    return frozenset(topics | ({numbered(body["bast"])} if body["v"] >= _NUMBERED_FROM else set()))


def numbered(bast: str) -> str:
    """The topic of handovers of this BAST number; those in older forms are under none."""
    return f"bast {bast}"


class Naming:
    """The indexes of one database's entries: those in their log's sequence, and those of another history beside it."""

    def __init__(self, database: Database, tables: Tables, memory: Memory) -> None:
        self._tables, self._memory = tables, memory
        self._logs = Prepared(database, self._logs_query)
        self._places = [PreparedIn(database, self._places_query, table) for table in ("event", "fork")]
        self._chains = [
            (
                PreparedIn(database, self._named_query, table),
                PreparedIn(database, self._entries_query, table),
            )
            for table in ("event", "fork")
        ]

    def naming(self, codes: Iterable[str]) -> dict[str, list[Event]]:
        """For each code, the events of its chain: those that name it, and what corrects them; in no order.

        Raises:
            TamperError: one of them was changed, or is not there any more.
        """
        found: dict[str, list[Event]] = {code: [] for code in codes}
        with_forks = bool(self._memory.mark()[-1])
        for index, entries in self._chains[: 2 if with_forks else 1]:
            pairs = list(index.rows(found))
            events = {row_id: read_stored(*stored) for row_id, *stored in entries.rows(row_id for _, row_id in pairs)}
            for code, row_id in pairs:
                if code not in found:  # bytes, where a bit of the row turned
                    raise TamperError(N_("the index of items is damaged"), hint=N_("Run: {way}"), way="verify")
                if row_id not in events:
                    raise TamperError(
                        N_("an event about {item} was taken out of this ledger"),
                        hint=N_("Run: {way}"),
                        way="verify",
                        item=code,
                    )
                found[code].append(events[row_id])
        return found

    def refs(self, leaves: Iterable[bytes]) -> dict[bytes, Ref]:
        """Where each of these events stands: log, number, leaf.

        Those of another history of our own log are left out: our log cannot rely on what it says did not happen.
        """
        logs = {id: (name, is_own == 1) for id, name, is_own in self._logs.run()}
        wanted = set(leaves)
        return dict(self._refs(wanted, logs))

    def _refs(self, wanted: set[bytes], logs: dict[int, tuple[str, bool]]) -> Iterator[tuple[bytes, Ref]]:
        in_sequence, beside = self._places
        for leaf, log_id, seq in in_sequence.rows(wanted):
            wanted.discard(bytes(leaf))
            yield bytes(leaf), Ref(logs[log_id][0], seq, bytes(leaf).hex())
        for leaf, log_id, seq in beside.rows(wanted):
            name, is_own = logs[log_id]
            if not is_own:
                yield bytes(leaf), Ref(name, seq, bytes(leaf).hex())

    def _logs_query(self) -> Any:
        log = self._tables.log
        return log.select(log.id, log.name, log.is_own)

    def _named_query(self, table: str, codes: list[Any]) -> Any:
        index = getattr(self._tables, f"{table}_item")
        return index.select(index.code, getattr(index, f"{table}_id")).where(index.code.in_(codes))

    def _entries_query(self, table: str, ids: list[Any]) -> Any:
        entry = getattr(self._tables, table)
        return entry.select(entry.id, entry.leaf, entry.body, entry.signatures).where(entry.id.in_(ids))

    def _places_query(self, table: str, leaves: list[Any]) -> Any:
        entry = getattr(self._tables, table)
        return entry.select(entry.leaf, entry.log_id, entry.seq).where(entry.leaf.in_(leaves))
