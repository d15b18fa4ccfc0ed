"""Codes that no decoder reads, read by their finder patterns: grid fitted, modules weighed, lost bytes filled in.

zxing-cpp has the last word: it is given the clean code that came of it and reads the text. What it reads counts as
read by zxing-cpp, and never as a second engine's opinion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import cv2
import numpy as np

from scanner.decoding.engines import ZxingEngine, is_inside
from scanner.decoding.renderings import resized
from scanner.reads import Corners, Read
from scanner.rescue.finder_frames import darkness
from scanner.rescue.finders import find_finders
from scanner.rescue.outlines import Pair, Signs, find_signs
from scanner.rescue.qr_structure import MOST_VERSION, build, corrected, side_of
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
) -> Iterator[Read | None]:
    """Read codes at places with finder patterns where nothing was read; None: a pause.

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
        yield None
        for three, module_px, free in _guesses(find_signs(loose, gray)):
            x, y = (float(value) for value in three.mean(axis=0))
            is_known = any(np.abs(three - other).max() < module_px for other in tried)
            if within is not None and not is_inside(((three[1] + three[2]) / 2).tolist(), within):
                continue
            if is_known or any(is_inside((x, y), read.corners) for read in found):
                continue
            if len(tried) >= most_guesses:
                return
            tried.append(three)
            read = _rescue_one(zxing, gray, three, module_px, free)
            if read is not None:
                found.append(read)
            yield read


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


# ----------------------------------------------------------------------------------------------------------------------
# The grid of a code fitted to a picture by everything of it that is known: finders, timing lines, alignment patterns.
#
# A decoder trusts three finder patterns; here they only say where to begin. Corners and a bend (for bottles and loose
# paper) are moved until the fixed modules fit best, so one finder may be torn away.

_LEAST_BEGUN, _LEAST_FIT = 0.22, 0.35
"""How well the fixed modules must be met before and after refining; 1 is a clean code, 0 what anything gives."""
_STEPS = (0.04, 0.02, 0.01, 0.005, 0.0025)
"""Of the code's side: how far corners and bend are moved, ever finer."""
_MOVES_PER_STEP = 12


@dataclass(frozen=True, eq=False)
class Grid:
    """Where a code's modules lie: its version, its corners in pixels (4 x 2) and its bend, and how well they fit."""

    version: int
    shape: np.ndarray
    fit: float

    @property
    def corners(self) -> Corners:
        first, second, third, fourth = ((round(float(x)), round(float(y))) for x, y in self.shape[:8].reshape(4, 2))
        return first, second, third, fourth


def fit_grid(dark: np.ndarray, three: np.ndarray, module_px: float, *, free: int | None = None) -> Grid | None:
    """The grid that fits best, None when none does.

    Args:
        dark: see `darkness`.
        three: the middles of the finder patterns: the corner's, the right one's, the one below; 3 x 2, pixels.
        free: which of the three is only guessed, and is looked for around; None: none.
    """
    span = np.hypot(*(three[1] - three[0])) + np.hypot(*(three[2] - three[0]))
    guess = (span / 2 / module_px + 7 - 17) / 4
    best: Grid | None = None
    for version in sorted({round(guess), round(guess - 0.5), round(guess + 0.5)}):
        if not 1 <= version <= MOST_VERSION:
            continue
        tries = _beginnings(three, version, free)
        fits = _fits(dark, tries, version)
        grid = Grid(version, tries[fits.argmax()], float(fits.max()))
        if best is None or grid.fit > best.fit:
            best = grid
    if best is None or best.fit < _LEAST_BEGUN:
        return None
    refined = _refine(dark, best)
    return refined if refined.fit >= _LEAST_FIT else None


def sample(dark: np.ndarray, grid: Grid) -> np.ndarray:
    """How dark each module is: n x n from -1 to 1, the mean of five places in it."""
    side = side_of(grid.version)
    rows, columns = np.mgrid[0:side, 0:side].reshape(2, -1) + 0.5
    parts = [
        _at(dark, grid.shape[None], (columns + x) / side, (rows + y) / side)
        for x, y in ((0, 0), (0.22, 0.22), (-0.22, 0.22), (0.22, -0.22), (-0.22, -0.22))
    ]
    return np.asarray(np.mean(parts, axis=0).reshape(side, side))


