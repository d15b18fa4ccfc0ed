"""The first schema: the ledger with its append-only guards, the cache of the present state, and drafts.

A frozen copy: later changes of db/models.py come as later migrations, and the event table never changes.
"""

from typing import Any

from peewee import AutoField, BlobField, CompositeKey, IntegerField, Model, SqliteDatabase, TextField

SQLITE_GUARDS = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    # Also stops INSERT OR REPLACE, which walks past the other two where recursive_triggers is off.
    """CREATE TRIGGER event_in_sequence BEFORE INSERT ON event
       WHEN NEW.seq IS NOT (SELECT IFNULL(MAX(seq), 0) + 1 FROM event WHERE log_id = NEW.log_id)
         OR EXISTS (SELECT 1 FROM event WHERE leaf = NEW.leaf OR id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: out of sequence'); END""",
)

POSTGRES_GUARDS = (
    """CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END$$""",
    """CREATE FUNCTION event_in_sequence() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN
         IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM event WHERE log_id = NEW.log_id) THEN
           RAISE EXCEPTION 'the ledger is append-only: out of sequence'
             USING ERRCODE = 'integrity_constraint_violation';
         END IF;
         RETURN NEW;
       END$$""",
    "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_append_only()",
    "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
    "CREATE TRIGGER event_in_sequence BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_in_sequence()",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_truncate",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER event_in_sequence",
)


def up(migrator: Any, db: Any) -> None:
    """Make all tables and the guards of the event table."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite

    class Log(Table):
        id = AutoField()
        name = TextField(unique=True)
        station = TextField()
        place = TextField()
        root = TextField()
        public_key = TextField()
        is_own = IntegerField()
        size = IntegerField()
        head = BlobField(null=True)
        handovers = IntegerField()

    class Event(Table):
        id = AutoField()
        log_id = IntegerField()
        seq = IntegerField()
        leaf = BlobField(unique=True)
        body = BlobField()
        signatures = TextField()

        class Meta:
            indexes = ((("log_id", "seq"), True),)

    class EventItem(Table):
        code = TextField()
        event_id = IntegerField()

        class Meta:
            primary_key = CompositeKey("code", "event_id")
            without_rowid = is_sqlite

    class Place(Table):
        code = TextField(primary_key=True)
        name = TextField()
        level = TextField()
        parent = TextField(null=True)
        due = TextField(null=True)
        first = IntegerField(index=True)
        last = IntegerField()

    class Need(Table):
        kind = TextField()
        level = TextField()
        name_id = TextField()
        name_en = TextField()
        per_place = IntegerField()
        unit = TextField()
        tracked_as = TextField()
        elections = TextField()

        class Meta:
            primary_key = CompositeKey("kind", "level")

    class Item(Table):
        code = TextField(primary_key=True)
        kind = TextField()
        bound_for = TextField(index=True)
        k = IntegerField()
        n = IntegerField()
        election = TextField(null=True)
        quantity = IntegerField()
        serial_prefix = TextField(null=True)
        serial_first = IntegerField(null=True)
        serial_last = IntegerField(null=True)
        serial_width = IntegerField(null=True)
        held_by = TextField(index=True)
        condition = TextField()
        print = IntegerField()
        moves = IntegerField()
        last_event = BlobField()

    class Draft(Table):
        id = TextField(primary_key=True)
        giver = TextField(null=True)
        receiver = TextField(null=True)
        bound = TextField()
        opened_at = TextField()

    class DraftScan(Table):
        draft = TextField()
        code = TextField()
        number = IntegerField()
        print = IntegerField(null=True)
        how = TextField()
        at = TextField()

        class Meta:
            primary_key = CompositeKey("draft", "code")
            without_rowid = is_sqlite

    db.create_tables([Log, Event, EventItem, Place, Need, Item, Draft, DraftScan])
    guards = SQLITE_GUARDS if is_sqlite else POSTGRES_GUARDS
    for statement in guards:
        db.execute_sql(statement)
