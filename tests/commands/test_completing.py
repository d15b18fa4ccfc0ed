"""Completing labels that are seen in part: off until an office turns it on; marked in session, record and letter."""

import csv
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from services.scanning.completing import FILE, completes
from tests.support.command_examples import Terminal
from tests.support.half_seen import half_seen
from tests.support.pdf_text import text_of

ROOT = Path(__file__).parents[2]
ENDS = ("--from", "51.08", "--to", "51.08.01", "--yes", "--json")


@pytest.fixture
def printed(station: Terminal, tmp_path: Path) -> Terminal:
    """A station whose things for one PPK have labels."""
    assert station("labels", "--to", "51.08.01", "--out", tmp_path / "labels.pdf").code == 0
    return station


def pictures(folder: Path, text: str, right: float = 0.58) -> Path:
    """A folder of pictures of a label that hardly anybody reads, of which about half can be completed."""
    folder.mkdir()
    for seed in range(10):
        cv2.imwrite(str(folder / f"{seed}.png"), half_seen(text, right, seed))
    return folder


def test_it_is_off_until_somebody_turns_it_on_and_says_what_it_means(station: Terminal) -> None:
    assert station("settings", "--json").json == {"complete": False} and not (station.home / FILE).exists()
    told = station("settings", "--complete", "on").out
    assert "--complete): turned on" in told and "seen only in part" in told and completes(station.home)
    assert "--complete): aktif" in station("--lang", "id", "settings").out, "the word for seals is another one"
    assert station("settings", "--complete", "off", "--json").json == {"complete": False}
    assert station("settings", "--complete", "maybe").code == 2
    (station.home / FILE).write_bytes(b"on\x00\xff" * 1000)
    assert station("settings", "--json").json == {"complete": False}, "what stands there is not what we write"


@pytest.mark.slow
def test_a_label_that_is_seen_in_part_is_completed_only_where_it_is_on(printed: Terminal, tmp_path: Path) -> None:
    code = printed.codes("--kind", "box", "--to", "51.08.01")[0]
    folder = pictures(tmp_path / "shots", f"{code}*01")
    for seen in printed("decode", folder, "--json").lines:
        if seen["reads"]:
            (folder / seen["source"]).unlink()  # about one in fifty is read
    ran = printed("scan", *ENDS, "--source", folder)
    assert not [line for line in ran.lines if line.get("outcome") == "taken"], "off: what is not read is not taken"
    assert printed("settings", "--complete", "on").code == 0
    letter = tmp_path / "letter.pdf"
    ran = printed("scan", *ENDS, "--new", "--source", folder, "--bast", letter)
    assert ran.code == 0 and ran.lines[-1]["scanned"] == 1
    assert "seen only in part" in ran.err and "once more" in ran.err + ran.out
    (step,) = [link for link in printed("custody", code, "--json").json["chain"] if link["type"] == "handover"]
    assert step["how"] == "completed"
    assert "completed from what was expected" in printed("custody", code).out
    assert "completed" in text_of(letter)


@pytest.mark.slow
def test_the_table_and_the_other_verifier_take_a_label_that_was_completed(printed: Terminal, tmp_path: Path) -> None:
    code = printed.codes("--kind", "box", "--to", "51.08.01")[0]
    assert printed("settings", "--complete", "on").code == 0
    folder = pictures(tmp_path / "shots", f"{code}*01")
    assert printed("scan", *ENDS, "--source", folder).lines[-1]["scanned"] == 1
    bundle = tmp_path / "all.serah"
    assert printed("export", "--out", bundle).code == 0
    ran = subprocess.run(
        [sys.executable, ROOT / "tools" / "verify_standalone.py", bundle], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    table = tmp_path / "chain.csv"
    assert printed("custody", code, "--out", table).code == 0
    with table.open(encoding="utf-8-sig", newline="") as lines:
        assert [row["how"] for row in csv.DictReader(lines) if row["type"] == "handover"] == ["completed"]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["another code", "one character altered", "not expected there"])
def test_unknown_and_altered_codes_never_become_expected_ones(printed: Terminal, tmp_path: Path, text: str) -> None:
    from scanner.rescue.expected_codes import near

    assert printed("settings", "--complete", "on").code == 0
    code = printed.codes("--kind", "box", "--to", "51.08.01")[0]
    label = {
        "another code": "4YEDR1BKR7148*01",
        "one character altered": near(f"{code}*01")[17],
        "not expected there": f"{printed.codes('--to', '51.08.02')[0]}*01",
    }[text]
    ran = printed("scan", *ENDS, "--source", pictures(tmp_path / "shots", label))
    taken = {line["code"] for line in ran.lines if line.get("outcome") == "taken"}
    assert taken <= {label[:13]}, "what is read of it is its own code, or nothing"
