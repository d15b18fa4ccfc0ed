"""The guides for who installs and for who works at the page, as PDFs for printing: from the documents on a screen."""

import io
import re
from posixpath import dirname, normpath
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Image, Paragraph

import language
from reports.pdf.page import ACCENT, MUTED, Document, style, text
from tools.release.parts import Files

GUIDES = {
    "PANDUAN-PEMASANGAN.pdf": ("id", "docs/id/panduan-pemasangan.md"),
    "INSTALL-GUIDE.pdf": ("en", "docs/installing.md"),
    "PANDUAN-HALAMAN.pdf": ("id", "docs/id/panduan-halaman.md"),
}
"""Of each PDF in a release's folder: its language, and the document that it is made from."""
_MOST_MM = {"docs/id/panduan-halaman.md": (128.0, 72.0)}
"""How large its pictures are at most, where they are read as a booklet; else `_SMALL_MM`."""
_SMALL_MM = (106.0, 48.0)
_BODY_PT = 9.0


def guide(name: str, version: str, files: Files) -> bytes:
    """One of `GUIDES`, from the program's files; the same bytes each time."""
    lang, source = GUIDES[name]
    before = language.chosen()
    language.use_in_process(lang)
    try:
        return _drawn(files, source, version)
    finally:
        language.use_in_process(before)


def _drawn(files: Files, source: str, version: str) -> bytes:
    blocks = _blocks(files[source].data.decode())
    title = blocks[0].removeprefix("# ")
    out = io.BytesIO()
    paper = Document(out, title=title, author="Serah", footer=(f"Serah {version} · {title}", ""))
    paper.new_page()
    paper.place(text(title, 20, face=1, color=ACCENT, leading=1.15), after_mm=3)
    for block in blocks[1:]:
        if block.startswith("## "):
            paper.heading(block[3:], keep_mm=20)
        elif picture := re.fullmatch(r"!\[(.*)\]\((.*)\)", block):
            most_mm = _MOST_MM.get(source, _SMALL_MM)
            _picture(paper, files[normpath(f"{dirname(source)}/{picture[2]}")].data, picture[1], most_mm)
        elif block.startswith("```"):
            paper.place(text(block.split("\n")[1], _BODY_PT, face=1), after_mm=2.5)
        else:
            for line in block.split("\n"):
                words = line.removeprefix("- ")
                paper.flow(Paragraph(("•  " if words != line else "") + _marked(words), style(_BODY_PT, leading=1.4)))
            paper.place(text("", 2), after_mm=1)
    paper.finish()
    return out.getvalue()


def _blocks(words: str) -> list[str]:
    """Paragraphs, headings, lists, pictures and commands, as blank lines part them."""
    return [block.strip() for block in re.split(r"\n\s*\n", words) if block.strip()]


def _marked(words: str) -> str:
    """Our few marks as those of a paragraph: bold, italic, code; of a link its words."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", escape(words))
    for mark, face in (("\\*\\*", 1), ("`", 1), ("\\*", 2)):
        name = style(_BODY_PT, face).fontName
        words = re.sub(rf"{mark}(.+?){mark}", rf'<font name="{name}">\1</font>', words)
    return words


def _picture(paper: Document, data: bytes, caption: str, most_mm: tuple[float, float]) -> None:
    wide, high = ImageReader(io.BytesIO(data)).getSize()
    scale = min(most_mm[0] * mm / wide, most_mm[1] * mm / high)
    paper.place(Image(io.BytesIO(data), wide * scale, high * scale, hAlign="LEFT"), after_mm=1, keep_mm=6)
    paper.place(text(caption, 7.5, color=MUTED), after_mm=2.5)
