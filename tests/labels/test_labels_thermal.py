"""Thermal labels are drawn by another's ZPL renderer and by a TSPL reader of our own, and read by both engines."""

import re

import pytest
import zplkit
import zxingcpp
from PIL import Image
from zplkit.rendering import Limits

from custody.errors import LabelError
from labels.bitmap import DOTS_PER_MM, Plotter
from labels.stock import STOCKS, Stock
from labels.symbol import LEAST_MODULE_MM, choose_version
from labels.thermal import thermal_labels
from tests.support.label_examples import contents, contents_for, layout_of

try:
    from pyzbar.pyzbar import ZBarSymbol, decode
except (ImportError, OSError):
    decode = None

ROLLS = [name for name in STOCKS if STOCKS[name].is_roll]
FINEST = ("roll-100x150", 300)
HEADS = [
    pytest.param(name, dpi, marks=pytest.mark.slow if (name, dpi) == FINEST else ())
    for name in ROLLS
    for dpi in DOTS_PER_MM
]


def drawn_by_zplkit(zpl: bytes) -> list[Image.Image]:
    blank = zplkit.Options(profile="specification", width=1, height=1, dpi=203)
    document = zplkit.render(zpl, blank, limits=Limits(graphic_bytes=10**7))
    assert not document.warnings
    rasters = [label.rasterize() for label in document.labels]
    return [Image.frombytes("L", (raster.width, raster.height), raster.pixels) for raster in rasters]


def drawn_from_tspl(tspl: bytes) -> Image.Image:
    """The label that TSPL describes: SIZE, CLS, one BITMAP in mode 0, PRINT, and nothing else."""
    head = re.match(rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\nCLS\r\nBITMAP (\d+),(\d+),(\d+),(\d+),0,", tspl)
    assert head is not None
    x, y, stride, height = (int(head[group]) for group in (3, 4, 5, 6))
    data = tspl[head.end() : head.end() + stride * height]
    assert tspl[head.end() + stride * height :] == b"\r\nPRINT 1,1\r\n" and (x, y) == (0, 0)
    return Image.frombytes("1", (stride * 8, height), data).convert("L")


def read_by_both(image: Image.Image) -> set[str]:
    framed = Image.new("L", (image.width + 40, image.height + 40), 255)
    framed.paste(image, (20, 20))
    found = {code.text for code in zxingcpp.read_barcodes(framed, formats=zxingcpp.BarcodeFormat.QRCodeModel2)}
    if decode is not None:
        assert found == {code.data.decode() for code in decode(framed, symbols=[ZBarSymbol.QRCODE])}
    return found


@pytest.mark.parametrize(("name", "dpi"), HEADS)
def test_zpl_is_drawn_and_read_by_others(name, dpi):
    sheet, chosen = STOCKS[name], contents_for(STOCKS[name])[:3]
    images = drawn_by_zplkit(b"".join(thermal_labels(chosen, sheet, "zpl", dpi)))
    assert [read_by_both(image) for image in images] == [{content.payload} for content in chosen]
    plotter = Plotter(sheet, dpi)
    assert [image.tobytes() for image in images] == [plotter.label(c).convert("L").tobytes() for c in chosen]


@pytest.mark.parametrize(("name", "dpi"), HEADS)
def test_tspl_says_the_same_label(name, dpi):
    sheet, chosen = STOCKS[name], contents()[:3]
    for content, label in zip(chosen, thermal_labels(chosen, sheet, "tspl", dpi), strict=True):
        image = drawn_from_tspl(label)
        expected = Plotter(sheet, dpi).label(content).convert("L")
        assert image.crop((0, 0, *expected.size)).tobytes() == expected.tobytes()
        assert min(image.crop((expected.width, 0, *image.size)).tobytes(), default=255) == 255
        assert read_by_both(image) == {content.payload}


@pytest.mark.parametrize(("name", "dpi"), HEADS)
def test_every_module_is_a_whole_number_of_dots(name, dpi):
    sheet = STOCKS[name]
    for content in contents()[:2]:
        box = layout_of(sheet, content.twice).symbols[0]
        version = choose_version(len(content.payload), box.width_mm, DOTS_PER_MM[dpi])
        module = version.module_mm(box.width_mm, DOTS_PER_MM[dpi]) * DOTS_PER_MM[dpi]
        assert module == pytest.approx(round(module)) and module / DOTS_PER_MM[dpi] >= LEAST_MODULE_MM
        image = Plotter(sheet, dpi).label(content).convert("L")
        [found, *_more] = zxingcpp.read_barcodes(image)
        left, top = found.position.top_left.x, found.position.top_left.y
        row = [image.getpixel((left + column, top + round(module) // 2)) for column in range(7 * round(module))]
        assert row == [0] * len(row)


def test_a_sheet_is_no_roll():
    with pytest.raises(LabelError):
        list(thermal_labels(contents(), STOCKS["a4-3x7"], "zpl", 203))


def test_no_label_at_all_is_refused():
    with pytest.raises(LabelError):
        list(thermal_labels([], STOCKS["roll-50x30"], "zpl", 203))


def test_a_roll_on_which_whole_dots_are_too_small_is_refused_with_one_that_fits():
    small = Stock("roll-small", "", 24, 18, 24, 18, 1, 1, 0, 0, 24, 18)
    with pytest.raises(LabelError) as caught:
        list(thermal_labels(contents()[:1], small, "zpl", 203))
    assert caught.value.values["nearest"] == "roll-50x30"
