"""Logs that are not admitted: what is kept of them, within one limit for all, and how they are deleted.

Their records are kept, so that they count as soon as root admits the log; until then anybody may have made them. So
they may not fill the disk, are exported only on request (`services.exchange.transfer`), and are the only thing that a
ledger ever deletes.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec
from peewee import fn

from custody.chain.roster import NOTICES
from custody.chain.standing import Stranger
from custody.errors import N_, InputError, RuleError
from custody.format.encoding import key_fingerprint
from custody.format.event_types import Body
from custody.format.events import Event
from db.prepared import batches
from db.store import Store
from evidence.entry import RawEntry
from evidence.mentions import MAX_NAMED

MAX_LOGS = 1_000
"""Kept of logs that nobody admitted; with a hub's 8,000 they stay below what an audit tells apart."""
MAX_BYTES = 64 * 1024 * 1024
"""Of their entries: 900 KB for each of 70 laptops that nobody admitted on the first morning."""
_AT_ONCE = 500


class Strangers:
    """Those of one ledger, as it knows now who counts."""

    def __init__(self, store: Store) -> None:
        self.state, self.ledger, self.tables = store.state, store.ledger, store.ledger.tables
        self._projection, self._transaction = store.projection, store.transaction

    def names(self, said: Iterable[Body] = ()) -> frozenset[str]:
        """The logs that are not admitted, of those held and of those that begin in what is about to come.

        Args:
            said: what the records that are about to come say of logs and keys.
        """
        notices = [body for body in said if body["type"] in NOTICES]
        held = {log: self.ledger.held_log(log) for log in {str(body["log"]) for body in notices}}
        sizes = {log: known.size for log, known in held.items() if known is not None}
        coming = [Event("", dict(body)) for body in notices if body["seq"] > sizes.get(str(body["log"]), 0)]
        stations = self.state.stations
        return (stations.after(coming) if coming else stations.now()).strangers

    def kept(self) -> list[Stranger]:
        """What is kept of each, that of which most is kept first."""
        log, names = self.tables.log, self.names()
        rows = {row.id: row for row in log.select() if row.name in names}
        entries, sizes = dict.fromkeys(rows, 0), dict.fromkeys(rows, 0)
        for table in (self.tables.event, self.tables.fork, self.tables.waiting):
            taken = fn.SUM(fn.LENGTH(table.body) + fn.LENGTH(table.signatures))
            for ids in batches(rows, _AT_ONCE):
                query = table.select(table.log_id, fn.COUNT(table.id), taken).where(table.log_id.in_(ids))
                for log_id, count, size in query.group_by(table.log_id).tuples():
                    entries[log_id] += count
                    sizes[log_id] += int(size)
        heads = self.tables.seen_head
        shown = dict(heads.select(heads.log, fn.MAX(heads.size)).group_by(heads.log).tuples())
        kept = self._kept_heads()
        found = [
            Stranger(
                row.id,
                row.name,
                row.station,
                row.place,
                key_fingerprint(bytes.fromhex(row.public_key)),
                entries[row.id],
                sizes[row.id],
                max(kept.get(row.id, 0), shown.get(row.name, 0)),
            )
            for row in rows.values()
        ]
        return sorted(found, key=lambda one: (-one.bytes, one.log))

    def _kept_heads(self) -> dict[int, int]:
        """How long the longest head of each log is that our own log keeps, by the number of its row."""
        own, witnessed = self.ledger.own_row(), self.tables.witnessed
        if own is None:
            return {}
        return dict(witnessed.select(witnessed.log_id, witnessed.seq).where(witnessed.by_id == own.id).tuples())

    def named(self, logs: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """Each of these logs that is held, with every log that its entries name; pairs may come again."""
        tables = self.tables
        ids = dict(tables.log.select(tables.log.id, tables.log.name).tuples())
        wanted = [log_id for log_id, name in ids.items() if name in logs]
        for table in (tables.event, tables.fork, tables.waiting):
            for some in batches(wanted, _AT_ONCE):
                query = table.select(table.log_id, table.body).where(table.log_id.in_(some))
                for log_id, body in query.tuples().iterator():
                    yield from ((ids[log_id], other) for other in logs_named(bytes(body)))

    def drop(self, names: Sequence[str], *, at: str) -> list[Stranger]:
        """Delete everything that is kept of these logs, and note that it was here. A later import brings it back.

        Handover papers that were read stay, and the heads on them: who showed them stood at the truck.

        Args:
            names: logs, stations, places or fingerprints (`meant`).
            at: the time, RFC 3339 in UTC.

        Raises:
            InputError, RuleError: as `meant`; nothing was dropped then.
        """
        with self._transaction():
            dropped = self.meant(names)
            before = self.state.stations.now()
            codes = {code for one in dropped for code in self.ledger.codes_from(one.log, 1)}
            for one in dropped:
                self._delete(one, at)
            self._forget_corrections()
            self.ledger.memory.forget_rules()
            after = self.state.stations.now()
            if (before.root, before.powers, before.revoked) != (after.root, after.powers, after.revoked):
                self._projection.rebuild()
            else:
                for some in batches(sorted(codes), _AT_ONCE):
                    self.state.seals.put(dict.fromkeys(some, ()))
                self._projection.catch_up(sorted(codes), (), before)
        return dropped

    def meant(self, names: Sequence[str]) -> list[Stranger]:
        """The logs that are not admitted and that a name means: by log, station, place, or the beginning of a
        fingerprint, eight digits at least. No names mean all of them.

        Raises:
            RuleError: the name is that of a station which counts, or of this one.
            InputError: nothing of that name is kept.
        """
        kept = self.kept()
        found: dict[str, Stranger] = {} if names else {one.log: one for one in kept}
        for name in names:
            some = [one for one in kept if _is_named(name, one.log, one.station, one.place, one.fingerprint)]
            if not some:
                raise self._not_here(name)
            found |= {one.log: one for one in some}
        return list(found.values())

    def _not_here(self, name: str) -> InputError | RuleError:
        counting = self.tables.log.select().tuples()
        if any(
            _is_named(name, log, station, place, key_fingerprint(bytes.fromhex(key)))
            for _id, log, station, place, _root, key, *_more in counting
        ):
            return RuleError(
                N_("{name} counts here: nothing of it is ever dropped"),
                hint=N_("Only what nobody admitted can be dropped. Root may revoke a station: {way}"),
                way="revoke",
                name=name,
            )
        return InputError(
            N_("nothing is kept here of {name}"),
            hint=N_("See whose logs nobody admitted: {way}"),
            way="doctor",
            name=name,
        )

    def _delete(self, one: Stranger, at: str) -> None:
        tables = self.tables
        row = tables.log.get(tables.log.id == one.id)
        said = {"log_id": row.id, "log": row.name, "public_key": row.public_key, "size": row.size, "head": row.head}
        tables.dropped.insert(**said, dropped_at=at).execute()
        tables.log.delete().where(tables.log.id == one.id).execute()  # the guards let its entries go from here on
        for table, indexes in (
            (tables.event, ((tables.event_item, "event_id"), (tables.event_topic, "event_id"))),
            (tables.fork, ((tables.fork_item, "fork_id"),)),
            (tables.waiting, ()),
        ):
            of_log = table.select(table.id).where(table.log_id == one.id)
            for index, column in indexes:
                index.delete().where(getattr(index, column).in_(of_log)).execute()
            table.delete().where(table.log_id == one.id).execute()
        witnessed = tables.witnessed
        witnessed.delete().where((witnessed.log_id == one.id) | (witnessed.by_id == one.id)).execute()

    def _forget_corrections(self) -> None:
        """Take corrections whose targets are gone out of the index of items; it has them again when these come."""
        tables = self.tables
        for table, index, column in (
            ("event", tables.event_item, tables.event_item.event_id),
            ("fork", tables.fork_item, tables.fork_item.fork_id),
        ):
            gone = [row_id for row_id, event in self.ledger.corrections(table) if not self.ledger.codes_of(event.leaf)]
            for some in batches(gone, _AT_ONCE):
                index.delete().where(column.in_(some)).execute()


class Quarantine:
    """The space for logs that are not admitted, while a bundle is imported.

    `names` are those logs; `left_out` is how many entries of each log did not fit. Nothing of it is taken after those.
    """

    def __init__(self, strangers: Strangers, said: Iterable[Body]) -> None:
        """Args:
        said: what the records that are about to come say of logs and keys.
        """
        said = list(said)
        self.names = strangers.names(said)
        self.left_out: dict[str, int] = {}
        self._strangers = strangers
        self._coming = {str(body["log"]) for body in said if body["type"] == "genesis"}
        self._quota: _Quota | None = None

    def takes(self, log: str, raw: RawEntry) -> bool:
        """Whether an entry of such a log that is not held yet fits; if not, it is left out."""
        quota = self._left()
        named = {(log, other) for other in logs_named(raw.body)} - quota.named
        named = {pair for pair in named if pair[1] not in quota.held}
        size = len(raw.body) + len(raw.signatures)
        is_full = size > quota.bytes or len(quota.named) + len(named) > MAX_NAMED
        if log in self.left_out or is_full or (log not in quota.logs and len(quota.logs) >= MAX_LOGS):
            self.left_out[log] = self.left_out.get(log, 0) + 1
            return False
        quota.logs.add(log)
        quota.named |= named
        quota.bytes -= size
        return True

    def takes_head(self, text: str) -> bool:
        """Whether a signed head that came along is kept: those of strangers are not, for what is kept of heads is
        signed with our records (`evidence.checkpoint`) and never goes.
        """
        return text.partition("\n")[0] not in self.names

    def _left(self) -> "_Quota":
        """The space that is left; counted when the first entry of such a log comes, as that reads all there is."""
        if self._quota is None:
            held = self._strangers.ledger.keys().keys() | self._coming
            kept = self._strangers.kept()
            self._quota = _Quota(
                MAX_BYTES - sum(one.bytes for one in kept),
                {one.log for one in kept},
                held,
                {pair for pair in self._strangers.named(self.names) if pair[1] not in held},
            )
        return self._quota


@dataclass(slots=True)
class _Quota:
    """What is left of the bytes; the kept logs that are not admitted; those that are held or come; and the pairs of a
    kept log and one that it names and that is not kept.
    """

    bytes: int
    logs: set[str]
    held: AbstractSet[str]
    named: set[tuple[str, str]]


class _Ref(msgspec.Struct):
    log: str


class _Named(msgspec.Struct):
    """What of a body names other logs; the rest is passed over."""

    log: str
    refs: list[_Ref]
    head: str | None = None


_NAMED = msgspec.json.Decoder(_Named)


def logs_named(body: bytes) -> set[str]:
    """The other logs that a record names: those that it refers to, and the one of which it keeps a head."""
    read = _NAMED.decode(body)
    named = {ref.log for ref in read.refs} | ({read.head.partition("\n")[0]} if read.head else set())
    return named - {read.log}


def _is_named(name: str, log: str, station: str, place: str, fingerprint: str) -> bool:
    digits = name.replace(" ", "").lower()
    return name in (log, station, place) or (len(digits) >= 8 and fingerprint.startswith(digits))
