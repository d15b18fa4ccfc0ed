"""What stations have sent to a hub: stored and acknowledged, and not put in place yet, so that no list shows it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SqliteDatabase, fn

from db.log.reader import LedgerReader
from db.log.stored import HeldLog
from db.prepared import Prepared, PreparedInsert, blank

_LOOKED_AT = 5_000
"""So many of the entries that have waited longest are looked at for a log that nobody else puts in place."""
_CODES = 1
"""Names the locks on items in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the present state is behind what is stored: `count` entries, of which the first arrived at `since` (RFC
    3339, UTC); None where nothing waits.
    """

    count: int
    since: str | None


class Arrivals:
    """The entries of one ledger that wait to be put in place.

    On PostgreSQL several programs may do this at once (`db.connect.write_lock`, shared): each locks the logs that it is
    about, then the items. SQLite has one writer, and nothing more is to be locked.
    """

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger, self.tables, self.database = ledger, ledger.tables, ledger.database
        self.has_one_writer = isinstance(ledger.database, SqliteDatabase)
        columns = ("log_id", "seq", "leaf", "body", "signatures", "at")
        self._put = PreparedInsert(self.tables, "waiting", columns)
        self._newest = Prepared(self.database, self._newest_query)
        self._between = Prepared(self.database, self._between_query)
        self._lock = Prepared(self.database, self._lock_query)
        self._oldest = Prepared(self.database, self._oldest_query)
        self._free = Prepared(self.database, self._free_query)
        self._behind = Prepared(self.database, self._behind_query)

    def lock(self, log: str) -> None:
        """Keep others from adding to a log, or putting it in place, until this transaction ends; it may be a log of
        which nothing is held yet.
        """
        if not self.has_one_writer:
            self._lock.first(log=log)

    def _lock_query(self) -> Any:
        log = self.tables.log
        return log.select(log.id).where(log.name == blank("log")).for_update()

    def newest(self, log_id: int, size: int) -> tuple[int, bytes] | None:
        """The number and leaf of the newest entry of a log that arrived behind the `size` in place; None: none did."""
        row = self._newest.first(log_id=log_id, size=size)
        return None if row is None else (int(row[0]), bytes(row[1]))

    def _newest_query(self) -> Any:
        wait = self.tables.waiting
        of_log = (wait.log_id == blank("log_id")) & (wait.seq > blank("size")) & wait.at.is_null(False)
        return wait.select(wait.seq, wait.leaf).where(of_log).order_by(wait.seq.desc()).limit(1)

    def stored(self, name: str) -> tuple[HeldLog, int, bytes | None] | None:
        """A log, with the number and leaf of the newest of its entries, in place or not; None where nothing is held."""
        held = self._ledger.held_log(name)
        if held is None:
            return None
        if (newest := self.newest(held.id, held.size)) is not None:
            return (held, *newest)
        held = self._ledger.held_log(name) or held  # another program may have put all of it in place meanwhile
        return held, held.size, held.head and bytes(held.head)

    def leaves(self, log_id: int, begin: int, end: int) -> dict[int, bytes]:
        """The digests of those that arrived, from index `begin` to before `end`, by index."""
        return {seq - 1: bytes(leaf) for seq, leaf in self._between.run(log_id=log_id, begin=begin, end=end)}

    def _between_query(self) -> Any:
        wait = self.tables.waiting
        within = (wait.seq > blank("begin")) & (wait.seq <= blank("end")) & wait.at.is_null(False)
        return wait.select(wait.seq, wait.leaf).where((wait.log_id == blank("log_id")) & within).order_by(wait.seq)

    def keep(self, log_id: int, first: int, entries: Sequence[tuple[bytes, bytes, str]], at: str) -> None:
        """Store entries (leaf, body, signature lines) behind those that are held, from number `first` on.

        What a bundle brought of them before, and waited for those before it, has arrived now.
        """
        wait, leaves = self.tables.waiting, [leaf for leaf, *_ in entries]
        later = wait.select(wait.id).where((wait.log_id == log_id) & (wait.seq >= first))
        if later.exists():
            wait.delete().where(wait.id.in_(later) & wait.leaf.in_(leaves)).execute()
        self._put.run((log_id, seq, *entry, at) for seq, entry in enumerate(entries, start=first))

    def oldest_logs(self) -> Iterator[str]:
        """The logs of which something waits, what has waited longest first, each locked; those that another program has
        locked are left to it.
        """
        for log_id in dict.fromkeys(log_id for (log_id,) in self._oldest.run().fetchall()):
            yield from (name for (name,) in self._free.run(log_id=log_id))

    def _oldest_query(self) -> Any:
        wait = self.tables.waiting
        arrived = wait.select(wait.log_id).where(wait.at.is_null(False))
        return arrived.order_by(wait.at, wait.id).limit(_LOOKED_AT)

    def _free_query(self) -> Any:
        log = self.tables.log
        named = log.select(log.name).where(log.id == blank("log_id"))
        return named if self.has_one_writer else named.for_update(skip_locked=True)

    def lock_items(self, codes: Collection[str]) -> None:
        """Keep others from folding these items until this transaction ends; ask once, for all.

        In one order everywhere, so that no two programs wait for each other.
        """
        if codes and not self.has_one_writer:
            numbers = "SELECT DISTINCT hashtext(code) AS number FROM unnest(%s::text[]) AS code ORDER BY number"
            locks = f"SELECT pg_advisory_xact_lock({_CODES}, number) FROM ({numbers}) AS numbers"
            self.database.execute_sql(locks, ([*codes],))

    def behind(self) -> Behind:
        """How far the present state is behind."""
        count, since = self._behind.first()
        return Behind(int(count), since)

    def _behind_query(self) -> Any:
        wait = self.tables.waiting
        return wait.select(fn.COUNT(wait.at), fn.MIN(wait.at)).where(wait.at.is_null(False))
