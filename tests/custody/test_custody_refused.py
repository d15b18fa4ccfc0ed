"""What a receiver refuses stays with the giver; packs opened and looked into; reserves."""

import itertools

import pytest

from custody.chain.findings import judge_scan
from custody.compose.compose import Acknowledged, Handover, Touch, handover_events
from custody.format.codes import ItemLabel
from custody.format.item_facts import Item, as_newest
from custody.plan.places import Need
from tests.support.custody_notation import PLACES, chain_of, code_of, codes, event, ledger, open_codes, read, steps

START = "A1 register X,Y at WH for TPS1\nA2 print X,Y 1\n"


def test_what_is_refused_stays_with_the_giver():
    chain = chain_of(START + "A3 handover WH>PPK Y refused=X")
    assert chain.held_by == "WH" and codes(chain) == []
    assert steps(chain) == "A1 A2 A3!WH>PPK"
    assert chain_of(START + "A3 handover WH>PPK Y refused=X", "Y").held_by == "PPK"


def test_what_was_refused_may_be_given_again():
    chain = chain_of(START + "A3 handover WH>PPK Y refused=X\nA4 handover WH>PPK X")
    assert chain.held_by == "PPK" and codes(chain) == []
    assert steps(chain) == "A1 A2 A3!WH>PPK A4:WH>PPK"


def test_a_code_that_is_taken_and_refused_in_one_record_was_taken():
    events = ledger(START + "A3 handover WH>PPK X v=2")
    body = dict(events["A3"].body)
    body["refused"] = body["items"]
    both = event(body)
    assert both.refused == frozenset() and set(both.moved) == {code_of("X")}
    assert read([events["A1"], events["A2"], both]).held_by == "PPK"


@pytest.mark.parametrize("hour", range(10, 20))  # what no record orders goes by digest, which the hour changes
def test_what_came_off_a_truck_and_was_refused_was_loaded_first_though_its_station_had_not_met_that(hour):
    text = START + f"A3 handover WH>TRUCK X,Y bound=PPK at=09:00\nB1 [A2] handover TRUCK>PPK Y refused=X at={hour}:00"
    chain = chain_of(text)
    assert chain.held_by == "TRUCK" and steps(chain) == "A1 A2 A3:WH>TRUCK B1!TRUCK>PPK"


@pytest.mark.parametrize("receiver", ["B1 [A2] handover WH>PPK Y refused=X", "B1 [A3] handover WH>PPK Y refused=X"])
def test_where_one_side_says_given_and_the_other_refused_both_are_shown_and_it_stays(receiver):
    text = START + f"A3 handover WH>PPK X,Y\n{receiver}"
    chain = chain_of(text)
    assert chain.held_by == "WH" and codes(chain) == ["DISPUTED"]
    assert sorted(steps(chain).split()) == ["A1", "A2", "A3!WH>PPK", "B1!WH>PPK"]
    assert chain_of(text, "Y").held_by == "PPK"


def test_after_a_disputed_refusal_it_may_be_given_again_without_a_gap():
    text = START + "A3 handover WH>PPK X,Y\nB1 [A3] handover WH>PPK Y refused=X\nA4 [B1] handover WH>PPK X"
    chain = chain_of(text + "\nB2 [A4] handover WH>PPK X")
    assert chain.held_by == "PPK" and codes(chain) == ["DISPUTED"]


def test_what_is_inside_a_refused_parent_stays_too():
    text = """
        A1 register X,P at WH for TPS1
        A2 pack P add X
        A3 handover WH>PPK P
        B1 [A3] handover WH>PPK refused=P
    """
    chain = chain_of(text)
    assert chain.held_by == "WH" and codes(chain) == ["DISPUTED"]
    assert chain_of(text.replace("A3 handover WH>PPK P\n", "").replace("[A3]", "[A2]")).held_by == "WH"


def test_a_refusal_reads_the_same_in_any_order_of_arrival():
    text = START + "A3 handover WH>PPK X,Y\nB1 [A2] handover WH>PPK Y refused=X\nC1 [B1] handover WH>PPK2 X"
    events = list(ledger(text).values())
    chains = [read(shuffled) for shuffled in itertools.permutations(events)]
    assert all(chain == chains[0] for chain in chains)


def test_a_thing_without_a_readable_label_that_was_matched_moves_like_any_other():
    chain = chain_of(START + "A3 handover WH>PPK X v=2 how=matched print=none")
    assert chain.held_by == "PPK" and chain.links[-1].how == "matched" and codes(chain) == []


