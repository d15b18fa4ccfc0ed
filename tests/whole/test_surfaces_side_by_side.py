"""What two surfaces say of one handover, read beside each other: screen, letter, paper, page, chain and reports."""

import re
from pathlib import Path

import pytest

from tests.support.command_examples import Terminal, station_at
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.paper_examples import photograph
from tests.support.pdf_text import text_of
from tests.support.scan_pages import begun, typed
from tests.support.truth_examples import TRUCK, letter, letter_pdf, listed, of_codes

PPK = "51.08.01"


def admitted(station: Terminal, folder: Path, place: str, name: str) -> Terminal:
    """Another station of the same root, which counts, with all that root has recorded."""
    root = station("verify", "--json").json["logs"][0]["key"]
    other = station_at(station, folder / name, "--place", place, "--station", name, "--root", root)
    assert station("admit", folder / name / "station-card.json").code == 0
    tell(station, other, folder)
    return other


def tell(giver: Terminal, other: Terminal, folder: Path) -> None:
    """One station takes in what another holds."""
    assert giver("export", "--out", folder / "told.serah").code == 0
    assert other("import", folder / "told.serah").code == 0


def judged(findings: list[dict], *codes: str) -> list[tuple[str, bool]]:
    """The items of the findings with one of these codes, and whether they are provisional."""
    return sorted((f["item"], f["provisional"]) for f in findings if f["code"] in codes)


def of_reports(station: Terminal, page_at: PageAt, code: str) -> list[tuple[str, str]]:
    """The items and states of what `report discrepancies` lists with a code, as the dashboard's sums and programs."""
    rows = sorted((item or "", state) for _code, item, state in of_codes(station, code) if state != "settled")
    with page_at(site_at(station.home)) as page:
        told = page.get("/api/v1/findings").json()["findings"]
    names = {True: "provisional", False: "open"}
    assert rows == sorted((f["item"] or "", names[f["provisional"]]) for f in told if f["code"] == code)
    return rows


def test_a_letter_whose_count_was_corrected_keeps_what_was_seen_at_the_handover(
    station: Terminal, tmp_path: Path, visitor: Visitor
) -> None:
    box, other = station.codes("--to", PPK, "--kind", "box")[:2]
    assert station("seal", box, "S1", "--apply", "--name", "Made", "--name", "Ketut").code == 0
    looks = ("--condition", f"{other}=wet", "--seal", f"{box}=mismatch:S9")
    number = station.give([box, other], "51.08", PPK, "--counted", "3", *looks).json["bast"]
    seen = {"DAMAGED", "SEAL_MISMATCH"}
    assert seen | {"COUNT"} == {f["code"] for f in letter(station, number)["findings"]}
    assert station("correct", number, "--counted", "2", "--reason", "incorrect-data", "--yes").code == 0
    right = letter(station, number)
    assert seen == {f["code"] for f in right["findings"] if f["open"]} and right["counted"] == 2
    assert "S9" in text_of(letter_pdf(station, number, tmp_path))
    assert "S9" in visitor.see(f"/handover?number={number}")


def test_a_withdrawn_record_of_another_laptop_is_not_what_a_letter_replaces(station: Terminal, tmp_path: Path) -> None:
    two = admitted(station, tmp_path, "51.08", "Gudang-2")
    code, number = station.codes("--to", PPK)[0], "0007/BERSAMA/2024"
    for laptop in (station, two):
        laptop.give([code], "51.08", PPK, "--number", number)
    assert two("correct", number, "--reason", "did-not-occur", "--yes").code == 0
    tell(two, station, tmp_path)
    assert letter(station, number)["replaces"] == []


