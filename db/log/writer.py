"""The evidence as it is written: signed entries appended to our own log, and those of others put in place.

The only code that writes events; `db/log/reader.py` reads them back.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from custody.compose.compose import NewEvent
from custody.errors import N_, InputError, StoreError, TamperError
from custody.format.encoding import entry_bytes, leaf_digest, sign_body
from custody.format.event_types import NEWEST, Body
from custody.format.events import Event, write_body
from db.log.reader import LedgerReader
from db.log.stored import HeldLog, topics_of
from db.prepared import Prepared, PreparedInsert, blank
from evidence.checkpoint import Signer

FORMER = 2
"""What `is_own` says of a log that this station wrote before it went on with a new one."""


class LedgerWriter:
    """The one way to append to the event tables of a ledger. Call its methods within a transaction."""

    def __init__(self, ledger: LedgerReader) -> None:
        database, tables = ledger.database, ledger.tables
        self.ledger, self.tables = ledger, tables
        self._last = Prepared(database, self._last_query)
        self._grown = Prepared(database, self._grown_query)
        self._new_event, self._new_fork = (Prepared(database, self._new_query, name) for name in ("event", "fork"))
        self._topics = PreparedInsert(tables, "event_topic", ("topic", "event_id"))
        self._event_items = PreparedInsert(tables, "event_item", ("code", "event_id"))
        self._fork_items = PreparedInsert(tables, "fork_item", ("code", "fork_id"))

    def begin_log(
        self,
        name: str,
        genesis: NewEvent,
        signer: Signer,
        *,
        at: str,
        by: str,
        app: str,
        id: str,
        clock: str | None = None,
    ) -> Event:
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
            name=name,
            station=fields["station"],
            place=fields["place"],
            root=fields["root"],
            public_key=fields["public_key"],
            is_own=1,
            size=0,
            head=None,
            handovers=0,
        ).execute()
        return self.append([genesis], signer, at=at, by=by, app=app, id=id, clock=clock)[0]

    def adopt(self, log: str) -> None:
        """Take a log that is held as our own, where there is none: it can be gone on from. Call within a transaction.

        It is not written on: who knows how much longer it was.
        """
        table = self.tables.log
        table.update(is_own=1).where(table.name == log).execute()
        self.ledger.memory.forget()

    def retire_own(self) -> None:
        """Leave our log as it is, so that a new one may begin. Call within a transaction."""
        log = self.tables.log
        log.update(is_own=FORMER).where(log.is_own == 1).execute()

    def append(
        self, new: Sequence[NewEvent], signer: Signer, *, at: str, by: str, app: str, id: str, clock: str | None = None
    ) -> list[Event]:
        """Append signed events to our own log, one after the other, and sign its new head. Call in a transaction.

        Args:
            clock: kept with the log: its station's clock at this moment (`custody.chain.clocks.ClockMark`).

        Raises:
            CustodyError: an event that the format does not allow.
            StoreError: this ledger has no log of its own.
            TamperError: the log does not end where it ended when this station last wrote.
        """
        row = self.ledger.require_own_row()
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
                "v": NEWEST[event.type],
                "type": event.type,
                "log": row.name,
                "seq": size,
                "prev": head.hex() if head else None,
                "refs": [ref._asdict() for ref in event.refs],
                "id": id,
                "at": at,
                "by": by,
                "app": app,
                **event.fields,
            }
            data, said = write_body(body)
            signatures = (sign_body(data, signer.public_key, signer.sign),)
            head = leaf_digest(entry_bytes(data, signatures))
            self.insert(row.id, size, head, data, "".join(f"{signature}\n" for signature in signatures), said)
            recorded.append(Event(head.hex(), said))
        self.ledger.signed_heads.grow(row, (bytes.fromhex(event.leaf) for event in recorded), signer)
        self._grown.run(size=size, head=head, handovers=handovers, clock=clock, id=row.id)
        return recorded

    def _grown_query(self) -> Any:
        log = self.tables.log
        names = ("size", "head", "handovers", "clock")
        grown = log.update(**{name: blank(name) for name in names})
        return grown.where(log.id == blank("id"))

    def _head(self, log: HeldLog) -> bytes | None:
        """The leaf digest that the next event must name as `prev`: of the last event, and so it must say in the log."""
        last = self._last.first(log_id=log.id)
        held = (last[0], bytes(last[1])) if last else (0, None)
        noted = (log.size, None if log.head is None else bytes(log.head))
        if held != noted:
            raise TamperError(
                N_("the log ends at number {found} and was left at number {expected}: nothing is added to it"),
                hint=N_("Run: {way}"),
                way="verify",
                found=held[0],
                expected=noted[0],
            )
        return held[1]

    def _last_query(self) -> Any:
        event = self.tables.event
        columns = event.select(event.seq, event.leaf).where(event.log_id == blank("log_id"))
        return columns.order_by(event.seq.desc()).limit(1)

    def insert(self, log_id: int, seq: int, leaf: bytes, body: bytes, signatures: str, parsed: Body) -> None:
        """Put an entry into a log's sequence and into the indexes. Call within a transaction, after checking it."""
        entry = {"log_id": log_id, "seq": seq, "leaf": leaf, "body": body, "signatures": signatures}
        event_id = self._new_event.first(**entry)[0]
        self._topics.run((topic, event_id) for topic in topics_of(parsed))
        self._index(parsed, self._event_items, event_id)

    def index_many(self, events: Iterable[tuple[int, Event]]) -> None:
        """Index events that were put into the sequences of logs, each by the number of its row."""
        events = list(events)
        self._topics.run((topic, row_id) for row_id, event in events for topic in topics_of(event.body))
        self._event_items.run((code, row_id) for row_id, event in events for code in self._codes(event))

    def insert_fork(self, log_id: int, seq: int, leaf: bytes, body: bytes, signatures: str, parsed: Body) -> None:
        """Put an entry of a log's other history beside its sequence. Call within a transaction, after checking it."""
        entry = {"log_id": log_id, "seq": seq, "leaf": leaf, "body": body, "signatures": signatures}
        self._index(parsed, self._fork_items, self._new_fork.first(**entry)[0])

    def _new_query(self, name: str) -> Any:
        table, columns = getattr(self.tables, name), ("log_id", "seq", "leaf", "body", "signatures")
        return table.insert(**{column: blank(column) for column in columns}).returning(table.id)

    def _index(self, parsed: Body, index: PreparedInsert, row_id: int) -> None:
        index.run((code, row_id) for code in self._codes(Event("", parsed)))

    def _codes(self, event: Event) -> Iterable[str]:
        """The items whose chains an event belongs to."""
        if event.type == "correct":  # names no item itself, and belongs to the chain of each that its target names
            return dict.fromkeys(self.ledger.codes_of(event.body["target"]))
        return event.named

    def index_late_corrections(self, arrived: Collection[str]) -> set[str]:
        """Index the corrections whose targets have come after them; returns the items that they are about.

        Args:
            arrived: the leaf digests of the events that came; only what corrects one of them is looked at.
        """
        tables = self.tables
        held = [
            (*index, row_id, event)
            for table, *index in (
                ("event", tables.event_item, tables.event_item.event_id, self._event_items),
                ("fork", tables.fork_item, tables.fork_item.fork_id, self._fork_items),
            )
            for row_id, event in self.ledger.corrections(table)
        ]
        targets = {event.leaf: str(event.body["target"]) for *_, event in held}
        found: set[str] = set()
        for index, entry_id, items, row_id, event in held:
            leaf = event.leaf
            while leaf in targets and targets[leaf] not in arrived:  # through corrections of corrections
                leaf = targets[leaf]
            if leaf not in targets or not (codes := self.ledger.codes_of(event.leaf)):
                continue
            if not index.select().where((index.code == codes[0]) & (entry_id == row_id)).exists():
                self._index(event.body, items, row_id)
                found.update(codes)
        return found
