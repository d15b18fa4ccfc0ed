"""The page that shows how far off a printer prints: rulers on both axes, the stock's labels, and what to measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.pdfgen.canvas import Canvas

from custody.errors import N_, InputError, LabelError
from labels.draw import FONTS, measure, register_fonts
from labels.layout import PT_PER_MM, Box, Slot
from labels.stock import Stock
from labels.typeset import Paragraph, set_slot

# --- How a printer misplaces what it prints, and how a page is drawn so that it lands right. Pure geometry ------------

MOST_OFFSET_MM = 20
LEAST_PERCENT, MOST_PERCENT = 95, 105
MARK_MM, SPAN_MM = 20.0, 120.0
"""Of the calibration page: where its rulers cross, from either edge, and the length that is measured on each."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Where a page's corner lands on the paper, right and down being positive, and how long 100 mm come out.

    Raises:
        InputError: an offset over 20 mm or a scale off by over 5 %: that is the wrong paper, or a printer's own
            "fit to page".
    """

    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    scale_x_percent: float = 100.0
    scale_y_percent: float = 100.0

    def __post_init__(self) -> None:
        for offset_mm in (self.offset_x_mm, self.offset_y_mm):
            if not abs(offset_mm) <= MOST_OFFSET_MM:  # NaN too
                raise InputError(
                    N_("an offset of {offset} mm is too much: {most} mm is the most"),
                    hint=N_("Look for the right paper size and its guides in the printer, then measure again."),
                    offset=f"{offset_mm:g}",
                    most=MOST_OFFSET_MM,
                )
        for percent in (self.scale_x_percent, self.scale_y_percent):
            if not LEAST_PERCENT <= percent <= MOST_PERCENT:
                raise InputError(
                    N_("a scale of {percent} % is too far off: it must be from {least} to {most}"),
                    hint=N_("Print at 100 %, without scaling to fit the page, then measure again."),
                    percent=f"{percent:g}",
                    least=LEAST_PERCENT,
                    most=MOST_PERCENT,
                )

    def matrix(self, page_height_mm: float) -> str:
        """The PDF matrix that undoes it: from points as they should land to points as they must be sent."""
        x, y = 100 / self.scale_x_percent, 100 / self.scale_y_percent
        height_pt = page_height_mm * PT_PER_MM
        right_pt = -self.offset_x_mm * PT_PER_MM * x
        up_pt = height_pt - (height_pt - self.offset_y_mm * PT_PER_MM) * y
        return f"{x:.6f} 0 0 {y:.6f} {right_pt:.3f} {up_pt:.3f} cm"


def from_measures(a_mm: float, b_mm: float, c_mm: float, d_mm: float) -> Adjustment:
    """Return the adjustment from four lengths on a printed calibration page.

    Args:
        a_mm, b_mm: from the paper's left and from its upper edge to the rulers' crossing.
        c_mm, d_mm: from 20 to 140 on the ruler across and on the ruler down.

    Raises:
        InputError: the deviation is too large to correct.
    """
    across, down = c_mm / SPAN_MM, d_mm / SPAN_MM
    return Adjustment(a_mm - MARK_MM * across, b_mm - MARK_MM * down, 100 * across, 100 * down)


# ----------------------------------------------------------------------------------------------------------------------
# The page that shows how far off a printer prints: rulers on both axes, the stock's labels, and what to measure.

LEAST_PAGE_MM = MARK_MM + SPAN_MM + 10
_TICKS_MM = ((10, 4.0), (5, 2.8), (1, 1.8))
"""How long a tick is at whole centimetres, at their halves, at millimetres."""
_INK, _GREY = 0.0, 0.65
_NOTE_PT, _TITLE_PT = 9.0, 12.0


def write_calibration(
    out: BinaryIO, stock: Stock, title: str, notes: Sequence[str], adjustment: Adjustment | None = None
) -> None:
    """Write the page for a stock; the same texts give the same bytes.

    Args:
        notes: what to measure and what to do with it, in the user's language, one paragraph each.
        adjustment: what was measured before; the page then shows whether it was enough.

    Raises:
        LabelError: the page is too small for the rulers, as a roll's is.
    """
    width_mm, height_mm = stock.page_width_mm, stock.page_height_mm
    if min(width_mm, height_mm) < LEAST_PAGE_MM:
        raise LabelError(
            N_("{sheet} is too small for a page of rulers"),
            hint=N_("Set a roll's printer at the printer; calibrate with a sheet, such as --sheet a4-3x7."),
            sheet=stock.name,
        )
    register_fonts()
    canvas = Canvas(out, pagesize=(width_mm * PT_PER_MM, height_mm * PT_PER_MM), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Serah")
    if adjustment is not None:
        canvas.addLiteral(adjustment.matrix(height_mm))
    # From here on a millimetre is a unit, and down is positive, as the stock's own numbers are.
    canvas.transform(PT_PER_MM, 0, 0, -PT_PER_MM, 0, height_mm * PT_PER_MM)
    _outlines(canvas, stock)
    _ruler(canvas, width_mm, is_across=True)
    _ruler(canvas, height_mm, is_across=False)
    _letters(canvas)
    _texts(canvas, stock, title, notes)
    canvas.showPage()
    canvas.save()


def _outlines(canvas: Canvas, stock: Stock) -> None:
    canvas.setStrokeGray(_GREY)
    canvas.setLineWidth(0.12)
    for index in range(stock.per_page):
        left_mm, top_mm = stock.position_mm(index)
        canvas.rect(left_mm, top_mm, stock.label_width_mm, stock.label_height_mm)


def _ruler(canvas: Canvas, length_mm: float, *, is_across: bool) -> None:
    """A ruler from edge to edge, 20 mm from the other edge; its numbers count from the edge."""

    def point(along_mm: float, off_mm: float) -> tuple[float, float]:
        return (along_mm, MARK_MM - off_mm) if is_across else (MARK_MM - off_mm, along_mm)

    canvas.setStrokeGray(_INK)
    canvas.setLineWidth(0.15)
    canvas.line(*point(0, 0), *point(length_mm, 0))
    for mm in range(int(length_mm) + 1):
        tick_mm = next(long for step, long in _TICKS_MM if mm % step == 0)
        canvas.line(*point(mm, 0), *point(mm, tick_mm))
        if mm % 10 == 0 and 0 < mm < length_mm - 3 and mm != MARK_MM:
            _text(canvas, str(mm), *point(mm, 5.2 if is_across else 7.2), size_pt=6, is_centred=True)


def _letters(canvas: Canvas) -> None:
    """What A, B, C and D are, drawn where they are measured."""
    end_mm = MARK_MM + SPAN_MM
    canvas.setLineWidth(0.35)
    for letter, (x1, y1, x2, y2), (x, y) in (
        ("A", (0, 24, MARK_MM, 24), (10, 28)),
        ("B", (24, 0, 24, MARK_MM), (26.5, 8)),
        ("C", (MARK_MM, 24, end_mm, 24), (80, 28.5)),
        ("D", (24, MARK_MM, 24, end_mm), (27, 134)),
    ):
        canvas.line(x1, y1, x2, y2)
        for at_x, at_y in ((x1, y1), (x2, y2)):
            is_flat = y1 == y2
            canvas.line(
                at_x - (0 if is_flat else 1.2),
                at_y - (1.2 if is_flat else 0),
                at_x + (0 if is_flat else 1.2),
                at_y + (1.2 if is_flat else 0),
            )
        _plate(canvas, x - 2.2, y - 3.6, 4.4, 4.6)
        _text(canvas, letter, x, y, size_pt=11, is_centred=True, is_bold=True)


def _texts(canvas: Canvas, stock: Stock, title: str, notes: Sequence[str]) -> None:
    box = Box(34, 36, stock.page_width_mm - 44, min(96.0, stock.page_height_mm - 50))
    paragraphs = [
        Paragraph(title, bold=True, ratio=_TITLE_PT / _NOTE_PT, max_lines=2),
        *(Paragraph(note, max_lines=6, air=0.45) for note in notes),
    ]
    lines = set_slot(paragraphs, Slot(box, _NOTE_PT, anchor="top"), measure)
    lowest_mm = box.top_mm + max(line.y_pt for line in lines) / PT_PER_MM
    _plate(canvas, box.left_mm - 3, box.top_mm - 3, box.width_mm + 6, lowest_mm - box.top_mm + 6)
    for line in lines:
        x_mm, y_mm = box.left_mm + line.x_pt / PT_PER_MM, box.top_mm + line.y_pt / PT_PER_MM
        _text(canvas, line.text, x_mm, y_mm, size_pt=line.size_pt, is_bold=line.bold)


def _plate(canvas: Canvas, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> None:
    canvas.setFillGray(1)
    canvas.rect(left_mm, top_mm, width_mm, height_mm, stroke=0, fill=1)
    canvas.setFillGray(0)


def _text(
    canvas: Canvas,
    text: str,
    x_mm: float,
    y_mm: float,
    *,
    size_pt: float,
    is_centred: bool = False,
    is_bold: bool = False,
) -> None:
    canvas.saveState()
    canvas.transform(1, 0, 0, -1, x_mm, y_mm)  # upright again
    canvas.setFont(FONTS[is_bold], size_pt / PT_PER_MM)
    (canvas.drawCentredString if is_centred else canvas.drawString)(0, 0, text)
    canvas.restoreState()
