"""What the logs of other stations need: second histories, entries that wait, and an index of events about no item.

`fork` holds what a log's sequence in `event` has no room for: another entry of a number that is taken, and what was
written after it. It is evidence and guarded as `event` is. `waiting` holds entries that came before those they follow;
they move to `event` or `fork` when these come.
"""

import json
from typing import Any

from peewee import AutoField, BlobField, CompositeKey, IntegerField, Model, SqliteDatabase, TextField

TOPICS = ("genesis", "admit", "revoke", "plan", "correct", "witness")

SQLITE_GUARDS = (
    """CREATE TRIGGER fork_no_update BEFORE UPDATE ON fork
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER fork_no_delete BEFORE DELETE ON fork
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER fork_no_replace BEFORE INSERT ON fork
       WHEN EXISTS (SELECT 1 FROM fork WHERE leaf = NEW.leaf OR id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: held already'); END""",
)

POSTGRES_GUARDS = (
    "CREATE TRIGGER fork_no_change BEFORE UPDATE OR DELETE ON fork FOR EACH ROW EXECUTE FUNCTION event_append_only()",
    "CREATE TRIGGER fork_no_truncate BEFORE TRUNCATE ON fork FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
    "ALTER TABLE fork ENABLE ALWAYS TRIGGER fork_no_change",
    "ALTER TABLE fork ENABLE ALWAYS TRIGGER fork_no_truncate",
)


def up(migrator: Any, db: Any) -> None:
    """Make the tables and the guards, and index the events that are there."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite

    class Fork(Table):
        id = AutoField()
        log_id = IntegerField(index=True)
        seq = IntegerField()
        leaf = BlobField(unique=True)
        body = BlobField()
        signatures = TextField()

    class ForkItem(Table):
        code = TextField()
        fork_id = IntegerField()

        class Meta:
            primary_key = CompositeKey("code", "fork_id")
            without_rowid = is_sqlite

    class Waiting(Table):
        id = AutoField()
        log_id = IntegerField(index=True)
        seq = IntegerField()
        leaf = BlobField(unique=True)
        body = BlobField()
        signatures = TextField()

    class EventTopic(Table):
        topic = TextField()
        event_id = IntegerField()

        class Meta:
            primary_key = CompositeKey("topic", "event_id")
            without_rowid = is_sqlite

    db.create_tables([Fork, ForkItem, Waiting, EventTopic])
    for statement in SQLITE_GUARDS if is_sqlite else POSTGRES_GUARDS:
        db.execute_sql(statement)
    topics = []
    for event_id, body in db.execute_sql("SELECT id, body FROM event ORDER BY id"):
        try:
            topic = json.loads(bytes(body))["type"]
        except (ValueError, KeyError, TypeError):  # damaged; `verify` says so, and a migration must not fail on it
            continue
        if topic in TOPICS:
            topics.append((topic, event_id))
    for topic, event_id in topics:
        EventTopic.insert(topic=topic, event_id=event_id).execute()
