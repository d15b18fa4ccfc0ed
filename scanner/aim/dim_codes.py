"""Find codes that no reader sees: too small or too blurred for finder patterns, blinded, or cut off by the edge.

Where such a code may be: a square that is grey between its white margins once its modules are blurred away, or a
square at the side or the diagonal of two finder patterns. Whether one is there: the patterns in three of its corners,
which all QR codes have (ISO/IEC 18004, 6.3.3), must correlate with the picture. Blur weakens that and leaves its sign.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from scanner.decoding.hints import see
from scanner.decoding.renderings import gray_of
from scanner.decoding.steady import SteadyHints
from scanner.reads import Corners, Read, Seen
from scanner.rescue.finders import Finder, find_finders
from scanner.sources.frames import Image

_LEAST_LIKENESS, _LEAST_LIKENESS_CUT = 0.55, 0.75
"""Correlation once fitted: nearly always more where a label is blurred by three modules, at most 0.5 without a code."""
_SIDES = (21, 25)
"""Modules along the side of our labels."""
_GROWN = (0.88, 0.94, 1.0, 1.07)
"""A blurred square's side, in those of the code."""
_WORTH_FITTING, _MOST_FITTED, _STEPS = 0.2, 4, (0.8, 0.4)
_MOVED = ((1, 1, 1, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0), (0, 0, 1, 1))
"""The corners that move together: all of them, or one side."""
_TURNED_AWAY = (1.0, 0.87)
"""How much shorter a side is that is tilted away."""
_LEAST_SHOWN, _LEAST_SHOWN_CUT = 100, 60
"""Of the 192 modules in three corners, so many must be in the picture and not blinded: more than half."""
_BLINDED = 250
_ZOOMS = ((1, 5), (2, 4), (2, 6), (2, 10), (4, 8), (4, 13))
"""How much smaller the picture is made, and over how many of its pixels modules are blurred away: three or so."""
_DARKER = 0.82
"""A code is darker than the paper around it by so much, however faint it is; what is darker still is none."""
_LEAST_FILLED, _MOST_OBLONG = 0.65, 1.7
_LEAST_DARK = _LEAST_FILLED * 3**2 / 2 / _MOST_OBLONG
"""A square three spots wide or high has at least so much of a spot's square, also where it lies askew."""
_MOST_SQUARES, _MOST_FINDERS, _LEAST_PX = 24, 8, 40
_MOST_PX = 1280 * 720
"""A larger picture is made smaller: in the time that a search may take, there is no looking at all of it."""
_CUT_MODULES = 1.5
"""A code that reaches over the edge by so many is cut off."""
_DOUBT_CUT = 0.1
"""Two finder patterns have a code on one side of them; where both fit as well, it is the whole one."""
_LEAST_UNEVEN = 0.5
"""Of a code that is cut off the rest must be as uneven as its corners, or the code lies on the other side of them."""

_Box = tuple[tuple[float, float], tuple[float, float], float]
"""As `cv2.minAreaRect` gives it: middle, sides, turn in degrees."""
Square = np.ndarray
"""Four corners in pixels, in order around it: 4 x 2."""


@dataclass(frozen=True, slots=True)
class DimCode:
    """A code that is there and cannot be read: its corners, its module size in pixels, and whether it is cut off."""

    corners: Corners
    module_px: float
    is_cut: bool

    def seen(self, gray: Image) -> Seen:
        """The same with what would help."""
        return Seen(self.corners, "farther") if self.is_cut else see(gray, self.corners, self.module_px)


def find_dim_code(gray: Image) -> DimCode | None:
    """Return the likeliest code of a grey picture in which nothing is read; None where none is likely enough."""
    if gray.ndim != 2 or gray.dtype != np.uint8 or min(gray.shape) < _LEAST_PX:
        return None
    shrunk = max((gray.size / _MOST_PX) ** 0.5, 1.0)
    if shrunk > 1.0:
        gray = np.asarray(cv2.resize(gray, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=cv2.INTER_AREA))
    tried = [(_likeness(gray, square, modules), modules, square) for modules, square in _squares(gray)]
    likely = sorted((one for one in tried if one[0] > _WORTH_FITTING), key=lambda one: -one[0])[:_MOST_FITTED]
    found = [
        one
        for one in (_fitted(gray, *one) for one in likely)
        if one[0] >= (_LEAST_LIKENESS_CUT if _is_cut(one[2], one[1], gray.shape) else _LEAST_LIKENESS)
    ]
    if not found:
        return None
    cuts = [_is_cut(square, modules, gray.shape) for _likeness, modules, square in found]
    is_cut, (_most, modules, square) = min(
        zip(cuts, found, strict=True), key=lambda each: _DOUBT_CUT * each[0] - each[1][0]
    )
    a, b, c, d = ((round(float(x)), round(float(y))) for x, y in square * shrunk)
    return DimCode((a, b, c, d), _side_px(square) * shrunk / modules, is_cut)


