"""Select the unread labels to show: those that stay in place and have a plausible outline.

A search for finder patterns sometimes finds a label by chance; a hint that jumps about does not help.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scanner.decoding.engines import is_same_place, middle
from scanner.reads import Corners, Read, Seen

STEADY_MS = 700.0
_LOST_MS = 350.0
"""A search finds it not in every frame; so long it may be missing."""
_LEAST_SIDE_PX, _MOST_UNEQUAL = 16.0, 3.0
"""Of the sides of an outline; one more oblique than this is out of reach, or no label."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """Something seen and not read: as it was last, since when, and when last."""

    seen: Seen
    since_ms: float
    last_ms: float


class SteadyHints:
    """Follows what is seen and not read from frame to frame."""

    def __init__(self) -> None:
        self._followed: list[_Followed] = []

    def see(self, unread: Sequence[Seen], reads: Sequence[Read], at_ms: float) -> list[Seen]:
        """What has been seen long enough, where it is now."""
        fresh = [seen for seen in unread if is_plausible(seen.corners, reads)]
        kept: list[_Followed] = []
        for old in self._followed:
            new = next((seen for seen in fresh if is_same_place(seen.corners, old.seen.corners)), None)
            if new is not None:
                fresh.remove(new)
                kept.append(replace(old, seen=new, last_ms=at_ms))
            elif at_ms - old.last_ms < _LOST_MS and is_plausible(old.seen.corners, reads):
                kept.append(old)
        self._followed = kept + [_Followed(seen, at_ms, at_ms) for seen in fresh]
        return [each.seen for each in self._followed if each.last_ms - each.since_ms >= STEADY_MS]


def is_plausible(corners: Corners, reads: Sequence[Read]) -> bool:
    """Whether this can be the outline of an unread label: a convex, fairly even shape with no read label in it."""
    points = np.array(corners, np.float64)
    sides = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if lengths.min() < _LEAST_SIDE_PX or lengths.max() > _MOST_UNEQUAL * lengths.min():
        return False
    turns = _cross(sides, np.roll(sides, -1, axis=0))
    if not (np.all(turns > 0) or np.all(turns < 0)):
        return False
    return not any(_holds(points, sides, np.array(middle(read.corners))) for read in reads)


def _holds(points: np.ndarray, sides: np.ndarray, place: np.ndarray) -> bool:
    """Whether a place lies within a convex outline."""
    beside = _cross(sides, place - points)
    return bool(np.all(beside > 0) or np.all(beside < 0))


def _cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
