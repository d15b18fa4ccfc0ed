"""What is kept of each place's amounts tells what counting anew tells, after each step of any day."""

from collections.abc import Callable
from typing import Any

import pytest

from custody.measures.progress import Amounts, StockSums
from custody.plan.places import Ways
from db.store import Store
from services.plan.planning import record_plan
from services.reporting import stock
from services.reporting.stock import Stock
from tests.support.ledger_examples import PLACES, TPS, WAREHOUSE, absorb, boxes, give, planned_station, station
from tests.support.ledger_histories import drawn, live

FreshUrl = Callable[[], str]


def whole(kept: Stock, store: Store) -> Stock:
    while not kept.advance(store, 0):
        assert 0 <= kept.share < 1
    return kept


def told_by(kept: Stock) -> object:
    pieces = {code: {kind: one for kind, one in kinds.items() if one.bound} for code, kinds in _pieces(kept).items()}
    amounts = {code: amount for code, amount in kept.amounts.items() if amount != Amounts()}
    return amounts, {code: kinds for code, kinds in pieces.items() if kinds}


def _pieces(kept: Stock) -> dict[str, dict[str, object]]:
    return {code: dict(kept.pieces(code)) for code in kept.amounts}  # type: ignore[misc]


def counted_anew(store: Store) -> object:
    sums = StockSums(Ways(store.state.places.tree()))
    for group in store.state.stock():
        sums.add(group)
    return dict(sums.amounts), {code: kinds for code, kinds in sums.pieces.items() if kinds}


@drawn
def test_after_each_step_it_tells_what_counting_anew_tells(sqlite_url: FreshUrl, steps: Any) -> None:
    with planned_station(sqlite_url()) as store:
        kept = Stock()
        live(store, steps, lambda: whole(kept, store))
        assert told_by(whole(kept, store)) == counted_anew(store)


def test_a_record_costs_the_places_that_it_is_about(fresh_url: FreshUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with planned_station(fresh_url()) as store:
        codes = boxes(store, 4) + boxes(store, 3, TPS[4])
        kept, asked = whole(Stock(), store), list[str]()
        count = Stock._count
        monkeypatch.setattr(Stock, "_count", lambda self, at, some: (asked.extend(some), count(self, at, some)))
        give(store, codes[:1], "51.08.01")
        whole(kept, store)
        assert asked == [TPS[0]]
        assert kept.amounts["51.08.01"] == Amounts(4, 0, 1, 1)
        assert told_by(kept) == counted_anew(store)


def test_another_log_and_another_plan_are_taken_in_while_it_counts(
    sqlite_url: FreshUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "_BATCH", 1)
    with planned_station(sqlite_url()) as store, station(sqlite_url(), 7) as stranger:
        codes = boxes(store, 2) + boxes(store, 2, TPS[4])
        kept = Stock()
        assert not kept.advance(store, 0)
        give(stranger, codes, "51.08.01")
        absorb(store, stranger)
        assert told_by(whole(kept, store)) == counted_anew(store)
        moved = [PLACES[1].__class__("51.08.01", "PPK 1", "district", WAREHOUSE, "2024-02-13T00:00:00Z")]
        record_plan(store, moved, [], source="p.csv", digest="0" * 64)
        assert told_by(whole(kept, store)) == counted_anew(store)