def _fitted(gray: Image, likeness: float, modules: int, square: Square) -> tuple[float, int, Square]:
    """Move the square's sides, a part of a module at a time, to where it is most like a code."""
    for step in _STEPS:
        along, down = (square[1] - square[0]) / modules * step, (square[3] - square[0]) / modules * step
        for move in (along, -along, down, -down):
            for corners in _MOVED:
                moved = square + np.array(corners)[:, None] * move
                more = _likeness(gray, moved, modules)
                if more > likeness:
                    likeness, square = more, moved
    return likeness, modules, square


def _side_px(square: Square) -> float:
    return float(np.hypot(*(square - np.roll(square, 1, 0)).T).mean())


def _is_cut(square: Square, modules: int, shape: tuple[int, ...]) -> bool:
    """Whether the square reaches over the edge of a picture of this height and width."""
    beyond = max(float((-square).max()), float((square - (shape[1], shape[0])).max()))
    return beyond > _CUT_MODULES * _side_px(square) / modules


def _squares(gray: Image) -> Iterator[tuple[int, Square]]:
    """Where a code may be, with how many modules it would have along its side."""
    for one, other in combinations(find_finders(gray)[:_MOST_FINDERS], 2):
        yield from _at_two(one, other)
    found = [box for zoom, over_px in _ZOOMS for box in _grey_squares(gray, zoom, over_px)]
    for (x, y), (wide, high), turn in found[:_MOST_SQUARES]:
        for grown in _GROWN:
            square = cv2.boxPoints(((x, y), (wide * grown, high * grown), turn))
            for modules in _SIDES:
                yield modules, np.asarray(square)


def _at_two(one: Finder, other: Finder) -> Iterator[tuple[int, Square]]:
    """The squares of which two finder patterns are corners: beside each other, or across."""
    if not 0.67 < one.module_px / other.module_px < 1.5:
        return
    start, end = np.array((one.x, one.y)), np.array((other.x, other.y))
    apart = float(np.hypot(*(end - start))) / ((one.module_px + other.module_px) / 2)
    for modules in _SIDES:
        between = modules - 7
        if 0.75 < apart / between < 1.25:
            along = (end - start) / between
            for short in _TURNED_AWAY:
                for down in (np.array((-along[1], along[0])) * short, np.array((along[1], -along[0])) * short):
                    first = start - 3.5 * along - 3.5 * down
                    yield modules, _square(first, along * modules, down * modules)
        if 0.75 < apart / (between * 2**0.5) < 1.25:
            across = (end - start) / (2 * between)
            along, down = across + np.array((-across[1], across[0])), across - np.array((-across[1], across[0]))
            yield modules, _square(start - 3.5 * (along + down), along * modules, down * modules)


def _square(first: np.ndarray, along: np.ndarray, down: np.ndarray) -> Square:
    return np.array((first, first + along, first + along + down, first + down))


def _grey_squares(gray: Image, zoom: int, over_px: int) -> Iterator[_Box]:
    """Squares that are grey between white margins once blurred; what is blinded counts as dark."""
    small = gray if zoom == 1 else cv2.resize(gray, None, fx=1 / zoom, fy=1 / zoom, interpolation=cv2.INTER_AREA)
    if 4 * over_px > min(small.shape):
        return
    spot = np.ones((over_px, over_px), np.uint8)
    blinded = cv2.morphologyEx((small >= _BLINDED).astype(np.uint8), cv2.MORPH_OPEN, spot)
    if blinded.any():
        small = np.where(cv2.dilate(blinded, spot) > 0, 0, small).astype(np.uint8)
    soft = cv2.blur(small, (over_px, over_px))
    paper = cv2.dilate(soft, np.ones((3 * over_px, 3 * over_px), np.uint8))
    dark = cv2.compare(soft, cv2.convertScaleAbs(paper, alpha=_DARKER), cv2.CMP_LT)
    if blinded.any():  # of the spot, what reaches over the code
        dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, spot)
    if cv2.countNonZero(dark) < _LEAST_DARK * over_px**2:
        return  # mostly so, and quicker told
    count, which, boxes, _middles = cv2.connectedComponentsWithStats(dark)
    for index in range(1, count):
        left, top, wide, high, filled = map(int, boxes[index])
        if not 3 * over_px <= max(wide, high) <= 18 * over_px:
            continue
        beyond = (left + wide == small.shape[1]) - (left == 0), (top + high == small.shape[0]) - (top == 0)
        rows, columns = np.nonzero(which[top : top + high, left : left + wide] == index)
        points = np.column_stack((columns + left, rows + top)).astype(np.int32)
        (x, y), (long, short), turn = cv2.minAreaRect(points)
        long, short = max(long, 1.0), max(short, 1.0)
        if filled < _LEAST_FILLED * long * short or max(long, short) > _MOST_OBLONG * min(long, short):
            continue
        if any(beyond):  # it goes on there
            x, y = (at + side * abs(long - short) / 2 for at, side in zip((x, y), beyond, strict=True))
            long = short = max(long, short)
        yield ((x + 0.5) * zoom - 0.5, (y + 0.5) * zoom - 0.5), (long * zoom, short * zoom), turn


