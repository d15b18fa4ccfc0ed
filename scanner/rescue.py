"""Codes that no decoder reads, read by their finder patterns: grid fitted, modules weighed, lost bytes filled in.

zxing-cpp has the last word: it is given the clean code that came of it and reads the text. What it reads counts as
read by zxing-cpp, and never as a second engine's opinion.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

from scanner.engines import ZxingEngine, is_inside
from scanner.finders import Finder, find_finders
from scanner.frames import Image
from scanner.grid import darkness, fit_grid, sample
from scanner.outlines import find_outlines
from scanner.reads import Read
from scanner.renderings import resized
from scanner.symbol import build, corrected

_LEAST_LIKENESS = 0.55
"""How far the modules that were seen must bear the corrected code out, 0 to 1 as a mean over what they say surely."""
_MOST_PAIRS = 6
_MODULE_PX = 4.0
"""Smaller modules are enlarged about to this size first."""
_DRAWN_PX = 4
_BLOCKS_PX = (None, 41)
"""Neighbourhoods that tell dark from light: a fifth of the picture, and one near the size of a finder pattern."""

Item = TypeVar("Item")


def rescue(
    zxing: ZxingEngine, gray: Image, known: Sequence[Read], most_guesses: int, turn: int | None = None
) -> list[Read]:
    """What can be read at places where finder patterns stand and nothing was read.

    Args:
        most_guesses: how many places are tried, which bounds the time: about 20 ms each.
        turn: of a moving picture: looks for finder patterns in one way alone, and tries other places with each turn.
    """
    found: list[Read] = []
    tried: list[np.ndarray] = []
    for block_px in _BLOCKS_PX if turn is None else (_BLOCKS_PX[turn % 2],):
        loose = [
            finder
            for finder in find_finders(gray, block_px=block_px)
            if not any(is_inside((finder.x, finder.y), read.corners) for read in (*known, *found))
        ]
        guesses = list(_guesses(loose)) if turn is None else turned_to(list(_guesses(loose)), turn // 2 * most_guesses)
        for three, module_px, free in guesses:
            x, y = (float(value) for value in three.mean(axis=0))
            is_known = any(np.abs(three - other).max() < module_px for other in tried)
            if is_known or any(is_inside((x, y), read.corners) for read in found):
                continue
            if len(tried) >= most_guesses:
                return found
            tried.append(three)
            read = _rescue_one(zxing, gray, three, module_px, free)
            if read is not None:
                found.append(read)
    return found


def turned_to(items: Sequence[Item], start: int) -> list[Item]:
    """The same items from this one on, and from the beginning after the last."""
    first = start % max(len(items), 1)
    return [*items[first:], *items[:first]]


def _guesses(finders: Sequence[Finder]) -> Iterator[tuple[np.ndarray, float, int | None]]:
    """Where codes may lie: by three finder patterns, then by two and a guess at the third."""
    for outline in find_outlines(finders)[:8]:
        three = np.array([(each.x, each.y) for each in (outline.corner, outline.right, outline.below)])
        yield three, outline.module_px, None
    pairs = [
        (one, other)
        for one, other in combinations(finders[:8], 2)
        if abs(np.log(one.module_px / other.module_px)) < 0.4
        and 12 < np.hypot(one.x - other.x, one.y - other.y) / (one.module_px + other.module_px) * 2 < 70
    ]
    for one, other in pairs[:_MOST_PAIRS]:
        a, b = np.array((one.x, one.y)), np.array((other.x, other.y))
        module = (one.module_px + other.module_px) / 2
        for start, end in ((a, b), (b, a)):
            along = end - start
            clockwise = np.array((-along[1], along[0]))
            yield np.array((start, end, start + clockwise)), module, 2
            yield np.array((start, start - clockwise, end)), module, 1
            yield np.array(((start + end - clockwise) / 2, end, start)), module, 0


def _rescue_one(zxing: ZxingEngine, gray: Image, three: np.ndarray, module_px: float, free: int | None) -> Read | None:
    """The code by these middles of its finder patterns, 3 x 2, of which the `free` one is a guess."""
    margin = max(14 * module_px, 0.4 * float((three.max(axis=0) - three.min(axis=0)).max()))
    low = np.maximum(three.min(axis=0) - margin, 0).astype(int)
    high = np.minimum(three.max(axis=0) + margin, gray.shape[::-1]).astype(int)
    if (high - low).min() < 16:
        return None
    part = np.ascontiguousarray(gray[low[1] : high[1], low[0] : high[0]])
    scale = float(np.clip(_MODULE_PX / module_px, 0.3, 3.0))
    view = resized(part, scale)
    scale = view.image.shape[1] / part.shape[1]
    dark = darkness(view.image, module_px * scale)
    grid = fit_grid(dark, (three - low + 0.5) * scale - 0.5, module_px * scale, free=free)
    if grid is None:
        return None
    soft = sample(dark, grid)
    clean = corrected(soft, grid.version)
    if clean is None or _likeness(soft, clean, grid.version) < _LEAST_LIKENESS:
        return None
    drawn = np.kron(np.where(clean, 0, 255).astype(np.uint8), np.ones((_DRAWN_PX, _DRAWN_PX), np.uint8))
    reads, _unread = zxing.look(np.pad(drawn, 4 * _DRAWN_PX, constant_values=255))
    if not reads:
        return None
    first, second, third, fourth = ((x + int(low[0]), y + int(low[1])) for x, y in view.placed(grid.corners))
    return Read(reads[0].text, (first, second, third, fourth), reads[0].engine)


def _likeness(soft: np.ndarray, clean: np.ndarray, version: int) -> float:
    """How far what was seen agrees with the corrected code in the modules that carry data."""
    path = build(version).path
    seen = soft[path[:, 0], path[:, 1]]
    said = np.where(clean[path[:, 0], path[:, 1]], 1.0, -1.0)
    return float((seen * said).sum() / max(np.abs(seen).sum(), 1e-6))
