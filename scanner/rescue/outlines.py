"""Find unread codes: three or two finder patterns in the positions of one code's corners."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scanner.reads import Corners
from scanner.rescue.finders import Finder
from scanner.rescue.pairs import LEAST_SPAN, LONGEST_SPAN, Pairs
from scanner.sources.frames import Image

_MOST_FINDERS = 120
_MOST_FAULT = 1.7
"""Worse triples are finder patterns of several codes; a label is seldom worse than 1.0."""
_MOST_PAPER = 0.6


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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two finder patterns of one code, of which the third is not found."""

    one: Finder
    other: Finder

    @property
    def module_px(self) -> float:
        return (self.one.module_px + self.other.module_px) / 2

    @property
    def corners(self) -> Corners:
        """A square about both, as if they stood across; the code lies within it or reaches half over one side."""
        x, y = (self.one.x + self.other.x) / 2, (self.one.y + self.other.y) / 2
        away = float(np.hypot(self.one.x - self.other.x, self.one.y - self.other.y))
        low_x, low_y, high_x, high_y = (
            round(part + sign * (away / 2 + 3.5 * self.module_px)) for sign in (-1, 1) for part in (x, y)
        )
        return (low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)


@dataclass(frozen=True, slots=True)
class Signs:
    """Codes by three finder patterns, then by two that stand nearer than those that they share such an outline with,
    or in none; the likeliest first.
    """

    outlines: list[Outline] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


def find_signs(finders: Sequence[Finder], gray: Image) -> Signs:
    """Return the codes that these finder patterns of a picture form, each pattern in one outline and in one pair.

    Labels in rows form triples as regular as a code's own; the picture shows paper between those.
    """
    some = list(finders[:_MOST_FINDERS])
    if len(some) < 2:
        return Signs()
    pairs = Pairs(some, gray)
    owner: dict[int, list[int]] = {}
    for three in _triples(pairs):
        if not owner.keys() & set(three):
            owner |= dict.fromkeys(three, three)
    outlines = [Outline(*(some[index] for index in three)) for three in dict.fromkeys(map(tuple, owner.values()))]
    paired: set[int] = set()
    found = []
    for one, other in _twos(pairs):
        if one in paired or other in paired:
            continue
        three = owner.get(one, [])
        if other in three:  # the outline is borne out
            paired.update(three)
        else:
            paired.update((one, other))
            found.append(Pair(some[one], some[other]))
    return Signs(outlines, found)


def _triples(pairs: Pairs) -> list[list[int]]:
    """Finder patterns that stand as three corners of a code: corner, right, below; the most regular first."""
    i, j, k = pairs.turns()
    at, size, paper = pairs.at, pairs.size, pairs.paper
    one, other = at[j] - at[i], at[k] - at[i]
    is_turn = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0] > 0
    i, j, k, one, other = i[is_turn], j[is_turn], k[is_turn], one[is_turn], other[is_turn]
    long, wide = np.hypot(*one.T), np.hypot(*other.T)
    sizes = np.stack((size[i], size[j], size[k]))
    skew = np.abs((one * other).sum(axis=1)) / (long * wide)
    uneven = np.abs(np.log(long / wide))
    spread = np.log(sizes.max(axis=0) / sizes.min(axis=0))
    span = (long + wide) / 2 / sizes.mean(axis=0)
    fits = (skew < 0.6) & (uneven < 0.8) & (spread < 0.6) & (span > LEAST_SPAN) & (span < LONGEST_SPAN)
    fault = skew + uneven + spread + 0.5 * np.log(np.maximum(span, 1) / LEAST_SPAN) + paper[i, j] + paper[i, k]
    fits &= fault < _MOST_FAULT
    best = np.flatnonzero(fits)[np.argsort(fault[fits], kind="stable")]
    return [[int(i[index]), int(j[index]), int(k[index])] for index in best]


def _twos(pairs: Pairs) -> list[list[int]]:
    """Pairs with modules between them, the nearest and most alike first."""
    first, second = pairs.pairs.T
    unlike = np.abs(np.log(pairs.size[first] / pairs.size[second]))
    paper = pairs.paper[first, second]
    fault = unlike + paper + 0.5 * np.log(pairs.span[first, second] / LEAST_SPAN)
    fits = paper < _MOST_PAPER
    best = np.flatnonzero(fits)[np.argsort(fault[fits], kind="stable")]
    return [[int(first[index]), int(second[index])] for index in best]
