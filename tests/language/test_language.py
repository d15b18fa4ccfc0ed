"""What people read: times, numbers and messages in both languages; a hostile text does nothing to a screen."""

import ast
import errno
import os
import re
import sys
import unicodedata
from typing import Any, TypeGuard

import pytest
from hypothesis import given
from hypothesis import strategies as st

import language
from custody.errors import Fault, InputError
from language.catalogue import ROOT, sources
from language.text import error_text, fault_text, fill, hint_text, local_time, number, printable, reason


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def test_times_are_local_and_in_the_readers_language():
    assert local_time("2024-02-12T10:00:00Z", "51.08") == "Mon 12 Feb 2024 18:00 WITA"
    language.use("id")
    assert local_time("2024-02-12T10:00:00Z", "51.08.01.2001") == "Sen, 12 Feb 2024 18.00 WITA"
    assert local_time("2024-08-17T20:05:09Z", "31.71", seconds=True) == "Min, 18 Agu 2024 03.05.09 WIB"
    assert local_time("2024-12-31T23:30:00Z", "91.01") == "Rab, 1 Jan 2025 08.30 WIT"


def test_a_place_outside_indonesia_has_utc():
    assert local_time("2024-02-12T10:00:00Z", "DK8123AB") == "Mon 12 Feb 2024 10:00 UTC"


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01T00:00:00Z", "9999-12-31T23:59:59Z", "\x1b[2J"])
def test_a_text_that_is_no_time_is_shown_harmless(text):
    assert local_time(text, "51.08").isprintable()


def test_thousands_are_set_apart_as_each_language_does():
    assert number(25025) == "25,025"
    language.use("id")
    assert (number(25025), number(-1234567), number(7)) == ("25.025", "-1.234.567", "7")


@given(st.text())
def test_no_text_can_move_the_cursor(text):
    shown = printable(text)
    assert len(shown) <= 80
    assert shown.isprintable()
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in shown)


def test_hidden_characters_are_named_and_cuts_are_seen():
    assert printable("a\x1b[31m\u202eb\nc") == "a[U+001B][31m[U+202E]b c"
    assert printable("x" * 100, 10) == "x" * 9 + "…"
    assert printable("x" * 10, 10) == "x" * 10


def test_a_refusal_is_one_harmless_line_and_so_is_its_hint():
    error = InputError("{file} is bad", hint="Ask {who}.", file="\x1b]0;x\x07.csv", who="me")
    assert error_text(error) == "[U+001B]]0;x[U+0007].csv is bad"
    assert hint_text(error) == "Ask me."
    assert hint_text(InputError("no")) == ""


def test_a_name_is_cut_where_no_honest_name_is_as_long():
    assert len(fill("{log} by {by}", {"log": "x" * 5000, "by": "y" * 5000})) < 250
    assert "y" * 200 in fill("of {codes}", {"codes": "y" * 200})


def test_braces_in_a_value_are_only_text():
    assert fill("{text} is not a code", {"text": "{0.__class__} {file}"}) == "{0.__class__} {file} is not a code"


def test_a_fault_says_where_it_is():
    assert fault_text(Fault("is empty", {}, 3, "kode", "places.csv")) == "places.csv, row 3, column kode: is empty"
    assert fault_text(Fault("{n} rows are too many", {"n": 9})) == "9 rows are too many"


# --- counts -----------------------------------------------------------------------------------------------------------


def test_a_count_in_a_message_has_its_thousands_apart_and_a_number_of_a_record_has_not() -> None:
    language.use("id")
    assert fill("{count} of {total}", {"count": 9100, "total": 25025}) == "9.100 of 25.025"
    assert fill("row {row} of {seq}", {"row": 9100, "seq": 1234}) == "row 9100 of 1234"


def test_every_count_in_a_text_goes_through_the_one_function_for_numbers() -> None:
    """`_("{count} labels").format(count=number(n))`; words in its place are those that another text gave."""
    raw = []
    for path in sources():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] in ("db", "evidence", "custody", "language"):
            continue
        source = path.read_text("utf-8")
        functions = ast.walk(ast.parse(source)) if re.search(r"\b(count|total|more)=", source) else ()
        for function in (node for node in functions if isinstance(node, ast.FunctionDef)):
            raw += [f"{path.relative_to(ROOT)}: {text}" for text in _raw_counts(list(ast.walk(function)))]
    assert raw == []


def _raw_counts(nodes: list[ast.AST]) -> list[str]:
    """What a function fills into a text as a count, and not by `number`."""
    assigned = [node for node in nodes if isinstance(node, ast.Assign) and _is_call(node.value, "format", "number")]
    worded = {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    named = [one for node in nodes if _is_call(node, "format") for one in node.keywords]
    values = [one.value for one in named if one.arg in ("count", "total", "more")]
    return [
        ast.unparse(value)
        for value in values
        if not _is_call(value, "number", "count_words") and not (isinstance(value, ast.Name) and value.id in worded)
    ]


def _is_call(node: Any, *names: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names


def test_what_a_bad_network_answers_is_said_in_indonesian() -> None:
    language.use("id")
    answers = {
        errno.ECONNREFUSED: "Connection refused",
        errno.ECONNRESET: "Connection reset by peer",
        errno.ETIMEDOUT: "Connection timed out",
        errno.ENETUNREACH: "Network is unreachable",
        errno.EHOSTUNREACH: "No route to host",
    }
    for number_of, text in answers.items():
        assert reason(text) != text
        assert sys.platform != "linux" or os.strerror(number_of) == text
