"""Rows among each other: parents, circles, kinds, destinations and serial numbers."""

from pathlib import Path

from custody.plan.places import Need, Place
from tables.cells import Located, Source
from tables.check import check_items, check_needs, check_places
from tables.read import read_table
from tables.rows import ItemRow, parse_items, parse_needs, parse_places

HERE = Source("t.csv", {"parent": "induk", "code": "kode"})
THERE = Source("other.csv", {})


def rows(*values, source=HERE):
    return [Located(number, value, source) for number, value in enumerate(values, start=2)]


def told(faults):
    return [(fault.row, fault.column, str(fault)) for fault in faults]


def place(code, level, parent=None):
    return Place(code, code, level, parent)


def need(kind, level="polling_station", tracked_as="item"):
    return Need(kind, kind, kind, level, 1, "", tracked_as)


TREE = {p.code: p for p in (place("W", "warehouse"), place("D", "district", "W"), place("V", "village", "D"))}


def test_a_tree_with_several_tops_is_sound():
    tops = rows(place("W", "warehouse"), place("X", "warehouse", "W"), place("V1", "vendor"), place("DK1AB", "carrier"))
    assert check_places(tops, {}) == []
    assert check_places(rows(place("T", "polling_station", "V"), place("T2", "polling_station", "W")), TREE) == []


def test_parents_may_come_after_their_children():
    assert check_places(rows(place("D", "district", "W"), place("W", "warehouse")), {}) == []


def test_an_unknown_parent_is_named_where_it_stands():
    assert told(check_places(rows(place("T", "polling_station", "Q")), TREE)) == [
        (2, "induk", "no place has the code Q")
    ]


def test_only_tops_may_lack_a_parent():
    faults = told(check_places(rows(place("D2", "district"), place("W2", "warehouse")), TREE))
    assert [(row, column) for row, column, _ in faults] == [(2, "induk")]


def test_a_place_cannot_lie_under_its_own_level_or_a_vendor():
    faults = check_places(
        rows(place("D2", "district", "V"), place("V2", "village", "V"), place("V3", "village", "P")),
        {**TREE, "P": place("P", "vendor")},
    )
    assert [fault.row for fault in faults] == [2, 3, 4]


def test_a_circle_is_told_once_and_names_its_members():
    circle = rows(
        place("A", "warehouse", "C"),
        place("B", "warehouse", "A"),
        place("C", "warehouse", "B"),
        place("D", "district", "C"),
    )
    faults = told(check_places(circle, {}))
    assert [(row, column) for row, column, _ in faults] == [(2, "induk")]
    assert "A > C > B > A" in faults[0][2]


def test_a_place_under_itself_is_a_circle():
    assert "A > A" in told(check_places(rows(place("A", "warehouse", "A")), {}))[0][2]


def test_a_new_row_that_closes_a_circle_with_known_places_is_found():
    known = {"B": place("B", "warehouse", "A")}
    assert len(check_places(rows(place("A", "warehouse", "B")), known)) == 1


def test_a_code_in_two_files_is_told_with_both():
    both = rows(place("W", "warehouse")) + rows(place("W", "warehouse"), source=THERE)
    assert [str(fault) for fault in check_places(both, {})] == ["is the same as in row 2 of t.csv"]


def test_a_kind_is_tracked_in_one_way():
    assert check_needs(rows(need("seal", tracked_as="pack"), need("seal", "village", "pack"))) == []
    faults = check_needs(rows(need("seal", tracked_as="pack"), need("seal", "village", "item")))
    assert [(fault.row, fault.column) for fault in faults] == [(3, "tracked_as")]
    assert len(check_needs(rows(need("seal", "village", "item")), [need("seal", tracked_as="pack")])) == 1
    assert check_needs(rows(need("seal", tracked_as="item")), [need("seal", tracked_as="pack")]) == []


def test_items_of_unknown_kinds_destinations_and_holders_are_all_told():
    items = rows(ItemRow(None, "crown", "Q", held_by="NOBODY"), ItemRow(None, "box", "V", held_by="DK8123AB"))
    faults = check_items(items, TREE, [need("box")])
    assert [(fault.row, fault.column) for fault in faults] == [(2, "kind"), (2, "to"), (2, "held_by")]


def test_what_is_tracked_piece_by_piece_has_no_quantity():
    assert [f.column for f in check_items(rows(ItemRow(None, "box", "V", quantity=5)), TREE, [need("box")])] == [
        "quantity"
    ]


def test_one_serial_number_in_two_packs_is_told():
    ranges = [("A", 1, 90), ("A", 10, 20), ("A", 80, 95), ("B", 1, 30), ("A", 96, 99)]
    packs = rows(*(ItemRow(None, "seal", "V", None, None, 1, *ends, 4) for ends in ranges))
    faults = check_items(packs, TREE, [need("seal", tracked_as="pack")])
    assert [(fault.row, fault.column) for fault in faults] == [(3, "first"), (4, "first")]
    assert "A0001-A0090" in str(faults[0])


def test_the_buleleng_example_is_sound_in_itself():
    folder = Path(__file__).parents[2] / "examples" / "buleleng"
    place_rows, _ = parse_places(read_table(folder / "places.csv"))
    need_rows, _ = parse_needs(read_table(folder / "needs.csv"))
    item_rows, faults = parse_items(read_table(folder / "seal-packs.csv"))
    places = {row.value.code: row.value for row in place_rows}
    needs = [row.value for row in need_rows]
    assert faults + check_places(place_rows, {}) + check_needs(need_rows) + check_items(item_rows, places, needs) == []
    per_place = {need.kind: need.per_place for need in needs}
    assert item_rows
    assert all(row.value.quantity == per_place[row.value.kind] for row in item_rows)
    assert {places[row.value.to].parent for row in item_rows} == {"51.08.06.1024"}
