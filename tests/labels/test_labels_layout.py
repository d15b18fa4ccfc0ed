from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import LabelError
from labels.draw import measure
from labels.layout import PT_PER_MM, Box, Slot, arrange
from labels.stock import STOCKS, stock
from labels.symbol import LEAST_MODULE_MM, choose_version
from labels.typeset import ASCENT, DESCENT, PLATE_X, PLATE_Y, Paragraph, TooTightError, set_label, set_slot
from tests.support.label_examples import contents_for, layout_of
from tests.support.sampling import examples

HAIR_MM = 0.01
SMALLEST = {"avery-l7651", "avery-l4732", "tj-107", "tj-108"}
SHAPES = [(name, twice) for name in STOCKS for twice in (False, True)]


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left_mm < other.right_mm - HAIR_MM
        and other.left_mm < one.right_mm - HAIR_MM
        and one.top_mm < other.bottom_mm - HAIR_MM
        and other.top_mm < one.bottom_mm - HAIR_MM
    )


def inside(box: Box, width_mm: float, height_mm: float) -> bool:
    right, bottom = width_mm + HAIR_MM, height_mm + HAIR_MM
    return box.left_mm >= 0 and box.top_mm >= 0 and box.right_mm <= right and box.bottom_mm <= bottom


def ink(slot: Slot, line) -> Box:
    """What a line may blacken, with its plate, on the label."""
    pad_x, pad_y = (PLATE_X * line.size_pt, PLATE_Y * line.size_pt) if line.inverse else (0.0, 0.0)
    return Box(
        slot.box.left_mm + (line.x_pt - pad_x) / PT_PER_MM,
        slot.box.top_mm + (line.y_pt - ASCENT * line.size_pt - pad_y) / PT_PER_MM,
        (line.width_pt + 2 * pad_x) / PT_PER_MM,
        ((ASCENT + DESCENT) * line.size_pt + 2 * pad_y) / PT_PER_MM,
    )


@given(st.floats(35, 210), st.floats(16, 210), st.booleans())
def test_no_slot_lies_on_a_symbol_or_on_another_slot(width_mm, height_mm, twice):
    layout = arrange(width_mm, height_mm, twice)
    for unused in ({"place", "ruled"}, {"headline", "lines", "ruled"}, {"place", "headline", "lines", "what"}):
        boxes = [slot.box for name, slot in layout.slots.items() if name not in {*unused, "title alone"}]
        boxes += layout.symbols
        assert all(inside(box, width_mm, height_mm) for box in boxes)
        assert not any(overlap(*pair) for pair in combinations(boxes, 2))


@pytest.mark.parametrize(("name", "twice"), SHAPES)
def test_modules_are_large_enough_on_every_stock(name, twice):
    side_mm = layout_of(STOCKS[name], twice).symbols[0].width_mm
    version = choose_version(16, side_mm)
    assert version is not None and version.module_mm(side_mm) >= LEAST_MODULE_MM
    smallest = name in SMALLEST or (name == "roll-50x30" and twice)
    assert (version.number, version.level) == ((1, "Q") if smallest else (2, "H"))


@pytest.mark.parametrize("name", STOCKS)
def test_no_text_leaves_its_label_or_touches_another_or_a_symbol(name):
    sheet = STOCKS[name]
    for content in contents_for(sheet):
        layout = layout_of(sheet, content.twice)
        lines = set_label(content, layout, measure)
        assert all(
            line.size_pt >= 4.79 for found in lines.values() for line in found if line.text != f"{content.lead} "
        )
        boxes = [ink(layout.slots[key], line) for key, found in lines.items() for line in found]
        assert all(inside(box, sheet.label_width_mm, sheet.label_height_mm) for box in boxes)
        assert not any(overlap(*pair) for pair in combinations([*boxes, *layout.symbols], 2)), content


@settings(max_examples=examples(60))
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=90), min_size=1, max_size=3),
    st.sampled_from(SHAPES),
    st.sampled_from(["place", "lines", "title", "code"]),
)
def test_any_text_stays_in_its_slot(texts, shape, name):
    slot = layout_of(STOCKS[shape[0]], shape[1]).slots[name]
    bold, *rest = texts
    paragraphs = [Paragraph(bold, bold=True, max_lines=3), *(Paragraph(t, ratio=0.7, below=True) for t in rest)]
    boxes = [ink(slot, line) for line in set_slot(paragraphs, slot, measure)]
    for box in boxes:
        assert box.left_mm >= slot.box.left_mm - HAIR_MM and box.right_mm <= slot.box.right_mm + HAIR_MM
        assert box.top_mm >= slot.box.top_mm - HAIR_MM and box.bottom_mm <= slot.box.bottom_mm + HAIR_MM
    assert not any(overlap(*pair) for pair in combinations(boxes, 2))


@given(st.integers(1, 30).map(lambda count: "Simpang " * count))
def test_a_text_is_cut_only_when_it_cannot_be_smaller(text):
    slot = Slot(Box(0, 0, 30, 12), 11)
    lines = set_slot([Paragraph(text, bold=True, max_lines=3)], slot, measure)
    whole = " ".join(line.text for line in lines) == text.strip()
    assert whole or (lines[-1].text.endswith("…") and lines[0].size_pt == pytest.approx(4.8))


def test_a_text_that_must_stay_whole_is_never_cut():
    with pytest.raises(TooTightError):
        set_slot([Paragraph("7Q2M-9X4T-5B8C-6", whole=True)], Slot(Box(0, 0, 8, 4), 9), measure)


def test_a_range_of_serial_numbers_breaks_between_them():
    lines = set_slot([Paragraph("KPU-0000014 – KPU-0000127", max_lines=2)], Slot(Box(0, 0, 17, 9), 7), measure)
    assert [line.text for line in lines] == ["KPU-0000014 –", "KPU-0000127"]


def test_what_stands_below_is_never_larger():
    long, short = "Desa Simpang Tanjung Nan IV Pulau Punjung Barat Daya", "Kec. Musi"
    slot = Slot(Box(0, 0, 30, 12), 11)
    sizes = [
        line.size_pt
        for line in set_slot([Paragraph(long, bold=True, max_lines=3), Paragraph(short, below=True)], slot, measure)
    ]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", STOCKS)
def test_the_grid_of_every_stock_lies_on_its_page(name):
    sheet = STOCKS[name]
    left_mm, top_mm = sheet.position_mm(sheet.per_page - 1)
    assert left_mm + sheet.label_width_mm <= sheet.page_width_mm + HAIR_MM
    assert top_mm + sheet.label_height_mm <= sheet.page_height_mm + HAIR_MM
    assert sheet.pitch_x_mm >= sheet.label_width_mm and sheet.pitch_y_mm >= sheet.label_height_mm


def test_an_unknown_stock_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(LabelError) as caught:
        stock("a4-9x9")
    assert "a4-3x7" in caught.value.hint.format(**caught.value.values)
