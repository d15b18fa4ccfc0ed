"""What a receiver's record lacks of what its giver's record says went straight to it."""

from types import MappingProxyType

import pytest

from custody.measures.direct import Direct
from tests.support.custody_notation import DAY, PLACES, chain_of

HOMES = MappingProxyType({"A": "WH", "B": "PPK", "C": "PPK", "D": "PPS", "E": "WH"})
GIVEN = """
    A1 register X,Y,Z at WH for TPS1
    A2 handover WH>PPK X,Y,Z bast=7
"""


def short_of(text: str, letters: str = "XYZ", as_of: str = DAY + "23:00:00Z", **how) -> list[tuple[str, str]]:
    """For each thing that is short its letter and the number of the receipt; the same taken in twice, in any order."""
    chains = {letter: chain_of(GIVEN + text, letter, **how) for letter in letters}
    direct = Direct(HOMES)
    for letter in (*letters, *reversed(letters)):
        direct.put(chains[letter], PLACES, as_of=as_of)
    codes = {chain.code: letter for letter, chain in chains.items()}
    found = [(codes[finding.item or ""], record.key.bast) for record, finding in direct.not_received(PLACES)]
    return sorted(found)


def test_what_the_receivers_own_record_lacks_of_the_givers_is_short() -> None:
    assert short_of("B1 [A2] handover WH>PPK X,Y bast=9 at=10:00") == [("Z", "9")]
    assert short_of("B1 handover WH>PPK X,Y bast=9 at=10:00") == [("Z", "9")], "it had not met the giver's log"
    assert short_of("B1 [A2] handover WH>PPK X refused=Y bast=9 at=10:00") == [("Z", "9")]
    assert short_of("B1 [A2] handover WH>PPK refused=X,Y bast=9 at=10:00") == [("Z", "9")]
    assert short_of("B1 [A2] handover WH>PPK X v=3 bast=9 at=10:00") == [("Y", "9"), ("Z", "9")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A3 inspect X wet",
        "E1 [A2] handover WH>PPK X bast=9 at=10:00  # another laptop of the giver",
        "D1 [A2] handover WH>PPK X bast=9 at=10:00  # a third station",
    ],
)
def test_what_one_side_alone_recorded_accuses_nobody(text: str) -> None:
    assert short_of(text) == []


@pytest.mark.parametrize(
    "rest",
    [
        "B2 handover WH>PPK Z bast=9 at=10:10",
        "B2 handover WH>PPK Z bast=11 at=12:00",
        "B2 handover WH>PPK refused=Z bast=11 at=12:00",
        "C1 [A2] handover WH>PPK Z bast=9 at=10:10",
        "C1 handover WH>PPK Z bast=12 at=08:50",
        "B2 handover PPK>PPS Z bast=11 at=12:00",
        "B2 handover PPK>DK1TR Z bast=11 bound=PPS at=12:00",
        "D1 [A2] handover PPK>PPS Z bast=3 at=12:00",
    ],
)
def test_what_comes_by_another_record_is_short_no_more(rest: str) -> None:
    assert short_of("B1 [A2] handover WH>PPK X,Y bast=9 at=10:00\n" + rest) == []


@pytest.mark.parametrize(
    "rest",
    [
        "A3 correct A2 did_not_occur",
        "A3 [B1] handover PPK>WH Z bast=8 at=11:00",
        "A3 [B1] handover WH>PPK X,Y bast=7 at=09:00\nA4 correct A2 A3 incorrect_data",
        "B2 correct B1 did_not_occur",
    ],
)
def test_what_is_taken_back_by_either_side_is_short_no_more(rest: str) -> None:
    assert short_of("B1 [A2] handover WH>PPK X,Y bast=9 at=10:00\n" + rest) == []


def test_a_receipt_that_is_corrected_tells_by_its_last_word() -> None:
    receipt = "B1 [A2] handover WH>PPK X,Y,Z bast=9 at=10:00\n"
    corrected = "B2 handover WH>PPK X,Y bast=9 at=11:00 occurred=10:00\nB3 correct B1 B2 incorrect_data"
    assert short_of(receipt) == []
    assert short_of(receipt + corrected) == [("Z", "9")]


