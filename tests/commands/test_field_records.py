"""Obstacles, readiness and critical points at the terminal: recorded, listed, reported, carried to others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.measures.progress import StockGroup
from custody.plan.places import Place, is_under
from custody.plan.store_space import Size, arrivals, space_taken
from tests.support.command_examples import Terminal, station_at
from tests.support.pdf_text import text_of

LATER = "2024-02-12T03:00:00Z"


def saved(terminal: Terminal, kind: str, folder, *more: object) -> str:
    """Writes a report in all four forms, and returns the PDF's text."""
    for suffix in ("pdf", "xlsx", "csv", "json"):
        ran = terminal("report", kind, "--out", folder / f"{kind}.{suffix}", *more)
        assert ran.code == 0, ran.err
    return text_of(folder / f"{kind}.pdf")


# --- obstacles --------------------------------------------------------------------------------------------------------


def test_an_obstacle_is_opened_listed_closed_and_told_for_the_evaluation(station, tmp_path):
    code = station.codes("--kind", "box")[0]
    ran = station(
        "incident", "--place", "51.08.01", "--stage", "transport", "--item", code, "Road closed at Patas", "--json"
    )
    assert ran.code == 0 and ran.json["action"] == "open"
    event = ran.json["event"]
    assert "Road closed at Patas" in station("incident").out and "PPK Gerokgak" in station("incident").out
    assert station("incident", "--place", "51.08.02").out.startswith("No obstacle is open")
    assert station("incident", "--close", event, "Went over Seririt", now=LATER).code == 0
    assert (
        "Closed and not shown: 1" in station("incident").out and "Went over Seririt" in station("incident", "--all").out
    )
    (row,) = station("report", "incidents", "--json").json["rows"]
    assert (row["state"], row["stage"], row["hours_open"]) == ("closed", "transport", 26.0)
    assert row["items"].replace("-", "") == code
    text = saved(station, "incidents", tmp_path)
    assert "0 open, 1 closed" in text and "Went over Seririt" in text and "26 h" in text
    assert "Obstacle" in station("custody", code).out


def test_an_obstacle_is_closed_once_and_can_be_opened_again_by_withdrawing_that(station):
    event = station("incident", "no fuel", "--json").json["event"]
    closed = station("incident", "--close", event, "filled up", "--json").json["event"]
    again = station("incident", "--close", event, "filled up")
    assert again.code == 2 and "closed already" in again.err
    assert station("correct", closed, "--reason", "did-not-occur").code == 0
    assert "no fuel" in station("incident").out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--stage", "transport"), "text is missing"),
        (("--close", "1", "it is the genesis"), "no obstacle that stands"),
        (("--close", "999", "what"), "no event 999"),
        (("--close", "1", "--place", "51.08.01", "x"), "stay as they were told"),
        (("--place", "51.99", "x"), "no place 51.99"),
        (("--item", "7Q2M-9X4T-5B8C-7", "x"), "nothing was recorded"),
        (("x" * 2001,), "2001 characters"),
        (("--occurred", "2030-01-01T00:00Z", "x"), "in the future"),
    ],
)
def test_what_cannot_be_an_obstacle_is_refused_and_nothing_is_recorded(station, args, told):
    before = station.event_count()
    ran = station("incident", *args)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert station.event_count() == before


# --- readiness --------------------------------------------------------------------------------------------------------

ALL_YES = [word for key in ("roof", "water", "lock", "guard", "space") for word in ("--answer", f"{key}=yes")]


def test_a_store_is_ready_when_every_answer_is_yes_and_the_newest_checklist_holds(station, tmp_path):
    ran = station(
        "checklist",
        "--place",
        "51.08.01",
        *ALL_YES,
        "--answer",
        "roof=no:drips over the door",
        "--name",
        "Luh",
        "--json",
    )
    assert ran.code == 0 and ran.json["not_ready"] == ["roof"]
    assert ran.json["to_come"] == {"booth": 8, "box": 10}
    out = station("report", "readiness").out
    assert "drips over the door" in out and "Luh" in out and "not ready 1, without a checklist 4" in out
    assert station("checklist", "--place", "51.08.01", *ALL_YES).code == 0
    assert station("checklist", "--place", "51.08.02", *ALL_YES).code == 0
    text = saved(station, "readiness", tmp_path)
    assert "Ready 2, not ready 0, without a checklist 3" in text and "PPS Patas" in text
    told = station("report", "readiness", "--to", "51.08.01", "--json").json["rows"]
    assert [(row["place"], row["state"]) for row in told] == [("51.08.01", "ready"), ("51.08.01.2001", "no_checklist")]


