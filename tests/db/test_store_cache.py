"""The cache is what a fold of all events says, whatever happened; and what is asked of it is answered exactly."""

import copy
import random
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from custody.chain.chain import custody, folded, likeness
from custody.compose.compose import Handover, Touch
from custody.errors import CustodyError
from custody.format.events import Event
from custody.format.item_facts import Item, SerialRange
from custody.plan.places import Need, Place, below
from db.state.item_rows import ItemRow, row_like, row_of
from db.state.plan_counts import serial_ranges
from db.state.queries import standing_links
from db.store import Store
from services.plan.planning import record_plan
from services.plan.registering import register_items
from services.records.label_prints import record_prints
from services.scanning.handover_context import expected_now
from tests.support.custody_notation import code_of, ledger
from tests.support.judged import judge_handover
from tests.support.ledger_examples import (
    PLACES,
    TPS,
    TRUCK,
    WAREHOUSE,
    all_events,
    boxes,
    cache_of,
    give,
    planned_station,
)
from tests.support.ledger_histories import EVERY_KIND, STEPS, History

TREE = {place.code: place for place in PLACES}


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=STEPS)
@example(steps=[(kind, random.Random(seed)) for seed, kind in enumerate(EVERY_KIND)])
@example(
    steps=[
        (kind, random.Random(7)) for kind in ("register", "pack", "handover", "correct", "correct", "unpack", "correct")
    ]
)
def test_whatever_happened_the_cache_is_the_fold_of_all_events_and_a_rebuild_changes_nothing(fresh_url, steps) -> None:
    with planned_station(fresh_url()) as store:
        history = History(store)
        for kind, dice in steps:
            try:
                history.step(kind, dice)
            except CustodyError:  # refused, as a store may: then nothing of it may be left
                assert store.ledger.event_count() == len(all_events(store))
        agrees_with_the_fold(store, history.codes)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=4))
def test_longer_histories_leave_the_cache_equal_to_the_fold(sqlite_url, steps) -> None:
    with planned_station(sqlite_url()) as store:
        history = History(store)
        for kind, dice in [step for some in steps for step in some]:
            try:
                history.step(kind, dice)
            except CustodyError:
                continue
        agrees_with_the_fold(store, history.codes)


def agrees_with_the_fold(store: Store, codes: list[str]) -> None:
    events = all_events(store)
    cached = store.state.items_of(codes)
    latest = store.state.latest(codes)
    for code in codes:
        whole = custody(code, events)
        assert cached.get(code) == whole.item
        assert custody(code, store.state.families.of([code])[code]) == whole
        links = standing_links(whole)
        assert (latest[code].leaf if code in latest else None) == (links[-1].event.leaf if links else None)
    by_itself = [row_of(folded(code, events, store.state.roots)) for code in dict.fromkeys(codes)]
    together = {row.code: row for row in store.projection.folded(codes).rows}
    assert {row.code: row for row in by_itself if row} == {code: together[code] for code in codes if code in together}
    by_leaf = {event.leaf: event for event in events}
    assert all((ref.log, ref.seq) == (by_leaf[ref.leaf].log, by_leaf[ref.leaf].seq) for ref in latest.values())
    before = cache_of(store)
    store.projection.rebuild()
    assert cache_of(store) == before


