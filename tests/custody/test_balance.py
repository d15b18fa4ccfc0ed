"""Shortage and surplus: who has what a place lacks, nearest first; recorded as new destinations, moved by a scan."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.format.item_facts import Item
from custody.plan.balance import balance
from custody.plan.places import Need, Place

PLACES = {
    place.code: place
    for place in [
        Place("W", "Gudang", "warehouse"),
        Place("TRUCK", "Truk", "carrier"),
        *(Place(f"W.{d}", f"PPK {d}", "district", "W") for d in (1, 2)),
        *(Place(f"W.{d}.{v}", f"PPS {d}{v}", "village", f"W.{d}") for d in (1, 2) for v in (1, 2)),
        *(
            Place(f"W.{d}.{v}.{t}", f"TPS {t}", "polling_station", f"W.{d}.{v}")
            for d in (1, 2)
            for v in (1, 2)
            for t in (1, 2)
        ),
    ]
}
TPS = [code for code, place in PLACES.items() if place.level == "polling_station"]
BOOTH = Need("booth", "Bilik", "Booth", "polling_station", 4, "buah", "item")
BOX = Need("box", "Kotak", "Box", "polling_station", 2, "buah", "item", ("DPR", "DPD"))
SEAL = Need("seal", "Segel", "Seal", "polling_station", 10, "buah", "pack")


def booths(counts: dict[str, int], *, to: str = "", **more: object) -> list[Item]:
    """So many booths in the hands of each place."""
    return [
        Item(f"{place}-{k}", "booth", to or place, k=k, n=count, held_by=place, **more)  # type: ignore[arg-type]
        for place, count in counts.items()
        for k in range(1, count + 1)
    ]


def full(*apart: str) -> dict[str, int]:
    return {place: 4 for place in TPS if place not in apart}


def ways(items: list[Item], needs: list[Need] | None = None, **more: object) -> Counter[tuple[str, str]]:
    found = balance(items, PLACES, needs or [BOOTH], **more)  # type: ignore[arg-type]
    return Counter((move.giver, move.to) for move in found.moves)


def test_what_is_over_next_door_makes_up_for_what_is_short_as_in_bantul_2024():
    """Ten short at one polling station, ten over at its neighbour."""
    ten = Need("booth", "Bilik", "Booth", "polling_station", 14, "buah", "item")
    counts = dict.fromkeys(TPS, 14) | {"W.1.1.1": 4, "W.1.1.2": 24}
    found = balance(booths(counts), PLACES, [ten])
    assert Counter((move.giver, move.to) for move in found.moves) == {("W.1.1.2", "W.1.1.1"): 10}
    assert [(row.place, row.short, row.over) for row in found.standings] == [("W.1.1.1", 10, 0), ("W.1.1.2", 0, 10)]
    assert found.uncovered == {} and all(not move.is_reassigned for move in found.moves)


def test_the_nearest_gives_first_and_what_nobody_has_stays_short():
    counts = full("W.1.1.1") | {"W.2.2.2": 9, "W.1.2.1": 5, "W.1.1.2": 5}
    found = balance(booths(counts), PLACES, [BOOTH])
    assert Counter((move.giver, move.to) for move in found.moves) == {
        ("W.1.1.2", "W.1.1.1"): 1,
        ("W.1.2.1", "W.1.1.1"): 1,
        ("W.2.2.2", "W.1.1.1"): 2,
    }
    found = balance(booths(full("W.1.1.1") | {"W.1.1.2": 5}), PLACES, [BOOTH])
    assert found.uncovered == {("W.1.1.1", "booth", None): 3}


def test_a_neighbour_is_not_emptied_for_one_further_away():
    """Both lack one; the one surplus stays in its own village, whichever comes first by its code."""
    counts = full() | {"W.1.1.1": 3, "W.2.1.1": 3, "W.2.1.2": 5}
    assert ways(booths(counts)) == {("W.2.1.2", "W.2.1.1"): 1}


def test_a_store_s_reserve_is_given_before_what_a_neighbour_has_and_one_bound_elsewhere_goes_home():
    reserve = booths({"W.1.1": 1}, to="W")
    assert ways([*booths(full() | {"W.1.1.1": 3, "W.1.1.2": 5}), *reserve]) == {("W.1.1", "W.1.1.1"): 1}
    lost = Item("astray", "booth", "W.1.1.1", held_by="W.1.1.2")
    found = balance([*booths(full() | {"W.1.1.1": 3}), lost], PLACES, [BOOTH])
    assert [(move.item.code, move.is_reassigned) for move in found.moves] == [("astray", True)]


def test_what_is_on_the_way_counts_and_what_is_damaged_does_not():
    on_truck = Item("x", "booth", "W.1.1.1", held_by="TRUCK")
    assert ways([*booths(full() | {"W.1.1.1": 3, "W.1.1.2": 5}), on_truck]) == {}
    wet = Item("y", "booth", "W.1.1.1", held_by="W.1.1.1", condition="wet")
    assert ways([*booths(full() | {"W.1.1.1": 3, "W.1.1.2": 5}), wet]) == {("W.1.1.2", "W.1.1.1"): 1}
    broken = Item("z", "booth", "W", held_by="W.1.1", condition="heavy")
    assert ways([*booths(full() | {"W.1.1.1": 3}), broken]) == {}


def test_elections_are_not_mixed():
    boxes = [
        Item(f"{place}{name}", "box", place, election=name, held_by=place) for place in TPS for name in ("DPR", "DPD")
    ]
    boxes = [box for box in boxes if box.code != "W.1.1.1DPR"]
    extra = Item("extra", "box", "W.1.1.2", election="DPD", held_by="W.1.1.2")
    found = balance([*boxes, extra], PLACES, [BOX])
    assert found.moves == () and found.uncovered == {("W.1.1.1", "box", "DPR"): 1}
    assert ways([*boxes, Item("e", "box", "W.1.1.2", election="DPR", held_by="W.1.1.2")], [BOX]) == {
        ("W.1.1.2", "W.1.1.1"): 1
    }


def test_packs_move_whole_and_kinds_that_nobody_registered_are_left_out():
    packs = [Item(place, "seal", place, quantity=10, held_by=place) for place in TPS if place != "W.1.1.1"]
    assert balance(booths(full()), PLACES, [BOOTH, SEAL]).standings == ()
    large = Item("large", "seal", "W.1.1.2", quantity=25, held_by="W.1.1.2")
    small = Item("small", "seal", "W.1.1.2", quantity=8, held_by="W.1.1.2")
    found = balance([*packs, large, small], PLACES, [SEAL])
    assert sum(move.item.quantity for move in found.moves) >= 10 and found.uncovered == {}
    only = [pack for pack in packs if pack.code != "W.1.1.2"] + [Item("l", "seal", "W.1.1.2", quantity=12, held_by="W")]
    assert balance(only, PLACES, [SEAL]).moves == ()  # two too many, and no pack of two


def test_only_what_lies_below_the_place_is_helped_from_anywhere():
    counts = full() | {"W.1.1.1": 3, "W.2.1.1": 3, "W.2.2.2": 9}
    assert ways(booths(counts), under="W.1") == {("W.2.2.2", "W.1.1.1"): 1}


items = st.builds(
    Item,
    code=st.uuids().map(str),
    kind=st.sampled_from(["booth", "box"]),
    to=st.sampled_from([*TPS, "W"]),
    k=st.integers(1, 9),
    election=st.sampled_from([None, "DPR", "DPD"]),
    held_by=st.sampled_from([*PLACES, "DK8123AB"]),
    condition=st.sampled_from(["good", "good", "good", "light"]),
)


@given(st.lists(items, max_size=60), st.randoms(use_true_random=False))
def test_moves_never_take_what_a_place_needs_nor_give_it_more_than_it_lacks(some, dice):
    found = balance(some, PLACES, [BOOTH, BOX])
    dice.shuffle(some)
    assert balance(some, PLACES, [BOOTH, BOX]) == found
    rows = {(row.place, row.kind, row.election): row for row in found.standings}
    taken, given_ = Counter(), Counter()
    for move in found.moves:
        assert move.item.condition == "good" and move.giver != move.to
        by = rows[
            move.giver,
            move.item.kind,
            next(row.election for row in rows.values() if row.place == move.giver and move.item in row.spare),
        ]
        taken[by.place, by.kind, by.election] += 1
        given_[move.to, by.kind, by.election] += 1
    assert len({move.item.code for move in found.moves}) == len(found.moves)
    assert all(count <= rows[key].over for key, count in taken.items())
    for key, row in rows.items():
        assert given_[key] + found.uncovered.get(key, 0) == row.short
        if found.uncovered.get(key):  # nobody has it any more
            assert all(taken[k] == r.over for k, r in rows.items() if k[1:] == key[1:])


# --- at the terminal --------------------------------------------------------------------------------------------------


def test_the_balance_is_told_recorded_and_then_waits_for_the_handover(station, tmp_path):
    here, there = "51.08.01.2001.001", "51.08.01.2001.002"
    booths_here, booths_there = (station.codes("--to", place, "--kind", "booth") for place in (here, there))
    station.give([*booths_here[:3], *booths_there], "51.08", "51.08.01.2001")
    station.give(booths_here[:3], "51.08.01.2001", here)
    station.give(booths_there, "51.08.01.2001", there)
    assert station("inspect", booths_here[3], "--condition", "heavy").code == 0
    claimed = station("reassign", booths_here[2], "--to", there, "--reason", "wrongly packed")
    assert claimed.code == 0 and "now bound for TPS 002 Patas" in claimed.out
    station.give([booths_here[2]], here, there)
    told = station("balance", "--json").json
    assert [(m["from"], m["to"], m["reassigned"]) for m in told["moves"]] == [(there, here, 0)]
    assert [(row["place"], row["short"], row["uncovered"]) for row in told["rows"] if row["short"]] == [(here, 2, 1)]
    assert "TPS 001 Patas" in station("balance", "--place", "51.08.01", "--kind", "booth").out
    assert "nothing stays short" in station("balance", "--place", "51.08.02").out.lower()
    for suffix in ("pdf", "xlsx", "csv", "json"):
        assert station("balance", "--out", tmp_path / f"b.{suffix}").code == 0
    done = station("balance", "--do", "--reason", "evened out")
    assert done.code == 0 and "new destinations; things: 1." in done.out and f"{there} > {here}: 1" in done.out
    (code,) = [move["code"] for move in station("balance", "--json").json["moves"]]
    assert station("balance", "--json").json["moves"][0]["reassigned"] == 1
    before = station.event_count()
    assert station("balance", "--do").code == 0 and station.event_count() == before
    assert station.give([code], there, here).json["findings"] == []
    assert station("balance", "--json").json["moves"] == []
    chain = station("custody", code, "--json").json
    assert chain["to"] == here and [link["type"] for link in chain["chain"]][-2:] == ["reassign", "handover"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("reassign", "CODE", "--to", "51.99", "--reason", "x"), "no place 51.99"),
        (("reassign", "CODE", "--to", "DK 8123 AB", "--reason", "x"), "no place that things are bound for"),
        (("reassign", "CODE", "--to", "51.08.01.2001.001", "--reason", "x"), "bound for TPS 001 Patas"),
        (("reassign", "CODE", "--to", "51.08", "--reason", " "), "says nothing"),
        (("reassign", "7Q2M9X4T5B8C7", "--to", "51.08", "--reason", "x"), "nothing was recorded"),
        (("balance", "--reason", "x"), "goes with --do alone"),
        (("balance", "--place", "51.99", "--do"), "no place 51.99"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(station, args, told):
    code = station.codes("--to", "51.08.01.2001.001")[0]
    before = station.event_count()
    ran = station(*(code if arg == "CODE" else arg for arg in args))
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert station.event_count() == before
