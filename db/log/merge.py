"""Merging: the entries of other stations' logs, taken into this ledger as a union of sets.

What is held afterwards does not depend on the order in which bundles came, how often, or in how many pieces: each entry
goes behind the one that it names as `prev`, and waits where that one is not here yet. Writes no event of its own.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from custody.errors import N_
from custody.format.encoding import leaf_digest
from custody.format.event_types import Body
from custody.format.events import Event
from db.log.quarantine import Quarantine, Strangers
from db.prepared import Prepared, blank, written
from db.store import Store
from evidence.audit import what_does_not_count
from evidence.audit_findings import EvidenceFinding
from evidence.entry import RawEntry


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of an import: entries not held before, held already, and kept apart because a key was revoked.

    `waiting` of the new ones are of stations that are not admitted: they are kept and count nowhere until then.
    `left_out` are entries of such logs for which there was no room (`db.log.quarantine`); they count as none of those.
    `findings` are about the logs that the bundles hold, as they stand now.
    """

    new: int
    known: int
    quarantined: int
    findings: tuple[EvidenceFinding, ...]
    waiting: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """An entry on its way in; `row_id` is where it waited, None where it has just come."""

    seq: int
    leaf: bytes
    body: bytes
    signatures: str
    row_id: int | None = None

    def parsed(self) -> Body:
        body: Body = msgspec.json.decode(self.body)
        return body


@dataclass(slots=True)
class TakenLog:
    """One log while entries are taken: the number of each that is in place, and those that wait, by their `prev`."""

    id: int
    name: str
    size: int
    head: bytes | None
    handovers: int
    is_own: bool
    began_with: int
    in_place: dict[bytes, int] = field(default_factory=dict)
    waiting: dict[bytes, list[Incoming]] = field(default_factory=dict)
    waits: set[bytes] = field(default_factory=set)


