"""What comes later changes every surface alike: corrections, other stations' records, papers, withdrawals."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from commands.context import station_at as opened
from custody.handover.waybill import foretold_gaps
from db.log.merge import merge
from evidence.entry import RawEntry
from services.reporting.overview import Overview
from tests.support.command_examples import NOW, Terminal, station_at
from tests.support.drawn_reports import reports_agree
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.paper_examples import photograph
from tests.support.pdf_text import text_of
from tests.support.truth_examples import TRUCK, letter, letter_pdf, listed, of_codes, root_key


def test_a_corrected_handover_says_the_numbers_of_the_hour_when_it_happened(station: Terminal) -> None:
    """What left later, and is known when the correction is recorded, was still there when the handover happened."""
    codes = station.codes("--to", "51.08.01")
    ran = station.give(codes[:4], "51.08", "51.08.01", "--counted", "5").json
    assert (ran["expected"], ran["scanned"]) == (18, 4)
    for code in codes[4:9]:
        assert station.give([code], "51.08", "51.08.01").code == 0
    told = letter(station, ran["bast"])
    assert (told["expected"], told["total"], len(told["missing"])) == (18, 4, 14)
    for counted in ("4", "3", "4"):  # a correction may be put right again
        fixed = station("correct", ran["bast"], "--counted", counted, "--reason", "incorrect-data")
        assert fixed.code == 0, fixed.err
        told = letter(station, ran["bast"])
        assert (told["expected"], told["total"], len(told["missing"])) == (18, 4, 14)
        assert told["counted"] == int(counted)


@pytest.mark.parametrize("way", ["bundle", "paper"])
def test_giver_and_receiver_sign_the_same_numbers_where_one_of_them_lists_what_was_to_go(
    station: Terminal, tmp_path: Path, way: str
) -> None:
    """The receiver knows the plan and could derive 18; the giver's record says four of which one did not go."""
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    station("admit", tmp_path / "ppk" / "station-card.json")
    station("export", "--out", tmp_path / "plan.serah")
    assert ppk("import", tmp_path / "plan.serah").code == 0
    paper, other = tmp_path / "paper.pdf", listed(station, codes[4:6])
    station.give(codes[4:6], "51.08", "51.08.01", "--load", other)  # that went too, and is received by itself
    given = station.give(codes[:3], "51.08", "51.08.01", "--load", listed(station, codes[:4]), "--paper", paper).json
    mine = letter(station, given["bast"])
    assert (mine["expected"], mine["total"], [row["code"] for row in mine["missing"]]) == (4, 3, [codes[3]])
    station("export", "--out", tmp_path / "all.serah")
    if way == "bundle":
        assert ppk("import", tmp_path / "all.serah").code == 0
    else:
        read = ppk("scan", "--from", "51.08", "--to", "51.08.01", "--source", photograph(paper), "--json", "--yes")
        assert read.code in (0, 2), read.err
    part = ppk.give(codes[:2], "51.08", "51.08.01").json
    assert (part["scanned"], part["expected"]) == (2, 4)
    rest = ppk.give(codes[2:3], "51.08", "51.08.01").json
    assert (rest["scanned"], rest["expected"]) == (1, 2), "what came before is not to come again"
    assert [f["item"] for f in rest["findings"] if f["code"] == "SHORTAGE"] == [codes[3]]
    fixed = station("correct", given["bast"], "--counted", "3", "--reason", "incorrect-data")
    assert fixed.code == 0, fixed.err
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    ppk("export", "--out", tmp_path / "back.serah")
    assert station("import", tmp_path / "back.serah").code == 0
    for laptop in (ppk, station):
        theirs = letter(laptop, part["bast"])
        assert (theirs["expected"], theirs["total"], len(theirs["missing"])) == (4, 2, 2)
        theirs = letter(laptop, rest["bast"])
        assert (theirs["expected"], [row["code"] for row in theirs["missing"]]) == (2, [codes[3]])
        assert letter(laptop, given["bast"])["expected"] == 4