def test_a_break_of_custody_is_as_provisional_on_the_screen_as_in_its_letter(
    station: Terminal, tmp_path: Path, visitor: Visitor
) -> None:
    alone = station.give(station.codes("--to", PPK)[:1], PPK, "51.08.01.2001").json
    assert [found for _item, found in judged(alone["findings"], "NOT_HELD")] == [False], "nobody else can explain it"
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    ppk.give(ppk.codes("--to", PPK)[1:2], "51.08", PPK)
    tell(ppk, station, tmp_path)
    away, code = station.codes("--to", PPK)[1:3]
    packed = station("pack", station.codes("--to", PPK)[3], away, "--add", "--json").json
    assert judged(packed["findings"], "NOT_HELD") == [(away, True)]
    draft = begun(visitor, PPK, "51.08.01.2001")
    typed(visitor, draft, code)
    assert "Critical, provisional" in visitor.see(f"/scan/{draft}/review")
    ran = station.give([code], PPK, "51.08.01.2001").json
    assert judged(ran["findings"], "NOT_HELD") == [(code, True)]
    assert judged(letter(station, ran["bast"])["findings"], "GAP") == [(code, True)]


def test_seal_numbers_that_a_truck_brought_are_as_provisional_in_the_chain_as_on_the_screen(
    station: Terminal, tmp_path: Path
) -> None:
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    admitted(station, tmp_path, "51.08.02", "PPK-2")  # its log has not come: not everybody's is here
    tell(station, ppk, tmp_path)
    box = ppk.codes("--to", PPK, "--kind", "box")[0]
    ran = ppk.give([box], TRUCK, PPK, "--seal", f"{box}=intact:S7").json
    (said,) = judged(ran["findings"], "SEAL_MISMATCH")
    assert said == (box, True), "who loaded it may have put it on"
    assert judged(ppk("custody", box, "--json").json["findings"], "SEAL_MISMATCH") == [said]


@pytest.mark.parametrize("way", ["paper", "bundle"])
def test_a_paper_lets_expect_what_its_record_does(station: Terminal, tmp_path: Path, way: str) -> None:
    """What is inside a box comes with it; what nobody registered is bound for nowhere."""
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    codes, paper = station.codes("--to", PPK), tmp_path / "paper.pdf"
    sack, inside, loose, unknown = *codes[:3], "7Q2M9X4T5B8C6"
    assert station("pack", sack, inside, "--add").code == 0
    tell(station, ppk, tmp_path)
    station.give([sack, loose, unknown], "51.08", TRUCK, "--bound", PPK, "--paper", paper)
    if way == "paper":
        read = ppk("scan", "--from", TRUCK, "--to", PPK, "--source", photograph(paper), "--json", "--yes")
        assert read.code in (0, 2), read.err
    else:
        tell(station, ppk, tmp_path)
    ran = ppk.give([sack], TRUCK, PPK).json
    assert (ran["scanned"], ran["expected"], ran["assumed"]) == (1, 3, 1)
    assert [item for item, _found in judged(ran["findings"], "SHORTAGE")] == [loose]
    for _time in range(2):
        told = letter(ppk, ran["bast"])
        assert (told["expected"], [row["code"] for row in told["missing"]]) == (3, [loose])
        tell(station, ppk, tmp_path)  # the record itself changes nothing of it


def test_what_was_listed_and_went_inside_something_is_not_called_unscanned_in_its_chain(station: Terminal) -> None:
    box, inside, loose = station.codes("--to", PPK)[:3]
    assert station("pack", box, inside, "--add").code == 0
    ran = station.give([box], "51.08", PPK, "--load", listed(station, [box, inside, loose])).json
    assert (ran["expected"], ran["assumed"]) == (3, 1)
    words = " ".join(station("custody", inside).out.split())
    assert "it was not scanned" not in words and "not seen" in words
    assert "it was not scanned" in " ".join(station("custody", loose).out.split())


