"""What a station may say for good that has a part of each log: nothing that a later record of an honest one ends."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.chain import custody
from custody.chain.findings import BROKEN
from custody.chain.held import Held
from tests.support.custody_notation import PLACES, chain_of, code_of, codes, ledger
from tests.support.honest_field import ITEMS, TRUCK, Field, final, seen, worked


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 14), st.sampled_from([0.0, 0.3, 0.6]))
@example(Random(110), 14, 0.3)
def test_no_part_of_honest_logs_says_for_good_that_custody_broke(dice, steps, late) -> None:
    done = worked(dice, steps, late=late)
    for _ in range(6):
        part = [e for log in done.logs.values() for e in log[: dice.randint(0, len(log))]]
        for item in ITEMS:
            assert final(seen(part, item)) == [], [(e.log, e.seq, e.body.get("from"), e.body.get("to")) for e in part]


@pytest.mark.parametrize(
    "text",
    [
        """R1 register X at WH for TPS9\nC1 [R1] handover DK1TR>PPK2 X\nC2 handover PPK2>PPS2 X
        D1 [R1] handover PPS2>PPK2 X\nD2 handover PPK2>PPS2 X\nD3 handover PPS2>PPK2 X
        C3 [D3] handover PPS2>PPK2 X""",
        """R1 register X at WH for TPS9\nC1 [R1] handover WH>PPK2 X\nC2 handover PPK2>PPS2 X
        D1 [R1] handover PPS2>PPK2 X\nD2 handover PPK2>PPS2 X\nD3 handover PPS2>PPK2 X
        C3 [D3] handover PPK2>DK1TR X\nD4 handover DK1TR>PPS2 X""",
        """R1 register X at WH for TPS1\nA1 [R1] handover WH>PPK X\nA2 handover PPK>WH X
        R2 handover PPK>WH X\nR3 handover WH>PPK X\nA3 [R3] handover WH>PPK X
        A4 handover PPK>PPS X\nB1 [A4] handover PPK>PPS X""",
        """D1 handover PPK2>PPS2 X\nC1 handover PPS2>PPK2 X\nC2 handover PPK2>PPS2 X
        D2 [C2] handover PPK2>PPS2 X\nC3 [D2] handover PPS2>PPK2 X\nC4 handover PPK2>PPS2 X
        C5 [D2] handover PPS2>PPK2 X""",
    ],
)
def test_what_came_back_and_went_again_is_no_break(text: str) -> None:
    for minute in range(10, 26):  # other times, other digests, by which ties go
        at = text.replace(" X\n", f" X at=05:{minute}\n") + f" at=05:{minute}"
        assert final(seen(ledger(at).values(), "X")) == [], minute


@pytest.mark.parametrize(
    "text",
    [
        "R1 register X at WH for TPS1\nA1 handover PPK>PPS X\nA2 handover WH>PPK X late",
        """R1 register X at WH for TPS9\nR2 handover WH>PPK2 X\nC1 [R2] handover PPK2>PPS2 X
        C2 handover WH>PPK2 X late\nD1 [C1] handover PPK2>PPS2 X\nR3 [C2] handover PPK2>WH X
        C3 handover PPS2>PPK2 X late\nR6 [C3] handover WH>PPK2 X late""",
        """R1 register X at WH for TPS1\nA2 [R1] handover PPK>PPS X late\nA3 handover PPS>PPK X late
        B1 [R1] handover PPK>PPS X\nB2 handover PPS>TPS1 X\nA5 handover WH>PPK X late""",
        """R1 register X at WH for TPS1\nR2 handover PPK2>WH X late\nR3 handover WH>PPK2 X late
        R4 handover WH>DK1TR X late\nA1 [R1] handover DK1TR>PPK X late\nA2 handover PPK>DK1TR X late
        C1 [R1] handover WH>PPK2 X late\nC2 handover PPK2>WH X late""",
        """R1 register X at WH for TPS1\nB2 [R1] handover PPK>PPS X\nA1 [B2] handover WH>PPK X late
        A2 handover PPS>PPK X\nA4 handover PPK>PPS X late\nB4 handover PPS>PPK X late
        B5 handover PPS>TPS2 X late\nB6 handover PPK>PPS X late""",
        """R1 register X at WH for TPS1\nA1 [R1] handover WH>PPK X\nR2 handover WH>PPK X late
        A3 handover PPK>WH X late\nR4 [A3] handover PPK2>WH X\nR5 handover WH>PPK2 X late\nR6 handover WH>PPK X
        A5 handover WH>PPK X late\nB1 [R6] handover PPS>DK1TR X\nB2 handover PPK>PPS X late
        C2 [R1] handover PPK2>WH X late\nC3 handover WH>PPK2 X late""",
    ],
)
def test_forms_that_were_keyed_in_out_of_order_are_read_where_they_fit(text: str) -> None:
    for minute in range(10, 26):
        at = text.replace(" late", " occurred=05:00").replace(" X", f" X at=06:{minute}")
        assert not BROKEN.intersection(codes(chain_of(at.replace(f" X at=06:{minute} at WH", " X at WH")))), minute


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 14), st.booleans())
def test_an_honest_history_is_whole_once_all_its_forms_are_keyed_in(dice, steps, is_asked) -> None:
    done = worked(dice, steps, late=0.5, is_asked=is_asked)
    done.key_in_all()
    whole = [e for events in done.logs.values() for e in events]
    for item in ITEMS:
        assert BROKEN.isdisjoint(codes(seen(whole, item)))


@pytest.mark.parametrize("minute", range(10, 26))  # other digests, by which ties go
def test_a_break_is_provisional_while_a_place_where_the_thing_may_have_been_before_is_not_past_it(minute: int) -> None:
    events = ledger(
        f"""R1 register X at WH for TPS9\nR2 handover WH>DK1TR X\nR3 handover DK1TR>WH X\nR4 handover WH>PPK2 X
        C1 [R4] handover PPK2>DK1TR X at=06:{minute}\nD1 [R1] handover DK1TR>PPS2 X at=06:{minute}
        D2 handover PPS2>TPS9 X\nD3 handover TPS9>PPS2 X\nD4 [C1] inspect X wet\nC2 [D3] inspect X wet"""
    )
    part = [event for name, event in events.items() if name not in ("R3", "R4")]
    assert BROKEN & {*codes(seen(part, "X"))} and final(seen(part, "X")) == []
    assert BROKEN.isdisjoint(codes(seen(events.values(), "X")))


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 8), st.sampled_from(["WH", "PPK"]))
@example(None, 0, "PPK")
def test_a_way_that_nobody_recorded_is_said_for_good_once_all_have_met_beyond_it(dice, steps, last_known) -> None:
    done = Field() if dice is None else worked(dice, steps, "Y", late=0.3)
    if dice is None:
        done.register()
    if last_known == "PPK":
        done.give("X", "WH", "PPK", ["R"], is_told=True, late="R")
    done.key_in_all()
    done.give("X", "PPS", "TPS1", ["B"], is_told=False)  # how it came to PPS, nobody has recorded
    gap = done.moved[-1].leaf
    everything = [e for log in done.logs.values() for e in log]
    assert [(f.leaf, f.is_provisional) for f in seen(everything, "X").findings if f.code in BROKEN] == [(gap, True)]
    done.all_meet()
    everything = [e for log in done.logs.values() for e in log]
    assert [f.leaf for f in final(seen(everything, "X"))] == [gap]
    stale = [e for e in everything if e.log != "A" or e.seq < len(done.logs["A"])]
    assert final(seen(stale, "X")) == []  # the district's newest record is not here: it may have recorded the way


def test_a_truck_may_have_been_anywhere_so_every_log_must_have_met_beyond_it() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["R"], is_told=True)
    done.all_meet()
    done.give("X", TRUCK, "PPS", ["B"], is_told=False)
    done.all_meet()
    everything = [e for log in done.logs.values() for e in log]
    assert [f.code for f in final(seen(everything, "X"))] == ["GAP"]
    without = [e for e in everything if e is not done.logs["D"][-1]]
    assert final(seen(without, "X")) == []


def test_two_receivers_are_provisional_until_both_their_logs_have_met_beyond_it() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["A"], is_told=False)
    done.told["X"] = done.told["X"][:1]  # the other's record knows the registration alone
    done.give("X", "WH", "PPK2", ["C"], is_told=False)
    events = [e for log in done.logs.values() for e in log]
    assert [(f.code, f.is_provisional) for f in seen(events, "X").findings if f.code in BROKEN] == [("FORK", True)]
    done.all_meet()
    events = [e for log in done.logs.values() for e in log]
    assert [f.code for f in final(seen(events, "X"))] == ["FORK"]
    for log in "AC":  # it may have given it back
        assert final(seen([e for e in events if e is not done.logs[log][-1]], "X")) == []


def test_a_place_of_which_root_admitted_a_station_that_is_not_here_keeps_a_gap_provisional() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["R"], is_told=True)
    done.give("X", "PPS", "TPS1", ["B"], is_told=False)
    done.all_meet()
    here = [e for log, events in done.logs.items() if log != "A" for e in events]
    assert [(f.code, f.is_provisional) for f in seen(here, "X").findings] == [("GAP", True)]


def test_one_station_of_a_place_does_not_stand_for_another_one_there() -> None:
    events = ledger(
        "R1 register X at WH for TPS1\nR2 handover WH>PPK X\nB1 [R2] handover PPS>TPS1 X\nA1 [B1] inspect X wet\n"
        "B2 inspect X wet"
    )
    here = Held({"WH": frozenset("R"), "PPK": frozenset("A"), "PPS": frozenset("B")}, {log: {} for log in "RAB"})

    def is_final(held: Held) -> bool:
        chain = custody(code_of("X"), events.values(), PLACES, held=held)
        return [f.is_provisional for f in chain.findings if f.code == "GAP"] == [False]

    assert is_final(here)  # A1 was recorded knowing B1, and B recorded something after it
    del events["B2"]
    assert not is_final(here)  # it may still have a form of how the thing came
    assert is_final(replace(here, known={**here.known, "B": {"B": 1}}))
    here = replace(here, known={**here.known, "B": {"B": 1}})
    assert not is_final(replace(here, awaited=frozenset({"PPK"})))  # a second one there is not here
    assert not is_final(replace(here, logs={"PPS": frozenset("B")}))  # whether there is one at PPK is not known
    assert is_final(replace(here, logs={"PPS": frozenset("B")}, has_all=True))  # there is none
    assert not is_final(replace(here, logs={**here.logs, "PPK": frozenset("AC")}, known={**here.known, "C": {"B": 0}}))
    assert is_final(replace(here, logs={**here.logs, "PPK": frozenset("AC")}, known={**here.known, "C": {"B": 1}}))


def test_without_the_tree_of_places_nothing_is_said_for_good() -> None:
    events = ledger("R1 register X at WH for TPS1\nR2 handover WH>PPK X\nR3 handover PPS>TPS1 X").values()
    held = Held({}, {}, has_all=True)
    assert [f.is_provisional for f in custody(code_of("X"), events, {}, held=held).findings] == [True]
    assert [f.is_provisional for f in custody(code_of("X"), events, {}, held=None).findings] == [False]


def test_a_fork_between_two_histories_of_one_log_is_final_whatever_else_is_held() -> None:
    one, other = (
        ledger(f"R1 register X at WH for TPS1\nR2 handover WH>PPK X\nA1 [R2] handover PPK>{to} X")
        for to in ("PPS", "TPS1")
    )
    events = [*one.values(), other["A1"]]
    assert [f.code for f in final(seen(events, "X"))] == ["FORK"]
