"""The table of seals: a cache of the fold that finds a seal's number on every item that it was recorded with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, cast

from custody.chain.chain import Chain
from custody.chain.seals import Fate, SealUse, seals_elsewhere
from db.log.reader import LedgerReader
from db.models import Tables
from db.prepared import PreparedIn, PreparedInsert


class SealRow(NamedTuple):
    """The columns of the table, in its order."""

    code: str
    serial: str
    fate: str
    place: str
    leaf: bytes

    @property
    def use(self) -> SealUse:
        """The use that this row is of."""
        return SealUse(self.serial, self.code, cast(Fate, self.fate), self.place, bytes(self.leaf).hex())


def seal_rows(chain: Chain) -> list[SealRow]:
    """What the table must say after this chain."""
    return [SealRow(use.code, use.serial, use.fate, use.place, bytes.fromhex(use.leaf)) for use in chain.seals]


class SealUses:
    """The seals that the events of one ledger name."""

    def __init__(self, ledger: LedgerReader, tables: Tables) -> None:
        self._tables = tables
        self._by_serial = PreparedIn(ledger.database, self._with, "serial")
        self._by_code = PreparedIn(ledger.database, self._with, "code")
        self._put = PreparedInsert(tables, "seal_use", SealRow._fields)

    @property
    def _table(self) -> Any:
        return self._tables.seal_use

    def _with(self, column: str, values: list[Any]) -> Any:
        return self._table.select().where(getattr(self._table, column).in_(values))

    def put(self, rows: Mapping[str, Iterable[SealRow]]) -> None:
        """Keep these rows in place of those that there are of each code."""
        if rows:
            self._table.delete().where(self._table.code.in_(list(rows))).execute()
            self._put.run(row for found in rows.values() for row in found)

    def forget(self) -> None:
        """Empty the table, before everything is folded from scratch."""
        self._table.delete().execute()

    def with_serials(self, serials: Iterable[str]) -> Iterator[SealUse]:
        """Return the uses of these seal numbers on all items."""
        return (SealRow(*row).use for row in self._by_serial.rows(serials))

    def of(self, codes: Iterable[str]) -> dict[str, list[SealRow]]:
        """The rows of these items, those with none left out."""
        found: dict[str, list[SealRow]] = {}
        for row in self._by_code.rows(codes):
            code, serial, fate, place, leaf = row
            made = SealRow(code, serial, fate, place, bytes(leaf))
            found.setdefault(made.code, []).append(made)
        return found

    def all(self) -> Iterator[SealUse]:
        """Every use of every seal, by number."""
        query = self._table.select().order_by(self._table.serial, self._table.code)
        return (SealRow(*row).use for row in query.tuples().iterator())

    def compared(self, chain: Chain) -> Chain:
        """The chain with a finding for each of its seals that is recorded on another item too."""
        others: dict[str, list[SealUse]] = {}
        for use in self.with_serials(use.serial for use in chain.seals):
            others.setdefault(use.serial, []).append(use)
        found: list[Any] = seals_elsewhere(chain.code, chain.seals, others)
        return replace(chain, findings=(*chain.findings, *found)) if found else chain
