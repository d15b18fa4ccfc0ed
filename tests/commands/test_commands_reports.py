"""Telling what is known by commands: custody, report, export, doctor."""

import gzip
import json
from pathlib import Path

import pytest

from commands.program import REPORTS
from tables.output.private_files import keep_private
from tests.support.command_examples import ITEMS, Once, Terminal, station_at
from tests.support.pdf_text import text_of


@pytest.fixture
def moved(station: Terminal, once: Once) -> Terminal:
    """A station that has handed everything for one sub-district over."""

    @once
    def given() -> None:
        station("labels", "--out", "labels.pdf")
        station.give(station.codes("--to", "51.08.01"), "51.08", "51.08.01", "--giver", "Ketut")

    return station


def test_a_chain_is_told_in_words_in_both_languages(moved: Terminal) -> None:
    code = moved.codes("--to", "51.08.01")[0]
    english, indonesian = moved("custody", code).out, moved("custody", code, lang="id").out
    assert "Handover" in english and "Serah terima" in indonesian and english.count("\n") == indonesian.count("\n")


def test_a_chain_is_written_to_each_kind_of_file(moved: Terminal) -> None:
    code = moved.codes("--to", "51.08.01")[0]
    for name, begins in (("c.pdf", b"%PDF-"), ("c.csv", b""), ("c.xlsx", b"PK"), ("c.json", b"")):
        assert moved("custody", code, "--out", name).code == 0
        assert Path(name).read_bytes().startswith(begins)
    assert code in Path("c.json").read_text() and code in Path("c.csv").read_text().replace("-", "")


@pytest.mark.parametrize("code", ["7Q2M9X4T5B8C6", "7Q2M9X4T5B8C5", "P:51.08", "51.08", "", "x" * 5000])
def test_a_code_without_a_chain_is_refused(moved: Terminal, code: str) -> None:
    refused = moved("custody", code, "--json")
    assert refused.code == 2 and refused.out == "" and len(refused.err.splitlines()) == 2


@pytest.mark.parametrize("out", ["missing/c.pdf", "c.doc", "."])
def test_a_report_that_cannot_be_written_leaves_nothing(moved: Terminal, out: str) -> None:
    files = sorted(Path().iterdir())
    for command in (("custody", moved.codes()[0]), ("report", "progress"), ("report", "custody")):
        refused = moved(*command, "--out", out)
        assert refused.code == 2 and len(refused.err.splitlines()) == 2, refused.err
    assert sorted(Path().iterdir()) == files


def test_every_report_on_paper_says_what_waits_for_admission(moved: Terminal, tmp_path: Path) -> None:
    late = station_at(moved, tmp_path / "late", "--place", "51.08.01", "--station", "Late", "--root", key_of(moved))
    assert late("export", "--out", tmp_path / "late.serah").code == 0
    assert moved("import", tmp_path / "late.serah").code == 0
    code, more = moved.codes()[0], {"pace": ("--stations", "1", "--seconds-per-scan", "5")}
    kinds = [name for name in REPORTS if name not in ("bast", "handover")]  # what stands in these is of one record
    commands = [("custody", code), *(("report", kind, *more.get(kind, ())) for kind in kinds)]
    for number, command in enumerate(commands):
        assert moved(*command, "--out", f"{number}.pdf").code == 0, command
        assert "Not counted: 1 record that waits for admission, of Late." in text_of(Path(f"{number}.pdf")), command


def test_a_letter_names_whose_record_would_explain_what_is_missing(station: Terminal, tmp_path: Path) -> None:
    late = station_at(station, tmp_path / "late", "--place", "51.08", "--station", "Late", "--root", key_of(station))
    for source, target in ((station, late), (late, station)):
        assert source("export", "--out", tmp_path / "met.serah", "--with-strangers").code == 0
        assert target("import", tmp_path / "met.serah").code == 0
    codes = station.codes("--to", "51.08.01")[:5]
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(codes))
    ends = ("--number", "7/X/2024", "--load", listed)
    station.give(codes[:2], "51.08", "51.08.01", *ends)
    late.give(codes[2:4], "51.08", "51.08.01", *ends)
    letter = "report", "bast", "--number", "7/X/2024"
    assert "root has not admitted" not in letter_text(station, letter)
    assert late("export", "--out", tmp_path / "late.serah").code == 0
    assert station("import", tmp_path / "late.serah").code == 0
    told = station(*letter, "--json").json
    assert [row.get("stranger") for row in told["missing"]] == ["Late", "Late", None]
    assert "2 of these would be explained by records of Late" in letter_text(station, letter)
    assert station("admit", late.home / "station-card.json").code == 0
    assert station(*letter, "--json").json["missing"] == told["missing"][2:]
    assert "root has not admitted" not in letter_text(station, letter)


