"""Finder patterns two by two: which may belong to one code, and whether blank paper parts them."""

from collections.abc import Sequence

import cv2
import numpy as np

from scanner.rescue.finders import Finder
from scanner.sources.frames import Image

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
