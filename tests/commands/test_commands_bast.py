"""`report bast`: the letter of a handover, at the station that recorded it and at one that imported its log."""

import csv
import json
from pathlib import Path

import pytest
from python_calamine import load_workbook

from tests.support.command_examples import Once, Terminal, station_at
from tests.support.pdf_text import text_of

TPS = "51.08.01.2001.001"
NUMBER = "0001/GUDANG-1/2024"


@pytest.fixture
def given(station: Terminal, once: Once) -> Terminal:
    """A station that has loaded a truck with five of nine boxes and booths."""

    @once
    def loaded() -> None:
        codes = station.codes("--to", TPS)
        ran = station.give(
            codes[:5],
            "51.08",
            "DK 8123 AB",
            "--bound",
            TPS,
            "--giver",
            "Made Arya",
            "--giver-office",
            "Kepala Gudang",
            "--receiver",
            "Ketut Darma",
            "--driver",
            "Ketut Darma",
            "--escort",
            "Briptu Gede",
            "--stop",
            "PPK Gerokgak",
            "--stop",
            "PPS Patas",
            "--vehicle",
            "Truk boks",
            "--condition",
            f"{codes[0]}=wet",
            "--witness",
            "Putu Eka",
        )
        assert ran.code == 0 and ran.json["bast"] == NUMBER

    return station


def test_the_letter_of_the_last_handover_needs_no_number(given, tmp_path):
    ran = given("report", "bast", "--out", tmp_path / "bast.pdf", lang="id")
    assert (ran.code, ran.out) == (0, "")
    text = text_of(tmp_path / "bast.pdf")
    for words in (
        NUMBER,
        "Made Arya",
        "Kepala Gudang",
        "Truk boks (DK 8123 AB)",
        "Briptu Gede",
        "PPK Gerokgak – PPS Patas",
        "Seharusnya diserahkan 9 barang, dipindai 5, belum diserahkan 4",
        "ditemukan basah",
        "1 basah, ",
        "Putu Eka",
    ):
        assert words in text, words


def test_json_tells_what_the_letter_tells(given):
    told = given("report", "bast", "--json").json
    assert (told["number"], told["total"], told["expected"], len(told["missing"])) == (NUMBER, 5, 9, 4)
    assert told["stops"] == ["PPK Gerokgak", "PPS Patas"] and told["from"]["function"] == "Kepala Gudang"
    assert {item["condition"] for item in told["items"]} == {"wet", None}
    assert [finding["code"] for finding in told["findings"]] == ["DAMAGED"]


def test_a_workbook_has_the_table_and_every_code(given, tmp_path):
    for name in ("bast.xlsx", "bast.csv", "bast.json"):
        assert given("report", "bast", "--out", tmp_path / name).code == 0
    book = load_workbook(tmp_path / "bast.xlsx")
    assert [len(book.get_sheet_by_index(index).to_python()) for index in (0, 1)] == [3, 6]
    assert (tmp_path / "bast.csv").read_text("utf-8-sig").count(NUMBER) == 5
    assert json.loads((tmp_path / "bast.json").read_text("utf-8"))["number"] == NUMBER


def test_another_station_that_imported_the_log_writes_the_same_letter(given, tmp_path):
    assert given("report", "bast", "--out", tmp_path / "ours.pdf").code == 0
    assert given("export", "--out", tmp_path / "all.serah").code == 0
    ends = ("--place", "51.08.01", "--station", "PPK-1", "--election", "Pemilu 2024")
    other = station_at(given, tmp_path / "other", *ends, "--root", fingerprint(given))
    assert other("import", tmp_path / "all.serah").code == 0
    assert other("report", "bast", "--number", NUMBER, "--out", tmp_path / "theirs.pdf").code == 0
    assert (tmp_path / "theirs.pdf").read_bytes() == (tmp_path / "ours.pdf").read_bytes()


def fingerprint(terminal: Terminal) -> str:
    """The fingerprint of a station that is its own root."""
    return str(json.loads((terminal.home / "station-card.json").read_text())["root"])


def test_a_record_names_its_handover_and_its_corrective_record_comes_first(given, tmp_path):
    event = given("report", "bast", "--json").json["records"][0]
    name = f"{event['log']}:{event['seq']}"
    assert given("correct", name, "--to", "51.08.01", "--reason", "incorrect-data").code == 0
    right = given("report", "bast", "--number", NUMBER, "--json").json
    wrong = given("report", "bast", "--number", name, "--json").json
    assert (right["to"]["code"], right["withdrawn"]) == ("51.08.01", False)
    assert (wrong["replaces"], len(right["replaces"])) == ([], 1)
    assert (wrong["to"]["code"], wrong["withdrawn"]) == ("DK8123AB", True)
    assert given("report", "bast", "--number", name, "--out", tmp_path / "old.pdf", lang="id").code == 0
    assert "TIDAK BERLAKU" in text_of(tmp_path / "old.pdf")


def test_the_template_in_the_stations_folder_is_used_and_a_named_one_instead(given, tmp_path):
    (given.home / "bast.toml").write_text("[texts]\ntitle = 'FROM HOME'\n")
    (tmp_path / "named.toml").write_text("[texts]\ntitle = 'NAMED'\n")
    assert given("report", "bast", "--out", tmp_path / "a.pdf").code == 0
    assert given("report", "bast", "--template", tmp_path / "named.toml", "--out", tmp_path / "b.pdf").code == 0
    assert "FROM HOME" in text_of(tmp_path / "a.pdf") and "NAMED" in text_of(tmp_path / "b.pdf")


