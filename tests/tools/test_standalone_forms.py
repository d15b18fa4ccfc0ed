"""What both verifiers take for an event and for a signed head: the same bytes, field by field and letter by letter."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.errors import TamperError
from custody.format.encoding import canonical
from custody.format.event_types import COMMON, FORMS
from custody.format.events import read_body
from evidence.checkpoint import is_head_of
from tests.support.evidence_logs import Station
from tests.support.sampling import examples
from tests.support.tool_examples import load_tool

DATA = Path(__file__).parents[1] / "data"
standalone = load_tool("verify_standalone")


def frozen_bodies() -> list[str]:
    files = sorted(DATA.glob("ledger_v*.json"))
    return [vector["body"] for file in files for vector in json.loads(file.read_text("utf-8"))["vectors"]]


def test_the_tool_reads_the_frozen_vectors():
    bodies = frozen_bodies()
    assert {(body["type"], body["v"]) for body in map(json.loads, bodies)} == {*FORMS}
    for body in bodies:
        assert standalone.read_json(body.encode("utf-8"), *standalone.TYPES), body[:200]


ODD_VALUES = [
    None,
    True,
    -1,
    0,
    1,
    2,
    2**53 - 1,
    2**53,
    1.0,
    "",
    "x",
    "good",
    "camera",
    "add",
    "plan",
    "item",
    "0" * 64,
    "A" * 64,
    "0" * 63,
    "2024-02-10T00:00:00Z",
    "2024-02-10T00:00:00.123456Z",
    "2024-02-10T00:00:00.1234567Z",
    "2024-13-01T00:00:00Z",
    "2024-02-10T24:00:00Z",
    "2024-02-10T00:00:00+00:00",
    [],
    [""],
    [1],
    {},
    [{}],
    {"x": 1},
    "\n\u0303",
    "e\u0301",
    "\u212b",
    "\u00e9",
]


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_both_take_and_refuse_the_same_values_of_every_field(step):
    """Every value of every vector, however deep, in exchange for odd ones (one or two of them in turn, or all), and
    every key left out.
    """
    turn = itertools.cycle(range(step))
    for body in map(json.loads, frozen_bodies()):
        for holder, key in places_in(body):
            kept = holder[key]
            for value in ODD_VALUES[next(turn) :: step]:
                holder[key] = value
                compare_readers(body)
            holder[key] = kept
            if isinstance(holder, dict):
                del holder[key]
                compare_readers(body)
                holder[key] = kept


def compare_readers(body: Any) -> None:
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    try:
        read_body(data)
        by_program = True
    except TamperError:
        by_program = False
    assert (standalone.read_json(data, *standalone.TYPES) is not None) == by_program, data.decode("utf-8")


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        inner = value[key]
        yield value, key
        yield from places_in(inner)


def test_both_know_the_same_types_and_fields():
    named = {f"{type_}{'' if version == 1 else version}": fields for (type_, version), fields in FORMS.items()}
    assert {*standalone.TYPES} == {*named}
    for name, fields in named.items():
        assert standalone.FORMS[name].keys() == COMMON.keys() | fields.keys(), name


HEAD = Station(1).fill(5).head()
FOREIGN_LINES = st.builds(
    "— {} {}\n".format,
    st.sampled_from(["a", "é", "b\x01", "c+", "d e", ""]),
    st.sampled_from(["AAAAAA==", "AAAAAAA=", "AAAAAAAA", "AAAA", "AAAAAAB=", "AAAAAAE=", "A" * 4096]),
)
BENDS = st.tuples(
    st.integers(0, len(HEAD)), st.integers(0, 2), st.sampled_from("\x00\x01\t\n\r\x7f\x85\u2028 +=A/—-05é")
)


@given(st.lists(BENDS, max_size=3), st.lists(FOREIGN_LINES, max_size=17))
@settings(max_examples=examples(500))
@example([], ["— a AAAAAA==\n"])
@example([], ["— b\x01 AAAAAAA=\n"])
@example([], ["— a " + "A" * 4096 + "\n"] * 16)
@example([(HEAD.index("=\n"), 1, "+")], [])
def test_both_take_the_same_texts_for_signed_heads(bends, lines):
    """Put in, put in place of another, or left out: a character anywhere; and lines of other keys behind."""
    text = list(HEAD)
    for place, how, character in bends:
        text[place : place + (how > 0)] = [character] if how < 2 else []
    whole = "".join([*text, *lines])
    match = re.fullmatch(standalone.NOTE, whole)
    assert (match is not None and int(match[3]) < 2**53) == is_head_of(whole, whole.partition("\n")[0]), whole


@pytest.mark.parametrize(
    "untrue",
    [
        {"type": "seal", "action": "apply", "result": "intact"},
        {"type": "pack", "action": "add", "scope": "full"},
        {"type": "incident", "action": "open", "opened": "0" * 64},
        {"type": "handover", "part": 9, "parts": 2},
        {"type": "genesis", "continues": "serah/never/was:7:0"},
    ],
    ids=lambda untrue: untrue["type"],
)
def test_what_fields_say_of_each_other_is_no_matter_of_form_to_either(untrue):
    bodies = [body for body in map(json.loads, frozen_bodies()) if body["type"] == untrue["type"]]
    for body in bodies:
        if untrue.keys() <= body.keys():
            data = canonical(body | untrue)
            assert read_body(data) and standalone.read_json(data, *standalone.TYPES)
    assert any(untrue.keys() <= body.keys() for body in bodies)
