"""The end of our own log, before anything follows it: what is cut off its front is noticed as far as is looked."""

from contextlib import nullcontext

import pytest

from custody.errors import TamperError
from db.log.merge import merge
from db.log.transactions import check_tail
from db.store import Store
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import boxes, planned_station


def without_first(store: Store, count: int) -> None:
    """Take the first entries out of our log, as somebody does who turns the guards off."""
    database, event = store.ledger.database, store.ledger.tables.event
    database.execute_sql("PRAGMA foreign_keys = 0")
    database.execute_sql("DROP TRIGGER event_no_delete")
    event.delete().where(event.seq <= count).execute()


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_entries_that_are_missing_at_the_front_are_noticed(sqlite_url, missing: int) -> None:
    with planned_station(sqlite_url()) as store:
        for _ in range(3):
            boxes(store, 1)
        check_tail(store.ledger.tables)
        without_first(store, missing)
        with pytest.raises(TamperError, match=f"number {missing} of this log"):
            check_tail(store.ledger.tables)


def test_all_entries_missing_is_noticed(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        size = store.ledger.own_row().size
        without_first(store, size)
        with pytest.raises(TamperError, match=f"number {size} of this log") as caught:
            check_tail(store.ledger.tables)
        assert caught.value.values["way"] == "verify"


@pytest.mark.parametrize(("length", "is_seen"), [(3, False), (4, True), (5, True)])
def test_what_is_missing_is_noticed_as_far_back_as_is_looked(sqlite_url, length: int, is_seen: bool) -> None:
    """Three entries are left of those looked at: a fourth one is missed where four are looked for."""
    with planned_station(sqlite_url()) as store:
        while store.ledger.own_row().size < 6:
            boxes(store, 1)
        without_first(store, store.ledger.own_row().size - 3)
        if is_seen:
            with pytest.raises(TamperError):
                check_tail(store.ledger.tables, length)
        else:
            check_tail(store.ledger.tables, length)


def test_the_end_of_other_logs_is_none_of_ours(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        merge(store, Station(21).fill(store.ledger.own_row().size + 3).entries)
        check_tail(store.ledger.tables)


def test_a_log_whose_end_was_forgotten_is_noticed(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        log = store.ledger.tables.log
        log.update(head=None).where(log.is_own == 1).execute()
        with pytest.raises(TamperError):
            check_tail(store.ledger.tables)


@pytest.mark.parametrize(("length", "is_seen"), [(1, False), (2, True)])
def test_entries_are_looked_at_as_far_back_as_is_asked_and_no_further(sqlite_url, length: int, is_seen: bool) -> None:
    with planned_station(sqlite_url()) as store:
        boxes(store, 1)
        database, before_last = store.ledger.database, store.ledger.own_row().size - 1
        database.execute_sql("DROP TRIGGER event_no_update")
        database.execute_sql("UPDATE event SET leaf = zeroblob(32) WHERE seq = ?", (before_last,))
        with pytest.raises(TamperError) if is_seen else nullcontext():
            check_tail(store.ledger.tables, length)