def test_a_template_with_faults_writes_nothing_and_names_each_key(given, tmp_path):
    (given.home / "bast.toml").write_text("[texts]\ntitel = 'x'\nnumber = '{numer}'\n")
    ran = given("report", "bast", "--out", tmp_path / "bast.pdf")
    assert ran.code == 2 and "texts.titel" in ran.err and "texts.number" in ran.err and "Traceback" not in ran.err
    assert not (tmp_path / "bast.pdf").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--number", "0099/GUDANG-1/2024", "--out", "x.pdf"], "no handover 0099/GUDANG-1/2024 is held here"),
        (["--number", "nothing:7", "--out", "x.pdf"], "no handover nothing:7"),
        (["--number", "serah/a/b/c:" + "9" * 30, "--out", "x.pdf"], "no handover"),
        (["--out", "x.docx"], "this report is written as .pdf"),
        (["--out", "nowhere/x.pdf"], "folder"),
        ([], "no file is named"),
        (["--template", "none.toml", "--out", "x.pdf"], "none.toml"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(given, args, told):
    ran = given("report", "bast", *args)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err


def test_before_the_first_handover_there_is_no_letter(station, tmp_path):
    ran = station("report", "bast", "--out", tmp_path / "bast.pdf")
    assert ran.code == 2 and "no handover yet" in ran.err


def test_the_letter_is_written_when_the_handover_is_recorded(station, tmp_path):
    codes = station.codes("--to", TPS)
    assert station.give(codes[:2], "51.08", "51.08.01", "--bast", tmp_path / "now.pdf").code == 0
    assert station("report", "bast", "--out", tmp_path / "later.pdf").code == 0
    assert (tmp_path / "now.pdf").read_bytes() == (tmp_path / "later.pdf").read_bytes()


def test_a_template_with_a_fault_is_told_before_anything_is_recorded(station, tmp_path):
    (station.home / "bast.toml").write_text("[texts]\ntitel = 'x'\n")
    before = station.event_count()
    ran = station.give(station.codes()[:1], "51.08", "51.08.01", "--bast", tmp_path / "now.pdf")
    assert ran.code == 2 and "texts.titel" in ran.err and station.event_count() == before


def test_a_number_that_two_stations_gave_is_asked_for_by_its_record(station, tmp_path):
    root = fingerprint(station)
    twins = []
    for folder, to in (("one", "51.08.01"), ("two", "51.08.02")):
        twin = station_at(station, tmp_path / folder, "--place", "51.08", "--station", "Pos", "--root", root)
        assert station("export", "--out", tmp_path / "plan.serah").code == 0
        assert twin("import", tmp_path / "plan.serah").code == 0
        assert twin.give(station.codes("--to", to)[:1], "51.08", to).code == 0
        assert twin("export", "--out", tmp_path / f"{folder}.serah").code == 0
        twins.append(twin("report", "bast", "--json").json["records"][0])
        assert station("import", tmp_path / f"{folder}.serah").code == 0
    ran = station("report", "bast", "--number", "0001/POS/2024", "--json")
    assert ran.code == 2 and all(f"{record['log']}:{record['seq']}" in ran.err for record in twins)
    for record, to in zip(twins, ("51.08.01", "51.08.02"), strict=True):
        told = station("report", "bast", "--number", f"{record['log']}:{record['seq']}", "--json").json
        assert told["to"]["code"] == to


def test_what_is_packed_in_a_scanned_thing_is_on_the_letter_as_not_seen(station, tmp_path):
    from commands.context import station_at as at_home
    from custody.compose.compose import NewEvent

    parent, *inside = station.codes("--to", TPS)[:4]
    fields = {
        "parent": parent,
        "children": inside,
        "action": "add",
        "scope": None,
        "items": [],
        "names": [],
        "note": "",
        "occurred": None,
    }
    with at_home(str(station.home), None, lambda: "2024-02-11T01:00:00Z").store(write=True) as store:
        store.record([NewEvent("pack", fields)])
    assert station.give([parent], "51.08", TPS).code == 0
    told = station("report", "bast", "--json").json
    assert (told["total"], len(told["items"]), {item["code"] for item in told["carried"]}) == (1, 1, set(inside))
    assert (told["expected"], len(told["missing"])) == (9, 5)
    assert station("report", "bast", "--out", tmp_path / "bast.pdf", lang="id").code == 0
    assert "ikut berpindah 3 barang yang tidak dilihat satu per satu" in text_of(tmp_path / "bast.pdf")


def test_a_number_that_was_never_used_is_explained_by_what_took_its_place(station: Terminal) -> None:
    codes = station.codes()
    first = station.give(codes[:1], "51.08", "51.08.01").json["bast"]
    station.give(codes[1:2], "51.08", "51.08.01", "--number", "BERSAMA/1")
    third = station.give(codes[2:3], "51.08", "51.08.01").json["bast"]
    assert (first[:4], third[:4]) == ("0001", "0003")
    asked = station("report", "bast", "--number", first.replace("0001", "0002"), "--out", "x.pdf")
    assert asked.code == 2 and "was never used" in asked.err and "BERSAMA/1" in asked.err
    unknown = station("report", "bast", "--number", first.replace("0001", "0004"), "--out", "x.pdf")
    assert unknown.code == 2 and "no handover" in unknown.err
    event = station.give(codes[3:4], "51.08", "51.08.01").json["event"]
    assert station("correct", event, "--reason", "incorrect-data", "--to", "51.08.02").code == 0
    assert "0004/" in station("report", "bast", "--number", first.replace("0001", "0005"), "--out", "x.pdf").err
    assert station("export", "--tables", "all").code == 0
    with Path("all/handovers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["bast"], row["instead_of"]) for row in csv.DictReader(file)]
    missing = {first.replace("0001", number) for number in ("0002", "0005")}
    assert {number for _bast, number in rows if number} == missing, "who misses a number finds it in the table"
    assert dict(rows)["BERSAMA/1"] == first.replace("0001", "0002")