def letter_text(station: Terminal, letter: tuple[str, ...]) -> str:
    assert station(*letter, "--out", "letter.pdf").code == 0
    return " ".join(text_of(Path("letter.pdf")).split())


def key_of(station: Terminal) -> str:
    return str(station("verify", "--json").json["logs"][0]["key"])


def test_reports_of_custody_take_a_part_of_the_items(moved: Terminal) -> None:
    assert len(moved("report", "custody", "--held-by", "51.08.01", "--json").lines) == 18
    assert moved("report", "custody", "--kind", "booth", "--to", "51.08.02", "--out", "booths.pdf").code == 0
    assert moved("report", "custody", "--held-by", "51.08.02", "--json").code == 2
    assert moved("report", "custody").code == 2


def test_progress_counts_what_is_registered_labelled_sent_and_arrived(moved: Terminal) -> None:
    rows = moved("report", "progress", "--json").lines
    boxes = next(row for row in rows if row["place"] == "51.08.01" and row["kind"] == "box")
    assert (boxes["registered"], boxes["labelled"], boxes["sent"], boxes["arrived"]) == (10, 10, 10, 10)
    for name in ("p.pdf", "p.xlsx", "p.csv", "p.json"):
        assert moved("report", "progress", "--out", name).code == 0 and Path(name).stat().st_size
    assert moved("report", "progress").out


def test_an_export_holds_every_event_and_is_the_same_twice(moved: Terminal) -> None:
    told = moved("export", "--out", "a.serah", "--json").json
    moved("export", "--out", "b.serah", "--under", "51.08")
    assert Path("a.serah").read_bytes() == Path("b.serah").read_bytes()
    head, *entries = [json.loads(line) for line in gzip.decompress(Path("a.serah").read_bytes()).splitlines()]
    assert len(entries) == told["events"] == sum(log["size"] for log in head["logs"])
    assert moved("export", "--out", "c.serah", "--under", "51.08.02").code == 2


def test_the_doctor_finds_a_missing_and_a_foreign_key(station: Terminal) -> None:
    key = station.home / "station.key"
    keep_private(station.home / "ledger.db")  # a copy has its folder's rights on Windows
    kept = key.read_bytes()
    assert {check["health"] for check in station("doctor", "--json").lines if check["check"] == "Ledger"} == {"ok"}
    key.unlink()
    assert station("doctor").code == 3
    other = Terminal(station.home.parent / "other", station._capsys, station._monkeypatch)
    other("init", "--place", "51.08", "--station", "Other")
    key.write_bytes((other.home / "station.key").read_bytes())
    sick = [check for check in station("doctor", "--json").lines if check["health"] == "broken"]
    assert [check["check"] for check in sick] == ["Station key"] and sick[0]["remedy"]
    key.write_bytes(kept)
    assert station("doctor").code == 0


def test_nothing_is_recorded_with_a_missing_broken_or_foreign_key_and_everything_is_read(station: Terminal) -> None:
    key, code = station.home / "station.key", station.codes()[0]
    other = Terminal(station.home.parent / "other", station._capsys, station._monkeypatch)
    other("init", "--place", "51.08", "--station", "Other")
    before = station.event_count()
    for content in (None, b"", b"nothing", (other.home / "station.key").read_bytes()):
        key.unlink(missing_ok=True)
        if content is not None:
            key.write_bytes(content)
        refused = station.give([code], "51.08", "51.08.01")
        assert refused.code == 3 and refused.out == "" and len(refused.err.splitlines()) == 2
        assert station("custody", code).code == 0 and len(station.codes()) == ITEMS
    assert station.event_count() == before
