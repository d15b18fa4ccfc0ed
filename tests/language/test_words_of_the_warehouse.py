"""What staff type and read: words in both languages, commands that work as shown, what the computer itself says."""

import shlex
from pathlib import Path

import pytest

from custody.chain.findings import name_of
from custody.format.codes import show_plate
from language import use
from language.text import reason
from tests.support.command_examples import PLACES, Terminal

LATER = "2024-02-11T08:00:00Z"


@pytest.mark.parametrize(
    ("args", "kept"),
    [
        (("inspect", "{box}", "--condition", "basah"), "wet"),
        (("inspect", "{box}", "--condition", "BERAT"), "heavy"),
        (("seal", "{box}", "--check", "--result", "rusak"), "broken"),
        (("void", "{box}", "--reason", "rusak", "--by", "Made"), None),
    ],
)
def test_words_are_taken_in_both_languages(station: Terminal, args: tuple[str, ...], kept: str | None) -> None:
    box = station.codes("--kind", "box")[0]
    assert station("labels", "--code", box, "--out", station.home / "l.pdf").code == 0
    ran = station(*(arg.format(box=box) for arg in args), "--json", lang="id")
    assert ran.code == 0 and kept in (None, ran.json.get("condition"), ran.json.get("result"))


def test_a_word_of_neither_language_is_refused_with_all_that_there_are(station: Terminal) -> None:
    ran = station("inspect", station.codes()[0], "--condition", "busuk", lang="id")
    assert ran.code == 2 and "'basah'" in ran.err and "'wet'" in ran.err


def test_a_thing_matched_without_a_session_must_be_expected_too(station: Terminal) -> None:
    [first, *_rest], [other, *_more] = station.codes("--to", "51.08.01"), station.codes("--to", "51.08.02")
    refused = station.give([first], "51.08", "51.08.01", "--match", other)
    assert refused.code == 2 and "is not expected here" in refused.err and station.event_count() == 4


def test_the_first_label_of_a_matched_thing_is_printed_by_the_command_that_is_shown(station: Terminal) -> None:
    first, second, *_rest = station.codes("--to", "51.08.01")
    ran = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", "--match", second, typed=first)
    shown = next(line for line in ran.out.splitlines() if "main.py labels" in line).split("main.py ")[1]
    assert station(*shlex.split(shown)).code == 0 and Path("labels.pdf").exists()
    assert [item["print"] for item in station.items() if item["code"] == second] == [1]


def test_what_was_not_handed_over_is_told_with_the_command_that_lists_it(station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")
    station.give(codes, "51.08", "DK 8123 AB", "--bound", "51.08.01")
    ran = station("handover", "--from", "DK 8123 AB", "--to", "51.08.01", "--codes", "-", typed="\n".join(codes[2:]))
    [line] = [line for line in ran.out.splitlines() if "stayed with" in line]
    assert "DK 8123 AB: 2." in line
    listed = station(*shlex.split(line.split("main.py ")[1]), "--json")
    assert {item["code"] for item in listed.lines} == set(codes[:2])


def test_a_session_names_its_commands_when_asked(station: Terminal) -> None:
    ran = station("scan", "--from", "51.08", "--to", "51.08.01", "--source", "-", typed="bantuan\nselesai\n", lang="id")
    assert "cocok KODE" in ran.err and "muatan TEMPAT" in ran.err


def test_recording_a_session_of_yesterday_says_how_old_it_is(station: Terminal) -> None:
    station("scan", "--from", "51.08", "--to", "51.08.01", "--source", "-", typed=station.codes("--to", "51.08.01")[0])
    [draft] = station("drafts", "--json").lines
    ran = station("drafts", "--record", draft["id"][:8], now=LATER)
    assert ran.code == 0 and "left open for" in ran.err


def test_a_due_time_that_has_passed_is_told_while_the_table_is_loaded(station: Terminal) -> None:
    (table := station.home / "due.csv").write_text(
        "code,name,level,parent,due\n51.08.02,PPK Seririt,district,51.08,2023-02-12T18:00:00+08:00\n"
    )
    shown, again = station("load", table, "--dry-run"), station("load", table)
    assert again.code == 0 and "due time has passed already: PPK Seririt" in again.err and "18:00 WITA" in shown.err
    assert station("load", table).err == "", "what is as it was is said no more"


def test_a_plate_is_written_as_people_write_it() -> None:
    assert [show_plate(code) for code in ("DK8123AB", "51.08", "V-KOTAK")] == ["DK 8123 AB", "51.08", "V-KOTAK"]
    assert name_of({}, "DK8123AB") == "DK 8123 AB"


def test_what_the_computer_says_is_said_in_the_chosen_language() -> None:
    use("id")
    try:
        assert reason("No such file or directory") == "berkas atau foldernya tidak ada"
        assert reason("Something \x1b new") == "Something [U+001B] new"
    finally:
        use("en")


def test_a_laptop_that_was_told_nothing_does_not_know_what_to_expect(terminal: Terminal) -> None:
    """It is its own root, and still not alone in the world: the things were registered somewhere else."""
    terminal("init", "--place", "51.08.01", "--station", "PPK-1")
    (table := terminal.home / "places.csv").write_text(PLACES)
    terminal("load", table)
    ran = terminal.give(["7Q2M9X4T5B8C6"], "DK 8123 AB", "51.08.01").json
    assert ran["expected"] is None
    assert {(finding["code"], finding["provisional"]) for finding in ran["findings"]} == {("UNKNOWN_CODE", True)}
