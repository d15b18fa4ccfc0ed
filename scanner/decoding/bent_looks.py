"""Looks for labels that are bent, blurred or half hidden: by finder patterns as they are, then where blur is undone."""

from collections.abc import Iterator, Sequence

import numpy as np

from scanner.decoding.engines import is_inside, united
from scanner.decoding.hints import guess_module_px
from scanner.decoding.renderings import Rendering, Sizes, as_it_is, magnified, smoothed
from scanner.reads import Corners, Read
from scanner.rescue.bent_codes import FOCAL, read_bent, sharp
from scanner.rescue.expected_codes import NOTHING, Expected
from scanner.rescue.finders import Finder, find_finders
from scanner.rescue.lattice import Steps
from scanner.sources.frames import Image

_BLOCK_PX, _SHARP_BLOCK_PX, _SHARP_SIGMA_PX = 41, 61, 6.0
_NOISE_SIGMA_PX = 1.5
"""Sharpening makes noise four times as strong; this takes most of it first, in the enlargement."""
_SHARP_UP_TO_PX = 1_000_000
"""Larger pictures are not enlarged for it: their modules are large enough, and it takes 30 ms of each million."""
_MOST_STILL, _MOST_LIVE = 6, 2
_BLUR_EVERY = 3
"""Beside labels that are read, which are seldom blurred, so many looks until one behind blur."""
_MODULE_PX, _SHARP_MODULE_PX = 3.5, 6.0
"""Of a place in a moving picture, about; it is enlarged to this at most three times."""


def look_for_bent(
    gray: Image,
    known: Sequence[Read],
    expected: Expected = NOTHING,
    *,
    turn: int | None = None,
) -> Iterator[Read | None]:
    """The labels of items that are read in a picture beside what is known, None between the steps.

    Args:
        turn: None for a still. For a moving picture, which gets fewer places and half the time at each: 0 where no
            label is read in it, which is looked at behind blur and as it is; else the number of the look, from 1, which
            is at one of the two.
    """
    is_brief = turn is not None
    if turn:
        renderings: tuple[bool, ...] = (turn % _BLUR_EVERY == 0,)
    else:
        renderings = (True, False) if is_brief else (False, True)
    found, sizes, focal_px = list(known), Sizes(gray), FOCAL * max(gray.shape)
    most = _MOST_LIVE if is_brief else _MOST_STILL
    for is_sharpened in renderings:
        rendering = sizes.modest
        if is_sharpened and rendering.image.size <= _SHARP_UP_TO_PX:
            rendering = sizes.double
        yield None
        finders = yield from _finders(rendering, is_sharpened)
        for fit_sharpened in (False, True)[: 1 + is_sharpened]:
            free = [each for each in finders if not any(is_inside((each.x, each.y), read.corners) for read in found)]
            for read in read_bent(
                gray,
                free,
                focal_px,
                most=most,
                is_sharpened=fit_sharpened,
                is_brief=is_brief,
                expected=expected,
            ):
                found = united(found, [read]) if read else found
                yield read


def look_at_bent(gray: Image, corners: Corners, turn: int, expected: Expected = NOTHING) -> Iterator[Read | None]:
    """The label of an item at a place in a moving picture, every other turn against blur; None: a pause."""
    is_sharpened = turn % 2 == 1
    module_px = _SHARP_MODULE_PX if is_sharpened else _MODULE_PX
    scale = float(np.clip(module_px / guess_module_px(corners), 1.0, 3.0))
    part = magnified(gray, corners, scale)
    if part is None:
        return
    yield None
    finders = yield from _finders(as_it_is(part.image), is_sharpened)
    focal_px, within = FOCAL * max(gray.shape) * scale, part.found(corners)
    for fit_sharpened in (False, True)[: 1 + is_sharpened]:
        is_read = False
        for read in read_bent(
            part.image,
            finders,
            focal_px,
            most=_MOST_LIVE,
            is_sharpened=fit_sharpened,
            is_brief=True,
            within=within,
            expected=expected,
        ):
            is_read = is_read or read is not None
            yield part.read_in_picture(read) if read else None
        if is_read:
            break


def against_blur(gray: Image) -> Image:
    """A picture of twice a camera's size in which finder patterns show through blur."""
    return sharp(smoothed(gray, _NOISE_SIGMA_PX), _SHARP_SIGMA_PX)


def _finders(rendering: Rendering, is_sharpened: bool) -> Steps[list[Finder]]:
    """The finder patterns of a rendering, at their places in the picture."""
    scale = float(rendering.onto[0, 0])
    image = against_blur(rendering.image) if is_sharpened else rendering.image
    yield
    found = find_finders(image, block_px=_SHARP_BLOCK_PX if is_sharpened else _BLOCK_PX)
    return [Finder(*rendering.at(each.x, each.y), each.wide_px * scale, each.high_px * scale) for each in found]
