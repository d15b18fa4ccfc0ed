"""What the desk counts at each scan: right, missing, not expected, inside unseen; the same as counted anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from custody.compose.compose import Handover, Touch
from custody.format.codes import ItemLabel
from db.store import Store
from scanner.outcomes import Tally
from scanner.ui.terminal import count_words
from services.records.packing import record_packing
from services.scanning.draft_details import keep_details
from services.scanning.handover_desk import DraftDesk
from tests.support.ledger_examples import TPS, TRUCK, WAREHOUSE, boxes, planned_station, touched


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("truck")
    with planned_station(f"sqlite:///{folder / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def codes(store: Store) -> list[str]:
    """A set with two boxes in it and a box inside one of these, two loose boxes, and two for elsewhere."""
    found = [*boxes(store, 6, TPS[0]), *boxes(store, 2, TPS[-1])]
    record_packing(store, Touch(found[0], None, "typed"), touched(found[1:3]), "add")
    record_packing(store, Touch(found[1], None, "typed"), touched(found[3:4]), "add")
    return found


def desk_at(store: Store, load: tuple[str, ...] = ()) -> DraftDesk:
    draft = store.drafts.open(store.around.new_id(), WAREHOUSE, TRUCK, (TPS[0],), at=store.around.now_utc())
    if load:
        keep_details(store, draft.id, Handover("", "", load=tuple(load)))
    return DraftDesk(store, draft.id)


def test_what_is_not_expected_does_not_fill_the_count(store: Store, codes: list[str]) -> None:
    desk = desk_at(store)
    for code in (codes[4], codes[6], codes[7]):
        desk.take(ItemLabel(code, 1), "camera")
    tally = desk.tally
    assert (tally.taken, tally.right, tally.expected, tally.missing, tally.extra) == (3, 1, 6, 5, 2)
    assert not tally.is_whole and count_words(tally).startswith("1 of 6 (+2 not planned)")
    for code in (codes[0], codes[5]):
        desk.take(ItemLabel(code, 1), "camera")
    assert desk.tally == Tally(5, 6, missing=0, assumed=3, extra=2, basis="derived")
    for code in codes[6:]:
        desk.remove(code)
    assert desk.tally.is_whole


def test_the_running_count_says_what_the_number_rests_on_as_the_page_does(store: Store, codes: list[str]) -> None:
    derived, by_list = desk_at(store), desk_at(store, (codes[4],))
    nowhere = DraftDesk(store, store.drafts.open("1", WAREHOUSE, TRUCK, (), at=store.around.now_utc()).id)
    for desk in (derived, by_list, nowhere):
        desk.take(ItemLabel(codes[5], 1), "camera")
    assert count_words(derived.tally) == "1 of 6  Nobody listed what is to go."
    assert count_words(by_list.tally) == "0 of 1 (+1 not planned)"
    assert count_words(nowhere.tally) == "1 taken  expected: not known"
    assert count_words(replace(by_list.tally, basis="paper")) == "0 of 1 (+1 not on the paper)"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=12), listed=st.sets(st.integers(0, 7)))
@example(steps=[(0, True), (0, True), (0, False), (0, False), (1, True)], listed={1, 2})
def test_the_count_is_kept_as_it_would_be_counted_anew(
    store: Store, codes: list[str], steps: list[tuple[int, bool]], listed: set[int]
) -> None:
    desk = desk_at(store, tuple(codes[at] for at in sorted(listed)))
    for at, is_taken in steps:
        if is_taken:
            desk.take(ItemLabel(codes[at], 1), "camera")
        else:
            desk.remove(codes[at])
    anew = DraftDesk(store, desk.draft)
    assert desk.tally == anew.tally and desk.missing == anew.missing and desk.assumed == anew.assumed
    assert (desk.tally.expected or 0) - len(desk.missing) <= desk.tally.right + desk.tally.assumed


def test_what_is_inside_a_listed_set_is_on_the_load_list(store: Store, codes: list[str]) -> None:
    desk = desk_at(store, load=(codes[0],))
    told = {at: [f.code for f in desk.take(ItemLabel(codes[at], 1), "camera").findings] for at in (1, 3, 4)}
    assert told == {1: [], 3: [], 4: ["EXCESS"]}
