"""The scorecard: how much of what a committee had in its hands went right, on each of the six "tepat".

Every figure is a share with the number of things behind it, and every fault names its record. Committees are compared
only where a difference is not chance (docs/scorecard.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Literal

from custody.chain.chain import Chain
from custody.chain.findings import Finding, had_happened
from custody.chain.journey import journey
from custody.handover.counting import Counted, count_findings
from custody.measures.scoring import AXES, Axis, Fault, Marks, bearer_of, marks_of
from custody.plan.levels import AREA
from custody.plan.places import Place, Ways

LEAST_LOADS = 5
"""Whoever had fewer loads than this is not compared."""
Comparison = Literal["above", "below", "no_difference", "too_few"]
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Figure:
    """One axis of one card: of `n` things in so many loads, how many had a fault, and the faults."""

    n: int
    faulty: int
    loads: int
    faults: tuple[Fault, ...]

    @property
    def share(self) -> float | None:
        """The share without a fault, 0 to 1; None where there was nothing to judge."""
        return None if self.n == 0 else 1 - self.faulty / self.n

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share might as well lie by chance, with 95 %; Wilson's, over loads and not things.

        Things that travel together are late or wet together, so the loads are what chance falls on.
        """
        return None if self.share is None else wilson(self.share, self.loads)

    @property
    def put_right(self) -> int:
        """How many of the faults have been settled since."""
        return sum(not fault.is_open for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Card:
    """One committee, or whoever else had things: `place` is None for vehicles, vendors and others together.

    `held`: how many things it had in its hands, in so many `loads`. `provisional`: findings that do not count yet.
    `compared` says for each axis how it stands beside all other committees together.
    """

    bearer: str
    place: Place | None
    held: int
    loads: int
    figures: Mapping[Axis, Figure]
    compared: Mapping[Axis, Comparison]
    provisional: int

    @property
    def is_committee(self) -> bool:
        return self.place is not None and self.place.level == AREA

    @property
    def is_clean(self) -> bool:
        """Whether it had things, and nothing went wrong with any of them while it did."""
        return self.held > 0 and not any(figure.faults for figure in self.figures.values())


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share of `n`, 95 %: 0 to 1 where there is none."""
    if n <= 0:
        return 0.0, 1.0
    z2 = _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(max(share * (1 - share) / n + z2 / (4 * n * n), 0)) / (1 + z2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def scorecard(chains: Iterable[Chain], ways: Ways, *, as_of: str, counted: Iterable[Counted] = ()) -> list[Card]:
    """The cards of all committees in the order of the tree, then of those above and beside them who had things.

    Args:
        chains: of all items; each is looked at once.
        as_of: the moment (RFC 3339, UTC) up to which what happened counts.
        counted: what was counted at handovers (`custody.handover.counting`), each part of each handover once.
    """
    scores = Scores(ways)
    for chain in chains:
        scores.put(marks_of(chain, journey(chain, ways, as_of=as_of), ways, as_of=as_of))
    return scores.cards(counted, as_of=as_of)


class Scores:
    """The sums of the marks of many items; an item that moves on replaces what was counted of it."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._marks: dict[str, Marks] = {}
        self._sums: dict[str, _Sum] = {}

    def put(self, marks: Marks) -> None:
        """Take in what an item's chain says now, in place of what it said before."""
        if (before := self._marks.get(marks.code)) is not None:
            self._count(before, -1)
        self._marks[marks.code] = marks
        self._count(marks, 1)

    def cards(self, counted: Iterable[Counted] = (), *, as_of: str | None) -> list[Card]:
        """Return the cards, one for each committee, in the order of `scorecard`."""
        whole: dict[str, list[tuple[Fault, int]]] = {}
        for part, finding in count_findings(counted):
            if had_happened(part.happened, as_of):
                bearer = bearer_of(self._ways, part.key.giver)
                whole.setdefault(bearer, []).append(_fault_of_count(part, finding, bearer))
        places = self._ways.places
        bearers = {place.code for place in places.values() if place.level == AREA} | whole.keys()
        bearers |= {bearer for bearer, found in self._sums.items() if found.is_any}
        cards = [
            _card(bearer, places.get(bearer), self._sums.get(bearer, _Sum()), whole.get(bearer, []))
            for bearer in bearers
        ]
        committees = {card.bearer: card for card in cards if card.is_committee}
        return sorted(
            (_compared(card, committees) if card.is_committee else card for card in cards),
            key=lambda card: (not card.is_committee, card.place is None, card.bearer),
        )

    def _count(self, marks: Marks, by: int) -> None:
        """Count the marks of one item, or take them back."""
        for bearer, load in marks.loads.items():
            found = self._sums.setdefault(bearer, _Sum())
            found.held += by
            _weigh(found.loads, load, by)
            if bearer in marks.timed:
                found.timed += by
                _weigh(found.timed_loads, load, by)
        for bearer in {fault.bearer for fault in marks.faults}:
            if by > 0:
                mine = tuple(fault for fault in marks.faults if fault.bearer == bearer)
                self._sums[bearer].faults[marks.code] = mine
            else:
                del self._sums[bearer].faults[marks.code]
        for bearer in marks.provisional:
            self._sums.setdefault(bearer, _Sum()).provisional += by


# --- sums -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sum:
    """What one bearer's items come to; loads with how many items came with each, faults by item."""

    held: int = 0
    timed: int = 0
    loads: dict[str, int] = field(default_factory=dict)
    timed_loads: dict[str, int] = field(default_factory=dict)
    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    provisional: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.held or self.faults or self.provisional)


