"""Phases of a plan: which kinds are in which, whatever order logs come in; and what of them has not come yet."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.planned import PhasesInForce, phases_in_force
from custody.chain.roster import roster
from custody.errors import InputError
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.phases import Goods, Phase, kinds_meant, not_come, not_there, phase_rows, phases_of
from tests.support.roster_examples import GENESES, admit, event, fingerprint

DUE, LATER = "2024-01-20T08:00:00Z", "2024-02-10T08:00:00Z"
FIRST = Phase("I", "Tahap I", ("booth", "box"), DUE)
SECOND = Phase("II", "Tahap II", ("ballot", "form"), LATER, {"form": None})


def plan(log: str, seq: int, *phases: Phase, knew: tuple[Event, ...] = ()) -> Event:
    return event(log, seq, "plan", knew, at="2024-01-01T01:00:00Z", rows=[], phases=phase_rows(phases))


def gone(log: str, seq: int, kind: str, level: str | None, *knew: Event) -> Event:
    rows = [{"row": "need", "kind": kind, "level": level}]
    return event(log, seq, "withdraw", knew, at="2024-01-01T01:00:00Z", rows=rows)


def in_force(*said: Event) -> PhasesInForce:
    plans = [one for one in said if one.type != "admit"]
    return phases_in_force(plans, roster(fingerprint("A"), [*GENESES, *said]))


@given(st.permutations([FIRST, SECOND]))
def test_phases_are_read_back_from_their_rows_in_the_order_of_their_due_times(phases: list[Phase]) -> None:
    assert phases_of(phase_rows(phases)) == (FIRST, SECOND)
    assert (FIRST.due_of("box"), SECOND.due_of("ballot"), SECOND.due_of("form")) == (DUE, LATER, None)


def test_a_kind_is_in_the_phase_of_the_last_word_on_it_and_in_none_where_that_is_empty() -> None:
    moved = [*phase_rows([FIRST, SECOND]), *phase_rows([Phase("II", "", ("box",), LATER), Phase("", "", ("form",))])]
    assert {phase.code: phase.kinds for phase in phases_of(moved)} == {"I": ("booth",), "II": ("ballot", "box")}


def test_who_plans_without_knowing_of_the_other_makes_an_overlap_and_all_stations_judge_it_alike() -> None:
    let = admit("A", 2, "B", "plan")
    first, other = plan("A", 3, FIRST), plan("B", 2, Phase("III", "Susulan", ("box", "ink"), LATER))
    stranger = plan("C", 2, Phase("IV", "", ("box",)))
    told = {in_force(*order) == in_force(let, first, other) for order in permutations([let, first, other, stranger])}
    assert told == {True}
    found = in_force(let, first, other)
    [box] = [phase.code for phase in found.phases if "box" in phase.kinds]
    assert found.overlaps == {"box": tuple({"I", "III"} - {box})}
    mended = plan("A", 4, FIRST, knew=(other,))
    after = in_force(let, first, other, mended)
    assert after.overlaps == {} and [phase.kinds for phase in after.phases] == [("booth", "box"), ("ink",)]


def test_what_a_branch_says_of_phases_counts_below_its_place_alone() -> None:
    let: Any = admit("A", 2, "B", {"power": "plan", "under": "51.71"})
    first, own = plan("A", 3, FIRST), plan("B", 2, Phase("1", "", ("box",)), Phase("2", "", ("booth",)))
    of_root = event("A", 4, "plan", (), at=first.at, rows=[], under="51.72", phases=phase_rows([SECOND]))
    for way, codes in ((("51", "51.71"), {"1", "2"}), (("51", "51.72"), {"I", "II"}), ((), {"I"})):
        plans, trusted = [first, own, of_root], roster(fingerprint("A"), [*GENESES, let, first, own, of_root])
        assert {phase.code for phase in phases_in_force(plans, trusted, way).phases} == codes, way


def test_a_kind_that_is_withdrawn_is_in_no_phase_and_one_of_a_level_stays() -> None:
    first = plan("A", 2, FIRST)
    assert in_force(first, gone("A", 3, "box", None)).phases == (Phase("I", "Tahap I", ("booth",), DUE),)
    assert in_force(first, gone("A", 3, "box", "village")).phases == (FIRST,)


def test_what_is_said_to_go_must_be_of_the_phase() -> None:
    phases = (FIRST, SECOND)
    assert kinds_meant(phases, "ii", []) == ("II", ("ballot", "form"))
    assert kinds_meant(phases, "II", ["form", "form"]) == ("II", ("form",))
    assert kinds_meant(phases, "", ["form", "box"]) == ("", ("form", "box"))
    for code, kinds in (("III", []), ("I", ["form"])):
        with pytest.raises(InputError):
            kinds_meant(phases, code, kinds)


counts = st.integers(0, 12)


@given(counts, counts, counts, st.none() | counts, st.sets(st.integers(0, 23)))
@example(5, 5, 0, 0, set())
@example(0, 5, 7, 3, {2})
def test_what_has_not_come_is_never_more_than_what_is_held_nor_what_was_offered(
    bare: int, labelled: int, gone_: int, arrived: int | None, offered: set[int]
) -> None:
    items = [Item(f"{k:02}", "box", "51", k=k, print=int(k < labelled)) for k in range(bare + labelled)]
    codes = {f"{k:02}" for k in offered}
    came = {} if arrived is None else {"box": arrived}
    waiting = not_come({"box": Goods(len(items), labelled, gone_)}, came, [FIRST])
    here = labelled if arrived is None else min(max(arrived - gone_, 0), len(items))
    assert sum(waiting.values()) == len(items) - here, "all that is held and did not come"
    absent = not_there(items, codes, waiting)
    assert not codes & absent.keys() and len(absent) <= len(items) - here
    left = [item for item in items if item.code not in codes and item.code not in absent]
    assert len(left) <= here, "of what was not offered no more can be short than came"
    if here >= labelled:
        assert all(item.print == 0 for item in absent.values()), "what has a label has come before what has none"
    assert not_come({"seal": Goods(3)}, {}, [FIRST])["box", False] == 0, "what is in no phase is not waited for"
