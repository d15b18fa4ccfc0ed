"""Progress as terminal text, JSON, CSV, workbook and paper."""

import csv
import io
import json
import zipfile

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

import language
from custody.errors import InputError
from custody.measures.progress import ProgressRow, StockGroup, progress
from custody.plan.places import Place
from reports.lists.progress_list import HEADERS, print_progress, progress_json, save_progress
from reports.output import Made
from tests.support.report_examples import MADE_AT, NEEDS, PLACES, PPK, TPS, TRUCK, WAREHOUSE

MADE = Made(MADE_AT, "Ayu", "Pemilu 2024", "Gudang", "51.08")
GROUPS = [
    StockGroup(TPS, "box", PPK, 1500, 1500, 1500),
    StockGroup(TPS, "box", TRUCK, 500, 500, 500),
    StockGroup("51.08.06.1010.015", "ink", WAREHOUSE, 4, 0, 0),
]
ROWS = progress(GROUPS, PLACES)
EVIL = [ProgressRow(Place("=1+1", '=HYPERLINK("http://x")', "district"), "@kind", 1, 1, 0, 0)]


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def test_the_json_has_codes_and_counts():
    assert progress_json(ROWS)[0] == {
        "place": WAREHOUSE,
        "name": "Gudang KPU Kabupaten Buleleng",
        "level": "warehouse",
        "kind": "box",
        "registered": 2000,
        "labelled": 2000,
        "sent": 2000,
        "arrived": 1500,
        "need": None,
        "registered_pieces": 2000,
        "arrived_pieces": 1500,
        "short": None,
    }


def test_a_pipe_gets_plain_aligned_columns_of_the_districts():
    out = io.StringIO()
    print_progress(ROWS, NEEDS, out, with_groups=False)
    lines = out.getvalue().splitlines()
    assert "PPK Gerokgak" in out.getvalue() and "PPS" not in out.getvalue()
    assert "1,500 (75 %)" in lines[1]
    assert len({len(line) for line in lines}) == 1
    assert "\x1b" not in out.getvalue()


def test_the_villages_of_one_sub_district_are_shown_where_they_are_asked_for():
    out = io.StringIO()
    print_progress(ROWS, NEEDS, out, with_groups=True)
    assert "PPS" in out.getvalue()


def test_a_terminal_gets_a_table_and_markup_in_names_is_only_text():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    print_progress(
        [ProgressRow(Place("1", "[bold]PPK[/bold]", "district"), "box", 1, 0, 0, 0)], NEEDS, out, with_groups=True
    )
    assert "[bold]PPK[/bold]" in out.getvalue()


@pytest.mark.parametrize(("lang", "kind"), [("en", "Ballot box"), ("id", "Kotak suara")])
def test_the_workbook_has_numbers_shares_and_the_total_below_the_districts(tmp_path, lang, kind):
    language.use(lang)
    path = tmp_path / "progress.xlsx"
    save_progress(path, ROWS, NEEDS, MADE)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["PPK", "PPS"]
    rows = book.get_sheet_by_name("PPK").to_python()
    assert rows[1][:3] == [PPK, "PPK Gerokgak", kind]
    assert rows[1][3:] == [2000, 2000, 2000, 1500, 1, 1, 0.75, "–", "–"]
    assert [row[0] for row in rows[1:]] == [PPK, "51.08.06", WAREHOUSE, WAREHOUSE]
    assert "Gudang KPU Kabupaten Buleleng" in rows[-1][1]


def test_the_workbook_has_bars_a_frozen_header_and_no_formula(tmp_path):
    path = tmp_path / "progress.xlsx"
    save_progress(path, [*ROWS, *EVIL], NEEDS, MADE)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "dataBar" in sheet and 'state="frozen"' in sheet
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert ">'=1+1<" in strings and ">'@kind<" in strings


def test_a_csv_reads_back_and_no_cell_begins_a_formula(tmp_path):
    path = tmp_path / "progress.csv"
    save_progress(path, [*ROWS, *EVIL], NEEDS, MADE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEADERS
    assert rows[0]["arrived"] == "1500"
    assert not any(cell[:1] in tuple("=+-@") for row in rows for cell in row.values())


def test_the_paper_has_every_place_and_the_meaning_of_each_column(tmp_path):
    path = tmp_path / "progress.pdf"
    save_progress(path, ROWS, NEEDS, MADE)
    document = pypdfium2.PdfDocument(path)
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    for words in (
        "Progress of supplies",
        "PPK Gerokgak",
        "PPS Kampung Singaraja",
        "1,500",
        "75 %",
        "Arrived: has come to",
    ):
        assert words in text
    assert f"Page 1 of {len(document)}" in text


def test_json_is_a_file_too_and_another_suffix_is_refused(tmp_path):
    save_progress(tmp_path / "progress.json", ROWS, NEEDS, MADE)
    assert json.loads((tmp_path / "progress.json").read_text(encoding="utf-8")) == progress_json(ROWS)
    with pytest.raises(InputError):
        save_progress(tmp_path / "progress.doc", ROWS, NEEDS, MADE)


def test_nothing_registered_is_said_on_paper(tmp_path):
    save_progress(tmp_path / "none.pdf", [], NEEDS, MADE)
    assert (
        "Nothing is registered yet." in pypdfium2.PdfDocument(tmp_path / "none.pdf")[0].get_textpage().get_text_range()
    )
