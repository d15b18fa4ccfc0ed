"""The command by which a station sends to a hub: what it prints, and with which exit code it ends."""

import shutil
from pathlib import Path

import pytest

from db.station_key import load_key
from tests.support.command_examples import Terminal
from tests.support.hub_examples import running_hub
from tests.support.meet_pages import prepared_other

__all__ = ["prepared_other"]


@pytest.fixture
def hub_home(prepared_other: Path, tmp_path: Path) -> Path:
    """The folder of a laptop of the same election."""
    shutil.copytree(prepared_other / "other", tmp_path / "hub")
    return tmp_path / "hub"


def test_sync_tells_what_it_did_and_remembers_the_hub(station: Terminal, hub_home: Path) -> None:
    assert (station("sync").code, station("sync", "http://x").code) == (2, 2)
    assert station("sync", "https://127.0.0.1:9#" + "0" * 32).code == 3
    assert station("sync").code == 2  # one that never answered is not remembered
    with running_hub(f"sqlite:///{hub_home / 'ledger.db'}", hub_home, key=load_key(hub_home, lambda: None)) as hub:
        assert station("incident", "Angin").code == 0
        told = station("sync", "--json", str(hub.address)).json
        [receipt] = told["receipts"]
        assert set(told) == {"hub", "sent", "taken", "waiting", "receipts"}
        assert (told["hub"], told["waiting"], told["sent"]) == ("PPK", 0, 1)
        said = station("sync")
        assert said.code == 0 and "Sent: 0" in said.out
        root = _root(station)
        verified = station("verify", "--root", root).out
        assert f"witnessed up to number {receipt['size']} by" not in verified  # root has not admitted that hub
        assert station("admit", "--yes", hub_home / "station-card.json").code == 0
        assert station("sync").code == 0
    witnessed = f"witnessed up to number {receipt['size'] + 1} by PPK"
    assert witnessed in station("verify", "--root", root).out
    assert station("sync").code == 3


def test_import_needs_a_file_or_a_folder(station: Terminal) -> None:
    ran = station("import")
    assert ran.code == 2 and "--watch" in ran.err


def _root(station: Terminal) -> str:
    return str(station("verify", "--json").json["logs"][0]["key"])
