"""Seal numbers as people type them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import InputError
from custody.format.serials import MAX_SERIALS, count_of, holds, parse_range, parse_serials, shown, spelled

PREFIXES = st.from_regex(r"(?:[A-Z]{0,3}|KPU[-/][A-Z])", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("A0001", ["A0001"]),
        ("a0001 ", ["A0001"]),
        ("A0001-A0003", ["A0001", "A0002", "A0003"]),
        ("A0001-0003", ["A0001", "A0002", "A0003"]),
        ("A0001..A0002", ["A0001", "A0002"]),
        ("a0001 s/d a0002", ["A0001", "A0002"]),
        ("0098-0101", ["0098", "0099", "0100", "0101"]),
        ("KPU-00123", ["KPU-00123"]),
        ("KPU-24-17", ["KPU-24-17"]),
        ("2024-00123", ["2024-00123"]),
        ("A0001-A0001", ["A0001"]),
        ("", []),
    ],
)
def test_numbers_and_ranges_are_told_apart(typed: str, meant: list[str]) -> None:
    assert parse_serials([typed]) == meant


@pytest.mark.parametrize("typed", ["A0010-A0001", "A0001-B0003", "broken", "A" * 70 + "1", "A1\x07", "0000001-9999999"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        parse_serials([typed])


def test_far_too_many_are_refused_and_each_counts_once() -> None:
    assert len(parse_serials(["A00001-A20000", "A00001-A20000"])) == MAX_SERIALS
    with pytest.raises(InputError):
        parse_serials(["A00001-A20000", "B1"])


@given(PREFIXES, st.integers(0, 9_000), st.integers(0, 300), st.integers(4, 9))
@example("A", 0, 0, 4)
@example("A", 9_000, 0, 4)
@example("A", 9_990, 10, 5)
def test_a_range_spells_exactly_the_numbers_it_holds(prefix: str, first: int, more: int, width: int) -> None:
    typed = f"{prefix}{first:0{width}d}-{prefix}{first + more:0{width}d}"
    serials = parse_serials([typed])
    meant = parse_range(typed)
    assert serials == list(spelled(meant)) and len(serials) == count_of(meant) == more + 1
    assert all(holds(meant, serial) for serial in serials)
    assert not holds(meant, f"{prefix}{first + more + 1:0{width}d}") and not holds(meant, f"{prefix}0{serials[0]}")


@given(st.sets(st.integers(0, 60), min_size=1))
@example({0})
@example({1, 2})
@example({9, 10, 11, 60})
def test_what_is_shown_can_be_typed_again(numbers: set[int]) -> None:
    serials = [f"A{number:04d}" for number in sorted(numbers)]
    assert parse_serials(shown(serials)) == serials
