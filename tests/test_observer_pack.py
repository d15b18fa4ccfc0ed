"""The folder for observers: checked with nothing but Python and cryptography, and without names of staff."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cryptography
import pypdfium2
import pytest
from busy_day import Day

Check = Callable[..., tuple[int, str]]


_packed: list[Path] = []
"""The pack of the day, once one was made in this process: it takes seconds."""


@pytest.fixture
def pack(busy: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not _packed:
        _packed.append(tmp_path_factory.mktemp("packed") / "paket")
        busy.done("export", "--observers", _packed[0], "--letters")
    shutil.copytree(_packed[0], "paket")
    return Path("paket")


@pytest.fixture
def check(pack: Path, tmp_path: Path) -> Check:
    """Runs the pack's own check in a Python that finds the standard library and cryptography, and nothing of Serah."""
    site, only = Path(cryptography.__file__).parent.parent, tmp_path / "only"
    only.mkdir()
    for part in ("cryptography", "cffi", "pycparser", *(path.name for path in site.glob("_cffi_backend*"))):
        if (site / part).exists():
            (only / part).symlink_to(site / part)
    environment = {"PYTHONPATH": str(only), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-S", "-s", "check.py", *words]
        ran = subprocess.run(command, cwd=pack, env=environment, capture_output=True, text=True, encoding="utf-8")
        assert "Traceback" not in ran.stderr, ran.stderr
        return ran.returncode, ran.stdout

    return run


def texts(folder: Path) -> dict[str, str]:
    """What can be read in each file of a pack, PDFs included; the bundle is told apart."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".pdf":
            pages = pypdfium2.PdfDocument(path)
            found[name] = "\n".join(page.get_textpage().get_text_range() for page in pages)
            found[name] += str(pages.get_metadata_dict())
        elif path.suffix != ".serah":
            found[name] = path.read_text("utf-8-sig")
    return found


def test_the_pack_checks_itself_with_nothing_but_python_and_cryptography(pack: Path, check: Check) -> None:
    root = next(line.split(",")[3] for line in (pack / "keys.csv").read_text("utf-8-sig").splitlines()[1:])
    spaced = " ".join(re.findall("....", root))
    code, told = check("--root", spaced, "--head", "head.txt")
    assert code == 0 and "1. Berkas: cocok" in told and "complete up to these heads" in told
    code, told = check()
    assert code == 0 and "self-consistent only" in told
    assert check("--root", "0" * 64)[0] == 1
    assert not list(pack.rglob("__pycache__")), "checking leaves the pack as it is"


def test_without_cryptography_the_check_says_what_to_install(pack: Path) -> None:
    command = [sys.executable, "-S", "-s", "check.py"]
    ran = subprocess.run(command, cwd=pack, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert ran.returncode == 2 and "pip install cryptography" in ran.stdout and ran.stderr == ""
    assert "1. Berkas: cocok" in ran.stdout


@pytest.mark.parametrize("change", ["altered", "missing", "added", "bundle", "verifier", "list"])
def test_what_was_done_to_a_pack_is_told(pack: Path, check: Check, change: str) -> None:
    report = pack / "tables" / "items.csv"
    match change:
        case "altered":
            report.write_bytes(report.read_bytes().replace(b"box", b"bin"))
        case "missing":
            report.unlink()
        case "added":
            (pack / "reports" / "own.pdf").write_bytes(b"%PDF-")
        case "bundle":
            data = bytearray((pack / "logs.serah").read_bytes())
            data[len(data) // 2] ^= 1
            (pack / "logs.serah").write_bytes(data)
        case "verifier":
            (pack / "verify_standalone.py").write_text("def main(words): return 0\n")
        case "list":
            (pack / "SHA256SUMS").write_text("nothing\n")
    code, told = check()
    words = {
        "altered": "CHANGED: tables/items.csv", "missing": "MISSING: tables/items.csv", "list": "SHA256SUMS",
        "added": "NOT LISTED: reports/own.pdf", "bundle": "the evidence is wrong", "verifier": "CHANGED: verify",
    }  # fmt: skip
    assert code == 1 and words[change] in told


def test_names_of_staff_stand_on_the_letters_and_nowhere_else(busy: Day, pack: Path) -> None:
    told = texts(pack)
    named = {name for name, text in told.items() if "Zebulon" in text}
    assert named and all(name.startswith("letters/") for name in named), named
    assert len(told) > 40 and {"reports/evaluation.pdf", "reports/points.pdf", "reports/readiness.pdf"} <= told.keys()
    assert "P1" in told["reports/points.pdf"] and "Jalan putus" in told["reports/incidents.pdf"]


def test_every_file_of_the_pack_is_listed_and_told_of_in_both_languages(busy: Day, pack: Path) -> None:
    listed = {line.split("  ")[1] for line in (pack / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}
    words = (pack / "BACA-DAHULU-READ-FIRST.md").read_text("utf-8")
    for name in {path.split("/")[0] for path in there} - {"BACA-DAHULU-READ-FIRST.md"}:
        assert f"`{name}" in words, name
    assert "## Cara memeriksa" in words and "## How to check" in words and "{" not in words
    for letter in (pack / "letters").iterdir():
        assert letter.read_bytes().startswith(b"%PDF-")
    assert len(list((pack / "letters").iterdir())) == 5


@pytest.mark.slow
def test_without_letters_no_name_is_in_the_pack_but_for_the_signed_records(busy: Day) -> None:
    busy.done("export", "--observers", "short")
    told = texts(Path("short"))
    assert not any(name.startswith("letters/") or "Zebulon" in text for name, text in told.items())


@pytest.mark.parametrize("out", ["home", "none/pack", "tables.csv"])
def test_a_pack_never_replaces_what_is_there(busy: Day, out: str) -> None:
    Path("tables.csv").write_text("x")
    before = sorted(Path().iterdir())
    refused = busy("export", "--observers", out)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2
    assert sorted(Path().iterdir()) == before and Path("tables.csv").read_text() == "x"
