"""The BAST (Berita Acara Serah Terima) as an official letter in a PDF."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from custody.format.paper_codes import Sheet
from language.text import printable
from reports.bast.letter_content import LetterContent
from reports.bast.letter_facts import BastFacts
from reports.bast.letter_template import Template
from reports.bast.letter_words import letter_words
from reports.bast.template_keys import PAGE_SIZES_MM
from reports.pdf.letter import Letter
from reports.pdf.page import Margins

_NAME = 120


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
    words, values = letter_words(facts, template), template.values
    margins = Margins(*(float(values[f"page.margin_{side}_mm"]) for side in ("left", "right", "top", "bottom")))
    record = facts.records[0]
    paper = Letter(
        out,
        title=f"{printable(facts.number, _NAME)} · {words.title}",
        author=printable(facts.station, _NAME),
        footer=(f"{words.title} · {words.number}", f"{printable(record.log, 90)}:{record.seq} · {record.leaf[:16]}"),
        size_mm=PAGE_SIZES_MM[values["page.size"]],
        margins=margins,
        font=values["page.font"],
        font_size_pt=float(values["page.font_size_pt"]),
    )
    paper.new_page()
    for block in LetterContent(facts, words, template, sheets, signatures or {}, paper.width_mm).blocks():
        paper.draw(block)
    paper.finish()
