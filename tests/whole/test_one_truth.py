"""What is said of a handover is the same on every surface: screen, letter, waybill, reports, chain and file."""

import re
from pathlib import Path

from tests.support.command_examples import Terminal, station_at
from tests.support.page_examples import Visitor
from tests.support.paper_examples import photograph
from tests.support.pdf_text import text_of
from tests.support.truth_examples import TRUCK, bodies, letter, listed, of_codes


def test_a_load_list_of_three_of_which_three_went_is_three_of_three_everywhere(
    station: Terminal, tmp_path: Path
) -> None:
    codes = station.codes("--to", "51.08.01")[:3]
    letter_pdf = tmp_path / "bast.pdf"
    ran = station.give(
        codes, "51.08", TRUCK, "--bound", "51.08.01", "--load", listed(station, codes), "--bast", letter_pdf
    ).json
    assert (ran["scanned"], ran["expected"], ran["findings"]) == (3, 3, [])
    told = letter(station, ran["bast"])
    assert (told["total"], told["expected"], told["missing"], told["findings"]) == (3, 3, [], [])
    words = text_of(letter_pdf)
    assert "Expected: 3; scanned: 3; still to come: 0" in words
    assert of_codes(station, "SHORTAGE") == []


def test_what_a_list_names_and_nobody_scanned_is_short_on_every_surface_until_it_goes(station: Terminal) -> None:
    first, second, third = station.codes("--to", "51.08.01")[:3]
    ran = station.give([first, third], "51.08", TRUCK, "--load", listed(station, [first, second])).json
    assert (ran["scanned"], ran["expected"]) == (2, 2)
    assert {(f["code"], f["item"]) for f in ran["findings"]} == {("EXCESS", third), ("SHORTAGE", second)}
    told = letter(station, ran["bast"])
    assert (told["expected"], [row["code"] for row in told["missing"]]) == (2, [second])
    assert [f["code"] for f in told["findings"]] == ["EXCESS"]
    assert of_codes(station, "SHORTAGE") == [("SHORTAGE", second, "open")]
    assert of_codes(station, "EXCESS") == [("EXCESS", third, "open")]
    chain = station("custody", second, "--json").json
    assert [(f["code"], f["open"]) for f in chain["findings"]] == [("SHORTAGE", True)]
    assert chain["held_by"] == "51.08" and chain["chain"][-1]["to"] is None
    assert "and it was not scanned" in " ".join(station("custody", second).out.split())
    assert station("verify").code == 0, "the index has the items that were absent, and the tables have not moved"
    station.give([second], "51.08", TRUCK)
    assert of_codes(station, "SHORTAGE") == [("SHORTAGE", second, "settled")]
    assert letter(station, ran["bast"])["expected"] == 2


def test_screen_letter_paper_and_page_say_alike_what_was_taken_and_refused(
    station: Terminal, tmp_path: Path, visitor: Visitor
) -> None:
    codes = station.codes("--to", "51.08.01")[:4]
    given = [
        "handover",
        "--from",
        "51.08",
        "--to",
        TRUCK,
        "--codes",
        "-",
        "--load",
        listed(station, codes),
        "--counted",
        "4",
        "--refuse",
        codes[0],
        "--occurred",
        "2024-02-11T05:30+08:00",
    ]
    screen = station(*given, "--bast", tmp_path / "bast.pdf", "--paper", tmp_path / "paper.pdf", typed="\n".join(codes))
    assert "3 taken, 1 refused, expected: 4" in screen.out and "scanned, expected" not in screen.out
    words = text_of(tmp_path / "bast.pdf")
    assert "PARTY: 4; scanned: 4 (3 taken, 1 refused)" in words
    assert "Expected: 4; scanned: 4 (3 taken, 1 refused)" in words and "No difference" not in words
    assert "3 taken, 1 refused" in text_of(tmp_path / "paper.pdf").replace("\u00a0", " ")
    number = station("report", "bast", "--json").json["number"]
    page = visitor.see(f"/handover?number={number}")
    assert "3 taken, 1 refused, expected: 4 · Refused, they stay with the giver: 1" in page
    assert "11 Feb 2024 05:30 WITA; keyed in later, on Sun 11 Feb 2024 09:00 WITA" in page


