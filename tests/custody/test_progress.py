"""How far the supplies of a regency have come."""

from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.journey import holders_since, journey, moves_of
from custody.measures.progress import ProgressRow, StockGroup, StockSums, progress
from custody.plan.places import Place, Ways, below
from tests.support.custody_notation import PLACES as SMALL
from tests.support.custody_notation import chain_of
from tests.support.report_examples import PLACES, PPK, PPS, TPS, TRUCK, WAREHOUSE

OTHER_TPS = "51.08.06.1010.015"


def by_place(rows: list[ProgressRow], kind: str = "box") -> dict[str, tuple[int, int, int, int]]:
    return {row.place.code: (row.registered, row.labelled, row.sent, row.arrived) for row in rows if row.kind == kind}


def group(
    held_by: str, count: int = 5, *, to: str = TPS, kind: str = "box", labelled: int = 0, sent: int = 0
) -> StockGroup:
    return StockGroup(to, kind, held_by, count, labelled, sent)


def test_what_is_bound_for_a_polling_station_counts_for_its_village_district_and_the_total():
    rows = by_place(progress([group(WAREHOUSE, 5, labelled=3)], PLACES))
    assert rows == {WAREHOUSE: (5, 3, 0, 0), PPK: (5, 3, 0, 0), PPS: (5, 3, 0, 0)}


def test_on_a_truck_it_is_sent_and_has_arrived_nowhere():
    assert by_place(progress([group(TRUCK, 5, labelled=5, sent=5)], PLACES))[PPK] == (5, 5, 5, 0)


def test_at_the_district_it_has_arrived_there_and_for_the_total_but_not_at_the_village():
    rows = by_place(progress([group(PPK, 5, sent=5)], PLACES))
    assert [rows[code][3] for code in (WAREHOUSE, PPK, PPS)] == [5, 5, 0]


def test_straight_to_the_polling_station_it_has_arrived_at_all_that_lie_above():
    rows = by_place(progress([group(TPS, 5, sent=5)], PLACES))
    assert [rows[code][3] for code in (WAREHOUSE, PPK, PPS)] == [5, 5, 5]


def test_what_lies_at_another_district_has_not_arrived():
    rows = by_place(progress([group("51.08.06", 5, sent=5)], PLACES))
    assert [rows[code][3] for code in (WAREHOUSE, PPK, PPS)] == [0, 0, 0]


def test_what_was_delivered_and_came_back_stays_arrived_everywhere_on_its_way():
    for holder in (PPS, PPK, TRUCK, WAREHOUSE):
        back = StockGroup(TPS, "box", holder, 5, 5, 5, before=(PPK, PPS, TPS, WAREHOUSE))
        assert [by_place(progress([back], PLACES))[code] for code in (WAREHOUSE, PPK, PPS)] == [(5, 5, 5, 5)] * 3


def test_what_turned_round_before_it_was_delivered_has_arrived_only_where_it_is():
    turned = StockGroup(TPS, "box", PPK, 5, 5, 5, before=(PPS, WAREHOUSE))
    assert [by_place(progress([turned], PLACES))[code][3] for code in (WAREHOUSE, PPK, PPS)] == [5, 5, 0]


def test_stock_of_the_last_election_has_not_arrived_for_the_next_one():
    last = """
        A1 register X at WH for TPS1
        A2 handover WH>TPS1 X
        A3 handover TPS1>WH X
        A4 reassign X to WH
    """
    assert holders_since(chain_of(last)) == ("WH",)
    again = chain_of(last + "A5 reassign X to TPS1")
    assert journey(again, Ways(SMALL)).there == frozenset()
    brought = chain_of(last + "A5 reassign X to TPS1\nA6 handover WH>TPS1 X\nA7 handover TPS1>PPS X")
    assert holders_since(brought) == ("WH", "TPS1", "PPS")
    assert journey(brought, Ways(SMALL)).there == {"PPK", "PPS", "TPS1"}


STEPS = st.sampled_from(["WH", "PPK", "PPS", "TPS1", "TPS2", "PPK2", "to TPS1", "to PPS", "to WH"])


@given(st.lists(STEPS, max_size=7))
@example(["PPK", "WH"])
def test_progress_and_the_clock_agree_where_a_thing_has_arrived(steps: list[str]):
    lines, holder = ["A1 register X at WH for TPS1"], "WH"
    for step in steps:
        to = step.removeprefix("to ")
        if to != step:
            lines.append(f"A{len(lines) + 1} reassign X {step}")
        elif to != holder:
            lines.append(f"A{len(lines) + 1} handover {holder}>{to} X")
            holder = to
    chain, ways = chain_of("\n".join(lines)), Ways(SMALL)
    sums, way = StockSums(ways), journey(chain, ways)
    assert chain.item is not None
    sent, before = int(moves_of(chain) > 0), holders_since(chain)[:-1]
    sums.add(StockGroup(chain.item.to, "box", chain.held_by, 1, 0, sent, before))
    assert {code for code, amounts in sums.amounts.items() if amounts.there and code != "WH"} == way.there - {"WH"}
    first = way.way[0].code
    assert bool(sums.amounts["WH"].there) == (first in way.there)
    assert holder != "WH" or not any(amounts.on_the_way for amounts in sums.amounts.values()), "it is back in the store"


def test_a_reserve_bound_for_the_warehouse_itself_has_arrived_when_it_is_there():
    rows = by_place(progress([group(WAREHOUSE, 7, to=WAREHOUSE), group("V-01", 2, to=WAREHOUSE)], PLACES))
    assert rows == {WAREHOUSE: (9, 0, 0, 7)}


def test_rows_follow_the_tree_and_kinds_are_apart():
    groups = [group(WAREHOUSE, to=OTHER_TPS), group(WAREHOUSE, kind="ink"), group(WAREHOUSE)]
    rows = [(row.place.code, row.kind) for row in progress(groups, PLACES)]
    assert rows == [
        (WAREHOUSE, "box"),
        (WAREHOUSE, "ink"),
        (PPK, "box"),
        (PPK, "ink"),
        (PPS, "box"),
        (PPS, "ink"),
        ("51.08.06", "box"),
        ("51.08.06.1010", "box"),
    ]


def test_a_destination_that_the_tree_does_not_have_is_not_lost():
    rows = progress([group(WAREHOUSE, 3, to="51.99.01")], PLACES)
    assert rows == [ProgressRow(Place("51.99.01", "51.99.01", "unknown"), "box", 3, 0, 0, 0, pieces=3)]


def test_nothing_registered_gives_no_rows():
    assert progress([], PLACES) == []


def test_a_walk_below_a_place_ends_where_places_lie_in_a_circle():
    circle = {"A": Place("A", "A", "district", "B"), "B": Place("B", "B", "village", "A")}
    assert [place.code for place in below(circle, "A")] == ["A", "B"]
