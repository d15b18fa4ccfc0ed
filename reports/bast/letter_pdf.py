"""The BAST (Berita Acara Serah Terima) as an official letter in a PDF."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from reportlab.lib.units import mm

from custody.format.paper_codes import Sheet, pack_sheet, paper_id, parts
from language.text import printable
from reports.bast.letter_content import Closing, LetterContent, SignedRecord
from reports.bast.letter_facts import BastFacts
from reports.bast.letter_template import Template
from reports.bast.letter_words import letter_words
from reports.bast.template_keys import PAGE_SIZES_MM
from reports.pdf.data_qr import draw_grid, draw_symbol, spread
from reports.pdf.letter import Letter, Row
from reports.pdf.page import Margins, fonts

_NAME = 120
_HEAD_MM = 44.0
_LEAST_MM = 165.0
"""With so much room left, the codes of a single record stand below the annex: its modules stay as large."""


def write_bast(
    out: BinaryIO,
    facts: BastFacts,
    template: Template,
    sheets: Sequence[Sheet | None],
    signatures: Mapping[str, bytes] | None = None,
) -> None:
    """Write the letter as a PDF; the same facts, template and sheets give the same bytes.

    Args:
        sheets: of each record what its QR codes carry; None where the log's signed head is not known.
        signatures: drawn ones as PNG or JPEG pictures: `giver`, `receiver`, `driver`, `escort`, `witness-1` ...
    """
    margins = Margins(*(float(template[f"page.margin_{side}_mm"]) for side in ("left", "right", "top", "bottom")))
    title = template.text("title", election=facts.election.upper())
    name = template.text("number", number=facts.number)
    record = facts.records[0]
    paper = Letter(
        out,
        title=f"{printable(facts.number, _NAME)} · {title}",
        author=printable(facts.station, _NAME),
        footer=(f"{title} · {name}", f"{printable(record.log, 90)}:{record.seq} · {record.leaf[:16]}"),
        size_mm=PAGE_SIZES_MM[template["page.size"]],
        margins=margins,
        font=template["page.font"],
        font_size_pt=float(template["page.font_size_pt"]),
    )
    paper.new_page()
    words = letter_words(facts, template)
    for block in LetterContent(facts, words, template, sheets, signatures or {}, paper.width_mm).blocks():
        match block:
            case Closing():
                _draw_closing(paper, block)
            case SignedRecord():
                _draw_record(paper, block)
            case _:
                paper.draw(block)
    paper.finish()


def _draw_closing(paper: Letter, closing: Closing) -> None:
    block = paper.block(closing.words)
    paper.space(2.5)
    keep_mm = 4.0
    if closing.boxes:
        keep_mm += paper.block(closing.boxes[0]).wrap(paper.width, paper.height)[1] / mm
    height = block.wrap(paper.width, paper.height)[1]
    if height >= 60 * mm:
        paper.flow(block, after_mm=4)
        return
    if height + keep_mm * mm > paper.room:  # whoever signs a page of its own sees for what
        paper.new_page()
        paper.flow(paper.block(closing.in_short), after_mm=3)
    paper.place(block, after_mm=4, keep_mm=keep_mm)


def _draw_record(paper: Letter, record: SignedRecord) -> None:
    if not record.is_alone or paper.room < _LEAST_MM * mm:
        paper.new_page()
    else:
        paper.space(6)
    paper.flow(paper.block(record.title), after_mm=3)
    canvas, side = paper.canvas, _HEAD_MM * mm
    top = paper.y
    block = paper.block(Row([record.words], [paper.width_mm - _HEAD_MM - 4]))
    draw_symbol(canvas, record.sheet.head, paper.right - side, top - side, side)
    canvas.setFont(fonts()[0], 6.5)
    canvas.drawCentredString(paper.right - side / 2, top - side - 2 * mm, record.head)
    paper.place(block)
    paper.down_to(top - side - 5 * mm)
    data = pack_sheet(record.sheet)
    grid, pages = spread(data, paper.width_mm, paper.room / mm - 2)
    texts, name = parts(data, grid.count), paper_id(data)
    for shown in pages:
        if shown.start:
            paper.new_page()
        canvas.setFont(fonts()[0], 6.5)
        captions = [f"{name}  {index + 1}/{grid.count}" for index in shown]
        left = paper.left + (paper.width - grid.columns * grid.side_mm * mm) / 2
        draw_grid(canvas, grid, [texts[index] for index in shown], captions, left, paper.y)
