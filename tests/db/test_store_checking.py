"""What `verify` compares beside the entries, on both kinds of database: nothing to find in an honest ledger."""

import logging
import re

import pytest

from db.log.table_audit import Checking
from db.schema import changed_objects
from services.records.label_prints import record_prints
from tests.support.checked_ledger import told
from tests.support.ledger_examples import TPS, TRUCK, boxes, give, planned_station, station


def test_an_honest_ledger_has_nothing_to_find(url: str) -> None:
    with planned_station(url) as store:
        assert told(store) == []
        codes = boxes(store, 20)
        record_prints(store, codes, sheet="a4-3x7")
        give(store, codes, TRUCK)
        give(store, codes[:7], TPS[0], TRUCK)
        assert told(store) == []


def test_nothing_is_asked_to_be_in_no_row_of_an_index(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL walks through all of a NOT IN for each row once its rows do not fit its work_mem: for hours."""
    caplog.set_level(logging.DEBUG, logger="peewee")
    with planned_station(url) as store:
        give(store, boxes(store, 3), TRUCK)
        assert told(store) == []
        assert [*store.ledger.naming_none()]
    asked = [record.getMessage() for record in caplog.records]
    assert any('FROM "event_item"' in sql for sql in asked)
    assert not [sql for sql in asked if re.search(r'NOT IN \(SELECT [^()]* FROM "(event|fork)_item"', sql)]


def test_whole_tables_are_read_as_they_come(url: str) -> None:
    """A client of PostgreSQL takes in all that a query finds, were it the entries of a nation, unless a cursor of the
    server's has what is not fetched yet.
    """
    with planned_station(url) as store:
        codes = boxes(store, 3)
        database, checking = store.ledger.database, Checking(store)
        for walk, count in ((store.ledger.codes(), 3), (checking.entries(), store.ledger.require_own_row().size)):
            with store.transaction.snapshot():
                next(walk)
                if not url.startswith("sqlite"):
                    assert database.execute_sql("SELECT COUNT(*) FROM pg_cursors").fetchone() == (1,)
                assert 1 + len([*walk]) == count
                if not url.startswith("sqlite"):
                    assert database.execute_sql("SELECT COUNT(*) FROM pg_cursors").fetchone() == (0,)
        assert sorted(store.ledger.codes()) == sorted(codes)  # in no transaction too


def test_a_guard_that_is_off_is_named(url: str) -> None:
    with station(url) as store:
        database = store.ledger.database
        assert changed_objects(database) == []
        if url.startswith("sqlite"):
            database.execute_sql("DROP TRIGGER event_no_update")
            assert changed_objects(database) == [("trigger", "event_no_update")]
        else:
            database.execute_sql("ALTER TABLE event DISABLE TRIGGER event_no_change")
            assert changed_objects(database) == [("trigger", "event_no_change")]
            database.execute_sql("SELECT count(*) FROM event")  # the connection is as it was


def test_checking_writes_nothing(url: str) -> None:
    with planned_station(url) as store:
        give(store, boxes(store, 3), TRUCK)
        before = [row.size for row in store.ledger.tables.log.select()], sorted(store.ledger.database.get_tables())
        told(store)
        assert (
            [row.size for row in store.ledger.tables.log.select()],
            sorted(store.ledger.database.get_tables()),
        ) == before


@pytest.mark.parametrize("table", ["item", "place", "need"])
def test_an_emptied_cache_is_named(url: str, table: str) -> None:
    with planned_station(url) as store:
        boxes(store, 3)
        getattr(store.ledger.tables, table).delete().execute()
        assert len(told(store)) == 1
