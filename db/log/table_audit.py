"""What can be wrong with a ledger beside its entries: the schema and its guards, the tables about logs, the indexes,
and the present state, which must be the fold of the events.

Compares, and writes nothing. The entries themselves are for `evidence.audit`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from peewee import fn

from custody.errors import N_, CustodyError, TamperError
from custody.format.encoding import key_fingerprint
from custody.format.paper_codes import Sheet, pack_sheet, paper_id
from db.log.paper_records import checked_sheet
from db.log.stored import read_stored, topics_of
from db.models import Tables
from db.prepared import batches, streamed, written
from db.schema import changed_objects, scratch_database
from db.state.item_rows import ItemRow
from db.state.projection import Projection
from db.state.queries import State
from db.store import Store
from evidence.audit_findings import EvidenceFinding, of_outside
from evidence.checkpoint import claimed_checkpoint, extend, is_head_of, read_seal, sum_of
from evidence.entry import RawEntry
from evidence.intake import LogRow, log_row
from evidence.verdict import LogFacts

_CODES_PER_FOLD = 500


class Checking:
    """One look at a ledger. `entries` is walked first; `findings` needs what the audit of these entries says."""

    def __init__(self, store: Store) -> None:
        self.store, self.state, self.ledger, self.tables = store, store.state, store.ledger, store.ledger.tables
        self._handovers: dict[str, int] = {}

    def rows(self) -> list[LogRow]:
        """What the table of logs says of each, with entries that wait counted in, and the newest signed head known."""
        waiting, log = self.tables.waiting, self.tables.log
        found = []
        for head in self.ledger.heads():
            of_log = waiting.log_id == log.select(log.id).where(log.name == head["log"])
            last = waiting.select().where(of_log).order_by(waiting.seq.desc()).first()
            if last is not None and last.seq > head["size"]:
                head |= {"size": last.seq, "head": bytes(last.leaf).hex()}
            found.append(log_row({**head, "checkpoint": self.ledger.signed_heads.newest(head["log"])}))
        return found

    def shown(self) -> list[str]:
        """Every signed head that this station was shown, cosigned ones too, but for those that are damaged: `findings`
        names them.
        """
        found = []
        for table in (self.tables.seen_head, self.tables.cosigned):
            found += [str(note) for log, note in self._notes(table) if is_head_of(_text(note), log)]
        return found

    def _notes(self, table: Any) -> Any:
        return table.select(table.log, table.note).tuples()

    def entries(self) -> Iterator[RawEntry]:
        """Every entry with what it is filed under: each log's sequence, its other histories, and those that wait."""
        tables = self.tables
        for log_id, name in tables.log.select(tables.log.id, tables.log.name).order_by(tables.log.name).tuples():
            self._handovers[name] = 0
            for table in (tables.event, tables.fork, tables.waiting):
                columns = table.select(table.seq, table.leaf, table.body, table.signatures)
                query = columns.where(table.log_id == log_id).order_by(table.seq, table.leaf)
                for seq, leaf, body, signatures in streamed(query):
                    raw = RawEntry(_bytes(body), _text(signatures), _number(seq), _bytes(leaf), str(name))
                    if table is tables.event:
                        self._handovers[name] += _begins_handover(raw.body)
                    yield raw

    def findings(self, logs: tuple[LogFacts, ...], done: Callable[[int], None]) -> Iterator[EvidenceFinding]:
        """All that is wrong beside the entries; `done` is called with the number of items compared."""
        yield from self.guards()
        yield from self._logs({log.log: log for log in logs})
        yield from self._dropped()
        yield from self._strays()
        yield from self._indexes()
        yield from self._places()
        yield from self.items_of(self.ledger.codes(), done, is_all=True)
        yield from self._outside()
        yield from shown_findings(self.store)

    def guards(self, *, whole: bool = True) -> Iterator[EvidenceFinding]:
        """What is wrong with the file, if the `whole` of it is to be read, its guards, and heads and receipts."""
        if whole and (trouble := self.ledger.trouble(whole=True)):
            yield tampered(N_("the database file is damaged: {reason}"), reason=trouble)
        for kind, name in changed_objects(self.ledger.database):
            yield tampered(
                N_("the database's {kind} {name} is not as Serah makes it: the guards may be off"), kind=kind, name=name
            )
        for log in self.ledger.signed_heads.damaged():
            message = N_(
                "the signed head that this ledger keeps of its own log {log} is damaged: find out who changed "
                "the file; this station's next record signs a new head"
            )
            yield tampered(message, log)
        for log, note in self._notes(self.tables.cosigned):
            if not is_head_of(_text(note), log):
                yield tampered(N_("a receipt that this ledger keeps for {log} is damaged"), _text(log))

    def _outside(self) -> Iterator[EvidenceFinding]:
        """What stations plan for branches where they may not: signed as it should be, and not counted."""
        try:
            yield from map(of_outside, self.state.plan.outside)
        except TamperError:
            return  # a finding about the entry already

    def _logs(self, facts: dict[str, LogFacts]) -> Iterator[EvidenceFinding]:
        """The table of logs against each log's first entry, and what is counted in it."""
        own = 0
        for row in self.tables.log.select():
            own += row.is_own == 1
            said: dict[str, Any] = {}
            held = facts.get(row.name)
            if held is not None and held.size:
                try:
                    genesis = self.ledger.event_at(row.id, 1).body
                except CustodyError:
                    continue  # a finding about the entry already
                said = {name: genesis.get(name) for name in ("station", "place", "root", "public_key")}
                said |= {"handovers": self._handovers.get(row.name)}
                key = said["public_key"]  # None where another event was put into the first one's place
                if key is None or key_fingerprint(bytes.fromhex(key)) != held.key:
                    said["public_key"] = None
            for name, value in said.items():
                if getattr(row, name) != value:
                    message = N_("the table of logs has another {name} for {log} than its entries")
                    yield tampered(message, row.name, name=name)
        if own > 1:
            yield tampered(N_("the table of logs has {count} logs of this station"), count=own)

    def _dropped(self) -> Iterator[EvidenceFinding]:
        """The logs that were deleted before they were admitted, and that count now and have not come back."""
        dropped, sizes = self.tables.dropped, self.ledger.sizes()
        gone = [row for row in dropped.select().order_by(dropped.id) if row.size > sizes.get(row.log, 0)]
        try:
            powers = self.state.stations.now().powers if gone else {}
        except TamperError:
            return  # a finding about the entry already
        longest: dict[str, int] = {}
        for row in gone:
            if row.public_key in powers:
                longest[row.log] = max(row.size, longest.get(row.log, 0))
        for log, size in sorted(longest.items()):
            message = N_(
                "entries of {log} that were dropped here before its station was admitted: {size}; import its bundle"
            )
            yield EvidenceFinding("INCOMPLETE", log, sizes.get(log, 0) + 1, message, {"log": log, "size": size})

    def _strays(self) -> Iterator[EvidenceFinding]:
        for table in ("event", "fork", "waiting"):
            if count := self._of_no_log(table=table)[0][0]:
                message = N_("entries in the database of no log that it knows: {count}")
                yield tampered(message, count=count)

    @written
    def _of_no_log(self, *, table: str) -> Any:
        entries, log = getattr(self.tables, table), self.tables.log
        return entries.select(fn.COUNT(entries.id)).where(entries.log_id.not_in(log.select(log.id)))

    def _indexes(self) -> Iterator[EvidenceFinding]:
        """The indexes of items and topics against the entries: sums of hashes, for an index has no order to walk in."""
        tables = self.tables
        for table, index, column in (
            (tables.event, tables.event_item, "event_id"),
            (tables.fork, tables.fork_item, "fork_id"),
        ):
            items = topics = 0
            columns = table.select(table.id, table.leaf, table.body, table.signatures)
            for row_id, *stored in streamed(columns):
                try:
                    event = read_stored(*stored)
                    codes = self.ledger.codes_of(event.leaf) if event.type == "correct" else event.named
                except (CustodyError, ValueError, KeyError, TypeError, AttributeError):
                    return  # a finding about the entry already
                items += sum(hash((code, row_id)) for code in dict.fromkeys(codes))
                topics += sum(hash((topic, row_id)) for topic in topics_of(event.body))
            rows = streamed(index.select(index.code, getattr(index, column)))
            if sum(hash((code, row_id)) for code, row_id in rows) != items:
                yield tampered(N_("the index of items ({table}) is not what the entries say"), table=column)
            if table is tables.event:
                rows = streamed(tables.event_topic.select(tables.event_topic.topic, tables.event_topic.event_id))
                if sum(hash((topic, row_id)) for topic, row_id in rows) != topics:
                    yield tampered(N_("the index of notices is not what the entries say"))

    def _places(self) -> Iterator[EvidenceFinding]:
        """The tables of places and needs against those that the plan makes, in a database in memory."""
        with scratch_database() as memory:
            fresh = Tables(memory)
            try:
                # touches no other table
                Projection(State(self.ledger, fresh), self.store.transaction).replan()
            except TamperError:
                return  # a finding about the entry already
            for name in ("place", "need"):
                pair = getattr(self.tables, name), getattr(fresh, name)
                if _sum_of_rows(pair[0]) == _sum_of_rows(pair[1]):
                    continue
                held, made = map(_rows, pair)
                wrong = sorted((key for key in held.keys() | made.keys() if held.get(key) != made.get(key)), key=str)
                if wrong:
                    message = N_("the table {table} is not what the plan says; rows: {count}; the first is {key}")
                    yield tampered(message, table=name, count=len(wrong), key=" ".join(map(str, wrong[0])))

    def items_of(
        self, codes: Iterable[str], done: Callable[[int], None], *, is_all: bool = False
    ) -> Iterator[EvidenceFinding]:
        """The table of items against the fold of the events.

        Args:
            is_all: these are all items that any event names; rows of others are wrong.
        """
        wrong: list[str] = []
        count = 0
        for table in ("item", "seal_use") if is_all else ():
            [(first, strays)] = self._named_nowhere(table=table)
            wrong += [first] if strays else []
            count += strays
        for some in batches(codes, _CODES_PER_FOLD):
            try:
                folded = self.store.projection.folded(some)
            except TamperError:
                continue  # a finding about the entry already
            made: dict[str, ItemRow | None] = {row.code: row for row in folded.rows} | dict.fromkeys(folded.gone)
            held = {row.code: row for row in self.state.item_rows(made)}
            seals = self.state.seals.of(made)
            differing = sorted(
                (
                    code
                    for code, row in made.items()
                    if held.get(code) != row or sorted(seals.get(code, ())) != sorted(folded.seals.get(code, ()))
                ),
                key=str,
            )
            count += len(differing)
            wrong = wrong or differing[:1]
            done(len(some))
        if wrong:
            message = N_("the present state of items is not what their events say: {count}; the first is {item}")
            yield tampered(message, count=count, item=wrong[0])

    @written
    def _named_nowhere(self, *, table: str) -> Any:
        """The first, and how many there are."""
        rows = getattr(self.tables, table)
        strays = rows.select(fn.MIN(rows.code), fn.COUNT(rows.code))
        for index in (self.tables.event_item, self.tables.fork_item):  # NOT IN would be quadratic on PostgreSQL
            strays = strays.where(~fn.EXISTS(index.select(index.code).where(index.code == rows.code)))
        return strays


