"""What vendors have delivered to each place, kind by kind, beside what the plan says is needed there.

Short is need - (arrived - damaged): what the level above is asked for. Derived from `delivery` events, never kept.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from custody.format.events import Event
from custody.plan.field import Delivered, Supply, deliveries, supply
from custody.plan.places import LEVELS, Need, Place, is_under

DELIVERIES = ("delivery", "correct")
"""The types of events that the account follows from."""


@dataclass(frozen=True)
class DeliveryRow:
    """One kind at one place over all its contracts. `need` is None where the plan does not name the kind there."""

    place: str
    kind: str
    need: int | None
    contracts: tuple[Delivered, ...]

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
    roots: frozenset[str] = frozenset(),
) -> DeliveryAccount:
    """Add up every delivery that stands.

    Args:
        events: every known event of the types `DELIVERIES`, in any order; others do no harm.
        roots: the logs of the election's root, which may withdraw any record.
    """
    known, delivered = list(needs), deliveries(events, roots)
    rows = tuple(
        DeliveryRow(place, kind, needed(places, known, place, kind), tuple(parts))
        for (place, kind), parts in groupby(delivered, key=lambda part: (part.place, part.kind))
    )
    notes: dict[tuple[str, ...], list[Event]] = {}
    for part in delivered:
        for event in part.events:
            if event.body["paper"]:
                notes.setdefault((part.place, part.kind, part.vendor, event.body["paper"]), []).append(event)
    return DeliveryAccount(rows, tuple(tuple(records) for records in notes.values() if len(records) > 1))


def needed(places: Mapping[str, Place], needs: Collection[Need], top: str, kind: str) -> int | None:
    """How many pieces of a kind the plan asks for at a place and below it; None where it does not name the kind."""
    per_level: Counter[str] = Counter()
    for need in needs:
        if need.kind == kind:
            per_level[need.level] += need.per_place
    if not per_level:
        return None
    count = sum(per_level[place.level] for place in places.values() if is_under(places, place.code, top))
    for level, each in per_level.items():
        if level not in LEVELS and level != kind:  # so many for each piece of another kind
            count += each * (needed(places, [need for need in needs if need.kind != kind], top, level) or 0)
    return count
