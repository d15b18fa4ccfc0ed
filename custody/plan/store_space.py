"""What is asked of a store before supplies come, and what is to arrive there: how many, how large."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.errors import N_
from custody.measures.progress import StockGroup
from custody.plan.places import Place, is_under

STORAGE = "storage"
"""The checklist of a store; an office may have others beside it."""
SPACE = "space"

QUESTIONS: Mapping[str, str] = {
    "roof": N_("Is the roof sound, without a leak?"),
    "water": N_("Is it safe from water: floor, drains, flood?"),
    "lock": N_("Can it be locked, and is it known who has the keys?"),
    "guard": N_("Is it guarded day and night?"),
    SPACE: N_("Is there room for what is to arrive?"),
}
"""The questions that are asked where an office has no table of its own, by their keys. A record has the key."""


@dataclass(frozen=True, slots=True)
class Size:
    """What one piece of a kind takes up; `stack` are those that may stand one on the other."""

    length_mm: int
    width_mm: int
    height_mm: int
    stack: int = 1


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The things bound for a place or below it: still to arrive there, and in the store now; by kind."""

    to_come: Mapping[str, int]
    here: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many are still to arrive."""
        return sum(self.to_come.values())


@dataclass(frozen=True, slots=True)
class SpaceTaken:
    """The space that things take, in litres and on the floor in mm²; kinds in `unsized` have no known size."""

    litres: int
    floor_mm2: int
    unsized: tuple[str, ...] = ()


def arrivals(groups: Iterable[StockGroup], places: Mapping[str, Place], top: str) -> Arrivals:
    """What is still to arrive at a place: bound for it or below, and held neither by it nor below.

    Args:
        groups: the stock that is bound for the place or below it.
    """
    to_come: Counter[str] = Counter()
    here: Counter[str] = Counter()
    for group in groups:
        if group.held_by == top:
            here[group.kind] += group.count
        elif not is_under(places, group.held_by, top):
            to_come[group.kind] += group.count
    return Arrivals(dict(sorted(to_come.items())), dict(sorted(here.items())))


def space_taken(counts: Mapping[str, int], sizes: Mapping[str, Size]) -> SpaceTaken:
    """Return the space that so many of each kind take. The floor is for full stacks, with no aisle between them."""
    volume_mm3 = floor_mm2 = 0
    for kind, count in counts.items():
        if (size := sizes.get(kind)) is not None:
            volume_mm3 += count * size.length_mm * size.width_mm * size.height_mm
            floor_mm2 += -(-count // size.stack) * size.length_mm * size.width_mm
    unsized = tuple(sorted(kind for kind in counts if kind not in sizes))
    return SpaceTaken(-(-volume_mm3 // 1_000_000), floor_mm2, unsized)
