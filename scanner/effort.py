"""How much of the processor's time the reading of a stranger's picture or PDF may take, in proportion to its bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from language import _

_BASE_S, PICTURE_S_PER_BYTE, PDF_S_PER_BYTE = 1.7, 1.3e-6, 20e-6
"""What second looks may take for any file, and for each of its bytes: a photograph has more bytes than a page."""
_SPARE_S, _PAGE_S, _PAGES_S_PER_BYTE = 0.5, 0.3, 150e-6
"""What first looks at the pages of a PDF may take beside it: something for a look that had begun, and this for each
page, never more than that for each byte."""


@dataclass
class Effort:
    """The looks at one file: `with` it they are timed. Second looks stop once `is_used_up`.

    `name` is the file's, `allowed_s` what second looks may take so far, in seconds of the processor.
    """

    name: str
    tell: Callable[[str], None]
    allowed_s: float
    clock: Callable[[], float] = time.process_time
    used_s: float = 0.0
    is_cut: bool = False
    """Whether second looks were left out where there may be codes that nobody read."""
    _since_s: float | None = field(default=None, init=False)
    _is_told: bool = field(default=False, init=False)

    def is_used_up(self) -> bool:
        running_s = 0.0 if self._since_s is None else self.clock() - self._since_s
        return self.used_s + running_s > self.allowed_s

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
            self.tell(
                _(
                    "{path} costs more time than a file of its size: not everything in it was looked at closely. "
                    "If a label is missing, take a photograph of it closely."
                ).format(path=self.name)
            )


def picture_s(file_bytes: int) -> float:
    """What second looks at a picture of this size may take."""
    return _BASE_S + PICTURE_S_PER_BYTE * file_bytes


def pdf_s(file_bytes: int) -> float:
    """What second looks at all pages of a PDF of this size may take."""
    return _BASE_S + PDF_S_PER_BYTE * file_bytes


def most_pdf_s(file_bytes: int, pages: int) -> float:
    """What all looks at the pages of a PDF may take before it is refused."""
    return pdf_s(file_bytes) + _SPARE_S + min(_PAGE_S * pages, _PAGES_S_PER_BYTE * file_bytes)
