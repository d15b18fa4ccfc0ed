"""A hub's two steps: entries that were sent are stored at once, and put in place behind that, by whoever has time.

Storing locks one log alone. Putting in place locks the logs and then the items that it folds, so that several programs
may work at once on PostgreSQL; what speaks of other records than its own items is put in place by one alone.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from custody.chain.roster import NOTICES
from custody.format.encoding import leaf_digest
from custody.format.event_types import NEWEST, Body
from custody.format.events import Event
from db.log.merge import Incoming, Merge, TakenLog
from db.prepared import PreparedIn, batches, written
from db.store import Store
from evidence.entry import RawEntry

ALONE = NOTICES | {"correct", "pack"}
"""The types of events that change what others mean: who counts, the plan, withdrawn records, what lies in what."""
MOST_ITEMS = 2_000
"""Items that are folded in one transaction, if not of one entry alone. PostgreSQL locks each, and has room for 6,400
locks of all its programs where nobody has given it more (`max_locks_per_transaction` times `max_connections`).
"""
_AT_ONCE, _READ_AT_ONCE = 500, 64
_NO_NOTICE = NEWEST.keys() - NOTICES

Placing = tuple[TakenLog, Sequence[tuple[Incoming, Event]]]
"""A log, and entries that follow what is in place of it."""


class Settling(Merge):
    """Entries of hubs' stations on their way in. Call `finish` within the transaction of the rest."""

    def __init__(self, store: Store, said: Iterable[Body] = ()) -> None:
        super().__init__(store, said)
        self.arrivals = store.arrivals
        self._packed = PreparedIn(store.ledger.database, self._packed_query)

    def arrive(self, name: str, first: int, raws: Iterable[RawEntry], at: str, genesis: Body | None = None) -> None:
        """Store entries that follow what is held of a log, without looking at what they mean.

        Args:
            first: the number of the first of them.
            at: when they came, RFC 3339 in UTC.
            genesis: the log's first event, where they begin with it.
        """
        log_id = self._begun(genesis).id if genesis is not None else self.ledger.log_id(name)
        entries, is_strange = [], name in self._quarantine.names
        for raw in raws:
            if is_strange and not self._quarantine.takes(name, raw):
                return
            leaf = leaf_digest(raw.body + b"\n" + raw.signatures.encode())
            entries.append((leaf, raw.body, raw.signatures))
        self.arrivals.keep(log_id, first, entries, at)

    def next_of(
        self, name: str, most: int, codes: dict[str, None] | None = None, before: Collection[str] = ()
    ) -> Placing:
        """The entries of a log, at most so many, that wait right behind what is in place.

        Args:
            codes: the items that are folded with them, to which theirs are added; it ends where there is no more room.
            before: types of events before which it ends.
        """
        [(log_id, _name, size, head, handovers, is_own)] = self._log_named(name)
        log = TakenLog(log_id, name, size, None if head is None else bytes(head), handovers, is_own == 1, size)
        end, found = (size, log.head or b""), list[tuple[Incoming, Event]]()
        for entry in self._entries(log.id, size, most):
            body = entry.parsed()
            if (entry.seq - 1, bytes.fromhex(body["prev"] or "")) != end:
                continue  # of another history
            event = Event(entry.leaf.hex(), body)
            if event.type in before or (codes and len(codes) + len(event.rows) > MOST_ITEMS):
                break
            if codes is not None:
                codes.update(dict.fromkeys(event.rows))
            found.append((entry, event))
            end = (entry.seq, entry.leaf)
        return log, found

    def _entries(self, log_id: int, size: int, most: int) -> Iterator[Incoming]:
        """What waits of a log behind `size`, a few at a time: who needs no more reads no more."""
        while rows := self._following(log_id, size, min(most, _READ_AT_ONCE)):
            for seq, leaf, body, signatures, row_id in rows:
                yield Incoming(seq, bytes(leaf), bytes(body), signatures, row_id)
            size, most = rows[-1][0], most - len(rows)
            if most <= 0:
                return

    @written
    def _following(self, log_id: Any, size: Any, most: Any) -> Any:
        wait = self.tables.waiting
        columns = wait.select(wait.seq, wait.leaf, wait.body, wait.signatures, wait.id)
        return columns.where((wait.log_id == log_id) & (wait.seq > size)).order_by(wait.seq).limit(most)

    def are_packed(self, codes: Iterable[str]) -> bool:
        """Whether any of these items lies in another one, or holds others: those are folded with it."""
        return any(True for _ in self._packed.rows(codes))

    def _packed_query(self, codes: list[Any]) -> Any:
        topic, named = self.tables.event_topic, self.tables.event_item
        packs = named.select(named.code).join(topic.model, on=(topic.event_id == named.event_id))
        return packs.where((topic.topic == "pack") & named.code.in_(codes)).limit(1)

    def place(self, placing: Placing) -> int:
        """Put entries in place that `next_of` gave; returns how many."""
        log, entries = placing
        self._logs[log.name], rows = log, dict[int, int]()
        wait, placed = self.tables.waiting, self.tables.event
        ids = [entry.row_id for entry, _event in entries]
        columns = ("log_id", "seq", "leaf", "body", "signatures")
        for some in batches(ids, _AT_ONCE):
            source = wait.select(*(getattr(wait, name) for name in columns)).where(wait.id.in_(some)).order_by(wait.seq)
            put = placed.insert_from(source, [getattr(placed, name) for name in columns])
            rows |= {seq: row_id for row_id, seq in put.returning(placed.id, placed.seq).tuples().execute()}
            wait.delete().where(wait.id.in_(some)).execute()
        self.writer.index_many((rows[event.seq], event) for _entry, event in entries)
        for entry, event in entries:
            self._note(event)
            log.size, log.head = entry.seq, entry.leaf
            log.handovers += event.type == "handover" and event.body["part"] == 1
            self._new.append((log.name, entry.seq))
        return len(entries)

    def sort_out(self, name: str) -> int:
        """Put in place what arrived of a log that has gone on otherwise meanwhile, beside its sequence; returns how
        many.
        """
        log = self._log(name)
        assert log is not None
        before = len(log.in_place)
        for prev in [prev for prev in log.waiting if prev in log.in_place]:
            for entry in log.waiting.pop(prev):
                self._put_all(log, entry, entry.parsed())
        return len(log.in_place) - before


