"""From needs to items: the items and packs of the plan that are not registered yet."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, groupby

from custody.format.item_facts import Item, SerialRange
from custody.plan.needs import Needed, NeedRules
from custody.plan.places import Place

Slot = tuple[str, str, str | None, int]
"""What one planned item is for: kind, destination, election, and its number there."""


@dataclass(slots=True)
class PackStock:
    """The packs of a kind that are registered for a place: the highest number on one, and the pieces by election."""

    highest: int = 0
    pieces: dict[str | None, int] = field(default_factory=dict)


Serials = tuple[str, str, int, int]
"""Serial numbers that a registered pack holds: kind, prefix, first and last."""


def planned_items(places: Iterable[Place], rules: NeedRules, kind: str | None = None) -> Iterator[Item]:
    """Every item that the needs ask for at these places, without codes: place by place, kind by kind, 1 of n to n of n.

    Only needs tracked as items; what is not known asks for none.
    """
    for place in places:
        for one, needed in rules.at(place).items():
            if kind in (None, one) and needed.terms[0].need.tracked_as == "item" and needed.count:
                elections = _elections(needed)
                for k, election in enumerate(elections, 1):
                    yield Item(code="", kind=one, to=place.code, k=k, n=len(elections), election=election)


def _elections(needed: Needed) -> list[str | None]:
    """Whose election each piece is for, in order: row by row, as often as the row counts; then its reserve."""
    found: list[str | None] = []
    for need, terms in groupby(needed.terms, key=lambda term: term.need):
        parts = list(terms)
        found += (list(need.elections) or [None] * need.per_place) * (parts[0].base or 0)
        for term in parts:
            found += [term.election] * (term.reserve or 0)
    return found


def missing_packs(
    places: Iterable[Place],
    rules: NeedRules,
    stock: Mapping[tuple[str, str], PackStock],
    taken: Iterable[Serials],
    kind: str | None = None,
) -> Iterator[Item]:
    """The packs that the needs ask for where they say how many a full one has, without codes: full ones, and the rest
    in a last one. What the registered packs hold is left out.

    Serial numbers go on, place by place, behind the last ones that are taken.

    Args:
        stock: the registered packs by kind and destination.
        taken: gone through once a pack with serial numbers is needed.
    """
    free: dict[tuple[str, str], int] | None = None
    for place in places:
        for one, needed in rules.at(place).items():
            if kind not in (None, one) or needed.pack is None or needed.by_election is None:
                continue
            there = stock.get((one, place.code), PackStock())
            packs = [
                (election, size)
                for election, need in needed.by_election.items()
                for size in pack_sizes(need - there.pieces.get(election, 0), needed.pack)
            ]
            free = _behind(taken) if packs and free is None else free
            first, n = needed.terms[0].need.serial, there.highest + len(packs)
            for k, (election, size) in enumerate(packs, there.highest + 1):
                assert free is not None
                serials = _next_serials(free, one, first, size)
                yield Item("", one, place.code, k=k, n=n, election=election, quantity=size, serials=serials)


def _behind(taken: Iterable[Serials]) -> dict[tuple[str, str], int]:
    """The first number behind those that are taken, by kind and prefix."""
    free: dict[tuple[str, str], int] = {}
    for kind, prefix, _first, last in taken:
        free[kind, prefix] = max(free.get((kind, prefix), 0), last + 1)
    return free


def pack_sizes(pieces: int, full: int) -> list[int]:
    """How many are in each of the packs that hold so many pieces: the rest in a last one."""
    packs, rest = divmod(max(pieces, 0), full)
    return [full] * packs + [rest] * (rest > 0)


def parse_serial(text: str) -> tuple[str, int, int] | None:
    """Prefix, number and width of a serial number that ends in 1 to 18 digits: BLL040001; None of other texts."""
    match = re.fullmatch(r"(.{0,40}?)([0-9]{1,18})", text, re.ASCII)
    return (match[1], int(match[2]), len(match[2])) if match else None


def _next_serials(free: dict[tuple[str, str], int], kind: str, first: str, size: int) -> SerialRange | None:
    """The next numbers of a kind, which are then taken; None where its packs have none."""
    if (begin := parse_serial(first)) is None:
        return None
    prefix, number, width = begin
    start = max(free.get((kind, prefix), 0), number)
    free[kind, prefix] = start + size
    return SerialRange(prefix, start, start + size - 1, max(width, len(str(start + size - 1))))


def slot_of(item: Item) -> Slot:
    """What an item is for, apart from its code."""
    return (item.kind, item.to, item.election, item.k)


def missing_items(
    places: Collection[Place],
    rules: NeedRules,
    existing: Collection[Slot],
    stock: Mapping[tuple[str, str], PackStock],
    taken: Iterable[Serials],
    *,
    kind: str | None = None,
    held_by: str,
    draw_code: Callable[[], str],
) -> list[Item]:
    """The planned items and packs that are not there yet, each with a code of its own; see `missing_packs`.

    Args:
        existing: the slots of all that is registered.
        kind: only this one.
    """
    missing = [item for item in planned_items(places, rules, kind) if slot_of(item) not in existing]
    missing += missing_packs(places, rules, stock, taken, kind)
    return [replace(item, code=draw_code(), held_by=held_by) for item in missing]


def further_items(
    place: Place,
    rules: NeedRules,
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
    planned = list(planned_items([place], rules, kind))
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
