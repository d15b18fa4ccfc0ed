"""The documents and the program agree: every command and option that they name exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import commands.program
import language
import main

ROOT = Path(main.__file__).parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
_LINE = re.compile(r"(?:python3?|\.venv\S*python(?:\.exe)?|py) main\.py\b([^`\n]*)")
_LATER = frozenset()
"""Commands that a document may name before they exist."""


@pytest.fixture(scope="module")
def program() -> click.Group:
    language.use_in_process("en")
    return commands.program.program()


def command_lines(document: Path) -> Iterator[list[str]]:
    """The words after `main.py` of each command line in a document, comments and what follows a pipe left away."""
    for match in _LINE.finditer(document.read_text("utf-8")):
        words = re.split(r"\s(?:#|\||&&|>|<)", f" {match.group(1)}")[0]
        try:
            yield shlex.split(words)
        except ValueError:  # an apostrophe of running text
            yield words.split()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_and_option_that_a_document_names_exists(document: Path, program: click.Group) -> None:
    for words in command_lines(document):
        rest = main._globals_first(list(words))
        while rest and rest[0].startswith(main.GLOBAL_OPTIONS):
            rest = rest[1:] if "=" in rest[0] else rest[2:]
        if not rest or rest[0] in ("--help", "--version") or rest[0] in _LATER:
            continue
        assert rest[0] in program.commands, f"{document.name}: main.py {' '.join(words)}"
        command = program.commands[rest[0]]
        options = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
        for word in rest[1:]:
            if re.match(r"--?[a-z]", word):
                assert word.partition("=")[0].rstrip(".,;:)") in options, f"{document.name}: main.py {' '.join(words)}"


def test_the_readme_shows_how_to_begin() -> None:
    named = {words[0] for words in command_lines(ROOT / "README.md") if words}
    assert named >= {"init", "load", "plan", "labels", "scan", "custody"}


def test_every_report_has_a_row_in_the_commands() -> None:
    _before, _heading, table = (ROOT / "docs" / "commands.md").read_text("utf-8").partition("| report | tells |")
    cells = re.findall(r"^\| (`[^|]*) \|", table, flags=re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`([a-z]+)`", cell)} >= set(commands.program.REPORTS)
