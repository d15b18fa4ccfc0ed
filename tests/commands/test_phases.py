"""Phases (tahap): what is expected of a truck is what is to go in it and has come; the rest is not there yet."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_examples import Ran, Terminal, once_in, station_at
from tests.support.paper_examples import photograph
from tests.support.phase_examples import FORM, PHASES, PPK, codes, labelled, phased, receive


def ready(station: Terminal, *kinds: str) -> Terminal:
    """The same, with labels for some kinds, as it was made once."""
    once_in(station.home.parent, ("in phases", kinds), lambda: labelled(phased(station), *kinds))
    return station


def short(ran: Ran) -> list[str]:
    return short_of(ran.json)


def short_of(told: Any) -> list[str]:
    return [finding["item"] for finding in told["findings"] if finding["code"] == "SHORTAGE"]


def test_a_truck_of_boxes_alone_is_not_short_while_nothing_else_has_come(station: Terminal) -> None:
    ready(station, "box")
    boxes = codes(station, "box")
    given = station.give(boxes, "51.08", "DK8123AB", "--bound", PPK)
    assert (given.json["scanned"], given.json["expected"], given.json["findings"]) == (10, 10, [])
    assert given.json["kinds"] == ["box"] and "phase" not in given.json


def test_a_truck_that_lacks_one_of_what_has_come_is_short_of_it(station: Terminal) -> None:
    ready(station, "box")
    boxes = codes(station, "box")
    assert short(station.give(boxes[1:], "51.08", "DK8123AB", "--bound", PPK)) == boxes[:1]
    chain = station("custody", boxes[0], "--json").json
    assert [finding["code"] for finding in chain["findings"]] == ["SHORTAGE"]


def test_a_phase_that_is_named_is_expected_whole_and_alone(station: Terminal) -> None:
    ready(station, "box", "booth", "form")
    boxes, booths = codes(station, "box"), codes(station, "booth")
    given = station.give([*boxes, *booths[1:]], "51.08", "DK8123AB", "--bound", PPK, "--phase", "i")
    assert (given.json["expected"], given.json["phase"], given.json["kinds"]) == (18, "I", ["booth", "box"])
    assert short(given) == booths[:1]
    alone = station.give(codes(station, "box", "51.08.02"), "51.08", "51.08.02", "--kind", "Kotak suara")
    assert (alone.json["expected"], alone.json["kinds"], alone.json["findings"]) == (5, ["box"], [])


def test_a_thing_of_another_phase_goes_beyond_what_was_meant(station: Terminal) -> None:
    ready(station, "box", "booth", "form")
    form = codes(station, "form")[0]
    things = [*codes(station, "box"), *codes(station, "booth"), form]
    given = station.give(things, "51.08", PPK, "--phase", "I")
    [finding] = given.json["findings"]
    assert (finding["code"], finding["item"], given.json["expected"]) == ("EXCESS", form, 18)
    assert "is not of phase I" in finding["detail"]
    chain = station("custody", form, "--json").json
    assert [finding["code"] for finding in chain["findings"]] == ["EXCESS"]
    kind = station.give(codes(station, "form", "51.08.02"), "51.08", "51.08.02", "--kind", "box")
    assert {"is of none of the kinds that are to go" in one["detail"] for one in kind.json["findings"]} == {True, False}


def test_a_thing_of_the_right_kind_for_another_place_is_astray_and_no_more(station: Terminal) -> None:
    ready(station, "box")
    other = codes(station, "box", "51.08.02")[0]
    given = station.give([*codes(station, "box"), other], "51.08", PPK, "--kind", "box")
    assert [(one["code"], one["item"]) for one in given.json["findings"]] == [("WRONG_DESTINATION", other)]
    assert (given.json["scanned"], given.json["expected"]) == (11, 10)


def test_what_a_vendor_still_owes_is_not_there_yet_and_what_came_is_expected(station: Terminal) -> None:
    """Of 15 boxes 12 came, so 3 may be missing at any truck, and no more."""
    ready(station, "box", "booth")
    assert receive(station, "box", 12).code == 0
    boxes = codes(station, "box")
    given = station.give([*boxes[:8], *codes(station, "booth")], "51.08", "DK8123AB", "--bound", PPK)
    assert (given.json["expected"], given.json["findings"]) == (16, [])
    rest = codes(station, "box", "51.08.02")
    assert receive(station, "box", 3, paper="SJ-2").code == 0
    left = station.give(rest[:4], "51.08", "51.08.02", "--kind", "box")
    assert short(left) == rest[4:]


def test_of_what_may_not_have_come_the_unlabelled_ones_are_not_there(station: Terminal) -> None:
    ready(station)
    boxes = codes(station, "box")
    assert station("labels", *(part for code in boxes[:9] for part in ("--code", code)), "--out", "l.pdf").code == 0
    assert short(station.give(boxes[:8], "51.08", "DK8123AB", "--bound", PPK, "--phase", "I")) == boxes[8:9]


def test_what_was_scanned_has_come_whatever_the_deliveries_say(station: Terminal) -> None:
    ready(station, "box", "form")
    assert receive(station, "form", 0).code == 0
    forms = codes(station, "form")
    given = station.give([*codes(station, "box"), forms[0]], "51.08", PPK)
    assert (given.json["expected"], given.json["findings"], given.json["kinds"]) == (11, [], ["box", "form"])


def test_a_receiver_expects_what_the_giver_meant(station: Terminal, tmp_path: Path) -> None:
    ready(station, "box", "booth")
    boxes, booths = codes(station, "box"), codes(station, "booth")
    sent = station.give([*boxes, *booths[1:]], "51.08", PPK, "--phase", "I").json
    assert sent["expected"] == 18
    ppk = station_at(station, tmp_path / "ppk", "--place", PPK, "--station", "PPK", "--election", "Pemilu 2024")
    assert station("export", "--out", "all.serah").code == 0
    assert ppk("import", "all.serah").code == 0
    got = ppk.give([*boxes, *booths[1:]], "51.08", PPK).json
    assert (got["expected"], got["phase"], got["kinds"]) == (18, "I", ["booth", "box"])
    assert [finding["item"] for finding in got["findings"] if finding["code"] == "SHORTAGE"] == booths[:1]
    letter = ppk("report", "bast", "--number", got["bast"], "--json").json
    assert (letter["phase"], letter["kinds"], letter["expected"]) == ("I", ["booth", "box"], 18)


@pytest.mark.parametrize("by_paper", [False, True])
def test_what_comes_off_a_truck_is_of_the_phase_that_it_was_loaded_for(
    station: Terminal, tmp_path: Path, by_paper: bool
) -> None:
    ready(station, "box", "booth")
    boxes, booths = codes(station, "box"), codes(station, "booth")
    there = station_at(station, tmp_path / "ppk", "--place", PPK, "--station", "PPK", "--election", "Pemilu 2024")
    assert station("export", "--out", "plan.serah").code == 0
    station.give([*boxes, *booths], "51.08", "DK8123AB", "--bound", PPK, "--phase", "I", "--paper", "load.pdf")
    station("inspect", boxes[3], "--condition", "light", "--by", "Made")  # more was recorded of it since
    assert station("export", "--out", "all.serah").code == 0
    assert there("import", "plan.serah" if by_paper else "all.serah").code == 0
    if by_paper:
        there("scan", "--from", "DK8123AB", "--to", PPK, "--source", photograph("load.pdf"))
    got = there.give([*boxes, *booths[1:]], "DK8123AB", PPK).json
    assert (got["expected"], got["phase"], got["kinds"], short_of(got)) == (18, "I", ["booth", "box"], booths[:1])
    letter = there("report", "bast", "--number", got["bast"], "--json").json
    assert (letter["phase"], letter["kinds"], letter["expected"]) == ("I", ["booth", "box"], 18)
    again = station.give(booths[:1], "DK8123AB", PPK).json
    assert (again["phase"], again["expected"]) == ("I", 18), "the rest of the load is of it as well"


def test_exports_name_the_phase_and_the_kinds_that_were_meant(station: Terminal) -> None:
    ready(station, "box", "booth")
    station.give(codes(station, "box"), "51.08", "DK8123AB", "--bound", PPK, "--phase", "I", "--kind", "box")
    station.give(codes(station, "box"), "DK8123AB", PPK)
    assert station("export", "--epcis", "e.jsonld", "--uri", "https://kpu.example/id").code == 0
    rows = [row for row in json.loads(Path("e.jsonld").read_text())["epcisBody"]["eventList"] if "serah:bast" in row]
    told = [(row["serah:phase"], row["serah:kinds"]) for row in rows]
    assert told == [("I", ["https://kpu.example/id/kind/box"])] * 2
    assert station("export", "--tables", "tables").code == 0
    sheet = list(csv.DictReader(Path("tables/handovers.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["phase"], row["kinds"]) for row in sheet] == [("I", "box")] * 2


def test_a_load_of_two_phases_is_of_none_and_its_kinds_are_named(station: Terminal) -> None:
    ready(station, "box", "form")
    boxes, forms = codes(station, "box"), codes(station, "form")
    station.give(boxes, "51.08", "DK8123AB", "--bound", PPK, "--phase", "I")
    station.give(forms, "51.08", "DK8123AB", "--bound", PPK, "--phase", "II")
    got = station.give([*boxes, *forms], "DK8123AB", PPK).json
    assert (got["expected"], got["kinds"], "phase" in got) == (14, ["booth", "box", "form"], False)


def test_where_something_was_loaded_beyond_the_phase_none_is_named_and_all_of_it_is_expected(station: Terminal) -> None:
    ready(station, "box", "form")
    boxes, forms = codes(station, "box"), codes(station, "form")
    station.give([*boxes, forms[0]], "51.08", "DK8123AB", "--bound", PPK, "--phase", "I")
    got = station.give(boxes, "DK8123AB", PPK).json
    assert (got["expected"], short_of(got), "phase" in got) == (11, forms[:1], False)


def test_without_phases_all_that_is_held_is_expected_as_before(station: Terminal) -> None:
    given = station.give(codes(station, "box"), "51.08", "DK8123AB", "--bound", PPK)
    assert given.json["expected"] == 18 and len(short(given)) == 8
    assert "kinds" not in given.json and "phase" not in given.json


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--phase", "III"), "there is no phase III in the plan\n  The phases are: I, II."),
        (("--kind", "tinta"), "there is no kind tinta"),
        (("--phase", "II", "--kind", "box"), "box is not of phase II\n  The kinds of this phase are: form"),
        (("--phase", "I", "--load", "list.txt"), "--phase and --kind do not go with it"),
    ],
)
def test_what_is_no_phase_or_kind_is_refused_and_nothing_is_recorded(
    station: Terminal, options: tuple[str, ...], words: str
) -> None:
    ready(station)
    boxes = codes(station, "box")
    Path("list.txt").write_text("\n".join(boxes))
    before = station.event_count()
    refused = station.give(boxes, "51.08", PPK, *options)
    assert (refused.code, refused.out) == (2, "") and words in refused.err
    assert station.event_count() == before


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("II,,box,\n", "box is in phase I in row 2 of phases.csv already, and belongs to one phase only"),
        ("III,,tinta,\n", "no need is of the kind tinta; the kinds are booth, box, form, seal"),
        ("III,,seal,besok\n", "besok is not a date and time"),
        ("a very long name of a phase,,seal,\n", "write the phase as I or II"),
    ],
)
def test_a_table_of_phases_with_a_fault_is_refused_whole(station: Terminal, row: str, words: str) -> None:
    needs = Path("needs.csv")
    needs.write_text(needs.read_text() + FORM)
    Path("phases.csv").write_text(PHASES + row)
    before = station.event_count()
    refused = station("load", "needs.csv", "phases.csv")
    assert refused.code == 2 and "phases.csv, row 5" in refused.err and words in refused.err
    assert station.event_count() == before


def test_due_times_that_look_wrong_are_told(station: Terminal) -> None:
    needs = Path("needs.csv")
    needs.write_text(needs.read_text() + FORM)
    Path("phases.csv").write_text(PHASES.replace("13/02/2024", "10/02/2024"))
    loaded = station("load", "needs.csv", "phases.csv")
    assert loaded.code == 0
    assert "phases that were due already: II" in loaded.err and "phase II is due before phase I" in loaded.err


def test_a_kind_moves_to_another_phase_or_out_of_all_by_loading_it_again(station: Terminal) -> None:
    ready(station)
    Path("phases.csv").write_text("phase,kind\nII,booth\n,form\n")
    loaded = station("load", "phases.csv")
    assert loaded.code == 0 and "2 changed" in loaded.out and "phase I -> II" in loaded.out
    labelled(station, "box", "booth")
    given = station.give(codes(station, "box"), "51.08", PPK, "--phase", "I")
    assert (given.json["expected"], given.json["kinds"]) == (10, ["box"])
    again = station("load", "phases.csv")
    assert "nothing new" in again.out


# --- what came, its labels, and the report ----------------------------------------------------------------------------


def test_labels_are_printed_for_what_came_with_a_delivery_note_and_once(station: Terminal) -> None:
    ready(station)
    assert receive(station, "box", 7, "--damaged", 1, paper="SJ-7").code == 0
    assert receive(station, "form", 4, paper="SJ-7").code == 0
    printed = station("labels", "--delivery", "SJ-7", "--kind", "box", "--out", "a.pdf", "--json")
    assert (printed.code, printed.json["labels"]) == (0, 6)
    assert station("labels", "--delivery", "SJ-7", "--out", "b.pdf", "--json").json["labels"] == 4
    again = station("labels", "--delivery", "SJ-7", "--out", "c.pdf")
    assert again.code == 2 and "all that came with the delivery note SJ-7 has one" in again.err
    assert not Path("c.pdf").exists()
    strange = station("labels", "--delivery", "SJ-8", "--out", "c.pdf")
    assert strange.code == 2 and "no delivery is recorded here under the delivery note SJ-8" in strange.err
    assert [item["print"] for item in station.items("--kind", "box")].count(1) == 6


def test_the_report_tells_how_far_each_phase_has_come(station: Terminal) -> None:
    ready(station, "box")
    receive(station, "box", 12, "--contracted", 15, "--damaged", 2)
    receive(station, "form", 6, paper="SJ-2", now="2024-02-13T05:00:00Z")  # an hour after it was due
    boxes = codes(station, "box")
    station.give(boxes[:8], "51.08", PPK)
    station.give(boxes[:4], PPK, "51.08.01.2001.001")
    told = station("report", "phases", "--json", now="2024-02-11T04:00:00Z").json
    rows = {row["kind"]: row for row in told["rows"]}
    assert list(rows) == ["booth", "box", "form", "seal"] and told["overlaps"] == {}
    box = {"need": 15, "ordered": 15, "arrived": 12, "damaged": 2, "arrived_late": 0, "registered": 15, "labelled": 15}
    assert box.items() <= rows["box"].items()
    assert (rows["box"]["phase"], rows["box"]["phase_name"], rows["box"]["days_left"]) == ("I", "Tahap I", 1)
    assert (rows["box"]["sent"], rows["box"]["there"]) == (8, 4)
    assert (rows["form"]["arrived_late"], rows["form"]["ordered"]) == (6, None)
    assert (rows["seal"]["phase"], rows["seal"]["due_utc"]) == ("", None)
    late = station("report", "phases", "--json", "--kind", "box", now="2024-02-12T04:00:01Z").json
    assert [(row["kind"], row["days_left"]) for row in late["rows"]] == [("box", -1)]
    here = station("report", "phases", "--json", "--to", "51.08.02").json["rows"]
    assert {row["kind"]: row["registered"] for row in here} == {"box": 5, "booth": 4, "form": 2, "seal": 0}
    shown = station("report", "phases")
    assert shown.code == 0 and "Phase I: due" in shown.out and "arrived 12, ordered" in shown.out
    for name in ("phases.pdf", "phases.xlsx", "phases-report.csv"):
        assert station("report", "phases", "--out", name).code == 0 and Path(name).stat().st_size
    assert "phases" in station("report", "evaluation", "--json").json["chapters"]


def test_what_comes_after_its_phase_is_due_is_late_though_the_place_has_more_time(station: Terminal) -> None:
    ready(station, "box", "booth")
    boxes, booths = codes(station, "box"), codes(station, "booth")
    in_time = station.give(boxes[:2], "51.08", PPK, now="2024-02-12T04:00:00Z")
    assert "LATE" not in {finding["code"] for finding in in_time.json["findings"]}
    late = station.give([*boxes[2:4], booths[0]], "51.08", PPK, now="2024-02-12T04:00:01Z")
    [told] = [finding for finding in late.json["findings"] if finding["code"] == "LATE"]
    assert "Phase I was due" in told["detail"]
    chain = station("custody", boxes[2], "--json").json
    assert [finding["code"] for finding in chain["findings"]].count("LATE") == 1
    shown = station("custody", boxes[2]).out
    assert "Mon 12 Feb 2024 12:00 WITA (phase I)" in shown
    rows = station("report", "late", "--json", "--as-of", "2024-02-12 13:00 WITA").json["rows"]
    told_of = {(row["place"], row["phase"]): (row["state"], row["due_utc"], row["bound"]) for row in rows}
    assert told_of[PPK, "I"] == ("late", "2024-02-12T04:00:00Z", 18)
    assert told_of[PPK, ""] == ("will_be_late", "2024-02-12T10:00:00Z", 4), "forms pass by the place's own time"
    written = station("report", "late", "--as-of", "2024-02-12 13:00 WITA").out
    assert "12 Feb 2024 12:00 WITA (phase I)" in written


def test_a_branch_of_its_own_says_when_a_phase_is_due_there(station: Terminal) -> None:
    ready(station, "box")
    Path("branch.csv").write_text("tahap,jenis,tenggat\nI,box,12/02/2024 18:00 WITA\n")
    assert station("load", "branch.csv", "--under", PPK).code == 0
    for to, is_late in ((PPK, False), ("51.08.02", True)):
        given = station.give(codes(station, "box", to)[:1], "51.08", to, now="2024-02-12T05:00:00Z")
        assert ("LATE" in {finding["code"] for finding in given.json["findings"]}) == is_late, to


def test_without_a_timetable_a_truck_leaves_by_the_time_of_the_phase(station: Terminal) -> None:
    ready(station, "box")
    told = station(
        "report", "pace", "--stations", 2, "--seconds-per-scan", 5, "--begin", "2024-02-12 08:00 WITA", "--json"
    )
    trucks = [(row["truck"], row["leaves_utc"], row["items"]) for row in told.json["trucks"]]
    assert ("PPK Gerokgak", "2024-02-12T04:00:00Z", 18) in trucks and (
        "PPK Gerokgak",
        "2024-02-12T10:00:00Z",
        4,
    ) in trucks


def test_a_delivery_for_a_phase_that_is_closed_is_recorded_and_said(station: Terminal) -> None:
    ready(station)
    on_time = receive(station, "box", 7)
    assert on_time.code == 0 and "came later:" not in on_time.out
    late = receive(station, "box", 8, paper="SJ-2", now="2024-02-12T04:00:01Z")
    assert late.code == 0 and "phase I was due" in late.out and "came later: 8" in late.out
    keyed_in = receive(
        station, "booth", 3, "--occurred", "2024-02-12 11:00 WITA", paper="SJ-3", now="2024-02-12T09:00:00Z"
    )
    assert keyed_in.code == 0 and "came later:" not in keyed_in.out


def test_without_phases_the_report_says_what_to_do(station: Terminal) -> None:
    assert "No phases are planned yet" in station("report", "phases").out
    assert station("report", "phases", "--json").json["rows"] == []
