"""Records of stations that are not admitted: shown in their place, counted nowhere, named where they would explain."""

from typing import Any

import pytest

from custody.chain.chain import Chain
from custody.measures.truckloads import Truckloads
from db.state.item_rows import row_of
from tests.support.custody_notation import PLACES, chain_of, codes, open_codes, steps

BEGUN = "A1 register X at WH for TPS1\n"
STRANGE = {"S": "Pos Asing"}


def beside(text: str, **how: Any) -> Chain:
    return chain_of(BEGUN + text, strangers=STRANGE, **how)


def shown(chain: Chain) -> str:
    """All records in order, those of strangers in brackets."""
    return " ".join(
        f"[{link.event.log}{link.event.seq}]" if link.is_stranger else f"{link.event.log}{link.event.seq}"
        for link in chain.shown
    )


def test_a_strangers_handover_moves_nothing_and_stands_where_it_would_count():
    chain = beside("S1 [A1] handover WH>PPK X\nA2 inspect X wet\nB1 [A2] handover WH>PPS X")
    assert chain.held_by == "PPS" and steps(chain) == "A1 A2 B1:WH>PPS"
    assert sorted(shown(chain).split()) == ["A1", "A2", "B1", "[S1]"] and shown(chain).startswith("A1")
    assert not any(link.has_moved for _before, link in chain.aside)


@pytest.mark.parametrize(
    "record",
    [
        "S1 register X at PPK for TPS2",
        "S1 [A1] reassign X to TPS2",
        "S1 [A1] inspect X wet",
        "S1 print X 2",
        "S1 void X 1 lost",
        "S1 [A1] seal X apply S1,S2",
        "S1 pack P add X",
        "S1 [A1] incident X",
        "S1 [A1] handover WH>PPK v=2 refused=X",
    ],
)
def test_nothing_of_any_kind_follows_from_a_stranger(record):
    with_it, without = beside(record + "\nA2 handover WH>PPK X"), chain_of(BEGUN + "A2 handover WH>PPK X")
    assert row_of(with_it) == row_of(without) and with_it.links == without.links
    assert with_it.findings == without.findings and with_it.seals == without.seals
    assert "[S1]" in shown(with_it).split()


def test_a_thing_that_only_a_stranger_registered_is_registered_nowhere():
    chain = chain_of("S1 register X at WH for TPS1", strangers=STRANGE)
    assert chain.item is None and chain.links == () and shown(chain) == "[S1]"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A2 handover WH>PPK X\nS1 [A2] handover PPK>PPS X\nB1 [S1] handover PPS>TPS1 X", "GAP"),
        ("A2 handover WH>PPK X\nS1 [A2] handover PPK>WH X\nB1 [S1] handover WH>PPS X", "FORK"),
        ("A2 pack P add X\nS1 [A2] pack P remove X\nA3 pack P check scope=full", "SHORTAGE"),
    ],
)
def test_what_a_strangers_record_would_explain_is_provisional_and_names_it(text, code):
    chain = beside(text)
    [found] = [finding for finding in chain.findings if finding.code == code]
    assert found.is_open and found.is_provisional and found.stranger == "Pos Asing"
    [strange] = [link.event.leaf for _before, link in chain.aside]
    assert found.rests_on[-1] == strange
    assert code not in open_codes(chain_of(BEGUN + text))  # admitted, it explains it
    lines = [line for line in text.splitlines() if not line.startswith("S")]
    without = chain_of(BEGUN + "\n".join(lines).replace("[S1]", "[A2]" if code == "SHORTAGE" else "[A1]"))
    [final] = [finding for finding in without.findings if finding.code == code]
    assert not final.is_provisional and final.stranger == ""


def test_a_break_that_stays_with_the_strangers_record_is_final():
    chain = beside("A2 handover WH>PPK X\nS1 [A2] inspect X wet\nA3 handover PPS>TPS1 X")
    assert [(f.code, f.is_provisional) for f in chain.findings if f.code == "GAP"] == [("GAP", False)]


def test_what_a_stranger_said_of_its_own_record_is_shown_too():
    chain = beside("S1 [A1] handover WH>PPK X\nS2 correct S1 did_not_occur\nA2 handover WH>PPK X")
    assert codes(chain) == [] and sorted(shown(chain).split()) == ["A1", "A2", "[S1]", "[S2]"]
    assert [link.is_withdrawn for _before, link in chain.aside if link.event.type == "handover"] == [True]


def test_a_stranger_disputes_nobodys_record():
    assert codes(beside("A2 handover WH>PPK X\nS1 [A2] correct A2 did_not_occur")) == []
    assert codes(chain_of(BEGUN + "A2 handover WH>PPK X\nS1 [A2] correct A2 did_not_occur")) == ["DISPUTED"]


@pytest.mark.parametrize("record", ["S1 [A2] handover DK1TR>PPK X", "S1 [A2] inspect X wet"])
def test_what_is_left_on_a_truck_is_provisional_where_a_stranger_recorded_that_it_came_off(record):
    loads, late = Truckloads(), "2026-11-21T00:00:00Z"
    text = "A1 register X,Y at WH for TPS1\nA2 handover WH>DK1TR X,Y bound=PPK\nB1 [A2] handover DK1TR>PPK Y\n" + record
    for letter in "XY":
        loads.put(chain_of(text, letter, strangers=STRANGE), PLACES, as_of=late)
    [(_record, found)] = loads.left_aboard(PLACES)
    is_told = "handover" in record
    assert (found.code, found.is_provisional) == ("SHORTAGE", is_told)
    assert found.stranger == ("Pos Asing" if is_told else "")