def settle(store: Store, most: int) -> int:
    """Put up to so many entries that have arrived in place, those that wait longest first, and bring the present state
    up to date; fewer where they are about more than `MOST_ITEMS`. Returns how many.

    All or none: a program that is killed meanwhile leaves them as they were.
    """
    if not store.arrivals.has_one_writer:
        with store.transaction(is_shared=True):
            taking, placings, codes, for_one_alone = Settling(store), [], dict[str, None](), False
            for name in store.arrivals.oldest_logs():
                named = dict(codes)
                log, alike = taking.next_of(name, most, named, ALONE)
                if alike and not taking.are_packed(code for _entry, event in alike for code in event.rows):
                    placings.append((log, alike))
                    codes, most = named, most - len(alike)
                else:
                    for_one_alone = True
                if most <= 0 or len(codes) > MOST_ITEMS // 2:
                    break
            store.arrivals.lock_items(codes)
            if placed := sum(map(taking.place, placings)):
                taking.finish()
            if placed or not for_one_alone:
                return placed
    with store.transaction():
        taking = Settling(store)
        placed = _place_notices(taking, most) or _place_oldest(taking, most)
        if placed:
            taking.finish()
    return placed


def _place_notices(taking: Settling, most: int) -> int:
    """Put the notices of all logs in place, if the entry that waits longest is one; returns how many.

    The tables of the plan are then filled once, and not once for each log.
    """
    placed = 0
    for name in taking.arrivals.oldest_logs():
        placing = taking.next_of(name, most - placed, before=_NO_NOTICE)
        if placing[1]:
            placed += taking.place(placing)
        if placed >= most or not placed:
            break
    return placed


def _place_oldest(taking: Settling, most: int) -> int:
    """Put entries of any type in place, those that wait longest first; returns how many."""
    placed, codes = 0, dict[str, None]()
    for name in taking.arrivals.oldest_logs():
        placing = taking.next_of(name, most - placed, codes)
        if placing[1]:
            placed += taking.place(placing)
        elif not codes:  # else there may be no room for what follows
            placed += taking.sort_out(name)
        if placed >= most or len(codes) > MOST_ITEMS // 2:
            break
    return placed


def settle_log(store: Store, name: str, to: int) -> None:
    """Put what has arrived of one log in place up to a number. Call within a transaction of one alone."""
    taking = Settling(store)
    log, entries = taking.next_of(name, to)
    wanted = [(entry, event) for entry, event in entries if event.seq <= to]
    if wanted:
        taking.place((log, wanted))
        taking.finish()