def _weigh(loads: dict[str, int], load: str, by: int) -> None:
    left = loads.get(load, 0) + by
    if left:
        loads[load] = left
    else:
        del loads[load]


def _fault_of_count(part: Counted, finding: Finding, bearer: str) -> tuple[Fault, int]:
    """A handover that was counted otherwise than scanned: so many things are a fault of the giver; how many more."""
    more = finding.values["counted"] - finding.values["scanned"] - finding.values["extras"]
    fault = Fault(
        "quantity", "COUNT", bearer, part.key.giver, None, part.record, part.leaf, part.happened, things=abs(more)
    )
    return fault, max(more, 0)


def _card(bearer: str, place: Place | None, found: _Sum, whole: list[tuple[Fault, int]]) -> Card:
    """Args: `whole`: faults of whole handovers, each with how many things of it were not scanned."""
    by_axis: dict[Axis, list[Fault]] = {axis: [] for axis in AXES}
    for faults in (*found.faults.values(), tuple(fault for fault, _more in whole)):
        for fault in faults:
            by_axis[fault.axis].append(fault)
    figures: dict[Axis, Figure] = {}
    for axis, of_axis in by_axis.items():
        of_axis.sort(key=lambda f: (f.happened, f.item or "", f.code, f.leaf))
        n, loads = (found.timed, found.timed_loads) if axis == "time" else (found.held, found.loads)
        n += sum(more for _fault, more in whole) if axis == "quantity" else 0
        of_whole = sum(fault.things for fault in of_axis if fault.item is None)
        faulty = len({fault.item for fault in of_axis if fault.item is not None}) + of_whole
        figures[axis] = Figure(n, min(faulty, n), len(loads), tuple(of_axis))
    return Card(bearer, place, found.held, len(found.loads), figures, {}, found.provisional)


def _compared(card: Card, committees: Mapping[str, Card]) -> Card:
    compared = {
        axis: _comparison(figure, [other.figures[axis] for code, other in committees.items() if code != card.bearer])
        for axis, figure in card.figures.items()
    }
    return replace(card, compared=compared)


def _comparison(own: Figure, others: Iterable[Figure]) -> Comparison:
    """How a figure stands beside the others together: it differs only where their intervals do not overlap."""
    others = list(others)
    rest = Figure(sum(o.n for o in others), sum(o.faulty for o in others), sum(o.loads for o in others), ())
    if own.interval is None or rest.interval is None or min(own.loads, rest.loads) < LEAST_LOADS:
        return "too_few"
    if own.interval[0] > rest.interval[1]:
        return "above"
    return "below" if own.interval[1] < rest.interval[0] else "no_difference"
