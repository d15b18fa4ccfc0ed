"""Which renderings each engine gets, beside the picture itself: chosen by the defects that each one corrects.

Chosen on drawn pictures with one trouble each, checked on others and on photographs; see bench/reader.py. Each adds
labels that the ones before it miss. All are used even if one read something, so that several labels in a picture are
all read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from scanner.decoding.renderings import (
    Rendering,
    as_it_is,
    at_most,
    closed,
    even,
    flattened,
    opened,
    resized,
    sharpened,
    smoothed,
    thresholded,
    turned,
)
from scanner.sources.frames import Image

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
