"""From printed sheets to films: cuts the labels out of the PDF's pages and lets a simulated camera look at them."""

from collections.abc import Mapping
from pathlib import Path

from labels.stock import Stock
from scanner.frames import PDF_DPI, Image, open_source
from scanner.simulate import Flaws

LABELS_IN_VIEW = 12
"""So many lie on the desk at once; the camera sees two thirds of them, glides on, and sees the rest."""
FPS, SECONDS_PER_VIEW = 10.0, 0.4
FRAMES_PER_DESK = 10
_SCALE = 0.66
_FLAWS = Flaws(noise=4.0)
_PX_PER_MM = PDF_DPI / 25.4


def cut_out(pdf: Path, stock: Stock, wanted: Mapping[int, str]) -> dict[str, Image]:
    """The labels at these positions of a PDF, counted from 0 over all its pages, as pictures by their names."""
    by_page: dict[int, list[tuple[int, str]]] = {}
    for position, name in wanted.items():
        page, cell = divmod(position, stock.per_page)
        by_page.setdefault(page + 1, []).append((cell, name))
    found: dict[str, Image] = {}
    with open_source(str(pdf)) as pages:
        for page in pages:
            for cell, name in by_page.pop(page.number, ()):
                found[name] = _cell(page.image, stock, cell)
            if not by_page:
                break
    return found


def _cell(page: Image, stock: Stock, cell: int) -> Image:
    left_mm, top_mm = stock.position_mm(cell)
    left, right = (round(mm * _PX_PER_MM) for mm in (left_mm, left_mm + stock.label_width_mm))
    top, bottom = (round(mm * _PX_PER_MM) for mm in (top_mm, top_mm + stock.label_height_mm))
    return page[top:bottom, left:right]
