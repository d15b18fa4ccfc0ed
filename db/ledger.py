"""The evidence as it is written: signed entries appended to our own log, and those of others put in place.

The only code that writes events; `db/reading.py` reads them back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from peewee import Database

from custody.compose import NewEvent
from custody.errors import N_, InputError, StoreError, TamperError
from custody.events import NEWEST, Body, Event, check_body
from custody.ledger import canonical, entry_bytes, leaf_digest, sign_body
from db.batches import batches
from db.connect import reopen, write_lock
from db.faults import as_store_errors
from db.heads import Heads
from db.models import Tables
from db.reading import Reading, read_stored
from db.signer import Signer as Signer
from db.tail import check_tail

TOPICS = frozenset({
    "genesis", "admit", "revoke", "plan", "correct", "witness", "register", "print", "void", "delivery", "incident",
    "checklist", "point",
})  # fmt: skip
"""The types of events that are found by their type: they need name no item, or labels are counted by them."""
FORMER = 2
"""What `is_own` says of a log that this station wrote before it went on with a new one."""


class Ledger(Reading):
    """The event tables of one database, and the one way to append to them."""

    def __init__(self, database: Database, tables: Tables) -> None:
        super().__init__(database, tables)
        self.signed_heads = Heads(tables)
        self._is_doubtful = False
        """Whether a write has failed since the database was opened."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, under the write lock; within another one, a part of that.

        Raises:
            ConflictError: another program holds the lock for too long; trying again is safe.
            StoreError: it could not be stored. The ledger can be used on once that is mended: the next one begins by
                opening the database anew.
            TamperError: it was opened anew after such an error, and the log does not end as it was left.
        """
        if self.database.in_transaction():
            yield
        else:
            if self._is_doubtful:
                self._begin_anew()
            try:
                with as_store_errors(), write_lock(self.database):
                    yield
            except BaseException as error:
                self.forget()
                self._is_doubtful = self._is_doubtful or isinstance(error, StoreError)
                raise

    def _begin_anew(self) -> None:
        """Reopen the database and look at the end of our log, after a write that failed.

        What a failing disk left in the memory of this connection is nothing to build on.

        Raises:
            StoreError: it cannot be opened.
            TamperError: the log does not end as it was left.
        """
        reopen(self.database)
        self.forget()
        with as_store_errors():
            check_tail(self.tables)
        self._is_doubtful = False

    def begin_log(self, name: str, genesis: NewEvent, signer: Signer, *, at: str, by: str, app: str, id: str) -> Event:
        """Begin our own log with its first event. Call within a transaction.

        Raises:
            InputError: this ledger has a log of its own already.
        """
        log = self.tables.log
        if log.select().where(log.is_own == 1).exists():
            raise InputError(
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
        """Append signed events to our own log, one after the other, and sign its new head. Call in a transaction.

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
                "v": NEWEST[event.type], "type": event.type, "log": row.name, "seq": size,
                "prev": head.hex() if head else None,
                "refs": [ref._asdict() for ref in event.refs], "id": id, "at": at, "by": by, "app": app, **event.fields,
            }  # fmt: skip
            check_body(body)
            data = canonical(body)
            signatures = (sign_body(data, signer.public_key, signer.sign),)
            head = leaf_digest(entry_bytes(data, signatures))
            self.insert(row.id, size, head, data, "".join(f"{signature}\n" for signature in signatures), body)
            recorded.append(Event(head.hex(), body))
        self.signed_heads.grow(row, (bytes.fromhex(event.leaf) for event in recorded), signer)
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
        for batch in batches(({"code": code, column: row_id} for code in codes), 5000):
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
        held = [(row_id, read_stored(*columns)) for row_id, *columns in query.tuples()]
        return [(row_id, event.body) for row_id, event in held if event.type == "correct"]
