"""What an Indonesian user sees is Indonesian: every report, every help, every complaint about a number."""

import json
import re
import string
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

import language as languages
from commands.program import COMMANDS, REPORTS
from custody.plan.levels import AREA, CARRIER, END, GROUP, STORE, VENDOR
from language.catalogue import forms, read
from language.in_words import level_choices
from tables.cells import parse_state, parse_tracked_as
from tables.headings import layout, parse_level
from tables.office_table import Table
from tables.vocabulary import REQUIRED, column_words
from tests.support.busy_day import Day
from tests.support.command_examples import LAPTOP, ROOT, Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.pdf_text import text_of
from tests.support.scan_pages import typed

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
@pytest.mark.parametrize("kind", REPORTS)
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


SEEN = ("title", "alt", "placeholder", "aria-label", "label")
"""Attributes whose text people see or hear; those of data- hold what scripts show, and keys of one word."""


class Seen(HTMLParser):
    """The texts that people see of a page, those of attributes among them; nothing of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts, self._hidden = list[str](), ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = self._hidden or (tag if tag in ("script", "style") else "")
        if ("lang", "en") not in attrs:  # the link to the page in English
            told = [(name, " ".join((text or "").split())) for name, text in attrs]
            self.texts += [
                text
                for name, text in told
                if name in SEEN or (name[:5] == "data-" and name != "data-for" and " " in text)
            ]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = "" if tag == self._hidden else self._hidden

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def english_in(page: str) -> set[str]:
    """What of a page's texts is English: whole texts and pieces of the catalogue, and single words."""
    texts = Seen(page).texts
    told = re.sub(r"python main\.py [a-z]+", "", " ".join(texts))
    found = {piece for piece in untranslated() if piece in told} | (whole() & set(texts))
    words = re.findall(r"(?<![\w/.*-])[A-Za-z]{2,}(?![\w/*-])", told)
    return found | {word for word in words if word.lower() in ENGLISH}


@cache
def whole() -> set[str]:
    """The catalogue's English texts, short ones too, that are no Indonesian text as well."""
    catalogue = [message for message in read("id") if message.id]
    indonesian = {" ".join(form.split()) for message in catalogue for form in forms(message.string)}
    return {" ".join(form.split()) for message in catalogue for form in forms(message.id)} - indonesian


@pytest.mark.slow
def test_no_page_has_english(busy: Day, visitor: Visitor) -> None:
    """Each page and each part that scripts put into one, on the day on which everything was recorded."""
    mine, other = busy.items("--held-by", "51.08")[0]["code"], busy.items("--held-by", "51.08.01")[0]["code"]
    visitor.see("/?lang=id")
    draft, truck = begun_draft(visitor), begun_draft(visitor, receiver="DK 8123 AB")
    for line in (mine, other, "NOCODE", "7Q2M-9X4T-5B8C-6"):
        typed(visitor, draft, line)
    typed(visitor, truck, mine)
    visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_name": "Putu", "receiver_name": "putu", "counted": 7})
    scan, number = f"/scan/{draft}", quote(busy.done("report", "bast", "--json").json["number"], safe="")
    paths = [
        "/",
        "/scan",
        scan,
        f"{scan}/board",
        f"{scan}/missing?village=51.08.01.2001",
        f"{scan}/review",
        "/plan",
        "/device",
        f"{scan}/reasons",
        f"{scan}/signatures",
        f"/scan/{truck}",
        f"/scan/{truck}/review",
        "/labels",
        "/meet",
        "/meet/papers",
        "/observers",
        "/dashboard",
        "/dashboard/part",
        "/dashboard/wall",
        "/dashboard/51.08.01",
        "/dashboard/wall/part",
        "/dashboard/51.08.01.2001.001",
        "/dashboard/51.08.01/part",
        "/items",
        "/items?q=51",
        f"/items/{mine}",
        f"/items/{other}",
        "/items/7Q2M-9X4T-5B8C-6",
        "/scan/none",
        "/none",
        "/handover?number=none",
        f"/handover?number={number}",
        f"/handover/outcome?number={number}",
    ]
    shown = {path: visitor.client.get(path, headers={"Accept": "text/html"}) for path in paths}
    assert [path for path, page in shown.items() if page.status_code >= 500] == []
    assert sum(page.status_code == 200 for page in shown.values()) > 25
    english = {path: english_in(page.text) for path, page in shown.items()}
    assert {path: found for path, found in english.items() if found} == {}


def test_no_script_of_the_page_says_a_sentence_of_its_own() -> None:
    """What scripts show comes from the page, which is in the user's language."""
    scripts = sorted((ROOT / "web" / "static").glob("*.js"))
    said = [(path.name, text) for path in scripts for text in _sentences(path.read_text("utf-8"))]
    assert len(scripts) > 10 and said == []


def _sentences(source: str) -> list[str]:
    """Texts of a script that begin like a sentence and go on with a word."""
    bare = re.sub(r"(?m)(?:^|(?<=[\s;]))//.*$", "", source)
    return re.findall(r"([\"'`>])([A-Z][a-z]+ [a-z]+[^\"'`]*)\1", bare)


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
        for kind, names in REQUIRED.items():
            for name in names:
                table = Table("x.csv", (column_words([name]),), (), "0" * 64)
                assert layout(table, kind)[0].columns.get(name) == table.headers[0], (kind, name)
        assert [parse_level(word) for word in level_choices().split(", ")] == [STORE, AREA, GROUP, END, VENDOR, CARRIER]
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
    assert "kolom Tingkat (C2): kecamatanx" in told and "Gudang, Kecamatan, Desa" in told
    assert re.search(r"\b(level|name|places|warehouse|district|village)\b", told.replace(str(tmp_path), "")) is None