@pytest.mark.parametrize("is_listed", [True, False])
def test_what_came_inside_a_box_that_was_received_is_not_to_come_again(
    station: Terminal, tmp_path: Path, *, is_listed: bool
) -> None:
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    station("admit", tmp_path / "ppk" / "station-card.json")
    box, inside, loose = codes[:3]
    assert station("pack", box, inside, "--add").code == 0
    wanted = ("--load", listed(station, [box, inside, loose])) if is_listed else ()
    station.give([box, loose], "51.08", "51.08.01", *wanted)
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    first = ppk.give([box], "51.08", "51.08.01").json
    assert (first["scanned"], first["assumed"]) == (1, 1)
    chain = ppk("custody", inside, "--json").json
    assert [row["repeat"] for row in chain["chain"] if row["from"]] == [False, True]
    assert chain["held_by"] == "51.08.01" and chain["findings"] == []
    rest = ppk.give([loose], "51.08", "51.08.01").json
    ppk("export", "--out", tmp_path / "back.serah")
    assert station("import", tmp_path / "back.serah").code == 0
    for laptop in (ppk, station):
        told = letter(laptop, rest["bast"])
        assert told["expected"] == rest["expected"] == (1 if is_listed else len(codes) - 2)
        assert inside not in [row["code"] for row in told["missing"]]
    assert inside not in [f["item"] for f in rest["findings"]]
    assert [f for f in ppk.give([inside], "51.08", "51.08.01").json["findings"] if f["item"] == inside] == []
    assert ppk("custody", inside, "--json").json["findings"] == []


def test_what_the_receivers_record_lacks_of_the_givers_stands_in_all_reports_until_it_comes(
    station: Terminal, tmp_path: Path
) -> None:
    """No truck between, no list: that others of one record came says that this one did not."""
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    station.give(codes[:5], "51.08", "51.08.01")
    assert of_codes(station, "SHORTAGE") == [], "one side alone has recorded it"
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    part = ppk.give(codes[:3], "51.08", "51.08.01", "--refuse", codes[2]).json
    assert {*codes[3:5]} <= {f["item"] for f in part["findings"] if f["code"] == "SHORTAGE"}

    def at_both(short: list[str]) -> None:
        ppk("export", "--out", tmp_path / "back.serah")
        assert station("import", tmp_path / "back.serah").code == 0
        for laptop in (station, ppk):
            assert sorted(of_codes(laptop, "SHORTAGE")) == [("SHORTAGE", code, "open") for code in sorted(short)]
            assert {*short} <= {row["code"] for row in letter(laptop, part["bast"])["missing"]}
            with opened(str(laptop.home), None, lambda: NOW).store() as store:
                reports_agree(store, Overview())

    ppk("export", "--out", tmp_path / "back.serah")
    assert station("import", tmp_path / "back.serah").code == 0
    assert of_codes(station, "SHORTAGE") == [], "what a station that nobody admitted says counts nowhere"
    station("admit", tmp_path / "ppk" / "station-card.json")
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    at_both(codes[3:5])
    assert ppk.give(codes[3:4], "51.08", "51.08.01").code == 0
    at_both(codes[4:5])
    assert station.give(codes[4:5], "51.08.01", "51.08").code == 0, "the giver has it again"
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    at_both([])


def test_a_paper_alone_tells_its_list_and_what_came_of_it_before_is_not_to_come_again(
    station: Terminal, tmp_path: Path
) -> None:
    """No plan and no bundle: nothing is registered here, so the records alone say what has come."""
    codes, paper = station.codes("--to", "51.08.01"), tmp_path / "paper.pdf"
    root = station("verify", "--json").json["logs"][0]["key"]
    station.give(codes[:3], "51.08", "51.08.01", "--load", listed(station, codes[:4]), "--paper", paper)
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    assert ppk(
        "scan", "--from", "51.08", "--to", "51.08.01", "--source", photograph(paper), "--json", "--yes"
    ).code in (0, 2)
    for taken, expected in ((codes[:2], 4), (codes[2:3], 2)):
        ran = ppk.give(taken, "51.08", "51.08.01").json
        told = letter(ppk, ran["bast"])
        assert (ran["expected"], told["expected"]) == (expected, expected)
        assert codes[3] in [row["code"] for row in told["missing"]]


def test_a_handover_that_root_corrects_is_told_as_its_own_station_knew_it(station: Terminal, tmp_path: Path) -> None:
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    two = station_at(station, tmp_path / "two", "--place", "51.08", "--station", "Gudang-2", "--root", root)
    station("admit", tmp_path / "two" / "station-card.json")
    station("export", "--out", tmp_path / "one.serah")
    assert two("import", tmp_path / "one.serah").code == 0
    ran = two.give(codes[:4], "51.08", "51.08.01", "--counted", "5").json
    assert (ran["expected"], ran["scanned"]) == (18, 4)
    ends, later = ("--from", "51.08", "--to", "51.08.01"), "2024-02-11T01:10:00Z"
    assert station("handover", *ends, "--codes", "-", typed="\n".join(codes[4:9]), now=later).code == 0
    two("export", "--out", tmp_path / "two.serah")
    assert station("import", tmp_path / "two.serah").code == 0
    fixed = station("correct", ran["bast"], "--counted", "4", "--reason", "incorrect-data", now="2024-02-11T01:20:00Z")
    assert fixed.code == 0, fixed.err
    told = letter(station, ran["bast"])
    assert (told["expected"], told["total"], told["counted"], len(told["missing"])) == (18, 4, 4, 14)


