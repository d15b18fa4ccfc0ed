"""What is inside what, by the table of items: what a label moves besides the thing that it is on."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from custody.format.events import Event
from custody.format.item_facts import Item
from db.log.reader import LedgerReader
from db.models import Tables
from db.prepared import PreparedIn
from db.state.current_roster import RosterTable
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

    def is_in_or_inside(self, item: Item, is_top: Callable[[Item], bool]) -> bool:
        """Whether a thing is such a one or moves with one; asked upwards: it costs the same however much is in it."""
        met = {item.code}
        while not is_top(item):
            row = next(self.things.rows([item.parent]), None) if item.parent and item.parent not in met else None
            if row is None or (parent := ItemRow(*row).item).held_by != item.held_by:
                return False
            met.add(parent.code)
            item = parent
        return True


# --- The records of an item and of what it was packed in, which together make its chain -------------------------------


class Families:
    """The records of one ledger by item, those of its parents among them."""

    def __init__(self, ledger: LedgerReader, stations: RosterTable) -> None:
        self._ledger, self._stations = ledger, stations

    def of(
        self,
        codes: Iterable[str],
        *,
        with_children: bool = False,
        with_strangers: bool = False,
        heard: frozenset[str] = frozenset(),
    ) -> dict[str, list[Event]]:
        """For each code, the events that name it or a parent of it; optionally for everything packed in them too.

        What does not count is left out: records of stations that are not admitted, unless they are asked for, and what
        a revoked station recorded too late.

        Args:
            heard: logs that count here, admitted or not.
        """
        stations = self._stations.now()
        ends = stations.ends
        strangers = frozenset() if with_strangers else stations.strangers - heard
        naming: dict[str, list[Event]] = {}
        parents: dict[str, set[str]] = {}
        children: dict[str, set[str]] = {}
        asked = dict.fromkeys(codes)
        heads = set(asked)
        wanted = set(heads)
        while wanted:
            found = {
                code: [e for e in events if e.log not in strangers and e.seq <= ends.get(e.log, e.seq)]
                for code, events in self._ledger.items.naming(wanted).items()
            }
            naming |= found
            for event in {e.leaf: e for events in found.values() for e in events if e.type == "pack"}.values():
                children.setdefault(event.body["parent"], set()).update(event.body["children"])
                for child in event.body["children"]:
                    parents.setdefault(child, set()).add(event.body["parent"])
            if with_children:
                heads = _reached(heads, children)
            wanted = (heads | children.keys()) - naming.keys()
        in_turn = asked | dict.fromkeys(heads)  # things of one record stay together
        return {code: _with_parents(code, naming, parents) for code in in_turn}


def _with_parents(code: str, naming: Mapping[str, list[Event]], parents: Mapping[str, set[str]]) -> list[Event]:
    if code not in parents:
        return naming.get(code, [])
    family = _reached({code}, parents)
    return list({event.leaf: event for member in family for event in naming.get(member, ())}.values())


def _reached(start: set[str], steps: Mapping[str, set[str]]) -> set[str]:
    """Where one gets from `start`, and `start` itself."""
    reached, news = set(start), set(start)
    while news:
        news = set().union(*(steps.get(code, set()) for code in news)) - reached
        reached |= news
    return reached
