"""Pages of an official letter: its type, its numbered and labelled lines, and tables with ruled cells.

Text is set in Times, which every viewer has, as far as its letters go; a text with others is set in the embedded Vera.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table

from custody.format.paper_codes import Sheet, pack_sheet, paper_id, parts
from reports.bast.letter_template import Letterhead
from reports.pdf.data_qr import draw_grid, draw_symbol, spread
from reports.pdf.page import Document, Margins, fonts

LEFT, CENTRE, RIGHT, JUSTIFY = 0, 1, 2, 4
_LEADING = 1.28
_GRID_PT = 0.6
_HEAD_MM = 44.0
_LEAST_MM = 165.0
"""With so much room left, the codes of a single record stand below what was before them: its modules stay as large."""


class Words(NamedTuple):
    """A text as a letter shows it, to the character; `scale` is of the letter's size, `left_mm` the indent."""

    text: str
    bold: bool = False
    align: int = LEFT
    scale: float = 1
    left_mm: float = 0


class Picture(NamedTuple):
    """A PNG or JPEG picture as large as the room allows, its sides in proportion, in the middle."""

    data: bytes
    width_mm: float
    height_mm: float


class Text(NamedTuple):
    """Words on lines of their own; with `keep_mm` on one page, and so much room below them."""

    words: Words
    after_mm: float = 0
    keep_mm: float | None = None


class Title(NamedTuple):
    """The title of a section; it stays with what follows."""

    words: str
    keep_mm: float = 20


class Row(NamedTuple):
    """One row of blocks; ruled ones stand in boxes. A row taller than the page goes on over the next ones, unless it
    `is_whole`.
    """

    cells: Sequence[Any]
    widths_mm: Sequence[float]
    ruled: bool = False
    padding_pt: float = 0.8
    keep_mm: float = 0
    shade: Any = None
    is_whole: bool = False


class Boxes(NamedTuple):
    """Where people sign, side by side in columns of one width: rows of blocks that stay together."""

    rows: Sequence[Sequence[Any]]


class Heads(NamedTuple):
    """The heads of columns, here and on every page that begins after them; None: from here on none."""

    row: Row | None
    keep_mm: float = 0


class Space(NamedTuple):
    """Space, only on this page."""

    height_mm: float


class Page(NamedTuple):
    """The begin of a page."""


class Closing(NamedTuple):
    """The last sentence, which stays with the first boxes; `in_short` stands above it on a page of its own."""

    words: Words
    in_short: Words
    boxes: Sequence[Boxes]


class SignedRecord(NamedTuple):
    """A signed record as QR codes beside its log's signed head; one of several begins a page of its own."""

    title: Words
    words: Words
    head: str
    sheet: Sheet
    is_alone: bool


Block = Text | Title | Row | Boxes | Heads | Space | Page | Letterhead | Closing | SignedRecord


