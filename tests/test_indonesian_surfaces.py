"""What an Indonesian user sees is Indonesian: every report, every help, every complaint about a number."""

import json
import re
import string
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from busy_day import Day
from command_examples import LAPTOP, ROOT, Terminal
from pdf_text import text_of

import language as languages
from commands.program import COMMANDS, REPORTS
from custody.places import LEVELS
from language.catalogue import forms, read
from language.levels import level_words
from tables.headers import _REQUIRED, column_words, layout, parse_level, parse_state, parse_tracked_as
from tables.read import Table

LATER = "2024-02-13T12:00:00Z"
_WORDS = """
the of and not with nothing wrong from this that was were are been has have which who what when where by for their they
its it is if only each every more than until yet here there one two number record records item items held received
expected missing handed over labels print count open closed critical warning note roll sheet
"""
ENGLISH = frozenset(_WORDS.split())
"""Words that are English and neither Indonesian nor a command, code or name that stands in reports."""
NUMBERS = re.compile(r"\bwhole number\b|\binteger\b|\bfloat\b|\brange\b|\bnot a valid\b")
CLICK = re.compile(
    r"\b(?:TEXT|INTEGER|FLOAT|FILENAME|DIRECTORY|PATH|RANGE|BOOLEAN|UUID|DATETIME|Usage|Options|Commands|Arguments|default"
    r"|required|Show this|Error|Try|Aborted|Invalid|Missing|No such)\b"
)


@cache
def untranslated() -> list[str]:
    """Pieces of the catalogue's English that no Indonesian text has: three words at least, between the blanks."""
    catalogue = [message for message in read("id") if message.id]
    there = " ".join(" ".join(" ".join(forms(message.string)) for message in catalogue).split())
    pieces = {
        " ".join(literal.split())
        for message in catalogue
        for form in forms(message.id)
        for literal, *_blank in string.Formatter().parse(form)
    }
    return sorted(piece for piece in pieces if piece.count(" ") >= 2 and len(piece) > 11 and piece not in there)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in REPORTS if kind != "custody"])
def test_a_report_on_paper_and_screen_has_no_english(busy: Day, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"{kind}.pdf"
    more = ("--stations", 4, "--seconds-per-scan", 5) if kind == "pace" else ()
    ran = busy("report", kind, "--out", out, *more, lang="id", now=LATER)
    assert ran.code == 0, ran.err
    told = text_of(out)
    if kind not in ("bast", "handover"):
        told += " " + " ".join(busy("report", kind, *more, lang="id", now=LATER).out.split())
    assert [piece for piece in untranslated() if piece in told] == []
    words = re.findall(r"(?<![\w/.*-])[A-Za-z]{2,}(?![\w/*-])", told)
    assert [word for word in words if word.lower() in ENGLISH] == []


def test_label_stock_is_listed_in_indonesian(station: Terminal) -> None:
    told = station("labels", "--list", lang="id").out
    assert "Rol, 50 x 30 mm" in told and "Roll" not in told
    assert "Roll, 50 x 30 mm" in station("labels", "--list").out


def test_every_help_is_indonesian() -> None:
    told = [line for lines in _walked("help").values() for line in lines]
    english = [line for line in told if CLICK.search(line)]
    assert len(told) > 500 and english == []


def test_what_is_no_number_is_called_so_in_indonesian() -> None:
    told = [line for lines in _walked("numbers").values() for line in lines]
    assert len(told) > 12 and [line for line in told if NUMBERS.search(line)] == []
    assert any("bilangan bulat" in line for line in told)


@cache
def _walked(what: str) -> dict[str, list[str]]:
    """The help of every command, or what each says of "x" for a number: by a process that began in Indonesian."""
    environment = {"SERAH_LANG": "id", "PYTHONPATH": f"{LAPTOP}:{ROOT}", "PATH": "", "HOME": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", _WALK, what, *COMMANDS], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


_WALK = """
import json, sys
import click
import language
from commands.program import program
language.use_in_process("id")
root, told = program(), {}
for name in sys.argv[2:]:
    command = root.get_command(None, name)
    context = click.Context(command, info_name=name)
    if sys.argv[1] == "help":
        told[name] = command.get_help(context).splitlines()
        continue
    told[name] = []
    for option in command.params:
        if isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType)):
            try:
                option.type.convert("x", option, context)
            except click.UsageError as error:
                told[name].append(error.format_message())
print(json.dumps(told))
"""


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_a_complaint_names_a_table_takes(language: str) -> None:
    """Headings, levels and the other words of short lists: whoever writes what the message says is understood."""
    languages.use(language)
    try:
        for kind, names in _REQUIRED.items():
            for name in names:
                table = Table("x.csv", (column_words([name]),), (), "0" * 64)
                assert layout(table, kind)[0].columns.get(name) == table.headers[0], (kind, name)
        assert [parse_level(word) for word in level_words(LEVELS).split(", ")] == list(LEVELS)
        assert [parse_state(word) for word in languages._("open, done").split(", ")] == ["open", "done"]
        assert [parse_tracked_as(word) for word in languages._("item, pack").split(", ")] == ["item", "pack"]
    finally:
        languages.use("en")


def test_faults_of_a_table_speak_in_the_users_headings_and_levels(station: Terminal, tmp_path: Path) -> None:
    lacking, wrong = tmp_path / "lacking.csv", tmp_path / "wrong.csv"
    lacking.write_text("Kode,Nama\n51.08,Gudang\n")
    wrong.write_text("Kode,Nama,Tingkat,Induk\n51.09,PPK,kecamatanx,51.08\n51.10,Gudang,gudang,51.08.01\n")
    told = station("load", lacking, lang="id").err + station("load", wrong, lang="id").err
    assert "tabel tempat: tingkat" in told and "kekurangan kolom tingkat" in told
    assert "kolom Tingkat: kecamatanx" in told and "Gudang, Kecamatan, Desa" in told
    assert re.search(r"\b(level|name|places|warehouse|district|village)\b", told.replace(str(tmp_path), "")) is None
