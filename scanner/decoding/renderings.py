"""One picture made ready in many ways: what one way hides from a decoder, another shows.

Each way stands for a trouble that pictures have: small or coarse modules, shadow and glare, noise, soft focus, broken
or grown modules, an unlucky angle. Sizes are in modules as far as they can be: a way is used on a picture and on its
enlargement. All take a grey picture and give one, with how many times as large it is and how it is turned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from scanner.reads import Corners, Read
from scanner.sources.frames import Image

Matrix = np.ndarray
"""2 x 3, affine: from pixels of the rendering to pixels of the picture."""

_AS_IT_IS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True)
class Rendering:
    """A picture made ready, and how its pixels lie in the picture that it was made of."""

    image: Image
    onto: Matrix

    def then(self, way: Callable[[Image], Any]) -> "Rendering":
        """The same pixels, treated further."""
        return Rendering(as_image(way(self.image)), self.onto)

    def placed(self, corners: Corners) -> Corners:
        """Where an outline found in the rendering lies in the picture."""
        first, second, third, fourth = (
            (round(float(x)), round(float(y)))
            for x, y in np.hstack((np.array(corners, float), np.ones((4, 1)))) @ self.onto.T
        )
        return first, second, third, fourth

    def found(self, corners: Corners) -> Corners:
        """Where an outline in the picture lies in the rendering."""
        back = np.linalg.inv(np.vstack((self.onto, (0.0, 0.0, 1.0))))[:2]
        return Rendering(self.image, back).placed(corners)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the rendering lies in the picture."""
        picture_x, picture_y = self.onto @ (x, y, 1.0)
        return float(picture_x), float(picture_y)

    def read_in_picture(self, read: Read) -> Read:
        """What was read in the rendering, at its place in the picture."""
        return read if self.onto is _AS_IT_IS else replace(read, corners=self.placed(read.corners))


def as_it_is(gray: Image) -> Rendering:
    """Return the picture unchanged."""
    return Rendering(gray, _AS_IT_IS)


def resized(gray: Image, scale: float) -> Rendering:
    """The picture `scale` times as large: enlarged for small modules, reduced against noise and soft focus."""
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    image = as_image(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how))
    back_x, back_y = gray.shape[1] / image.shape[1], gray.shape[0] / image.shape[0]
    onto = np.array([[back_x, 0.0, (back_x - 1) / 2], [0.0, back_y, (back_y - 1) / 2]])
    return Rendering(image, onto)


def at_most(gray: Image, limit_px: int) -> Rendering:
    """The picture, reduced where it has more pixels than this: no rendering may take for ever."""
    if gray.size <= limit_px:
        return as_it_is(gray)
    return resized(gray, float(np.sqrt(limit_px / gray.size)))


