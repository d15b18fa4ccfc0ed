"""The folder for observers: checked with nothing but Python and cryptography, and without names of staff."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import cryptography
import pypdfium2
import pytest

from tests.support.busy_day import Day
from tests.support.portable import links, python_alone
from tests.support.tool_examples import TOOLS, load_tool

checker = load_tool("check_pack")
DETAILS, LABELS, in_indonesian = checker.DETAILS, checker.LABELS, checker.in_indonesian

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


def copied(source: Path, target: Path) -> None:
    """Where no link can be made."""
    shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)


@pytest.fixture
def check(pack: Path, tmp_path: Path) -> Check:
    """Runs the pack's own check in a Python that finds the standard library and cryptography, and nothing of Serah."""
    site, only = Path(cryptography.__file__).parent.parent, tmp_path / "only"
    only.mkdir()
    for part in ("cryptography", "cffi", "pycparser", *(path.name for path in site.glob("_cffi_backend*"))):
        if (site / part).exists():
            links(only / part, site / part, to_folder=(site / part).is_dir()) or copied(site / part, only / part)
    environment = {"PYTHONPATH": str(only), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    python = python_alone(tmp_path / "only", only)

    def run(*words: str) -> tuple[int, str]:
        command = [*python, "-s", "check.py", *words]
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
    assert code == 0 and "1. Berkas: cocok" in told and "Ringkasan: lengkap sampai" in told
    code, told = check("--root", spaced, "--head", "head.txt", "--lang", "en")
    assert code == 0 and "1. Files: as they left the station" in told and "complete up to these heads" in told
    code, told = check()
    assert code == 0 and "hanya cocok satu sama lain" in told
    assert check("--root", "0" * 64)[0] == 1
    assert not list(pack.rglob("__pycache__")), "checking leaves the pack as it is"


def test_without_cryptography_the_check_says_what_to_install(pack: Path, tmp_path: Path) -> None:
    command = [*python_alone(tmp_path), "-s", "check.py"]
    ran = subprocess.run(command, cwd=pack, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert ran.returncode == 2 and "pip install cryptography" in ran.stdout and ran.stderr == ""
    assert "1. Berkas: cocok" in ran.stdout


@pytest.mark.parametrize(
    "change", ["altered", "missing", "added", "bundle", "verifier", "no verifier", "no bundle", "list"]
)
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
        case "no verifier" | "no bundle":
            (pack / {"no verifier": "verify_standalone.py", "no bundle": "logs.serah"}[change]).unlink()
        case "list":
            (pack / "SHA256SUMS").write_text("nothing\n")
    words = {
        "altered": ("BERUBAH: tables/items.csv", "CHANGED: tables/items.csv"),
        "missing": ("HILANG: tables/items.csv", "MISSING: tables/items.csv"),
        "added": ("TIDAK TERDAFTAR: reports/own.pdf", "NOT LISTED: reports/own.pdf"),
        "bundle": ("bukti ini salah", "the evidence is wrong"),
        "verifier": ("BERUBAH: verify_standalone.py", "CHANGED: verify_standalone.py"),
        "no verifier": ("HILANG: verify_standalone.py", "MISSING: verify_standalone.py"),
        "no bundle": ("HILANG: logs.serah", "MISSING: logs.serah"),
        "list": ("SHA256SUMS: bukan daftar sidik jari", "SHA256SUMS: is no list of digests"),
    }
    language = "id" if change < "b" else "en"  # each run checks the whole pack; all words are read in Indonesian below
    code, told = check("--lang", language)
    assert code == 1 and words[change][language == "en"] in told


def test_what_the_check_says_in_indonesian_has_no_english(pack: Path, check: Check) -> None:
    code = next(line for line in (pack / "tables" / "items.csv").read_text("utf-8-sig").splitlines()[1:]).split(",")[0]
    asked = ("--root", "0" * 64, "--head", "head.txt", "--item", code)
    told = "\n".join(check(*words)[1] for words in (asked, (), ("--root", "12"), ("--head", "none.txt")))
    values = re.sub(r'"(?:[^"\\]|\\.)*"', "", told)  # what was recorded stands as it was recorded
    keys = set(re.findall(r"(?<![\w.-])[a-z_]{2,}(?![\w.])", values)) & {*LABELS} - {*LABELS.values()}
    english = [text for text in DETAILS if len(begun := text.split("{}")[0]) > 4 and begun in told]
    assert (keys, english) == (set(), [])
    assert "tidak dapat dibaca" in told and "perlu 64 angka heksadesimal" in told and "belum ada salinannya" in told


def test_each_message_of_the_verifier_has_its_indonesian() -> None:
    """Every string of several words in its code is a message, but for what argparse shows and its docstrings."""
    source = ast.parse((TOOLS / "verify_standalone.py").read_text("utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(source):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("add_argument", "ArgumentParser"):
            skipped |= set(ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node)) - {node}
        if isinstance(node, ast.Module):
            skipped |= {part for line in node.body if isinstance(line, ast.Assign) for part in ast.walk(line)}
    found = {
        _template(node)
        for node in ast.walk(source)
        if node not in skipped and isinstance(node, ast.Constant | ast.JoinedStr)
    }
    messages = {text for text in found if text.count(" ") >= 2 and "\\" not in text and "jalankan" not in text}
    assert len(messages) > 20 and messages == DETAILS.keys()
    for english, indonesian in DETAILS.items():
        if english.startswith("this is no whole bundle"):  # its blank is a message too: below
            continue
        blanks = [f"n{number}" for number in range(english.count("{}"))]
        assert in_indonesian(english.format(*blanks)) == indonesian.format(*blanks)
    told = {
        "log",
        "seq",
        "code",
        "detail",
        "between",
        "station",
        "place",
        "key",
        "size",
        "witnesses",
        "head",
        "root",
        "witnessed_to",
        *load_tool("verify_standalone").TELL.split(),
    }
    assert told <= LABELS.keys()
    assert in_indonesian("this is no whole bundle: it is cut") == "ini bukan bundel yang utuh: berkasnya terpotong"
    assert in_indonesian("this is no whole bundle: Error -3 while") == "ini bukan bundel yang utuh: berkasnya rusak"


def _template(node: ast.AST) -> str:
    """A string of the source with `{}` for each blank; empty where it is none."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


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
