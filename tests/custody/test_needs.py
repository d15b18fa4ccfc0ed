"""What places need: one pure function, whole numbers, and nothing that is not known counts as zero."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.plan.missing_items import PackStock, missing_items, missing_packs, pack_sizes, parse_serial
from custody.plan.needs import BranchNeeds, NeedRules, circular_kinds, grouped, needed_at
from custody.plan.places import Need, Place

TPS = "polling_station"
BOX = Need("box", "Kotak", "Box", TPS, 5, "buah", "item", ("PPWP", "DPR", "DPD", "DPR", "PPWP"))
BALLOT = Need("ballot", "Surat suara", "Ballot", TPS, 1, "lembar", "pack", per="voter", reserve=200, pack=100)
SPARE = Need("seal", "Segel", "Seal", "", 2, "keping", "pack", per="piece", follows="box", pack=50, serial="BLL0098")
ENVELOPE = Need("envelope", "Sampul", "Envelope", "", 2, "buah", "pack", per="election", follows="box")
ALL = (BOX, BALLOT, SPARE, ENVELOPE)


def place(code: str, voters: int | None, level: str = TPS) -> Place:
    return Place(code, f"TPS {code}", level, "51.08.01.2001", voters=voters)


def count(needs: tuple[Need, ...], kind: str, voters: int | None = 256) -> int | None:
    return needed_at(needs, TPS, voters)[kind].count


def test_each_row_follows_what_it_says() -> None:
    assert [count(ALL, kind) for kind in ("box", "ballot", "seal", "envelope")] == [5, 262, 10, 6]
    assert needed_at(ALL, "village", 256) == {}, "no box is needed there, so no seal on it"


def test_a_kind_of_several_rows_is_their_sum() -> None:
    fixed = Need("seal", "Segel", "Seal", TPS, 30, "keping", "pack")
    of_old = replace(SPARE, level="box", per="place", follows="", per_place=6)
    assert count((*ALL, fixed, of_old), "seal") == 10 + 30 + 30


@given(st.integers(0, 10_000_000), st.integers(0, 20), st.integers(0, 10_000))
@example(300, 1, 200)
@example(251, 1, 200)
@example(50, 1, 200)
@example(9_007_199, 20, 9_999)
def test_a_reserve_is_rounded_up_and_never_by_more_than_one(voters: int, each: int, reserve: int) -> None:
    need = replace(BALLOT, per_place=each, reserve=reserve)
    exact = Fraction(voters * each * (10_000 + reserve), 10_000)
    found = count((need,), "ballot", voters)
    assert found is not None and exact <= found < exact + 1


def test_each_election_is_rounded_by_itself() -> None:
    two = replace(BALLOT, per_place=2, elections=("DPR", "DPD"))
    assert needed_at((two,), TPS, 251)["ballot"].by_election == {"DPR": 257, "DPD": 257}


def test_voters_that_nobody_told_leave_the_need_open_and_every_sum_with_it() -> None:
    follower = replace(SPARE, follows="ballot")
    rules = NeedRules((BALLOT, follower, BOX))
    places = [place("1", 256), place("2", None), place("3", 0)]
    total = rules.total(grouped(places), "ballot")
    assert (total.count, total.known, total.open, total.lacks_voters) == (None, 262, 1, True)
    assert rules.total(grouped(places), "seal").count is None, "what follows it, too"
    assert rules.total(grouped(places), "box").count == 15
    assert [found.code for found in rules.lacking(places)] == ["2"]
    assert list(rules.lacking(places, "box")) == []


def test_kinds_in_a_circle_are_open_and_named_and_the_others_count() -> None:
    a, b = replace(SPARE, kind="a", follows="b"), replace(SPARE, kind="b", follows="a")
    hanging = replace(SPARE, kind="c", follows="a")
    assert circular_kinds((a, b, hanging, *ALL)) == ["a", "b", "c"]
    found = needed_at((a, b, hanging, *ALL), TPS, 256)
    assert [found[kind].count for kind in "abc"] == [None] * 3 and found["box"].count == 5
    assert not found["a"].lacks_voters


KINDS = st.sampled_from(["a", "b", "c", "d"])
ROWS = st.builds(
    lambda kind, per, follows, each, reserve: Need(
        kind,
        "",
        "",
        TPS if per in ("place", "voter") else "",
        each,
        "",
        "pack",
        per=per,
        follows=follows,
        reserve=reserve,
    ),
    KINDS,
    st.sampled_from(["place", "voter", "piece", "election"]),
    KINDS,
    st.integers(0, 9),
    st.sampled_from([0, 200, 333]),
)


@given(st.lists(ROWS, max_size=8), st.randoms(), st.none() | st.integers(0, 500))
def test_the_order_of_rows_does_not_matter_and_nothing_is_open_without_a_reason(
    rows: Any, dice: Any, voters: Any
) -> None:
    needs = list({need.key: need for need in rows}.values())
    told = {kind: needed.count for kind, needed in needed_at(needs, TPS, voters).items()}
    dice.shuffle(needs)
    again = needed_at(needs, TPS, voters)
    assert told == {kind: needed.count for kind, needed in again.items()}
    circular = circular_kinds(needs)
    for kind, needed in again.items():
        assert (needed.count is None) == (kind in circular or needed.lacks_voters)
        assert voters is None or not needed.lacks_voters


@given(st.lists(st.none() | st.integers(0, 600), max_size=12))
def test_a_total_is_the_sum_of_its_places_and_of_its_lines(counts: list[int | None]) -> None:
    places = [place(str(at), voters) for at, voters in enumerate(counts)]
    rules = NeedRules(ALL)
    for kind in rules.kinds:
        total = rules.total(grouped(places), kind)
        known = [rules.at(one)[kind].count for one in places]
        assert total.known == sum(count or 0 for count in known) and total.open == known.count(None)
        assert total.known == sum(line.count for line in total.lines)


@given(st.integers(0, 5_000), st.integers(1, 600))
def test_packs_are_full_but_for_the_last(pieces: int, full: int) -> None:
    sizes = pack_sizes(pieces, full)
    assert sum(sizes) == pieces and all(size == full for size in sizes[:-1])
    assert not sizes or 1 <= sizes[-1] <= full


@given(st.lists(st.integers(0, 400), min_size=1, max_size=5), st.integers(1, 9), st.integers(0, 300))
def test_packs_hold_what_is_needed_and_more_voters_bring_only_the_difference(
    voters: list[int], grown: int, numbered: int
) -> None:
    rules, taken = NeedRules((BOX, replace(BALLOT, serial="A0001"))), [("ballot", "A", 1, numbered)]
    places = [place(str(at), count) for at, count in enumerate(voters)]
    first = list(missing_packs(places, rules, {}, taken if numbered else []))
    more = [replace(one, voters=(one.voters or 0) + grown * 10) for one in places]
    held: dict[tuple[str, str], PackStock] = {}
    for item in first:
        stock = held.setdefault((item.kind, item.to), PackStock())
        stock.highest, stock.pieces[None] = max(stock.highest, item.k), stock.pieces.get(None, 0) + item.quantity
    then = [(item.kind, item.serials.prefix, item.serials.first, item.serials.last) for item in first if item.serials]
    second = list(missing_packs(more, rules, held, taken + then))
    for one in more:
        mine = [item for item in first + second if item.to == one.code]
        assert sum(item.quantity for item in mine) == rules.at(one)["ballot"].count
        assert len({item.k for item in mine}) == len(mine)
    numbers = [n for item in first + second if item.serials for n in range(item.serials.first, item.serials.last + 1)]
    assert numbers == list(range(numbered + 1, numbered + 1 + len(numbers))), "one after the other, none twice"
    assert all(item.serials.last - item.serials.first + 1 == item.quantity for item in first if item.serials)


def test_items_and_packs_are_planned_together_and_numbers_grow_wider_where_they_must() -> None:
    found = missing_items([place("1", 256)], NeedRules(ALL), [], {}, [], held_by="W", draw_code=lambda: "X")
    assert [item.election for item in found if item.kind == "box"] == list(BOX.elections), "in the order of the row"
    assert [(item.k, item.n, item.quantity) for item in found if item.kind == "ballot"] == [
        (1, 3, 100),
        (2, 3, 100),
        (3, 3, 62),
    ]
    [seals] = [item for item in found if item.kind == "seal"]
    assert str(seals.serials) == "BLL0098-BLL0107" and not [item for item in found if item.kind == "envelope"]
    assert missing_items([place("1", None)], NeedRules((BALLOT,)), [], {}, [], held_by="W", draw_code=str) == []


@pytest.mark.parametrize("text", ["", "BLL", "A1B", "x" * 41 + "1"])
def test_a_serial_number_ends_in_digits(text: str) -> None:
    assert parse_serial(text) is None


def test_a_need_by_piece_makes_nothing_need_a_seal() -> None:
    assert BranchNeeds("", tuple(ALL)).sealed_kinds == frozenset()
    spare = replace(SPARE, level="box", per="place", follows="")
    assert BranchNeeds("", (spare,)).sealed_kinds == {"box"}
