"""A pack opened into parts, and what may lie in what."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.compose.splitting import Part, equal_parts, refuse_circle, rest_of
from custody.errors import RuleError
from custody.format.item_facts import Item, SerialRange
from tests.support.custody_notation import code_of

WAYS = {"X": "Y", "Y": "Z", "Z": ""}


def pack(quantity: int, *, first: int | None = 1) -> Item:
    serials = None if first is None else SerialRange("A", first, first + quantity - 1, 6)
    return Item(code_of("P"), "seal", "51.08", quantity=quantity, serials=serials)


def numbers(parts: list[Part]) -> list[int]:
    return [n for part in parts if part.serials for n in range(part.serials.first, part.serials.last + 1)]


@given(st.integers(1, 500), st.integers(1, 600), st.one_of(st.none(), st.integers(0, 900)))
@example(100, 100, 1)
@example(101, 50, 1)
@example(7, 3, None)
def test_equal_parts_are_all_of_the_pack_and_leave_no_rest(quantity: int, each: int, first: int | None):
    whole = pack(quantity, first=first)
    parts = equal_parts(whole, each, "51.08.01")
    assert sum(part.quantity for part in parts) == quantity and all(part.to == "51.08.01" for part in parts)
    assert [part.quantity for part in parts[:-1]] == [each] * (len(parts) - 1) and 0 < parts[-1].quantity <= each
    assert numbers(parts) == ([] if first is None else list(range(first, first + quantity)))
    assert rest_of(whole, parts) == []


@given(st.sets(st.integers(1, 40)), st.integers(1, 7))
@example(set(), 1)
@example({1, 40}, 1)
def test_what_parts_leave_is_every_other_number_once(starts: set[int], length: int):
    parts, taken = [], 0
    for start in sorted(starts):
        if start > taken and start + length - 1 <= 40:
            taken = start + length - 1
            parts.append(Part(SerialRange("A", start, taken, 6), length))
    rest = rest_of(pack(40), parts)
    assert sorted(numbers(parts) + numbers(rest)) == list(range(1, 41))
    assert all(part.quantity == len(numbers([part])) for part in rest)


@pytest.mark.parametrize(
    "parts",
    [
        [Part(SerialRange("A", 30, 41, 6), 12)],
        [Part(SerialRange("A", 1, 10, 6), 10), Part(SerialRange("A", 10, 20, 6), 11)],
        [Part(SerialRange("B", 1, 10, 6), 10)],
        [Part(SerialRange("A", 1, 10, 6), 10), Part(None, 3)],
    ],
)
def test_numbers_outside_twice_or_missing_are_refused(parts: list[Part]):
    with pytest.raises(RuleError):
        rest_of(pack(40), parts)


def test_a_pack_without_numbers_is_counted():
    assert rest_of(pack(40, first=None), [Part(None, 15)]) == [Part(None, 25)]
    for parts in ([Part(None, 41)], [Part(SerialRange("A", 1, 3, 6), 3)]):
        with pytest.raises(RuleError):
            rest_of(pack(40, first=None), parts)


def find(code: str) -> Item | None:
    letter = next((letter for letter in WAYS if code_of(letter) == code), None)
    return None if letter is None else Item(code, "sack", "51.08", parent=code_of(WAYS[letter]) if WAYS[letter] else "")


@pytest.mark.parametrize(("inner", "is_refused"), [("X", True), ("Y", True), ("Z", True), ("P", False)])
def test_nothing_is_put_into_itself_or_into_what_it_holds(inner: str, is_refused: bool):
    outer = find(code_of("X"))
    assert outer is not None
    if not is_refused:
        refuse_circle(outer, [code_of(inner)], find)
        return
    with pytest.raises(RuleError):
        refuse_circle(outer, [code_of("P"), code_of(inner)], find)


def test_a_circle_that_was_merged_ends_the_search():
    around = {code_of("X"): code_of("Y"), code_of("Y"): code_of("X")}
    refuse_circle(
        Item(code_of("X"), "sack", "51.08", parent=code_of("Y")),
        [code_of("P")],
        lambda code: Item(code, "sack", "51.08", parent=around[code]),
    )
