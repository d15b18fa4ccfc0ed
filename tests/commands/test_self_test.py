"""`doctor --full`: what a laptop can do is measured, what needs a person is asked, and a page is kept."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

import services.health
import services.self_test
import tables.output.safe_file
from tests.support.command_examples import Attended, Once, Ran, Terminal
from tests.support.pdf_text import text_of

MEASURED = {"Camera's pictures", "Writes to the disk", "24 labels"}
ASKED = {"Camera reads a label", "Printer", "Clock compared"}


def film(path: Path, *, light: int = 235, text: str = "7Q2M9X4T5B8C6*01", frames: int = 45) -> Path:
    """A film of a label on a desk, 640x480, 15 pictures a second."""
    picture = np.full((480, 640, 3), light, np.uint8)
    if text:
        code = np.array(
            zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H").to_image(scale=8)
        )
        picture[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code[..., None]
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 15, (640, 480))
    for _number in range(frames):
        out.write(picture)
    out.release()
    return path


def full(terminal: Terminal, *more: object) -> Ran:
    return terminal("doctor", "--full", "--camera", film(terminal.home.parent / "film.avi"), *more)


def by_name(ran: Ran) -> dict[str, dict[str, str]]:
    return {check["check"]: check for check in ran.lines}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A film is watched for a moment only."""
    monkeypatch.setattr(services.self_test, "_WATCH_S", 0.3)


