"""What vendors have delivered to each place, kind by kind, beside what the plan says is needed there.

Short is need - (arrived - damaged): what the level above is asked for. Derived from `delivery` events, never kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from custody.chain.corrections import Roots
from custody.format.events import Event
from custody.plan.field import Delivered, Supply, deliveries, supply
from custody.plan.needs import NeedRules, grouped
from custody.plan.places import Need, Place, below

DELIVERIES = ("delivery", "correct")
"""The types of events that the account follows from."""


@dataclass(frozen=True)
class DeliveryRow:
    """One kind at one place over all its contracts.

    `need` is None where the plan does not name the kind, and where it is not known at `open` places below.
    """

    place: str
    kind: str
    need: int | None
    contracts: tuple[Delivered, ...]
    open: int = 0
    lacks_voters: bool = False

    @cached_property
    def supply(self) -> Supply:
        """The sums over the contracts."""
        return supply(self.contracts, {self.kind: self.need or 0})[0]

    @property
    def contracted(self) -> int | None:
        """The pieces that all contracts order together; None where the total of one is not known."""
        told = [part.contracted for part in self.contracts if part.contracted is not None]
        return sum(told) if len(told) == len(self.contracts) else None

    @property
    def usable(self) -> int:
        """The pieces that arrived and are not damaged."""
        return self.supply.arrived - self.supply.damaged

    @property
    def short(self) -> int | None:
        """What the place still lacks of its need, at least 0; None where no need is known."""
        return None if self.need is None else self.supply.short


@dataclass(frozen=True, slots=True)
class DeliveryAccount:
    """The rows by place and kind, and the delivery notes that were recorded more than once, with their records."""

    rows: tuple[DeliveryRow, ...]
    repeated: tuple[tuple[Event, ...], ...]


def delivery_account(
    events: Iterable[Event],
    places: Mapping[str, Place],
    needs: Iterable[Need],
    roots: Roots = frozenset(),
) -> DeliveryAccount:
    """Add up every delivery that stands.

    Args:
        events: every known event of the types `DELIVERIES`, in any order; others do no harm.
        roots: the logs of the election's root, which may withdraw any record.
    """
    rules, delivered = NeedRules(tuple(needs), places), deliveries(events, roots)
    groups = {top: grouped(below(places, top), rules) for top in {part.place for part in delivered}}
    rows = []
    for (place, kind), parts in groupby(delivered, key=lambda part: (part.place, part.kind)):
        total = rules.total(groups[place], kind)
        named = {need.kind for need in rules.in_force(rules.branch(places[place]))} if place in places else set()
        need = total.count if total.lines or kind in named else None
        rows.append(DeliveryRow(place, kind, need, tuple(parts), total.open, total.lacks_voters))
    notes: dict[tuple[str, ...], list[Event]] = {}
    for part in delivered:
        for event in part.events:
            if event.body["paper"]:
                notes.setdefault((part.place, part.kind, part.vendor, event.body["paper"]), []).append(event)
    return DeliveryAccount(tuple(rows), tuple(tuple(records) for records in notes.values() if len(records) > 1))
