"""How many pages a PDF may have, and how finely each is rasterised: in proportion to what a file can honestly hold."""

POINTS_PER_INCH = 72.0
_MAX_SIDE_PX = 8000
_MAX_PX = 12_500_000
"""A page that claims to be metres wide is rasterised coarser than asked, not into all the memory. A2 at 150 dpi has 9
million pixels, A1 has 17."""
_A4_PT2 = 595 * 842
_PAGES, _BYTES_A_PAGE = 50, 512
"""A page of labels or of a letter takes two thousand bytes and more; one that is named a thousand times takes six."""


def most_pages(file_bytes: int) -> int:
    """How many pages a PDF of this size may have."""
    return _PAGES + file_bytes // _BYTES_A_PAGE


def scale_of(size_pt: tuple[float, float], dpi: int) -> float:
    """Pixels for each point of a page of this width and height; a page of A4 always has the dots that are asked for."""
    width, height = (max(side, 1.0) for side in size_pt)
    asked = dpi / POINTS_PER_INCH
    most_px = max(_MAX_PX, _A4_PT2 * asked**2)
    return float(min(asked, _MAX_SIDE_PX / max(width, height), (most_px / (width * height)) ** 0.5))
