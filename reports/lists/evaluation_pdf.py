"""The evaluation on wide paper: a first page for who has one minute, then chapter by chapter, and room to sign."""

from collections.abc import Sequence
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.platypus import Flowable

from language import _
from language.in_words import time_in_words
from language.text import printable
from reports.listing import Listing
from reports.lists.evaluation import Evaluation, Figure, evaluation_title
from reports.output import Colophon, Made
from reports.pdf.page import (
    ACCENT,
    INK,
    MUTED,
    RULE,
    TINT,
    Document,
    begin_paper,
    draw_colophon,
    draw_section,
    fitted,
    fonts,
    row,
    text,
)

_WIDTH_MM, _TILE_MM, _TILE_HIGH_MM, _TILE_GAP_MM = 261.0, 41.0, 21.0, 3.0
_SIGN_MM = 34.0


def write_evaluation_pdf(out: BinaryIO, evaluation: Evaluation, made: Made) -> None:
    """Write the evaluation as a PDF."""
    meaning = _("{office}. As of {time}. All figures follow from signed records; none is typed in.").format(
        office=printable(evaluation.office, 120), time=time_in_words(evaluation.as_of, evaluation.here)
    )
    paper = begin_paper(out, evaluation_title(), meaning, made, is_wide=True)
    paper.place(_Tiles(evaluation.figures), after_mm=2)
    paper.heading(_("Summary"))
    chapters = evaluation.on_paper()
    for at, chapter in enumerate(chapters, 1):
        cells = [text(f"{at}. {chapter.title}", 8.5, face=1), [text(line, 8.5) for line in chapter.summary[:6]]]
        paper.place(row(cells, [61.0, 200.0], ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)))
    for at, chapter in enumerate(chapters, 1):
        _draw_chapter(paper, at, chapter)
    _draw_signatures(paper)
    names = printable(made.station, 120), printable(made.by, 120)
    draw_colophon(paper, Colophon(*names, time_in_words(made.at_utc, made.here), evaluation.heads))
    paper.finish()


def _draw_chapter(paper: Document, at: int, chapter: Listing) -> None:
    """One chapter: its number and title, what its words mean, its lines, its tables."""
    paper.running = ""
    if paper.room < 90 * mm:
        paper.new_page()
    paper.canvas.bookmarkPage(f"chapter-{at}")
    paper.canvas.add_to_outline(f"{at}. {chapter.title}", f"chapter-{at}")
    paper.heading(f"{at}. {chapter.title}", keep_mm=40, size_pt=14)
    if chapter.meaning:
        paper.place(text(chapter.meaning, 7.5, color=MUTED), after_mm=2)
    for line in chapter.summary:
        paper.place(text(line, 9.5), after_mm=0.6)
    for section in chapter.sections:
        if section.rows or section.empty:
            draw_section(paper, section)


def _draw_signatures(paper: Document) -> None:
    """Draw the space for the signatures of the evaluator and of the one who takes note."""
    titles = [_("Prepared by"), _("Acknowledged by")]
    paper.heading(_("Signatures"), keep_mm=_SIGN_MM + 12)
    paper.place(_Signatures(titles))


class _Tiles(Flowable):  # type: ignore[misc]
    """The large figures, side by side."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        super().__init__()
        self._figures = figures

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, _TILE_HIGH_MM * mm

    def draw(self) -> None:
        canvas = self.canv
        for at, figure in enumerate(self._figures):
            left = at * (_TILE_MM + _TILE_GAP_MM) * mm
            canvas.setFillColor(TINT)
            canvas.rect(left, 0, _TILE_MM * mm, _TILE_HIGH_MM * mm, stroke=0, fill=1)
            canvas.setFillColor(ACCENT)
            canvas.rect(left, 0, 1.2 * mm, _TILE_HIGH_MM * mm, stroke=0, fill=1)
            canvas.setFont(fonts()[1], 17)
            canvas.drawString(left + 4 * mm, 10.5 * mm, figure.words)
            canvas.setFillColor(INK)
            canvas.setFont(fonts()[0], 7.5)
            room = (_TILE_MM - 6) * mm
            lines = simpleSplit(figure.label, fonts()[0], 7.5, room)
            lines = [*lines[:1], " ".join(lines[1:])] if len(lines) > 1 else lines
            for number, line in enumerate(lines):
                lowest = 4.5 if len(lines) == 1 else 5.6 - 3.2 * number
                canvas.drawString(left + 4 * mm, lowest * mm, fitted(line, 7.5, room))


class _Signatures(Flowable):  # type: ignore[misc]
    """A place for each signature: who it is, place and date, a line for the name."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__()
        self._titles = titles

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return _WIDTH_MM * mm, _SIGN_MM * mm

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFillColor(INK)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.6)
        for at, title in enumerate(self._titles):
            left = (10 + at * 140) * mm
            canvas.setFont(fonts()[0], 9)
            canvas.drawString(left, 30 * mm, title)
            canvas.line(left, 6 * mm, left + 80 * mm, 6 * mm)
            canvas.setFont(fonts()[0], 7.5)
            canvas.drawString(left, 2 * mm, _("Name, function, date"))
