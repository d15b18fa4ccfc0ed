"""Codes that are seen and not read: what would help (come closer, hold it still, tilt it), and whether any are left."""

from collections.abc import Sequence

import cv2
import numpy as np

from scanner.decoding.engines import Unread, apart, is_inside, longest_px
from scanner.decoding.renderings import Rendering, Sizes, covered
from scanner.reads import Corners, Hint, Read, Seen
from scanner.rescue.finder_frames import is_in_code
from scanner.rescue.finders import find_finders
from scanner.sources.frames import Image

_SMALL_MODULE_PX = 2.3
"""Below it even the enlarged picture reads badly (20 of 20 labels from 2.5 pixels, 18 from 2.25)."""
_SOFT, _SOFT_PER_PX = 1.2, 0.36
"""Below this the blur is as wide as a module; small modules are never sharper than so much for each of their pixels."""
_BLINDED, _SPOT_MODULES = 250, 4.0
_SIDE_MODULES = 25
"""Of our labels; where the modules could not be measured."""


def see(gray: Image, corners: Corners, module_px: float | None = None) -> Seen:
    """A code that is seen and not read, with what would help; `module_px` None: its modules were not measured."""
    module = module_px or guess_module_px(corners)
    sharpness = measure_sharpness(gray, corners, module)
    return Seen(corners, choose_hint(module, sharpness, is_blinded=has_glare(gray, corners, module)))


def choose_hint(module_px: float, sharpness: float, *, is_blinded: bool) -> Hint | None:
    """Return the hint that would help most; None where nothing is known to be wrong but that it is not read.

    Args:
        module_px: how large the code's modules are.
        sharpness: see `measure_sharpness`.
        is_blinded: see `has_glare`.
    """
    if module_px < _SMALL_MODULE_PX:
        return "closer"
    if is_blinded:
        return "glare"
    return "still" if sharpness < min(_SOFT, _SOFT_PER_PX * module_px) else None


def has_glare(gray: Image, corners: Corners, module_px: float) -> bool:
    """Whether the sensor is blinded in a spot of the code that is larger than light modules side by side."""
    points = np.array(corners)
    left, top = np.maximum(points.min(axis=0), 0)
    right, bottom = np.minimum(points.max(axis=0) + 1, gray.shape[::-1])
    if right - left < 8 or bottom - top < 8:
        return False
    inside = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillConvexPoly(inside, (points - (left, top)).astype(np.int32), 255)
    blind = np.where(gray[top:bottom, left:right] >= _BLINDED, inside, 0).astype(np.uint8)
    side = max(round(_SPOT_MODULES * module_px), 3)
    return bool(cv2.erode(blind, np.ones((side, side), np.uint8), borderValue=0).any())


def measure_sharpness(gray: Image, corners: Corners, module_px: float) -> float:
    """By how much of the contrast edges rise within one module, in the direction where they rise least; 0: no edges."""
    points = np.array(corners)
    left, top = np.maximum(points.min(axis=0), 0)
    right, bottom = np.minimum(points.max(axis=0) + 1, gray.shape[::-1])
    if right - left < 8 or bottom - top < 8:
        return 0.0
    part = cv2.GaussianBlur(gray[top:bottom, left:right], (3, 3), 0).astype(np.float32)
    few = max(min(part.shape) // 40, 1)  # of so many pixels one is weighed: enough for what is asked
    contrast = float(np.percentile(part[::few, ::few], 95) - np.percentile(part[::few, ::few], 5))
    across, down = (cv2.Sobel(part, cv2.CV_32F, 1 - axis, axis, scale=1 / 8)[::few, ::few] for axis in (0, 1))
    slopes = (across, down, (across + down) / np.sqrt(2), (across - down) / np.sqrt(2))
    weakest = min(float(np.percentile(np.abs(slope), 97)) for slope in slopes)  # motion blurs one direction alone
    return float(weakest * np.sqrt(2) * module_px / max(contrast, 8.0))


def guess_module_px(corners: Corners) -> float:
    """Return the module size in pixels of a code of which only the outline is known, as if it were our label."""
    return float(longest_px(corners) / np.sqrt(2) / _SIDE_MODULES)


# --- Signs of codes that were not read ---


def may_be_left(found: Sequence[Read], unread: Sequence[Unread]) -> bool:
    """Whether nothing was read, or something was found beside it and not read."""
    return not found or bool(apart(placed_ones(unread), [read.corners for read in found]))


def placed_ones(unread: Sequence[Unread]) -> list[Corners]:
    """Where these lie; zxing-cpp gives some no place."""
    return [each.corners for each in unread if longest_px(each.corners) > 0]


def is_more(plain: Rendering, found: Sequence[Read], unread: Sequence[Unread]) -> bool:
    """Whether something looks like a code beside those that were read, at a first look."""
    places = [read.corners for read in found]
    if apart(placed_ones(unread), places):
        return True
    return _has_finder(covered(plain.image, [plain.found(corners) for corners in places]), plain, places)


def is_left(sizes: Sizes, found: Sequence[Read], unread: Sequence[Unread]) -> bool:
    """Whether there are signs of codes beside those that were read."""
    places = [read.corners for read in found]
    if apart([each.corners for each in unread], places):
        return True
    looked_at = ((sizes.plain, None), (sizes.double, 61))
    return any(_has_finder(each.image, each, places, block_px) for each, block_px in looked_at)


def _has_finder(image: Image, rendering: Rendering, places: Sequence[Corners], block_px: int | None = None) -> bool:
    """Whether a finder pattern of a code lies in a rendering, or in what is left of its image, beside these places."""
    return any(
        not any(is_inside(rendering.at(each.x, each.y), corners) for corners in places) and is_in_code(image, each)
        for each in find_finders(image, block_px=block_px)
    )
