"""The clock: what is late, what will be late at the pace of the last hours, and what is due next.

The estimate is a division and no more: what is still to be brought, by what was brought in an hour. It knows nothing of
roads, rain or rest, so its two figures are always given along with it (docs/scorecard.md).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, chain
from operator import itemgetter
from typing import Literal, NamedTuple

from custody.chain.findings import moment
from custody.chain.journey import Journey
from custody.plan.dues import Due
from custody.plan.levels import BELOW_STORES, END
from custody.plan.places import Place, Ways

PACE_HOURS = 3
"""The pace is what came in the last so many hours in which anything came."""

DueState = Literal["late", "will_be_late", "soon", "open", "done_late", "done"]
STATES: tuple[DueState, ...] = ("late", "will_be_late", "soon", "open", "done_late", "done")


@dataclass(frozen=True, slots=True)
class Pace:
    """How many items reached their places within how many hours, and when the oldest of these hours began."""

    items: int = 0
    hours: int = 0
    since: str | None = None


@dataclass(frozen=True, slots=True)
class DueRow:
    """A place that something is due at by one time: how much of it is there, and what is to be expected.

    `phase` is the code of the phase whose time it is, empty where it is the place's own. `bound` items are to come to
    it or through it by then, `there` have, `came_late` of them after `due`. `pace` is that of its
    level in its sub-district, `ahead` what is to be brought there until its own last item is, and `expected` when that
    is at this pace; None where it is complete or nothing has moved yet.
    """

    place: Place
    due: str
    state: DueState
    bound: int
    there: int
    came_late: int
    pace: Pace
    ahead: int
    expected: str | None
    phase: str = ""

    @property
    def missing(self) -> int:
        """How many items are not there yet."""
        return self.bound - self.there


@dataclass(slots=True)
class _Sum:
    place: Place
    branch: tuple[str, str]
    due: Due | None
    bound: int = 0
    there: int = 0
    came_late: int = 0
    came: Counter[str] = field(default_factory=Counter)


class Part(NamedTuple):
    """What places of one level in one sub-district await, by due time (None: without one), and how much came when."""

    bound: Counter[str | None]
    came: Counter[str]


_Rank = tuple[int, str, str, str]


@dataclass(slots=True)
class _Branch:
    """One level of one sub-district: how many came when, and the places they are to come to. `judged` are its rows
    by how they press, and what was asked; None where something was counted since.
    """

    came: Counter[str] = field(default_factory=Counter)
    sums: list[_Sum] = field(default_factory=list)
    judged: tuple[tuple[str, int], list[tuple[_Rank, DueRow]]] | None = None


Stop = tuple[Place, Due | None, str | None]
"""A place on an item's way, when it is due there, and when it came there; None where it is not, or is not there."""


