"""Frames from the pages of a PDF, rasterised as a printer would put them on paper."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from custody.errors import N_, InputError
from scanner.sources.effort import Effort, most_pdf_s, pdf_s, pdf_texts_s
from scanner.sources.frames import Clock, Frame, FrameSource, Image, Notify, ignore
from tables.sandbox.child_process import OverLimitError, Piece, bounded

_TURN = threading.Lock()
"""PDFium serves one thread at a time."""


class Pages:
    """The pages of an opened PDF, from 1, as the child process sends them."""

    kind: Literal["still"] = "still"

    def __init__(self, path: Path, total: int, pieces: Iterator[Piece], clock: Clock, notify: Notify = ignore) -> None:
        self.title = path.name
        self.total = total
        self._path = path
        self._pieces = pieces
        self._clock = clock
        self._bytes = path.stat().st_size
        self._effort = Effort(path.name, notify, 0.0, pdf_texts_s(self._bytes))

    def __iter__(self) -> Iterator[Frame]:
        for number in range(1, self.total + 1):
            try:
                head, data = next(self._pieces)
            except OverLimitError as error:
                raise too_costly(self._path) from error
            if "fault" in head:
                raise InputError(
                    N_("Page {page} of {path} is damaged"),
                    hint=N_("What was read until there stays. Make or copy the PDF again."),
                    page=number,
                    path=self.title,
                )
            self._effort.allowed_s += pdf_s(self._bytes) / self.total
            self._effort.used_s += head.pop("drawing_s")
            yield Frame(_image(data, **head), self.title, number, self._clock(), self._effort)
            most_s = most_pdf_s(self._bytes, self.total) + self._effort.earned_s
            if number < self.total and self._effort.used_s > most_s:
                raise too_costly(self._path)


@contextmanager
def open_pdf(path: Path, *, clock: Clock, dpi: int, notify: Notify = ignore) -> Iterator[FrameSource]:
    """Open a PDF. It is read in a child process, within limits of time and memory.

    Raises:
        InputError: it is damaged, locked with a password, has no pages, or costs far more than a file of its size.
    """
    size = path.stat().st_size
    told = {"path": str(path.absolute()), "bytes": size, "dpi": dpi}
    with bounded("scanner.sources.page_child:pages", size, told) as pieces:
        try:
            head, _data = next(pieces)
        except OverLimitError as error:
            raise too_costly(path) from error
        match head.get("fault"):
            case "locked":
                raise InputError(
                    N_("{path} is locked with a password"), hint=N_("Save it without a password."), path=str(path)
                )
            case "many":
                raise too_costly(path)
            case str():
                raise InputError(
                    N_("{path} is not a PDF, or it is damaged"), hint=N_("Make or copy it again."), path=str(path)
                )
        if not head["total"]:
            raise InputError(N_("{path} has no pages"), path=str(path))
        yield Pages(path, head["total"], pieces, clock, notify)


def draw_page(data: bytes, dpi: int) -> Image:
    """The first page of a PDF that this program has made, drawn in this process."""
    import pypdfium2

    with _TURN:
        document = pypdfium2.PdfDocument(data)
        try:
            page = document[0]
            return np.array(page.render(scale=scale_of(page.get_size(), dpi)).to_numpy()[..., :3])
        finally:
            document.close()


def too_costly(path: Path) -> InputError:
    """The refusal of a file whose reading was ended at a limit."""
    return InputError(
        N_(
            "{path} is not read: reading it breaks the reader, or takes far more time or memory than a file of its size"
        ),
        hint=N_("Ask for it again, print it to a new PDF, or take a photograph of it."),
        path=str(path),
    )


def _image(data: bytearray, *, width: int, height: int, stride: int, channels: int) -> Any:
    rows = np.frombuffer(data, np.uint8).reshape(height, stride)[:, : width * channels]
    return np.ascontiguousarray(rows.reshape(height, width, channels)[..., :3])


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
_PAGE_S, _PAGES_S_PER_BYTE = 0.06, 30e-6
"""The processor's time for drawing: for any PDF and each of its bytes; and for each page, so far as it has bytes. A
page of labels takes 0.02 s and 3,600 bytes."""


def most_pages(file_bytes: int) -> int:
    """How many pages a PDF of this size may have."""
    return _PAGES + file_bytes // _BYTES_A_PAGE


def drawing_s(file_bytes: int, pages: int) -> float:
    """The processor's time in seconds that the drawing of all pages of a PDF of this size may take."""
    of_pages = min(_PAGE_S * pages, _PAGES_S_PER_BYTE * file_bytes)
    return _DRAWING_S + _DRAWING_S_PER_BYTE * file_bytes + of_pages


def scale_of(size_pt: tuple[float, float], dpi: int) -> float:
    """Pixels for each point of a page of this width and height; a page of A4 always has the dots that are asked for."""
    width, height = (max(side, 1.0) for side in size_pt)
    asked = dpi / POINTS_PER_INCH
    most_px = max(_MAX_PX, _A4_PT2 * asked**2)
    return float(min(asked, _MAX_SIDE_PX / max(width, height), (most_px / (width * height)) ** 0.5))
