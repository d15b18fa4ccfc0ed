"""Where codes are that nobody has read: three finder patterns that stand as the corners of one code do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scanner.finders import Finder
from scanner.reads import Corners

_MOST_FINDERS = 36
_LEAST_SPAN, _LONGEST_SPAN = 11.0, 175.0
"""Modules between the middles of two finder patterns of one code: 14 in version 1, 170 in version 40, and a tilt."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A code by its finder patterns: the one in the corner between the others, then clockwise as the code is read."""

    corner: Finder
    right: Finder
    below: Finder

    @property
    def module_px(self) -> float:
        return (self.corner.module_px + self.right.module_px + self.below.module_px) / 3

    @property
    def corners(self) -> Corners:
        """The code's four corners in pixels, in order around it, the far one guessed."""
        origin, along, down = (np.array((each.x, each.y)) for each in (self.corner, self.right, self.below))
        along, down = along - origin, down - origin
        reach_along = 3.5 * self.module_px * along / max(float(np.hypot(*along)), 1.0)
        reach_down = 3.5 * self.module_px * down / max(float(np.hypot(*down)), 1.0)
        first, second, third, fourth = (
            (round(float(x)), round(float(y)))
            for x, y in (
                origin - reach_along - reach_down,
                origin + along + reach_along - reach_down,
                origin + along + down + reach_along + reach_down,
                origin + down - reach_along + reach_down,
            )
        )
        return first, second, third, fourth


def find_outlines(finders: Sequence[Finder]) -> list[Outline]:
    """The codes that these finder patterns make, the most regular first, each finder pattern in one of them."""
    some = list(finders[:_MOST_FINDERS])
    if len(some) < 3:
        return []
    at = np.array([(each.x, each.y) for each in some])
    size = np.array([each.module_px for each in some])
    i, j, k = (index.ravel() for index in np.indices((len(some),) * 3))
    one, other = at[j] - at[i], at[k] - at[i]
    is_turn = (i != j) & (i != k) & (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0] > 0)
    i, j, k, one, other = i[is_turn], j[is_turn], k[is_turn], one[is_turn], other[is_turn]
    long, wide = np.hypot(*one.T), np.hypot(*other.T)
    sizes = np.stack((size[i], size[j], size[k]))
    skew = np.abs((one * other).sum(axis=1)) / (long * wide)
    uneven = np.abs(np.log(long / wide))
    spread = np.log(sizes.max(axis=0) / sizes.min(axis=0))
    span = (long + wide) / 2 / sizes.mean(axis=0)
    fault = skew + uneven + spread + 0.25 * np.log(span / _LEAST_SPAN)
    fits = (skew < 0.6) & (uneven < 0.8) & (spread < 0.6) & (span > _LEAST_SPAN) & (span < _LONGEST_SPAN)
    used: set[int] = set()
    outlines = []
    for index in np.flatnonzero(fits)[np.argsort(fault[fits], kind="stable")]:
        three = {int(i[index]), int(j[index]), int(k[index])}
        if not three & used:
            used |= three
            outlines.append(Outline(some[i[index]], some[j[index]], some[k[index]]))
    return outlines
