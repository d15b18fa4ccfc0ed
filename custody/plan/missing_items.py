"""From needs to items: the items of the plan that are not registered yet."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from itertools import count

from custody.format.item_facts import Item
from custody.plan.places import LEVELS, Need, Place

Slot = tuple[str, str, str | None, int]
"""What one planned item is for: kind, destination, election, and its number there."""


def planned_items(places: Iterable[Place], needs: Iterable[Need]) -> Iterator[Item]:
    """Every item that the needs ask for at these places, without codes: place by place, kind by kind, 1 of n to n of n.

    Only needs tracked as items: packs are registered from the list that comes with them, for their numbers are on it.
    """
    by_level: dict[str, list[Need]] = {}
    for need in needs:
        if need.tracked_as == "item":
            by_level.setdefault(need.level, []).append(need)
    for place in places:
        for need in by_level.get(place.level, ()):
            for k in range(1, need.per_place + 1):
                election = need.elections[k - 1] if need.elections else None
                yield Item(code="", kind=need.kind, to=place.code, k=k, n=need.per_place, election=election)


def sealed_kinds(needs: Iterable[Need]) -> frozenset[str]:
    """The kinds of which each piece needs seals: those that the needs name in place of a level of the tree.

    A row `plastic seal, box, 6` says that each box needs six: so boxes may not go without. How many, and on what,
    differs from election to election, so it is in the plan and nowhere else.
    """
    return frozenset(need.level for need in needs if need.level not in LEVELS)


def slot_of(item: Item) -> Slot:
    """What an item is for, apart from its code."""
    return (item.kind, item.to, item.election, item.k)


def missing_items(
    places: Iterable[Place],
    needs: Iterable[Need],
    existing: Collection[Slot],
    *,
    held_by: str,
    draw_code: Callable[[], str],
) -> list[Item]:
    """The planned items that are not among the existing ones, each with a code of its own."""
    return [
        replace(item, code=draw_code(), held_by=held_by)
        for item in planned_items(places, needs)
        if slot_of(item) not in existing
    ]


def further_items(
    place: Place,
    needs: Iterable[Need],
    existing: Collection[Slot],
    *,
    kind: str,
    election: str | None = None,
    quantity: int = 1,
    held_by: str,
) -> Iterator[Item]:
    """The next items of a kind for a place, without codes, on and on.

    First those that the needs ask for and that do not exist; then further ones, each numbered behind the last and the
    last of so many: the sixth box where five are planned is 6 of 6.

    Args:
        existing: the slots of what is registered for the place.
        election: whose items these are; None takes them as they come.
    """
    planned = list(planned_items([place], [need for need in needs if need.kind == kind]))
    for item in planned:
        if slot_of(item) not in existing and election in (None, item.election):
            yield replace(item, quantity=quantity, held_by=held_by)
    taken = [number for slot_kind, to, _election, number in existing if (slot_kind, to) == (kind, place.code)]
    for number in count(max([0, *taken, *(item.k for item in planned)]) + 1):
        yield Item(
            code="",
            kind=kind,
            to=place.code,
            k=number,
            n=number,
            election=election,
            quantity=quantity,
            held_by=held_by,
        )
