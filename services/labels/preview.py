"""A picture of the first page of labels, as a printer would put it on paper, marked as no label."""

from collections.abc import Iterable
from io import BytesIO
from itertools import islice
from pathlib import Path

from labels.content import LabelContent
from labels.layout import PT_PER_MM
from labels.sheet import write_sheets
from language import _
from scanner.sources.pages import draw_page
from services.labels.print_job import PrintJob

_WIDTH_PX = 900
_MARK = (180, 30, 30, 90)


def draw_preview(out: Path, job: PrintJob, contents: Iterable[LabelContent]) -> None:
    """Draw the first page of a job as PNG, from as many of its labels as that takes; records nothing.

    Raises:
        LabelError: there is no label, or one does not fit the stock.
    """

    stock = job.stock
    count = max(stock.per_page - job.start + 1, 1)
    page = BytesIO()
    write_sheets(
        page,
        islice(contents, count),
        stock,
        start=job.start,
        cut_marks=job.cut_marks,
        adjustment=job.adjustment,
        title=_("Preview"),
    )
    dpi = round(72 * _WIDTH_PX / (stock.page_width_mm * PT_PER_MM))
    out.write_bytes(_marked(draw_page(page.getvalue(), dpi)[..., ::-1]))


def _marked(pixels) -> bytes:  # type: ignore[no-untyped-def]  # an array of red, green and blue
    """The picture with the word Preview across it: who prints the screen has no label."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(pixels.copy()).convert("RGBA")
    word, side = _("Preview").upper(), max(image.size)
    sheet = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    font = ImageFont.load_default(size=max(side // (len(word) + 1), 12))
    ImageDraw.Draw(sheet).text((side // 2, side // 2), word, font=font, fill=_MARK, anchor="mm")
    left, top = (side - image.width) // 2, (side - image.height) // 2
    turned = sheet.rotate(30).crop((left, top, left + image.width, top + image.height))
    out = BytesIO()
    Image.alpha_composite(image, turned).convert("RGB").save(out, "PNG", optimize=False)
    return out.getvalue()