def _beginnings(three: np.ndarray, version: int, free: int | None) -> np.ndarray:
    """Grids to begin from, k x 12: what is not known is moved about."""
    side = side_of(version)
    reach = 0.28 if free is None else 0.2
    shifts = np.linspace(-reach, reach, 15)
    x, y = (each.ravel() for each in np.meshgrid(shifts, shifts))
    middles = np.repeat(three[None], len(x), axis=0)
    along, down = three[1] - three[0], three[2] - three[0]
    moved = x[:, None] * along + y[:, None] * down
    if free is not None:
        middles[:, free] += moved
    along, down = middles[:, 1] - middles[:, 0], middles[:, 2] - middles[:, 0]
    one_along, one_down = along * 3.5 / (side - 7), down * 3.5 / (side - 7)
    first = middles[:, 0] - one_along - one_down
    second = middles[:, 1] + one_along - one_down
    fourth = middles[:, 2] - one_along + one_down
    third = middles[:, 1] + down + one_along + one_down
    if free is None:
        third = third + moved
    bend = np.zeros((len(x), 4))
    return np.hstack((first, second, third, fourth, bend))


def _refine(dark: np.ndarray, grid: Grid) -> Grid:
    """Move one number after the other wherever the fit gains most, in ever finer steps."""
    shape, fit = grid.shape.copy(), grid.fit
    side_px = float(np.hypot(*(shape[2:4] - shape[:2])) + np.hypot(*(shape[6:8] - shape[:2]))) / 2
    unit = np.concatenate((np.full(8, side_px), np.ones(4)))
    whole = np.zeros((3, 12))  # all corners together, aside and down, and in and out
    whole[0, 0:8:2] = whole[1, 1:8:2] = side_px
    centre = shape[:8].reshape(4, 2).mean(axis=0)
    whole[2, :8] = (shape[:8].reshape(4, 2) - centre).ravel()
    moves = np.vstack((np.diag(unit), whole))
    moves = np.vstack((moves, -moves))
    for step in _STEPS:
        for _turn in range(_MOVES_PER_STEP):
            tries = shape + step * moves
            fits = _fits(dark, tries, grid.version)
            if fits.max() <= fit + 1e-5:
                break
            shape, fit = tries[fits.argmax()], float(fits.max())
    return Grid(grid.version, shape, fit)


@cache
def _known(version: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the fixed modules: where they lie along and down, as shares of the side; their weight, below 0 for light."""
    plan = build(version)
    rows, columns = np.nonzero(plan.fixed)
    weight = np.ones(len(rows))
    is_timing = (rows == 6) | (columns == 6)
    is_left, is_top = columns < 8, rows < 8
    is_right, is_bottom = columns >= plan.side - 8, rows >= plan.side - 8
    is_finder = (is_top & (is_left | is_right)) | (is_bottom & is_left)
    weight[is_timing & ~is_finder] = 3.0
    weight[~is_timing & ~is_finder] = 2.0
    weight /= weight.sum()
    return (columns + 0.5) / plan.side, (rows + 0.5) / plan.side, np.where(plan.dark[rows, columns], weight, -weight)


def _fits(dark: np.ndarray, shapes: np.ndarray, version: int) -> np.ndarray:
    """How well each grid's fixed modules are met, -1 to 1."""
    along, down, weight = _known(version)
    return np.asarray(_at(dark, shapes, along, down) @ weight)


def _at(dark: np.ndarray, shapes: np.ndarray, along: np.ndarray, down: np.ndarray) -> np.ndarray:
    """The picture at these shares of each grid's side: k x p.

    A corner that is moved or a bend changes but the weights of five layers, so that all grids are one product.
    """
    hill_along, hill_down = along * (1 - along), down * (1 - down)
    layers = np.stack((along, down, hill_along, hill_down, np.ones_like(along))).astype(np.float32)
    x0, y0, x1, y1, x2, y2, x3, y3, down_bend, along_bend, along_bulge, down_bulge = shapes.T
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    area = dx1 * dy2 - dx2 * dy1
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    g, h = (dx3 * dy2 - dx2 * dy3) / area, (dx1 * dy3 - dx3 * dy1) / area

    def weighed(by_along: np.ndarray, by_down: np.ndarray, start: np.ndarray) -> np.ndarray:
        bent_along = by_along * along_bend + by_down * along_bulge
        bent_down = by_along * down_bend + by_down * down_bulge
        weights = np.column_stack((by_along, by_down, bent_along, bent_down, start))
        return np.asarray(weights.astype(np.float32) @ layers)

    depth = weighed(g, h, np.ones_like(g))
    depth = np.where(np.abs(depth) < 1e-3, np.float32(1e-3), depth)
    x = weighed(x1 - x0 + g * x1, x3 - x0 + h * x3, x0) / depth
    y = weighed(y1 - y0 + g * y1, y3 - y0 + h * y3, y0) / depth
    return np.asarray(cv2.remap(dark, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0))
