"""No output of a command replaces another one, what the command reads, or what is another station's."""

import shutil
from pathlib import Path

import pytest

from commands.context import Input, Output, Source
from tests.support.command_examples import Terminal
from tests.support.own_files_examples import (
    PAIRS,
    READS,
    TWICE,
    WRITES,
    command_line,
    every_path,
    state,
    with_every_own_file,
)
from tests.support.portable import links


@pytest.fixture
def station(terminal: Terminal, prepared: Path) -> Terminal:
    """A station with every file of its own there."""
    return with_every_own_file(terminal, prepared)


def test_each_path_that_a_command_takes_is_an_input_or_an_output() -> None:
    assert {type(param.type) for _name, param in every_path()} == {Input, Output, Source}
    assert {one[0] for one, _other in PAIRS} >= {"export", "handover", "scan"}


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda write: " ".join(write))
def test_two_outputs_of_a_command_are_two_files(
    one: tuple[str, ...], other: tuple[str, ...], station: Terminal, tmp_path: Path
) -> None:
    names = [tmp_path / "same.pdf", tmp_path / "SAME.pdf", tmp_path / "home" / ".." / "same.pdf"]
    for name in (*names, *links(tmp_path / "link.pdf", "same.pdf")):
        line = command_line(one, tmp_path / "same.pdf") + command_line(other, name)[1:]
        ran = station(*line)
        assert (ran.code, ran.out) == (2, "") and TWICE in ran.err, line
    assert not (tmp_path / "same.pdf").exists()


@pytest.mark.parametrize("read", READS, ids=" ".join)
def test_no_output_replaces_what_its_command_reads(read: tuple[str, ...], station: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "given.pdf"
    path.write_text("what is read")
    for write in (write for write in WRITES if write[0] == read[0]):
        words, more = command_line(read, path)[1:], command_line(write, path)[1:]
        for line in ([read[0], *words, *more], [read[0], *more, *words]):
            ran = station(*line)
            assert (ran.code, ran.out) == (2, "") and TWICE in ran.err, line
    assert path.read_text() == "what is read"


@pytest.mark.parametrize(
    "words", [["handover", "--codes", "{}"], ["scan", "--source", "{}"], ["handover", "--photo", "7Q2M9X4T5B8CA={}"]]
)
def test_no_paper_replaces_a_list_a_picture_or_a_photograph_that_it_is_made_from(
    words: list[str], station: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "load.pdf"
    path.write_text("what is read")
    ran = station(*(word.format(path) for word in words), "--paper", path)
    assert (ran.code, ran.out) == (2, "") and TWICE in ran.err
    assert path.read_text() == "what is read"


@pytest.mark.parametrize("write", WRITES, ids=" ".join)
def test_no_output_replaces_a_key_or_ledger_of_another_station(
    write: tuple[str, ...], station: Terminal, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(station.home / "station.key", other / "anything.pdf")
    (other / "locked.key").write_bytes(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    shutil.copy(station.home / "ledger.db", other / "x.db")
    before = state(other)
    parts = [other / f"x.db{tail}" for tail in ("-wal", "-shm", "-journal")]
    for path in (other / "anything.pdf", other / "locked.key", other / "x.db", *parts):
        ran = station(*command_line(write, path))
        assert (ran.code, ran.out) == (2, "") and "nothing is written there" in ran.err, path
    assert state(other) == before and not any(path.exists() for path in parts)


def test_lists_and_passphrases_with_the_line_ends_of_windows_are_read(station: Terminal, tmp_path: Path) -> None:
    codes, words = tmp_path / "codes.txt", tmp_path / "words.txt"
    taken = station.codes("--to", "51.08.01")[:2]
    codes.write_bytes("".join(f"{code}\r\n" for code in taken).encode("utf-8-sig"))
    told = station("handover", "--json", "--from", "51.08", "--to", "51.08.01", "--codes", codes, "--yes")
    assert told.code == 0 and station.codes("--held-by", "51.08.01") == taken
    words.write_bytes(b"kuda laut naik becak\r\n")
    begun = ("--home", tmp_path / "locked", "init", "--place", "51.08", "--station", "Gudang-2")
    assert station(*begun, "--passphrase-file", words).code == 0
    words.write_bytes(b"kuda laut naik becak\n")
    places = tmp_path / "places.csv"
    places.write_bytes(b"code,name,level,parent,due\r\n51.08,Gudang,warehouse,,\r\n")
    assert station("--home", tmp_path / "locked", "load", places, "--passphrase-file", words).code == 0
