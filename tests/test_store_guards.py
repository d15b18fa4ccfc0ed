"""The guards of the event table: no statement changes or removes an event, in SQLite and in PostgreSQL (T29).

They stop mistakes. Against somebody who can drop them there are the digests, the signatures and the witnesses.
"""

import pytest
from ledger_examples import TPS, all_events, boxes, give, planned_station
from peewee import SqliteDatabase

from custody.errors import StoreError
from db.db_errors import as_store_errors
from db.store import Store

COLUMNS = "id, log_id, seq, leaf, body, signatures"

ANYWHERE = [
    "UPDATE event SET body = {blob}",
    "UPDATE event SET seq = seq + 100 WHERE id = {last}",
    "UPDATE event SET id = id",
    "WITH x AS (SELECT id FROM event) UPDATE event SET signatures = '' WHERE id IN (SELECT id FROM x)",
    "DELETE FROM event",
    "DELETE FROM event WHERE id = {last}",
    "DELETE FROM event WHERE id = {last} RETURNING id",
    "INSERT INTO event SELECT * FROM event WHERE id = {last}",
    # Taken together with a number that would be in sequence: only the conflict itself is left to stop it.
    *(
        f"INSERT INTO event ({COLUMNS}) VALUES ({row}) ON CONFLICT ({target}) DO UPDATE SET body = {{blob}}"
        for target, row in (
            ("leaf", "{new_id}, {log}, {next}, {leaf}, {blob}, 'x'"),
            ("id", "{last}, {log}, {next}, {blob}, {blob}, 'x'"),
            ("log_id, seq", "{new_id}, {log}, {seq}, {blob}, {blob}, 'x'"),
        )
    ),
    # Events out of sequence: a number again, a number left out, a log that begins in the middle.
    *(
        f"INSERT INTO event ({COLUMNS}) VALUES ({{new_id}}, {row}, {{blob}}, {{blob}}, 'x')"
        for row in ("{log}, {seq}", "{log}, {next} + 1", "{log}, 0", "{log}, -1", "99, 2")
    ),
]
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
IN_POSTGRES = [
    "TRUNCATE event",
    "TRUNCATE event, event_item CASCADE",
    "MERGE INTO event USING (SELECT {last} AS id) AS x ON event.id = x.id WHEN MATCHED THEN DELETE",
    "MERGE INTO event USING (SELECT {last} AS id) AS x ON event.id = x.id WHEN MATCHED THEN UPDATE SET signatures = ''",
    "WITH gone AS (DELETE FROM event RETURNING *) SELECT count(*) FROM gone",
    "UPDATE ONLY event SET signatures = ''",
]


@pytest.fixture
def guarded(url: str):
    with planned_station(url) as store:
        give(store, boxes(store, 2), TPS[0])
        yield store


def attack(store: Store, form: str) -> None:
    """Runs one statement against the event table; refused or not."""
    event = store.state.tables.event
    last = event.select().order_by(event.id.desc()).first()
    leaf = bytes(last.leaf).hex()
    blob = "x'{}'" if is_sqlite(store) else "decode('{}', 'hex')"
    statement = form.format(
        blob=blob.format("ff" * 32),
        leaf=blob.format(leaf),
        last=last.id,
        log=last.log_id,
        seq=last.seq,
        next=last.seq + 1,
        new_id=last.id + 1,
    )
    with as_store_errors():
        store.ledger.database.execute_sql(statement)


def rows(store: Store) -> list[tuple[str, ...]]:
    event = store.state.tables.event
    return [tuple(map(repr, row)) for row in event.select().order_by(event.id).tuples()]


def is_sqlite(store: Store) -> bool:
    return isinstance(store.ledger.database, SqliteDatabase)


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
