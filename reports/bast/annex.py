"""The annexes of a BAST: every code by destination and kind, and the QR codes that carry the signed record."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from custody.format.codes import show_code
from custody.format.paper_codes import Sheet, pack_sheet, paper_id, parts
from language import _, chosen
from language.text import number
from reports.bast.letter_facts import BastFacts, Line
from reports.bast.letter_template import Template
from reports.bast.letter_words import kind_word
from reports.pdf.data_qr import draw_grid, draw_symbol, spread
from reports.pdf.letter import CENTRE, JUSTIFY, Letter
from reports.pdf.page import fonts
from reports.words import place_path

HOW: Mapping[str, Mapping[str, str]] = {
    "id": {"camera": "K", "wedge": "P", "typed": "T", "matched": "C"},
    "en": {"camera": "C", "wedge": "S", "typed": "T", "matched": "M"},
}
"""How a label was read, as a letter behind its code."""
_SCALE = 0.82
_KIND_MM, _COLUMNS = 34.0, 3
_HEAD_MM = 44.0
_LEAST_MM = 165.0
"""With so much room left, the codes of a single record stand below the annex: its modules stay as large."""


def draw_annex(paper: Letter, facts: BastFacts, template: Template) -> None:
    """The codes of all that was taken or refused, on pages of their own."""
    if not facts.lines:
        return
    paper.new_page()
    paper.flow(paper.words(template.text("annex_title", number=facts.number), bold=True, align=CENTRE), after_mm=2)
    words = template.text("annex", number=facts.number, count=number(len(facts.lines)))
    paper.flow(paper.words(words, align=JUSTIFY, scale=_SCALE), after_mm=2)
    flagged = {finding.item for finding in facts.findings if "item" in finding.values}  # not what all share
    for to, goods in groupby(facts.lines, key=lambda line: line.to):
        lines = list(goods)
        where = place_path(facts.places, to) if to else _("not registered here")
        paper.space(1)
        title = f"{where} ({number(len(lines))})"
        paper.place(paper.words(title, bold=True, scale=_SCALE), after_mm=0.4, keep_mm=6)
        for kind, of_kind in groupby(lines, key=lambda line: line.kind):
            _draw_kind(paper, facts, kind, list(of_kind), flagged)
    if facts.carried:
        _draw_carried(paper, facts)


def _draw_carried(paper: Letter, facts: BastFacts) -> None:
    """What moved inside other things: their codes, in one list."""
    title = _("Inside, not seen one by one") + f" ({number(len(facts.carried))})"
    paper.space(1)
    paper.place(paper.words(title, bold=True, scale=_SCALE), after_mm=0.4, keep_mm=6)
    for kind, of_kind in groupby(sorted(facts.carried, key=lambda item: item.kind), key=lambda item: item.kind):
        codes = ", ".join(show_code(item.code) for item in of_kind)
        cells = [paper.words(kind_word(facts.needs, kind), scale=_SCALE), paper.words(codes, scale=_SCALE)]
        paper.grid(cells, [_KIND_MM, paper.width_mm - _KIND_MM], padding_pt=0.3)


def _draw_kind(paper: Letter, facts: BastFacts, kind: str, lines: Sequence[Line], flagged: set[str | None]) -> None:
    column_mm = (paper.width_mm - _KIND_MM) / _COLUMNS
    name = f"{kind_word(facts.needs, kind)} ({number(len(lines))})"
    for first in range(0, len(lines), _COLUMNS):
        shown = lines[first : first + _COLUMNS]
        cells: list[Flowable | str] = [paper.words("" if first else name, scale=_SCALE)]
        cells += [paper.words(_code_text(line, line.code in flagged), scale=_SCALE) for line in shown]
        cells += [""] * (_COLUMNS - len(shown))
        paper.place(paper.row_of(cells, [_KIND_MM] + [column_mm] * _COLUMNS, padding_pt=0.3))


def _code_text(line: Line, is_flagged: bool) -> str:
    print_ = "–" if line.print is None else f"{line.print:02d}"
    marks = f"{' ×' if line.is_refused else ''}{' !' if is_flagged else ''}"
    return f"{show_code(line.code)} {print_} {HOW[chosen()].get(line.how, '?')}{marks}"


def draw_codes(paper: Letter, facts: BastFacts, template: Template, sheets: Sequence[Sheet | None]) -> None:
    """The signed records as QR codes, beside their log's signed head; each of several begins a page of its own."""
    for place, sheet in enumerate(sheets, 1):
        if sheet is None:
            continue
        if len(sheets) > 1 or paper.room < _LEAST_MM * mm:
            paper.new_page()
        else:
            paper.space(6)
        title = template.text("codes_title", number=facts.number)
        if len(sheets) > 1:
            title += f" ({place}/{len(sheets)})"
        paper.flow(paper.words(title, bold=True, align=CENTRE), after_mm=3)
        _draw_record(paper, facts, template, sheet)


def _draw_record(paper: Letter, facts: BastFacts, template: Template, sheet: Sheet) -> None:
    canvas, side = paper.canvas, _HEAD_MM * mm
    top = paper.y
    words = template.text("codes", number=facts.number)
    block = paper.row_of([paper.words(words, align=JUSTIFY)], [paper.width_mm - _HEAD_MM - 4])
    draw_symbol(canvas, sheet.head, paper.right - side, top - side, side)
    canvas.setFont(fonts()[0], 6.5)
    size = int(sheet.head.split("\n")[1])
    canvas.drawCentredString(paper.right - side / 2, top - side - 2 * mm, template.text("head", count=number(size)))
    paper.place(block)
    paper.down_to(top - side - 5 * mm)
    data = pack_sheet(sheet)
    grid, pages = spread(data, paper.width_mm, paper.room / mm - 2)
    texts, name = parts(data, grid.count), paper_id(data)
    for shown in pages:
        if shown.start:
            paper.new_page()
        canvas.setFont(fonts()[0], 6.5)
        captions = [f"{name}  {index + 1}/{grid.count}" for index in shown]
        left = paper.left + (paper.width - grid.columns * grid.side_mm * mm) / 2
        draw_grid(canvas, grid, [texts[index] for index in shown], captions, left, paper.y)
