"""Frames from the pages of a PDF, rasterised as a printer would put them on paper."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from custody.errors import N_, InputError
from scanner.sources.effort import Effort, most_pdf_s, pdf_s, pdf_texts_s, scale_of
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