def test_what_a_station_that_is_not_admitted_noted_without_a_label_stands_in_its_letter_everywhere(
    station: Terminal, tmp_path: Path
) -> None:
    root = station("verify", "--json").json["logs"][0]["key"]
    other = station_at(station, tmp_path / "new", "--place", PPK, "--station", "New", "--root", root)
    tell(station, other, tmp_path)
    code = other.codes("--to", PPK)[0]
    number = other.give([code], "51.08", PPK, "--extra", "box=1", "--counted", "3").json["bast"]
    taken = other("export", "--out", tmp_path / "own.serah")
    assert taken.code == 0, taken.err
    assert station("import", tmp_path / "own.serah").code == 0
    for laptop in (other, station):
        told = {f["code"] for f in letter(laptop, number)["findings"] if f["item"] is None}
        assert told == {"COUNT", "EXCESS"}
    assert of_codes(station, "EXCESS") == of_codes(station, "COUNT") == [], "and counts nowhere"
    back = other("import", tmp_path / "own.serah", "--json").json
    assert back["findings"] == [], "its own records count here, so nothing says that they do not"


def test_the_paper_says_how_much_was_to_go_and_what_went_unseen(station: Terminal, tmp_path: Path) -> None:
    box, inside, loose = station.codes("--to", PPK)[:3]
    assert station("pack", box, inside, "--add").code == 0
    paper, more = tmp_path / "paper.pdf", ("--load", listed(station, [box, inside, loose]), "--refuse", loose)
    ran = station.give([box], "51.08", PPK, *more, "--paper", paper, "--occurred", "2024-02-10T08:00+08:00")
    assert ran.json["expected"] == 3
    for file in (paper, tmp_path / "again.pdf"):
        if file != paper:
            assert station("report", "handover", "--out", file).code == 0
        words = " ".join(text_of(file).split())
        assert "1 taken, 1 refused, expected: 3; 1 more inside" in words
        assert words.count("keyed in later") <= 1, "said once, in the finding"


def test_the_review_names_each_kind_once_and_no_command(station: Terminal, visitor: Visitor, tmp_path: Path) -> None:
    rows = "kind,name_id,name_en,level,per_place,unit,tracked_as\nbox,Kotak,Box,village,1,buah,item\n"
    (tmp_path / "more.csv").write_text(rows)
    assert station("load", tmp_path / "more.csv").code == 0
    draft = begun(visitor)
    typed(visitor, draft, station.codes("--to", PPK)[0])
    extras = [{"kind": "box", "count": 1, "note": ""}]
    visitor.ask("PUT", f"/api/drafts/{draft}/said", {"extras": extras})
    page = visitor.see(f"/scan/{draft}/review")
    assert "type on the page Scan: match CODE" in page and "main.py" not in page
    assert page.count('<option value="booth"') == page.count('<option value="box"') > 0


@pytest.mark.parametrize("name", ["returns", "incidents", "late", "points", "scorecard"])
def test_a_report_has_the_clock_of_the_office_before_anything_came(
    station: Terminal, tmp_path: Path, name: str
) -> None:
    assert station("report", name, "--out", tmp_path / "report.pdf").code == 0
    told = station("report", name).out + text_of(tmp_path / "report.pdf")
    assert "WITA" in told and "UTC" not in told


def test_progress_and_evaluation_say_alike_what_has_arrived(station: Terminal, tmp_path: Path) -> None:
    for name in ("progress", "evaluation"):
        assert station("report", name, "--out", tmp_path / f"{name}.pdf").code == 0
        words = " ".join(text_of(tmp_path / f"{name}.pdf").split())
        assert "Arrived: has come to the place or below it, be it on the way back" in words, name


