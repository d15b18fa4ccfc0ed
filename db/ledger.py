"""The evidence: appending signed entries to our own log, and reading them back. The only code that writes events."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

from peewee import Database, SqliteDatabase, chunked, fn

from custody.compose import NewEvent, Ref
from custody.errors import N_, StoreError, TamperError
from custody.events import Body, Event, check_body, stored_event
from custody.ledger import FORMAT_VERSION, canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from db.connect import write_lock
from db.faults import as_store_errors
from db.models import Tables

TOPICS = frozenset({"genesis", "admit", "revoke", "plan", "correct", "witness"})
"""The types of events that name no item, and are found by their type."""
FORMER = 2
"""What `is_own` says of a log that this station wrote before it went on with a new one."""
_CODES_PER_QUERY = 500


@dataclass(frozen=True, slots=True)
class Signer:
    """The station's key: its 32 public bytes, and Ed25519 signing with the secret half."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


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


class Ledger:
    """The event tables of one database, and the one way to append to them."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self.database, self.tables = database, tables

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, under the write lock; within another one, a part of that.

        Raises:
            ConflictError: another program holds the lock for too long; trying again is safe.
            StoreError: it could not be stored, and nothing of it is. The ledger can be used on, once that is mended.
        """
        if self.database.in_transaction():
            yield
        else:
            with as_store_errors(), write_lock(self.database):
                yield

    def begin_log(self, name: str, genesis: NewEvent, signer: Signer, *, at: str, by: str, app: str, id: str) -> Event:
        """Begin our own log with its first event. Call within a transaction.

        Raises:
            StoreError: this ledger has a log of its own already.
        """
        log = self.tables.log
        if log.select().where(log.is_own == 1).exists():
            raise StoreError(
                N_("this ledger has been begun already"),
                hint=N_("Choose another folder with --home for another station."),
            )
        fields = genesis.fields
        log.insert(
            name=name, station=fields["station"], place=fields["place"], root=fields["root"],
            public_key=fields["public_key"],
            is_own=1, size=0, head=None, handovers=0,
        ).execute()  # fmt: skip
        return self.append([genesis], signer, at=at, by=by, app=app, id=id)[0]

    def retire_own(self) -> None:
        """Leave our log as it is, so that a new one may begin. Call within a transaction."""
        log = self.tables.log
        log.update(is_own=FORMER).where(log.is_own == 1).execute()

    def append(self, new: Sequence[NewEvent], signer: Signer, *, at: str, by: str, app: str, id: str) -> list[Event]:
        """Append events to our own log, signed, one after the other. Call within a transaction.

        Raises:
            CustodyError: an event that the format does not allow.
            StoreError: this ledger has no log of its own.
            TamperError: the log does not end where it ended when this station last wrote.
        """
        row = self._own_row()
        if signer.public_key.hex() != row.public_key:
            raise StoreError(
                N_("the station key is not the one that began this log: nothing was recorded"),
                hint=N_("Put the key back that belongs to this ledger."),
            )
        size, handovers = row.size, row.handovers
        head = self._head(row)
        recorded = []
        for event in new:
            size += 1
            handovers += event.type == "handover" and event.fields["part"] == 1
            body = {
                "v": FORMAT_VERSION, "type": event.type, "log": row.name, "seq": size,
                "prev": head.hex() if head else None,
                "refs": [ref._asdict() for ref in event.refs], "id": id, "at": at, "by": by, "app": app, **event.fields,
            }  # fmt: skip
            check_body(body)
            data = canonical(body)
            signatures = (sign_body(data, signer.public_key, signer.sign),)
            head = leaf_digest(entry_bytes(data, signatures))
            self.insert(row.id, size, head, data, "".join(f"{signature}\n" for signature in signatures), body)
            recorded.append(Event(head.hex(), body))
        log = self.tables.log
        log.update(size=size, head=head, handovers=handovers).where(log.id == row.id).execute()
        return recorded

    def _head(self, log: Any) -> bytes | None:
        """The leaf digest that the next event must name as `prev`: of the last event, and so it must say in the log."""
        event = self.tables.event
        last = event.select(event.seq, event.leaf).where(event.log_id == log.id).order_by(event.seq.desc()).first()
        held = (last.seq, bytes(last.leaf)) if last else (0, None)
        noted = (log.size, None if log.head is None else bytes(log.head))
        if held != noted:
            raise TamperError(
                N_("the log ends at number {found} and was left at number {expected}: nothing is added to it"),
                hint=N_("Run: python main.py verify"),
                found=held[0],
                expected=noted[0],
            )
        return held[1]

    def insert(self, log_id: int, seq: int, leaf: bytes, body: bytes, signatures: str, parsed: Body) -> None:
        """Put an entry into a log's sequence and into the indexes. Call within a transaction, after checking it."""
        tables = self.tables
        event_id = tables.event.insert(log_id=log_id, seq=seq, leaf=leaf, body=body, signatures=signatures).execute()
        if parsed["type"] in TOPICS:
            tables.event_topic.insert(topic=parsed["type"], event_id=event_id).execute()
        self._index(parsed, tables.event_item, "event_id", event_id)

    def insert_fork(self, log_id: int, seq: int, leaf: bytes, body: bytes, signatures: str, parsed: Body) -> None:
        """Put an entry of a log's other history beside its sequence. Call within a transaction, after checking it."""
        tables = self.tables
        fork_id = tables.fork.insert(log_id=log_id, seq=seq, leaf=leaf, body=body, signatures=signatures).execute()
        self._index(parsed, tables.fork_item, "fork_id", fork_id)

    def _index(self, parsed: Body, index: Any, column: str, row_id: int) -> None:
        codes = dict.fromkeys(Event("", parsed).rows)
        if parsed["type"] == "correct":  # names no item itself, and belongs to the chain of each that its target names
            codes = dict.fromkeys(self.codes_of(parsed["target"]))
        for batch in chunked(({"code": code, column: row_id} for code in codes), 5000):
            index.insert_many(batch).execute()

    def index_late_corrections(self) -> set[str]:
        """Index the corrections whose targets have come after them; returns the items that they are about."""
        tables = self.tables
        found: set[str] = set()
        for table, index, column in (
            (tables.event, tables.event_item, "event_id"),
            (tables.fork, tables.fork_item, "fork_id"),
        ):
            for row_id, body in self._corrections(table):
                code = next(iter(self.codes_of(body["target"])), None)
                row = getattr(index, column) == row_id
                if code is not None and not index.select().where((index.code == code) & row).exists():
                    self._index(body, index, column, row_id)
                    found.update(self.codes_of(body["target"]))
        return found

    def _corrections(self, table: Any) -> list[tuple[int, Body]]:
        query = table.select(table.id, table.leaf, table.body, table.signatures)
        if table is self.tables.event:
            topic = self.tables.event_topic
            query = query.join(topic, on=(topic.event_id == table.id)).where(topic.topic == "correct")
        held = [(row_id, _stored(*stored)) for row_id, *stored in query.tuples()]
        return [(row_id, event.body) for row_id, event in held if event.type == "correct"]

    def _own_row(self) -> Any:
        row = self.tables.log.select().where(self.tables.log.is_own == 1).first()
        if row is None:
            raise StoreError(
                N_("this ledger has no station yet"),
                hint=N_("Begin one with: python main.py init --place CODE --station NAME"),
            )
        return row

    # --- reading ------------------------------------------------------------------------------------------------

    def own_log(self) -> OwnLog:
        """The log that this station writes.

        Raises:
            StoreError: there is none.
        """
        row = self._own_row()
        genesis = self.event_at(row.id, 1)
        return OwnLog(row.id, row.name, row.station, row.place, row.root, str(genesis.body["election"]), row.handovers)

    def event_at(self, log_id: int, seq: int) -> Event:
        """The event of that number in a log that is known to have it."""
        table = self.tables.event
        columns = table.select(table.leaf, table.body, table.signatures)
        return _stored(*columns.where((table.log_id == log_id) & (table.seq == seq)).tuples().get())

    def event_count(self) -> int:
        """How many events are held, of all logs. It grows with every change that anybody records."""
        return int(self.tables.log.select(fn.COALESCE(fn.SUM(self.tables.log.size), 0)).scalar())

    def places_met(self) -> frozenset[str] | None:
        """The places whose stations' logs are held; None, meaning everybody is, for a laptop that is alone.

        A laptop is alone while it is its own root and has met no log but its own: nobody else can explain a gap.
        """
        rows = list(self.tables.log.select())
        own = [row for row in rows if row.is_own]
        if own == rows and any(row.root == key_fingerprint(bytes.fromhex(row.public_key)) for row in own):
            return None
        return frozenset(row.place for row in rows)

    def naming(self, codes: Iterable[str]) -> dict[str, list[Event]]:
        """For each code, the events of its chain: those that name it, and what corrects them; in no order."""
        tables = self.tables
        found: dict[str, list[Event]] = {code: [] for code in codes}
        _gather(found, tables.event, tables.event_item, tables.event_item.event_id)
        if tables.fork.select().exists():
            _gather(found, tables.fork, tables.fork_item, tables.fork_item.fork_id)
        return found

    def on_topic(self, topics: Iterable[str]) -> list[Event]:
        """Every event of these types, which are among `TOPICS`; in no order."""
        event, topic, fork = self.tables.event, self.tables.event_topic, self.tables.fork
        wanted = list(topics)
        columns = event.select(event.leaf, event.body, event.signatures)
        query = columns.join(topic, on=(topic.event_id == event.id)).where(topic.topic.in_(wanted))
        found = [_stored(*stored) for stored in query.tuples()]
        for stored in fork.select(fork.leaf, fork.body, fork.signatures).tuples():
            other = _stored(*stored)
            if other.type in wanted:
                found.append(other)
        return found

    def codes_of(self, leaf: str) -> list[str]:
        """The items whose chains an event belongs to."""
        event = self.find(leaf)
        while event is not None and event.type == "correct":
            event = self.find(event.body["target"])
        return [] if event is None else list(event.rows)

    def codes(self) -> Iterator[str]:
        """Every item that any event names."""
        for index in (self.tables.event_item, self.tables.fork_item):
            for (code,) in index.select(index.code).distinct().tuples():
                yield code

    def codes_from(self, log: str, first: int) -> set[str]:
        """The items that a log names from a number on."""
        table = self.tables.log
        log_id = table.select(table.id).where(table.name == log).scalar()
        found: set[str] = set()
        for entries in (self.tables.event, self.tables.fork):
            columns = entries.select(entries.leaf, entries.body, entries.signatures)
            for stored in columns.where((entries.log_id == log_id) & (entries.seq >= first)).tuples():
                event = _stored(*stored)
                found.update(self.codes_of(event.leaf) if event.type == "correct" else event.rows)
        return found

    def find(self, leaf: str) -> Event | None:
        """The event of that identity, None where it is not held."""
        for table in (self.tables.event, self.tables.fork):
            columns = table.select(table.leaf, table.body, table.signatures)
            row = columns.where(table.leaf == bytes.fromhex(leaf)).tuples().first()
            if row is not None:
                return _stored(*row)
        return None

    def refs(self, leaves: Iterable[bytes]) -> dict[bytes, Ref]:
        """Where each of these events stands: log, number, leaf."""
        log = self.tables.log
        names = {row.id: row.name for row in log.select(log.id, log.name)}
        found: dict[bytes, Ref] = {}
        for table in (self.tables.event, self.tables.fork):
            for batch in chunked(set(leaves) - found.keys(), _CODES_PER_QUERY):
                columns = table.select(table.leaf, table.log_id, table.seq)
                for leaf, log_id, seq in columns.where(table.leaf.in_(batch)).tuples():
                    found[bytes(leaf)] = Ref(names[log_id], seq, bytes(leaf).hex())
        return found

    def entries(self, logs: Sequence[str] | None = None) -> Iterator[tuple[bytes, str]]:
        """Every entry as it is stored, log by log in order of `seq`: its body's bytes and its signature lines.

        Behind a forked log's own sequence come the entries of its other histories.

        Unchecked, for who verifies; where damage left something else in a column, it comes out empty.

        Args:
            logs: the names of the logs; None means all.
        """
        event, fork, log = self.tables.event, self.tables.fork, self.tables.log
        columns = event.select(event.body, event.signatures)
        others = fork.select(fork.body, fork.signatures).order_by(fork.seq, fork.leaf)
        held_logs = log.select(log.id).order_by(log.name)
        if logs is not None:
            held_logs = held_logs.where(log.name.in_(list(logs)))
        for held in held_logs:  # by log, so that the index on (log_id, seq) gives the order
            own = columns.where(event.log_id == held.id).order_by(event.seq)
            for body, signatures in joined(own.tuples().iterator(), others.where(fork.log_id == held.id).tuples()):
                yield _as_bytes(body), signatures if isinstance(signatures, str) else ""

    def heads(self) -> list[dict[str, Any]]:
        """Each log held: its name, station, place, how many events, and the newest one's leaf digest (hex)."""
        log = self.tables.log
        return [
            {"log": row.name, "station": row.station, "place": row.place, "size": row.size,
             "head": bytes(row.head).hex() if row.head is not None else None}
            for row in log.select().order_by(log.name)
        ]  # fmt: skip

    def keys(self) -> dict[str, bytes]:
        """The public key of each log held."""
        log = self.tables.log
        return {name: bytes.fromhex(key) for name, key in log.select(log.name, log.public_key).tuples()}

    def newest_time(self, log_id: int) -> str | None:
        """When the newest event of a log says it was recorded; None for an empty log."""
        event = self.tables.event
        columns = event.select(event.leaf, event.body, event.signatures)
        row = columns.where(event.log_id == log_id).order_by(event.seq.desc()).tuples().first()
        return None if row is None else _stored(*row).at

    def trouble(self) -> str:
        """What the database itself finds wrong with its file; empty when nothing. Finds damage, not tampering."""
        if not isinstance(self.database, SqliteDatabase):
            return ""
        found = str(self.database.execute_sql("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found


def _stored(leaf: Any, body: Any, signatures: Any) -> Event:
    """An event from our own tables, after its bytes have been compared with its digest.

    Raises:
        TamperError: they differ.
    """
    digest, data = _as_bytes(leaf), _as_bytes(body)
    if leaf_digest(data + b"\n" + str(signatures).encode()) != digest:
        raise TamperError(
            N_("an event of this ledger is not as it was recorded (its digest was {leaf})"),
            hint=N_("Run: python main.py verify"),
            leaf=digest.hex()[:16],
        )
    return stored_event(digest, data)


def _gather(found: dict[str, list[Event]], table: Any, index: Any, row_id: Any) -> None:
    """Add to each code the entries of a table that name it."""
    pairs: list[tuple[str, int]] = []
    for batch in chunked(found, _CODES_PER_QUERY):
        pairs.extend(index.select(index.code, row_id).where(index.code.in_(batch)).tuples())
    parsed: dict[int, Event] = {}
    for ids in chunked({entry_id for _, entry_id in pairs}, _CODES_PER_QUERY):
        columns = table.select(table.id, table.leaf, table.body, table.signatures)
        for entry_id, *stored in columns.where(table.id.in_(ids)).tuples():
            parsed[entry_id] = _stored(*stored)
    for code, entry_id in pairs:
        found[code].append(parsed[entry_id])


def _as_bytes(value: Any) -> bytes:
    """A stored blob; empty where damage left something else, for `bytes` of a number would be so many zeros."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
