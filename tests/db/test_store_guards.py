"""The guards of the event table: no statement changes or removes an event, in SQLite and in PostgreSQL (T29).

They stop mistakes. Against somebody who can drop them there are the digests, the signatures and the witnesses.
"""

import pytest

from custody.errors import StoreError
from db.store import Store
from tests.support.guard_attacks import ANYWHERE, COLUMNS, IN_POSTGRES, attack, is_sqlite, rows
from tests.support.ledger_examples import TPS, all_events, boxes, give, planned_station

IN_SQLITE = [
    *(
        f"UPDATE OR {word} event SET seq = 1, leaf = (SELECT leaf FROM event WHERE seq = 1) WHERE id = {{last}}"
        for word in ("REPLACE", "IGNORE", "FAIL", "ABORT", "ROLLBACK")
    ),
    *(
        f"{verb} INTO event ({COLUMNS}) VALUES ({row})"
        for verb in ("REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR ROLLBACK")
        for row in (
            "{last}, {log}, {seq}, {leaf}, {blob}, 'x'",
            "{last}, {log}, {next}, {blob}, {blob}, 'x'",
            "{new_id}, {log}, {next}, {leaf}, {blob}, 'x'",
            "{new_id}, {log}, {seq}, {blob}, {blob}, 'x'",
            "{last}, 99, 1, {blob}, {blob}, 'x'",
        )
    ),
    "REPLACE INTO event SELECT id, log_id, seq, leaf, {blob}, signatures FROM event",
    "UPDATE event SET rowid = rowid + 100",
]


@pytest.fixture
def guarded(url: str):
    with planned_station(url) as store:
        give(store, boxes(store, 2), TPS[0])
        yield store


def refused(store: Store, forms: list[str]) -> None:
    before = rows(store)
    for form in forms:
        try:
            attack(store, form)
        except StoreError as error:
            assert "append-only" in str(error) or "unique" in str(error).lower(), f"{form}: {error}"
        assert rows(store) == before, form


def test_no_statement_changes_an_event(guarded: Store) -> None:
    refused(guarded, ANYWHERE + (IN_SQLITE if is_sqlite(guarded) else IN_POSTGRES))


def test_every_change_is_refused_aloud(guarded: Store) -> None:
    for form in ("UPDATE event SET signatures = ''", "DELETE FROM event"):
        with pytest.raises(StoreError, match="append-only"):
            attack(guarded, form)


def test_the_guards_hold_where_a_connection_turns_off_what_it_can(guarded: Store) -> None:
    if is_sqlite(guarded):
        guarded.ledger.database.execute_sql("PRAGMA recursive_triggers = 0")
        guarded.ledger.database.execute_sql("PRAGMA foreign_keys = 0")
        refused(guarded, ANYWHERE + IN_SQLITE)
    else:
        guarded.ledger.database.execute_sql("SET session_replication_role = replica")
        refused(guarded, ANYWHERE + IN_POSTGRES)


def test_after_every_attack_the_log_goes_on(guarded: Store) -> None:
    refused(guarded, ANYWHERE)
    size = len(all_events(guarded))
    boxes(guarded, 1)
    assert [event.seq for event in all_events(guarded)] == list(range(1, size + 2))
