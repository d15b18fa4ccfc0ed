"""Where an item goes, when, and in what condition: WRONG_DESTINATION, LATE, LATE_ENTRY, CLOCK, DAMAGED, MISSING."""

import pytest

from tests.support.custody_notation import PLACES, chain_of, codes, ledger, open_codes, read

REGISTERED = "A1 register X at WH for TPS1\n"
TRUCK = "DK8123AB"


def test_the_way_down_to_the_destination_is_right():
    text = "A2 handover WH>PPK X\nA3 handover PPK>PPS X\nA4 handover PPS>TPS1 X"
    assert codes(chain_of(REGISTERED + text)) == []


def test_a_place_beside_the_way_is_a_wrong_destination():
    for place in ("PPK2", "TPS2", "TPS9"):
        chain = chain_of(REGISTERED + f"A2 handover WH>{place} X")
        assert open_codes(chain) == ["WRONG_DESTINATION"]


def test_the_way_back_up_is_never_astray_or_late():
    text = """
        A2 handover WH>TPS1 X at=06:30
        A3 handover TPS1>PPS X at=22:00
        A4 handover PPS>PPK X at=22:30
        A5 handover PPK>WH X at=23:00
    """
    assert codes(chain_of(REGISTERED + text)) == []


def test_a_carrier_is_astray_when_it_goes_nowhere_that_the_item_is_bound_for():
    assert open_codes(chain_of(REGISTERED + f"A2 handover WH>{TRUCK} X bound=PPK2")) == ["WRONG_DESTINATION"]
    assert codes(chain_of(REGISTERED + f"A2 handover WH>{TRUCK} X bound=PPK2,PPS")) == []
    assert codes(chain_of(REGISTERED + f"A2 handover WH>{TRUCK} X")) == []


def test_a_wrong_destination_closes_when_it_is_put_right():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK2 X\nA3 handover PPK2>PPK X")
    assert codes(chain) == ["WRONG_DESTINATION"]
    assert open_codes(chain) == []


def test_a_truck_does_not_put_it_right():
    chain = chain_of(REGISTERED + f"A2 handover WH>PPK2 X\nA3 handover PPK2>{TRUCK} X bound=PPK")
    assert open_codes(chain) == ["WRONG_DESTINATION"]


def test_a_new_destination_holds_from_then_on():
    chain = chain_of(REGISTERED + "A2 reassign X to TPS9\nA3 handover WH>TPS9 X")
    assert codes(chain) == []
    assert chain.item.to == "TPS9"


def test_reassigning_to_where_it_stands_puts_it_right():
    chain = chain_of(REGISTERED + "A2 handover WH>TPS9 X\nA3 reassign X to TPS9")
    assert codes(chain) == ["WRONG_DESTINATION"]
    assert open_codes(chain) == []


def test_reassigning_elsewhere_does_not_put_it_right():
    chain = chain_of(REGISTERED + "A2 handover WH>TPS9 X\nA3 reassign X to TPS2")
    assert open_codes(chain) == ["WRONG_DESTINATION"]


def test_a_destination_or_receiver_that_the_tree_lacks_is_not_judged():
    assert codes(chain_of("A1 register X at WH for NOWHERE\nA2 handover WH>PPK X")) == []
    assert codes(chain_of(REGISTERED + "A2 handover WH>NOWHERE X")) == []
    assert codes(chain_of(REGISTERED + "A2 handover WH>VENDOR X")) == []


def test_no_tree_means_no_findings_about_ways_and_times():
    assert codes(chain_of(REGISTERED + "A2 handover WH>TPS9 X at=23:00", places=None)) == []


def test_what_arrives_after_it_was_due_is_late_and_closed():
    chain = chain_of(REGISTERED + "A2 handover WH>TPS1 X at=18:01")
    assert codes(chain) == ["LATE"]
    assert open_codes(chain) == []


def test_on_time_to_the_second_is_not_late():
    due = PLACES["TPS1"].due
    assert codes(chain_of(REGISTERED + f"A2 handover WH>TPS1 X at={due}")) == []
    assert codes(chain_of(REGISTERED + f"A2 handover WH>TPS1 X at={due[:-1]}.000Z")) == []
    assert codes(chain_of(REGISTERED + f"A2 handover WH>TPS1 X at={due[:-1]}.001Z")) == ["LATE"]


