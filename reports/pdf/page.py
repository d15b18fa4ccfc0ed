"""Pages of a PDF report: fonts, colours, a cursor that goes down the page, and a footer with page x of y.

Knows paper; knows nothing of items or custody. Blocks go to the canvas as they come and are forgotten; a page
goes to the file when it ends.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString, PDFZCompress
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Table

from custody.errors import N_
from language import _, chosen
from language.in_words import time_in_words
from language.text import fill, number, printable
from reports.listing import Listing, Section
from reports.output import Colophon, Made
from reports.pdf.streamed import StreamedCanvas

INK, MUTED, RULE, TINT = HexColor("#1B2430"), HexColor("#5A6470"), HexColor("#C8D0D7"), HexColor("#F1F5F6")
ACCENT, WHITE = HexColor("#0F4C5C"), HexColor("#FFFFFF")
MARGIN_MM, TOP_MM, BOTTOM_MM = 18, 14, 21
_FOOT_MM, _PAGE_MM = 13.0, 34.0
"""Height of the footer's first line, and the width that it leaves for the page's number."""


@cache
def fonts() -> tuple[str, str, str]:
    """The names of the regular, bold and italic faces; Bitstream Vera, which reportlab carries, is embedded."""
    for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf"), ("Vera-Italic", "VeraIt.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    return "Vera", "Vera-Bold", "Vera-Italic"


@cache
def style(size_pt: float, face: int = 0, color: Any = INK, align: int = 0, leading: float = 1.3) -> ParagraphStyle:
    """A way to set text; `face` 0 is regular, 1 bold, 2 italic; `align` 0 is left, 1 centre, 2 right."""
    name = f"{size_pt}-{face}-{color.hexval()}-{align}"
    return ParagraphStyle(
        name, fontName=fonts()[face], fontSize=size_pt, leading=size_pt * leading, textColor=color, alignment=align
    )


def text(words: str, size_pt: float = 9, **how: Any) -> Paragraph:
    """Make a paragraph that shows these characters as they are, without markup."""
    return Paragraph(escape(words), style(size_pt, **how))


def row(cells: list[Any], widths_mm: list[float], *commands: tuple[Any, ...], padding_pt: float = 2) -> Table:
    """One row of blocks side by side; rows are placed one by one, so that a long table breaks between any two."""
    plain = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), padding_pt),
        ("BOTTOMPADDING", (0, 0), (-1, -1), padding_pt),
    ]
    return Table([cells], colWidths=[width * mm for width in widths_mm], style=[*plain, *commands], hAlign="LEFT")


@dataclass(frozen=True, slots=True)
class Margins:
    """The white around a page's text, in mm; the footer stands in the lower one, which is at least 18."""

    left_mm: float = MARGIN_MM
    right_mm: float = MARGIN_MM
    top_mm: float = TOP_MM
    bottom_mm: float = BOTTOM_MM


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a block was put: its page, counted from 1, and its box in points from the lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


