"""What a printer misplaces is measured on a page of rulers and made up for on every sheet."""

import io

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from custody.errors import InputError, LabelError
from labels.calibration import MARK_MM, SPAN_MM, Adjustment, from_measures, write_calibration
from labels.sheet import write_sheets
from labels.stock import STOCKS
from tests.support.label_examples import contents

DPI = 200
SHEET = STOCKS["a4-3x7"]


def picture(pdf: bytes) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_pil().convert("L")


def sheet(adjustment: Adjustment | None) -> Image.Image:
    out = io.BytesIO()
    write_sheets(out, contents()[:1], SHEET, title="x", adjustment=adjustment)
    return picture(out.getvalue())


def ink_mm(image: Image.Image) -> tuple[float, float, float, float]:
    box = image.point(lambda level: 255 * (level < 128)).getbbox()
    assert box is not None
    return tuple(edge * 25.4 / DPI for edge in box)  # type: ignore[return-value]


def misprint(image: Image.Image, off: Adjustment) -> Image.Image:
    """What a printer that is so far off makes of a page."""
    per_mm = DPI / 25.4
    sx, sy = 100 / off.scale_x_percent, 100 / off.scale_y_percent
    move = (sx, 0, -off.offset_x_mm * per_mm * sx, 0, sy, -off.offset_y_mm * per_mm * sy)
    return image.transform(image.size, Image.Transform.AFFINE, move, Image.Resampling.BILINEAR, fillcolor=255)


@pytest.mark.parametrize("off", [Adjustment(3, -2, 100, 100), Adjustment(-1.5, 4, 99, 101.5)])
def test_a_sheet_lands_where_it_should_on_a_printer_that_is_off(off):
    wanted, plain, corrected = (
        ink_mm(image) for image in (sheet(None), misprint(sheet(None), off), misprint(sheet(off), off))
    )
    assert max(abs(a - b) for a, b in zip(wanted, plain, strict=True)) > 1.5
    assert max(abs(a - b) for a, b in zip(wanted, corrected, strict=True)) < 0.3


@given(st.floats(-15, 15), st.floats(-15, 15), st.floats(96, 104), st.floats(96, 104))
def test_the_four_lengths_tell_offset_and_scale(x_mm, y_mm, across, down):
    measured = (
        x_mm + MARK_MM * across / 100,
        y_mm + MARK_MM * down / 100,
        SPAN_MM * across / 100,
        SPAN_MM * down / 100,
    )
    told = from_measures(*measured)
    assert told.offset_x_mm == pytest.approx(x_mm, abs=1e-6) and told.offset_y_mm == pytest.approx(y_mm, abs=1e-6)
    assert (told.scale_x_percent, told.scale_y_percent) == pytest.approx((across, down))


@pytest.mark.parametrize("wrong", [(20.1, 0), (0, -21), (0, 0, 94.9), (0, 0, 100, 105.1), (float("nan"), 0)])
def test_what_no_printer_is_off_by_is_refused(wrong):
    with pytest.raises(InputError):
        Adjustment(*wrong)


@pytest.mark.parametrize("name", [name for name in STOCKS if not STOCKS[name].is_roll])
def test_the_rulers_are_where_the_page_says(name):
    out = io.BytesIO()
    write_calibration(out, STOCKS[name], "Where?", ["1. Measure A, B, C and D. " * 8, "2. Go on."])
    page = picture(out.getvalue())
    per_mm = DPI / 25.4
    across = [page.getpixel((x, round(MARK_MM * per_mm))) for x in range(5, page.width - 5)]
    down = [page.getpixel((round(MARK_MM * per_mm), y)) for y in range(5, page.height - 5)]
    assert max(across) < 128 and max(down) < 128
    text = pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_bounded()
    assert "Where?" in text and "2. Go on." in text and "140" in text


def test_a_roll_is_no_page_for_rulers():
    with pytest.raises(LabelError):
        write_calibration(io.BytesIO(), STOCKS["roll-100x150"], "Where?", [])
