"""Tables of label stock: ours, and a user's own with every fault named."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import InputError, LabelError
from labels.draw import fits
from labels.stock import STOCKS, read_stocks, stock, with_own
from tests.support.label_examples import contents

SHEET = """\
[my-sheet]
title = "Kertas kami"
page_width_mm = 210
page_height_mm = 297
label_width_mm = 70
label_height_mm = 37
columns = 3
rows = 8
"""


def faults(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_stocks(text.encode(), "my.toml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "label_mm", "per_page"),
    [
        ("a4-3x7", (63.5, 38.1), 21),
        ("a4-2x4", (99.1, 67.7), 8),
        ("avery-l7161", (63.5, 46.6), 18),
        ("avery-l7162", (99.1, 33.9), 16),
        ("avery-l7163", (99.1, 38.1), 14),
        ("avery-l7164", (63.5, 72), 12),
        ("avery-l7651", (38.1, 21.2), 65),
        ("avery-l4732", (35.6, 16.9), 80),
        ("letter-5160", (66.67, 25.4), 30),
        ("letter-5161", (101.6, 25.4), 20),
        ("letter-5163", (101.6, 50.8), 10),
        ("letter-5164", (101.6, 84.66), 6),
        ("tj-103", (64, 32), 12),
        ("tj-107", (50, 18), 30),
        ("tj-108", (38, 18), 40),
        ("tj-121", (75, 38), 10),
        ("roll-50x30", (50, 30), 1),
        ("roll-100x50", (100, 50), 1),
        ("roll-100x150", (100, 150), 1),
    ],
)
def test_every_stock_has_its_makers_size_and_count(name, label_mm, per_page):
    sheet = STOCKS[name]
    assert ((sheet.label_width_mm, sheet.label_height_mm), sheet.per_page) == (label_mm, per_page)
    assert sheet.is_roll == name.startswith("roll-")
    assert sheet.verified != name.startswith("tj-") and ("unverified" in sheet.title) != sheet.verified


def test_what_a_sheet_leaves_out_puts_the_grid_in_the_middle():
    sheet = read_stocks(SHEET.encode(), "my.toml")["my-sheet"]
    assert (sheet.pitch_x_mm, sheet.pitch_y_mm) == (70, 37)
    assert (sheet.left_mm, sheet.top_mm) == (0, 0.5)
    roll = read_stocks(b"[r]\nlabel_width_mm = 60\nlabel_height_mm = 40\n", "my.toml")["r"]
    assert roll.is_roll and roll.title == "r" and roll.per_page == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colums = 3", "my-sheet.colums is no key"),
        ("left_mm = -1", "my-sheet.left_mm must be from 0"),
        ("left_mm = nan", "my-sheet.left_mm must be from 0"),
        ("left_mm = '7'", "my-sheet.left_mm must be a number"),
        ("top_mm = true", "my-sheet.top_mm must be a number"),
        ("left_mm = 1", "my-sheet.columns: the last column leaves"),
        ("top_mm = 2", "my-sheet.rows: the last row leaves"),
        ("pitch_x_mm = 69", "my-sheet.pitch_x_mm is less than"),
        ("verified = 1", "my-sheet.verified must be true or false"),
    ],
)
def test_every_fault_is_named_with_its_key(line, said):
    [fault] = faults(SHEET + line)
    assert fault.startswith(said)


def test_all_faults_are_listed_together():
    text = "[One]\n[two]\nlabel_width_mm = 5\nlabel_height_mm = 30\nrows = 0\ntitle = 3\n"
    found = faults("x = 1\n" + text)
    assert [fault.split()[0].rstrip(":") for fault in found] == [
        "x",
        "One",
        "One.label_width_mm",
        "One.label_height_mm",
        "two.title",
        "two.label_width_mm",
        "two.rows",
    ]


@pytest.mark.parametrize("text", ["", "[a", "\x00", "[a]\n" * 60_000])
def test_a_file_that_is_no_table_of_sheets_is_refused(text):
    with pytest.raises(InputError):
        read_stocks(text.encode(), "my.toml")


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data):
    with suppress(InputError):
        read_stocks(data, "my.toml")


def test_a_sheet_of_ones_own_may_not_take_a_known_name():
    own = read_stocks(SHEET.encode(), "my.toml")
    assert with_own(own, "my.toml").keys() == STOCKS.keys() | {"my-sheet"}
    with pytest.raises(InputError):
        with_own(read_stocks(SHEET.replace("my-sheet", "a4-3x7").encode(), "my.toml"), "my.toml")


def test_what_does_not_fit_is_sent_to_the_nearest_stock_of_the_same_paper():
    from tests.support.sheet_pdf import pdf

    station = next(content for content in contents() if content.payload == "P:51.08.06.1010.015")
    for name, nearest in (("avery-l4732", "avery-l7651"), ("roll-50x30", None)):
        if nearest is None:
            assert fits(station, STOCKS[name])
            continue
        with pytest.raises(LabelError) as caught:
            pdf([station], STOCKS[name])
        assert caught.value.values["nearest"] == nearest


def test_a_sheet_answers_to_its_makers_number_and_to_capitals():
    names = [stock(name).name for name in ("avery-l7160", "Avery-L7165", "AVERY-L7161", " a4-3x7")]
    assert names == ["a4-3x7", "a4-2x4", "avery-l7161", "a4-3x7"]
