"""Progress on paper: a wide page a glance reads, with a bar beside every count."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from custody.measures.progress import ProgressRow
from custody.plan.levels import GROUPS
from language import _
from language.text import number, printable, share
from reports.lists.need_list import progress_meaning, shown_need
from reports.output import Made
from reports.pdf.page import ACCENT, INK, MUTED, RULE, TINT, Document, begin_paper, fitted, fonts, text
from reports.words import Needs, kind_name

_WIDTH_MM, _LINE_MM = 261.0, 6.2
_KIND_MM, _COUNTS_MM, _BARS_MM, _BAR_MM = 64.0, (113.0, 130.0, 147.0), (150.0, 187.0, 224.0), 37.0
_LOW = 1.9 * mm
"""The base line of a row's text."""

_width = cache(stringWidth)
"""Measured once: most figures of a report are alike."""


def write_progress_pdf(out: BinaryIO, rows: Sequence[ProgressRow], needs: Needs, made: Made) -> None:
    """Write the total, then each sub-district with its villages, a line for each kind."""
    meaning = progress_meaning() + " " + _("Need and short count pieces, those in packs too.")
    paper = begin_paper(out, _("Progress of supplies"), meaning, made, is_wide=True)
    paper.column_heads = ColumnHeads()
    paper.place(paper.column_heads)
    if not rows:
        paper.place(text(_("Nothing is registered yet.")))
    # What a glance wants, the total and the sub-districts, comes first; then the whole tree.
    _draw_lines(paper, [row for row in rows if row.place.level not in GROUPS], needs)
    if any(row.place.level in GROUPS for row in rows):
        paper.new_page()
        _draw_lines(paper, [row for row in rows if row.place.parent is not None], needs)
    paper.finish()


def _draw_lines(paper: Document, rows: Sequence[ProgressRow], needs: Needs) -> None:
    """Draw a line for each row; the lines of one place stay on one page, and a sub-district with its first village."""
    parents = {row.place.parent for row in rows}
    for code, group in groupby(rows, key=lambda row: row.place.code):
        lines = [ProgressLine(row, needs, is_first=at == 0) for at, row in enumerate(group)]
        is_head = code in parents
        for at, line in enumerate(lines):
            below = min(len(lines) * (2 if is_head else 1) - 1 - at, 12)
            paper.place(line, keep_mm=below * _LINE_MM if at == 0 else 0)


class ColumnHeads(Flowable):  # type: ignore[misc]
    """The titles of the columns."""

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, 7 * mm

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFont(fonts()[1], 7.5)
        canvas.setFillColor(MUTED)
        canvas.drawString(0, 2.4 * mm, _("Place"))
        canvas.drawString(_KIND_MM * mm, 2.4 * mm, _("Kind"))
        for right, title in zip(_COUNTS_MM, (_("Registered"), _("Need"), _("Short")), strict=True):
            canvas.drawRightString(right * mm, 2.4 * mm, title)
        for left, title in zip(_BARS_MM, (_("Labelled"), _("Sent"), _("Arrived")), strict=True):
            canvas.drawString(left * mm, 2.4 * mm, title)
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.2)
        canvas.line(0, 0.6 * mm, _WIDTH_MM * mm, 0.6 * mm)


class ProgressLine(Flowable):  # type: ignore[misc]
    """One place and kind; the place is named on its first line."""

    def __init__(self, row: ProgressRow, needs: Needs, *, is_first: bool) -> None:
        super().__init__()
        self._row, self._is_first = row, is_first
        self._kind = fitted(kind_name(needs, row.kind), 8.5, 38 * mm)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, _LINE_MM * mm

    def draw(self) -> None:
        canvas, row = self.canv, self._row
        is_wide = row.place.level not in GROUPS
        if is_wide:
            canvas.setFillColor(TINT)
            canvas.rect(0, 0, _WIDTH_MM * mm, _LINE_MM * mm, stroke=0, fill=1)
        if self._is_first:
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.6)
            canvas.line(0, _LINE_MM * mm, _WIDTH_MM * mm, _LINE_MM * mm)
            canvas.setFillColor(INK)
            canvas.setFont(fonts()[int(is_wide)], 8.5)
            indent = 0 if is_wide else 4 * mm
            name = fitted(printable(row.place.name, 80), 9.4 if is_wide else 8.5, _KIND_MM * mm - indent - 6)
            canvas.drawString(indent + 2, _LOW, name)
        parts = (row.labelled, row.sent, row.arrived)
        right_ends = (*_COUNTS_MM, *(left + 13 for left in _BARS_MM))
        counts = (number(row.registered), shown_need(row), "–" if row.short is None else number(row.short))
        figures = [*counts, *map(number, parts)]
        canvas.setFillColor(INK)
        self._write(8.5, [self._kind], [_KIND_MM * mm], figures, right_ends)
        canvas.setFillColor(MUTED)
        shares = [share(part, row.registered) for part in parts]
        self._write(7.5, [], [], shares, [left + _BAR_MM for left in _BARS_MM])
        self._draw_bars(parts)

    def _write(
        self,
        size_pt: float,
        words: Sequence[str],
        lefts: Sequence[float],
        figures: Sequence[str],
        rights_mm: Sequence[float],
    ) -> None:
        """Write words from their left ends, and figures to their right ends, as one text: quicker than one for each."""
        font = fonts()[0]
        line = self.canv.beginText()
        line.setFont(font, size_pt)
        ends = (right * mm - _width(figure, font, size_pt) for figure, right in zip(figures, rights_mm, strict=True))
        for left, shown in zip((*lefts, *ends), (*words, *figures), strict=True):
            line.setTextOrigin(left, _LOW)
            line.textLine(shown)  # unlike textOut it measures nothing
        self.canv.drawText(line)

    def _draw_bars(self, parts: Sequence[int]) -> None:
        canvas, width, height, low = self.canv, (_BAR_MM - 26) * mm, 2.6 * mm, _LOW - 0.3 * mm
        frames, filled = canvas.beginPath(), canvas.beginPath()
        for left, part in zip(_BARS_MM, parts, strict=True):
            frames.rect((left + 15) * mm, low, width, height)
            if self._row.registered and part:
                filled.rect((left + 15) * mm, low, width * min(part / self._row.registered, 1), height)
        if any(parts):
            canvas.setFillColor(ACCENT)
            canvas.drawPath(filled, stroke=0, fill=1)
        canvas.setStrokeColor(MUTED)
        canvas.setLineWidth(0.5)
        canvas.drawPath(frames, stroke=1, fill=0)
