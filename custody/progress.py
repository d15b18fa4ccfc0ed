"""How far the supplies of a regency have come: sums over the delivery tree, by place and kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from custody.places import Place, Ways

REPORTED_LEVELS = ("warehouse", "district", "village")


@dataclass(frozen=True, slots=True)
class StockGroup:
    """Items alike in destination, kind and holder: how many, how many of them have a label, how many have left.

    `sent` counts those that have left where they were registered, wherever they are now.
    """

    to: str
    kind: str
    held_by: str
    count: int
    labelled: int
    sent: int


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """What is bound for a place, or for anywhere below it, of one kind, and how far it has come.

    `arrived`: now held by the place or below it. At the top, where supplies start, it means that they have reached
    the place right below it that they are bound through; else everything would have arrived before it left.
    """

    place: Place
    kind: str
    registered: int
    labelled: int
    sent: int
    arrived: int


@dataclass(slots=True)
class _Sum:
    place: Place
    order: tuple[str, ...]
    registered: int = 0
    labelled: int = 0
    sent: int = 0
    arrived: int = 0

    def add(self, group: StockGroup, *, has_arrived: bool) -> None:
        self.registered += group.count
        self.labelled += group.labelled
        self.sent += group.sent
        self.arrived += group.count if has_arrived else 0


def progress(groups: Iterable[StockGroup], places: Mapping[str, Place]) -> list[ProgressRow]:
    """Sum the stock over the tree: one row for each kind at the top, each district and each village.

    Rows come in the order of the tree, a district before its villages. What is bound for a place that the tree does
    not have gets rows of its own at the end, under its bare code and the level `unknown`, so that nothing is lost.
    """
    ways = Ways(places)
    sums: dict[tuple[str, str], _Sum] = {}
    for group in groups:
        way = ways.to(group.to) or (Place(group.to, group.to, "unknown"),)
        holders = {place.code for place in ways.to(group.held_by)} | {group.held_by}
        for depth, place in enumerate(way):
            if place.level not in REPORTED_LEVELS and place.level != "unknown":
                continue
            row = sums.get((place.code, group.kind))
            if row is None:
                codes = tuple(step.code for step in way[: depth + 1])
                row = sums[place.code, group.kind] = _Sum(place, codes)
            gate = way[1] if depth == 0 and len(way) > 1 else place
            row.add(group, has_arrived=gate.code in holders)
    ordered = sorted(sums.items(), key=lambda entry: (entry[1].place.level == "unknown", entry[1].order, entry[0][1]))
    return [
        ProgressRow(row.place, kind, row.registered, row.labelled, row.sent, row.arrived)
        for (_code, kind), row in ordered
    ]


def with_way_back(rows: Iterable[ProgressRow], came: Mapping[tuple[str, str], int]) -> list[ProgressRow]:
    """The rows, where what is on the way back has arrived too; else nothing would have once all is back.

    Args:
        came: for each place and kind how many have come there.
    """
    return [replace(row, arrived=max(row.arrived, came.get((row.place.code, row.kind), 0))) for row in rows]
