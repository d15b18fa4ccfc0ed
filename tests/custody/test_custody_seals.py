"""Seals: put on, looked at, taken off and renewed; what is found; and what became of every number of a pack."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.chain import custody
from custody.chain.findings import judge_scan
from custody.chain.seals import FATES, SealUse, opening_faults, overlapping, seal_account, seals_elsewhere
from custody.format.codes import ItemLabel
from custody.format.item_facts import Item, SerialRange
from tests.support.custody_notation import chain_of, code_of, codes, ledger, open_codes, read

SEALED = "A1 register X at WH for TPS1\nA2 seal X apply S1,S2\n"


def seal_states(chain):
    return {use.serial: use.fate for use in chain.seals}


def test_seals_put_on_are_on_the_item_and_in_its_chain():
    chain = chain_of(SEALED)
    assert seal_states(chain) == {"S1": "on", "S2": "on"}
    assert chain.item.seal == "sealed" and codes(chain) == []
    assert [link.event.type for link in chain.links] == ["register", "seal"]


def test_an_item_on_which_nobody_recorded_a_seal_is_not_judged():
    chain = chain_of("A1 register X at WH for TPS1\nA2 handover WH>PPK X")
    assert chain.item.seal == "" and codes(chain) == []


def test_a_kind_that_must_be_sealed_is_found_when_it_goes_without():
    text = "A1 register X at WH for TPS1\nA2 handover WH>PPK X\nA3 [A2] handover PPK>PPS X"
    assert codes(chain_of(text, sealed_kinds=frozenset({"box"}))) == ["UNSEALED"]
    assert codes(chain_of(text, sealed_kinds=frozenset({"ink"}))) == []
    assert codes(chain_of(SEALED + "A3 handover WH>PPK X", sealed_kinds=frozenset({"box"}))) == []


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("check S1,S2 result=intact", []),
        ("check result=intact", []),
        ("check S2 result=intact", []),  # some numbers read, all of them right
        ("check result=broken", ["SEAL_BROKEN"]),
        ("check S1 result=broken", ["SEAL_BROKEN"]),
        ("check result=none", ["UNSEALED"]),
        ("check result=mismatch", ["SEAL_MISMATCH"]),
        ("check S1,S9 result=intact", ["SEAL_MISMATCH"]),  # the numbers speak, whatever was ticked
        ("check S9 result=mismatch", ["SEAL_MISMATCH"]),
        ("check S9 result=broken", ["SEAL_BROKEN", "SEAL_MISMATCH"]),
    ],
)
def test_what_a_look_at_the_seals_finds(check, found):
    chain = chain_of(SEALED + f"B1 [A2] seal X {check} in=PPK")
    assert codes(chain) == found
    assert chain.item.seal == ("open" if found else "sealed")


def test_numbers_that_nobody_recorded_are_found_and_may_be_explained_by_a_log_not_met():
    text = "A1 register X at WH for TPS1\nB1 [A1] seal X check S1 result=intact"
    assert codes(chain_of(text)) == ["SEAL_MISMATCH"]
    assert not chain_of(text).findings[0].is_provisional
    assert chain_of(text, met=frozenset({"PPK"})).findings[0].is_provisional


@pytest.mark.parametrize("renew", ["replace S3,S4", "replace S3 names=1 witness=Bawaslu", "apply S3"])
def test_new_seals_that_somebody_saw_put_on_settle_what_was_found(renew):
    chain = chain_of(SEALED + f"B1 [A2] seal X check result=broken\nB2 seal X {renew}")
    assert codes(chain) == ["SEAL_BROKEN"] and open_codes(chain) == []
    assert chain.item.seal == "sealed"


def test_new_seals_that_nobody_else_saw_leave_it_open():
    chain = chain_of(SEALED + "B1 [A2] seal X check result=none\nB2 seal X replace S3 names=1")
    assert open_codes(chain) == ["UNSEALED"]
    assert seal_states(chain) == {"S1": "off", "S2": "off", "S3": "on"}


def test_an_item_that_goes_on_without_its_seals_is_found_once():
    text = SEALED + "A3 seal X remove\nA4 handover WH>PPK X\nB1 [A4] handover PPK>PPS X"
    chain = chain_of(text)
    assert codes(chain) == ["UNSEALED"]
    assert chain.findings[0].leaf == chain.links[3].event.leaf
    assert seal_states(chain) == {"S1": "off", "S2": "off"}


def test_taking_off_one_of_two_seals_leaves_it_sealed():
    chain = chain_of(SEALED + "A3 seal X remove S1\nA4 handover WH>PPK X")
    assert codes(chain) == [] and seal_states(chain) == {"S1": "off", "S2": "on"}


def test_a_broken_seal_is_not_said_again_at_every_handover():
    text = SEALED + "B1 [A2] seal X check result=broken\nB2 handover WH>PPK X\nB3 handover PPK>PPS X"
    assert codes(chain_of(text)) == ["SEAL_BROKEN"]


def test_a_seal_that_was_taken_off_and_is_on_again_is_found():
    chain = chain_of(SEALED + "A3 seal X remove S1\nA4 seal X apply S1")
    assert codes(chain) == ["SEAL_MISMATCH"]


def test_both_sides_may_record_one_sealing():
    assert codes(chain_of(SEALED + "B1 [A1] seal X apply S1,S2")) == []


def test_a_withdrawn_sealing_does_not_count():
    chain = chain_of(SEALED + "A3 correct A2 did_not_occur")
    assert chain.item.seal == "" and chain.seals == ()


def test_the_same_events_give_the_same_seals_in_any_order_of_arrival():
    text = SEALED + "B1 [A2] seal X check S9 result=broken\nC1 [A2] handover WH>PPK X\nC2 seal X replace S3"
    events = list(ledger(text).values())
    chains = [read(shuffled) for shuffled in itertools.permutations(events)]
    assert all(chain == chains[0] for chain in chains)


def test_scanning_says_that_an_item_has_lost_its_seal():
    item, label = Item(code_of("X"), "box", "TPS1", held_by="WH", seal="open"), ItemLabel(code_of("X"), 1)
    found = judge_scan(item, label, {}, giver="WH", to="PPK")
    assert [finding.code for finding in found] == ["UNSEALED"]
    never = Item(code_of("X"), "box", "TPS1", held_by="WH")
    assert judge_scan(never, label, {}, giver="WH", to="PPK") == []
    assert [f.code for f in judge_scan(never, label, {}, giver="WH", to="PPK", must_be_sealed=True)] == ["UNSEALED"]


# --- accounting -------------------------------------------------------------------------------------------------------


def pack(code: str, first: int, last: int, prefix: str = "A", width: int = 6) -> Item:
    return Item(code, "seal", "WH", quantity=last - first + 1, serials=SerialRange(prefix, first, last, width))


def use(serial: str, fate: str = "on", code: str = "X") -> SealUse:
    return SealUse(serial, code, fate, "WH", f"{serial}-{code}")  # type: ignore[arg-type]


def test_every_seal_of_a_pack_is_accounted_for():
    uses = [use("A000001"), use("A000002", "off"), use("A000003", "spoiled", "P"), use("A000004", "returned", "P")]
    account = seal_account([pack("P", 1, 25)], uses)
    (row,) = account.packs
    assert row.fates == {"on": 1, "off": 1, "spoiled": 1, "returned": 1}
    assert (row.total, row.unused) == (25, 21)
    assert account.strays == account.overlaps == account.twice == ()


def test_numbers_out_of_no_pack_are_told_apart():
    strays = ["B000001", "A000026", "A1", "A0000001", "A", "", "A00000१", "A" + "9" * 400]
    account = seal_account([pack("P", 1, 25)], [use(serial) for serial in strays])
    assert {use.serial for use in account.strays} == set(strays)
    assert account.packs[0].unused == 25


def test_a_number_on_two_items_is_found_and_counted_once():
    uses = [use("A000001", code="X"), use("A000001", "off", code="Y"), use("A000002", "spoiled", "P")]
    account = seal_account([pack("P", 1, 2)], uses)
    assert account.twice == (("A000001", ("X", "Y")),)
    assert account.packs[0].unused == 0


def test_packs_with_the_same_numbers_are_found():
    packs = [pack("P", 1, 25), pack("Q", 20, 45), pack("R", 46, 50), pack("S", 1, 25, prefix="B"), pack("T", 2, 3)]
    assert seal_account(packs, []).overlaps == (("P", "Q"), ("P", "T"))
    assert [item.code for item in overlapping(SerialRange("A", 44, 46, 6), packs)] == ["Q", "R"]


def test_a_pack_that_was_opened_gives_its_numbers_to_those_out_of_it():
    account = seal_account([pack("P", 1, 25), pack("Q", 1, 10)], [use("A000001")], opened=frozenset({"P"}))
    assert [(row.pack.code, row.unused) for row in account.packs] == [("Q", 9)]


numbers = st.integers(0, 60)
ranges = st.lists(st.tuples(numbers, numbers).map(sorted), max_size=6)


@given(ranges, st.dictionaries(numbers, st.sampled_from(FATES), max_size=30))
@example([[1, 5], [5, 9]], {5: FATES[0]})  # the last of one is the first of another
@example([[1, 5], [6, 9]], {1: FATES[0], 5: FATES[0], 6: FATES[0], 9: FATES[0], 0: FATES[0], 10: FATES[0]})
@example([[1, 9], [3, 4]], {4: FATES[0]})
@example([[2, 2], [2, 2]], {2: FATES[0]})
def test_whatever_the_packs_every_number_is_counted_once_or_stray(spans, fates):
    packs = [pack(f"P{place}", first, last) for place, (first, last) in enumerate(spans)]
    account = seal_account(packs, [use(f"A{number:06d}", fate) for number, fate in fates.items()])
    counted = sum(sum(row.fates.values()) for row in account.packs)
    assert counted + len(account.strays) == len(fates)
    inside = {number for number in fates if any(first <= number <= last for first, last in spans)}
    assert counted == len(inside)
    for row in account.packs:
        assert row.pack.serials and row.total == row.pack.serials.last - row.pack.serials.first + 1
    shared = any(a[0] <= b[1] and b[0] <= a[1] for a, b in itertools.combinations(spans, 2))
    assert bool(account.overlaps) == shared


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ([(1, 10), (11, 25)], 0),
        ([(11, 25), (1, 10)], 0),
        ([(1, 25)], 0),
        ([(1, 10), (11, 24)], 1),
        ([(1, 10), (10, 25)], 1),
        ([(1, 10), (11, 26)], 1),
        ([], 1),
        ([(1, 10), (5, 26)], 2),
    ],
)
def test_a_pack_is_opened_into_parts_that_sum_to_it(parts, faults):
    whole = SerialRange("A", 1, 25, 6)
    assert len(opening_faults(whole, [SerialRange("A", *part, 6) for part in parts])) == faults
    assert len(opening_faults(whole, [SerialRange("B", 1, 25, 6)])) == 1


def test_one_number_on_two_items_is_a_suspected_copy_for_both():
    text = "A1 register X,Y at WH for TPS1\nA2 seal X apply S1\nB1 [A1] seal Y apply S1"
    chains = {letter: custody(code_of(letter), ledger(text).values()) for letter in "XY"}
    uses = {"S1": [use for chain in chains.values() for use in chain.seals]}
    for letter, other in (("X", "Y"), ("Y", "X")):
        (finding,) = seals_elsewhere(code_of(letter), chains[letter].seals, uses)
        assert finding.code == "SUSPECTED_COPY" and finding.severity == "critical"
        assert finding.values["other"].replace("-", "") == code_of(other)
        assert seals_elsewhere(code_of(letter), chains[letter].seals, {"S1": chains[letter].seals}) == []
