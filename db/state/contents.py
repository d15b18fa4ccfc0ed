"""What is inside what, by the table of items: what a label moves besides the thing that it is on."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from custody.format.item_facts import Item
from db.log.reader import LedgerReader
from db.models import Tables
from db.prepared import PreparedIn
from db.state.item_rows import ItemRow


class Contents:
    """The things in packs, sets, sacks and pallets of one ledger."""

    def __init__(self, ledger: LedgerReader, tables: Tables) -> None:
        self._tables = tables
        self.things = PreparedIn(ledger.database, self._with, "code")
        """The rows of the table by code."""
        self._inside = PreparedIn(ledger.database, self._with, "parent")

    def _with(self, column: str, values: list[Any]) -> Any:
        item = self._tables.item
        return item.select().where(getattr(item, column).in_(values))

    def packed(self, parent: str) -> dict[str, Item]:
        """What was packed into one thing and not taken out again, by code, wherever it is now."""
        return {item.code: item for item in (ItemRow(*row).item for row in self._inside.rows([parent]))}

    def carried(self, parents: Mapping[str, Item]) -> dict[str, Item]:
        """All that moves when these things move, at any depth: what is in them and has not left them; by code."""
        found: dict[str, Item] = {}
        level: Iterable[str] = parents
        holders = {code: item.held_by for code, item in parents.items()}
        while level:
            inner = [ItemRow(*row).item for row in self._inside.rows(level)]
            new = {
                item.code: item for item in inner if item.code not in holders and item.held_by == holders[item.parent]
            }
            holders |= {code: item.held_by for code, item in new.items()}
            found |= new
            level = list(new)
        return found

    def is_inside(self, item: Item, tops: Collection[str]) -> bool:
        """Whether a thing moves when one of `tops` moves; asked upwards, so it costs the same however much is in it."""
        met = {item.code}
        while item.parent and item.parent not in met:
            row = next(self.things.rows([item.parent]), None)
            if row is None or (parent := ItemRow(*row).item).held_by != item.held_by:
                return False
            if parent.code in tops:
                return True
            met.add(parent.code)
            item = parent
        return False
