"""Statements that would change or remove an event."""

from peewee import SqliteDatabase

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
IN_POSTGRES = [
    "TRUNCATE event",
    "TRUNCATE event, event_item CASCADE",
    "MERGE INTO event USING (SELECT {last} AS id) AS x ON event.id = x.id WHEN MATCHED THEN DELETE",
    "MERGE INTO event USING (SELECT {last} AS id) AS x ON event.id = x.id WHEN MATCHED THEN UPDATE SET signatures = ''",
    "WITH gone AS (DELETE FROM event RETURNING *) SELECT count(*) FROM gone",
    "UPDATE ONLY event SET signatures = ''",
]


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
