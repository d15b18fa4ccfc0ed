"""Drafts: what is scanned and not confirmed is kept in order, survives closing, and is recorded once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from custody.compose.compose import Handover, Touch
from custody.errors import InputError, StoreError
from db.store import open_store
from services.records.handovers import record_handover
from tests.support.ledger_examples import TPS, WAREHOUSE, around, boxes, planned_station, signer, touched

AT = "2024-02-10T08:00:00Z"


def test_a_session_keeps_what_it_took_in_order_and_takes_each_once(url: str) -> None:
    with planned_station(url) as store:
        drafts = store.drafts
        drafts.open("d1", WAREHOUSE, TPS[0], (), at=AT)
        touches = [Touch("C", 1, "camera"), Touch("A", None, "typed"), Touch("B", 2, "wedge")]
        assert [drafts.take("d1", touch, at=AT) for touch in touches] == [True, True, True]
        assert not drafts.take("d1", Touch("A", 3, "camera"), at=AT)
        assert drafts.touches("d1") == touches
        assert drafts.get("d1").scan_count == 3


def test_what_is_put_out_and_taken_again_comes_last(url: str) -> None:
    with planned_station(url) as store:
        drafts = store.drafts
        drafts.open("d1", None, None, (), at=AT)
        for code in "CAB":
            drafts.take("d1", Touch(code, 1, "camera"), at=AT)
        assert drafts.remove("d1", "C")
        assert not drafts.remove("d1", "C")
        drafts.take("d1", Touch("C", 1, "camera"), at=AT)
        assert [touch.code for touch in drafts.touches("d1")] == ["A", "B", "C"]


def test_a_session_is_resumed_after_the_ledger_was_closed(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("late", WAREHOUSE, None, (), at="2024-02-10T09:00:00Z")
        store.drafts.open("early", None, None, ("51.08.01", "51.08.02"), at=AT)
        store.drafts.take("late", Touch("A", 1, "camera"), at=AT)
    with open_store(url, signer(), around(1)) as store:
        assert [(draft.id, draft.scan_count) for draft in store.drafts.all()] == [("early", 0), ("late", 1)]
        assert store.drafts.get("early").bound == ("51.08.01", "51.08.02")
        store.drafts.take("late", Touch("B", 1, "camera"), at=AT)
        assert [touch.code for touch in store.drafts.touches("late")] == ["A", "B"]


def test_the_ends_of_a_session_are_put_right_one_by_one(url: str) -> None:
    with planned_station(url) as store:
        drafts = store.drafts
        drafts.open("d1", None, TPS[0], (), at=AT)
        drafts.set_ends("d1", giver=WAREHOUSE)
        drafts.set_ends("d1", bound=["51.08.01"])
        drafts.set_ends("d1")
        info = drafts.get("d1")
        assert (info.giver, info.receiver, info.bound) == (WAREHOUSE, TPS[0], ("51.08.01",))


def test_a_session_that_is_gone_takes_nothing_and_says_so(url: str) -> None:
    with planned_station(url) as store:
        drafts = store.drafts
        drafts.open("d1", None, None, (), at=AT)
        drafts.take("d1", Touch("A", 1, "camera"), at=AT)
        drafts.drop("d1")
        for act in (
            lambda: drafts.take("d1", Touch("A", 1, "camera"), at=AT),
            lambda: drafts.set_ends("d1", giver=WAREHOUSE),
            lambda: drafts.get("d1"),
        ):
            with pytest.raises(InputError, match="no unfinished session d1"):
                act()
        assert (drafts.all(), drafts.touches("d1")) == ([], [])


def test_two_sessions_cannot_have_one_id(url: str) -> None:
    with planned_station(url) as store:
        store.drafts.open("d1", None, None, (), at=AT)
        with pytest.raises(StoreError, match="refused this"):
            store.drafts.open("d1", WAREHOUSE, None, (), at=AT)
        assert store.drafts.get("d1").giver is None


def test_recording_a_session_ends_it_and_a_second_time_is_refused_and_adds_nothing(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 3)
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at=AT)
        for touch in touched(codes):
            store.drafts.take("d1", touch, at=AT)
        done = record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft="d1")
        assert (done.scanned, done.events[0].body["id"]) == (3, "d1")
        assert store.drafts.all() == []
        size = store.ledger.event_count()
        with pytest.raises(InputError, match="no unfinished session"):
            record_handover(store, Handover(WAREHOUSE, TPS[0]), touched(codes), draft="d1")
        assert store.ledger.event_count() == size


def test_a_session_whose_recording_is_refused_is_still_there(url: str) -> None:
    with planned_station(url) as store:
        [code] = boxes(store, 1)
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at=AT)
        store.drafts.take("d1", Touch(code, 1, "camera"), at=AT)
        with pytest.raises(InputError):
            record_handover(store, Handover(WAREHOUSE, TPS[0], conditions={"A": "wet"}), [], draft="d1")
        assert [touch.code for touch in store.drafts.touches("d1")] == [code]


def test_scanners_that_share_a_session_lose_nothing_while_it_is_confirmed(url: str) -> None:
    """Each label that a scanner was told is taken is in the handover, or the scanner was told that it came too late."""
    with planned_station(url) as store:
        codes = boxes(store, 60)
        store.drafts.open("d1", WAREHOUSE, TPS[0], (), at=AT)

    def scan(mine: list[str]) -> list[str]:
        taken = []
        with open_store(url, None, around()) as store:
            for touch in touched(mine):
                try:
                    store.drafts.take("d1", touch, at=AT)
                except InputError:
                    break
                taken.append(touch.code)
        return taken

    def confirm() -> list[str]:
        with open_store(url, signer(), around(3)) as store:
            while store.drafts.get("d1").scan_count < 20:
                pass
            done = record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft="d1")
            return [row["code"] for event in done.events for row in event.body["items"]]

    with ThreadPoolExecutor(4) as pool:
        scanners = [pool.submit(scan, codes[i::3]) for i in range(3)]
        recorded = pool.submit(confirm).result(60)
        taken = [code for scanner in scanners for code in scanner.result(60)]
    assert sorted(taken) == sorted(recorded)
    with open_store(url, None, around()) as store:
        assert store.drafts.touches("d1") == []
