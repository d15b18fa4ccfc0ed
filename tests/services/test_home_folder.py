"""A station's folder that something else copies, or that is another computer's, is told."""

import sys
from pathlib import Path

import pytest

from services.paths import is_on_network, synchronised_by
from tests.support.command_examples import Terminal


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive/serah", "OneDrive"),
        ("OneDrive - KPU Buleleng/Documents/serah", "OneDrive - KPU Buleleng"),
        ("Dropbox", "Dropbox"),
        ("My own/serah", "My own"),
        ("serah", None),
        ("OneDriver/serah", None),
    ],
)
def test_a_folder_that_is_copied_to_the_internet_is_known(tmp_path: Path, folder: str, service: str | None) -> None:
    environment = {"OneDriveCommercial": str(tmp_path.resolve() / "My own"), "OneDrive": ""}
    assert synchronised_by(tmp_path / folder, environment) == service


def test_doctor_warns_of_a_ledger_in_such_a_folder(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OneDrive", str(terminal.home.resolve()))
    assert "is copied by home while it is written" in terminal("doctor").out
    monkeypatch.delenv("OneDrive")
    assert "is copied by" not in terminal("doctor").out


def test_a_share_is_another_computers_folder(tmp_path: Path) -> None:
    assert is_on_network(Path(r"\\server\share\serah")) == (sys.platform == "win32")
    assert not is_on_network(tmp_path)
