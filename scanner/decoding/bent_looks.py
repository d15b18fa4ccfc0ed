"""Looks for labels that are bent, blurred or half hidden: by finder patterns as they are, then where blur is undone."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from scanner.decoding.engines import is_inside, united
from scanner.decoding.hints import guess_module_px
from scanner.decoding.renderings import Rendering, Sizes, as_it_is, magnified, smoothed
from scanner.reads import Corners, Read
from scanner.rescue.bent_codes import FOCAL, read_bent, sharp
from scanner.rescue.expected_codes import NOTHING, Expected
from scanner.rescue.finders import Finder, find_finders
from scanner.sources.frames import Image

_BLOCK_PX, _SHARP_BLOCK_PX, _SHARP_SIGMA_PX = 41, 61, 6.0
_NOISE_SIGMA_PX = 1.5
"""Sharpening makes noise four times as strong; this takes most of it first, in the enlargement."""
_SHARP_UP_TO_PX = 1_000_000
"""Larger pictures are not enlarged for it: their modules are large enough, and it takes 30 ms of each million."""
_MOST_STILL, _MOST_LIVE = 6, 2
_LIVE_S = 0.08
"""Of the processor, after which nothing more is begun at a place of a moving picture; what runs takes up to as much."""
_MODULE_PX, _SHARP_MODULE_PX = 3.5, 6.0
"""Of a place in a moving picture, about; it is enlarged to this at most three times."""


def look_for_bent(
    gray: Image,
    known: Sequence[Read],
    is_late: Callable[[], bool],
    expected: Expected = NOTHING,
) -> list[Read]:
    """What is known, and the labels of items that are read beside it in a still picture."""
    found = list(known)
    sizes = Sizes(gray)
    for is_sharpened in (False, True):
        if is_late():
            break
        rendering = sizes.modest
        if is_sharpened and rendering.image.size <= _SHARP_UP_TO_PX:
            rendering = sizes.double
        finders = _finders(rendering, is_sharpened)
        free = [each for each in finders if not any(is_inside((each.x, each.y), read.corners) for read in found)]
        for fit_sharpened in (False, True)[: 1 + is_sharpened]:
            more = read_bent(
                gray,
                free,
                FOCAL * max(gray.shape),
                most=_MOST_STILL,
                is_sharpened=fit_sharpened,
                is_late=is_late,
                expected=expected,
            )
            found = united(found, more)
            free = [each for each in free if not any(is_inside((each.x, each.y), read.corners) for read in more)]
    return found


def look_at_bent(
    gray: Image, corners: Corners, turn: int, is_late: Callable[[], bool], expected: Expected = NOTHING
) -> list[Read]:
    """The label of an item at a place in a moving picture; every other turn against blur."""
    began_s = time.thread_time()

    def is_over() -> bool:
        return is_late() or time.thread_time() - began_s > _LIVE_S

    is_sharpened = turn % 2 == 1
    module_px = _SHARP_MODULE_PX if is_sharpened else _MODULE_PX
    scale = float(np.clip(module_px / guess_module_px(corners), 1.0, 3.0))
    part = magnified(gray, corners, scale)
    if part is None:
        return []
    finders = _finders(as_it_is(part.image), is_sharpened)
    focal_px, within = FOCAL * max(gray.shape) * scale, part.found(corners)
    for fit_sharpened in (False, True)[: 1 + is_sharpened]:
        found = read_bent(
            part.image,
            finders,
            focal_px,
            most=_MOST_LIVE,
            is_sharpened=fit_sharpened,
            is_brief=True,
            within=within,
            is_late=is_over,
            expected=expected,
        )
        if found:
            return [part.read_in_picture(read) for read in found]
    return []


def against_blur(gray: Image) -> Image:
    """A picture of twice a camera's size in which finder patterns show through blur."""
    return sharp(smoothed(gray, _NOISE_SIGMA_PX), _SHARP_SIGMA_PX)


def _finders(rendering: Rendering, is_sharpened: bool) -> list[Finder]:
    """The finder patterns of a rendering, at their places in the picture."""
    scale = float(rendering.onto[0, 0])
    image = against_blur(rendering.image) if is_sharpened else rendering.image
    found = find_finders(image, block_px=_SHARP_BLOCK_PX if is_sharpened else _BLOCK_PX)
    return [Finder(*rendering.at(each.x, each.y), each.wide_px * scale, each.high_px * scale) for each in found]