def test_a_page_says_what_stayed_with_the_giver_and_plainly_what_was_scanned(
    station: Terminal, visitor: Visitor
) -> None:
    number = station.give(station.codes("--to", "51.08.01")[:3], "51.08", "51.08.01").json["bast"]
    page = visitor.see(f"/handover?number={number}")
    assert "3 scanned, expected: 18 · Not handed over, stayed with Gudang: 15." in page and "refused" not in page


def test_a_letter_about_what_moved_inside_others_says_how_many_and_no_more(station: Terminal, tmp_path: Path) -> None:
    codes = station.codes("--to", "51.08.01")[:4]
    assert station("pack", *codes, "--add").code == 0
    ran = station.give(codes[:1], "51.08", TRUCK, "--load", listed(station, codes), "--bast", tmp_path / "bast.pdf")
    assert (ran.json["scanned"], ran.json["expected"], ran.json["assumed"]) == (1, 4, 3)
    words = text_of(tmp_path / "bast.pdf")
    assert "Expected: 4; scanned: 1 (3 more inside); still to come: 0" in words and "No difference" not in words


def test_what_is_refused_is_counted_and_no_finding_anywhere(station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")[:3]
    ran = station.give(
        codes,
        "51.08",
        TRUCK,
        "--load",
        listed(station, codes),
        "--counted",
        "3",
        "--refuse",
        codes[0],
        "--bast",
        station.home / "bast.pdf",
    )
    assert ran.json["findings"] == [] and ran.json["refused"] == [codes[0]] and ran.json["scanned"] == 2
    assert letter(station, ran.json["bast"])["findings"] == []
    assert "No difference" not in text_of(station.home / "bast.pdf")
    assert of_codes(station, "COUNT") == []
    out = station.home / "scorecard.json"
    assert station("report", "scorecard", "--out", out).code == 0
    assert '"COUNT"' not in out.read_text()


def test_what_is_refused_is_not_sent_in_the_progress_on_the_page_and_for_programs(
    station: Terminal, visitor: Visitor
) -> None:
    codes = station.codes("--to", "51.08.01", "--kind", "box")[:3]
    station.give(codes, "51.08", TRUCK, "--bound", "51.08.01", "--refuse", codes[0])
    [sent] = [
        row["sent"]
        for row in station("report", "progress", "--json").lines
        if (row["place"], row["kind"]) == ("51.08.01", "box")
    ]
    assert sent == len(station.items("--held-by", TRUCK)) == 2
    told = visitor.client.get("/api/v1/progress").json()
    assert [row["sent"] for row in told if (row["place"], row["kind"]) == ("51.08.01", "box")] == [2]
    visitor.client.get("/api/v1/findings")  # all is added up then
    row = re.search(r"PPK Gerokgak</a></th>.*?</tr>", visitor.see("/dashboard"), re.DOTALL)
    assert row and re.findall(r">(\d+)(?:<|/)", row[0])[:2] == ["0", "2"], row
    assert station("verify").code == 0


def test_what_came_without_a_label_is_said_at_once_on_screen_and_page_as_in_letter_and_reports(
    station: Terminal, visitor: Visitor
) -> None:
    code = station.codes("--to", "51.08.01")[0]
    ends = ("--from", "51.08", "--to", TRUCK, "--codes", "-", "--yes")
    screen = station("handover", *ends, "--extra", "booth=2", typed=code).out
    number = station("report", "bast", "--json").json["number"]
    said = "Noted without a readable label: 2"
    assert said in screen and said in visitor.see(f"/handover?number={number}")
    assert sum(extra["count"] for extra in letter(station, number)["extras"]) == 2
    assert of_codes(station, "EXCESS") == [("EXCESS", None, "open")]
    found = "without a readable label, and not matched to what is missing yet: 2"
    assert "EXCESS" in screen and found in screen
    assert ("EXCESS", None) in {(one["code"], one["item"]) for one in letter(station, number)["findings"]}
    assert "readable label" not in station("handover", *ends, typed=code).out


def test_what_was_matched_later_is_found_in_no_letter_any_more(station: Terminal) -> None:
    first, second = station.codes("--to", "51.08.01")[:2]
    ends = ("--from", "51.08", "--to", TRUCK, "--codes", "-", "--yes", "--json")
    at_once = station("handover", *ends, "--extra", "booth=1", typed=first).json
    assert [f["code"] for f in at_once["findings"]].count("EXCESS") == 1
    assert station("handover", *ends, "--match", second, typed="").code == 0
    assert of_codes(station, "EXCESS") == []
    assert "EXCESS" not in [f["code"] for f in letter(station, at_once["bast"])["findings"]]


def test_laptops_under_one_number_have_one_expectation_and_a_list_beats_the_plan(
    station: Terminal, tmp_path: Path
) -> None:
    codes, number = station.codes("--to", "51.08.01"), "0007/TRUK-1/2024"
    root = station("verify", "--json").json["logs"][0]["key"]
    two = station_at(station, tmp_path / "two", "--place", "51.08", "--station", "Gudang-2", "--root", root)
    station("admit", tmp_path / "two" / "station-card.json")
    load = ("--load", listed(station, codes[:6]))
    one = station.give(codes[:3], "51.08", TRUCK, "--bound", "51.08.01", "--number", number, *load).json
    assert (one["expected"], len([f for f in one["findings"] if f["code"] == "SHORTAGE"])) == (6, 3)
    station("export", "--out", tmp_path / "one.serah")
    assert two("import", tmp_path / "one.serah").code == 0
    other = two.give(codes[3:5], "51.08", TRUCK, "--bound", "51.08.01", "--number", number).json
    assert (other["scanned"], other["expected"], other["elsewhere"]) == (2, 6, 3), "the list that one of them stated"
    assert [f["item"] for f in other["findings"] if f["code"] == "SHORTAGE"] == [codes[5]]
    two("export", "--out", tmp_path / "two.serah")
    assert station("import", tmp_path / "two.serah").code == 0
    for laptop, others in ((station, 2), (two, 3)):
        told = letter(laptop, number)
        assert told["elsewhere"] == others
        assert (told["expected"], [row["code"] for row in told["missing"]]) == (6, [codes[5]])
        assert of_codes(laptop, "SHORTAGE") == [("SHORTAGE", codes[5], "provisional")], "a third laptop may have it"


def test_a_truck_for_two_sub_districts_known_from_its_paper_alone_shows_each_its_shortage(
    station: Terminal, tmp_path: Path
) -> None:
    """No plan, no bundle: the paper tells where each item goes, and the second stop sees what it lacks."""
    here, there = station.codes("--to", "51.08.01")[:3], station.codes("--to", "51.08.02")[:3]
    paper = tmp_path / "paper.pdf"
    loaded = station.give(
        [*there, *here],
        "51.08",
        TRUCK,
        "--bound",
        "51.08.01",
        "--bound",
        "51.08.02",
        "--load",
        listed(station, [*here, *there]),
        "--paper",
        paper,
    )
    assert loaded.code == 0
    root = station("verify", "--json").json["logs"][0]["key"]
    for place, own in (("51.08.01", here), ("51.08.02", there)):
        ppk = station_at(station, tmp_path / place, "--place", place, "--station", f"PPK-{place[-2:]}", "--root", root)
        session = ppk("scan", "--from", TRUCK, "--to", place, "--source", photograph(paper), "--json", "--yes")
        assert session.code in (0, 2), session.err
        ran = ppk.give(own[:2], TRUCK, place).json
        assert (ran["scanned"], ran["expected"]) == (2, 3)
        assert [f["item"] for f in ran["findings"] if f["code"] == "SHORTAGE"] == [own[2]]
        told = letter(ppk, ran["bast"])
        assert (told["expected"], [row["code"] for row in told["missing"]]) == (3, [own[2]])


def test_a_record_tells_where_each_item_goes_and_lists_only_what_was_meant_and_did_not_go(station: Terminal) -> None:
    here, there = station.codes("--to", "51.08.01.2001.001")[:2], station.codes("--to", "51.08.02")[:1]
    ran = station.give([there[0], here[0]], "51.08", TRUCK, "--load", listed(station, [*here]))
    body = bodies(station)[-1]
    assert body["v"] == 7 and [row["code"] for row in body["items"]] == [here[0], there[0]]
    assert body["destinations"] == [{"to": "51.08.01.2001.001", "count": 1}, {"to": "51.08.02.2001.001", "count": 1}]
    assert body["meant"] == {"absent": [here[1]], "beyond": [there[0]]} and (body["phase"], body["kinds"]) == (None, [])
    assert ran.json["expected"] == 2
    station.give([here[1]], "51.08", TRUCK)
    assert bodies(station)[-1]["meant"] is None, "what follows from plan and events is not told again"