def test_what_only_the_giver_noted_as_refused_is_missing_in_the_receivers_letter_and_under_one_number_in_none(
    station: Terminal, tmp_path: Path
) -> None:
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    station("admit", tmp_path / "ppk" / "station-card.json")
    for number, loaded in (("", codes[:3]), ("0007/BERSAMA/2024", codes[3:6])):
        shared = ("--number", number) if number else ()
        given = station.give(
            loaded, "51.08", "51.08.01", "--load", listed(station, loaded), "--refuse", loaded[0], *shared
        )
        station("export", "--out", tmp_path / "all.serah")
        assert ppk("import", tmp_path / "all.serah").code == 0
        received = ppk.give(loaded[1:], "51.08", "51.08.01", *shared).json
        ppk("export", "--out", tmp_path / "back.serah")
        assert station("import", tmp_path / "back.serah").code == 0
        own = letter(ppk, received["bast"])
        missing = [row["code"] for row in own["missing"]]
        assert (own["expected"], own["total"], missing) == (3, 2, [] if number else loaded[:1])
        assert own.get("elsewhere", 0) == (1 if number else 0)
        sent = letter(station, given.json["bast"])
        assert (sent["expected"], sent["total"], sent["missing"]) == (3, 2, [])
        for laptop in (station, ppk):
            assert laptop("custody", "--json", loaded[0]).json["held_by"] == "51.08"


def test_what_the_trucks_paper_explains_is_no_break_on_the_screen_nor_on_any_other_surface(
    station: Terminal, tmp_path: Path
) -> None:
    """The sub-district has plan and items, and of the loading the paper alone; another station has not even that."""
    codes, paper = station.codes("--to", "51.08.01")[:3], tmp_path / "paper.pdf"
    root = station("verify", "--json").json["logs"][0]["key"]
    ppk, two = (
        station_at(station, tmp_path / name, "--place", place, "--station", name, "--root", root)
        for name, place in (("ppk", "51.08.01"), ("two", "51.08.02"))
    )
    for name in ("ppk", "two"):
        station("admit", tmp_path / name / "station-card.json")
    station("export", "--out", tmp_path / "plan.serah")
    station.give(codes, "51.08", TRUCK, "--bound", "51.08.01", "--paper", paper)
    assert ppk("import", tmp_path / "plan.serah").code == 0
    ends = ("--from", TRUCK, "--to", "51.08.01")
    assert ppk("scan", *ends, "--source", photograph(paper), "--json", "--yes").code in (0, 2)
    ran = ppk.give(codes[:2], TRUCK, "51.08.01", "--paper", tmp_path / "own.pdf")
    assert (ran.json["expected"], {f["code"] for f in ran.json["findings"]}) == (3, {"SHORTAGE"})
    assert letter(ppk, ran.json["bast"])["findings"] == []
    assert ppk("report", "handover", "--out", tmp_path / "again.pdf").code == 0
    for name in ("own", "again"):
        assert "left with" not in text_of(tmp_path / f"{name}.pdf") and "Critical" not in text_of(
            tmp_path / f"{name}.pdf"
        )
    chain = ppk("custody", codes[0], "--json").json
    assert [(f["code"], f["severity"], f["provisional"]) for f in chain["findings"]] == [("GAP", "info", True)]
    assert [row for row in of_codes(ppk, "GAP") if row[2] == "open"] == []
    with opened(str(ppk.home), None, lambda: NOW).store() as store:
        found, read = store.state.chain(codes[0]), store.state.waiting_papers()
        ((leaf, said),) = read.items()
        for more in ({"to": "DK1OTHER"}, {"items": []}):
            bare = replace(found, findings=tuple(replace(f, is_foretold=False) for f in found.findings))
            assert foretold_gaps(bare, {leaf: said | more}) == bare, "a paper about another truck or thing"
            assert foretold_gaps(bare, read) == found
        store.state.tables.paper.update(public_key="00" * 32).execute()
        assert store.state.waiting_papers() == {}, "a paper of a station whose key does not count explains nothing"
        store.state.tables.paper.update(public_key=root_key(station)).execute()
    ppk("export", "--out", tmp_path / "ppk.serah")
    for bundle in ("plan", "ppk"):
        assert two("import", tmp_path / f"{bundle}.serah").code == 0
    found = [f["severity"] for f in two("custody", codes[0], "--json").json["findings"] if f["code"] == "GAP"]
    assert found == ["critical"], "who has not seen the paper cannot know"
    told = text_of(letter_pdf(two, ran.json["bast"], tmp_path))
    assert "(provisional)" in told
    station("export", "--out", tmp_path / "all.serah")
    assert ppk("import", tmp_path / "all.serah").code == 0
    assert ppk("custody", codes[0], "--json").json["findings"] == []


