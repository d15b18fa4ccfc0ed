"""What vendors' own barcodes stand for: as a table said that was loaded at this station, and no evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from custody.chain.chain import Chain
from custody.format.item_facts import SerialRange
from custody.format.vendor_codes import fold_vendor_code
from db.log.transactions import Transactions
from db.models import Tables
from db.prepared import written

_AT_ONCE = 500


class VendorCodes:
    """The vendors' codes of one ledger, each folded (`custody.format.vendor_codes`), and the item that each means."""

    def __init__(self, tables: Tables, transaction: Transactions) -> None:
        self.tables, self._transaction = tables, transaction

    def items(self, texts: Iterable[str]) -> dict[str, str]:
        """The codes of the items that these mean, by the vendor's code; those that mean none are left out."""
        table, wanted, found = self.tables.vendor_code, list(texts), dict[str, str]()
        for at in range(0, len(wanted), _AT_ONCE):
            rows = table.select(table.text, table.item).where(table.text.in_(wanted[at : at + _AT_ONCE]))
            found |= dict(rows.tuples())
        return found

    def item_of(self, text: str) -> str | None:
        """The code of the item that a vendor's code means, however it is written; None where it means none."""
        folded = fold_vendor_code(text)
        return self.items([folded]).get(folded) if folded else None

    def by_item(self) -> dict[str, tuple[str, ...]]:
        """The vendors' codes of each item that has any, in their order."""
        found = dict[str, tuple[str, ...]]()
        for text, item in self._all():
            found[item] = (*found.get(item, ()), text)
        return found

    @written
    def _all(self) -> Any:
        table = self.tables.vendor_code
        return table.select(table.text, table.item).order_by(table.text)

    def told(self, chain: Chain) -> Chain:
        """The chain with the vendors' codes of its item."""
        return replace(chain, vendor_codes=tuple(text for (text,) in self._of(chain.code)))

    @written
    def _of(self, item: Any) -> Any:
        table = self.tables.vendor_code
        return table.select(table.text).where(table.item == item).order_by(table.text)

    def are_there(self) -> bool:
        """Whether there is any."""
        return bool(self.tables.vendor_code.select().exists())

    def keep(self, items: Mapping[str, str]) -> None:
        """Keep what these codes mean; each must be new."""
        with self._transaction():
            rows = [{"text": text, "item": item} for text, item in items.items()]
            for at in range(0, len(rows), _AT_ONCE):
                self.tables.vendor_code.insert_many(rows[at : at + _AT_ONCE]).execute()

    def item_for(self, kind: str, to: str, k: int | None, serials: SerialRange | None) -> str | None:
        """The code of the registered item that a row without a code names: by its numbers, else as k of its like."""
        item = self.tables.item
        query = item.select(item.code).where(item.kind == kind)
        if serials is not None:
            query = query.where(
                item.serial_prefix == serials.prefix,
                item.serial_first == serials.first,
                item.serial_last == serials.last,
            )
        else:
            query = query.where(item.bound_for == to, item.k == k)
        row = query.order_by(item.code).first()
        return None if row is None else str(row.code)
