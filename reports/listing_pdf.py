"""A report of tables on wide paper: the title, what the words mean, the summary, then table by table."""

from typing import BinaryIO

from reportlab.lib.pagesizes import A4, landscape

from language.text import local_time, printable
from reports.colophon import Colophon
from reports.listing import Listing, Made, Section
from reports.paper import ACCENT, MUTED, RULE, TINT, Paper, row, text


def write_listing_pdf(out: BinaryIO, listing: Listing, made: Made) -> None:
    """Write it; a row that is to be looked at first stands on a tint."""
    paper = begin_paper(out, listing.title, made, size=landscape(A4))
    paper.place(text(listing.meaning, 8, color=MUTED), after_mm=3)
    for line in listing.summary:
        paper.place(text(line, 9.5), after_mm=0.6)
    for section in listing.sections:
        if section.rows or section.empty:
            draw_section(paper, section)
    paper.finish()


def begin_paper(out: BinaryIO, title: str, made: Made, *, size: tuple[float, float]) -> Paper:
    """The first page with the election and the title."""
    colophon = Colophon(printable(made.station, 120), printable(made.by, 120), local_time(made.at_utc, made.here))
    election = printable(made.election, 120)
    footer = (f"{title} · {election}", colophon.sentence)
    paper = Paper(out, title=title, author=colophon.made_by, footer=footer, size=size)
    paper.new_page()
    paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
    paper.place(text(title, 20, face=1, color=ACCENT, leading=1.15), after_mm=2)
    return paper


def draw_section(paper: Paper, section: Section) -> None:
    """One table with its heading; its column heads stand on each page that it goes over."""
    paper.column_heads = None
    paper.heading(section.heading, keep_mm=22)
    if not section.rows:
        paper.place(text(section.empty))
        return
    widths = list(section.widths_mm)
    heads = row(
        [text(title, 6.5, color=MUTED, align=0 if at < section.left else 2)
         for at, title in enumerate(section.titles)],
        widths, ("LINEBELOW", (0, 0), (-1, -1), 1.2, ACCENT), ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
    )  # fmt: skip
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
