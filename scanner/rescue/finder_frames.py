"""How a finder pattern lies: what a module along and one down is in the picture, from the pattern alone.

One finder pattern that is measured so says where the whole code must be, but for which corner it is: so one is enough
where others are torn off, covered, or around a bottle's edge. Fitted as in `surface_fit`, but an affine frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scanner.decoding.renderings import resized
from scanner.rescue.finders import Finder
from scanner.rescue.lattice import CLOSE
from scanner.rescue.rescue import darkness
from scanner.rescue.surface import SIZE, seen
from scanner.rescue.surface_fit import CURVATURES, STEP, sampled
from scanner.sources.frames import Image

_TURNS = np.radians([0.0, 18.0, 36.0, 54.0, 72.0])
_REACH = np.arange(-4, 4.5, 1.0)
_ITERATIONS = 6
LEAST_FRAME = 0.35
"""What fits worse is no finder pattern."""
_LEAST_LIGHT = 0.57
"""Of the contrast of a finder pattern, that of the light line that parts it from the rest of its code. In the worst
that was read of 140 hard labels it is 0.62; letters on dark ground that look like finder patterns have 0.53."""
_DRAWN, _HELD = 5, 0.003
_MODULE_PX, _AROUND = 4.0, 9.0


def _pattern() -> tuple[np.ndarray, np.ndarray]:
    along, down = np.meshgrid(_REACH, _REACH)
    away = np.maximum(np.abs(along), np.abs(down))
    dark = np.where((away <= 1) | (away == 3), 1.0, -1.0)
    return np.column_stack((along.ravel(), down.ravel())), dark.ravel()


_PLACES, _TARGET = _pattern()
_LINES = np.array([np.isin(_PLACES - corner, 0).any(axis=1) for corner in ((-4, -4), (-4, 4), (4, -4), (4, 4))]) / 17
"""The light line on two sides of a finder pattern that meet, for each corner of a code: 4 x n, shares."""
_INSIDE = np.where(np.abs(_PLACES).max(axis=1) < 4, _TARGET, 0) / 49


def finder_frames(dark: np.ndarray, finders: Sequence[Finder]) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Of each finder pattern: its middle, its frame (2 x 2, columns along and down, pixels) and how well it fits."""
    if not finders:
        return []
    shapes = []
    for each in finders:
        for turn in _TURNS:
            within = (turn + np.pi / 4) % (np.pi / 2) - np.pi / 4
            shrunk = np.cos(within)
            cos, sin = np.cos(turn), np.sin(turn)
            wide, high = each.wide_px * shrunk, each.high_px * shrunk
            shapes.append((each.x, each.y, wide * cos, -wide * sin, high * sin, high * cos))
    found = _refined(dark, np.array(shapes))
    x, y = _placed(found)
    there = sampled(dark, x, y)
    fit = there @ _TARGET / len(_TARGET)
    fit[(there @ -_LINES.T).max(axis=1) < _LEAST_LIGHT * (there @ _INSIDE)] = -1
    size = np.abs(found[:, 2] * found[:, 5] - found[:, 3] * found[:, 4])
    first = np.repeat([each.wide_px * each.high_px for each in finders], len(_TURNS))
    fit[(size < 0.3 * first) | (size > 2.0 * first)] = -1
    frames = []
    for number in range(len(finders)):
        at = number * len(_TURNS) + int(fit[number * len(_TURNS) : (number + 1) * len(_TURNS)].argmax())
        frame = found[at, 2:].reshape(2, 2)
        if np.linalg.det(frame) < 0:
            frame = frame[:, ::-1]
        frames.append((found[at, :2], frame, float(fit[at])))
    return frames


@dataclass(frozen=True, slots=True)
class View:
    """The surroundings of a finder pattern: `image`, `scale` times as large, begins at `low` in the picture."""

    image: Image
    low: np.ndarray
    scale: float

    @classmethod
    def around(cls, finder: Finder, gray: Image, reach: float) -> "View":
        """So many modules to each side, each module about 4 pixels large."""
        middle = np.array((finder.x, finder.y))
        low = np.maximum(middle - reach * finder.module_px, 0).astype(int)
        high = np.minimum(middle + reach * finder.module_px + 1, gray.shape[::-1]).astype(int)
        part = np.ascontiguousarray(gray[low[1] : high[1], low[0] : high[0]])
        image = resized(part, float(np.clip(_MODULE_PX / finder.module_px, 0.3, 4.0))).image
        return cls(image, low, image.shape[1] / part.shape[1])

    def placed(self, finder: Finder) -> Finder:
        """A finder pattern of the picture, here."""
        x, y = (np.array((finder.x, finder.y)) - self.low + 0.5) * self.scale - 0.5
        return Finder(float(x), float(y), finder.wide_px * self.scale, finder.high_px * self.scale)


def is_in_code(gray: Image, finder: Finder) -> bool:
    """Whether a finder pattern lies in a picture as in a code; letters and rings that look like one do not."""
    view = View.around(finder, gray, _AROUND)
    placed = view.placed(finder)
    return any(
        finder_frames(darkness(view.image, share * placed.module_px), [placed])[0][2] >= LEAST_FRAME
        for share in (1.0, CLOSE)
    )