class DueSums:
    """The sums of due times over many items; an item that moves on replaces what was counted of it."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._sums: dict[tuple[str, Due | None], _Sum] = {}
        self._branches: dict[tuple[str, str], _Branch] = {}
        self._stops: dict[str, tuple[Stop, ...]] = {}
        self._of_place: dict[str, list[_Sum]] = {}
        self.changed: set[str] = set()
        """The codes of places of which something was counted; who has looked at them takes them out."""

    def put(self, code: str, journey: Journey | None) -> None:
        """Count an item by its journey now, in place of what was counted of it before; None: it is no item any more."""
        if before := self._stops.pop(code, None):
            self._count(before, -1)
        if journey is None:
            return
        stops = tuple(
            (
                place,
                journey.dues.get(place.code),
                journey.reached[place.code].happened if place.code in journey.there else None,
            )
            for place in journey.way
            if place.level in BELOW_STORES
        )
        self._stops[code] = stops
        self._count(stops, 1)

    def _count(self, stops: Sequence[Stop], by: int) -> None:
        for place, due, came in stops:
            row = self._sums.get((place.code, due))
            if row is None:
                row = self._sums[place.code, due] = self._new_sum(place, due)
            row.bound += by
            self.changed.add(place.code)
            self._branches[row.branch].judged = None
            if came is not None:
                row.there += by
                row.came[came] += by
                row.came_late += by * (due is not None and due.is_past(came))
                self._branches[row.branch].came[came] += by

    def _new_sum(self, place: Place, due: Due | None) -> _Sum:
        area = self._ways.area(place.code)
        row = _Sum(place, (area.code if area else "", place.level), due)
        self._branches.setdefault(row.branch, _Branch()).sums.append(row)
        self._of_place.setdefault(place.code, []).append(row)
        return row

    def there(self, code: str) -> tuple[int, int]:
        """How many items are bound for a place of these levels or through it, and how many of them are there."""
        sums = self._of_place.get(code, ())
        return sum(row.bound for row in sums), sum(row.there for row in sums)

    def parts(self, level: str, is_inside: Callable[[Place], bool]) -> list[Part]:
        """What the places of a level that are asked for await, and what came to them: a part for each sub-district."""
        found = []
        for (_area, of_level), branch in self._branches.items():
            sums = [row for row in branch.sums if of_level == level and row.bound and is_inside(row.place)]
            part = Part(Counter(), Counter())
            for row in sums:
                part.bound[row.due.time if row.due else None] += row.bound
                part.came.update(row.came)
            if sums:
                found.append(part)
        return found

    def next_due(self, code: str) -> str | None:
        """When an item is due at the first place on its way that it has not come to and that has a due time."""
        return next((due.time for _place, due, came in self._stops.get(code, ()) if due and came is None), None)

    def rows(self, *, as_of: str, within_h: int = 6) -> list[DueRow]:
        """A row for each place and time that something is due, the most pressing first; as `due_rows`.

        Of a sub-district of which nothing was counted since, the rows of the same minute are given again.
        """
        for branch in self._branches.values():
            if branch.judged is None or branch.judged[0] != (as_of[:16], within_h):
                ranked = [(_rank(row), row) for row in _rows_of(branch, as_of, within_h)]
                branch.judged = ((as_of[:16], within_h), sorted(ranked, key=itemgetter(0)))
        found = (branch.judged[1] for branch in self._branches.values() if branch.judged)
        return [row for _rank, row in sorted(chain.from_iterable(found), key=itemgetter(0))]


def due_rows(journeys: Iterable[Journey], ways: Ways, *, as_of: str, within_h: int = 6) -> list[DueRow]:
    """A row for each place below the stores, and each time that something is due there: the most pressing first.

    Args:
        journeys: of the items, taken at `as_of`.
        as_of: RFC 3339, UTC.
        within_h: what is due within so many hours is due soon.
    """
    sums = DueSums(ways)
    for number, journey in enumerate(journeys):
        sums.put(str(number), journey)
    return sums.rows(as_of=as_of, within_h=within_h)


def most_pressing(rows: Iterable[DueRow]) -> dict[str, DueRow]:
    """By place, the first of its rows: how the place stands."""
    found: dict[str, DueRow] = {}
    for row in rows:
        found.setdefault(row.place.code, row)
    return found


def pace_of(came: Iterable[str] | Mapping[str, int], as_of: str) -> Pace:
    """How much came in the last `PACE_HOURS` hours in which anything came, the hours counted back from `as_of`.

    Args:
        came: when things came, one by one, or how many came at each moment.
    """
    last = last_hours(Counter(came), as_of)
    if not last:
        return Pace()
    return Pace(sum(last.values()), len(last), _text(_time(as_of) - timedelta(hours=max(last) + 1)))


def last_hours(came: Mapping[str, int], as_of: str) -> dict[int, int]:
    """How much came in each of the last `PACE_HOURS` hours in which anything came, by the hours that are past since."""
    now = _time(as_of)
    by_hour: dict[int, int] = {}
    for time, count in came.items():
        ago = now - _time(time)
        if ago >= timedelta(0) and count > 0:
            hour = ago // timedelta(hours=1)
            by_hour[hour] = by_hour.get(hour, 0) + count
    return {hour: by_hour[hour] for hour in sorted(by_hour)[:PACE_HOURS]}


def by_place_above(rows: Iterable[DueRow]) -> dict[str, list[DueRow]]:
    """Those of the rows that are of ends, by the code of the place above them; in the order of the rows."""
    groups: dict[str, list[DueRow]] = {}
    for row in rows:
        if row.place.level == END:
            groups.setdefault(row.place.parent or "", []).append(row)
    return groups


def _rank(row: DueRow) -> _Rank:
    return STATES.index(row.state), moment(row.due), row.place.code, row.phase


def _rows_of(branch: _Branch, as_of: str, within_h: int) -> Iterator[DueRow]:
    pace = pace_of(branch.came, as_of)
    timed = [(moment(row.due.time), row) for row in branch.sums if row.due is not None and row.bound]
    timed.sort(key=lambda entry: entry[0])
    dues = [due for due, _row in timed]
    ahead = list(accumulate((row.bound - row.there for _due, row in timed), initial=0))
    for due, row in timed:
        yield _judged(row, ahead[bisect_right(dues, due)], pace, as_of, within_h)


def _judged(row: _Sum, left: int, pace: Pace, as_of: str, within_h: int) -> DueRow:
    """One row. `left`: what its level of its sub-district still has to bring that is due no later."""
    assert row.due is not None
    due, now = moment(row.due.time), moment(as_of)
    expected, ahead = None, 0
    if row.there == row.bound:
        state: DueState = "done_late" if row.came_late else "done"
    else:
        ahead = left
        if pace.items:
            hours = timedelta(hours=1) * pace.hours * ahead / pace.items
            expected = _text(_time(as_of) + min(hours, timedelta(days=365)))
        if now > due:
            state = "late"
        elif expected is not None and moment(expected) > due:
            state = "will_be_late"
        else:
            soon = _time(row.due.time) - _time(as_of) <= timedelta(hours=within_h)
            state = "soon" if soon else "open"
    counts = (row.bound, row.there, row.came_late)
    return DueRow(row.place, row.due.time, state, *counts, pace, ahead, expected, row.due.phase)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
