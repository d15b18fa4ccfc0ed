"""What goes astray into another electoral district (dapil) is told with both districts by name."""

from dataclasses import replace

import pytest

from custody.chain.findings import judge_scan
from custody.compose.compose import Handover
from custody.format.codes import ItemLabel
from custody.format.item_facts import Item
from custody.plan.places import Place, dapil_of
from db.store import Store
from services.plan.planning import record_plan
from tests.support.custody_notation import PLACES, chain_of, code_of, codes
from tests.support.judged import judge_scanned
from tests.support.ledger_examples import PLACES as TREE
from tests.support.ledger_examples import TPS, boxes, cache_of, planned_station

REGISTERED = "A1 register X at WH for TPS1\n"
TRUCK = "DK8123AB"


def in_districts(**named: str) -> dict[str, Place]:
    return PLACES | {code: replace(PLACES[code], dapil=dapil) for code, dapil in named.items()}


def told(text: str, places: dict[str, Place]) -> list[str]:
    """The districts that the wrong destinations name: what it is for, and where it was handed."""
    chain = chain_of(text, places=places)
    assert set(codes(chain)) <= {"WRONG_DESTINATION"}
    return [f"{f.values['dapil']} / {f.values['other_dapil']}" for f in chain.findings if "dapil" in f.values]


TWO = in_districts(PPK="Sawan 4", PPK2="Seririt 5")


def test_a_district_holds_for_all_below_until_one_names_another():
    places = in_districts(PPK="Sawan 4", PPS="Sawan 6")
    assert [dapil_of(places, code) for code in ("WH", "PPK", "PPS", "TPS1", "PPK2", "NOWHERE")] == [
        None,
        "Sawan 4",
        "Sawan 6",
        "Sawan 6",
        None,
        None,
    ]


@pytest.mark.parametrize("to", ["PPK2", "PPS2", "TPS9"])
def test_a_box_handed_into_another_district_is_told_with_both(to):
    assert told(REGISTERED + f"A2 handover WH>{to} X", TWO) == ["Sawan 4 / Seririt 5"]


def test_it_is_told_at_scanning_too_in_both_names():
    box = Item(code_of("X"), "box", "TPS1", held_by="WH")
    (found,) = judge_scan(box, ItemLabel(box.code, 1), TWO, giver="WH", to="PPS2")
    assert found.code == "WRONG_DESTINATION"
    assert "TPS 1 (PPS Jagaraga) in the electoral district Sawan 4, not for PPS Banjar" in str(found)
    assert str(found).endswith("in Seririt 5")


def test_a_truck_is_in_the_districts_that_it_goes_to():
    def by_truck(bound: str) -> list[str]:
        return told(REGISTERED + f"A2 handover WH>{TRUCK} X bound={bound}", TWO)

    assert by_truck("PPK2,PPS2") == ["Sawan 4 / Seririt 5"]
    assert by_truck("PPK2,PPK") == []


def test_what_is_packed_into_a_set_of_another_district_is_told_with_both():
    text = REGISTERED + "A2 register P at WH for TPS9 kind=set\nA3 pack P add X"
    assert told(text, TWO) == ["Sawan 4 / Seririt 5"]
    assert told(text, PLACES) == []


def test_astray_within_one_district_or_where_one_is_not_known_names_no_district():
    astray = REGISTERED + "A2 handover WH>TPS9 X"
    for places in (
        PLACES,
        in_districts(PPK="Sawan 4"),
        in_districts(PPK2="Seririt 5"),
        in_districts(PPK="Sawan  4", PPK2="SAWAN 4"),
    ):
        assert codes(chain_of(astray, places=places)) == ["WRONG_DESTINATION"]
        assert told(astray, places) == []


def test_the_right_way_through_a_committee_of_two_districts_is_no_fault():
    text = REGISTERED + "A2 handover WH>PPK X\nA3 handover PPK>PPS X\nA4 handover PPS>TPS1 X"
    assert codes(chain_of(text, places=in_districts(PPK="Sawan 4", PPS="Sawan 6"))) == []


def loaded(store: Store) -> None:
    named = {"51.08.01": "Contoh 4", "51.08.02": "Contoh 5"}
    changed = [replace(place, dapil=named[place.code]) for place in TREE if place.code in named]
    record_plan(store, changed, [], source="places.csv", digest="0" * 64)


def test_a_ledger_keeps_the_districts_of_its_plan_and_judges_by_them(url: str) -> None:
    with planned_station(url) as store:
        [code] = boxes(store, 1, TPS[0])
        assert store.state.places["51.08.01"].dapil is None
        loaded(store)
        before = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == before
        assert dapil_of(store.state.places, TPS[0]) == "Contoh 4"
        _item, found = judge_scanned(store, ItemLabel(code, 1), Handover("51.08", "51.08.02"))
        assert [(f.code, f.values["dapil"], f.values["other_dapil"]) for f in found] == [
            ("WRONG_DESTINATION", "Contoh 4", "Contoh 5")
        ]
