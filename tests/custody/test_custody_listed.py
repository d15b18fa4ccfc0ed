"""What a list of what was to go says in an item's own chain: short until it goes, or taken beyond the list."""

import random

import pytest

from custody.handover.receipts import listed_there
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
