"""The command by which a station sends to a hub: what it prints, and with which exit code it ends."""

import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from db.station_key import load_key
from db.store import open_store
from reports.handover.hub_sheet import HubSheet, write_hub_sheet
from services.exchange.hub_client import HubClient
from services.exchange.invitation import hub_here, open_hub, read_invitation, words_for
from tests.support.command_examples import Terminal
from tests.support.hub_examples import running_hub
from tests.support.ledger_examples import around
from tests.support.meet_pages import prepared_other
from tests.support.paper_examples import photograph
from tests.support.portable import OWN_CONSOLE, press_ctrl_c

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


def test_the_first_contact_may_be_by_words_or_a_picture_and_pins_the_whole_key(
    station: Terminal, hub_home: Path, tmp_path: Path
) -> None:
    key = load_key(hub_home, lambda: None)
    with running_hub(f"sqlite:///{hub_home / 'ledger.db'}", hub_home, key=key) as hub:
        said = words_for(hub.address)
        assert station("sync", *said[:-1]).code == 2
        told = station("sync", "--json", *said)
        assert told.code == 0 and told.json["hub"] == "PPK"
        known = (station.home / "hub.txt").read_text("utf-8").strip()
        assert known == str(hub.address) and known.endswith(hub.hub.pin)
        sheet = tmp_path / "hub.pdf"
        with sheet.open("wb") as file:
            write_hub_sheet(file, HubSheet("PPK", "Pemilu 2024", [(str(hub.address), said), ("https://x", ())]))
        (station.home / "hub.txt").unlink()
        assert station("sync", sheet).code == 0
        assert (station.home / "hub.txt").read_text("utf-8").strip() == known
    with running_hub(f"sqlite:///{hub_home / 'ledger.db'}", hub_home, key=key) as hub:
        wrong = list(words_for(replace(hub.address, pin="0" * 32)))
        refused = station("sync", *wrong)
        assert refused.code == 3 and "is not the hub" in refused.err


@pytest.mark.parametrize(
    "ended_by",
    [
        "SIGINT",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("SIGTERM", "SIGHUP")),
    ],
)
def test_the_hub_shows_its_line_its_words_and_a_sheet_and_forgets_that_it_was_open(
    station: Terminal, tmp_path: Path, ended_by: str
) -> None:
    sheet, log = tmp_path / "hub.pdf", tmp_path / "hub.log"
    process = station.process(
        "hub", "--listen", "127.0.0.1", "--sheet", str(sheet), "--log", str(log), "--json", **OWN_CONSOLE
    )
    try:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        [line], [said] = told["addresses"], told["words"]
        assert read_invitation(line).pin == told["fingerprint"][:32]
        assert read_invitation(said) == replace(read_invitation(line), pin=told["fingerprint"][:20])
        assert read_invitation(photograph(sheet)) == read_invitation(line)
        assert (station.home / "hub-open.txt").read_text("utf-8").strip() == line
        client = HubClient(read_invitation(said))
        assert client.ask("GET", "/hub").status == 200
        client.close()
        [asked] = log.read_text("utf-8").splitlines()
        assert json.loads(asked).items() >= {"path": "/hub", "status": 200, "address": "127.0.0.1"}.items()
        if ended_by == "SIGINT":
            press_ctrl_c(process)
        else:
            process.send_signal(signal.Signals[ended_by])
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and "What was sent is kept" in err and "Traceback" not in err
    assert not (station.home / "hub-open.txt").exists()


def test_a_hub_whose_log_has_no_folder_does_not_open(station: Terminal, tmp_path: Path) -> None:
    refused = station("hub", "--listen", "127.0.0.1", "--log", str(tmp_path / "no-folder" / "hub.log"))
    assert refused.code == 2 and "does not exist" in refused.err
    assert not (station.home / "hub-open.txt").exists()


def test_a_hub_that_was_killed_is_not_shown_as_open(station: Terminal) -> None:
    process = station.process("hub", "--listen", "127.0.0.1", "--json")
    try:
        assert process.stdout
        line = json.loads(process.stdout.readline())["addresses"][0]
        with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around(1)) as store:
            assert str(hub_here(store, station.home).own) == line
            process.kill()
            process.communicate(timeout=60)
            assert (station.home / "hub-open.txt").exists()
            assert hub_here(store, station.home).own is None
        first = open_hub(station.home, read_invitation(line))  # it is in nobody's way
        open_hub(station.home, replace(read_invitation(line), port=9))()  # a second hub of this folder stays unsaid
        with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around(1)) as store:
            assert str(hub_here(store, station.home).own) == line
            first()
            assert hub_here(store, station.home).own is None
    finally:
        process.kill()
