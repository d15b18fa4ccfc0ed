"""Codes that no decoder reads, read by their finder patterns: grid fitted, modules weighed, lost bytes filled in.

zxing-cpp has the last word: it is given the clean code that came of it and reads the text. What it reads counts as
read by zxing-cpp, and never as a second engine's opinion.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from scanner.decoding.engines import ZxingEngine, is_inside
from scanner.decoding.renderings import resized
from scanner.reads import Corners, Read
from scanner.rescue.finders import find_finders
from scanner.rescue.module_grid import darkness, fit_grid, sample
from scanner.rescue.outlines import Pair, Signs, find_signs
from scanner.rescue.qr_structure import build, corrected
from scanner.sources.frames import Image

_LEAST_LIKENESS = 0.55
"""How far the modules that were seen must bear the corrected code out, 0 to 1 as a mean over what they say surely."""
_MOST_OUTLINES, _MOST_PAIRS = 24, 12
_MODULE_PX = 4.0
"""Smaller modules are enlarged about to this size first."""
_DRAWN_PX = 4
STILL_BLOCKS_PX = (None, 41)
"""Neighbourhoods that tell dark from light: a fifth of the picture, and one near the size of a finder pattern."""


def rescue(
    zxing: ZxingEngine,
    gray: Image,
    known: Sequence[Read],
    most_guesses: int,
    blocks_px: Sequence[int | None] = STILL_BLOCKS_PX,
    within: Corners | None = None,
) -> list[Read]:
    """Read codes at places with finder patterns where nothing was read.

    Args:
        within: only codes whose middle lies here.
        most_guesses: the number of places to try, about 15 ms each.
        blocks_px: neighbourhoods that tell dark from light, each tried; None: a fifth of the picture.
    """
    found: list[Read] = []
    tried: list[np.ndarray] = []
    for block_px in blocks_px:
        loose = [
            finder
            for finder in find_finders(gray, block_px=block_px)
            if not any(is_inside((finder.x, finder.y), read.corners) for read in (*known, *found))
        ]
        for three, module_px, free in _guesses(find_signs(loose, gray)):
            x, y = (float(value) for value in three.mean(axis=0))
            is_known = any(np.abs(three - other).max() < module_px for other in tried)
            if within is not None and not is_inside(((three[1] + three[2]) / 2).tolist(), within):
                continue
            if is_known or any(is_inside((x, y), read.corners) for read in found):
                continue
            if len(tried) >= most_guesses:
                return found
            tried.append(three)
            read = _rescue_one(zxing, gray, three, module_px, free)
            if read is not None:
                found.append(read)
    return found


def _guesses(signs: Signs) -> Iterator[tuple[np.ndarray, float, int | None]]:
    """Where codes may lie: by three finder patterns, then by two and a guess at the third.

    Three may be of several codes, and then two of them may be of one: these are tried last.
    """
    outlines = signs.outlines[:_MOST_OUTLINES]
    for outline in outlines:
        three = np.array([(each.x, each.y) for each in (outline.corner, outline.right, outline.below)])
        yield three, outline.module_px, None
    pairs = signs.pairs[:_MOST_PAIRS]
    for outline in outlines[: _MOST_PAIRS // 3]:
        pairs += [Pair(*two) for two in combinations((outline.corner, outline.right, outline.below), 2)]
    for pair in pairs:
        a, b = np.array((pair.one.x, pair.one.y)), np.array((pair.other.x, pair.other.y))
        for start, end in ((a, b), (b, a)):
            along = end - start
            clockwise = np.array((-along[1], along[0]))
            yield np.array((start, end, start + clockwise)), pair.module_px, 2
            yield np.array((start, start - clockwise, end)), pair.module_px, 1
            yield np.array(((start + end - clockwise) / 2, end, start)), pair.module_px, 0


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
    reads, _unread = zxing.inspect(np.pad(drawn, 4 * _DRAWN_PX, constant_values=255))
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
