"""The clock: what is late, what will be late at the pace of the last hours, and what is due next.

The estimate is a division and no more: what is still to be brought, by what was brought in an hour. It knows nothing of
roads, rain or rest, so its two figures are always given along with it (docs/scorecard.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from custody.findings import moment
from custody.journey import Journey
from custody.places import Place, Ways

PACE_HOURS = 3
"""The pace is what came in the last so many hours in which anything came."""
TIMED_LEVELS = ("district", "village", "polling_station")

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
    """A place that something is due at: how much of it is there, and what is to be expected.

    `bound` items are to come to it or through it, `there` have, `came_late` of them after `due`. `pace` is that of its
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

    @property
    def missing(self) -> int:
        """How many items are not there yet."""
        return self.bound - self.there


@dataclass(slots=True)
class _Sum:
    place: Place
    due: str
    branch: tuple[str, str]
    bound: int = 0
    there: int = 0
    came_late: int = 0


@dataclass(slots=True)
class _Branch:
    """One level of one sub-district: when things came, and the places they are to come to."""

    came: list[str] = field(default_factory=list)
    sums: list[_Sum] = field(default_factory=list)


def due_rows(journeys: Iterable[Journey], ways: Ways, *, as_of: str, within_h: int = 6) -> list[DueRow]:
    """A row for each sub-district, village and polling station that something is due at: the most pressing first.

    Args:
        journeys: of the items, taken at `as_of`.
        as_of: RFC 3339, UTC.
        within_h: what is due within so many hours is due soon.
    """
    sums: dict[str, _Sum] = {}
    branches: dict[tuple[str, str], _Branch] = {}
    for journey in journeys:
        for place in journey.way:
            if place.level not in TIMED_LEVELS:
                continue
            area = ways.area(place.code)
            key = (area.code if area else "", place.level)
            branch = branches.setdefault(key, _Branch())
            is_there = place.code in journey.there
            if is_there:
                branch.came.append(journey.reached[place.code].happened)
            if place.due is None:
                continue
            row = sums.get(place.code)
            if row is None:
                row = sums[place.code] = _Sum(place, place.due, key)
                branch.sums.append(row)
            row.bound += 1
            row.there += is_there
            row.came_late += is_there and moment(journey.reached[place.code].happened) > moment(place.due)
    paces = {key: pace_of(branch.came, as_of) for key, branch in branches.items()}
    rows = [_judged(row, branches[row.branch].sums, paces[row.branch], as_of, within_h) for row in sums.values()]
    return sorted(rows, key=lambda row: (STATES.index(row.state), moment(row.due), row.place.code))


def pace_of(came: Iterable[str], as_of: str) -> Pace:
    """How much came in the last `PACE_HOURS` hours in which anything came, the hours counted back from `as_of`."""
    now = _time(as_of)
    by_hour: dict[int, int] = {}
    for time in came:
        ago = now - _time(time)
        if ago >= timedelta(0):
            hour = ago // timedelta(hours=1)
            by_hour[hour] = by_hour.get(hour, 0) + 1
    last = sorted(by_hour)[:PACE_HOURS]
    if not last:
        return Pace()
    return Pace(sum(by_hour[hour] for hour in last), len(last), _text(now - timedelta(hours=last[-1] + 1)))


def _judged(row: _Sum, beside: Iterable[_Sum], pace: Pace, as_of: str, within_h: int) -> DueRow:
    due, now = moment(row.due), moment(as_of)
    expected, ahead = None, 0
    if row.there == row.bound:
        state: DueState = "done_late" if row.came_late else "done"
    else:
        ahead = sum(other.bound - other.there for other in beside if moment(other.due) <= due)
        if pace.items:
            hours = timedelta(hours=1) * pace.hours * ahead / pace.items
            expected = _text(_time(as_of) + min(hours, timedelta(days=365)))
        if now > due:
            state = "late"
        elif expected is not None and moment(expected) > due:
            state = "will_be_late"
        else:
            state = "soon" if _time(row.due) - _time(as_of) <= timedelta(hours=within_h) else "open"
    return DueRow(row.place, row.due, state, row.bound, row.there, row.came_late, pace, ahead, expected)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