class Letter(Document):
    """A letter being written from the top down. Close it with `finish`."""

    def __init__(
        self,
        out: BinaryIO,
        *,
        title: str,
        author: str,
        footer: tuple[str, str],
        size_mm: tuple[float, float],
        margins: Margins,
        font: str,
        font_size_pt: float,
    ) -> None:
        size = (size_mm[0] * mm, size_mm[1] * mm)
        super().__init__(out, title=title, author=author, footer=footer, size=size, margins=margins)
        self.is_serif, self.size_pt = font == "serif", font_size_pt
        self.width_mm = self.width / mm

    def draw(self, block: Block) -> None:
        """Draw what a letter consists of, below the last block."""
        match block:
            case Text(words, after_mm, None):
                self.flow(self.block(words), after_mm=after_mm)
            case Text(words, after_mm, keep_mm):
                self.place(self.block(words), after_mm=after_mm, keep_mm=keep_mm or 0)
            case Title(title, keep_mm):
                self.space(2.5)
                self.place(self.words(title, bold=True), after_mm=1, keep_mm=keep_mm)
            case Row(is_whole=True):
                self.place(self.block(block), keep_mm=block.keep_mm)
            case Row():
                self._flow_row(self.block(block), block.keep_mm)
            case Boxes():
                self.place(self.block(block), after_mm=3)
            case Heads(None):
                self.column_heads = None
            case Heads(row, keep_mm):
                heads = self.block(row)
                self.place(heads, keep_mm=keep_mm)
                self.column_heads = heads
            case Space(height_mm):
                self.space(height_mm)
            case Page():
                self.new_page()
            case Closing():
                self._draw_closing(block)
            case SignedRecord():
                self._draw_record(block)
            case _:
                draw_letterhead(self, block)

    def _draw_closing(self, closing: Closing) -> None:
        block = self.block(closing.words)
        self.space(2.5)
        keep_mm = 4.0
        if closing.boxes:
            keep_mm += self.block(closing.boxes[0]).wrap(self.width, self.height)[1] / mm
        height = block.wrap(self.width, self.height)[1]
        if height >= 60 * mm:
            self.flow(block, after_mm=4)
            return
        if height + keep_mm * mm > self.room:  # whoever signs a page of its own sees for what
            self.new_page()
            self.flow(self.block(closing.in_short), after_mm=3)
        self.place(block, after_mm=4, keep_mm=keep_mm)

    def _draw_record(self, record: SignedRecord) -> None:
        if not record.is_alone or self.room < _LEAST_MM * mm:
            self.new_page()
        else:
            self.space(6)
        self.flow(self.block(record.title), after_mm=3)
        canvas, side = self.canvas, _HEAD_MM * mm
        top = self.y
        block = self.block(Row([record.words], [self.width_mm - _HEAD_MM - 4]))
        draw_symbol(canvas, record.sheet.head, self.right - side, top - side, side)
        canvas.setFont(fonts()[0], 6.5)
        canvas.drawCentredString(self.right - side / 2, top - side - 2 * mm, record.head)
        self.place(block)
        self.down_to(top - side - 5 * mm)
        data = pack_sheet(record.sheet)
        grid, pages = spread(len(data), self.width_mm, self.room / mm - 2)
        texts, name = parts(data, grid.count), paper_id(data)
        for shown in pages:
            if shown.start:
                self.new_page()
            canvas.setFont(fonts()[0], 6.5)
            captions = [f"{name}  {index + 1}/{grid.count}" for index in shown]
            left = self.left + (self.width - grid.columns * grid.side_mm * mm) / 2
            draw_grid(canvas, grid, [texts[index] for index in shown], captions, left, self.y)

    def block(self, block: Any) -> Any:
        """What reportlab draws for words, a picture, a row or boxes; anything else is that already."""
        match block:
            case Words(words, bold, align, scale, left_mm):
                return self.words(words, bold=bold, align=align, scale=scale, left_mm=left_mm)
            case Picture():
                return picture(*block)
            case Row(cells, widths_mm, ruled, padding_pt):
                shown = [self.block(cell) for cell in cells]
                return self.row_of(shown, widths_mm, ruled=ruled, shade=block.shade, padding_pt=padding_pt)
            case Boxes(rows):
                look = [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                    ("TOPPADDING", (0, 0), (-1, -1), 0.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
                ]
                widths = [self.width / len(rows[0])] * len(rows[0])
                return Table([[self.block(cell) for cell in row] for row in rows], colWidths=widths, style=look)
        return block

    def words(
        self, words: str, *, bold: bool = False, align: int = LEFT, scale: float = 1, left_mm: float = 0
    ) -> Paragraph:
        """A paragraph that shows these very characters; `scale` is of the letter's size, `left_mm` its indent."""
        size = self.size_pt * scale
        style = ParagraphStyle(
            "letter",
            fontName=self._face(words, bold),
            fontSize=size,
            leading=size * _LEADING,
            textColor=black,
            alignment=align,
            leftIndent=left_mm * mm,
        )
        return Paragraph(escape(words), style)

    def _face(self, words: str, bold: bool) -> str:
        if self.is_serif and _is_latin(words):
            return "Times-Bold" if bold else "Times-Roman"
        return fonts()[int(bold)]

    def space(self, height_mm: float) -> None:
        """Leave space, only on this page."""
        if self.room > height_mm * mm:
            self.place(Spacer(1, height_mm * mm))

    def grid(
        self,
        cells: Sequence[Any],
        widths_mm: Sequence[float],
        *,
        ruled: bool = False,
        padding_pt: float = 0.8,
        keep_mm: float = 0,
    ) -> None:
        """One row of blocks; ruled ones stand in boxes. A row taller than the page goes on over the next ones."""
        self._flow_row(self.row_of(cells, widths_mm, ruled=ruled, padding_pt=padding_pt), keep_mm)

    def row_of(
        self,
        cells: Sequence[Any],
        widths_mm: Sequence[float],
        *,
        ruled: bool = False,
        shade: Any = None,
        padding_pt: float = 0.8,
    ) -> Table:
        """The row as a block."""
        side = 3 if ruled else 0
        look: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE" if shade else "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), side),
            ("RIGHTPADDING", (0, 0), (-1, -1), side or 2),
            ("TOPPADDING", (0, 0), (-1, -1), padding_pt),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding_pt),
        ]
        if ruled:
            look.append(("GRID", (0, 0), (-1, -1), _GRID_PT, black))
        if shade:
            look.append(("BACKGROUND", (0, 0), (-1, -1), shade))
        widths = [width * mm for width in widths_mm]
        return Table([list(cells)], colWidths=widths, style=look, hAlign="LEFT", splitInRow=1)

    def _flow_row(self, block: Flowable, keep_mm: float = 0) -> None:
        """Put a row of a table; where it does not fit, and a page would not hold it either, its cells are split."""
        if block.wrap(self.width, self.height)[1] > self.room * 3:
            self.flow(block)
        else:
            self.place(block, keep_mm=keep_mm)


def _is_latin(words: str) -> bool:
    try:
        words.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


# --- The head of an office's paper: its lines, its address, its logo, by the template of its letters ------------------


def draw_letterhead(paper: Letter, head: Letterhead) -> None:
    """Draw it with a double rule below; nothing where the template has none."""
    lines, below = head.lines, head.address
    if not lines and not below and not head.logo:
        return
    told = [paper.words(line, bold=True, align=CENTRE, scale=1.25) for line in lines]
    told += [paper.words(line, align=CENTRE, scale=0.85) for line in below]
    if head.logo:
        height_mm = head.logo_height_mm
        side_mm = min(height_mm * 1.6, 40)
        logo = picture(head.logo, side_mm - 2, height_mm)
        cells, widths = [logo, told, ""], [side_mm, paper.width_mm - 2 * side_mm, side_mm]
        paper.place(paper.row_of(cells, widths, shade="white"))
    else:
        for line in told:
            paper.flow(line)
    paper.space(1.5)
    canvas, y = paper.canvas, paper.y
    canvas.setStrokeColor(black)
    for width, down in ((1.6, 0), (0.5, 2)):
        canvas.setLineWidth(width)
        canvas.line(paper.left, y - down, paper.right, y - down)
    paper.space(5)


def picture(data: bytes, width_mm: float, height_mm: float) -> Image:
    """A picture as large as the room allows, its sides in proportion, in the middle."""
    wide, high = ImageReader(BytesIO(data)).getSize()
    scale = min(width_mm * mm / wide, height_mm * mm / high)
    return Image(BytesIO(data), width=wide * scale, height=high * scale, mask="auto", hAlign="CENTER")