@pytest.mark.parametrize(
    "receipt",
    [
        "B1 [A2] handover WH>PPK X,Y bast=7 at=10:00  # both under one number: what one took is missing at none",
        "B1 [A2] handover WH>PPK X,Y absent=Z bast=9 at=10:00  # its own list tells Z in Z's chain",
        "B1 [A2] handover WH>PPK X,Y beyond=Y bast=9 at=10:00  # Z is not on its own list",
        "B1 [A2] handover WH>PPK X bast=9 at=10:00\nB2 handover WH>PPK Y absent=Z bast=11 at=10:10  # the second has",
        "B1 handover WH>PPK X,Y bast=9 at=05:00  # before the giver recorded it",
    ],
)
def test_a_receipt_that_shares_a_number_states_a_list_or_came_before_accuses_nothing(receipt: str) -> None:
    assert short_of(receipt) == []


def test_what_went_beyond_the_givers_list_or_by_another_record_is_not_short() -> None:
    more = "A3 register U,V,W at WH for TPS1\nA4 handover WH>PPK V,W beyond=V bast=8 at=09:10\n"
    more += "A5 handover WH>PPK U bast=10 at=09:20\n"
    assert short_of(more + "B1 [A5] handover WH>PPK X,Y,Z,W bast=9 at=10:00", "UVWXYZ") == []
    assert short_of(more.replace("beyond=V ", "") + "B1 [A5] handover WH>PPK W bast=9 at=10:00", "UVW") == [("V", "9")]


def test_a_receiver_that_nobody_admitted_accuses_nobody_and_may_explain() -> None:
    receipt = "B1 [A2] handover WH>PPK X,Y bast=9 at=10:00"
    assert short_of(receipt, strangers={"B": "Pos Asing"}) == []
    direct, strange = Direct(HOMES), {"C": "Pos Asing"}
    for letter in "XYZ":
        text = GIVEN + receipt + "\nC1 [A2] handover WH>PPK Z bast=12 at=11:00"
        direct.put(chain_of(text, letter, strangers=strange), PLACES, as_of=DAY + "23:00:00Z")
    [(_record, found)] = direct.not_received(PLACES)
    taken_back = chain_of(text + "\nC2 correct C1 did_not_occur", "Z", strangers=strange)
    direct.put(taken_back, PLACES, as_of=DAY + "23:00:00Z")
    [(_record, sure)] = direct.not_received(PLACES)
    assert not sure.is_provisional
    assert (found.is_provisional, found.stranger, len(found.also)) == (True, "Pos Asing", 2)


def test_what_is_yet_to_come_counts_from_its_hour() -> None:
    receipt = "B1 [A2] handover WH>PPK X,Y bast=9 at=10:00"
    assert short_of(receipt, as_of=DAY + "09:59:00Z") == []
    assert short_of(receipt, as_of=DAY + "10:00:00Z") == [("Z", "9")]


def test_what_is_taken_in_again_replaces_what_was_known() -> None:
    direct, receipt = Direct(HOMES), "B1 [A2] handover WH>PPK X,Y bast=9 at=10:00"
    for text, count in ((GIVEN, 0), (GIVEN + receipt, 1), (GIVEN + receipt + "\nB2 correct B1 did_not_occur", 0)):
        for letter in "XYZ":
            direct.put(chain_of(text, letter), PLACES, as_of=DAY + "23:00:00Z")
        assert len([*direct.not_received(PLACES)]) == count


def test_what_goes_to_a_vendor_is_expected_by_nobody() -> None:
    text = "A1 register X,Y at WH for TPS1\nA2 handover WH>VENDOR X,Y bast=7\nB1 handover WH>VENDOR X bast=9 at=10:00"
    direct = Direct({"A": "WH", "B": "VENDOR"})
    for letter in "XY":
        direct.put(chain_of(text, letter), PLACES, as_of=DAY + "23:00:00Z")
    assert [*direct.not_received(PLACES)] == []


def test_it_goes_again_and_is_received_or_not() -> None:
    there_and_back = """
        B1 [A2] handover WH>PPK X,Y,Z bast=9 at=09:00
        A3 [B1] handover PPK>WH X,Y,Z bast=8 at=10:00
        A4 handover WH>PPK X,Y,Z bast=10 at=11:00
    """
    assert short_of(there_and_back) == []
    unsaid = "B1 [A2] handover WH>PPK X,Y,Z bast=9 at=09:00\nA3 handover WH>PPK X,Y,Z bast=10 at=11:00\n"
    assert short_of(unsaid + "B2 [A3] handover WH>PPK X,Y bast=11 at=12:00") == [("Z", "11")], "its return is unsaid"
    assert short_of(there_and_back + "B2 [A4] handover WH>PPK X,Y bast=11 at=12:00") == [("Z", "11")]
