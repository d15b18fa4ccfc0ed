"""Canonical JSON of a stored body: RFC 8785 to the byte, text composed, and every other byte refused."""

import json
from enum import IntEnum

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.format.encoding import (
    MAX_BODY_BYTES,
    TooLargeError,
    canonical,
    read_canonical,
)
from tests.support.json_examples import bodies, refused
from tests.support.sampling import examples

# --- vectors --------------------------------------------------------------------------------------------------------


@given(bodies)
@settings(max_examples=examples(200))
def test_our_bytes_are_rfc_8785_and_what_the_standard_library_sorts(body):
    data = canonical(body)
    composed = json.loads(data)
    plain = json.dumps(composed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert data == rfc8785.dumps(composed) == plain
    assert read_canonical(data) == composed


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), {1: "a"}, {None: 1}, {True: 1}, {"a": {2: 3}}, b"a", {1, 2}]
)
def test_what_the_standard_library_would_write_and_rfc_8785_would_not_is_not_written(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"a": [value]})


def test_what_is_not_plain_is_written_as_rfc_8785_says():
    class Number(IntEnum):
        ONE = 1

    for value in (1.0, 1e21, -0.0, Number.ONE, 2**53 - 1, {"a": ("b", [None, 1])}):
        assert canonical({"a": value}) == rfc8785.dumps({"a": value})


@given(st.text(st.characters(max_codepoint=0x80), max_size=40), st.lists(st.text(st.characters(max_codepoint=0x7F))))
@example('\x00\x08\t\n\f\r\x1f\x7f"\\/', ["", '"', "\\", "\x01"])
@settings(max_examples=examples(100))
def test_letters_of_ascii_are_escaped_as_rfc_8785_says(text, names):
    body = {"a": text, **dict.fromkeys(names, text)}
    assert canonical(body) == rfc8785.dumps(body)


@given(
    st.dictionaries(st.text(st.sampled_from("a\u00e9\ud7ff\ue000\ufb33\uffff\U00010000\U0001f4e6")), st.integers(0, 9))
)
@example({"\ufb33": 1, "\U00010000": 2, "\ud7ff": 3, "\ue000": 4})  # by code points they stand the other way round
@example({"a": 1, "a\u00e9": 2, "": 3})
@settings(max_examples=examples(100))
def test_names_sort_as_utf_16_does(body):
    data = canonical(body)
    assert data == rfc8785.dumps(json.loads(data))
    assert read_canonical(data) == json.loads(data)


def test_text_is_composed():
    decomposed = {"note": "cafe\u0301"}
    assert canonical(decomposed) == canonical({"note": "caf\u00e9"}) == b'{"note":"caf\xc3\xa9"}'
    assert refused(rfc8785.dumps(decomposed))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1} ',
        b' {"a":1}',
        b'{"a": 1}',
        b'{"a":1,}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1.0}',
        b'{"a":1e0}',
        b'{"a":1E2}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\\u001F"}',
        b'{"a":"\t"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"e\xcc\x81"}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        ('{"a":"' + "\u5b57" * 30000 + '"}').encode("utf-16"),
        '{"a":1}'.encode("utf-32"),
        b'{"a":1}\n',
        b'{"a":1}{}',
        b"",
        b"null",
        b"1",
        b'"a"',
        b"[]",
        b'[{"a":1}]',
        b"{",
        b'{"a"}',
        b"{'a':1}",
        b'{"a":tru}',
        b"\x00",
        b'{"a":' * 20000 + b"1" + b"}" * 20000,
        b'{"a":' + b"[" * 500 + b"]" * 499 + b"}",
        b"[" * 65536,
    ],
)
def test_other_bytes_are_refused(data):
    assert refused(data)


@given(bodies.filter(bool), st.integers(0, 10**6), st.integers(0, 255))
def test_a_changed_byte_changes_the_body_or_is_refused(body, position, value):
    data = canonical(body)
    position %= len(data)
    changed = data[:position] + bytes([value]) + data[position + 1 :]
    if changed != data:
        assert refused(changed) or read_canonical(changed) != json.loads(data)


@given(st.binary(max_size=300))
@example(b'{"a":1,"b":2}')
@example(b'{"b":2,"a":1}')
@example(b'{"a":1,"a":1}')
@example(b'{"a": 1}')
@example(b'{"a":1.0}')
@example(b'{"a":-0}')
@example(b'{"a":9007199254740992}')
@example(b'{"a":NaN}')
@example(b'{"a":"\\u0041"}')
@example(b'{"a":"e\xcc\x81"}')
@example(b'{"a":"\\ud800"}')
@example(b"\xef\xbb\xbf{}")
@example(b"[1]")
@example(b"{}\n")
def test_hostile_bytes_are_read_or_refused(data):
    assert refused(data) or canonical(read_canonical(data)) == data


def test_a_body_has_at_most_64_kib():
    full = {"a": "x" * (MAX_BODY_BYTES - len('{"a":""}'))}
    assert len(canonical(full)) == MAX_BODY_BYTES
    assert read_canonical(canonical(full)) == full
    with pytest.raises(TooLargeError):
        canonical({"a": full["a"] + "x"})
    assert refused(rfc8785.dumps({"a": full["a"] + "x"}))


def test_text_that_grows_when_composed_is_still_refused_as_altered():
    assert refused(('{"a":"' + "\u0958" * 20000 + '"}').encode())


# --- entries --------------------------------------------------------------------------------------------------------
