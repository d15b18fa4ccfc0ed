"""What a station was shown, and how far its log is witnessed: changed in the database, `verify` names it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from custody.format.paper_codes import is_part
from scanner.decoding.picture_reader import Reader
from tests.support.command_examples import Once, Terminal, station_at
from tests.support.meet_examples import fingerprint_of, meet
from tests.support.paper_examples import rendered

ENDS = ("--from", "51.08", "--to", "51.08.01")


@pytest.fixture
def receiver(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A station that received by paper, read one more paper, and met the sender."""
    receiver = Terminal(tmp_path / "ppk", station._capsys, station._monkeypatch)

    @once
    def met() -> None:
        root = ("--root", fingerprint_of(station))
        station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", *root)
        meet(station, receiver)
        given = station.codes("--to", "51.08.01")
        for codes in (given[:4], given[4:6]):
            station.give(codes, "51.08", "51.08.01", "--paper", "paper.pdf")
            texts = [read.text for read in Reader().read(rendered("paper.pdf"))]
            receiver("scan", "--source", "-", *ENDS, typed="\n".join(filter(is_part, texts)))
            if codes == given[:4]:
                receiver.give(codes, "51.08", "51.08.01")
        station("admit", receiver.home / "station-card.json")
        meet(receiver, station)
        station("doctor")

    return receiver


def tampered(station: Terminal, change: str) -> str:
    """What `verify` says of a ledger after this change of its database, and it finds it wrong."""
    with closing(sqlite3.connect(station.home / "ledger.db")) as ledger:
        assert ledger.execute(change).rowcount > 0
        ledger.commit()
    ran = station("verify")
    assert ran.code == 1, ran.out
    return ran.out


def test_what_honest_stations_were_shown_is_as_it_is_kept(station: Terminal, receiver: Terminal):
    for one in (station, receiver):
        assert "TAMPERED" not in one("verify").out
    with closing(sqlite3.connect(receiver.home / "ledger.db")) as ledger:
        papers = ledger.execute("SELECT is_witnessed FROM paper ORDER BY seq").fetchall()
        assert papers == [(1,), (0,)] and ledger.execute("SELECT COUNT(*) FROM seen_head").fetchone()[0] > 1


@pytest.mark.parametrize("change", ["seq = 99", "seq = 1", "looked_to = 1", "looked_to = 999", "by_id = 77"])
def test_a_witness_that_nobody_was_is_named_and_mended(station: Terminal, receiver: Terminal, change: str):
    assert "who relies on whom" in tampered(station, f"UPDATE witnessed SET {change}")
    station("doctor", "--rebuild")
    assert station("verify").code == 0
    assert "station (2)" in station("doctor").out


def test_a_head_that_our_own_log_never_kept_is_named_and_mended(receiver: Terminal):
    assert "who relies on whom" in tampered(receiver, "UPDATE witnessed SET seq = 99")
    receiver("doctor", "--rebuild")
    assert "who relies on whom" not in receiver("verify").out


@pytest.mark.parametrize("change", ["size = size - 1", "log = 'x'", "root = zeroblob(32)"])
def test_a_head_that_is_filed_under_another_length_is_named(receiver: Terminal, change: str):
    told = tampered(receiver, f"UPDATE seen_head SET {change} WHERE size = (SELECT MAX(size) FROM seen_head)")
    assert "heads that were shown" in told


def test_a_head_that_was_shown_and_is_damaged_is_named_with_its_log_and_not_exported(
    receiver: Terminal, tmp_path: Path
):
    told = tampered(receiver, "UPDATE seen_head SET note = 'x'")
    wrong = [line for line in told.splitlines() if "TAMPERED" in line]
    assert wrong and all("heads that were shown" in line and "serah/" in line for line in wrong)
    assert receiver("export", "--out", tmp_path / "logs.serah").code == 0
    assert "TAMPERED" not in receiver("verify", tmp_path / "logs.serah").out


@pytest.mark.parametrize(
    "change",
    [
        "body = CAST(replace(body, '51.08.01', '51.08.02') AS BLOB)",
        "seq = 1",
        "log = 'x'",
        "leaf = zeroblob(32)",
        "paper = 'x'",
        "public_key = '00'",
        "head = 'x'",
        "is_witnessed = 1",
    ],
)
def test_a_paper_that_was_not_read_so_is_named(receiver: Terminal, change: str):
    assert "as it was read" in tampered(receiver, f"UPDATE paper SET {change} WHERE is_witnessed = 0")


def test_a_seal_of_a_thing_that_no_event_names_is_named(station: Terminal):
    stray = "INSERT INTO seal_use VALUES ('0000000000000', 'A1', 'on', '51.08', zeroblob(32))"
    assert "present state" in tampered(station, stray)


def test_an_index_of_another_history_without_its_box_is_named(station: Terminal, receiver: Terminal, tmp_path: Path):
    shutil.copytree(station.home, tmp_path / "twin")
    twin = Terminal(tmp_path / "twin", station._capsys, station._monkeypatch)
    for one, code in zip((station, twin), station.codes("--to", "51.08.02"), strict=False):
        one.give([code], "51.08", "51.08.02")
        one("export", "--out", "one.serah")
        receiver("import", "one.serah")
    assert "index of items" not in receiver("verify").out
    assert "index of items (fork_id)" in tampered(receiver, "DELETE FROM fork_item")