def test_a_page_says_which_critical_findings_are_provisional(
    station: Terminal, visitor: Visitor, tmp_path: Path
) -> None:
    root = station("verify", "--json").json["logs"][0]["key"]
    for name, place in (("here", "51.08.01"), ("unmet", "51.08.02")):
        other = station_at(station, tmp_path / name, "--place", place, "--station", name, "--root", root)
        station("admit", tmp_path / name / "station-card.json")
        other("export", "--out", tmp_path / f"{name}.serah")
    assert station("import", tmp_path / "here.serah").code == 0
    ran = station.give(station.codes("--to", "51.08.01")[:1], "51.08.02", TRUCK)
    assert [f["provisional"] for f in ran.json["findings"] if f["severity"] == "critical"] == [True], ran.json
    page = " ".join(visitor.see(f"/handover?number={ran.json['bast']}").split())
    assert "left with Gudang (provisional)." in page


def test_what_was_withdrawn_is_not_shown_or_printed_as_if_it_stood(
    station: Terminal, visitor: Visitor, tmp_path: Path
) -> None:
    words = "This record was withdrawn or corrected and does not count"
    codes, out = station.codes("--to", "51.08.01")[:3], tmp_path / "paper.pdf"
    gone, fixed = (station.give(part, "51.08", TRUCK).json["bast"] for part in (codes[:1], codes[1:]))
    assert words not in visitor.see(f"/handover?number={gone}")
    assert station("correct", gone, "--reason", "did-not-occur", "--yes").code == 0
    assert station("correct", fixed, "--remove", codes[2], "--reason", "incorrect-data", "--yes").code == 0
    assert words in visitor.see(f"/handover?number={gone}")
    page = visitor.see(f"/handover?number={fixed}")
    assert words not in page and "In place of a record that was withdrawn: " in page
    for number, is_gone in ((gone, True), (fixed, False)):
        assert station("report", "handover", "--number", number, "--out", out).code == 0
        assert (words in " ".join(text_of(out).split())) is is_gone


def test_a_table_of_a_chain_tells_what_was_refused_and_what_moved_nothing(station: Terminal, tmp_path: Path) -> None:
    codes, out = station.codes("--to", "51.08.01")[:2], tmp_path / "chain.csv"
    station.give(codes, "51.08", TRUCK, "--refuse", codes[0])
    for code, is_refused in ((codes[0], "true"), (codes[1], "false")):
        assert station("custody", code, "--out", out).code == 0
        row = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))[-1]
        assert (row["to"], row["refused"], row["repeat"]) == (TRUCK, is_refused, "false")


def test_a_letter_holds_the_hand_count_against_what_came_without_a_label_too(station: Terminal, tmp_path: Path) -> None:
    codes = station.codes("--to", "51.08.01")[:3]
    assert station("pack", codes[0], codes[1], "--add").code == 0
    given = (codes[0], codes[2])
    ran = station.give([*given], "51.08", "51.08.01", "--extra", "box=1", "--counted", "3").json
    assert "COUNT" not in {finding["code"] for finding in ran["findings"]}
    words = text_of(letter_pdf(station, ran["bast"], tmp_path))
    assert "PARTY: 3; scanned: 2 (1 more without a readable label)" in " ".join(words.split())
    assert "scanned: 2 (1 more inside)" in " ".join(words.split())


