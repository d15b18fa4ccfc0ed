"""The scorecard's matrix on paper: in each cell the share, what it rests on, a bar, and where chance might put it."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from custody.measures.scorecard import Card, Figure
from custody.measures.scoring import AXES, Axis
from language import _
from language.text import number
from reports.lists.scorecard_words import axis_name, bearer_name, share_of
from reports.pdf.page import ACCENT, INK, MUTED, RULE, TINT, WHITE, Document, fitted, fonts, text
from reports.pdf.page import row as block_row

_ROW_MM, _HEAD_MM, _NAME_MM, _CELL_MM = 11.0, 7.0, 69.0, 32.0
_WIDTH_MM = _NAME_MM + _CELL_MM * len(AXES)
_BAR_MM, _SCALE_FROM = 25.0, 0.5
"""The bars begin at a half: what lies below is drawn at their left end, and said in figures."""


def draw_matrix(paper: Document, cards: Sequence[Card]) -> None:
    """Draw the heads and one row for each card."""
    paper.column_heads = _Heads()
    paper.place(paper.column_heads, keep_mm=_ROW_MM)
    for card in cards:
        paper.place(_Row(card))
    paper.column_heads = None
    note = _("Bars begin at 50 %; the thin line is the interval of 95 %, reckoned from loads.")
    paper.place(block_row([text(note, 6.5, color=MUTED)], [_WIDTH_MM]))


class _Heads(Flowable):  # type: ignore[misc]
    """The names of the six."""

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, _HEAD_MM * mm

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFont(fonts()[1], 7)
        canvas.setFillColor(MUTED)
        canvas.drawString(0, 2.2 * mm, _("Committee"))
        for at, axis in enumerate(AXES):
            canvas.drawString(
                (_NAME_MM + at * _CELL_MM) * mm, 2.2 * mm, fitted(axis_name(axis), 7, (_CELL_MM - 2) * mm)
            )
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.2)
        canvas.line(0, 0.6 * mm, _WIDTH_MM * mm, 0.6 * mm)


class _Row(Flowable):  # type: ignore[misc]
    """One card of the scorecard, being drawn."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self._card = card

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, _ROW_MM * mm

    def draw(self) -> None:
        canvas, card = self.canv, self._card
        if card.is_clean:
            canvas.setFillColor(TINT)
            canvas.rect(0, 0, _WIDTH_MM * mm, _ROW_MM * mm, stroke=0, fill=1)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(0, 0, _WIDTH_MM * mm, 0)
        canvas.setFillColor(INK)
        canvas.setFont(fonts()[1], 9)
        canvas.drawString(1 * mm, 6.2 * mm, fitted(bearer_name(card), 9.6, (_NAME_MM - 4) * mm))
        canvas.setFont(fonts()[0], 7)
        canvas.setFillColor(MUTED)
        held = _("things: {held}, loads: {loads}").format(held=number(card.held), loads=number(card.loads))
        words = held + " · " + _("nothing went wrong") if card.is_clean else held
        canvas.drawString(1 * mm, 2.4 * mm, words)
        for at, axis in enumerate(AXES):
            self._draw_figure((_NAME_MM + at * _CELL_MM) * mm, axis, card.figures[axis])

    def _draw_figure(self, left: float, axis: Axis, figure: Figure) -> None:
        canvas = self.canv
        canvas.setFillColor(INK if figure.share is not None else MUTED)
        canvas.setFont(fonts()[1], 9)
        canvas.drawString(left, 6.2 * mm, share_of(figure))
        if figure.share is None or figure.interval is None:
            return
        end = left + canvas.stringWidth(share_of(figure), fonts()[1], 9) + 1.4 * mm
        canvas.setFont(fonts()[0], 6.5)
        canvas.setFillColor(MUTED)
        canvas.drawString(end, 6.2 * mm, f"{number(figure.faulty)}/{number(figure.n)}")
        self._draw_mark(left + _BAR_MM * mm + 1 * mm, self._card.compared.get(axis, ""))
        low, height = 3.0 * mm, 1.8 * mm
        canvas.setFillColor(WHITE)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.rect(left, low, _BAR_MM * mm, height, stroke=1, fill=1)
        canvas.setFillColor(ACCENT)
        canvas.rect(left, low, _along(figure.share), height, stroke=0, fill=1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.7)
        begin, finish = (left + _along(share) for share in figure.interval)
        canvas.line(begin, low - 0.9 * mm, finish, low - 0.9 * mm)
        for x in (begin, finish):
            canvas.line(x, low - 1.5 * mm, x, low - 0.3 * mm)

    def _draw_mark(self, x: float, compared: str) -> None:
        """A triangle up or down where the committee stands out: a shape, so that no one needs a colour."""
        if compared not in ("above", "below"):
            return
        canvas, size, y = self.canv, 2.2 * mm, 2.9 * mm
        shape = canvas.beginPath()
        tip, base = (y + size, y) if compared == "above" else (y, y + size)
        shape.moveTo(x, base)
        shape.lineTo(x + size, base)
        shape.lineTo(x + size / 2, tip)
        shape.close()
        canvas.setFillColor(INK)
        canvas.drawPath(shape, stroke=0, fill=1)


def _along(share: float) -> float:
    """Where a share lies along the bar, in points from its left end."""
    return float(max(share - _SCALE_FROM, 0) / (1 - _SCALE_FROM) * _BAR_MM * mm)