def _likeness(gray: Image, square: Square, modules: int) -> float:
    """Correlate three corners of the square with a code's, whichever way it is turned; 0 where too little is shown."""
    side = 4 * modules
    corners = _square(np.zeros(2), *np.eye(2) * side)
    way = cv2.getPerspectiveTransform(square.astype(np.float32), corners.astype(np.float32))
    flat = cv2.warpPerspective(gray, way, (side, side), borderValue=255)
    shown = cv2.resize((flat < _BLINDED).astype(np.uint8) * 255, (modules, modules), interpolation=cv2.INTER_AREA) > 200
    levels = cv2.resize(flat, (modules, modules), interpolation=cv2.INTER_AREA).astype(np.float32)
    is_cut = _is_cut(square, modules, gray.shape)
    found = [0.0]
    for pattern in _PATTERNS[modules]:
        known, others = (pattern != 0) & shown, (pattern == 0) & shown
        if np.count_nonzero(known) < (_LEAST_SHOWN_CUT if is_cut else _LEAST_SHOWN):
            continue
        if is_cut and (not others.any() or levels[others].std() < _LEAST_UNEVEN * levels[known].std()):
            continue
        found.append(_correlation(levels[known], pattern[known]))
    return max(found)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / max(np.sqrt((one * one).sum() * (other * other).sum()), 1e-6))


def _patterns(modules: int) -> list[np.ndarray]:
    """The finder patterns in three corners with the light around them, a little blurred, in all four turns; else 0."""
    finder = np.full((8, 8), -1.0, np.float32)
    finder[1:6, 1:6], finder[2:5, 2:5], finder[7], finder[:, 7] = 1.0, -1.0, 1.0, 1.0
    whole = np.zeros((modules, modules), np.float32)
    for corner in range(3):
        np.rot90(whole, corner)[:8, :8] = finder
    soft = np.where(whole == 0, 0, cv2.GaussianBlur(whole, (0, 0), 0.6))
    return [np.rot90(soft, turn) for turn in range(4)]


_PATTERNS = {modules: _patterns(modules) for modules in _SIDES}

_UNREAD_MS = 500.0
"""So long nothing is read before anybody searches: what can be read is read before."""
_SEARCH_MS, _REST_MS = 250.0, 2000.0
"""From one search to the next; the same while nothing was found and frames come as seldom as before an empty desk."""
_SELDOM_MS = 400.0


class Unread:
    """Follows what is seen and not read, and looks from time to time for a code that the reader does not see."""

    def __init__(self) -> None:
        self._steady = SteadyHints()
        self._found: list[Seen] = []
        self._is_told = False
        self._known_ms = self._last_ms = self._searched_ms = float("-inf")

    def see(self, image: Image, at_ms: float, reads: Sequence[Read], unread: Sequence[Seen]) -> list[Seen]:
        """Return what is in this picture for long enough to be told.

        Args:
            unread: what the reader has seen and could not read.
        """
        is_known = bool(reads) or self._is_told
        found = self._look(image, at_ms, is_known=is_known)
        told = self._steady.see([*unread, *found], reads, at_ms)
        self._is_told = not found and any(one.hint for one in told)
        return told

    def _look(self, image: Image, at_ms: float, *, is_known: bool) -> list[Seen]:
        """Return what is found in this picture or was a moment ago.

        Args:
            is_known: labels are read, or the reader itself has seen what keeps them from being read.
        """
        is_seldom, self._last_ms = at_ms - self._last_ms > _SELDOM_MS, at_ms
        if self._known_ms == float("-inf") or is_known:
            self._known_ms = at_ms
        if is_known:
            self._found = []
            return []
        gap_ms = _REST_MS if is_seldom and not self._found else _SEARCH_MS
        if at_ms - self._known_ms >= _UNREAD_MS and at_ms - self._searched_ms >= gap_ms:
            self._searched_ms = at_ms
            gray = gray_of(image)
            code = find_dim_code(gray) if gray is not None else None
            self._found = [code.seen(gray)] if code is not None and gray is not None else []
        return self._found
