"""The tutorial's commands do what it shows: each is run in a fresh folder, and its output is compared line by line."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import main

ROOT = Path(main.__file__).parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]\b")
DRAWN = (
    (CODE, "<code>"),
    (re.compile(r"(?:[0-9a-f]{4} ){15}[0-9a-f]{4}"), "<fingerprint>"),
    (re.compile(r"\b[0-9a-f]{12,16}\b"), "<digest>"),
    (re.compile(r"\b\w{3} \d{1,2} \w{3} (?!2024)\d{4} \d\d:\d\d WITA"), "<now>"),
    (re.compile(r"(?<=WAREHOUSE-1/)\d{4}"), "<year>"),
)
"""What differs each time: what is drawn at random, and the moment."""


def shown() -> list[tuple[str, list[str]]]:
    """Each command of the tutorial with the lines that it shows under it."""
    told: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", TUTORIAL.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                told.append((line[2:], []))
            else:
                told[-1][1].append(line)
    return told


def settled(line: str) -> str:
    """A line without what differs each time."""
    for pattern, name in DRAWN:
        line = pattern.sub(name, line)
    return line.rstrip()


def first_difference(wanted: list[str], lines: list[str]) -> str | None:
    """The first line shown that was not printed in its place, None where all were; `...` stands for any lines."""
    at, is_free = 0, False
    for line in wanted:
        if line == "...":
            is_free = True
            continue
        if line not in (lines[at:] if is_free else lines[at : at + 1]):
            return line
        at, is_free = lines.index(line, at) + 1, False
    return None if is_free or not any(lines[at:]) else lines[at]


@pytest.mark.slow
def test_each_command_of_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    (tmp_path / "build" / "tutorial").mkdir(parents=True)
    settings = {"SERAH_LANG": "en", "SERAH_BY": "Made", "SERAH_HOME": "build/tutorial/station", "PYTHONUNBUFFERED": "1"}
    codes: dict[str, str] = {}  # as shown, as drawn in this run
    commands = shown()
    assert len(commands) > 9
    for command, lines in commands:
        words = [
            codes.get(word.partition("=")[0], word.partition("=")[0]) + "".join(word.partition("=")[1:])
            for word in shlex.split(command)
        ]
        assert words[:2] == ["python", "main.py"], command
        ran = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *words[2:]],
            cwd=tmp_path,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}"
        if " items " in command:
            codes.update(zip(CODE.findall("\n".join(lines)), CODE.findall(ran.stdout), strict=True))
        wrong = first_difference([settled(line) for line in lines], [settled(line) for line in ran.stdout.splitlines()])
        assert wrong is None, f"{command}\n{wrong!r} differs from what was printed:\n{ran.stdout}"