@pytest.fixture
def begun(terminal: Terminal, once: Once) -> Terminal:
    @once
    def made() -> None:
        assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0

    return terminal


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets somebody sit at the terminal who gives these answers; returns the questions as they come."""

    def sit(*answers: str) -> list[str]:
        asked: list[str] = []
        left = iter(answers)
        monkeypatch.setattr(sys, "stdin", Attended(""))
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda text: (asked.append(text), next(left))[1])
        return asked

    return sit


@pytest.mark.slow
def test_without_anybody_there_what_can_be_measured_is_and_the_rest_is_not_looked_at(
    begun: Terminal, tmp_path: Path
) -> None:
    before = sorted(path.name for path in begun.home.iterdir())
    ran = full(begun, "--out", tmp_path / "page.pdf", "--json")
    assert ran.code == 0, ran.err
    checks = by_name(ran)
    assert {name: checks[name]["health"] for name in MEASURED} == dict.fromkeys(MEASURED, "ok")
    assert {name: checks[name]["health"] for name in ASKED} == dict.fromkeys(ASKED, "unseen")
    assert "24 of 24 read" in checks["24 labels"]["found"] and "640x480" in checks["Camera's pictures"]["found"]
    assert sorted(path.name for path in begun.home.iterdir() if not path.name.endswith(("-wal", "-shm"))) == before
    assert begun.event_count() == 1, "what was tried is in no ledger of the station"
    text = text_of(tmp_path / "page.pdf")
    assert "not looked at: 3" in text and "Gudang-1" in text
    pictures = [
        found for page in pypdfium2.PdfDocument(tmp_path / "page.pdf") for found in page.get_objects(filter=[3])
    ]
    assert len(pictures) == 1, "the camera's picture is on the page"


@pytest.mark.slow
def test_who_sits_there_is_asked_one_thing_at_a_time(
    begun: Terminal, tmp_path: Path, answered: Callable[..., list[str]]
) -> None:
    asked = answered("", "20;19,6;120;120,3", "y")
    ran = full(begun, "--out", tmp_path / "page.json")
    assert ran.code == 0, ran.err
    assert "+ Camera reads a label: 7Q2M9X4T5B8C6*01 after" in ran.out
    assert "+ Printer: 0 mm right, -0.45 mm down, 100 % across, 100.25 % down" in ran.out, ran.out
    assert "+ Clock compared: 2024-02-11 01:00:00 (UTC+0000), somebody has looked" in ran.out
    assert len(asked) == 3 and "Hold a printed label" in asked[0]


@pytest.mark.slow
def test_answers_that_are_wrong_or_no_are_told_and_nothing_breaks(
    begun: Terminal, tmp_path: Path, answered: Callable[..., list[str]]
) -> None:
    answered("n", "20;banana", "n")
    ran = full(begun)
    assert ran.code == 0
    assert "? Camera reads a label: not looked at" in ran.out
    assert "! Printer: 20;banana is no four lengths" in ran.out
    assert "! Clock compared" in ran.out and "somebody said no" in ran.out
    answered("n", "26;20;120;120", "")
    ran = full(begun)
    assert "! Printer: 6 mm right" in ran.out and "--measured" in ran.out and "? Clock compared" in ran.out


def a_test(terminal: Terminal, camera: str = "none", ask: Any = None) -> services.self_test.SelfTest:
    from commands.context import station_at
    from tests.support.command_examples import NOW

    station = station_at(str(terminal.home), None, lambda: NOW)
    return services.self_test.SelfTest(station.home, station.around(), camera, ask)


def test_a_dark_or_empty_camera_is_told_with_what_to_do(terminal: Terminal, tmp_path: Path) -> None:
    dark, shown = a_test(terminal, str(film(tmp_path / "dark.avi", light=5, text="")))._pictures()
    assert dark.health == "warning" and "lens" in dark.remedy and shown.health == "unseen"
    [none] = a_test(terminal)._pictures()
    assert none.health == "warning" and "none" in none.found


def test_a_camera_that_reads_nothing_says_so(terminal: Terminal, tmp_path: Path) -> None:
    blank = str(film(tmp_path / "blank.avi", text="", frames=10))
    assert "nothing was read" in a_test(terminal, blank, lambda _question: "")._shown().found
    assert a_test(terminal, "none", lambda _question: "")._shown().health == "warning"


def test_a_slow_disk_and_one_that_is_full_are_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.self_test, "_timed_ms", lambda *_given: 300.0)
    slow = a_test(terminal)._disk()
    assert slow.health == "warning" and "own disk" in slow.remedy

    def full_disk(*_given: object) -> float:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(services.self_test, "_timed_ms", full_disk)
    broken = a_test(terminal)._disk()
    assert broken.health == "broken" and "full" in broken.found


def test_a_disk_is_measured_as_the_ledger_writes(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def look(connection: apsw.Connection, _body: bytes) -> float:
        seen.update({name: connection.execute(f"PRAGMA {name}").get for name in ("journal_mode", "synchronous")})
        return 1.0

    monkeypatch.setattr(services.self_test, "_timed_ms", look)
    assert a_test(terminal)._disk().health == "ok"
    assert seen == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.slow
def test_labels_that_cannot_be_read_back_are_a_fault_of_the_installation(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        def __enter__(self) -> Any:
            return SimpleNamespace(inspect=lambda *_given: [])

        def __exit__(self, *_given: object) -> None: ...

    monkeypatch.setattr(services.self_test, "open_looks", lambda *_given: Blind())
    check = a_test(terminal)._labels()
    assert check.health == "broken" and "0 of 24 read" in check.found


def test_a_page_that_cannot_be_written_is_refused_before_anybody_answers(begun: Terminal, tmp_path: Path) -> None:
    ran = begun("doctor", "--full", "--out", tmp_path / "page.doc")
    assert ran.code == 2 and ran.out == "" and ".pdf" in ran.err
    ran = begun("doctor", "--out", tmp_path / "page.pdf")
    assert ran.code == 2 and "--full" in ran.err
    assert begun("doctor", "--full", "--rebuild").code == 2


@pytest.mark.slow
def test_a_full_disk_loses_the_page_and_not_what_was_shown(
    begun: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(
        services.self_test.SelfTest, "_labels", lambda _self: services.health.Check("24 labels", "ok", "")
    )
    monkeypatch.setattr(tables.output.safe_file.os, "fsync", no_room)
    ran = full(begun, "--out", tmp_path / "page.pdf")
    assert ran.code == 3 and "No space left" in ran.err and "Writes to the disk" in ran.out
    assert not list(tmp_path.glob("*page*"))


@pytest.mark.slow
def test_an_empty_folder_is_tested_too(terminal: Terminal, tmp_path: Path) -> None:
    ran = full(terminal, "--out", tmp_path / "page.pdf", "--json")
    assert ran.code == 0 and by_name(ran)["24 labels"]["health"] == "ok"
    assert "NO ELECTION YET" in text_of(tmp_path / "page.pdf").upper()
    assert not terminal.home.exists() or not list(terminal.home.iterdir())
