"""The one byte form of a body: RFC 8785's own example, three encoders that agree, and every other form refused."""

import json
import random
from unicodedata import is_normalized

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import TamperError
from custody.format.encoding import canonical
from custody.format.events import read_body, read_event
from evidence.entry import RawEntry, examine, learn_key
from tests.support.evidence_logs import Station
from tests.support.sampling import examples

STATION = Station(1).fill(60)
WORDS = st.text(max_size=40)
BODIES = st.builds(
    lambda body, words: body | {key: word for key, word in words.items() if key in body},
    st.sampled_from(STATION.bodies),
    st.fixed_dictionaries(dict.fromkeys(("by", "app", "note", "vehicle", "id", "station"), WORDS)),
)
ASCII_KEYS = st.text(st.characters(codec="ascii"), max_size=8)
ANY_JSON = st.dictionaries(
    ASCII_KEYS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ASCII_KEYS, inner, max_size=3),
        max_leaves=10,
    ),
    max_size=5,
)


def sorted_form(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def is_refused(data: bytes) -> bool:
    try:
        read_body(data)
    except TamperError:
        return True
    return False


def test_the_example_of_the_rfc_comes_out():
    """RFC 8785 §3.2.2 and §3.2.3."""
    example = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    assert canonical(example).decode() == expected + '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'


def check_that_encoders_agree(examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(ANY_JSON)
    def encoders_agree(value):
        assert rfc8785.dumps(value) == sorted_form(value)
        if is_normalized("NFC", sorted_form(value).decode()):
            assert canonical(value) == sorted_form(value)

    encoders_agree()


def check_that_what_is_written_is_read(examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(BODIES)
    def written_is_read(body):
        data = sorted_form(body)
        if is_normalized("NFC", data.decode()):
            assert canonical(body) == data
            assert read_body(data) == read_event(data, ()).body == body
        else:
            assert is_refused(data)

    written_is_read()


def test_three_encoders_give_the_same_bytes():
    check_that_encoders_agree(examples(400))
    check_that_what_is_written_is_read(examples(400))


@pytest.mark.slow
def test_three_encoders_give_the_same_bytes_ten_thousand_times():
    check_that_encoders_agree(10_000)
    check_that_what_is_written_is_read(10_000)


def other_form(data: bytes, dice: random.Random) -> bytes:
    """The same JSON value, or nearly, in bytes that are not canonical."""
    body = json.loads(data)
    text = data.decode()
    match dice.randrange(8):
        case 0:
            return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()
        case 1:
            return json.dumps(dict(reversed(body.items())), separators=(",", ":"), ensure_ascii=False).encode()
        case 2:
            key = dice.choice([*body])
            return text.replace("{", "{" + json.dumps(key) + ":null,", 1).encode()
        case 3:
            return text.replace("M", "\\u004d", 1).encode()
        case 4:
            return text.replace(
                '"v":1', dice.choice(['"v":1.0', '"v":1e0', '"v":10e-1', '"v":01', '"v":true']), 1
            ).encode()
        case 5:
            return data + dice.choice([b"\n", b" ", b"\0", b"{}"])
        case 6:
            return b"\xef\xbb\xbf" + data
        case _:
            return text.encode(dice.choice(["utf-16", "utf-32", "utf-16-le"]))


def test_no_other_form_of_a_body_is_read():
    dice = random.Random(26)
    for _ in range(1000):
        data = canonical(dice.choice(STATION.bodies))
        other = other_form(data, dice)
        assert other != data
        assert is_refused(other)


def test_a_body_over_the_limit_is_refused():
    data = sorted_form(STATION.bodies[0] | {"by": "x" * 65_536})
    assert is_refused(data)


def test_text_that_is_not_composed_is_refused():
    for word in ("Se\u0301", "\uf900"):
        data = sorted_form(STATION.bodies[0] | {"by": word})
        assert is_refused(data)


@given(st.binary(max_size=200) | st.sampled_from(STATION.entries).map(lambda raw: raw.body[:-1]))
def test_other_bytes_are_refused(data):
    assert is_refused(data)


@given(st.binary(max_size=100), st.text(max_size=100))
def test_nothing_makes_an_examination_raise(body, signatures):
    assert examine((RawEntry(body, signatures), {})).fault is not None
    assert learn_key(RawEntry(body, signatures)) is None
