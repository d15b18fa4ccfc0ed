"""Three usual ways of making sheets of QR labels, each with the same texts in the same places as Serah's."""

import base64
import html
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from labels.content import LabelContent
from labels.stock import STOCKS

STOCK = STOCKS["a4-3x7"]
MM = 72 / 25.4


def peers() -> Iterator[tuple[str, Callable[[list[LabelContent]], bytes]]]:
    """Each peer that can be had here, by name; a line says which cannot."""
    yield "reportlab QrCodeWidget", reportlab_widget
    yield "fpdf2 + segno", fpdf2_segno
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        print(f"WeasyPrint is left out: {error}")
    else:
        yield f"WeasyPrint {weasyprint.__version__} + qrcode", weasyprint_qrcode


def _texts(content: LabelContent) -> Iterator[tuple[float, float, str]]:
    """Size, height over the label's lower edge in mm, and text: the same words for every peer."""
    yield 10, 32, f"{content.title} {content.corner}"
    yield 24, 22, f"{content.lead} {content.headline}"
    for row, line in enumerate(content.lines):
        yield 8, 17 - 4 * row, line
    yield 9, 8, content.badge
    yield 9, 2, f"{content.code}  {content.footer}"


def reportlab_widget(contents: list[LabelContent]) -> bytes:
    """Reportlab's QrCodeWidget, as its manual shows it."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.pdfgen.canvas import Canvas

    from labels.draw import FONTS, register_fonts

    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(STOCK.page_width_mm * MM, STOCK.page_height_mm * MM))
    for number, content in enumerate(contents):
        if number and number % STOCK.per_page == 0:
            canvas.showPage()
        left_mm, top_mm = STOCK.position_mm(number % STOCK.per_page)
        x, y = left_mm * MM, (STOCK.page_height_mm - top_mm - STOCK.label_height_mm) * MM
        drawing = Drawing(30 * MM, 30 * MM)
        widget = QrCodeWidget(content.payload, barLevel="H", barWidth=30 * MM, barHeight=30 * MM, qrVersion=2)
        drawing.add(widget)
        renderPDF.draw(drawing, canvas, x, y + 6 * MM)
        for size, height, text in _texts(content):
            canvas.setFont(FONTS[True], size)
            canvas.drawString(x + 31 * MM, y + height * MM, text)
    canvas.save()
    return out.getvalue()


def fpdf2_segno(contents: list[LabelContent]) -> bytes:
    """fpdf2 with segno's symbols as PNG images of one pixel a module."""
    import reportlab
    import segno
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format=(STOCK.page_width_mm, STOCK.page_height_mm))
    pdf.set_auto_page_break(False)
    pdf.add_font("Vera", "", Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf")
    for number, content in enumerate(contents):
        if number % STOCK.per_page == 0:
            pdf.add_page()
        left, top = STOCK.position_mm(number % STOCK.per_page)
        image = io.BytesIO()
        segno.make_qr(content.payload, error="h", version=2, boost_error=False).save(image, kind="png", scale=1)
        pdf.image(image, left, top, 30, 30)
        for size, height, text in _texts(content):
            pdf.set_font("Vera", "", size)
            pdf.text(left + 31, top + STOCK.label_height_mm - height, text)
    return bytes(pdf.output())


def weasyprint_qrcode(contents: list[LabelContent]) -> bytes:
    """WeasyPrint's page of HTML, with qrcode's symbols as PNG images."""
    import qrcode
    import weasyprint

    pages: list[list[str]] = []
    for number, content in enumerate(contents):
        code = qrcode.QRCode(version=2, error_correction=qrcode.constants.ERROR_CORRECT_H, box_size=4, border=4)
        code.add_data(content.payload)
        image = io.BytesIO()
        code.make_image().save(image)
        left, top = STOCK.position_mm(number % STOCK.per_page)
        if number % STOCK.per_page == 0:
            pages.append([])
        texts = "".join(
            f'<p style="bottom:{height}mm;font-size:{size}pt">{html.escape(text)}</p>'
            for size, height, text in _texts(content)
        )
        data = base64.b64encode(image.getvalue()).decode()
        image_tag = f'<img src="data:image/png;base64,{data}">'
        pages[-1].append(f'<div style="left:{left}mm;top:{top}mm">{image_tag}{texts}</div>')
    style = (
        f"@page {{ size: {STOCK.page_width_mm}mm {STOCK.page_height_mm}mm; margin: 0 }}"
        "body { margin: 0; font-family: sans-serif }"
        f"section {{ position: relative; height: {STOCK.page_height_mm - 0.1}mm; break-after: page }}"
        f"div {{ position: absolute; width: {STOCK.label_width_mm}mm; height: {STOCK.label_height_mm}mm }}"
        "img { width: 30mm; height: 30mm } p { position: absolute; left: 31mm; margin: 0; white-space: nowrap }"
    )
    sections = "".join(f"<section>{''.join(page)}</section>" for page in pages)
    text = f"<style>{style}</style><body>{sections}</body>"
    return bytes(weasyprint.HTML(string=text).write_pdf())
