"""Hints lead somewhere: every command that a text names is there, with the options that stand behind it."""

import re
from functools import cache

import click
import pytest

from commands.program import COMMANDS, program
from language.catalogue import ROOT, forms, read, sources

CALL = re.compile(r"python main\.py (?:--(?:home|db|lang) \S+ )*([a-z]+)\b([^\"`]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
END = re.compile(r"[.;:)](?:\s|$)|, (?:or|and|if|else|with|for|atau|dan|jika|dengan|untuk)\b|python main\.py| - ")
"""Where a sentence goes on behind a command: what follows is no option of it."""


@cache
def options_of(name: str) -> frozenset[str]:
    """Every option that a command takes."""
    command = program().get_command(click.Context(program()), name)
    assert command is not None
    said = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    return frozenset(said | {"--help"})


def calls(text: str) -> list[tuple[str, list[str]]]:
    """The commands that a text names, each with the options behind it."""
    return [(name, OPTION.findall(END.split(rest)[0])) for name, rest in CALL.findall(text)]


def wrong_calls(texts: list[str]) -> list[str]:
    """The commands and options in these texts that there are not."""
    found = []
    for text in texts:
        for name, options in calls(text):
            if name not in COMMANDS:
                found.append(f"{name}: {text}")
            found += [
                f"{name} {option}: {text}" for option in options if name in COMMANDS and option not in options_of(name)
            ]
    return found


def test_every_command_that_a_text_names_is_there_with_its_options() -> None:
    texts = [form for message in read("id") if message.id for form in (*forms(message.id), *forms(message.string))]
    assert sum(len(calls(text)) for text in texts) > 100
    assert wrong_calls(texts) == []


def test_every_command_that_sources_and_documents_name_is_there_with_its_options() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *sources()]
    lines = [line for path in documents for line in path.read_text("utf-8").splitlines()]
    assert wrong_calls(lines) == []


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("Run: python main.py items --kind K", 0),
        ("Run: python main.py itmes", 1),
        ("python main.py items --kid K", 1),
        ("python main.py plan. Or --kid", 0),
    ],
)
def test_a_hint_that_leads_nowhere_is_found(text: str, wrong: int) -> None:
    assert len(wrong_calls([text])) == wrong
