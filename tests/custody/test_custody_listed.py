"""What a list of what was to go says in an item's own chain: short until it goes, or taken beyond the list."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.chain.held import Held
from custody.handover.handover_history import listed_there
from tests.support.custody_notation import chain_of, codes, ledger, open_codes, read

BEGIN = """
A1 register X,Y,P at WH for TPS1
"""


def short(text: str, **how: object) -> str:
    """How the shortages of X stand: `open`, `settled`, or nothing."""
    chain = chain_of(BEGIN + text, **how)
    return " ".join("open" if f.is_open else "settled" for f in chain.findings if f.code == "SHORTAGE")


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("A2 handover WH>PPK Y absent=X", "open"),
        ("A2 handover WH>PPK Y absent=X\nA3 handover WH>PPK X", "settled"),
        ("A2 handover WH>PPK Y absent=X\nA3 handover WH>PPK Y absent=X", "open open"),
        ("A2 pack P add X\nA3 handover WH>PPK P absent=X", ""),  # it went inside
        ("A2 pack P add X\nA3 handover WH>PPK Y refused=P absent=X", ""),  # it stayed inside what was refused
        ("A2 handover WH>PPK X\nA3 handover WH>PPK Y absent=X", ""),  # it had gone there before
        ("A2 handover WH>PPK2 X\nA3 handover WH>PPK Y absent=X", "open"),  # it had gone elsewhere
        ("A2 handover WH>PPK Y absent=X bast=7\nB1 [A1] handover WH>PPK X v=3 bast=7", ""),  # another laptop took it
        ("A2 handover WH>PPK Y absent=X bast=7\nB1 [A1] handover WH>PPK refused=X bast=7", ""),
        ("A2 handover WH>PPK Y absent=X bast=7\nB1 [A1] handover WH>PPK X v=3 bast=8 at=07:00", "settled"),
        ("A2 handover WH>PPK Y absent=X bast=7\nB1 [A1] handover WH>PPK X v=3 bast=8 at=05:00", "open"),
        ("A2 handover WH>PPK Y absent=X\nA3 correct A2 did_not_occur", ""),
        ("A2 handover WH>PPK X,Y\nB1 [A2] handover WH>PPK Y absent=X", "open"),  # the sender says that it went
        ("A2 handover WH>PPK X,Y\nB1 [A2] handover WH>PPK Y absent=X\nB2 handover WH>PPK X", "settled"),
    ],
)
def test_what_a_list_named_is_short_until_it_goes(text: str, how: str) -> None:
    assert short(text) == how
    events = list(ledger(BEGIN + text).values())
    for seed in range(5):
        random.Random(seed).shuffle(events)
        assert read(events).findings == chain_of(BEGIN + text).findings


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("B1 [A1] pack P add X at=07:00\nA2 handover WH>PPK P absent=X at=08:00", ""),  # neither knew: by clocks
        ("B1 [A1] pack P add X at=09:00\nA2 handover WH>PPK P absent=X at=08:00", "open"),
        ("B1 [A1] pack P add X at=09:00\nA2 [B1] handover WH>PPK P absent=X at=08:00", ""),  # its station knew
        ("A2 handover WH>PPK P absent=X at=08:00\nB1 [A2] pack P add X at=07:00", "open"),  # B knew what had gone
        ("A2 handover WH>PPK Y absent=X at=08:00\nB1 [A2] handover WH>PPK X at=07:00", "settled"),
        ("B1 [A1] handover WH>PPK2 X at=07:00\nA2 handover WH>PPK Y absent=X at=08:00", "open"),
        ("B1 [A1] handover WH>PPK2 X at=09:00\nA2 handover WH>PPK Y absent=X at=08:00", "settled"),
    ],
)
def test_what_was_known_when_a_list_missed_something_goes_by_knowledge_and_only_then_by_clocks(
    text: str, how: str
) -> None:
    assert short(text) == how


def test_what_went_or_stayed_inside_a_thing_of_another_part_of_the_same_handover_is_not_short() -> None:
    text = BEGIN + "A2 pack P add X\nA3 handover WH>PPK Y absent=X bast=7 part=1 parts=2\n"
    for inner, count in (("P", 0), ("Z refused=P", 0), ("Z", 1)):
        events = ledger(text + f"A4 handover WH>PPK {inner} bast=7 part=2 parts=2").values()
        one = [type(e)(e.leaf, {**e.body, "id": "one session"}) if e.type == "handover" else e for e in events]
        assert [f.code for f in read(one).findings] == ["SHORTAGE"] * count


def test_a_shortage_is_provisional_where_a_laptop_under_the_same_number_may_have_it() -> None:
    own, log = "0001/GUDANG/2026", "serah/pemilu/gudang/0011223344556677"
    for number, is_provisional in ((own, False), ("0007/TRUK-1/2026", True)):
        events = ledger(BEGIN + f"A2 handover WH>PPK Y absent=X bast={number}").values()
        moved = [type(event)(event.leaf, {**event.body, "log": log}) for event in events]
        [finding] = read(moved).findings
        assert (finding.code, finding.is_provisional) == ("SHORTAGE", is_provisional)
    [finding] = read(moved, met=frozenset({"PPK"})).findings
    assert finding.is_provisional


KNOWN = {"A": {"A": 2}, "B": {"A": 2}, "C": {"A": 2}}
"""Two laptops of the warehouse and one of the district: each has recorded something that it made knowing A2."""


@pytest.mark.parametrize(
    ("changed", "is_final"),
    [
        ({}, True),
        ({"A": {"A": 1}}, False),  # it may have a form of a second load
        ({"B": {"A": 1}}, False),  # the second laptop may have loaded it
        ({"C": {"A": 1}}, False),  # so may the receiver's
    ],
)
def test_a_shortage_under_a_shared_number_is_final_once_each_log_of_both_ends_has_gone_on_after_it(
    changed: dict[str, dict[str, int]], is_final: bool
) -> None:
    text = BEGIN + "A2 handover WH>PPK Y absent=X bast=7\nB1 [A1] handover WH>PPK Z v=3 bast=7"
    held = Held({"WH": frozenset("AB"), "PPK": frozenset("C")}, {**KNOWN, **changed})

    def stands(text: str, held: Held) -> list[bool]:
        found = chain_of(text, held=held).findings
        return [not finding.is_provisional for finding in found if finding.code == "SHORTAGE"]

    assert stands(text, held) == [is_final]
    assert stands(text, replace(held, awaited=frozenset({"WH"}))) == [False]  # a third laptop there is not here
    alone = replace(held, logs={"WH": frozenset("A")}, has_all=True)
    assert stands(text, alone) == [False]  # the other laptop of the number is not known at all
    truck = text.replace("WH>PPK", "WH>DK1TR")
    assert stands(truck, held) == [False]  # any station may have loaded it
    assert stands(truck, replace(held, has_all=True)) == [is_final]
    assert stands(text.replace("PPK Z", "PPK X"), held) == []


@settings(max_examples=200)
@given(st.randoms(use_true_random=False))
def test_what_a_second_laptop_under_the_number_has_is_never_short_for_good(dice: random.Random) -> None:
    notes = [f"A{n} [A1] incident Y" for n in range(3, 5)]
    early, late = dice.randint(0, 2), dice.randint(0, 2)
    notes += [f"B{n} [A1] incident Y" for n in range(1, early + 1)]
    notes += [f"B{early + 1} [A1] handover WH>PPK X v=3 bast=7"]
    notes += [f"B{n} [A2] incident Y" for n in range(early + 2, early + 2 + late)]
    notes += ["C1 [A1] incident Y", f"C2 [A2 B{early + 1}] incident Y"]
    events = ledger(BEGIN + "A2 handover WH>PPK Y absent=X bast=7\n" + "\n".join(notes))
    part = {name: dice.randint(0, 5) for name in "ABC"}
    here = [event for event in events.values() if event.seq <= part[event.log]]
    known: dict[str, dict[str, int]] = {log: {} for log in "ABC"}
    for event in here:
        known[event.log][event.log] = event.seq - 1
        known[event.log] |= {ref["log"]: ref["seq"] for ref in event.body["refs"] if ref["log"] != event.log}
    held = Held({"WH": frozenset("AB"), "PPK": frozenset("C")}, known, has_all=True)
    assert [f for f in read(here, held=held).findings if f.code == "SHORTAGE" and not f.is_provisional] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A2 handover WH>PPK X beyond=X", ["EXCESS"]),
        ("A2 handover WH>PPK X absent=Y", []),
        ("A2 pack P add X\nA3 handover WH>PPK X absent=P beyond=X", []),  # what is inside a listed thing is listed
        ("A2 pack P add X\nA3 handover WH>PPK X,P absent=Y beyond=X", []),
        ("A2 pack P add X\nA3 handover WH>PPK X,P beyond=X,P", ["EXCESS"]),
        ("A2 handover WH>PPK X beyond=X bast=7\nB1 [A1] handover WH>PPK Y absent=X bast=7", []),  # the other's list
        ("A2 handover WH>PPK Y refused=X beyond=X", []),  # it was not taken
        ("A2 handover WH>PPK X,Y beyond=X\nA3 correct A2 did_not_occur", ["CORRECTED"]),
    ],
)
def test_what_was_taken_beyond_a_list_is_said_once_and_stays(text: str, found: list[str]) -> None:
    chain = chain_of(BEGIN + text)
    assert codes(chain) == found and open_codes(chain) == [code for code in found if code != "CORRECTED"]


def test_what_is_absent_moves_nothing_and_stands_in_the_chain_as_such() -> None:
    chain = chain_of(BEGIN + "A2 handover WH>PPK Y absent=X")
    assert chain.held_by == "WH" and [link.is_absent for link in chain.links] == [False, True]
    assert not chain.links[-1].has_moved and not chain.is_recorded("WH", "PPK", "B")


def test_of_several_handovers_that_a_receipt_confirms_all_must_state_a_list() -> None:
    row = {"code": "7Q2M9X4T5B8C6"}
    listed = {"items": [row], "refused": [], "meant": {"absent": ["0000000000000"], "beyond": []}}
    unlisted = {"items": [row], "refused": [], "meant": None}
    assert listed_there([listed]) == {"7Q2M9X4T5B8C6": None, "0000000000000": None}
    assert listed_there([listed, unlisted]) is listed_there([unlisted]) is None
