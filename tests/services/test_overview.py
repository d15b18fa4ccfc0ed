"""The overview that is kept up item by item tells what folding everything anew tells, after each step of any day."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.chain.journey import journey
from custody.compose.compose import Extra, Handover
from custody.handover.counting import count_findings, counted_in
from custody.measures.progress import progress
from custody.measures.timing import due_rows
from custody.plan.places import Ways
from db.store import Store
from services.plan.planning import record_plan
from services.records.handovers import record_handover
from services.reporting import overview
from services.reporting.overview import Overview
from tests.support.ledger_examples import (
    PLACES,
    TPS,
    TRUCK,
    WAREHOUSE,
    absorb,
    boxes,
    give,
    planned_station,
    station,
    touched,
)
from tests.support.ledger_histories import drawn, live

LATER = "2024-02-12T11:00:00Z"
FreshUrl = Callable[[], str]


def whole(told: Overview, store: Store) -> Overview:
    while not told.advance(store, 0):
        assert 0 <= told.share < 1
    assert told.share == 1
    return told


def there(kept: Overview, place: str) -> tuple[int, int]:
    """How many items are bound for a place, and how many have come there."""
    amounts = kept.amounts()[place]
    return amounts.total, amounts.there


def told_by(kept: Overview) -> tuple[object, ...]:
    """Everything that an overview tells, in an order of its own."""
    irregular = sorted(
        (one.finding.code, one.finding.item or "", one.place, one.bast, str(one.finding)) for one in kept.irregular()
    )
    return kept.due_rows(LATER, 6), dict(sorted(kept.amounts().items())), irregular, kept.cards(LATER)


@drawn
def test_after_each_step_it_tells_what_counting_anew_tells(sqlite_url: FreshUrl, steps: Any) -> None:
    with planned_station(sqlite_url()) as store:
        kept = Overview()
        live(store, steps, lambda: whole(kept, store))
        assert told_by(whole(kept, store)) == told_by(whole(Overview(), store))


def test_its_clock_is_that_of_the_report(fresh_url: FreshUrl) -> None:
    with planned_station(fresh_url()) as store:
        codes = boxes(store, 4) + boxes(store, 3, TPS[4])
        kept = whole(Overview(), store)
        give(store, codes[:3], "51.08.01")
        give(store, codes[:2], "51.08.01.2001", "51.08.01")
        give(store, codes[4:], TRUCK)
        whole(kept, store)
        ways = Ways({place.code: place for place in PLACES})
        found = [journey(store.state.chain(code), ways, as_of=LATER) for code in codes]
        assert kept.due_rows(LATER, 6) == due_rows([one for one in found if one], ways, as_of=LATER)
        assert there(kept, "51.08.01") == (4, 3) and there(kept, "51.08.02") == (3, 0)


def test_another_log_and_another_plan_are_taken_in(sqlite_url: FreshUrl) -> None:
    with planned_station(sqlite_url()) as store, station(sqlite_url(), 7) as stranger:
        codes = boxes(store, 2)
        kept = whole(Overview(), store)
        give(stranger, codes, "51.08.01")
        absorb(store, stranger)
        whole(kept, store)
        assert {one.finding.code for one in kept.irregular()} >= {"UNKNOWN_STATION"}
        record_plan(
            store,
            [PLACES[1].__class__("51.08.01", "PPK 1", "district", WAREHOUSE, "2024-02-13T00:00:00Z")],
            [],
            source="p.csv",
            digest="0" * 64,
        )
        assert {row.due for row in whole(kept, store).due_rows(LATER, 6)} == {"2024-02-13T00:00:00Z"}
        assert told_by(kept) == told_by(whole(Overview(), store))


def test_what_is_recorded_while_it_adds_up_is_in_it(sqlite_url: FreshUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_BATCH", 2)
    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 9)
        kept = Overview()
        assert not kept.advance(store, 0)
        give(store, codes[:1], "51.08.02")
        assert [one.finding.code for one in whole(kept, store).irregular()] == ["WRONG_DESTINATION"]
        assert told_by(kept) == told_by(whole(Overview(), store))


def test_what_a_clock_that_is_ahead_has_dated_is_there_as_the_report_of_progress_says(sqlite_url: FreshUrl) -> None:
    from dataclasses import replace

    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 1)
        give(store, codes, "51.08.01")
        store.around = replace(store.around, now_utc=lambda: "2024-02-10T00:00:00Z")
        kept = whole(Overview(), store)
        assert there(kept, "51.08.01") == (1, 1)
        assert told_by(kept) == told_by(whole(Overview(), store))


def test_a_due_time_that_passes_lays_what_has_not_come_to_whoever_kept_it(sqlite_url: FreshUrl) -> None:
    from dataclasses import replace

    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 2)
        give(store, codes, TRUCK)
        give(store, codes[:1], "51.08.01", TRUCK)
        right = store.around

        def time_told(kept: Overview, now: str) -> dict[str, int]:
            store.around = replace(right, now_utc=lambda: now)
            _as_of, cards = whole(kept, store).cards(now)
            [card] = [card for card in cards if card.bearer == "vehicles"]
            return {axis: figure.faulty for axis, figure in card.figures.items() if figure.faulty}

        kept = Overview()
        before = time_told(kept, right.now_utc())
        after = time_told(kept, "2024-02-29T00:00:00Z")
        assert before == {} and after == {"quantity": 1}, "what has not come is missing"
        assert after == time_told(Overview(), "2024-02-29T00:00:00Z")


def test_a_count_that_differs_is_open_until_it_is_withdrawn(sqlite_url: FreshUrl) -> None:
    from services.records.correcting import correct

    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 2)
        told = record_handover(store, Handover(WAREHOUSE, "51.08.01", counted=3), touched(codes))
        kept = whole(Overview(), store)
        assert [(one.finding.code, one.bast, one.place) for one in kept.irregular()] == [
            ("COUNT", told.bast, "51.08.01")
        ]
        correct(store, told.events[0], reason="did_not_occur")
        assert not [one for one in whole(kept, store).irregular() if one.finding.code == "COUNT"]


@given(st.integers(0, 7), st.integers(0, 3), st.integers(0, 12))
def test_a_count_is_over_all_parts_of_a_handover(scanned: int, extras: int, counted: int) -> None:
    from tests.support.report_examples import Book

    parts, left = [], scanned
    sizes = [min(3, left - at) for at in range(0, max(left, 1), 3)]
    for number, size in enumerate(sizes, 1):
        is_last = number == len(sizes)
        book = Book()
        book.handover("GDG-01", WAREHOUSE, "51.08.01")
        body = dict(book.events[-1].body)
        body |= {"items": [{"code": f"{number}-{at}"} for at in range(size)], "part": number, "parts": len(sizes)}
        body |= {"extras": [{"count": extras}] if is_last and extras else [], "counted": counted if is_last else None}
        parts.append(counted_in(type(book.events[-1])(f"{number:064x}", body)))
    random.Random(scanned).shuffle(parts)
    found = count_findings(parts)
    assert [finding.code for _part, finding in found] == (["COUNT"] if counted != scanned + extras else [])
    assert count_findings(parts[1:]) == [] or len(parts) == 1
    assert Extra("box", 1).count == 1


def test_its_amounts_are_those_of_the_report_of_progress(sqlite_url: FreshUrl) -> None:
    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 4) + boxes(store, 3, TPS[4])
        kept = whole(Overview(), store)
        for moved, to, giver in (
            (codes[:3], "51.08.01", WAREHOUSE),
            (codes[:2], "51.08.01.2001", "51.08.01"),
            (codes[4:], TRUCK, WAREHOUSE),
        ):
            give(store, moved, to, giver)
            rows = progress(store.state.stock(), store.state.places.tree())
            told = whole(kept, store).amounts()
            assert {row.place.code: (row.registered, row.labelled, row.sent, row.arrived) for row in rows} == {
                row.place.code: (each.total, each.labelled, each.sent, each.there)
                for row in rows
                for each in (told[row.place.code],)
            }


def test_what_stays_on_a_truck_is_short_until_it_comes_off(sqlite_url: FreshUrl) -> None:
    with planned_station(sqlite_url()) as store:
        codes, kept, truck, ppk = boxes(store, 3), Overview(), TRUCK, "51.08.01"
        for some, giver, to, short in (
            (codes, WAREHOUSE, truck, []),
            (codes[:2], truck, ppk, [codes[2]]),
            (codes[2:], truck, ppk, []),
        ):
            record_handover(store, Handover(giver, to, (ppk,) if to == truck else ()), touched(some))
            found = whole(kept, store).irregular()
            assert [one.finding.item for one in found if one.finding.code == "SHORTAGE"] == short