def test_two_things_with_the_same_likeness_have_the_same_row_but_for_what_their_registrations_say() -> None:
    dice, alike = random.Random(3), 0
    for _ in range(300):
        names, letters = ["A1"], [*"WXYZ"]
        lines = ["A1 register W,X at WH for TPS1", "A2 register Y,Z at WH for " + dice.choice(("TPS1", "TPS2"))]
        for log, seq in (("A", 3), ("B", 1), ("A", 4), ("B", 2)):
            way = dice.choice(("WH>PPK", "PPK>PPS", "PPK>WH"))
            some = dice.choice(("W,X,Y,Z", "W,X", "W,Y,Z"))
            refused = dice.choice(("", f" refused={dice.choice(letters)}", " v=2"))
            refs = f" [{dice.choice(names)}]" if log == "B" else ""
            lines.append(f"{log}{seq}{refs} handover {way} {some}{refused}")
            names.append(f"{log}{seq}")
        events = [differently(event, dice) for event in ledger("\n".join(lines)).values()]
        known: dict[Hashable, ItemRow] = {}
        for code in map(code_of, letters):
            about = [event for event in events if code in event.rows]
            row = row_of(folded(code, about))
            assert row is not None
            if (like := likeness(code, about)) in known:
                said = next(event.rows[code] for event in about if event.type == "register")
                assert row_like(known[like], code, said) == row
                alike += 1
            known[like] = row
    assert alike > 50


def differently(event: Event, dice: random.Random) -> Event:
    """The same record, which says something else of one of its things now and then."""
    body = copy.deepcopy(dict(event.body))
    if event.type == "handover" and dice.random() < 0.5:
        row = dice.choice(body["items"])
        row |= {"print": 2} if dice.random() < 0.5 else {"after": None}
        if body["v"] > 1:
            count = len(body["items"]) - 1
            body["destinations"] = [{"count": 1, "to": "TPS9"}] + [{"count": count, "to": "TPS1"}] * (count > 0)
    for row in body["items"] if event.type == "register" else ():
        row |= {"k": dice.randrange(1, 9), "n": 9, "kind": dice.choice(("box", "seal"))}
    return Event(event.leaf, body)


@pytest.fixture
def many(url: str):
    """A ledger where items of several kinds, destinations, holders and print states are mixed."""
    with planned_station(url) as store:
        codes = []
        dice = random.Random(5)
        for to, held_by in product([*TPS, "51.08.01.2001", "99.99"], (WAREHOUSE, "51.08.01")):
            codes += boxes(store, 2, to, held_by=held_by)
        register_items(
            store,
            [
                Item(
                    store.around.new_code(),
                    "seal",
                    TPS[0],
                    k=k,
                    n=2,
                    quantity=50,
                    serials=SerialRange("AB", 50 * k, 50 * k + 49, 6),
                    held_by=WAREHOUSE,
                )
                for k in (1, 2)
            ],
        )
        record_prints(store, dice.sample(codes, 20), sheet="a4-3x7")
        give(store, dice.sample(codes, 9), TRUCK)
        yield store


def whole(store: Store) -> list[Item]:
    return list(store.state.items_of({code for event in all_events(store) for code in event.rows}).values())


def test_what_is_expected_is_what_the_giver_holds_for_a_place_or_below_it(many: Store) -> None:
    for giver, top in product([WAREHOUSE, "51.08.01", TRUCK], [*TREE, "99.99"]):
        inside = {place.code for place in below(TREE, top)}
        wanted = {item.code for item in whole(many) if item.held_by == giver and item.to in inside}
        assert {item.code for item in many.state.expected(giver, [top])} == wanted
        assert {item.code for item in expected_now(many, giver, top) or ()} == wanted
    two = {item.code for item in many.state.expected(WAREHOUSE, ["51.08.01", "51.08.01.2001", TPS[-1]])}
    assert two == {
        item.code
        for item in whole(many)
        if item.held_by == WAREHOUSE and (item.to.startswith("51.08.01") or item.to == TPS[-1])
    }


def test_items_are_found_by_kind_destination_holder_and_print(many: Store) -> None:
    everything = whole(many)
    for kind, under, held_by, unprinted in product(
        [None, "box", "seal", "none"], [None, WAREHOUSE, "51.08.02", TPS[0], "99.98"], [None, TRUCK], [False, True]
    ):
        inside = None if under is None else {place.code for place in below(TREE, under)}
        wanted = [
            item.code
            for item in everything
            if (kind in (None, item.kind))
            and (inside is None or item.to in inside)
            and (held_by in (None, item.held_by))
            and not (unprinted and item.print)
        ]
        found = [
            item.code for item in many.state.find_items(kind=kind, under=under, held_by=held_by, unprinted=unprinted)
        ]
        assert sorted(found) == sorted(wanted)