class Document:
    """A PDF being written from the top down. Close it with `finish`."""

    def __init__(
        self,
        out: BinaryIO,
        *,
        title: str,
        author: str,
        footer: tuple[str, str],
        size: tuple[float, float] = A4,
        margins: Margins = Margins(),
    ) -> None:
        fonts()
        self.canvas = StreamedCanvas(out, size, chosen())
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setCreator("Serah")
        self.margins, self.height = margins, size[1]
        self.left, self.right = margins.left_mm * mm, size[0] - margins.right_mm * mm
        self.width = self.right - self.left
        self.page = 0
        self.running = ""
        self.column_heads: Flowable | None = None
        self._footer = footer
        self._y = 0.0

    @property
    def room(self) -> float:
        """Points left on this page above the footer."""
        return self._y - float(self.margins.bottom_mm * mm)

    @property
    def y(self) -> float:
        """Where the next block begins: points above the page's lower edge."""
        return self._y

    def down_to(self, y: float) -> None:
        """Let the next block begin there, if it would begin higher."""
        self._y = min(self._y, y)

    def new_page(self) -> None:
        """Begin a page, ending the one before; it carries `running` and then `column_heads`, where they are set."""
        if self.page:
            self.canvas.showPage()
        self.page += 1
        self._y = self.height - self.margins.top_mm * mm
        self._draw_footer()
        if self.running:
            self.place(text(self.running, 7.5, color=MUTED), after_mm=1)
            self.rule(after_mm=4)
        if self.column_heads:
            self.place(self.column_heads)

    def place(self, block: Flowable, *, after_mm: float = 0, keep_mm: float = 0) -> Spot:
        """Put a block below the last one, on a new page where it and `keep_mm` below it do not fit here."""
        _width, height = block.wrap(self.width, self.height)
        if height + keep_mm * mm > self.room and self.room < self._full_room():
            self.new_page()
        self._y -= height
        block.drawOn(self.canvas, self.left, self._y)
        spot = Spot(self.page, self.left, self._y, self.right, self._y + height)
        self._y -= after_mm * mm
        return spot

    def flow(self, block: Flowable, *, after_mm: float = 0) -> None:
        """Put a text below the last block, and what of it does not fit on this page onto the next ones."""
        while block.wrap(self.width, self.height)[1] > self.room:
            parts = block.split(self.width, self.room)
            if len(parts) == 2:
                self.place(parts[0])
                block = parts[1]
            elif self.room >= self._full_room():
                break  # larger than any page, and not to be split
            self.new_page()
        self.place(block)
        self._y -= after_mm * mm

    def rule(self, *, after_mm: float = 0) -> None:
        """Draw a hairline from margin to margin."""
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(self.left, self._y, self.right, self._y)
        self._y -= after_mm * mm

    def heading(self, words: str, *, keep_mm: float = 25, size_pt: float = 11) -> None:
        """Begin a section; it stays with at least `keep_mm` of what follows."""
        self._y -= 5 * mm
        self.place(text(words, size_pt, face=1, color=ACCENT), after_mm=2.5, keep_mm=keep_mm)

    def attach(self, name: str, data: bytes) -> None:
        """Put a file inside the PDF (ISO 32000-1 §7.11.4), which viewers list as an attachment."""
        document = self.canvas._doc
        stream = PDFStream(content=data, filters=[PDFZCompress])
        stream.dictionary.dict |= {"Type": PDFName("EmbeddedFile"), "Params": PDFDictionary({"Size": len(data)})}
        content = PDFDictionary({"F": document.Reference(stream)})
        file = PDFDictionary({"Type": PDFName("Filespec"), "F": PDFString(name), "UF": PDFString(name), "EF": content})
        files = PDFDictionary({"Names": PDFArray([PDFString(name), document.Reference(file)])})
        self.canvas.setCatalogEntry("Names", PDFDictionary({"EmbeddedFiles": files}))

    def finish(self) -> None:
        """Fill in the number of pages and write the file's end."""
        self.canvas.showPage()
        for page in range(1, self.page + 1):
            self.canvas.beginForm(f"page-{page}")
            self.canvas.setFont(fonts()[0], 7)
            self.canvas.setFillColor(MUTED)
            words = _("Page {page} of {count}").format(page=number(page), count=number(self.page))
            self.canvas.drawRightString(self.right, _FOOT_MM * mm, words)
            self.canvas.endForm()
        self.canvas.save()

    def _full_room(self) -> float:
        return float(self.height - (self.margins.top_mm + self.margins.bottom_mm) * mm)

    def _draw_footer(self) -> None:
        canvas = self.canvas
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self.left, (_FOOT_MM + 4) * mm, self.right, (_FOOT_MM + 4) * mm)
        canvas.doForm(f"page-{self.page}")  # drawn by `finish`, when the number of pages is known
        canvas.setFont(fonts()[0], 7)
        canvas.setFillColor(MUTED)
        for line, words in enumerate(self._footer):
            room = self.width if line else self.width - _PAGE_MM * mm  # the page's number is on the first line
            canvas.drawString(self.left, (_FOOT_MM - 3.4 * line) * mm, fitted(words, 7, room))
        canvas.restoreState()


def fitted(words: str, size_pt: float, room_pt: float) -> str:
    """The words, cut with an ellipsis where they are wider than the room."""
    if pdfmetrics.stringWidth(words, fonts()[0], size_pt) <= room_pt:
        return words
    while words and pdfmetrics.stringWidth(words + "…", fonts()[0], size_pt) > room_pt:
        words = words[:-1]
    return words + "…"


# --- How a report begins and ends on paper: its title and words; what it was made from, what it shows and what not ----


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
    draw_waiting(paper, made.waiting)
    return paper


def draw_waiting(paper: Document, waiting: str) -> None:
    """Draw what is not counted because its station waits for admission, where there is any."""
    if waiting:
        paper.place(text(waiting, 9.5), after_mm=3)


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
        proof = N_(
            "The proof of each record is attached to this file. Whoever has the fingerprint of the election's root can "
            "check it, without us and without this ledger: {way}"
        )
        words += " " + fill(proof, {"way": "verify_root"})
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
    for at_row, cells in enumerate(section.rows):
        is_grave = at_row in section.grave
        face = int(is_grave)
        blocks = [text(cell, 8, face=face, align=0 if at < section.left else 2) for at, cell in enumerate(cells)]
        tint = [("BACKGROUND", (0, 0), (-1, -1), TINT)] if is_grave else []
        paper.place(row(blocks, widths, line, *tint))
    paper.column_heads = None