def test_what_two_laptops_under_one_number_both_list_as_absent_is_short_once(station: Terminal, tmp_path: Path) -> None:
    codes, root = station.codes("--to", "51.08.01")[:3], station("verify", "--json").json["logs"][0]["key"]
    two = station_at(station, tmp_path / "two", "--place", "51.08", "--station", "Gudang-2", "--root", root)
    station("admit", tmp_path / "two" / "station-card.json")
    station("export", "--out", tmp_path / "one.serah")
    assert two("import", tmp_path / "one.serah").code == 0
    for laptop, code in ((station, codes[0]), (two, codes[1])):
        more = ("--load", listed(laptop, codes), "--number", "0007/BERSAMA/2024")
        laptop.give([code], "51.08", TRUCK, "--bound", "51.08.01", *more)
    two("export", "--out", tmp_path / "two.serah")
    assert station("import", tmp_path / "two.serah").code == 0
    assert [row for row in of_codes(station, "SHORTAGE") if row[2] != "settled"] == [
        ("SHORTAGE", codes[2], "provisional")
    ]
    (found,) = (f for f in station("custody", codes[2], "--json").json["findings"] if f["code"] == "SHORTAGE")
    assert len({found["leaf"], *found["also"]}) == 2, "it rests on the records of both"


def test_a_number_that_nobody_listed_stands_in_the_record_and_older_records_do_not_change_it(
    station: Terminal, tmp_path: Path, page_at: PageAt
) -> None:
    """Root takes a thing back that a second laptop at its place did not hear of: 17 are expected there, and later."""
    codes, root = station.codes("--to", "51.08.01"), station("verify", "--json").json["logs"][0]["key"]
    assert station.give(codes[:1], "51.08", TRUCK).code == 0
    two = station_at(station, tmp_path / "two", "--place", "51.08", "--station", "Gudang-2", "--root", root)
    station("admit", tmp_path / "two" / "station-card.json")
    station("export", "--out", tmp_path / "one.serah")
    assert two("import", tmp_path / "one.serah").code == 0
    assert station.give(codes[:1], TRUCK, "51.08", now="2024-02-11T01:05:00Z").code == 0
    later = "2024-02-11T01:10:00Z"
    ran = two.give(codes[1:3], "51.08", "51.08.01", now=later).json
    assert ran["expected"] == 17
    at_once = letter(two, ran["bast"])
    assert (at_once["expected"], at_once["basis"], len(at_once["missing"])) == (17, "signed", 15)
    station("export", "--out", tmp_path / "more.serah")
    assert two("import", tmp_path / "more.serah").code == 0
    two("export", "--out", tmp_path / "back.serah")
    assert station("import", tmp_path / "back.serah").code == 0
    bare = station_at(station, tmp_path / "bare", "--place", "51.08.02", "--station", "PPK-2", "--root", root)
    with opened(str(two.home), None, lambda: NOW).store() as store:
        own, entries = store.ledger.own_log().name, [RawEntry(*entry) for entry in store.ledger.entries()]
        alone = [entry for entry in entries if json.loads(entry.body)["log"] == own]
    with opened(str(bare.home), None, lambda: NOW).store() as store:
        merge(store, alone)  # the handover's own log and no other: no plan, nothing registered
    says = (
        "Nobody had listed what was to go: the number expected is what the station knew when it recorded this, and "
        "stands in the record."
    )
    for laptop, named in ((two, 16), (station, 16), (bare, 0)):
        told = letter(laptop, ran["bast"])
        assert (told["expected"], told["missing_count"], told["basis"]) == (17, 15, "signed")
        assert len(told["missing"]) == named, "what the records held there say by name"
        words = " ".join(text_of(letter_pdf(laptop, ran["bast"], tmp_path)).split())
        assert "Expected: 17; scanned: 2; still to come: 15." in words
        assert f"{says} By the records held here now, {named} were not handed over." in words
    with page_at(site_at(two.home)) as page:
        shown = page.get(f"/handover?number={ran['bast']}").text
        assert says in " ".join(shown.split()) and "stayed with Gudang: 15." in shown
    later = "2024-02-11T01:30:00Z"
    fixed = two("correct", ran["bast"], "--remove", codes[2], "--reason", "incorrect-data", "--yes", now=later)
    assert fixed.code == 0, fixed.err
    told = letter(two, ran["bast"])
    assert (told["total"], told["expected"], told["missing_count"], told["basis"]) == (1, 17, 16, "signed")
    fixed = two("correct", ran["bast"], "--to", "51.08.02", "--reason", "incorrect-data", "--yes", now=later)
    assert fixed.code == 0, fixed.err
    told = letter(two, ran["bast"])
    bound_there = len(station.codes("--to", "51.08.02"))
    assert (told["total"], told["expected"], told["basis"]) == (1, bound_there, "signed")
    listed_there = two.give(codes[3:4], "51.08", "51.08.01", "--load", listed(two, codes[3:4])).json
    assert letter(two, listed_there["bast"])["derived"] is False
