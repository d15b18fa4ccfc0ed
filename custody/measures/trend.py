"""The trend: what was to have come by when, what came, and between which bounds the rest is to be expected.

As in `custody.measures.timing`, the forecast is a division: what is left in each sub-district, by what came there in
the slowest and in the fastest of its last hours in which anything came. Where nothing has come yet, nothing is
expected.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from custody.chain.findings import moment
from custody.measures.timing import Part, last_hours

Points = tuple[tuple[str, int], ...]
"""Times (UTC), each with how much in all by then, in order."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What one sub-district still has to bring, and how much it brings in an hour at its slowest and its fastest."""

    left: int
    slowest: int
    fastest: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Plan, what was done of it, and what lies ahead, in items; `total` counts those without a due time too."""

    total: int
    plan: Points
    done: Points
    ahead: tuple[Ahead, ...]

    @property
    def there(self) -> int:
        """How much has come."""
        return self.done[-1][1] if self.done else 0

    def after(self, hours: float) -> tuple[float, float]:
        """How much is to be expected so many hours from now, at the slowest and at the fastest."""
        slow = sum(min(part.left, part.slowest * hours) for part in self.ahead)
        fast = sum(min(part.left, part.fastest * hours) for part in self.ahead)
        return self.there + slow, self.there + fast

    @property
    def hours_left(self) -> tuple[float, float]:
        """In how many hours the rest has come where anything has come yet, at the fastest and at the slowest."""
        moving = [part for part in self.ahead if part.left]
        return (
            max((part.left / part.fastest for part in moving), default=0.0),
            max((part.left / part.slowest for part in moving), default=0.0),
        )

    def is_running(self, now: str) -> bool:
        """Whether a moment (UTC) is not far behind all that was planned and done, so that a forecast says something."""
        times = [datetime.fromisoformat(time) for time, _count in (*self.plan, *self.done)]
        if not times:
            return False
        return datetime.fromisoformat(now) - max(times) <= max(max(times) - min(times), timedelta(days=1))

    def planned(self, now: str) -> int:
        """How much was to have come by a moment (UTC)."""
        return max((count for time, count in self.plan if moment(time) <= moment(now)), default=0)


def trend_of(parts: Iterable[Part], *, as_of: str) -> Trend:
    """The trend of some places of one level, by what had come at a moment (RFC 3339, UTC)."""
    bound, came, ahead = Counter[str](), Counter[str](), []
    total = 0
    for part in parts:
        here = Counter[str]()
        for time, count in part.came.items():
            here[min(time, as_of, key=moment)] += max(
                count, 0
            )  # a clock that is ahead does not keep it from being there
        total += part.bound.total()
        came.update(+here)
        bound.update({time: count for time, count in part.bound.items() if time is not None})
        hours = last_hours(part.came, as_of).values()
        if hours:
            ahead.append(Ahead(max(part.bound.total() - here.total(), 0), min(hours), max(hours)))
    return Trend(total, _summed(bound), _summed(came), tuple(ahead))


def _summed(counts: Counter[str]) -> Points:
    times = sorted(counts, key=moment)
    return tuple(zip(times, accumulate(counts[time] for time in times), strict=True))
