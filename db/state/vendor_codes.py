"""What vendors' own barcodes stand for: as a table said that was loaded at this station, and no evidence."""

from collections.abc import Iterable, Mapping

from custody.format.item_facts import SerialRange
from db.log.transactions import Transactions
from db.models import Tables

_AT_ONCE = 500


class VendorCodes:
    """The vendors' codes of one ledger, each folded (`custody.format.vendor_codes`), and the item that each means."""

    def __init__(self, tables: Tables, transaction: Transactions) -> None:
        self._tables, self._transaction = tables, transaction

    def items(self, texts: Iterable[str]) -> dict[str, str]:
        """The codes of the items that these mean, by the vendor's code; those that mean none are left out."""
        table, wanted, found = self._tables.vendor_code, list(texts), dict[str, str]()
        for at in range(0, len(wanted), _AT_ONCE):
            rows = table.select(table.text, table.item).where(table.text.in_(wanted[at : at + _AT_ONCE]))
            found |= dict(rows.tuples())
        return found

    def of(self, item: str) -> list[str]:
        """The vendors' codes of an item, in their order."""
        table = self._tables.vendor_code
        return [row.text for row in table.select().where(table.item == item).order_by(table.text)]

    def are_there(self) -> bool:
        """Whether there is any."""
        return bool(self._tables.vendor_code.select().exists())

    def keep(self, items: Mapping[str, str]) -> None:
        """Keep what these codes mean; each must be new."""
        with self._transaction():
            rows = [{"text": text, "item": item} for text, item in items.items()]
            for at in range(0, len(rows), _AT_ONCE):
                self._tables.vendor_code.insert_many(rows[at : at + _AT_ONCE]).execute()

    def item_for(self, kind: str, to: str, k: int | None, serials: SerialRange | None) -> str | None:
        """The code of the registered item that a row without a code names: by its numbers, else as k of its like."""
        item = self._tables.item
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
