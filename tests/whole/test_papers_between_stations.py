"""The handover paper from one station to another: scanned, received, printed again, refused."""

import shutil
from pathlib import Path

import pypdfium2
import pytest

from custody.format.paper_codes import is_part
from scanner.decoding.picture_reader import Reader
from tests.support.command_examples import Once, Terminal
from tests.support.page_examples import PageAt, site_at
from tests.support.paper_examples import photograph, rendered

GIVEN = ("--giver", "Made", "--receiver", "Ketut")


@pytest.fixture
def other(
    station: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, once: Once
):
    """A station at the district that has the warehouse's plan and items, and nothing that was recorded since."""
    there = Terminal(tmp_path / "ppk", capsys, monkeypatch)

    @once
    def met() -> None:
        there("init", "--place", "51.08.01", "--station", "PPK-1", "--election", "Pemilu 2024")
        station("export", "--out", "plan.serah")
        assert there("import", "plan.serah").code == 0

    return there


TRUCK = ("--from", "DK8123AB", "--to", "51.08.01")


def test_a_receiver_scans_the_paper_and_knows_what_is_missing(station: Terminal, other: Terminal):
    given = station.codes("--to", "51.08.01")
    recorded = station.give(given, "51.08", "DK 8123 AB", "--bound", "51.08.01", "--paper", "paper.pdf", *GIVEN)
    assert recorded.code == 0 and "Written: paper.pdf" in recorded.err
    assert other.give(given[:1], "DK 8123 AB", "51.08.02").json["expected"] is None
    read = other("scan", *TRUCK, "--source", photograph("paper.pdf"), "--json")
    assert [line["text"] for line in read.lines if line["expected"] == 18] and {"paper"} == outcomes(read)
    received = other.give(given[2:], "DK 8123 AB", "51.08.01")
    assert received.code == 0 and (received.json["scanned"], received.json["expected"]) == (16, 18)
    found = [(finding["code"], finding["item"]) for finding in received.json["findings"]]
    assert sorted(found) == sorted(("SHORTAGE", code) for code in given[:2])
    assert len(received.json["events"]) == 2  # the receipt, and the sender's head


def test_a_session_that_read_a_paper_alone_says_that_the_paper_is_kept(station: Terminal, other: Terminal):
    sent = station.give(station.codes()[:3], "51.08", "DK8123AB", "--bound", "51.08.01", "--paper", "paper.pdf").json
    told = other("scan", *TRUCK, "--source", photograph("paper.pdf")).err
    assert "nothing is kept" not in told and f"The handover paper is kept: {sent['bast']};" in told
    assert "so nothing is kept" in other("scan", *TRUCK, "--source", "-", typed="").err


def test_paper_and_labels_are_scanned_in_one_session(station: Terminal, other: Terminal, tmp_path: Path):
    given = station.codes("--to", "51.08.01")
    Path("codes.txt").write_text("\n".join(given))
    station("labels", "--codes", "codes.txt", "--sheet", "avery-l7651", "--out", "labels.pdf")
    station.give(given, "51.08", "51.08.01", "--paper", "paper.pdf")
    pages = tmp_path / "pages"
    pages.mkdir()
    for name in ("paper", "labels"):
        Path(photograph(f"{name}.pdf")).rename(pages / f"{'ab'[name == 'labels']}.png")
    ran = other("scan", "--source", pages, "--from", "51.08", "--to", "51.08.01", "--yes", "--json")
    assert ran.code == 0 and outcomes(ran) >= {"paper", "taken"}
    assert (ran.json["scanned"], ran.json["expected"], ran.json["findings"]) == (18, 18, [])


def test_a_paper_says_who_gives_and_who_receives_where_nobody_has(station: Terminal, other: Terminal):
    station.give(station.codes("--to", "51.08.01"), "51.08", "51.08.01", "--paper", "paper.pdf")
    texts = [read.text for read in Reader().read(rendered("paper.pdf"))]
    ran = other("scan", "--source", "-", "--from", "51.08", "--json", typed="\n".join(filter(is_part, texts)))
    assert "items from Gudang to PPK Gerokgak: 18" in ran.lines[-1]["text"]


def test_the_receipt_and_its_witness_stand_when_the_logs_meet(station: Terminal, other: Terminal):
    given = station.codes("--to", "51.08.01")
    station.give(given, "51.08", "51.08.01", "--paper", "paper.pdf")
    other("scan", "--from", "51.08", "--to", "51.08.01", "--source", photograph("paper.pdf"))
    other.give(given, "51.08", "51.08.01")
    other("export", "--out", "receipt.serah")
    assert station("import", "receipt.serah").code == 0
    assert station("admit", other.home / "station-card.json").code == 0
    chain = station("custody", given[0], "--json").json
    assert chain["held_by"] == "51.08.01" and chain["findings"] == []
    witnesses = [line["found"] for line in station("doctor", "--json").lines if line["check"] == "Witnesses"]
    assert "(1)" in witnesses[0]  # the admission that has just been recorded


def outcomes(ran) -> set[str]:
    return {line["outcome"] for line in ran.lines if "outcome" in line}