def test_questions_are_asked_one_by_one_and_space_tells_what_is_to_arrive(station):
    ran = station("checklist", "--place", "51.08.02", typed="ya\nno flood last year\nwhat\nyes\n?\nyes\n", lang="id")
    assert ran.code == 0, ran.err
    assert "Masih akan tiba: 9 (Bilik suara 4, Kotak suara 5)" in ran.err
    (row,) = [r for r in station("report", "readiness", "--json").json["rows"] if r["place"] == "51.08.02"]
    assert (row["not_ready"], row["unknown"], row["notes"]) == ("water", "guard", "water: flood last year")


def test_what_has_arrived_is_not_to_come(station):
    codes = station.codes("--to", "51.08.01", "--kind", "box")
    station.give(codes[:4], "51.08", "51.08.01")
    assert station("checklist", "--place", "51.08.01", "--show", "--json").json["to_come"] == {"booth": 8, "box": 6}


def test_an_office_asks_its_own_questions_and_tells_the_sizes_of_things(station):
    (station.home / "checklist.csv").write_text(
        "kunci,pertanyaan,daftar\nroof,,\ngenset,Genset siap dan ada solar?,\nban,Ban truk baik?,kendaraan\n"
    )
    (station.home / "sizes.csv").write_text("jenis,panjang_mm,lebar_mm,tinggi_mm,tumpuk\nbox,400,400,600,5\n")
    shown = station("checklist", "--place", "51.08.01", "--show").out
    assert "Genset siap" in shown and "guard" not in shown and "Ban truk" not in shown
    assert "about 1 m³, on the floor 0.3 m²" in shown and "Of unknown size: Voting booth" in shown
    assert station("checklist", "--answer", "roof=ya", "--answer", "genset=tidak:kosong").code == 0
    assert "Genset siap dan ada solar? no (kosong)" in station("report", "readiness").out
    assert station("checklist", "--about", "kendaraan", "--answer", "ban=ya").code == 0
    assert "kendaraan" in station("report", "readiness").out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--answer", "roof=perhaps"), "is not understood"),
        (("--answer", "cat=yes"), "no such question"),
        (("--answer", "roof=yes", "--json"), "not every question was answered"),
        (("--place", "DK 8123 AB", *ALL_YES), "is a vehicle"),
        (("--about", "dragons", *ALL_YES), "no checklist dragons"),
        (("--questions", "none.csv"), "none.csv"),
    ],
)
def test_a_checklist_that_is_not_answered_is_refused_and_nothing_is_recorded(station, args, told):
    before = station.event_count()
    ran = station("checklist", *args, typed="")
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert station.event_count() == before


def test_a_table_of_questions_with_faults_names_each(station):
    (station.home / "checklist.csv").write_text("key,question\nroof,\nmy key,What?\nnew,\nroof,Again?\n")
    ran = station("checklist", "--show")
    assert ran.code == 2
    for told in ("row 3", "is no key", "row 4", "no question that Serah knows", "same as in row 2"):
        assert told in ran.err


TREE = {
    place.code: place
    for place in [
        Place("W", "W", "warehouse"),
        Place("W.1", "D", "district", "W"),
        Place("W.1.1", "V", "village", "W.1"),
        Place("W.1.1.1", "T", "polling_station", "W.1.1"),
        Place("W.2", "E", "district", "W"),
    ]
}
groups = st.lists(
    st.builds(
        StockGroup,
        to=st.sampled_from(["W.1", "W.1.1", "W.1.1.1"]),
        kind=st.sampled_from(["box", "ink"]),
        held_by=st.sampled_from([*TREE, "DK8123AB"]),
        count=st.integers(1, 99),
        labelled=st.just(0),
        sent=st.just(0),
    ),
    max_size=9,
)


@given(groups)
def test_what_is_to_come_what_is_here_and_what_has_passed_are_all_of_it(stock):
    due = arrivals(stock, TREE, "W.1")
    passed = sum(g.count for g in stock if g.held_by != "W.1" and is_under(TREE, g.held_by, "W.1"))
    assert due.count + sum(due.here.values()) + passed == sum(g.count for g in stock)
    assert all(arrivals([g], TREE, "W.1").count in (0, g.count) for g in stock)


def test_room_is_for_full_stacks_and_names_what_it_does_not_know():
    taken = space_taken({"box": 11, "ink": 3}, {"box": Size(400, 400, 600, stack=5)})
    assert (taken.litres, taken.floor_mm2, taken.unsized) == (1056, 3 * 160_000, ("ink",))


# --- critical points --------------------------------------------------------------------------------------------------


