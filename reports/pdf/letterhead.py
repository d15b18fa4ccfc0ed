"""The head of an office's paper: its lines, its address, its logo, by the template of its letters."""

from io import BytesIO

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Image

from reports.bast.letter_template import Template
from reports.pdf.letter import CENTRE, Letter


def draw_letterhead(paper: Letter, template: Template, *, office: str, election: str, station: str) -> None:
    """Draw it with a double rule below; nothing where the template has none."""
    blanks = {"office": office, "election": election, "station": station}
    lines = [template.filled(line, blanks) for line in template["letterhead.lines"]]
    below = [template.filled(line, blanks) for line in template["letterhead.address"]]
    if not lines and not below and not template.logo:
        return
    told = [paper.words(line, bold=True, align=CENTRE, scale=1.25) for line in lines]
    told += [paper.words(line, align=CENTRE, scale=0.85) for line in below]
    if template.logo:
        height_mm = float(template["letterhead.logo_height_mm"])
        side_mm = min(height_mm * 1.6, 40)
        logo = picture(template.logo, side_mm - 2, height_mm)
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
