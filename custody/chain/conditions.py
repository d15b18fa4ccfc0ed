"""In which condition things are: totals by kind and by who holds them, with the looks behind each figure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from custody.chain.chain import Chain
from custody.format.events import Event
from custody.format.item_facts import CONDITIONS, Item
from custody.measures.progress import StockGroup
from custody.plan.places import Ways


@dataclass(frozen=True, slots=True)
class Look:
    """The newest look at an item that stands: the item as it is now, the `inspect` event, and the conditions that
    earlier looks found, oldest first.
    """

    item: Item
    event: Event
    before: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        return str(self.event.body["condition"])


@dataclass(slots=True)
class ConditionRow:
    """The items of one kind that one custodian holds: how many in all, and the looks behind each condition.

    Items that were never inspected are in none of them; `unseen` is their number.
    """

    place: str
    kind: str
    total: int
    looks: dict[str, list[Look]] = field(default_factory=lambda: {condition: [] for condition in CONDITIONS})

    @property
    def unseen(self) -> int:
        return self.total - sum(len(looks) for looks in self.looks.values())

    def count(self, condition: str) -> int:
        """How many were found in this condition at the last look."""
        return len(self.looks[condition])


def newest_look(chain: Chain) -> Look | None:
    """The look at an item by which its condition is known; None where no look at it stands, or it is unregistered."""
    found = [link.event for link in chain.links if link.event.type == "inspect" and not link.is_withdrawn]
    if chain.item is None or not found:
        return None
    return Look(chain.item, found[-1], tuple(str(event.body["condition"]) for event in found[:-1]))


def condition_rows(groups: Iterable[StockGroup], looks: Iterable[Look]) -> list[ConditionRow]:
    """Totals by who holds the things and their kind.

    Args:
        groups: how many items there are; those of one holder and kind are added up.
        looks: the newest look at each of them that was ever looked at; of others they do no harm.
    """
    rows: dict[tuple[str, str], ConditionRow] = {}
    for group in groups:
        row = rows.setdefault((group.held_by, group.kind), ConditionRow(group.held_by, group.kind, 0))
        row.total += group.count
    for look in looks:
        if (found := rows.get((look.item.held_by, look.item.kind))) is not None:
            found.looks[look.condition].append(look)
    return [rows[key] for key in sorted(rows)]


def by_area(rows: Iterable[ConditionRow], ways: Ways) -> list[ConditionRow]:
    """The rows added up by sub-district; what is held outside of them stays with its holder."""
    sums: dict[tuple[str, str], ConditionRow] = {}
    for row in rows:
        area = ways.area(row.place)
        place = area.code if area is not None else row.place
        found = sums.setdefault((place, row.kind), ConditionRow(place, row.kind, 0))
        found.total += row.total
        for condition, looks in row.looks.items():
            found.looks[condition] += looks
    return [sums[key] for key in sorted(sums)]