def test_what_was_keyed_in_later_is_judged_by_when_it_happened():
    chain = chain_of(REGISTERED + "A2 handover WH>TPS1 X at=20:00 occurred=17:00")
    assert codes(chain) == ["LATE_ENTRY"]
    assert open_codes(chain) == []
    late = chain_of(REGISTERED + "A2 handover WH>TPS1 X at=20:00 occurred=19:00")
    assert sorted(codes(late)) == ["LATE", "LATE_ENTRY"]


def test_what_has_not_arrived_when_due_is_late_and_open():
    text = REGISTERED + "A2 handover WH>PPK X"
    assert codes(chain_of(text, as_of="2026-11-20T18:00:00Z")) == []
    assert open_codes(chain_of(text, as_of="2026-11-20T18:00:00.5Z")) == ["LATE"]
    assert codes(chain_of(text + "\nA3 handover PPK>TPS1 X", as_of="2026-11-21T00:00:00Z")) == []


def test_what_arrived_and_went_back_up_has_arrived():
    text = REGISTERED + "A2 handover WH>TPS1 X\nA3 handover TPS1>WH X"
    assert codes(chain_of(text, as_of="2026-12-01T00:00:00Z")) == []


def test_a_clock_that_went_back_between_records_of_one_station_is_found():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X at=07:00\nA3 handover PPK>PPS X at=06:59")
    assert open_codes(chain) == ["CLOCK"]
    assert chain.findings[0].item == chain.code


@pytest.mark.parametrize(
    "record",
    [
        "print X 1",
        "seal X apply S1",
        "inspect X light",
        "pack Y add X",
        "reassign X to TPS2",
        "void X 1 lost",
        "incident X",
        "handover WH>PPK X",
    ],
)
def test_a_clock_that_went_back_is_told_at_whatever_record_of_the_item_came_then(record: str):
    text = REGISTERED.replace("A1 register X", "A1 register X,Y")
    honest, back = (ledger(text + f"\nA2 {record} at={at}") for at in ("06:00", "05:59"))
    assert "CLOCK" not in codes(read(honest.values()))
    chain = read(back.values())
    told = [finding for finding in chain.findings if finding.code == "CLOCK"]
    assert [(one.leaf, one.also) for one in told] == [(back["A2"].leaf, (back["A1"].leaf,))]
    assert [one for one in chain.listed if one.code == "CLOCK"] == (told if record.startswith("handover") else [])


def test_clocks_of_two_stations_may_differ():
    assert codes(chain_of(REGISTERED + "A2 handover WH>PPK X at=07:00\nB1 [A2] handover PPK>PPS X at=06:00")) == []


def test_fractions_of_a_second_are_compared_as_time():
    early, late = "2026-11-20T06:00:26Z", "2026-11-20T06:00:26.123Z"
    assert codes(chain_of(REGISTERED + f"A2 handover WH>PPK X at={early}\nA3 handover PPK>PPS X at={late}")) == []
    assert codes(chain_of(REGISTERED + f"A2 handover WH>PPK X at={late}\nA3 handover PPK>PPS X at={early}")) == [
        "CLOCK"
    ]


def test_damage_stays_open_until_the_item_is_found_good():
    for condition in ("light", "heavy", "wet"):
        chain = chain_of(REGISTERED + f"A2 inspect X {condition}")
        assert open_codes(chain) == ["DAMAGED"]
        assert chain.item.condition == condition
    mended = chain_of(REGISTERED + "A2 inspect X wet\nA3 inspect X good")
    assert codes(mended) == ["DAMAGED"]
    assert open_codes(mended) == []


def test_missing_parts_stay_missing_when_it_is_found_wet():
    assert open_codes(chain_of(REGISTERED + "A2 inspect X missing\nA3 inspect X wet")) == ["MISSING", "DAMAGED"]
    assert open_codes(chain_of(REGISTERED + "A2 inspect X missing\nA3 inspect X good")) == []


def test_a_second_look_replaces_the_first():
    chain = chain_of(REGISTERED + "A2 inspect X light\nA3 inspect X heavy")
    assert codes(chain) == ["DAMAGED", "DAMAGED"]
    assert open_codes(chain) == ["DAMAGED"]
