"""How a finder pattern lies: what a module along and one down is in the picture, from the pattern alone.

One finder pattern that is measured so says where the whole code must be, but for which corner it is: so one is enough
where others are torn off, covered, or around a bottle's edge. Fitted as in `surface_fit`, but an affine frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.decoding.renderings import resized
from scanner.rescue.finders import Finder
from scanner.sources.frames import Image

_TURNS = np.radians([0.0, 18.0, 36.0, 54.0, 72.0])
_REACH = np.arange(-4, 4.5, 1.0)
_ITERATIONS = 6
LEAST_FRAME = 0.35
"""What fits worse is no finder pattern."""
_LEAST_LIGHT = 0.57
"""Of the contrast of a finder pattern, that of the light line that parts it from the rest of its code. In the worst
that was read of 140 hard labels it is 0.62; letters on dark ground that look like finder patterns have 0.53."""
_MODULE_PX, _AROUND = 4.0, 9.0


CLOSE = 0.6
"""Of the surroundings that tell dark from light elsewhere: where a label turns away, modules are half as wide."""


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


def darkness(gray: Image, module_px: float) -> np.ndarray:
    """How dark each pixel is among its surroundings: -1 light, 1 dark, about 0 where there is no contrast."""
    side = max(round(module_px * 7) | 1, 9)
    kernel = np.ones((side, side), np.uint8)
    soft = cv2.GaussianBlur(gray, (0, 0), max(0.22 * module_px, 0.5))
    low, high = (
        cv2.blur(each, (side, side)).astype(np.float32) for each in (cv2.erode(soft, kernel), cv2.dilate(soft, kernel))
    )
    reach = np.maximum((high - low) / 2, 6.0)
    return np.asarray(np.clip(((high + low) / 2 - soft) / reach, -1, 1), np.float32)


def is_in_code(gray: Image, finder: Finder) -> bool:
    """Whether a finder pattern lies in a picture as in a code; letters and rings that look like one do not."""
    view = View.around(finder, gray, _AROUND)
    placed = view.placed(finder)
    return any(
        finder_frames(darkness(view.image, share * placed.module_px), [placed])[0][2] >= LEAST_FRAME
        for share in (1.0, CLOSE)
    )


def sampled(dark: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The picture at these places, 0 beyond it."""
    return np.asarray(
        cv2.remap(dark, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    )


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
