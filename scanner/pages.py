"""Frames from the pages of a PDF, rasterised as a printer would put them on paper."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pypdfium2

from custody.errors import N_, InputError
from scanner.frames import Clock, Frame, FrameSource

_POINTS_PER_INCH = 72.0
_MAX_SIDE_PX = 8000
"""A page that claims to be metres wide is rasterised coarser than asked, not into all the memory."""


_TURN = threading.Lock()
"""PDFium serves one thread at a time, and a page may be read while another one is drawn."""


class Pages:
    """The pages of an opened PDF, from 1."""

    kind: Literal["still"] = "still"

    def __init__(self, title: str, document: Any, clock: Clock, dpi: int) -> None:
        self.title = title
        self.total = len(document)
        self._document = document
        self._clock = clock
        self._scale = dpi / _POINTS_PER_INCH

    def __iter__(self) -> Iterator[Frame]:
        for number in range(1, self.total + 1):
            try:
                with _TURN:
                    page = self._document[number - 1]
                    scale = min(self._scale, _MAX_SIDE_PX / max(*page.get_size(), 1.0))
                    image = np.array(page.render(scale=scale).to_numpy())
            except pypdfium2.PdfiumError as error:
                raise InputError(
                    N_("Page {page} of {path} is damaged"),
                    hint=N_("What was read until there stays. Make or copy the PDF again."),
                    page=number,
                    path=self.title,
                ) from error
            yield Frame(np.ascontiguousarray(image[..., :3]), self.title, number, self._clock())


@contextmanager
def open_pdf(path: Path, *, clock: Clock, dpi: int) -> Iterator[FrameSource]:
    """Open a PDF.

    Raises:
        InputError: it is damaged, locked with a password, or has no pages.
    """
    try:
        with _TURN:
            document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = "assword" in str(error)
        raise InputError(
            N_("{path} is locked with a password") if is_locked else N_("{path} is not a PDF, or it is damaged"),
            hint=N_("Save it without a password.") if is_locked else N_("Make or copy it again."),
            path=str(path),
        ) from error
    try:
        if not len(document):
            raise InputError(N_("{path} has no pages"), path=str(path))
        yield Pages(path.name, document, clock, dpi)
    finally:
        with _TURN:
            document.close()
