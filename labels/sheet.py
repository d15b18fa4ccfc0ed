"""Sheets of labels as PDF: fills the stock's grid page by page, from any iterable of contents."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import BinaryIO

from reportlab.pdfbase.pdfdoc import PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from custody.errors import N_, LabelError
from labels.calibration import Adjustment
from labels.content import LabelContent
from labels.draw import FONTS, Draughtsman, Mapper, register_fonts
from labels.layout import PT_PER_MM
from labels.stock import Stock

_CUT_GAP_MM = 1.0
_CUT_MARK_MM = 5.0
_HAIRLINE_PT = 0.25


def write_sheets(
    out: BinaryIO,
    contents: Iterable[LabelContent],
    stock: Stock,
    *,
    start: int = 1,
    cut_marks: bool = False,
    adjustment: Adjustment | None = None,
    title: str,
    progress: Callable[[int], None] | None = None,
    mapper: Mapper = map,
) -> int:
    """Write labels as a PDF and return its number of pages; the same labels give the same bytes.

    Contents are taken one page at a time; of a page, only its operators are kept until the file is written.

    Args:
        out: a binary file; the caller renames it into place.
        start: the first free label of the first sheet, from 1, row by row.
        cut_marks: hairlines in the sheet's margin at every edge of the grid; a roll has no margin and gets none.
        adjustment: how the printer misplaces, which the pages make up for.
        title: what a viewer shows as the document's name.
        progress: called after each page with the labels drawn so far.
        mapper: a `map` for making the QR symbols; one that uses other processes gives the same bytes.

    Raises:
        LabelError: `start` is not on the sheet, there is no label at all, or one does not fit this stock.
    """
    if not 1 <= start <= stock.per_page:
        raise LabelError(
            N_("{sheet} has no label number {start}: a sheet holds {count}"),
            hint=N_("Count the labels row by row, from 1 at the top left."),
            sheet=stock.name,
            start=start,
            count=stock.per_page,
        )
    register_fonts()
    canvas = _canvas(out, stock, title)
    draughtsman = Draughtsman(canvas, stock)
    origins = [_origin(stock, index) for index in range(stock.per_page)]
    placed = adjustment.matrix(stock.page_height_mm) if adjustment else ""
    head = "\n".join(filter(None, (placed, _cut_marks(stock) if cut_marks else "")))
    stream = draughtsman.labels(contents, mapper)
    free, drawn, pages = origins[start - 1 :], 0, 0
    while page := [
        f"q {origin} cm\n{label}\nQ" for origin, label in zip(free, islice(stream, len(free)), strict=False)
    ]:
        canvas.addLiteral("\n".join((head, *page)))
        canvas.showPage()
        free, drawn, pages = origins, drawn + len(page), pages + 1
        if progress is not None:
            progress(drawn)
    if not pages:
        raise LabelError(N_("there is no label to print"), hint=N_("Widen the selection of items."))
    canvas.save()
    return pages


def _canvas(out: BinaryIO, stock: Stock, title: str) -> Canvas:
    page_size_pt = (stock.page_width_mm * PT_PER_MM, stock.page_height_mm * PT_PER_MM)
    canvas = Canvas(out, pagesize=page_size_pt, invariant=1, pageCompression=0, initialFontName=FONTS[False])
    # Its own page compression makes base85 text of deflated pages too: a quarter more bytes, and half of our time.
    canvas._doc.defaultStreamFilters = [PDFZCompress]
    canvas.setTitle(title)
    canvas.setCreator("Serah")
    return canvas


def _origin(stock: Stock, index: int) -> str:
    """The matrix that moves to a label's lower left corner (ISO 32000-1 §8.3.4)."""
    left_mm, top_mm = stock.position_mm(index)
    bottom_mm = stock.page_height_mm - top_mm - stock.label_height_mm
    return f"1 0 0 1 {left_mm * PT_PER_MM:.3f} {bottom_mm * PT_PER_MM:.3f}"


def _cut_marks(stock: Stock) -> str:
    """Hairlines outside the grid, in line with its edges, where the margin has room for them."""
    lefts = [stock.left_mm + column * stock.pitch_x_mm for column in range(stock.columns)]
    tops = [stock.top_mm + row * stock.pitch_y_mm for row in range(stock.rows)]
    right_mm, bottom_mm = lefts[-1] + stock.label_width_mm, tops[-1] + stock.label_height_mm
    if min(stock.left_mm, stock.top_mm) <= _CUT_GAP_MM:
        return ""
    lines_mm: list[tuple[float, float, float, float]] = []
    for x_mm in sorted({round(edge, 2) for left in lefts for edge in (left, left + stock.label_width_mm)}):
        for edge_mm, outward in ((stock.top_mm, -1), (bottom_mm, 1)):
            lines_mm.append((x_mm, edge_mm + outward * _CUT_GAP_MM, x_mm, edge_mm + outward * _CUT_MARK_MM))
    for y_mm in sorted({round(edge, 2) for top in tops for edge in (top, top + stock.label_height_mm)}):
        for edge_mm, outward in ((stock.left_mm, -1), (right_mm, 1)):
            lines_mm.append((edge_mm + outward * _CUT_GAP_MM, y_mm, edge_mm + outward * _CUT_MARK_MM, y_mm))
    strokes = [f"{_point(stock, a, b)} m {_point(stock, c, d)} l" for a, b, c, d in lines_mm]
    return "\n".join((f"q {_HAIRLINE_PT} w", *strokes, "S Q"))


def _point(stock: Stock, x_mm: float, y_mm: float) -> str:
    """A point of the page, given from its upper left corner, as PDF counts: points from the lower left."""
    return f"{x_mm * PT_PER_MM:.2f} {(stock.page_height_mm - y_mm) * PT_PER_MM:.2f}"