def _sum_of_rows(table: Any) -> int:
    """The sum of the hashes of all rows, for a nation's places are too many to hold twice. As text: a number has the
    hash of others, which who changes rows can work out.
    """
    return sum(hash(repr(row)) for row in streamed(table.select()))


def _rows(table: Any) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of a small table by their key."""
    keys = [field.name for field in table.model._meta.get_primary_keys()]
    return {tuple(row[key] for key in keys): tuple(row.values()) for row in table.select().dicts()}


def _begins_handover(body: bytes) -> bool:
    """Whether this is the first part of a handover. A body is canonical, so no text in it can look like this."""
    return b'"type":"handover"' in body and b'"part":1,"parties":' in body


def _bytes(value: Any) -> bytes:
    """A stored blob; empty where damage left something else."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


# --- Compare the heads that were shown to this station, and how far its log is witnessed, with what was signed --------
# `seen_head` and `paper` hold texts that others signed, with columns that say the same shorter; `witnessed` is a cache
# of what logs say of each other. Nothing else would notice where one of these was changed.


def shown_findings(store: Store) -> Iterator[EvidenceFinding]:
    """All that is wrong with these three tables. The entries, and the signatures of heads, are for the audit."""
    tables = store.ledger.tables
    for log in _heads_told_wrong(tables):
        message = N_(
            "the table of heads that were shown has another length or root for {log} than the head, or the "
            "head in it is damaged"
        )
        yield tampered(message, log)
    yield from _seal_findings(tables)
    try:
        for paper, log in _papers_told_wrong(store.state):
            yield tampered(N_("the handover paper {paper} of {log} is not kept here as it was read"), log, paper=paper)
        wrong = store.heads.told_wrong()
    except (CustodyError, KeyError, TypeError):
        return  # a finding about the entry already
    for log, by in wrong:
        message = N_("the table of who relies on whom has another number for {log} by {by} than the entries say")
        yield tampered(message, log, by=by)


