"""The clock by commands: report late, report pace."""

import json
from pathlib import Path

import pytest

from tests.support.command_examples import ITEMS, Once, Terminal
from tests.support.page_examples import PageAt, site_at


@pytest.fixture
def moved(station: Terminal, once: Once) -> Terminal:
    """Half the regency has been handed over by an hour before it is due."""

    @once
    def given() -> None:
        station.give(station.codes("--to", "51.08.01"), "51.08", "51.08.01")

    return station


def test_what_is_not_there_past_due_is_late_and_told_as_json(moved: Terminal) -> None:
    facts = moved("report", "late", "--as-of", "2024-02-12 18:01 WITA", "--json").json
    assert facts["as_of"] == "2024-02-12T10:01:00Z"
    assert [(row["state"], row["place"], row["missing"]) for row in facts["rows"]] == [
        ("late", "51.08.02", 9),
        ("done", "51.08.01", 0),
    ]


def test_without_a_moment_it_is_as_of_now(moved: Terminal) -> None:
    facts = moved("report", "late", "--json", "--within", "48").json
    assert facts["as_of"] == "2024-02-11T01:00:00Z" and facts["rows"][0]["state"] == "soon"


def test_one_place_alone(moved: Terminal) -> None:
    facts = moved("report", "late", "--place", "51.08.02", "--json").json
    assert [row["place"] for row in facts["rows"]] == ["51.08.02"]


def test_each_kind_of_file_is_written_and_the_screen_tells_the_same(moved: Terminal) -> None:
    begins_with = {"l.pdf": b"%PDF-", "l.csv": b"\xef\xbb\xbfstate,", "l.xlsx": b"PK", "l.json": b"{"}
    for name, begins in begins_with.items():
        assert moved("report", "late", "--out", name).code == 0
        assert Path(name).read_bytes().startswith(begins)
    assert (
        "PPK Seririt" in moved("report", "late").out
        and "Pantauan batas waktu" in moved("report", "late", lang="id").out
    )


@pytest.mark.parametrize(
    "options",
    [
        ("late", "--as-of", "yesterday"),
        ("late", "--as-of", "2024-02-12 18:00"),
        ("late", "--within", "-1"),
        ("late", "--out", "late.doc"),
        ("pace",),
        ("pace", "--stations", "2"),
        ("pace", "--stations", "0", "--seconds-per-scan", "5"),
        ("pace", "--stations", "2", "--seconds-per-scan", "nan"),
        ("pace", "--stations", "2", "--seconds-per-scan", "5", "--trucks", "places.csv"),
        ("pace", "--stations", "2", "--seconds-per-scan", "5", "--trucks", "none.csv"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(moved: Terminal, options: tuple[str, ...]) -> None:
    refused = moved("report", *options, "--json")
    assert refused.code == 2 and refused.out == "" and len(refused.err.splitlines()) >= 2


def test_a_timetable_gives_items_or_the_places_a_truck_is_bound_for(moved: Terminal) -> None:
    Path("trucks.csv").write_text(
        "nopol,berangkat,tujuan,jumlah\n"
        "DK 8001 AB,2024-02-12 04:10 WITA,51.08.02;51.08.01,\n"
        "DK 8002 AB,2024-02-12 04:12 WITA,,240\n"
    )
    facts = moved(
        "report",
        "pace",
        "--stations",
        "1",
        "--seconds-per-scan",
        "5",
        "--begin",
        "2024-02-12 04:00 WITA",
        "--trucks",
        "trucks.csv",
        "--json",
    ).json
    assert [(row["items"], row["is_late"]) for row in facts["trucks"]] == [(9, False), (240, True)]
    assert facts["stations_needed"] == 2


def test_without_a_timetable_the_due_times_of_the_sub_districts_stand_in(moved: Terminal) -> None:
    ran = moved("report", "pace", "--stations", "1", "--seconds-per-scan", "5")
    assert ran.code == 0 and "PPK Seririt" in ran.out and "--trucks FILE" in ran.out and "PPK Gerokgak" not in ran.out


def test_every_fault_of_a_timetable_is_told_with_its_row(moved: Terminal) -> None:
    Path("trucks.csv").write_text(
        "truck,leaves,items,bound\nA,2024-02-12 04:10,3,\nB,2024-02-12 04:10 WITA,,51.99\nC,2024-02-12 04:10 WITA,,\n"
    )
    refused = moved("report", "pace", "--stations", "1", "--seconds-per-scan", "5", "--trucks", "trucks.csv")
    assert refused.code == 2 and all(f"row {row}" in refused.err for row in (2, 4)), refused.err
    Path("trucks.csv").write_text("truck,leaves,bound\nB,2024-02-12 04:10 WITA,51.99\n")
    refused = moved("report", "pace", "--stations", "1", "--seconds-per-scan", "5", "--trucks", "trucks.csv")
    assert refused.code == 2 and "row 2" in refused.err and "51.99" in refused.err


def test_a_timetable_is_no_table_for_the_ledger(moved: Terminal) -> None:
    Path("trucks.csv").write_text("truck,leaves,bound\nB,2024-02-12 04:10 WITA,51.08.01\n")
    assert moved("load", "trucks.csv").code == 2
    assert len(json.loads(moved("items", "--json").out.splitlines()[0])) and len(moved.items()) == ITEMS


def test_a_clock_that_is_ahead_hides_nothing_from_any_report(station: Terminal, page_at: PageAt) -> None:
    """What is recorded has happened, whatever its station's clock says; a moment that is asked for is kept to."""
    code = station.codes("--to", "51.08.01")[0]
    listed = Path("list.txt")
    listed.write_text("\n".join(station.codes("--to", "51.08.01")[:2]))
    ahead = "2031-01-01T00:00:00Z"
    for command in (
        ("handover", "--from", "51.08.02", "--to", "51.08.01", "--codes", "-", "--load", listed, "--counted", "3"),
        ("inspect", code, "--condition", "heavy"),
    ):
        assert station(*command, typed=code, now=ahead).code == 0
    rows = station("report", "discrepancies", "--json").json["rows"]
    found = {row["finding"] for row in rows if row["severity"] != "info" and row["state"] != "settled"}
    assert found >= {"GAP", "SHORTAGE", "DAMAGED", "COUNT"}
    late = station("report", "late", "--json").json
    assert late["as_of"] == "2024-02-11T01:00:00Z"
    assert {row["place"]: row["there"] for row in late["rows"]}["51.08.01"] == 1
    cards = {card["bearer"]: card for card in station("report", "scorecard", "--json").json["cards"]}
    assert cards["51.08.01"]["held"] == 1 and cards["51.08.01"]["axes"]["quality"]["faults"]
    with page_at(site_at(station.home)) as page:
        told = page.get("/api/v1/findings").json()["findings"]
    assert {one["code"] for one in told} | {"LATE"} == found | {"LATE"}
    asked = station("report", "evaluation", "--as-of", "2024-02-11 09:00 WITA", "--json")
    assert asked.code == 0 and "GAP" not in asked.out
