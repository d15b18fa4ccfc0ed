"""How much of the processor's time the reading of a stranger's picture, PDF or video may take, by its bytes; how many
pages, and how fine.

The process that draws a PDF loads this and little else.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from types import TracebackType

from language import _

_LEAST_S, PICTURE_S_PER_BYTE, PDF_S_PER_BYTE = 1.6, 1.4e-6, 2.5e-6
"""What looks may take for any file, or for its bytes where that is more, while nothing is read in it."""
_TEXT_S, _MOST_TEXTS_S, PDF_TEXTS_S_PER_BYTE = 0.15, 1.5, 20e-6
"""What each different text that is read adds, up to so much; a PDF of labels has more of them for its bytes. A file
that is made to cost has much that looks like codes and is none."""
_SPARE_S, _PAGE_S, _PAGES_S_PER_BYTE = 0.3, 0.1, 2e-6
"""What first looks at the pages of a PDF may take beside it: something for a look that had begun, and this for each
page, never more than that for each byte."""
_FILM_S, _FILM_S_PER_BYTE, _FILM_TEXTS_S, _FILM_TEXTS_S_PER_BYTE = 1.2, 4e-6, 60.0, 2e-6
"""What decoding a video and all looks at it may take: this, and what its frames add, up to so much for each byte."""
_UNREAD_S_PER_PX, _READ_S_PER_PX, _LEAST_FRAME_PX = 16e-9, 40e-9, 900_000
"""What each frame adds: less until something is read. An empty desk takes 14e-9 a pixel, labels that are hard to read
25e-9, squares that look like codes all over 250e-9. Looks at a small frame take as long as at one of this size."""


@dataclass
class Effort:
    """The looks at one file: `with` it they are timed. Second looks stop once `is_used_up`.

    `name` is the file's, `allowed_s` what second looks may take so far, in seconds of the processor, and `most_texts_s`
    what the texts that are read can add to it.
    """

    name: str
    notify: Callable[[str], None]
    allowed_s: float
    most_texts_s: float = 0.0
    clock: Callable[[], float] = time.process_time
    used_s: float = 0.0
    most_s: float = inf
    """What whoever asked for the looks gives them at most."""
    is_cut: bool = False
    """Whether second looks were left out where there may be codes that nobody read."""
    _texts: set[str] = field(default_factory=set, init=False)
    _since_s: float | None = field(default=None, init=False)
    _is_told: bool = field(default=False, init=False)

    @property
    def earned_s(self) -> float:
        """What the texts that were read add to the time."""
        return min(_TEXT_S * len(self._texts), self.most_texts_s)

    @property
    def has_read(self) -> bool:
        """Whether anything was read so far."""
        return bool(self._texts)

    def is_used_up(self) -> bool:
        running_s = 0.0 if self._since_s is None else self.clock() - self._since_s
        return self.used_s + running_s > min(self.allowed_s + self.earned_s, self.most_s)

    def note(self, texts: Iterable[str]) -> None:
        """Note what was read so far."""
        self._texts.update(texts)

    def cut(self) -> None:
        """Note that second looks were left out."""
        self.is_cut = True

    def __enter__(self) -> "Effort":
        self._since_s = self.clock()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._since_s is not None:
            self.used_s += self.clock() - self._since_s
        self._since_s = None
        if self.is_cut and not self._is_told:
            self._is_told = True
            words = _(
                "{path} costs more time than a file of its size: not everything in it was looked at closely. "
                "If a label is missing, take a photograph of it closely."
            )
            if self.most_s < self.allowed_s + self.earned_s:
                words = _("{path}: not everything was looked at closely in that time. Give more if a label is missing.")
            self.notify(words.format(path=self.name))


def picture_effort(name: str, notify: Callable[[str], None], file_bytes: int) -> Effort:
    """What looks at a picture of this size may take."""
    return Effort(name, notify, picture_s(file_bytes), _MOST_TEXTS_S)


class FilmEffort(Effort):
    """What decoding a video and the looks at it may take; it grows with each frame, so that none lacks it."""

    def __init__(self, name: str, notify: Callable[[str], None], file_bytes: int, frames: float) -> None:
        """Begin a video of so many bytes, and of so many frames by its head; below 1: it does not say."""
        super().__init__(name, notify, _FILM_S, min(_FILM_TEXTS_S, _FILM_TEXTS_S_PER_BYTE * file_bytes))
        self._left_s = _FILM_S_PER_BYTE * file_bytes
        self._share_s = self._left_s / max(frames, 1)

    def begin_frame(self, pixels: int, decoding_s: float) -> None:
        """Note what the decoding of the next frame took, and add what a frame of so many pixels may take."""
        per_px = _READ_S_PER_PX if self.has_read else _UNREAD_S_PER_PX
        added_s = min(per_px * max(pixels, _LEAST_FRAME_PX), self._share_s, self._left_s)
        self._left_s -= added_s
        self.allowed_s += added_s
        self.used_s += decoding_s


def picture_s(file_bytes: int) -> float:
    """What second looks at a picture of this size may take in which nothing is read."""
    return max(_LEAST_S, PICTURE_S_PER_BYTE * file_bytes)


def pdf_s(file_bytes: int) -> float:
    """What drawing and second looks may take for all pages of a PDF of this size in which nothing is read."""
    return max(_LEAST_S, PDF_S_PER_BYTE * file_bytes)


def pdf_texts_s(file_bytes: int) -> float:
    """What the texts in a PDF of this size can add."""
    return _MOST_TEXTS_S + PDF_TEXTS_S_PER_BYTE * file_bytes


def most_pdf_s(file_bytes: int, pages: int) -> float:
    """What the pages of a PDF in which nothing is read may take before it is refused."""
    return pdf_s(file_bytes) + _SPARE_S + min(_PAGE_S * pages, _PAGES_S_PER_BYTE * file_bytes)


# ----------------------------------------------------------------------------------------------------------------------
# How many pages a PDF may have, and how finely each is rasterised: in proportion to what a file can honestly hold.

POINTS_PER_INCH = 72.0
_MAX_SIDE_PX = 8000
_MAX_PX = 12_500_000
"""A page that claims to be metres wide is rasterised coarser than asked, not into all the memory. A2 at 150 dpi has 9
million pixels, A1 has 17."""
_A4_PT2 = 595 * 842
_PAGES, _BYTES_A_PAGE = 50, 512
"""A page of labels or of a letter takes two thousand bytes and more; one that is named a thousand times takes six."""

_DRAWING_S, _DRAWING_S_PER_BYTE = 1.2, 0.8e-6
_DRAWN_PAGE_S, _DRAWN_PAGES_S_PER_BYTE = 0.06, 30e-6
"""The processor's time for drawing: for any PDF and each of its bytes; and for each page, so far as it has bytes. A
page of labels takes 0.02 s and 3,600 bytes."""


def most_pages(file_bytes: int) -> int:
    """How many pages a PDF of this size may have."""
    return _PAGES + file_bytes // _BYTES_A_PAGE


def drawing_s(file_bytes: int, pages: int) -> float:
    """The processor's time in seconds that the drawing of all pages of a PDF of this size may take."""
    of_pages = min(_DRAWN_PAGE_S * pages, _DRAWN_PAGES_S_PER_BYTE * file_bytes)
    return _DRAWING_S + _DRAWING_S_PER_BYTE * file_bytes + of_pages


def scale_of(size_pt: tuple[float, float], dpi: int) -> float:
    """Pixels for each point of a page of this width and height; a page of A4 always has the dots that are asked for."""
    width, height = (max(side, 1.0) for side in size_pt)
    asked = dpi / POINTS_PER_INCH
    most_px = max(_MAX_PX, _A4_PT2 * asked**2)
    return float(min(asked, _MAX_SIDE_PX / max(width, height), (most_px / (width * height)) ** 0.5))