def tampered(message: str, log: str = "", **values: Any) -> EvidenceFinding:
    """The finding that something beside the entries is not as it was left; `log` is empty for the whole ledger."""
    return EvidenceFinding("TAMPERED", log, None, message, {"log": log, **values} if log else values, of_file=True)


def _heads_told_wrong(tables: Tables) -> Iterator[str]:
    head = tables.seen_head
    for log, size, root, note in head.select(head.log, head.size, head.root, head.note).tuples():
        try:
            said = claimed_checkpoint(note)
            is_right = (said.origin, said.size, said.root) == (log, size, bytes(root))
        except (CustodyError, TypeError):
            is_right = False
        if not is_right:
            yield str(log)


def _seal_findings(tables: Tables) -> Iterator[EvidenceFinding]:
    """Hold the heads that were shown here to what our records signed of them, log by log of our own."""
    head, logs, tree = tables.seen_head, tables.log, tables.tree
    sums: dict[int, dict[int, int]] = {}
    for seen_by, known_at, note in head.select(head.seen_by, head.known_at, head.note).tuples().iterator():
        of_log = sums.setdefault(seen_by, {})
        of_log[known_at] = sum_of(of_log.get(known_at, 0), str(note))
    rows = tree.select(logs.name, logs.public_key, logs.size, tree.log_id, tree.size, tree.seal, tree.shown)
    for name, key, held, log_id, size, seal, shown in rows.join(logs.model, on=(logs.id == tree.log_id)).tuples():
        of_log, digest = sums.pop(log_id, {}), ""
        later = of_log.pop(size, 0)
        for known_at, total in sorted(of_log.items()):
            digest = extend(digest, known_at, total)
        try:
            is_right = not of_log if not seal else read_seal(seal, name, bytes.fromhex(key)) == (size, digest)
            is_right &= later == int(shown or "0", 16)
        except (CustodyError, ValueError, TypeError):
            is_right = False
        if not is_right:
            yield tampered(
                N_(
                    "the heads that were shown to {log} are not those that its records signed: one was taken "
                    "away or added"
                ),
                name,
            )
        elif not seal or size < held:  # of an older copy to which later records came back, nothing has signed since
            message = N_("no record of {log} has signed yet which heads were shown here: its next one does")
            yield EvidenceFinding("UNWITNESSED", name, None, message, {"log": name})
    if sums.keys() - {0}:
        yield tampered(N_("the table of heads that were shown names a log of this station that is not here"))


def _papers_told_wrong(state: State) -> Iterator[tuple[str, str]]:
    """The papers whose record is not what its key signed, or is filed under something else, or as relied on wrongly."""
    kept: dict[str, int] = {}
    for event in state.ledger.on_topic(("witness",)):
        with suppress(TamperError):  # whoever wrote that kept no head
            head = claimed_checkpoint(event.body["head"])
            kept[head.origin] = max(head.size, kept.get(head.origin, 0))
    for row in state.ledger.tables.paper.select():
        try:
            sheet = Sheet(bytes(row.body), row.signatures, bytes.fromhex(row.public_key), row.head)
            body, leaf = checked_sheet(sheet)
            filed = (bytes(row.leaf), row.log, row.seq, row.paper)
            is_right = filed == (leaf, body["log"], body["seq"], paper_id(pack_sheet(sheet)))
            is_right &= not row.is_witnessed or claimed_checkpoint(row.head).size <= kept.get(row.log, 0)
        except (CustodyError, ValueError, KeyError, TypeError, AttributeError):
            is_right = False
        if not is_right:
            yield str(row.paper), str(row.log)
