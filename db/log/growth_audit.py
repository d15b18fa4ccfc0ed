"""What has come since the whole ledger was verified, held to what was found then.

What was verified is not read again, but for the newest entry of each log: it names the digest of the one before it, so
nothing else can stand in front of it without a second one that is signed. That the database still has what stood there
is for `table_audit`, which reads everything.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from peewee import fn

from custody.chain.roster import NOTICES
from custody.errors import N_, TamperError
from custody.format.encoding import is_name_of, leaf_digest
from custody.format.events import Event
from db.log.stored import read_stored, topics_of
from db.log.table_audit import Checking, tampered
from db.models import Tables
from db.prepared import written
from db.store import Store
from evidence.audit_findings import EvidenceFinding
from evidence.checkpoint import read_checkpoint
from evidence.entry import Examined, RawEntry, examine
from evidence.log_audit import Mapper, with_keys
from evidence.tree import Frontier
from evidence.verdict import BundleAudit
from evidence.verified import Verified, VerifiedLog

_AT_ONCE = 500
_ALONE = NOTICES - {"genesis", "plan"}
"""The types of events that may change what all others mean."""


def verified_now(store: Store, audit: BundleAudit, at: str) -> Verified:
    """What an audit of the whole ledger that found nothing wrong has verified.

    Raises:
        TamperError: somebody has changed the ledger meanwhile.
    """
    growth, logs = Growth(store, Verified(at, {}, 0)), {}
    held = {row.name: row for row in store.ledger.tables.log.select()}
    for facts in audit.logs:
        if not facts.log or facts.log not in held or not held[facts.log].size:
            continue
        row, tree, leaf = held[facts.log], Frontier(), b""
        for leaf in store.ledger.leaves(row.name, 0, row.size):
            tree.append(leaf)
        if tree.size != row.size or (facts.size == row.size and tree.root().hex() != facts.root):
            raise TamperError(N_("{log} was changed while it was verified"), hint=N_("Run it again."), log=facts.log)
        if facts.size == row.size:  # entries that wait are for the next time
            heads = sum(size <= row.size for size, _root in growth.heads(row))
            logs[row.name] = VerifiedLog(row.public_key, tree.to_bytes(), leaf, row.handovers, heads)
    return Verified(at, logs, growth.forked())


@dataclass
class Growth:
    """One look at what has come. `entries` and `items` count what was read of it."""

    store: Store
    before: Verified
    entries: int = 0
    items: int = 0
    _named: dict[str, None] = field(default_factory=dict)
    _keys: dict[str, bytes] = field(default_factory=dict)
    _misfiled: list[str] = field(default_factory=list)
    _logs: dict[str, VerifiedLog] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        """The ledger's."""
        return self.store.ledger.tables

    def verified(self, at: str) -> Verified:
        """What is verified now, once `findings` found nothing."""
        return Verified(at, self._logs, self.before.forked)

    def total(self) -> int:
        """How many entries have come."""
        sizes = self.store.ledger.sizes()
        return sum(max(size - self._size(name), 0) for name, size in sizes.items())

    def _size(self, name: str) -> int:
        return self.before.logs[name].size if name in self.before.logs else 0

    def needs_all(self) -> bool:
        """Whether a record has come that may change what all others mean, so that everything must be read."""
        topic, event, log = (getattr(self.tables, name) for name in ("event_topic", "event", "log"))
        columns = event.select(log.name, event.seq).join(topic.model, on=(topic.event_id == event.id))
        said = columns.join(log.model, on=(log.id == event.log_id)).where(topic.topic.in_([*_ALONE]))
        return any(seq > self._size(name) for name, seq in said.tuples())

    def forked(self) -> int:
        """How many entries stand beside the logs."""
        fork = self.tables.fork
        return int(fork.select(fn.COUNT(fork.id)).scalar())

    def findings(
        self, mapper: Mapper = map, done: Callable[[int], None] = lambda _count: None
    ) -> Iterator[EvidenceFinding]:
        """All that is wrong with it."""
        checking = Checking(self.store)
        self._keys = {name: bytes.fromhex(log.key) for name, log in self.before.logs.items()}
        log = self.tables.log
        rows = {row.name: row for row in log.select().order_by(log.name)}
        for name in self.before.logs.keys() - rows.keys():
            yield tampered(N_("{log} was verified here and is gone"), name)
        for row in rows.values():
            yield from self._log(row, mapper, done)
        if self.forked() != self.before.forked:
            message = N_("entries have come that stand beside their log: it has two histories")
            yield EvidenceFinding("FORK", "", None, message, {})
        yield from checking.guards(whole=False)
        for name in self._misfiled:
            yield tampered(N_("the index of items ({table}) is not what the entries say"), table=name)
        self.items = len(self._named)
        yield from checking.items_of(self._named, lambda _count: None)

    # --- one log ------------------------------------------------------------------------------------------------------

    def _log(self, row: Any, mapper: Mapper, done: Callable[[int], None]) -> Iterator[EvidenceFinding]:
        known, name = self.before.logs.get(row.name), row.name
        tree = Frontier() if known is None else Frontier.from_bytes(known.tree)
        leaf, begin = b"" if known is None else known.leaf, tree.size
        if known is not None and not (row.public_key == known.key and self._still_ends(name, begin, leaf)):
            message = N_("number {seq} of {log} is not the one that was verified here at {at}")
            said = {"seq": begin, "log": name, "at": self.before.at}
            yield EvidenceFinding("TAMPERED", name, begin, message, said, of_file=True)
            return
        handovers = 0 if known is None else known.handovers
        for seen, event in self._entries(row, begin, mapper):
            done(1)
            self.entries += 1
            seq = tree.size + 1
            if seen.fault is not None:
                said = {"seq": seq, "log": name, **seen.fault.values}
                yield EvidenceFinding("TAMPERED", name, seq, seen.fault.message, said)
                return
            if (seen.seq, seen.log, seen.prev or b"") != (seq, name, leaf) or (
                seq == 1 and not is_name_of(name, self._keys[name])
            ):
                message = N_("number {seq} of {log} does not follow the one before it")
                yield EvidenceFinding("TAMPERED", name, seq, message, {"seq": seq, "log": name}, of_file=True)
                return
            yield from self._mentions(seen)
            handovers += event is not None and event.type == "handover" and event.body["part"] == 1
            tree.append(seen.leaf)
            leaf = seen.leaf
        if (tree.size, leaf, handovers) != (row.size, bytes(row.head or b""), row.handovers):
            yield tampered(N_("the table of logs has another {name} for {log} than its entries"), name, name="head")
        yield from self._against_heads(row, known, tree)
        if tree.size:
            heads = sum(size <= tree.size for size, _root in self.heads(row))
            self._logs[name] = VerifiedLog(row.public_key, tree.to_bytes(), leaf, handovers, heads)

    def _still_ends(self, name: str, seq: int, leaf: bytes) -> bool:
        """Whether the newest entry that was verified is there as it was."""
        return [leaf_digest(entry) for entry in self.store.ledger.span(name, seq - 1, seq)] == [leaf]

    def _entries(self, row: Any, begin: int, mapper: Mapper) -> Iterator[tuple[Examined, Event | None]]:
        """The entries of a log that have come, each examined; what they name is kept. None where one cannot be read."""
        while some := [*self._stored(row.id, begin, row.size, _AT_ONCE)]:
            raws = [RawEntry(bytes(data), str(lines), seq, bytes(leaf), row.name) for _, seq, leaf, data, lines in some]
            index = dict[int, Event]()
            for (row_id, _seq, *stored), seen in zip(some, mapper(examine, with_keys(raws, self._keys)), strict=True):
                event = None if seen.fault else read_stored(*stored)
                yield seen, event
                if event is not None:
                    index[row_id] = event
            if not self._is_indexed(index):
                self._misfiled.append(row.name)
            begin += len(some)

    @written
    def _stored(self, log_id: Any, seq: Any, last: Any, most: Any) -> Any:
        event = self.tables.event
        columns = event.select(event.id, event.seq, event.leaf, event.body, event.signatures)
        within = (event.seq > seq) & (event.seq <= last)
        return columns.where((event.log_id == log_id) & within).order_by(event.seq).limit(most)

    def _is_indexed(self, events: Mapping[int, Event]) -> bool:
        """Whether these entries are found by what they name, and by nothing else; what they name is kept."""
        tables, said, topics = self.tables, set[tuple[str, int]](), set[tuple[str, int]]()
        for row_id, event in events.items():
            codes = self.store.ledger.codes_of(event.leaf) if event.type == "correct" else event.named
            said |= {(code, row_id) for code in codes}
            topics |= {(topic, row_id) for topic in topics_of(event.body)}
            self._named |= dict.fromkeys(codes)
        items = tables.event_item.select(tables.event_item.code, tables.event_item.event_id)
        notices = tables.event_topic.select(tables.event_topic.topic, tables.event_topic.event_id)
        found = {*items.where(tables.event_item.event_id.in_([*events])).tuples()}
        return found == said and topics == {*notices.where(tables.event_topic.event_id.in_([*events])).tuples()}

    def _mentions(self, seen: Examined) -> Iterator[EvidenceFinding]:
        """What an entry relies on in other logs, against what is held of them."""
        for mention in seen.mentions:
            held = [*self.store.ledger.leaves(mention.log, mention.seq - 1, mention.seq)]
            if held and held != [mention.leaf]:
                message = N_("number {seq} of {log} relies on another number {number} of {other} than is here")
                said = {"seq": seen.seq, "log": seen.log, "number": mention.seq, "other": mention.log}
                yield EvidenceFinding("DISPUTED", seen.log, seen.seq, message, said)

    # --- signed heads -------------------------------------------------------------------------------------------------

    def heads(self, row: Any) -> list[tuple[int, bytes]]:
        """The size and root of each signed head that is known of a log; damaged ones are for `table_audit`."""
        tables, found = self.tables, set[tuple[int, bytes]]()
        for table in (tables.seen_head, tables.cosigned):
            for (note,) in table.select(table.note).where(table.log == row.name).tuples():
                with suppress(TamperError, ValueError):
                    head = read_checkpoint(str(note), bytes.fromhex(row.public_key))
                    found.add((head.size, head.root))
        with suppress(TamperError):
            if (own := self.store.ledger.signed_heads.signed(row.name)) is not None:
                head = read_checkpoint(own, bytes.fromhex(row.public_key))
                found.add((head.size, head.root))
        return sorted(found)

    def _against_heads(self, row: Any, known: VerifiedLog | None, tree: Frontier) -> Iterator[EvidenceFinding]:
        """The signed heads that were not known before, against what is held."""
        heads, before = self.heads(row), 0 if known is None else known.size
        older = [head for head in heads if head[0] <= before]
        later = [head for head in heads if head[0] > before]
        if known is not None and len(older) == known.heads:
            older = [head for head in older if head[0] == before]
        again = Frontier() if any(size < before for size, _root in older) or known is None else None
        growing = again or Frontier.from_bytes(known.tree if known else Frontier().to_bytes())
        leaves = self.store.ledger.leaves(row.name, growing.size, tree.size)
        arrived = self.store.arrivals.newest(row.id, row.size)
        for size, root in (*older, *later):
            if arrived is not None and tree.size < size <= arrived[0]:
                continue  # what has arrived is read once it is in place
            if size > tree.size:
                message = N_("entries of {log} that are known to exist: {known}; here: {held}")
                said = {"log": row.name, "known": size, "held": tree.size}
                yield EvidenceFinding("INCOMPLETE", row.name, tree.size + 1, message, said)
                return
            while growing.size < size:
                growing.append(next(leaves))
            if growing.root() != root:
                message = N_("{log} signed another history of its first {size} entries than the one here")
                yield EvidenceFinding("FORK", row.name, size, message, {"log": row.name, "size": size})
