"""Frames through one interface: a camera, a video, pictures, a folder, a PDF or a URL.

Live sources give the newest frame and drop the others; files give every frame, in order.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from scanner.sources.effort import Effort

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]
else:
    Image = Any  # NumPy takes longer than all else of this module
"""Grey (height, width) or blue-green-red (height, width, 3), 8 bits."""

Clock = Callable[[], float]
"""Milliseconds from an arbitrary beginning, never going back."""

Notify = Callable[[str], None]
"""Takes a line for the user that is no error: a picture left out, a camera opened again."""

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
PDF_DPI = 150


SMALL = 8
"""How many pixels of a picture lie along one of its small one."""


class Packed:
    """A picture as a camera packed it, a JPEG: unpacked where somebody looks at it, and only as far. What is damaged
    unpacks to no pixels.
    """

    def __init__(self, data: Image) -> None:
        """Keep the bytes, in one row."""
        self.data = data

    @cached_property
    def gray(self) -> Image:
        import cv2

        return self._unpacked(cv2.IMREAD_GRAYSCALE)

    @property
    def colour(self) -> Image:
        import cv2

        return self._unpacked(cv2.IMREAD_COLOR)

    @cached_property
    def small(self) -> Image:
        """In grey, a pixel for `SMALL` by `SMALL`: a third of the time."""
        import cv2

        return self._unpacked(cv2.IMREAD_REDUCED_GRAYSCALE_8)

    def _unpacked(self, how: int) -> Image:
        import cv2
        import numpy as np

        image = cv2.imdecode(self.data, how)
        return np.zeros((0, 0), np.uint8) if image is None else np.asarray(image, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: where it came from, its number there from 1, and when it was seen.

    `at_ms` follows the video's own time in a video and the clock elsewhere, so that how long a label was in view does
    not depend on how fast it was read.

    A blank frame has no pixels. A live source gives one now and then while no picture comes, with the number of the
    last picture, so that who iterates can do other things meanwhile.

    `effort` is the file's whose looks are timed; None for cameras and streams.
    """

    given: Image | Packed
    source: str
    number: int
    at_ms: float
    effort: Effort | None = None

    @property
    def image(self) -> Image:
        """The picture as labels are read in it: grey where a camera packed it."""
        return self.given.gray if isinstance(self.given, Packed) else self.given

    @property
    def colour(self) -> Image:
        """The picture as it is shown and kept."""
        return self.given.colour if isinstance(self.given, Packed) else self.given

    @property
    def small(self) -> Image:
        """The picture in grey, about `SMALL` times smaller; what is no picture stays so."""
        if isinstance(self.given, Packed):
            return self.given.small
        return _small(self.given) if self.given.size else self.given

    @property
    def is_blank(self) -> bool:
        """Whether this is no picture, only a sign that none has come."""
        return not isinstance(self.given, Packed) and not self.given.size

    def without_picture(self) -> "Frame":
        """The same as a blank frame."""
        return replace(self, given=(self.given.data if isinstance(self.given, Packed) else self.given)[:0])


class FrameSource(Protocol):
    """An open source of frames; iterating over it gives them, once.

    `kind` is `live` (only the newest frame counts), `video` (every frame, neighbours alike) or `still` (single
    pictures). `total` is the number of frames where it is known, for a progress bar.
    """

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> Literal["live", "video", "still"]: ...
    @property
    def total(self) -> int | None: ...
    def __iter__(self) -> Iterator[Frame]: ...


def _small(image: Image) -> Image:
    """Every fourth pixel each way, and the mean of four of them: the whole mean takes as long as a first look."""
    import cv2
    import numpy as np

    is_gray, is_colour = image.ndim == 2, image.ndim == 3 and image.shape[2] in (3, 4)
    if image.dtype != np.uint8 or not (is_gray or is_colour):
        return np.zeros((0, 0), np.uint8)
    every = np.ascontiguousarray(image[:: SMALL // 2, :: SMALL // 2])
    gray = every if is_gray else cv2.cvtColor(every[..., :3], cv2.COLOR_BGR2GRAY)
    size = max(gray.shape[1] // 2, 1), max(gray.shape[0] // 2, 1)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def monotonic_ms() -> float:
    """The clock of a real session."""
    return time.monotonic() * 1000.0


def spent_ms() -> float:
    """The time that this thread has had of the processor, ms."""
    return time.thread_time() * 1000


def ignore(_line: str) -> None:
    """Ignore the line."""