def test_a_point_is_added_moved_and_done(station, tmp_path):
    added = station(
        "point", "TK-01", "--title", "Nomination data complete", "--owner", "Luh", "--due", "2024-02-11 18:00 WITA"
    )
    assert added.code == 0 and "TK-01 [due] Nomination data complete; Luh" in added.out
    moved = station("point", "TK-01", "--due", "2024-02-20 18:00 WITA", "--note", "Court ruling", "--json").json
    assert (moved["status"], moved["moved"], moved["owner"], moved["note"]) == ("green", 1, "Luh", "Court ruling")
    late = station("report", "points", "--as-of", "2024-02-21T00:00:00Z", "--json").json["rows"]
    assert [row["status"] for row in late] == ["overdue"]
    assert "overdue 1" in saved(station, "points", tmp_path, "--as-of", "2024-02-21T00:00:00Z")
    done = station("point", "TK-01", "--done", now="2024-02-21T00:00:00Z")
    assert done.code == 0 and "[done]" in done.out
    text = saved(station, "points", tmp_path)
    assert "done, late" in text and "Done after it was due: 1" in text
    assert station("point", "TK-01", "--open", "--json").json["status"] == "green"
    before = station.event_count()
    assert "Nothing changed" in station("point", "TK-01", "--owner", "Luh").out and station.event_count() == before


def test_points_come_from_a_table_all_or_nothing_and_twice_changes_nothing(station):
    table = station.home.parent / "points.csv"
    table.write_text(
        "titik,uraian,penanggung_jawab,tenggat,tempat,status\n"
        "TK-01,Data pencalonan,Divisi Teknis,2023-11-03 23:59 WITA,,selesai\n"
        "TK-02,KPPS dilantik,SDM,2024-02-12 10:00 WITA,51.08.01,\n"
    )
    assert station("point", "--load", table, "--json").json == {
        "file": "points.csv",
        "added": 2,
        "changed": 0,
        "same": 0,
    }
    assert station("point", "--load", table, "--json").json["same"] == 2
    assert [row["status"] for row in station("point", "--json").lines] == ["green", "done"]
    only = station("report", "points", "--to", "51.08", "--json").json["rows"]
    assert [row["point"] for row in only] == ["TK-02"]
    table.write_text("point,title,owner,due,place\nTK-03,New,X,,51.08\nTK-02,A,,2024-13-01,51.99\n")
    before = station.event_count()
    ran = station("point", "--load", table)
    assert ran.code == 2 and station.event_count() == before
    for told in ("row 3", "column owner", "column due", "Traceback"):
        assert (told in ran.err) == (told != "Traceback")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("TK-9", "--owner", "Luh"), "has no title"),
        (("--title", "x"), "has no name"),
        (("TK-9", "--title", "x", "--due", "tomorrow"), "no date and time"),
        (("TK-9", "--title", "x", "--place", "51.99"), "no place 51.99"),
        (("--load", "x.csv", "--done"), "from the table alone"),
    ],
)
def test_a_point_that_says_too_little_is_refused(station, args, told):
    before = station.event_count()
    ran = station("point", *args)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert station.event_count() == before


# --- all three --------------------------------------------------------------------------------------------------------


def test_what_one_station_recorded_another_tells_the_same_and_may_close(station, tmp_path):
    event = station("incident", "rain", "--json").json["event"]
    station("checklist", "--place", "51.08.01", *ALL_YES)
    station("point", "TK-01", "--title", "T", "--owner", "O", "--due", "2024-02-20T00:00Z")
    assert station("export", "--out", tmp_path / "all.serah").code == 0
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    other = station_at(station, tmp_path / "other", "--place", "51.08.01", "--station", "PPK", "--root", root)
    assert other("import", tmp_path / "all.serah").code == 0
    for kind in ("incidents", "readiness", "points"):
        assert other("report", kind, "--json").json == station("report", kind, "--json").json
    assert other("incident", "--close", event, "it stopped").code == 0
    assert other("point", "TK-01", "--done").code == 0
    assert other("export", "--out", tmp_path / "back.serah").code == 0
    assert station("admit", other.home / "station-card.json").code == 0
    assert station("import", tmp_path / "back.serah").code == 0
    assert [row["state"] for row in station("report", "incidents", "--json").json["rows"]] == ["closed"]
    assert [row["status"] for row in station("point", "--json").lines] == ["done"]


def test_reports_of_nothing_say_so(station, tmp_path):
    assert "No obstacle is open" in station("report", "incidents").out
    assert "No critical point" in station("report", "points").out
    assert "without a checklist 5" in station("report", "readiness").out
    for kind in ("incidents", "readiness", "points"):
        saved(station, kind, tmp_path)
        assert station("report", kind, "--kind", "box").code == 2