def test_a_letter_says_once_that_its_station_is_not_admitted(station: Terminal, tmp_path: Path) -> None:
    root = station("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(station, tmp_path / "ppk", "--place", PPK, "--station", "PPK-1", "--root", root)
    tell(station, ppk, tmp_path)
    codes = station.codes("--to", PPK)
    ran = ppk.give(codes, "51.08", PPK).json
    [found] = [f for f in letter(ppk, ran["bast"])["findings"] if f["code"] == "UNKNOWN_STATION"]
    assert (found["item"], found["open"], found["provisional"]) == (None, True, True)
    assert found["detail"] == "PPK-1 recorded this of 18 things, and root has not admitted its key"
    assert "recorded this of 18 things" in " ".join(text_of(letter_pdf(ppk, ran["bast"], tmp_path)).split())
    tell(ppk, station, tmp_path)
    [at_root] = [f for f in letter(station, ran["bast"])["findings"] if f["code"] == "UNKNOWN_STATION"]
    assert at_root["detail"].startswith("PPK-1 recorded something of 18 things; it is kept and counted nowhere")


def test_what_the_givers_paper_does_not_name_is_beyond_it_everywhere_until_the_record_comes(
    station: Terminal, tmp_path: Path, page_at: PageAt
) -> None:
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    named, beyond = station.codes("--to", PPK)[:2]
    station.give([named], "51.08", TRUCK, "--bound", PPK, "--paper", tmp_path / "paper.pdf")
    assert ppk("scan", "--from", TRUCK, "--to", PPK, "--source", photograph(tmp_path / "paper.pdf"), "--yes").code in (
        0,
        2,
    )
    ran = ppk.give([named, beyond], TRUCK, PPK).json
    of_paper = [f for f in ran["findings"] if f["code"] == "EXCESS"]
    assert [f["item"] for f in of_paper] == [beyond]
    written = [f for f in letter(ppk, ran["bast"])["findings"] if f["code"] == "EXCESS"]
    assert [(f["item"], f["detail"]) for f in written] == [(f["item"], f["detail"]) for f in of_paper]
    [row] = of_reports(ppk, page_at, "EXCESS")
    assert row == (beyond, "provisional"), "the rest of the load may stand on a paper that was not read"
    tell(station, ppk, tmp_path)
    assert {f["code"] for f in letter(ppk, ran["bast"])["findings"]} == {"GAP"}, "what the records say of it"
    assert of_reports(ppk, page_at, "EXCESS") == []


def test_what_a_paper_alone_names_and_nobody_scanned_is_short_everywhere_until_it_comes(
    station: Terminal, tmp_path: Path, page_at: PageAt
) -> None:
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    codes = station.codes("--to", PPK)[:3]
    station.give(codes, "51.08", TRUCK, "--bound", PPK, "--paper", tmp_path / "paper.pdf")
    assert ppk("scan", "--from", TRUCK, "--to", PPK, "--source", photograph(tmp_path / "paper.pdf"), "--yes").code in (
        0,
        2,
    )
    ran = ppk.give(codes[:1], TRUCK, PPK).json
    short = judged(ran["findings"], "SHORTAGE")
    assert short == [(code, True) for code in sorted(codes[1:])]
    assert of_reports(ppk, page_at, "SHORTAGE") == [(code, "provisional") for code, _is_provisional in short]
    assert judged(ppk.give([codes[1]], TRUCK, PPK).json["findings"], "SHORTAGE") == [(codes[2], True)]
    assert of_reports(ppk, page_at, "SHORTAGE") == [(codes[2], "provisional")], "once, though two handovers miss it"
    tell(station, ppk, tmp_path)
    assert of_reports(ppk, page_at, "SHORTAGE") == [(codes[2], "provisional")], "and by its record"
    ppk.give([codes[2]], TRUCK, PPK)
    assert of_reports(ppk, page_at, "SHORTAGE") == []


def test_what_stayed_on_a_truck_is_as_provisional_in_reports_as_on_the_waybill(
    station: Terminal, tmp_path: Path, page_at: PageAt
) -> None:
    ppk, other = admitted(station, tmp_path, PPK, "PPK-1"), admitted(station, tmp_path, "51.08.02", "PPK-2")
    number, codes = "0007/TRUK-1/2024", station.codes("--to", PPK)[:4]
    station.give(codes, "51.08", TRUCK, "--bound", PPK)
    tell(station, ppk, tmp_path)
    ran = ppk.give(codes[:3], TRUCK, PPK).json
    assert judged(ran["findings"], "SHORTAGE") == [(codes[3], True)], "another station may have taken it off"
    tell(ppk, station, tmp_path)
    for laptop in (ppk, station):
        assert of_reports(laptop, page_at, "SHORTAGE") == [(codes[3], "provisional")]
    tell(other, station, tmp_path)
    tell(station, ppk, tmp_path)
    for laptop in (ppk, station):
        assert of_reports(laptop, page_at, "SHORTAGE") == [(codes[3], "open")], "the log of each station is here"
    assert ppk.give(codes[3:], TRUCK, PPK).code == 0
    more = station.codes("--to", PPK)[4:6]
    assert station.give(more, "51.08", TRUCK, "--bound", PPK).code == 0
    tell(station, ppk, tmp_path)
    shared = ppk.give(more[:1], TRUCK, PPK, "--number", number).json
    assert judged(shared["findings"], "SHORTAGE") == [(more[1], True)], "under a shared number another laptop may"
    assert of_reports(ppk, page_at, "SHORTAGE") == [(more[1], "provisional")]


def test_how_much_was_to_go_is_not_known_at_root_either_before_the_station_is_admitted(
    station: Terminal, tmp_path: Path
) -> None:
    root = station("verify", "--json").json["logs"][0]["key"]
    new = station_at(station, tmp_path / "new", "--place", PPK, "--station", "New", "--root", root)
    tell(station, new, tmp_path)
    codes = station.codes("--to", PPK)
    off_truck, direct = new.give(codes[:1], TRUCK, PPK).json, new.give(codes[1:2], "51.08", PPK).json
    assert (off_truck["expected"], direct["expected"]) == (None, 17)
    tell(new, station, tmp_path)
    for ran in (off_truck, direct):
        assert letter(station, ran["bast"])["expected"] == letter(new, ran["bast"])["expected"] == ran["expected"]
    assert station("admit", tmp_path / "new" / "station-card.json").code == 0
    assert letter(station, off_truck["bast"])["expected"] is None


def test_what_was_looked_at_before_its_receipt_is_to_come_on_screen_and_letter(
    station: Terminal, tmp_path: Path
) -> None:
    ppk = admitted(station, tmp_path, PPK, "PPK-1")
    looked, first, _other = codes = station.codes("--to", PPK)[:3]
    station.give(codes, "51.08", PPK)
    tell(station, ppk, tmp_path)
    assert ppk("inspect", looked, "--condition", "good").code == 0
    for code, expected in ((first, 18), (looked, 17)):
        ran = ppk.give([code], "51.08", PPK).json
        assert ran["expected"] == letter(ppk, ran["bast"])["expected"] == expected


def test_what_this_station_recorded_on_another_way_is_to_come_on_neither_screen_nor_letter(
    station: Terminal, tmp_path: Path
) -> None:
    two = admitted(station, tmp_path, "51.08", "Gudang-2")
    code, other = station.codes("--to", PPK)[:2]
    two.give([code], "51.08", PPK)
    tell(two, station, tmp_path)
    station.give([code], TRUCK, PPK, now="2024-02-11T01:05:00Z")
    ran = station.give([other], "51.08", PPK, now="2024-02-11T01:10:00Z").json
    assert ran["expected"] == letter(station, ran["bast"])["expected"] == 17


def test_the_first_page_says_what_was_withdrawn_and_corrected(station: Terminal, visitor: Visitor) -> None:
    codes = station.codes("--to", PPK)
    stands, gone, right = (station.give([code], "51.08", PPK, "--counted", "2").json["bast"] for code in codes[:3])
    assert station("correct", gone, "--reason", "did-not-occur", "--yes").code == 0
    assert station("correct", right, "--counted", "1", "--reason", "incorrect-data", "--yes").code == 0
    page = visitor.see("/")
    lines = re.findall("<li><a href=.*?</li>", page[page.index("Recorded lately") :], re.DOTALL)
    said = {number: line for number in (stands, gone, right) for line in lines if number in line}
    assert "withdrawn" in said[gone] and "corrected" in said[right]
    assert "withdrawn" not in said[stands] + said[right] and "corrected" not in said[stands] + said[gone]
