"""The evidence as it is held: reading events, logs and heads back. Writes nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain as joined
from typing import Any

from peewee import Database, SqliteDatabase, fn

from custody.chain.clocks import Stamp
from custody.errors import N_, StoreError, TamperError
from custody.format.event_types import MAX_COUNT
from custody.format.events import Event
from db.log.memory import Memory
from db.log.own_heads import Heads
from db.log.stored import HeldLog, Naming, OwnLog, as_bytes, read_stored, topics_of
from db.models import Tables
from db.prepared import Prepared, PreparedIn, blank, streamed, written

_AT = re.compile(rb'"at":"([^"]{1,40})"')


class LedgerReader:
    """The event tables of one database, read."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self.database, self.tables = database, tables
        self.memory = Memory(database, tables)
        self.signed_heads = Heads(database, tables)
        self.items = Naming(database, tables, self.memory)
        self._own = Prepared(database, self._own_query)
        self._held_log = Prepared(database, self._held_log_query)
        self._leaves = Prepared(database, self._leaves_query)
        self._span = Prepared(database, self._span_query)
        self._event_at = Prepared(database, self._event_at_query)
        self._sequence, self._beside = (Prepared(database, self._entries_query, name) for name in ("event", "fork"))
        self._later = Prepared(database, self._later_query)
        self._newest = Prepared(database, self._newest_query)
        self._naming_none = Prepared(database, self._naming_none_query)
        self._elections: dict[int, str] = {}
        self._on_topic = PreparedIn(database, self._on_topic_query)
        self._first = PreparedIn(database, self._first_query)
        self._forked = Prepared(database, self._forked_query)

    def own_log(self) -> OwnLog:
        """The log that this station writes.

        Raises:
            StoreError: there is none.
        """
        row = self.require_own_row()
        if row.id not in self._elections:  # a log's first entry stays what it is
            self._elections[row.id] = str(self.event_at(row.id, 1).body["election"])
        return OwnLog(row.id, row.name, row.station, row.place, row.root, self._elections[row.id], row.handovers)

    def event_at(self, log_id: int, seq: int) -> Event:
        """The event of that number in a log that should have it.

        Raises:
            TamperError: it is not there, or not as it was recorded.
        """
        held = self._event_at.first(log_id=log_id, seq=seq)
        event = None if held is None else read_stored(*held)
        if event is None or event.seq != seq:  # or another event was put into its place
            raise TamperError(
                N_("number {seq} of a log of this ledger is gone"), hint=N_("Run: {way}"), way="verify", seq=seq
            )
        return event

    def _event_at_query(self) -> Any:
        event = self.tables.event
        columns = event.select(event.leaf, event.body, event.signatures)
        return columns.where((event.log_id == blank("log_id")) & (event.seq == blank("seq")))

    def event_count(self) -> int:
        """How many events are held, of all logs. It grows with every change that anybody records."""
        return int(self.tables.log.select(fn.COALESCE(fn.SUM(self.tables.log.size), 0)).scalar())

    def on_topic(self, topics: Iterable[str], logs: Iterable[str] | None = None) -> list[Event]:
        """Every event of these topics (`db.log.stored`); in no order.

        Args:
            logs: the names of the logs that alone are read; None: all.
        """
        wanted = list(topics)
        in_forks = self._in_forks(wanted)
        if logs is None:
            return [read_stored(*stored) for stored in self._on_topic.rows(wanted)] + in_forks
        log, names = self.tables.log, set(logs)
        query = self._on_topic_query(wanted)
        query = query.where(self.tables.event.log_id.in_(log.select(log.id).where(log.name.in_(names))))
        found = [read_stored(*stored) for stored in query.tuples()]
        return found + [event for event in in_forks if event.log in names]

    def first_on_topic(self, topic: str, logs: Sequence[int]) -> list[Event]:
        """The first event of a topic in each of these logs, and all of it that other histories of forked logs have.

        Args:
            logs: the numbers of their rows.
        """
        return [read_stored(*stored) for stored in self._first.rows(logs, topic=topic)] + self._in_forks([topic])

    def _first_query(self, logs: list[Any]) -> Any:
        event, of = self.tables.event, self.tables.event_topic
        numbers = event.select(event.log_id, fn.MIN(event.seq).alias("seq")).join(of.model, on=of.event_id == event.id)
        numbers = numbers.where((of.topic == blank("topic")) & event.log_id.in_(logs))
        first = numbers.group_by(event.log_id).alias("first")
        columns = event.select(event.leaf, event.body, event.signatures)
        return columns.join(first, on=((event.log_id == first.c.log_id) & (event.seq == first.c.seq)))

    def _in_forks(self, topics: list[str]) -> list[Event]:
        beside = (read_stored(*stored) for stored in self._forked.run())
        return [event for event in beside if not topics_of(event.body).isdisjoint(topics)]

    def _on_topic_query(self, topics: list[Any]) -> Any:
        event, topic = self.tables.event, self.tables.event_topic
        columns = event.select(event.leaf, event.body, event.signatures)
        return columns.join(topic.model, on=(topic.event_id == event.id)).where(topic.topic.in_(topics))

    def _forked_query(self) -> Any:
        fork = self.tables.fork
        return fork.select(fork.leaf, fork.body, fork.signatures)

    def naming_none(self) -> Iterator[Event]:
        """Every event that names no item: plans, corrections, handovers of things without a label; for reports, since
        the index of items is gone through for it.
        """
        return (read_stored(*stored) for stored in self._naming_none.run())

    def _naming_none_query(self) -> Any:
        event, named = self.tables.event, self.tables.event_item
        columns = event.select(event.leaf, event.body, event.signatures)
        return columns.where(event.id.in_(event.select(event.id) - named.select(named.event_id)))

    def corrections(self, table: str) -> list[tuple[int, Event]]:
        """The corrections of a table, `event` or `fork`, with the numbers of their rows."""
        held = [(row_id, read_stored(*columns)) for row_id, *columns in self._corrections(table=table)]
        return [(row_id, event) for row_id, event in held if event.type == "correct"]

    @written
    def _corrections(self, *, table: str) -> Any:
        entries, topic = getattr(self.tables, table), self.tables.event_topic
        query = entries.select(entries.id, entries.leaf, entries.body, entries.signatures)
        if table == "fork":
            return query
        return query.join(topic.model, on=(topic.event_id == entries.id)).where(topic.topic == "correct")

    def codes_of(self, leaf: str) -> list[str]:
        """The items whose chains an event belongs to."""
        event = self.corrected(leaf)
        return [] if event is None else list(event.named)

    def corrected(self, leaf: str) -> Event | None:
        """What a correction is about in the end, through corrections of corrections; of any other event, itself."""
        event = self.find(leaf)
        while event is not None and event.type == "correct":
            event = self.find(event.body["target"])
        return event

    def codes(self) -> Iterator[str]:
        """Every item that any event names, once; those of one event together, so that it need not be read for each."""
        tables = self.tables
        named = tables.event_item.select(tables.event_item.code)
        for index, entry in (
            (tables.event_item, tables.event_item.event_id),
            (tables.fork_item, tables.fork_item.fork_id),
        ):
            query = index.select(index.code).group_by(index.code).order_by(fn.MIN(entry), index.code)
            if index is tables.fork_item:  # what another history alone names
                query = query.where(~fn.EXISTS(named.where(tables.event_item.code == index.code)))
            yield from (code for (code,) in streamed(query))

    def code_count(self) -> int:
        """How many items any event names; one that only a second history names is not counted."""
        [(count,)] = self._code_count()
        return int(count)

    @written
    def _code_count(self) -> Any:
        code = self.tables.event_item.code
        return self.tables.event_item.select(fn.COUNT(code.distinct()))

    def codes_from(self, log: str, first: int) -> set[str]:
        """The items that a log names from a number on."""
        table = self.tables.log
        log_id = table.select(table.id).where(table.name == log).scalar()
        found: set[str] = set()
        for entries in (self.tables.event, self.tables.fork):
            columns = entries.select(entries.leaf, entries.body, entries.signatures)
            for stored in columns.where((entries.log_id == log_id) & (entries.seq >= first)).tuples():
                event = read_stored(*stored)
                found.update(self.codes_of(event.leaf) if event.type == "correct" else event.named)
        return found

    def at(self, log: str, seq: int) -> list[Event]:
        """The events of a log with that number: none, one, or several where it has forked."""
        found = joined.from_iterable(self._numbered(log, seq, table=table) for table in ("event", "fork"))
        return [read_stored(*stored) for stored in found]

    @written
    def _numbered(self, log: Any, seq: Any, *, table: str) -> Any:
        entries, logs = getattr(self.tables, table), self.tables.log
        of_log = entries.log_id == logs.select(logs.id).where(logs.name == log)
        return entries.select(entries.leaf, entries.body, entries.signatures).where(of_log & (entries.seq == seq))

    def beginning_with(self, digits: str) -> list[Event]:
        """The events, at most two, whose leaf digest begins with these hex digits."""
        return self._between(bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f")))[:2]

    def _between(self, first: bytes, last: bytes) -> list[Event]:
        found = joined.from_iterable(self._of_leaves(first, last, table=table) for table in ("event", "fork"))
        return [read_stored(*stored) for stored in found]

    @written
    def _of_leaves(self, first: Any, last: Any, *, table: str) -> Any:
        entries = getattr(self.tables, table)
        columns = entries.select(entries.leaf, entries.body, entries.signatures)
        return columns.where(entries.leaf.between(first, last)).limit(2)

    def find(self, leaf: str) -> Event | None:
        """The event of that identity, None where it is not held."""
        digest = bytes.fromhex(leaf)
        return next(iter(self._between(digest, digest)), None)

    def entries(self, logs: Sequence[str] | None = None) -> Iterator[tuple[bytes, str]]:
        """Every entry as it is stored, log by log in order of `seq`: its body's bytes and its signature lines.

        Behind a forked log's own sequence come the entries of its other histories.

        Unchecked, for who verifies; where damage left something else in a column, it comes out empty.

        Args:
            logs: the names of the logs; None means all.
        """
        for log_id, name, *_ in self._logs():  # by log, so that the index on (log_id, seq) gives the order
            if logs is None or name in logs:
                for query in (self._sequence, self._beside):
                    for body, signatures in query.run(log_id=log_id):
                        yield as_bytes(body), signatures if isinstance(signatures, str) else ""

    def _entries_query(self, table: str) -> Any:
        entries = getattr(self.tables, table)
        columns = entries.select(entries.body, entries.signatures).where(entries.log_id == blank("log_id"))
        return columns.order_by(entries.seq, *(() if table == "event" else (entries.leaf,)))

    @written
    def _logs(self) -> Any:
        log = self.tables.log
        return log.select(log.id, log.name, log.station, log.place, log.size, log.head).order_by(log.name)

    def entry_count(self, logs: Sequence[str]) -> int:
        """How many entries `entries` gives of these logs: their sequences, and the other histories of forked ones."""
        log, fork = self.tables.log, self.tables.fork
        held = log.select(log.id).where(log.name.in_(list(logs)))
        sizes = log.select(fn.SUM(log.size)).where(log.id.in_(held)).scalar() or 0
        return int(sizes) + int(fork.select().where(fork.log_id.in_(held)).count())

    def heads(self) -> list[dict[str, Any]]:
        """Each log held: its name, station, place, how many events, and the newest one's leaf digest (hex)."""
        return [
            {
                "log": name,
                "station": station,
                "place": place,
                "size": size,
                "head": bytes(head).hex() if head is not None else None,
            }
            for _id, name, station, place, size, head in self._logs()
        ]

    def leaves(self, log: str, begin: int = 0, end: int = MAX_COUNT) -> Iterator[bytes]:
        """The digests of a log's own sequence, of the entries from index `begin` to before `end`."""
        for (leaf,) in self._leaves.run(log=log, begin=begin, end=end):
            yield bytes(leaf)

    def _leaves_query(self) -> Any:
        event, logs = self.tables.event, self.tables.log
        query = event.select(event.leaf).join(logs.model, on=(logs.id == event.log_id))
        within = (event.seq > blank("begin")) & (event.seq <= blank("end"))
        return query.where((logs.name == blank("log")) & within).order_by(event.seq)

    def span(self, log: str, begin: int, end: int) -> Iterator[bytes]:
        """The bytes of the entries of a log's own sequence, from index `begin` to before `end`."""
        for body, signatures in self._span.run(log=log, begin=begin, end=end):
            yield bytes(body) + b"\n" + str(signatures).encode()

    def _span_query(self) -> Any:
        event, logs = self.tables.event, self.tables.log
        query = event.select(event.body, event.signatures).join(logs.model, on=(logs.id == event.log_id))
        within = (event.seq > blank("begin")) & (event.seq <= blank("end"))
        return query.where((logs.name == blank("log")) & within).order_by(event.seq)

    def held_log(self, name: str) -> HeldLog | None:
        """The log of that name as far as it is held; None where nothing of it is."""
        row = self._held_log.first(name=name)
        return None if row is None else HeldLog(*row)

    def _held_log_query(self) -> Any:
        log = self.tables.log
        return log.select(*(getattr(log, name) for name in HeldLog._fields)).where(log.name == blank("name"))

    def entry(self, leaf: str) -> bytes:
        """The bytes of an entry that is held: its body, a line feed, its signature lines."""
        event = self.tables.event
        row = event.get(event.leaf == bytes.fromhex(leaf))
        return bytes(row.body) + b"\n" + str(row.signatures).encode()

    def log_id(self, name: str) -> int:
        """The number of a log's row, which is held."""
        log = self.tables.log
        return int(log.select(log.id).where(log.name == name).scalar())

    def keys(self) -> dict[str, bytes]:
        """The public key of each log held."""
        log = self.tables.log
        return {name: bytes.fromhex(key) for name, key in log.select(log.name, log.public_key).tuples()}

    def events_after(self, log_id: int, seq: int) -> Iterator[Event]:
        """The events of a log that come after a number, in order."""
        for _seq, *stored in self._later.run(log_id=log_id, seq=seq):
            yield read_stored(*stored)

    def _later_query(self) -> Any:
        event = self.tables.event
        columns = event.select(event.seq, event.leaf, event.body, event.signatures).order_by(event.seq)
        return columns.where((event.log_id == blank("log_id")) & (event.seq > blank("seq")))

    def stamps(self, sizes: Mapping[str, int]) -> Iterator[Stamp]:
        """When each entry was recorded that came after the logs had these sizes, log by log, in order.

        What is no entry has no time: `verify` says what it is.
        """
        for log_id, name, _station, place, size, _head in self._logs():
            if size <= sizes.get(name, 0):
                continue
            for seq, leaf, body, signatures in self._later.run(log_id=log_id, seq=sizes.get(name, 0)):
                data = bytes(body)
                found = _AT.search(data)  # canonical: nothing before it is an object that has such a key
                if found is not None:
                    is_clock = b'"type":"clock"' in data
                    told = read_stored(leaf, body, signatures) if is_clock else None
                    clock = told if told is not None and told.type == "clock" else None
                    yield Stamp(name, place, seq, bytes(leaf).hex(), found[1].decode(), clock)

    def sizes(self) -> dict[str, int]:
        """How many entries are held of each log, by its name."""
        return {name: size for _id, name, _station, _place, size, _head in self._logs()}

    def events_since(self, sizes: Mapping[str, int]) -> Iterator[Event]:
        """What was recorded or came after the logs had these sizes, log by log; of a log not named, everything."""
        for log_id, name, _station, _place, size, _head in self._logs():
            if size > sizes.get(name, 0):
                yield from self.events_after(log_id, sizes.get(name, 0))

    def newest_time(self, log_id: int) -> str | None:
        """When the newest event of a log says it was recorded; None for an empty log."""
        row = self._newest.first(log_id=log_id)
        return None if row is None else read_stored(*row).at

    def _newest_query(self) -> Any:
        event = self.tables.event
        columns = event.select(event.leaf, event.body, event.signatures).where(event.log_id == blank("log_id"))
        return columns.order_by(event.seq.desc()).limit(1)

    def trouble(self, *, whole: bool = False) -> str:
        """What the database itself finds wrong with its file; empty when nothing. Finds damage, not tampering.

        Args:
            whole: compare indexes with tables too, which takes longer.
        """
        if not isinstance(self.database, SqliteDatabase):
            return ""
        check = "integrity_check" if whole else "quick_check"
        found = str(self.database.execute_sql(f"PRAGMA {check}(1)").fetchone()[0])
        return "" if found == "ok" else found

    def own_row(self) -> HeldLog | None:
        """The log that this station writes, None where it has not begun one."""
        row = self._own.first()
        return None if row is None else HeldLog(*row)

    def _own_query(self) -> Any:
        log = self.tables.log
        return log.select(*(getattr(log, name) for name in HeldLog._fields)).where(log.is_own == 1)

    def require_own_row(self) -> HeldLog:
        """The same, where there must be one.

        Raises:
            StoreError: there is none.
        """
        row = self.own_row()
        if row is None:
            raise StoreError(
                N_("this ledger has no station yet"),
                hint=N_("Begin one with: {way}"),
                way="init",
            )
        return row
