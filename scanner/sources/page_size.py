"""How many pages a PDF may have, and how finely each is rasterised: in proportion to what a file can honestly hold."""

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
