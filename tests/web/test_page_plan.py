"""The plan on the page: what a table changes is shown first, every fault in its cell, and only that is loaded."""

import html
import json
import re
from pathlib import Path

import pytest

from tables.output.write import Sheet, write_table
from tests.support.command_examples import ITEMS, NEEDS, PLACES, Terminal, station_at
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.work_examples import upload, work


def rows(page: str) -> list[list[str]]:
    """The cells of a table's body, in words."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert body
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body[1].split("</tr>")[:-1]]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_a_table_is_looked_at_before_it_is_loaded(visitor: Visitor, station: Terminal) -> None:
    changed = PLACES.replace("PPS Patas,", "PPS Patas Baru,") + "51.08.03,PPK Busungbiu,district,51.08,\n"
    key, before = upload(visitor, changed.encode(), "places.csv"), station.event_count()
    seen = work(visitor, "/api/plan/preview", {"uploads": [key]})
    assert rows(seen["page"]) == [
        ["Warehouse", "0", "0", "1"],
        ["Sub-district", "1", "0", "2"],
        ["Village", "0", "1", "1"],
        ["Polling station", "0", "0", "3"],
    ]
    assert "51.08.01.2001: name PPS Patas -&gt; PPS Patas Baru" in seen["page"] and "51.08.03" in seen["page"]
    assert station.event_count() == before, "looking records nothing"
    loaded = work(visitor, "/api/plan/load", {"uploads": [key], "version": seen["version"]})
    assert "Loaded and recorded" in loaded["page"] and loaded["files"][0]["added"] == 1
    again = work(visitor, "/api/plan/preview", {"uploads": [key]})
    assert "Nothing would change" in again["page"] and 'data-path="/api/plan/load"' not in again["page"]
    assert "PPS Patas Baru" in visitor.client.get("/api/places?q=patas").text


def test_what_was_looked_at_and_nothing_else_is_loaded(visitor: Visitor, station: Terminal, tmp_path: Path) -> None:
    key = upload(visitor, (PLACES + "51.08.03,PPK Busungbiu,district,51.08,\n").encode(), "places.csv")
    seen = work(visitor, "/api/plan/preview", {"uploads": [key]})
    (tmp_path / "other.csv").write_text("code,name,level,parent\n51.08.03,PPK Banjar,district,51.08\n")
    assert station("load", tmp_path / "other.csv").code == 0
    before = station.event_count()
    refused = work(visitor, "/api/plan/load", {"uploads": [key], "version": seen["version"]}, expect=409)
    assert "nothing was loaded" in refused["error"] and station.event_count() == before


def test_every_fault_is_shown_in_its_cell(visitor: Visitor, station: Terminal) -> None:
    wrong = "code,name,level,parent,due\n51.08.04,PPK X,kecamatan,51.99,\n51.08.05,,nowhere,51.08,yesterday\n"
    before = station.event_count()
    answer = work(visitor, "/api/plan/preview", {"uploads": [upload(visitor, wrong.encode(), "kesalahan.csv")]})
    assert answer["is_ok"] is False and answer["faults"] == 4 and station.event_count() == before
    found = [(row[1], row[2], row[3]) for row in rows(answer["page"])]
    assert found[0] == ("2", "parent (D2)", "51.99")
    assert sorted(found[1:]) == [
        ("3", "due (E3)", "yesterday"),
        ("3", "level (C3)", "nowhere"),
        ("3", "name (B3)", "(empty)"),
    ]
    assert "/.page-" not in answer["page"]


def test_tables_that_refer_to_each_other_go_together_in_any_order(terminal: Terminal, page_at: PageAt) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    with page_at(site_at(terminal.home)) as client:
        visitor = Visitor(client)
        keys = [upload(visitor, text.encode(), name) for name, text in (("n.csv", NEEDS), ("p.csv", PLACES))]
        seen = work(visitor, "/api/plan/preview", {"uploads": keys})
        work(visitor, "/api/plan/load", {"uploads": keys, "version": seen["version"]})
        part = work(visitor, "/api/plan/missing", {})
        assert part["missing"] == ITEMS and part["by_kind"] == {"box": 15, "booth": 12}
        assert "load a table of items for Seal" in part["page"]
    assert len(terminal.codes()) == 0
    assert terminal("plan").code == 0


def test_a_workbook_is_read_like_a_table(visitor: Visitor, tmp_path: Path) -> None:
    book = tmp_path / "tempat.xlsx"
    write_table(
        book, [Sheet("tempat", ["kode", "nama", "jenjang", "induk"], [["51.08.07", "PPK Sawan", "kecamatan", "51.08"]])]
    )
    seen = work(visitor, "/api/plan/preview", {"uploads": [upload(visitor, book)]})
    assert rows(seen["page"]) == [["Sub-district", "1", "0", "0"]]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "places.csv", "is empty"),
        (b"PK\x03\x04nonsense", "x.xlsx", "x.xlsx"),
        (b"a,b\n1,2\n", "x.csv", "no table of places, needs or items"),
        (b"code", "x.pdf", "not a table"),
        (b"code", "x.ods", "x.ods is damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_its_name_alone(
    visitor: Visitor, station: Terminal, data: bytes, name: str, words: str
) -> None:
    answer = work(visitor, "/api/plan/preview", {"uploads": [upload(visitor, data, name)]}, expect=422)
    assert words in answer["error"] and str(station.home) not in str(answer)
    gone = work(visitor, "/api/plan/preview", {"uploads": ["0" * 32]}, expect=422)
    assert "not here any more" in gone["error"]


def test_what_is_missing_is_counted_then_registered_once(visitor: Visitor, station: Terminal) -> None:
    places = PLACES + "51.08.02.2001.002,TPS 002 Unggahan,polling_station,51.08.02.2001,\n"
    key = upload(visitor, places.encode(), "places.csv")
    seen = work(visitor, "/api/plan/preview", {"uploads": [key]})
    work(visitor, "/api/plan/load", {"uploads": [key], "version": seen["version"]})
    part = {"place": "51.08.02", "kind": "box"}
    before = station.event_count()
    assert work(visitor, "/api/plan/missing", part)["missing"] == 5 and station.event_count() == before
    assert "changed since" in work(visitor, "/api/plan/register", {**part, "seen": 4}, expect=409)["error"]
    assert work(visitor, "/api/plan/register", {**part, "seen": 5})["registered"] == 5
    work(visitor, "/api/plan/register", {**part, "seen": 5}, expect=409)
    assert len(station.codes()) == ITEMS + 5
    assert "Nothing is missing" in work(visitor, "/api/plan/missing", part)["page"]


def test_before_needs_are_loaded_nobody_is_told_that_nothing_is_missing(terminal: Terminal, page_at: PageAt) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    with page_at(site_at(terminal.home)) as client:
        told = work(Visitor(client), "/api/plan/missing", {})["page"]
    assert "it is not known what is missing" in told and "Nothing is missing" not in told


def test_a_mistake_is_looked_at_with_what_hangs_on_it_then_withdrawn_as_it_was_seen(
    visitor: Visitor, station: Terminal
) -> None:
    mistake = {"what": "place", "name": "PPS Patas"}
    before, code = station.event_count(), station.codes("--to", "51.08.01.2001")[0]
    seen = work(visitor, "/api/plan/hanging", mistake)
    assert "places 3" in seen["page"] and seen["things"] == 18 and "handed over: 0" in seen["page"]
    assert station.event_count() == before
    station.give([code], "51.08", "51.08.01")
    late = work(visitor, "/api/plan/withdraw", {**mistake, "version": seen["version"]}, expect=409)
    assert "changed since" in late["error"] and station.event_count() == before + 1
    seen = work(visitor, "/api/plan/hanging", mistake)
    assert "handed over: 1" in seen["page"]
    done = work(visitor, "/api/plan/withdraw", {**mistake, "version": seen["version"], "note": "never was"})
    assert "Withdrawn from the plan" in done["page"] and done["event"] in done["page"]
    gone = work(visitor, "/api/plan/hanging", mistake, expect=422)
    assert "PPS Patas is not the code" in gone["error"]
    assert station("custody", "--json", code).json["held_by"] == "51.08.01", "its things stay in their chains"
    station("correct", done["event"], "--reason", "did-not-occur")
    assert work(visitor, "/api/plan/hanging", mistake)["things"] == 18


def test_a_kind_at_one_level_and_a_critical_point_are_withdrawn_too(visitor: Visitor, station: Terminal) -> None:
    point = ["Truk siap", "--title", "Truk sewaan siap", "--owner", "Made", "--due", "2024-02-10 08:00 WITA"]
    assert station("point", *point).code == 0
    page = visitor.see("/plan")
    assert "<option>Truk siap</option>" in page and '<option value="polling_station">' in page
    for mistake in (
        {"what": "kind", "name": "box", "level": "polling_station"},
        {"what": "point", "name": "Truk siap"},
    ):
        seen = work(visitor, "/api/plan/hanging", mistake)
        work(visitor, "/api/plan/withdraw", {**mistake, "version": seen["version"]})
        assert "error" in work(visitor, "/api/plan/hanging", mistake, expect=422)
    assert "Truk siap" not in visitor.see("/plan")
    own = {"what": "place", "name": "51.08"}
    assert "stays in the plan" in work(visitor, "/api/plan/hanging", own, expect=422)["error"]
    assert work(visitor, "/api/plan/hanging", {"what": "place", "name": ""}, expect=422)["error"]


def test_a_station_that_may_not_plan_is_told_at_the_preview(station: Terminal, tmp_path: Path, page_at: PageAt) -> None:
    root = station("verify", "--json").json["logs"][0]["key"]
    other = station_at(station, tmp_path / "other", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    with page_at(site_at(other.home)) as client:
        guest = Visitor(client)
        answer = work(
            guest, "/api/plan/preview", {"uploads": [upload(guest, PLACES.encode(), "places.csv")]}, expect=422
        )
        assert "made by the election's root" in answer["error"]
        mistaken = work(guest, "/api/plan/hanging", {"what": "place", "name": "51.08.01"}, expect=422)
        assert "made by the election's root" in mistaken["error"]


OFFICE = Path(__file__).parents[1] / "data" / "office_tables"


def test_what_is_open_about_a_table_is_asked_on_the_page_and_the_answer_is_loaded(
    visitor: Visitor, station: Terminal
) -> None:
    key, before = upload(visitor, OFFICE / "two_codes.csv"), station.event_count()
    asked = work(visitor, "/api/plan/preview", {"uploads": [key]})
    assert asked["is_ok"] is False and len(asked["question"]) == 2 and "Kode Lokasi" in asked["page"]
    assert "Gudang KPU Buleleng" in asked["page"], "the first rows are shown"
    [said] = [json.loads(html.unescape(found)) for found in re.findall(r"data-said='([^']*)'", asked["page"])][1:]
    assert said == {"file": "two_codes.csv", "option": "--map", "value": "Kode Wilayah=code"}
    part = {"uploads": [key], "said": [said]}
    seen = work(visitor, "/api/plan/preview", part)
    assert "<strong>Kode Wilayah</strong> = code" in seen["page"] and station.event_count() == before
    loaded = work(visitor, "/api/plan/load", {**part, "version": seen["version"]})
    assert loaded["files"][0]["added"] == 1 and len(loaded["files"][0]["changed"]) == 1
    again = work(visitor, "/api/plan/preview", {"uploads": [upload(visitor, OFFICE / "two_codes.csv")]})
    assert "columns as last time" in again["page"]


def test_an_answer_that_is_none_is_refused(visitor: Visitor, station: Terminal) -> None:
    key = upload(visitor, OFFICE / "two_codes.csv")
    for option, value in (("--header-row", "x"), ("--header-row", "0"), ("--map", "Kode Lokasi=luas"), ("--map", "=")):
        said = {"file": "two_codes.csv", "option": option, "value": value}
        work(visitor, "/api/plan/preview", {"uploads": [key], "said": [said]}, expect=422)
