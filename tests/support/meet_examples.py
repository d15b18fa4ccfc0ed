"""Two stations that meet by commands: the warehouse, which is the root, and a sub-district's laptop that follows it."""

import json
from pathlib import Path

import pytest

from tests.support.command_examples import Once, Terminal, station_at

WH, PPK, PPK2 = "51.08", "51.08.01", "51.08.02"


@pytest.fixture
def other(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A sub-district's laptop that follows the warehouse's root and has its plan."""
    home = tmp_path / "other"

    @once
    def met() -> None:
        root = fingerprint_of(station)
        other = station_at(station, home, "--place", PPK, "--station", "PPK", "--root", root)
        assert station("admit", home / "station-card.json").code == 0
        meet(station, other)

    return Terminal(home, station._capsys, station._monkeypatch)


def fingerprint_of(station: Terminal) -> str:
    return json.loads((station.home / "station-card.json").read_text())["root"]


def meet(giver: Terminal, taker: Terminal) -> dict:
    assert giver("export", "--out", "meet.serah").code == 0
    taken = taker("import", "meet.serah", "--json")
    assert taken.code == 0, taken.err
    return taken.json


def database(station: Terminal) -> bytes:
    assert not (station.home / "ledger.db-wal").exists()
    return (station.home / "ledger.db").read_bytes()