_SPOTS = np.array([(0, 0), (3, 0), (-3, 0), (0, 3), (0, -3)], float)
_NEAR = 6.5
"""Modules within which a finder pattern is taken for the one that a shape expects there."""
_QUARTERS = [np.array([[c, -s], [s, c]], float) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))]


def drawn_to(
    shapes: np.ndarray, corners: np.ndarray, frames: Sequence[tuple[np.ndarray, np.ndarray, float]], focal_px: float
) -> np.ndarray:
    """The same shapes, each moved so that the finder patterns nearest to where it expects some lie as they do.

    Args:
        corners: where a label has finder patterns, 3 x 2.
    """
    count = len(shapes)
    places = (corners[:, None] + _SPOTS).reshape(-1, 2)
    x, y, _facing = seen(shapes, places, focal_px)
    at = np.stack((x, y), axis=-1).reshape(count, len(corners), len(_SPOTS), 2)
    middles = np.array([middle for middle, _frame, _fit in frames])
    seen_as = np.array([[middle + _SPOTS @ (frame @ turn).T for turn in _QUARTERS] for middle, frame, _fit in frames])
    away = np.linalg.norm(at[:, :, None, 0] - middles, axis=-1)  # k x 3 x f
    which = away.argmin(axis=2)
    module = np.exp(shapes[:, 2])
    is_met = np.take_along_axis(away, which[..., None], axis=2)[..., 0] < _NEAR * module[:, None]
    choices = seen_as[which]  # k x 3 x 4 x 5 x 2
    relative = choices - choices[:, :, :, :1]
    unlike = ((relative - (at - at[:, :, :1])[:, :, None]) ** 2).sum(axis=(3, 4))
    target = np.take_along_axis(choices, unlike.argmin(axis=2)[:, :, None, None, None], axis=2)[:, :, 0]
    weight = np.repeat(is_met, len(_SPOTS), axis=1)[..., None] / module[:, None, None] ** 2
    return _moved_to(shapes, places, target.reshape(count, -1, 2), weight, focal_px)


def _moved_to(
    shapes: np.ndarray, places: np.ndarray, target: np.ndarray, weight: np.ndarray, focal_px: float
) -> np.ndarray:
    """Least squares of a few places: k x p x 2 pixels each, with their weight, k x p x 1."""
    begun, index = shapes, np.arange(SIZE)
    for _turn in range(_DRAWN):
        step = np.tile(STEP, (len(shapes), 1))
        step[:, :2] *= np.exp(shapes[:, 2:3])
        moved = np.repeat(shapes[:, None], SIZE + 1, axis=1)
        moved[:, index + 1, index] += step
        x, y, _facing = seen(moved.reshape(-1, SIZE), places, focal_px)
        at = np.stack((x, y), axis=-1).reshape(len(shapes), SIZE + 1, len(places), 2).astype(float)
        slope = ((at[:, 1:] - at[:, :1]) * np.sqrt(weight)[:, None]).reshape(len(shapes), SIZE, -1)
        miss = ((target - at[:, 0]) * np.sqrt(weight)).reshape(len(shapes), -1, 1)
        square = slope @ slope.transpose(0, 2, 1) + np.eye(SIZE) * _HELD
        change = np.linalg.solve(square, slope @ miss - (_HELD * (shapes - begun) / step)[..., None])[..., 0]
        change /= np.maximum(np.abs(change).max(axis=1, keepdims=True) / 8.0, 1.0)
        shapes = shapes + change * step
        shapes[:, 6] = np.clip(shapes[:, 6], *CURVATURES)
    return shapes


def _placed(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = shapes[:, 0:1] + shapes[:, 2:3] * _PLACES[:, 0] + shapes[:, 3:4] * _PLACES[:, 1]
    y = shapes[:, 1:2] + shapes[:, 4:5] * _PLACES[:, 0] + shapes[:, 5:6] * _PLACES[:, 1]
    return x, y


def _refined(dark: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    count, size = shapes.shape
    for _turn in range(_ITERATIONS):
        module = np.sqrt(np.abs(shapes[:, 2] * shapes[:, 5] - shapes[:, 3] * shapes[:, 4]))
        step = module[:, None] * np.array([0.25, 0.25, 0.07, 0.07, 0.07, 0.07])
        moved = np.repeat(shapes[:, None], size + 1, axis=1)
        moved[:, np.arange(1, size + 1), np.arange(size)] += step
        x, y = _placed(moved.reshape(-1, size))
        light = sampled(dark, x, y).reshape(count, size + 1, -1).astype(float)
        miss = 0.8 * _TARGET - light[:, 0]
        trust = 1 / (1 + (miss / 0.9) ** 4)
        slope = (light[:, 1:] - light[:, :1]).transpose(0, 2, 1)
        weighed = (slope * trust[..., None]).transpose(0, 2, 1)
        square = weighed @ slope + np.eye(size) * 0.3
        change = np.linalg.solve(square, weighed @ miss[..., None])[..., 0]
        change /= np.maximum(np.abs(change).max(axis=1, keepdims=True) / 3.0, 1.0)
        shapes = shapes + change * step
    return shapes
