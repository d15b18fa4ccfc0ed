"""Print, rasterise, read: what a label says is what a reader finds on its page."""

import io

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from labels.layout import PT_PER_MM, Box
from labels.sheet import write_sheets
from labels.stock import STOCKS, Stock
from labels.symbol import QUIET_MODULES, choose_version
from tests.support.label_examples import contents, contents_for, layout_of

try:
    from pyzbar.pyzbar import ZBarSymbol, decode
except (ImportError, OSError):
    decode = None

DPI = 150


def pages(sheet: Stock, chosen, dpi: int = DPI, **options) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document(sheet, chosen, **options)]


def document(sheet: Stock, chosen, **options) -> pypdfium2.PdfDocument:
    out = io.BytesIO()
    write_sheets(out, chosen, sheet, title="Labels", **options)
    return pypdfium2.PdfDocument(out.getvalue())


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)]


QUICK = {"a4-3x7", "avery-l4732", "letter-5160", "roll-50x30", "roll-100x50"}
"""The least and the most on a page, the smallest and both papers."""
EVERY = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in STOCKS]


@pytest.mark.parametrize("name", EVERY)
def test_every_label_reads_back_from_its_page_at_150_dpi(name):
    chosen = contents_for(STOCKS[name])
    images = pages(STOCKS[name], chosen)
    found = sorted(text for image in images for text in read(image))
    assert found == sorted(
        content.payload for content in chosen for _ in layout_of(STOCKS[name], content.twice).symbols
    )
    if decode is not None:
        by_pyzbar = {code.data.decode() for image in images for code in decode(image, symbols=[ZBarSymbol.QRCODE])}
        assert by_pyzbar == set(found)


@pytest.mark.parametrize("name", ["roll-50x30", pytest.param("avery-l4732", marks=pytest.mark.slow)])
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_reads_in_every_orientation(name, degrees):
    chosen = contents()[:3]
    found = {text for image in pages(STOCKS[name], chosen) for text in read(image.rotate(degrees, expand=True))}
    assert found == {content.payload for content in chosen}


def test_either_symbol_of_a_pair_is_enough():
    sheet, [content] = STOCKS["roll-50x30"], [c for c in contents() if c.twice][:1]
    [image] = pages(sheet, [content])
    middle = image.width // 2
    for half in ((0, 0, middle, image.height), (middle, 0, image.width, image.height)):
        assert read(image.crop(half)) == [content.payload]


@pytest.mark.parametrize("name", STOCKS)
def test_four_modules_around_every_symbol_are_white(name):
    sheet, dpi = STOCKS[name], 300
    per_mm = dpi / 25.4
    for content in (contents()[0], contents()[1]):
        [page] = document(sheet, [content])
        left_mm, top_mm = sheet.position_mm(0)
        right_mm, low_mm = left_mm + sheet.label_width_mm, top_mm + sheet.label_height_mm
        beyond_mm = (0, sheet.page_height_mm - low_mm, sheet.page_width_mm - right_mm, 0)
        image = page.render(scale=dpi / 72, crop=tuple(mm * PT_PER_MM for mm in beyond_mm)).to_pil().convert("L")
        for symbol in layout_of(sheet, content.twice).symbols:
            version = choose_version(len(content.payload), symbol.width_mm)
            quiet_mm = QUIET_MODULES * version.module_mm(symbol.width_mm)
            square = image.crop(pixels(symbol, left_mm, top_mm, per_mm))
            dark = Image.eval(square, lambda level: 255 * (level < 128)).getbbox()
            assert dark is not None
            margins_px = (dark[0], dark[1], square.width - dark[2], square.height - dark[3])
            assert min(margins_px) >= quiet_mm * per_mm - 2


def pixels(box: Box, left_mm: float, top_mm: float, per_mm: float) -> tuple[int, int, int, int]:
    edges_mm = (left_mm + box.left_mm, top_mm + box.top_mm, left_mm + box.right_mm, top_mm + box.bottom_mm)
    left, top, right, bottom = (round(edge * per_mm) for edge in edges_mm)
    return left, top, right, bottom


def test_a_half_used_sheet_begins_at_the_label_asked_for():
    sheet, chosen = STOCKS["a4-2x4"], [c for c in contents() if not c.twice][:3]
    first, second = pages(sheet, chosen, start=7)
    found = zxingcpp.read_barcodes(first)
    assert len(found) == 2 and len(read(second)) == 1
    assert min(code.position.top_left.y for code in found) > first.height * 0.75