# --- condition and reserves -------------------------------------------------------------------------------------------


def test_a_damaged_item_that_is_drawn_back_to_a_store_is_settled():
    chain = chain_of(START + "A3 inspect X heavy\nA4 reassign X to WH")
    assert codes(chain) == ["DAMAGED"] and open_codes(chain) == []


def test_a_damaged_item_that_is_sent_to_another_station_is_still_damaged():
    assert open_codes(chain_of(START + "A3 inspect X missing\nA4 reassign X to TPS2")) == ["MISSING"]


def test_a_damaged_item_can_become_good_again():
    chain = chain_of(START + "A3 inspect X wet\nA4 inspect X good")
    assert open_codes(chain) == [] and chain.item.condition == "good"


# --- packs ------------------------------------------------------------------------------------------------------------

PACKED = "A1 register X,Y,P at WH for TPS1\nA2 pack P add X,Y\n"


def test_what_is_in_a_pack_leaves_it_when_it_is_opened():
    chain = chain_of(PACKED + "A3 pack P open X\nA4 handover WH>PPK P", "Y")
    assert chain.held_by == "WH"
    assert not chain.links[-1].is_seen  # the opening did not name it


def test_a_check_in_full_finds_what_is_not_there_and_what_should_not_be():
    text = PACKED + "A3 register Z at WH for TPS1\nA4 pack P check X,Z scope=full\nA5 handover WH>PPK P"
    assert codes(chain_of(text, "X")) == [] and chain_of(text, "X").held_by == "PPK"
    assert codes(chain_of(text, "Y")) == ["SHORTAGE"] and chain_of(text, "Y").held_by == "WH"
    assert codes(chain_of(text, "Z")) == ["EXCESS"] and chain_of(text, "Z").held_by == "PPK"


def test_a_sample_says_nothing_of_what_it_did_not_look_at():
    chain = chain_of(PACKED + "A3 pack P check X scope=sample\nA4 handover WH>PPK P", "Y")
    assert codes(chain) == [] and chain.held_by == "PPK"


def test_packing_into_a_set_for_another_station_is_found():
    text = "A1 register X at WH for TPS1\nA2 register P at WH for TPS2\nA3 register Q at WH for PPK\n"
    assert codes(chain_of(text + "A4 pack P add X")) == ["WRONG_DESTINATION"]
    assert codes(chain_of(text + "A4 pack Q add X")) == []


def test_packing_into_a_box_of_another_election_is_found():
    text = "A1 register X at WH for TPS1 election=DPRD2\nA2 register P at WH for TPS1 election=DPR\nA3 pack P add X"
    (finding,) = chain_of(text).findings
    assert finding.code == "WRONG_DESTINATION" and finding.values["election"] == "DPRD2"


def test_scanning_finds_an_item_of_an_election_that_its_destination_does_not_hold():
    needs = {
        ("box", "polling_station"): Need("box", "Kotak", "Box", "polling_station", 2, "buah", "item", ("DPR", "DPD"))
    }
    label = ItemLabel(code_of("X"), 1)

    def found(election: str | None, kind: str = "box") -> list[str]:
        item = Item(code_of("X"), kind, "TPS1", election=election, held_by="WH")
        return [f.code for f in judge_scan(item, label, PLACES, giver="WH", to="PPK", needs=needs)]

    assert found("DPRD2") == ["WRONG_DESTINATION"]
    assert found("DPD") == found(None) == found("DPRD2", "ink") == []


def test_an_obstacle_stands_in_the_chain_of_what_it_is_about():
    chain = chain_of(START + "A3 incident X")
    assert [link.event.type for link in chain.links] == ["register", "print", "incident"]
    assert codes(chain) == []


def test_who_acknowledged_a_handover_stands_in_its_last_part_and_not_in_what_replaces_it():
    signed = (Acknowledged("giver", "Made", "drawn", "0a" * 32), Acknowledged("receiver", "Sari", "pin"))
    touches = [Touch(code_of(letter), 1, "camera") for letter in "XYZ"] * 100
    events = handover_events(Handover("WH", "PPK", acknowledged=signed), touches, {}, bast="1")
    assert [len(new.fields["acknowledged"]) for new in events] == [0, 2]
    assert events[-1].fields["acknowledged"][1] == {"party": "receiver", "name": "Sari", "how": "pin", "digest": None}
    assert as_newest(events[-1].fields)["acknowledged"] == []