class Merge:
    """One import. Call `take` for every entry and then `finish`, within one transaction."""

    def __init__(self, store: Store, said: Iterable[Body]) -> None:
        self.ledger, self.state, self.tables = store.ledger, store.state, store.ledger.tables
        self.writer, self.projection = store.writer, store.projection
        self._before = store.state.stations.now()
        self._quarantine = Quarantine(Strangers(store), said)
        self._seen = store.heads
        self._stands = Prepared(store.ledger.database, self._stands_query)
        self._logs: dict[str, TakenLog] = {}
        self._new: list[tuple[str, int]] = []
        self._known = 0
        self._codes: dict[str, None] = {}
        """In the order of the entries: items that one entry names are folded together, and it is read once for them."""
        self._notices: list[Event] = []
        self._arrived: set[str] = set()

    def take(self, raw: RawEntry) -> None:
        """Take an entry that `check_bundle` has let pass."""
        body: Body = json.loads(raw.body)
        entry = Incoming(body["seq"], leaf_digest(raw.body + b"\n" + raw.signatures.encode()), raw.body, raw.signatures)
        name = str(body["log"])
        log = self._log(name)
        if log is not None and (entry.leaf in log.in_place or entry.leaf in log.waits):
            self._known += 1
            return
        if name in self._quarantine.names and not self._quarantine.takes(name, raw):
            return
        log = log or self._begun(body)
        self._new.append((log.name, entry.seq))
        prev = bytes.fromhex(body["prev"] or "")
        if (log.in_place.get(prev) if prev else 0) == entry.seq - 1:
            self._put_all(log, entry, body)
        else:
            self._let_wait(log, prev, entry)

    @property
    def left_out(self) -> bool:
        """Whether an entry found no room."""
        return bool(self._quarantine.left_out)

    def finish(self, heads: Iterable[str] = (), at: str = "") -> Merged:
        """Bring logs, indexes and the present state up to date, and keep the signed heads that came along."""
        for log in self._logs.values():
            self._stands.run(size=log.size, head=log.head, handovers=log.handovers, id=log.id)
        if self._new:
            self._codes |= dict.fromkeys(sorted(self.writer.index_late_corrections(self._arrived)))
            self.projection.catch_up(self._codes, self._notices, self._before)
        self._seen.keep_all(filter(self._quarantine.takes_head, heads), at=at)
        stations = self.state.stations.now()
        ends = {log: stations.last_good(log) for log in self._logs}
        quarantined = sum((last := ends[log]) is not None and seq > last for log, seq in self._new)
        found = tuple(self._findings())
        strangers = stations.strangers
        waiting = sum(log in strangers and ((last := ends[log]) is None or seq <= last) for log, seq in self._new)
        left_out = sum(self._quarantine.left_out.values())
        return Merged(len(self._new) - quarantined, self._known, quarantined, found, waiting, left_out)

    def _stands_query(self) -> Any:
        log = self.tables.log
        stands = log.update(**{name: blank(name) for name in ("size", "head", "handovers")})
        return stands.where(log.id == blank("id"))

    # --- putting entries in place -----------------------------------------------------------------------------------

    def _put_all(self, log: TakenLog, entry: Incoming, body: Body) -> None:
        """Put an entry in place, and all that waited for it."""
        ready = [(entry, body)]
        while ready:
            entry, body = ready.pop()
            self._put(log, entry, body)
            followers = log.waiting.pop(entry.leaf, [])
            ready += [(follower, follower.parsed()) for follower in followers if follower.seq == entry.seq + 1]

    def _put(self, log: TakenLog, entry: Incoming, body: Body) -> None:
        if entry.row_id is not None:
            waiting = self.ledger.tables.waiting
            waiting.delete().where(waiting.id == entry.row_id).execute()
        log.waits.discard(entry.leaf)
        log.in_place[entry.leaf] = entry.seq
        if entry.seq == log.size + 1 and bytes.fromhex(body["prev"] or "") == (log.head or b""):
            self.writer.insert(log.id, entry.seq, entry.leaf, entry.body, entry.signatures, body)
            log.size, log.head = entry.seq, entry.leaf
            log.handovers += body["type"] == "handover" and body["part"] == 1
        else:
            self.writer.insert_fork(log.id, entry.seq, entry.leaf, entry.body, entry.signatures, body)
        self._note(Event(entry.leaf.hex(), body))

    def _note(self, event: Event) -> None:
        """Remember what an event that was put in place changes, for `finish`."""
        self._arrived.add(event.leaf)
        if self.projection.is_notice(event):
            self._notices.append(event)
        self._codes |= dict.fromkeys(self.ledger.codes_of(event.leaf) if event.type == "correct" else event.rows)

    def _let_wait(self, log: TakenLog, prev: bytes, entry: Incoming) -> None:
        columns = {"seq": entry.seq, "leaf": entry.leaf, "body": entry.body, "signatures": entry.signatures}
        waits = self.ledger.tables.waiting
        [(row_id,)] = waits.insert(log_id=log.id, **columns).returning(waits.id).tuples().execute()
        log.waits.add(entry.leaf)
        waiting = Incoming(entry.seq, entry.leaf, entry.body, entry.signatures, row_id)
        log.waiting.setdefault(prev, []).append(waiting)

    # --- what is held -------------------------------------------------------------------------------------------------

    def _log(self, name: str) -> TakenLog | None:
        """The log of that name as far as it is held; None where nothing of it is."""
        if name not in self._logs:
            rows = self._log_named(name)
            if not rows:
                return None
            self._logs[name] = self._held(*rows[0])
        return self._logs[name]

    @written
    def _log_named(self, name: Any) -> Any:
        log = self.tables.log
        return log.select(log.id, log.name, log.size, log.head, log.handovers, log.is_own).where(log.name == name)

    def _begun(self, body: Body) -> TakenLog:
        """A log whose first entry this is: it comes first, for `check_bundle` knows the log's key from there."""
        name, log = str(body["log"]), self.tables.log
        columns = {column: body[column] for column in ("station", "place", "root", "public_key")}
        row = log.insert(name=name, **columns, is_own=0, size=0, head=None, handovers=0)
        [(row_id,)] = row.returning(log.id).tuples().execute()
        self._logs[name] = TakenLog(row_id, name, 0, None, 0, is_own=False, began_with=0)
        return self._logs[name]

    def _held(self, id: int, name: str, size: int, head: Any, handovers: int, is_own: int) -> TakenLog:
        log = TakenLog(id, name, size, None if head is None else bytes(head), handovers, is_own == 1, size)
        for table in ("event", "fork"):
            log.in_place |= {bytes(leaf): seq for leaf, seq in self._in_place(id, table=table)}
        for seq, leaf, body, signatures, row_id in self._waiting_of(id):
            entry = Incoming(seq, bytes(leaf), bytes(body), signatures, row_id)
            log.waiting.setdefault(bytes.fromhex(entry.parsed()["prev"] or ""), []).append(entry)
            log.waits.add(entry.leaf)
        return log

    @written
    def _in_place(self, log_id: Any, *, table: str) -> Any:
        entries = getattr(self.tables, table)
        return entries.select(entries.leaf, entries.seq).where(entries.log_id == log_id)

    @written
    def _waiting_of(self, log_id: Any) -> Any:
        wait = self.tables.waiting
        return wait.select(wait.seq, wait.leaf, wait.body, wait.signatures, wait.id).where(wait.log_id == log_id)

    def _findings(self) -> Iterator[EvidenceFinding]:
        """Return the findings about each log that came; the same after every import of it."""
        stations, forked = self.state.stations.now(), self.state.stations.forked()
        if left_out := self._quarantine.left_out:
            message = N_(
                "no room is left for logs that nobody admitted: {count} entries of {logs} of them were left "
                "out. Let root admit these stations ({way}) or empty the room ({drop_way}), then import again; doctor "
                "shows what is kept"
            )
            values = {"count": sum(left_out.values()), "logs": len(left_out), "way": "admit", "drop_way": "drop"}
            yield EvidenceFinding("UNKNOWN_STATION", "", None, message, values)
        for name, log in sorted(self._logs.items()):
            if name in forked:
                message = N_("{log} has two entries of number {seq}, both signed by its key: both histories are kept")
                yield _finding("FORK", name, forked[name], message)
            seen = self._seen.longest(name)
            if log.is_own and max(log.size, seen) > log.began_with:
                message = N_("this station's own log went on to number {size} elsewhere: begin a new one with {way}")
                size = max(log.size, seen)
                yield _finding("INCOMPLETE", name, log.began_with + 1, message, size=size, way="continue")
            elif seen > log.size and not log.waits:
                message = N_("entries of {log} by a head that its station signed: {size}; here: {held}")
                yield _finding("INCOMPLETE", name, log.size + 1, message, size=seen, held=log.size)
            if log.waits:
                message = N_("entries of {log} that wait for number {seq}, which is not here yet: {count}")
                yield _finding("INCOMPLETE", name, log.size + 1, message, count=len(log.waits))
            if (finding := what_does_not_count(stations, name, log.size)) is not None:
                yield finding


def merge(
    store: Store,
    entries: Iterable[RawEntry],
    progress: Callable[[int], None] | None = None,
    *,
    heads: Iterable[str] = (),
    at: str = "",
    said: Iterable[Body] = (),
) -> Merged:
    """Import entries, all or none. They have been checked by `check_bundle`; the same bytes must come again.

    Args:
        heads: the signed heads that came with them, kept so that a log that is cut, put back or withheld later shows.
        at: when they were seen, RFC 3339 in UTC.
        said: what these entries say of logs and keys, as `check_bundle` tells: whom nobody admits then gets no more
            room than `db.log.quarantine` gives.

    Raises:
        CustodyError: whatever reading them raises on the way; nothing is taken then.
    """
    with store.transaction():
        taking = Merge(store, said)
        for raw in entries:
            taking.take(raw)
            if progress:
                progress(1)
        return taking.finish(heads, at)


def _finding(code: str, log: str, seq: int | None, message: str, **values: Any) -> EvidenceFinding:
    return EvidenceFinding(code, log, seq, message, {"log": log, "seq": seq, **values})
