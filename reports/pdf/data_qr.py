"""QR codes that carry a paper's data: how many, how large, and drawn so that a laptop's camera reads them.

A module must come to 3 pixels of a 1280x720 picture, 2.5 at the least. At 0.7 mm that is so up to some 23 cm (3 px) or
28 cm (2.5 px) from a camera that sees 65 degrees; a code of 60 mm then fills half the picture's height.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from custody.format.paper_codes import part_length

QUIET_MODULES = 4
"""White modules on each side of a symbol (ISO/IEC 18004 §9.1)."""
GOOD_MM, FIRM_MM, LEAST_MM = 0.75, 0.6, 0.5
"""Module sizes: larger than the first need not be; below the second, the weaker level of error correction is taken
where it makes them larger; below the third, none are printed on this page."""
CAPTION_MM = 3.2

# ISO/IEC 18004 table 7, alphanumeric, versions 1 to 15: larger ones feel tilt, curl and soft focus too much.
_CAPACITY = {
    "M": (20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483, 528, 600),
    "L": (25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758),
}
_MAX_CODES = 99
_MAX_PAGES = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """How a paper's data are spread: so many codes, in columns, of one version, with modules of this size."""

    count: int
    columns: int
    version: int
    level: str
    module_mm: float

    @property
    def side_mm(self) -> float:
        """The side of one code with its quiet zone."""
        return (17 + 4 * self.version + 2 * QUIET_MODULES) * self.module_mm

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def height_mm(self) -> float:
        """The height in mm, captions included."""
        return self.rows * (self.side_mm + CAPTION_MM)


def choose_grid(size: int, width_mm: float, height_mm: float, *, pages: int = 1) -> Grid | None:
    """The grid for so many bytes with the best modules on so many pages of this room; None where they are too small."""
    firm = _best(size, width_mm, height_mm, pages, "M")
    if firm is None or firm.module_mm < FIRM_MM:
        weak = _best(size, width_mm, height_mm, pages, "L")
        if weak is not None and (firm is None or weak.module_mm > firm.module_mm):
            return weak
    return firm


def spread(size: int, width_mm: float, height_mm: float) -> tuple[Grid, list[range]]:
    """The best grid for so many bytes on as few pages of this room as will do, and which of its codes each page has."""
    for pages in range(1, _MAX_PAGES + 1):
        grid = choose_grid(size, width_mm, height_mm, pages=pages)
        if grid is not None:
            each = grid.columns * -(-grid.rows // pages)
            return grid, [range(first, min(first + each, grid.count)) for first in range(0, grid.count, each)]
    raise ValueError("no record of at most 64 KiB needs so many pages")


def _best(size: int, width_mm: float, height_mm: float, pages: int, level: str) -> Grid | None:
    found = []
    for count in range(1, _MAX_CODES + 1):
        length = part_length(size, count)
        version = next((number for number, held in enumerate(_CAPACITY[level], 1) if held >= length), None)
        if version is None:
            continue
        modules = 17 + 4 * version + 2 * QUIET_MODULES
        for columns in range(1, min(count, 5) + 1):
            rows = -(-count // (columns * pages))
            side = min(width_mm / columns, height_mm / rows - CAPTION_MM)
            found.append(Grid(count, columns, version, level, min(side / modules, GOOD_MM)))
    fit = [grid for grid in found if grid.module_mm >= LEAST_MM]
    return max(fit, key=lambda grid: (grid.module_mm, -grid.count, grid.columns), default=None)


def draw_grid(
    canvas: Canvas, grid: Grid, texts: Sequence[str], captions: Sequence[str], left: float, top: float
) -> None:
    """Draw codes row by row from the upper left corner, in points, each with its caption below."""
    side, line = grid.side_mm * mm, (grid.side_mm + CAPTION_MM) * mm
    for place, (words, caption) in enumerate(zip(texts, captions, strict=True)):
        row, column = divmod(place, grid.columns)
        x, y = left + column * side, top - row * line - side
        draw_symbol(canvas, words, x, y, side, version=grid.version, level=grid.level)
        canvas.drawCentredString(x + side / 2, y - 1.6 * mm, caption)


def draw_symbol(
    canvas: Canvas, text: str, x: float, y: float, side: float, *, version: int | None = None, level: str = "M"
) -> None:
    """Draw one QR code with its quiet zone into a square: one pixel a module, sharp at any size."""
    more: dict[str, Any] = {} if version is None else {"version": version}
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level, **more)
    pixels: Any = symbol.to_image(scale=1, add_quiet_zones=True)
    height, width = pixels.shape
    image = Image.frombytes("L", (width, height), bytes(memoryview(pixels))).convert("1")
    canvas.drawInlineImage(image, x, y, side, side)
