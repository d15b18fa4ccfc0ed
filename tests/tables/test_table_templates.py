"""Templates: headings that `load` knows in both languages, an example that is valid and never loaded, drop-downs."""

import io
from pathlib import Path

import pytest
import python_calamine as calamine

import language
from custody.errors import InputError
from custody.plan.places import Place
from language import _
from tables.field_rows import parse_deliveries, parse_points
from tables.headings import ignored_columns, layout_of, matched, table_kind
from tables.output.write import Sheet, write_table
from tables.read import read_table
from tables.rows import parse_items, parse_needs, parse_phases, parse_places, parse_voters
from tables.templates import TEMPLATES, template_workbook
from tables.vocabulary import COLUMNS
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor

PARSERS = {
    "places": parse_places,
    "voters": lambda table: parse_voters(table, {TPS.code: TPS}),
    "needs": parse_needs,
    "phases": parse_phases,
    "items": parse_items,
    "points": parse_points,
    "deliveries": parse_deliveries,
}
TPS = Place("51.08.01.2001.001", "TPS 001", "polling_station", "51.08.01.2001")
BESIDE_LOAD = ("points", "deliveries")
"""The tables that other commands take, and the page of the plan does not offer."""


@pytest.fixture(params=language.LANGUAGES)
def speaks(request: pytest.FixtureRequest):
    before = language.chosen()
    language.use(request.param)
    yield request.param
    language.use(before)


def rows_of(kind: str) -> list[list[str]]:
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(template_workbook(kind, _))) as book:
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_an_empty_template_says_that_it_is_empty(tmp_path: Path, speaks: str, kind: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(template_workbook(kind, _))
    with pytest.raises(InputError, match="still empty"):
        PARSERS[kind](read_table(tmp_path / "t.xlsx", (kind,)))


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_heading_is_known_and_the_example_would_be_a_valid_row(tmp_path: Path, speaks: str, kind: str) -> None:
    _title, _guide, headings, example = rows_of(kind)
    found = matched(kind, headings)
    assert all(len(columns) == 1 for columns in found.values()) and len(found) == len(headings) - 1
    assert len(found) >= len(COLUMNS[kind]) - 3
    write_table(tmp_path / "t.xlsx", [Sheet("t", headings, [example, [1, *example[1:]]])])
    table = read_table(tmp_path / "t.xlsx", (kind,))
    assert ignored_columns(table, layout_of(table, kind)) == () and (kind in BESIDE_LOAD or table_kind(table) == kind)
    rows, faults = PARSERS[kind](table)
    assert [row.row for row in rows] == [3] and faults == [], "the example itself is left out"


def test_a_template_is_written_filled_in_and_loaded(station: Terminal) -> None:
    assert station("template", "tempat", "--out", "tempat.xlsx").code == 0
    before = station.event_count()
    empty = station("load", "tempat.xlsx")
    assert empty.code == 2 and "no row below its headings" in empty.err and station.event_count() == before
    assert station("template", "needs", "--out", "needs.csv").code == 2
    assert station("template", "walls", "--out", "walls.xlsx").code == 2


def test_headings_are_protected_cells_below_are_open_and_choices_are_offered(tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "t.xlsx").write_bytes(template_workbook("places", _))
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        page, names = book.read("xl/worksheets/sheet1.xml").decode(), book.namelist()
        styles = book.read("xl/styles.xml").decode()
    assert "<sheetProtection " in page and 'protection locked="0"' in styles
    assert page.count("<dataValidation ") == 1 and "Warehouse,PPK,PPS,TPS,Vendor" in page
    assert "xl/comments1.xml" in names and 'orientation="landscape"' in page


@pytest.mark.parametrize("kind", TEMPLATES)
def test_the_page_offers_the_templates(visitor: Visitor, station: Terminal, kind: str, tmp_path: Path) -> None:
    answer = visitor.client.get(f"/plan/template/{kind}.xlsx")
    assert answer.status_code == 200 and answer.content.startswith(b"PK")
    assert f"/plan/template/{kind}.xlsx" in visitor.client.get("/plan").text or kind in BESIDE_LOAD
    assert visitor.client.get("/plan/template/walls.xlsx").status_code in (404, 422)
