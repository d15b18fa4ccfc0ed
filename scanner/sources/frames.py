"""Frames through one interface: a camera, a video, pictures, a folder, a PDF or a URL.

Live sources give the newest frame and drop the others; files give every frame, in order.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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

Tell = Callable[[str], None]
"""Takes a line for the user that is no error: a picture left out, a camera opened again."""

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
PDF_DPI = 150


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: where it came from, its number there from 1, and when it was seen.

    `at_ms` follows the video's own time in a video and the clock elsewhere, so that how long a label was in view does
    not depend on how fast it was read.

    A blank frame has no pixels. A live source gives one now and then while no picture comes, with the number of the
    last picture, so that who iterates can do other things meanwhile.

    `effort` is the file's whose looks are timed; None for cameras and streams.
    """

    image: Image
    source: str
    number: int
    at_ms: float
    effort: Effort | None = None

    @property
    def is_blank(self) -> bool:
        """Whether this is no picture, only a sign that none has come."""
        return not self.image.size


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


def monotonic_ms() -> float:
    """The clock of a real session."""
    return time.monotonic() * 1000.0


def ignore(_line: str) -> None:
    """Ignore the line."""
