"""How far the supplies of a regency have come."""

from report_examples import PLACES, PPK, PPS, TPS, TRUCK, WAREHOUSE

from custody.places import Place, below
from custody.progress import ProgressRow, StockGroup, progress

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


def test_a_reserve_bound_for_the_warehouse_itself_has_arrived_when_it_is_there():
    rows = by_place(progress([group(WAREHOUSE, 7, to=WAREHOUSE), group("V-01", 2, to=WAREHOUSE)], PLACES))
    assert rows == {WAREHOUSE: (9, 0, 0, 7)}


def test_rows_follow_the_tree_and_kinds_are_apart():
    groups = [group(WAREHOUSE, to=OTHER_TPS), group(WAREHOUSE, kind="ink"), group(WAREHOUSE)]
    rows = [(row.place.code, row.kind) for row in progress(groups, PLACES)]
    assert rows == [
        (WAREHOUSE, "box"), (WAREHOUSE, "ink"), (PPK, "box"), (PPK, "ink"), (PPS, "box"), (PPS, "ink"),
        ("51.08.06", "box"), ("51.08.06.1010", "box"),
    ]  # fmt: skip


def test_a_destination_that_the_tree_does_not_have_is_not_lost():
    rows = progress([group(WAREHOUSE, 3, to="51.99.01")], PLACES)
    assert rows == [ProgressRow(Place("51.99.01", "51.99.01", "unknown"), "box", 3, 0, 0, 0)]


def test_nothing_registered_gives_no_rows():
    assert progress([], PLACES) == []


def test_a_walk_below_a_place_ends_where_places_lie_in_a_circle():
    circle = {"A": Place("A", "A", "district", "B"), "B": Place("B", "B", "village", "A")}
    assert [place.code for place in below(circle, "A")] == ["A", "B"]
