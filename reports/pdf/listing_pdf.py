"""A report of tables on wide paper: the title, what the words mean, the summary, then table by table."""

from typing import BinaryIO

from reports.listing import Listing, Section
from reports.output import Made
from reports.pdf.page import ACCENT, MUTED, RULE, TINT, Document, begin_paper, row, text


def write_listing_pdf(out: BinaryIO, listing: Listing, made: Made) -> None:
    """Write it; a row that is to be looked at first stands on a tint."""
    paper = begin_paper(out, listing.title, listing.meaning, made, is_wide=True)
    for line in listing.summary:
        paper.place(text(line, 9.5), after_mm=0.6)
    for section in listing.sections:
        if section.rows or section.empty:
            draw_section(paper, section)
    paper.finish()


def draw_section(paper: Document, section: Section) -> None:
    """One table with its heading; its column heads stand on each page that it goes over."""
    paper.column_heads = None
    paper.heading(section.heading, keep_mm=22)
    if not section.rows:
        paper.place(text(section.empty))
        return
    if section.draw is not None:
        section.draw(paper, section)
        return
    widths = list(section.widths_mm)
    heads = row(
        [text(title, 6.5, color=MUTED, align=0 if at < section.left else 2) for at, title in enumerate(section.titles)],
        widths,
        ("LINEBELOW", (0, 0), (-1, -1), 1.2, ACCENT),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
    )
    paper.place(heads, keep_mm=8)
    paper.column_heads = heads
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
    for number, cells in enumerate(section.rows):
        is_grave = number in section.grave
        face = int(is_grave)
        blocks = [text(cell, 8, face=face, align=0 if at < section.left else 2) for at, cell in enumerate(cells)]
        tint = [("BACKGROUND", (0, 0), (-1, -1), TINT)] if is_grave else []
        paper.place(row(blocks, widths, line, *tint))
    paper.column_heads = None
