"""What stands on the pages of a PDF, as tests read it."""

from pathlib import Path

import pypdfium2


def texts_of(pdf: bytes | Path) -> list[str]:
    """The text of each page, with one blank wherever there is white space."""
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


def text_of(pdf: bytes | Path) -> str:
    """The text of all pages."""
    return " ".join(texts_of(pdf))