def test_the_stock_adds_up_to_the_items(many: Store) -> None:
    groups = list(many.state.stock())
    everything = whole(many)
    assert sum(group.count for group in groups) == len(everything)
    assert sum(group.labelled for group in groups) == sum(item.print > 0 for item in everything)
    assert sum(group.sent for group in groups) == 9
    assert sum(group.count for group in many.state.stock(under="51.08.01")) == sum(
        item.to.startswith("51.08.01") for item in everything
    )


def test_slots_and_serial_ranges_are_those_of_the_registered_items(many: Store) -> None:
    assert ("box", TPS[0], None, 1) in many.state.slots()
    assert serial_ranges(many.state) == {("seal", "AB", 50, 99), ("seal", "AB", 100, 149)}


def test_a_place_that_moves_takes_all_below_it_along(many: Store) -> None:
    village = TREE["51.08.01.2001"]
    before = {item.code for item in many.state.find_items(under="51.08.02")}
    moved = {item.code for item in many.state.find_items(under=village.code)}
    record_plan(many, [replace(village, parent="51.08.02")], [], source="x.csv", digest="0" * 64)
    assert {item.code for item in many.state.find_items(under="51.08.02")} == before | moved
    assert moved.isdisjoint({item.code for item in many.state.find_items(under="51.08.01")})


def test_a_place_may_come_before_the_one_it_lies_in(url: str) -> None:
    with planned_station(url) as store:
        late = [Place("52.01.01", "PPK", "district", "52.01"), Place("52.01", "Gudang", "warehouse")]
        for place in late:
            record_plan(store, [place], [], source="x.csv", digest="0" * 64)
        [code] = boxes(store, 1, "52.01.01")
        assert [item.code for item in store.state.find_items(under="52.01")] == [code]
        before = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == before


def test_what_hangs_on_the_plan_is_asked_again_once_the_plan_has_changed_and_not_after_a_handover(url: str) -> None:
    with planned_station(url) as store:
        asked = []

        def kinds() -> list[str]:
            return store.ledger.memory.remember_rule(
                "kinds", lambda: asked.append(1) or [n.kind for n in store.state.needs()]
            )

        before, codes = kinds(), boxes(store, 2)
        give(store, codes, "51.08.01")
        assert kinds() == before and len(asked) == 1
        need = Need("stamp", "Cap", "Stamp", "polling_station", 1, "buah", "item", ())
        record_plan(store, [], [need], source="more.csv", digest="1" * 64)
        assert kinds() == sorted([*before, "stamp"]) and len(asked) == 2


def _surveyed(store: Store, codes: list[str]) -> None:
    assert len(list(store.state.chains(codes))) == len(codes)


def _judged(store: Store, codes: list[str]) -> None:
    touches = [Touch(code, None, "typed") for code in codes]
    found = judge_handover(store, Handover(WAREHOUSE, TRUCK, load=tuple(codes)), touches, now=store.around.now_utc())
    assert {finding.code for finding in found} <= {"LATE"}


@pytest.mark.parametrize("job", [_surveyed, _judged], ids=["a survey", "a handover"])
def test_no_statement_is_run_for_each_thing_of(job: Callable[[Store, list[str]], None], tmp_path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        codes = boxes(store, 40)
        job(store, codes)  # what is remembered is asked for the first time
        run: list[str] = []
        connection = store.ledger.database.connection()

        def count(_cursor: object, statement: str, _values: object) -> bool:
            run.append(statement)
            return True

        connection.exec_trace = count
        used = []
        for some in (codes[:8], codes):
            run.clear()
            job(store, some)
            used.append(len(run))
        connection.exec_trace = None
        assert used[0] == used[1] > 0
