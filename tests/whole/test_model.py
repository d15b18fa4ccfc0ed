"""The model of a hub and its stations holds, and finds what would be wrong: a short run of bench/model.py."""

import shutil
from pathlib import Path

import pytest

from bench.agreement import machine as model
from bench.agreement.world import Holder, Log
from bench.model import MODEL, machine, spin


def test_the_model_holds_in_a_short_run() -> None:
    machine(15, 40)


def test_a_hub_that_acknowledges_what_it_has_not_stored_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "stores", lambda _hub, _number, _log: True)
    with pytest.raises((AssertionError, KeyError)):
        machine(50, 30, shortens=False)


def test_a_merge_that_drops_another_history_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    keeps = Holder.merge

    def merge(self: Holder, number: int, log: Log) -> None:
        keeps(self, number, log)
        if self.beside:
            self.logs[number] = log  # the last one wins

    monkeypatch.setattr(Holder, "merge", merge)
    with pytest.raises(AssertionError):
        machine(100, 40, shortens=False)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("spin") is None, reason="needs Spin (Debian: spin)")
def test_spin_finds_no_state_that_may_not_be() -> None:
    assert "none wrong" in spin()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("spin") is None, reason="needs Spin (Debian: spin)")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("       held[me] = own[me];\n       told", "       told"),  # cosigned and not stored
        ("lost[i] = lost[i] || told[i] > held[i]", "skip"),  # a hub that was put back and does not know it
        ("held[me]++;", "held[me]++; told[me] = held[me] + 1;"),  # acknowledged before it came
    ],
)
def test_spin_finds_a_hub_that_is_wrong(tmp_path: Path, right: str, wrong: str) -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "hub.pml").write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(RuntimeError, match="assertion violated"):
        spin(tmp_path / "hub.pml")
