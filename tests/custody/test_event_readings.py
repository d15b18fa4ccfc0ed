"""An event is read in one pass where it can be; what is read so is what the slower way reads, and nothing more."""

import json
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import combining, is_normalized, normalize

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.errors import TamperError
from custody.format.encoding import MAX_BODY_BYTES, TooLargeError, canonical, read_canonical
from custody.format.event_types import fields_of, first_wrong
from custody.format.events import check_body, read_body, write_body
from custody.format.item_facts import COMPLETED, how_told
from tests.support.sampling import examples

BODIES: list[dict[str, Any]] = [
    json.loads(vector["body"])
    for path in sorted((Path(__file__).parents[1] / "data").glob("ledger_v*.json"))
    for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]
]
PRINT = next(body for body in BODIES if body["type"] == "print")


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body['type']} {body['v']}")
def test_a_form_of_ours_is_read_in_one_pass(body, monkeypatch):
    """The slower way takes eight times as long; for plans that name a branch it was always taken."""
    monkeypatch.setattr("custody.format.events.read_canonical", None)
    assert read_body(rfc8785.dumps(body)) == body


def read_slowly(data: bytes) -> dict[str, Any]:
    body = read_canonical(data)
    check_body(body)
    return body


def said(read: Any, data: bytes) -> Any:
    """What is read; or the type of the refusal and what it names."""
    try:
        return read(data)
    except TamperError as error:
        return type(error), error.values


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a body."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from spots(part, (*path, name))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    made = value.copy()
    made[path[0]] = put(value[path[0]], path[1:], new)
    return made