def turned(gray: Image, angle_deg: float) -> Rendering:
    """The picture turned about its middle, its frame grown so that nothing is cut off."""
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = int(height * sin + width * cos) + 1, int(height * cos + width * sin) + 1
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    image = cv2.warpAffine(gray, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return Rendering(as_image(image), np.asarray(cv2.invertAffineTransform(turn)))


def cut_out(gray: Image, corners: Corners, side_px: int) -> Rendering | None:
    """The surroundings of an outline, enlarged up to three times towards this size; None where nothing is left."""
    part = magnified(gray, corners, 1.0)
    if part is None:
        return None
    scale = min(max(side_px / max(part.image.shape), 0.25), 3.0)
    return part if 0.8 < scale < 1.25 else magnified(gray, corners, scale)


def magnified(gray: Image, corners: Corners, scale: float, *, margin: float = 0.45) -> Rendering | None:
    """The surroundings of an outline, `scale` times as large; None where nothing is left.

    Args:
        margin: how far they reach beyond the outline to each side, as a share of it.
    """
    points = np.array(corners, float)
    low, high = points.min(axis=0), points.max(axis=0)
    around = margin * (high - low).max() + 12
    left, top = (max(int(value), 0) for value in low - around)
    right, bottom = (int(min(value, side)) for value, side in zip(high + around, gray.shape[::-1], strict=True))
    if right - left < 12 or bottom - top < 12:
        return None
    part = np.ascontiguousarray(gray[top:bottom, left:right])
    rendering = Rendering(part, _AS_IT_IS.copy()) if scale == 1.0 else resized(part, scale)
    rendering.onto[:, 2] += left, top
    return rendering


def quarters(gray: Image) -> list[Rendering]:
    """The picture in four parts that overlap by a label's width, a fifth of its height."""
    overlap = gray.shape[0] // 10
    (top, bottom), (left, right) = (
        (slice(0, side // 2 + overlap), slice(max(side // 2 - overlap, 0), side)) for side in gray.shape
    )
    found = []
    for rows, columns in ((top, left), (top, right), (bottom, left), (bottom, right)):
        onto = _AS_IT_IS.copy()
        onto[:, 2] += columns.start, rows.start
        found.append(Rendering(np.ascontiguousarray(gray[rows, columns]), onto))
    return found


def covered(gray: Image, places: Sequence[Corners]) -> Image:
    """The picture with paper over these places, so that no time goes into what has been read there."""
    if not places:
        return gray
    drawn = gray.copy()
    for corners in places:
        points = np.array(corners, float)
        middle = points.mean(axis=0)
        around = np.clip(np.round(middle + (points - middle) * 1.12), 0, np.array(gray.shape[::-1]) - 1).astype(int)
        paper = float(np.median(gray[around[:, 1], around[:, 0]]))
        cv2.fillConvexPoly(drawn, points.astype(np.int32), paper)
    return drawn


def even(gray: Image) -> Image:
    """Contrast made even from place to place, for shadow and glare."""
    return as_image(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(gray))


def flattened(gray: Image) -> Image:
    """The light divided out: each pixel by the brightest of its surroundings, as paper is under a shadow."""
    small = at_most(gray, 60_000).image
    side = int(min(small.shape) * 0.15) | 1
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (side, side))
    return as_image(cv2.divide(gray, cv2.resize(paper, gray.shape[::-1]), scale=255))


def thresholded(gray: Image, block_px: int = 75, offset: int = 5, *, gauss: bool = False) -> Image:
    """Black and white by a neighbourhood: for glare, and for pyzbar, which else misses most labels of a crowd."""
    how = cv2.ADAPTIVE_THRESH_GAUSSIAN_C if gauss else cv2.ADAPTIVE_THRESH_MEAN_C
    return as_image(cv2.adaptiveThreshold(gray, 255, how, cv2.THRESH_BINARY, block_px, offset))


def smoothed(gray: Image, sigma_px: float = 1.0) -> Image:
    """Return the picture smoothed, against noise."""
    return as_image(cv2.GaussianBlur(gray, (0, 0), sigma_px))


def sharpened(gray: Image, sigma_px: float, amount: float) -> Image:
    """Unsharp masking, against soft focus."""
    return as_image(cv2.addWeighted(gray, 1 + amount, cv2.GaussianBlur(gray, (0, 0), sigma_px), -amount, 0))


def opened(gray: Image, side_px: int = 3) -> Image:
    """Dark parts grown: joins modules that are dots or broken by scratches."""
    return as_image(cv2.morphologyEx(gray, cv2.MORPH_OPEN, np.ones((side_px, side_px), np.uint8)))


def closed(gray: Image, side_px: int = 3) -> Image:
    """Light parts grown: parts modules that ink or blur has joined."""
    return as_image(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((side_px, side_px), np.uint8)))


def as_image(array: Any) -> Image:
    """An array of OpenCV's as 8-bit picture."""
    return np.asarray(array, np.uint8)


def channels(image: Image) -> list[Image]:
    """Return other greys of a coloured picture, for coloured codes on coloured grounds; none without colours.

    Grey adds the colours up as the eye does, and hides a red code on green. The single channels, and the strength of
    colour (brightest less darkest), show it.
    """
    if image.ndim != 3 or image.shape[2] < 3:
        return []
    blue, green, red = (np.ascontiguousarray(image[..., index]) for index in range(3))
    lowest, highest = cv2.min(cv2.min(blue, green), red), cv2.max(cv2.max(blue, green), red)
    colour = as_image(cv2.subtract(highest, lowest))
    if float(colour.mean()) < 8.0 and int((colour > 48).sum()) < colour.size // 200:
        return []
    return [red, green, blue, colour]


def gray_of(image: Image) -> Image | None:
    """The picture in grey and contiguous, or None when it is no 8-bit picture or has no pixels."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or not image.size:
        return None
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    match image.shape[2]:
        case 1:
            return np.ascontiguousarray(image[..., 0])
        case 3:
            return as_image(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
        case 4:
            return as_image(cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY))
    return None


# --- Which renderings each engine gets, beside the picture itself: chosen by the defects that each one corrects -------
# Chosen on drawn pictures with one trouble each, checked on others and on photographs; see bench/reader.py. Each adds
# labels that the ones before it miss. All are used even if one read something, so that several labels in a picture are
# all read.

_DOUBLED_UP_TO_PX = 2_600_000
"""Larger pictures have modules enough; they are taken as they are."""
_PLAIN_UP_TO_PX = 8_000_000
_SLOW_UP_TO_PX = 4_000_000
"""pyzbar takes seconds on larger pictures."""
_TREBLED_UP_TO_PX = 400_000


class Sizes:
    """A grey picture in the sizes that passes ask for, each made once."""

    def __init__(self, gray: Image) -> None:
        self.gray = gray

    @cached_property
    def plain(self) -> Rendering:
        return at_most(self.gray, _PLAIN_UP_TO_PX)

    @cached_property
    def double(self) -> Rendering:
        return resized(self.gray, 2.0) if self.gray.size <= _DOUBLED_UP_TO_PX else self.plain

    @cached_property
    def half(self) -> Rendering:
        return resized(self.gray, 0.5) if min(self.gray.shape) >= 4 else as_it_is(self.gray)

    @cached_property
    def triple(self) -> Rendering:
        return resized(self.gray, 3.0) if self.gray.size <= _TREBLED_UP_TO_PX else self.double

    @cached_property
    def modest(self) -> Rendering:
        """Return the rendering for slow engines, of limited size."""
        return at_most(self.gray, _SLOW_UP_TO_PX)


@dataclass(frozen=True)
class Pass:
    """A rendering for an engine; `histogram` asks zxing-cpp for one threshold over whole rows."""

    render: Callable[[Sizes], Rendering]
    histogram: bool = False


QUICK = (
    Pass(lambda sizes: sizes.double if sizes.double is not sizes.plain else sizes.half),
    Pass(lambda sizes: sizes.plain.then(thresholded)),
    Pass(lambda sizes: sizes.plain.then(even)),
    Pass(lambda sizes: sizes.plain.then(smoothed).then(thresholded)),
)
"""For the best engine on moving pictures, in turn, and first on stills."""

SLOW = (
    Pass(lambda sizes: sizes.modest.then(thresholded)),
    Pass(lambda sizes: sizes.modest),
)
"""For the other engines on moving pictures, in turn, and first on stills."""

THOROUGH_QUICK = (
    Pass(lambda sizes: sizes.half),
    Pass(lambda sizes: sizes.triple),
    Pass(lambda sizes: sizes.double.then(flattened)),
    Pass(lambda sizes: sizes.plain.then(lambda gray: thresholded(gray, 35, gauss=True))),
    Pass(lambda sizes: sizes.plain.then(lambda gray: thresholded(gray, 25))),
    Pass(lambda sizes: sizes.double.then(lambda gray: thresholded(gray, 151))),
    Pass(lambda sizes: sizes.plain.then(smoothed)),
    Pass(lambda sizes: sizes.plain.then(lambda gray: sharpened(gray, 1.5, 1.5))),
    Pass(lambda sizes: sizes.double.then(lambda gray: sharpened(gray, 3.0, 2.0))),
    Pass(lambda sizes: sizes.double.then(opened)),
    Pass(lambda sizes: sizes.double.then(closed)),
    Pass(lambda sizes: turned(sizes.plain.image, 20.0)),
    Pass(lambda sizes: turned(sizes.plain.image, 45.0)),
    Pass(lambda sizes: sizes.double, histogram=True),
    Pass(lambda sizes: sizes.plain.then(even), histogram=True),
)
"""For the best engine on stills that still show signs of codes."""

THOROUGH_SLOW = (
    Pass(lambda sizes: sizes.modest.then(smoothed)),
    Pass(lambda sizes: sizes.modest.then(lambda gray: thresholded(gray, 35, gauss=True))),
    Pass(lambda sizes: sizes.modest.then(opened)),
    Pass(lambda sizes: sizes.modest.then(flattened)),
    Pass(lambda sizes: turned(sizes.modest.image, 45.0)),
)
"""For the other engines on such stills."""