def test_a_recorded_handover_is_printed_again_by_its_number(station: Terminal):
    given = station.codes("--to", "51.08.01")[:5]
    bast = station.give(given, "51.08", "51.08.01").json["bast"]
    for command in (("--number", bast), ()):
        ran = station("report", "handover", *command, "--out", "again.pdf")
        assert ran.code == 0 and len(pypdfium2.PdfDocument("again.pdf")) == 1


@pytest.mark.parametrize(
    "command", [("--number", "0099/X/2024", "--out", "x.pdf"), ("--out", "x.txt"), (), ("--out", "none/x.pdf")]
)
def test_a_paper_that_cannot_be_is_refused_in_a_line(station: Terminal, command):
    station.give(station.codes()[:1], "51.08", "51.08.01")
    ran = station("report", "handover", *command)
    assert ran.code == 2 and ran.err.startswith("Error: ") and "Traceback" not in ran.err


def test_a_wrong_name_of_the_paper_records_nothing(station: Terminal):
    before = station.event_count()
    assert station.give(station.codes()[:1], "51.08", "51.08.01", "--paper", "paper.txt").code == 2
    assert station.event_count() == before


def test_a_paper_that_cannot_be_written_leaves_the_record_and_says_how_to_print_it(station: Terminal, tmp_path: Path):
    (tmp_path / "there.pdf").mkdir()
    ran = station.give(station.codes()[:1], "51.08", "51.08.01", "--paper", "there.pdf")
    assert ran.code == 0 and "Written" not in ran.err and "report handover --number" in ran.err


def test_how_many_records_nobody_witnessed_is_said(station: Terminal):
    typed = f"{station.codes()[0]}\n"
    ran = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", typed=typed)
    assert "on this computer alone" in ran.out
    witnesses = [line for line in station("doctor", "--json").lines if line["check"] == "Witnesses"]
    assert "on this computer alone" in witnesses[0]["found"]


def test_a_ledger_that_was_put_back_says_so_and_goes_on_with_a_new_log(
    station: Terminal, tmp_path: Path, page_at: PageAt
):
    shutil.copytree(station.home, tmp_path / "yesterday")
    given = station.codes("--to", "51.08.01")[:3]
    station.give(given, "51.08", "51.08.01", "--paper", "paper.pdf")
    shutil.rmtree(station.home)
    shutil.copytree(tmp_path / "yesterday", station.home)
    seen = station("scan", "--from", "51.08", "--to", "51.08.01", "--source", photograph("paper.pdf"), "--json")
    assert any("older copy" in line["text"] for line in seen.lines)
    refused = station.give(given, "51.08", "51.08.01")
    assert refused.code == 1 and "older copy" in refused.err and "init --continue" in refused.err
    assert any("older copy" in line["found"] for line in station("doctor", "--json").lines)
    held = len(station("drafts", "--json").lines)
    again = station("scan", "--from", "51.08", "--to", "51.08.02", "--source", "-", typed=given[0])
    assert again.code == 1 and "older copy" in again.err, "before a label is scanned"
    assert len(station("drafts", "--json").lines) == held
    with page_at(site_at(station.home)) as page:
        assert "older copy" in page.get("/").text
    station("init", "--continue")
    assert station.give(given, "51.08", "51.08.01").code == 0


def test_a_thing_that_got_a_new_destination_is_right_where_only_the_paper_tells_it(
    station: Terminal, other: Terminal, tmp_path: Path
):
    """Reassigned after the district took in the plan: terminal, letter, chain and the next leg go by the paper."""
    moved, here = station.codes("--to", "51.08.02")[0], "51.08.01.2001.002"
    given = [*station.codes("--to", "51.08.01")[:2], moved]
    assert station("reassign", moved, "--to", here, "--reason", "pengganti").code == 0
    station.give(given, "51.08", "DK 8123 AB", "--bound", "51.08.01", "--paper", "paper.pdf", *GIVEN)
    other("scan", *TRUCK, "--source", photograph("paper.pdf"), "--json")
    short = other("scan", *TRUCK, "--source", "-", "--json", typed="\n".join(given))
    assert [line["outcome"] for line in short.lines if "outcome" in line] == ["taken"] * 3, short.out
    received = other.give(given, "DK 8123 AB", "51.08.01")
    assert (received.json["expected"], received.json["findings"]) == (3, [])
    told = other("report", "bast", "--number", received.json["bast"], "--json").json
    assert told["expected"] == 3 and here in str(told), told
    assert {f["code"] for f in told["findings"]} == {"UNKNOWN_STATION"}, "it is not admitted as far as it knows"
    found = {f["code"]: f for f in other("custody", moved, "--json").json["findings"]}["WRONG_DESTINATION"]
    assert (found["severity"], found["open"], found["provisional"]) == ("info", False, True)
    assert moved in other.codes("--to", here)
    on = other.give([moved], "51.08.01", "51.08.01.2001").json
    assert (on["expected"], {f["code"] for f in on["findings"]}) == (3, {"SHORTAGE"})
    station("export", "--out", "all.serah")
    assert other("import", "all.serah").code == 0
    assert "WRONG_DESTINATION" not in str(other("custody", moved, "--json").json["findings"])