def written(body: Any) -> bytes:
    """The bytes that whoever does not keep to the format would write: floats, numbers too large, text not composed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


ODD = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        2**53 - 1,
        2**53,
        10**30,
        1.0,
        1.5,
        1e300,
        "",
        "é",
        "e\u0301",
        "\n\u0303",
        "\U0001f4e6",
        "\ue000",
        "\ud800",
        '"type":"print","v":1',
        '","type":"print","v":1,"',
        "\x7f\x00\x1b",
        [],
        {},
        [[]],
        ["a"],
        [1],
        {"a": 1},
        [{"code": "X"}],
        "camera",
        "matched",
        "ab" * 32,
        "AB" * 32,
        "2024-02-29T00:00:00Z",
    ]
)


@given(st.sampled_from(BODIES), st.data(), ODD, st.sampled_from(["put", "add", "drop"]))
@settings(max_examples=examples(400))
def test_a_body_with_something_odd_in_it_is_read_or_refused_alike(body, data, odd, how):
    path = data.draw(st.sampled_from(list(spots(body))[1:]))
    changed = put(body, path, odd)
    if how != "put":
        holder = path[:-1]
        inside: Any = body
        for step in holder:
            inside = inside[step]
        if isinstance(inside, dict):
            without = {name: part for name, part in inside.items() if name != path[-1]}
            changed = put(body, holder, inside | {"odd": odd} if how == "add" else without)
    data_ = written(changed)
    assert said(read_body, data_) == said(read_slowly, data_)


@given(st.sampled_from(BODIES), st.integers(0, 10**6), st.integers(0, 255))
@settings(max_examples=examples(400))
def test_a_body_with_another_byte_is_read_or_refused_alike(body, position, value):
    data = written(body)
    position %= len(data)
    changed = data[:position] + bytes([value]) + data[position + 1 :]
    assert said(read_body, changed) == said(read_slowly, changed)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
@example('\u2028\ud7ff\U0001f4e6/\\"')
@settings(max_examples=examples(200))
def test_any_text_is_written_as_rfc_8785_says_composed_and_read_back(text):
    data, body = write_body(PRINT | {"by": text, "codes": [text, text]})
    assert data == canonical(PRINT | {"by": text, "codes": [text, text]}) == rfc8785.dumps(body)
    assert body == read_body(data) == read_slowly(data)


@pytest.mark.parametrize(
    "value", [1.0, 2**53, float("nan"), True, (1,), b"1", {1}, "\ud800", object(), datetime(2024, 2, 14)]
)
@pytest.mark.parametrize("name", ["print", "codes", "by", "at"])
def test_what_no_event_may_hold_is_not_written(name, value):
    with pytest.raises(TamperError, match=name):
        write_body(PRINT | {name: value})


def test_a_form_is_of_one_type_and_version() -> None:
    for body in BODIES:
        fields = fields_of(body["type"], body["v"])
        assert first_wrong(body, fields) is None
        assert first_wrong(body | {"type": "other"}, fields) == "type" and first_wrong(body | {"v": 9}, fields) == "v"


def test_an_event_over_64_kib_is_not_written() -> None:
    with pytest.raises(TooLargeError):
        write_body(PRINT | {"by": "x" * MAX_BODY_BYTES})


@pytest.mark.parametrize("year", [1, 4, 99, 100, 400, 1900, 1999, 2000, 2023, 2024, 2026, 2100, 2400, 9996, 9999])
def test_a_day_is_taken_if_and_only_if_it_exists(year: int) -> None:
    for month in range(14):
        for day in range(33):
            exists = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
            assert takes(f"{year:04d}-{month:02d}-{day:02d}T23:59:59Z") == exists


@pytest.mark.parametrize(
    "time",
    [
        "0000-01-01T00:00:00Z",
        "2024-02-14T24:00:00Z",
        "2024-02-14T23:60:00Z",
        "2024-02-14T23:59:60Z",
        "2024-02-14T23:59:59Z\n",
        " 2024-02-14T23:59:59Z",
        "2024-02-14T23:59:59.Z",
        "2024-02-14T23:59:59,5Z",
    ],
)
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert not takes(time)
    assert takes("2024-02-14T23:59:59.123456Z")


@pytest.mark.parametrize("body", BODIES, ids=[f"{body['type']}{body['v']}" for body in BODIES])
@pytest.mark.parametrize("name", ["", " ", "\0", "v ", "\uffff"])
def test_a_key_that_no_form_has_is_refused_whatever_its_name(body, name):
    for value in (None, 0, "", [], {}):
        data = rfc8785.dumps(body | {name: value})
        for read in (read_body, read_slowly):
            with pytest.raises(TamperError):
                read(data)
        with pytest.raises(TamperError):
            write_body(body | {name: value})


MARKS = "".join(chr(letter) for letter in range(0x300, 0x370))


@given(st.text(st.sampled_from("ae" + MARKS), max_size=40))
@settings(max_examples=examples(300))
def test_marks_on_letters_are_read_if_and_only_if_they_are_composed(text):
    data = written(PRINT | {"by": text})
    assert isinstance(said(read_body, data), dict) == is_normalized("NFC", text)
    assert write_body(PRINT | {"by": text})[1]["by"] == normalize("NFC", text)


@pytest.mark.parametrize("read", [read_body, read_slowly])
def test_tens_of_thousands_of_marks_in_another_order_are_refused_before_python_sorts_them(read):
    marks = "".join(sorted(MARKS * 250, key=combining, reverse=True))
    with pytest.raises(TamperError) as refused:
        read(written(PRINT | {"by": "a" + marks}))
    assert refused.value.values["reason"] == "text is not composed"


def takes(time: str) -> bool:
    try:
        check_body(PRINT | {"at": time})
    except TamperError:
        return False
    return True


def test_a_remark_of_version_6_that_a_label_was_completed_is_told_as_that():
    remarks = [{"code": "A", "text": COMPLETED}, {"code": "B", "text": f"basah, {COMPLETED}"}]
    asked = (("A", "typed"), ("A", "camera"), ("B", "typed"))
    assert [how_told({"remarks": remarks}, *one, {"print": 1}) for one in asked] == ["completed", "camera", "typed"]
    assert how_told({}, "A", "completed", {"print": 1}) == "completed"


@pytest.mark.parametrize("how", ["camera", "wedge", "typed", "matched"])
def test_what_was_read_without_a_print_is_no_label(how: str) -> None:
    told = how_told({}, "A", how, {"print": None})
    assert told == ("form" if how in ("camera", "wedge") else how)
    assert how_told({}, "A", how, {"print": 1}) == how_told({}, "A", how, {}) == how
