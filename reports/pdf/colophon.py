"""How a report begins and ends on paper: its title and words; what it was made from, what it shows and what not."""

from typing import BinaryIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from language import _
from language.in_words import time_in_words
from language.text import number, printable
from reports.output import Colophon, Made
from reports.pdf.page import ACCENT, MUTED, RULE, Document, row, text


def begin_paper(out: BinaryIO, title: str, meaning: str, made: Made, *, is_wide: bool = False) -> Document:
    """The first page: the election, the title, and in small print what the words of the report mean."""
    colophon = Colophon(printable(made.station, 120), printable(made.by, 120), time_in_words(made.at_utc, made.here))
    election = printable(made.election, 120)
    footer = (f"{title} · {election}", colophon.sentence)
    paper = Document(out, title=title, author=colophon.made_by, footer=footer, size=landscape(A4) if is_wide else A4)
    paper.new_page()
    paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
    paper.place(text(title, 20, face=1, color=ACCENT, leading=1.15), after_mm=2)
    paper.place(text(meaning, 8, color=MUTED), after_mm=3)
    if made.waiting:
        paper.place(text(made.waiting, 9.5), after_mm=3)
    return paper


def draw_colophon(paper: Document, colophon: Colophon) -> None:
    """Draw the honest sentence and the heads."""
    paper.heading(_("What this report shows, and what it does not"), keep_mm=30)
    if colophon.heads:
        held = _("It shows what the ledger of station {station} held on {time}, up to the heads listed and no further.")
    else:
        held = _(
            "It shows what the ledger of station {station} held on {time}; no heads were given to hold it against."
        )
    limits = _(
        "Records are signed and linked, so a later change to one is evident (tamper-evident). No record can show that "
        "both parties to a handover were truthful or that no copy took the place of the original on its own route, and "
        "the end of a log that nobody else has witnessed can be cut off unseen."
    )
    words = f"{held.format(station=colophon.station, time=colophon.made_at)} {limits}"
    if colophon.has_proof:
        words += " " + _(
            "The proof of each record is attached to this file. Whoever has the fingerprint of the election's root can "
            "check it, without us and without this ledger: python main.py verify FILE --root FINGERPRINT"
        )
    paper.place(text(words, 8.5, leading=1.4), after_mm=2)
    if not colophon.heads:
        return
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
    rest = [38.0, 16.0, 90.0]
    widths = [paper.width / mm - sum(rest), *rest]
    titles = [_("Log"), _("Station"), _("Records"), _("Root hash (SHA-256)")]
    paper.place(row([text(title, 7, color=MUTED) for title in titles], widths, line), keep_mm=8)
    for head in colophon.heads:
        cells = [printable(head.log, 80), printable(head.station, 80), number(head.size)]
        digest = text(printable(head.root_hex, 128), 6)
        paper.place(row([*(text(cell, 8) for cell in cells), digest], widths, line))
