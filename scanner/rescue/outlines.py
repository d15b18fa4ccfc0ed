"""Find unread codes: three or two finder patterns in the positions of one code's corners."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from scanner.reads import Corners
from scanner.rescue.finders import Finder
from scanner.sources.frames import Image

# --- Finder patterns two by two: which may belong to one code, and whether blank paper parts them ---------------------

LEAST_SPAN, LONGEST_SPAN = 11.0, 175.0
"""Modules between the middles of two finder patterns of one code: 14 in version 1, 170 in version 40, and a tilt."""
_NEAREST = 8
_MOST_UNLIKE = 0.6
_SAMPLES = 64
_QUIET_MODULES, _RUN_MODULES = 2.0, 4.0
"""So much light beside both finder patterns, and in a row between them, stands in a code itself now and then."""


class Pairs:
    """The pairs of some finder patterns that may belong to one code."""

    def __init__(self, finders: Sequence[Finder], gray: Image) -> None:
        """Find them: each finder pattern with its nearest that are about as large."""
        count = len(finders)
        self.at = np.array([(each.x, each.y) for each in finders], float).reshape(count, 2)
        self.size = np.array([each.module_px for each in finders], float)
        mean = (self.size[:, None] + self.size) / 2
        self.span = np.hypot(*(self.at[:, None] - self.at).transpose(2, 0, 1)) / np.maximum(mean, 1e-6)
        """Modules from the middle of one to the middle of the other: n x n."""
        is_near = (self.span > 0.8 * LEAST_SPAN) & (self.span < 1.5 * LONGEST_SPAN)
        is_near &= np.abs(np.log(self.size[:, None] / self.size)) < _MOST_UNLIKE
        rank = np.argsort(np.argsort(np.where(is_near, self.span * mean, np.inf), axis=1, kind="stable"), axis=1)
        is_near &= (rank < _NEAREST) | (rank < _NEAREST).T
        first, second = np.nonzero(np.triu(is_near))
        self.is_near = is_near
        self.pairs = np.column_stack((first, second))
        """By their numbers, the lower first: m x 2."""
        self.paper = np.zeros((count, count))
        """How surely blank paper parts two of them, 0 where modules stand between: n x n."""
        self.paper[first, second] = self.paper[second, first] = self._paper_between(gray)

    def turns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every two pairs that share a finder pattern: that one, and both others in both orders."""
        found = [np.zeros((0, 3), int)]
        for corner, row in enumerate(self.is_near):
            near = np.flatnonzero(row)
            arm, other = (each.ravel() for each in np.meshgrid(near, near))
            is_two = arm != other
            found.append(np.column_stack((np.full(len(arm), corner), arm, other))[is_two])
        corners, arms, others = np.concatenate(found).T
        return corners, arms, others

    def _paper_between(self, gray: Image) -> np.ndarray:
        """Light beside both of a pair, as in quiet zones, and light in one run, in modules more than codes have: m."""
        if not len(self.pairs):
            return np.zeros(0)
        start, end = (self.at[numbers] for numbers in self.pairs.T)
        length = np.hypot(*(end - start).T)
        one, other = (self.size[numbers] / length for numbers in self.pairs.T)
        first, last = 4.0 * one, 1 - 4.0 * other  # from the outer edge of one to the other's
        along = first[:, None] + (last - first)[:, None] * np.linspace(0, 1, _SAMPLES)
        light = _light_at(gray, start[:, None] + (end - start)[:, None] * along[..., None])
        dark = _light_at(gray, np.stack((start, end), axis=1)).mean(axis=1)
        is_light = light > ((dark + np.percentile(light, 90, axis=1)) / 2)[:, None]
        run, longest = np.zeros(len(light)), np.zeros(len(light))
        for column in is_light.T:
            run = (run + 1) * column
            longest = np.maximum(longest, run)
        beside = [
            np.where(is_light.all(axis=1), _SAMPLES, np.argmin(way, axis=1)) for way in (is_light, is_light[:, ::-1])
        ]
        module = _SAMPLES * (one + other) / 2 / np.maximum(last - first, 1e-3)  # in samples
        quiet = np.maximum(np.minimum(*beside) / module - _QUIET_MODULES, 0)
        return np.asarray(0.3 * quiet + 0.1 * np.maximum(longest / module - _RUN_MODULES, 0))


def _light_at(gray: Image, places: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(places.astype(np.float32), -1, 0)
    return np.asarray(cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


# --- Find unread codes: three or two finder patterns in the positions of one code's corners ---------------------------

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
