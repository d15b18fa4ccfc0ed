"""Logs that nobody admitted can be dropped: their entries alone, and `dropped` says which were here and when they went.

An entry of `event` or `fork` may be deleted once its log is gone from the table of logs and a row of `dropped`, which
is as append-only as they are, has told of that log. A station's own log has no such row.
"""

from typing import Any

from peewee import AutoField, BlobField, IntegerField, Model, SqliteDatabase, TextField

_IS_DROPPED = """EXISTS (SELECT 1 FROM dropped WHERE log_id = OLD.log_id)
         AND NOT EXISTS (SELECT 1 FROM log WHERE id = OLD.log_id)"""
_IS_ANOTHERS = """EXISTS (SELECT 1 FROM log WHERE id = NEW.log_id AND name = NEW.log AND size = NEW.size
         AND public_key = NEW.public_key AND is_own = 0)"""

SQLITE_GUARDS = (
    *(
        statement
        for table in ("event", "fork")
        for statement in (
            f"DROP TRIGGER {table}_no_delete",
            f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
       WHEN NOT ({_IS_DROPPED})
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        )
    ),
    """CREATE TRIGGER dropped_no_update BEFORE UPDATE ON dropped
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER dropped_no_delete BEFORE DELETE ON dropped
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    f"""CREATE TRIGGER dropped_of_others BEFORE INSERT ON dropped
       WHEN NOT ({_IS_ANOTHERS}) OR EXISTS (SELECT 1 FROM dropped WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this log stays'); END""",
)

_REFUSE = "RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';"
POSTGRES_GUARDS = (
    f"""CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN
         IF TG_OP = 'DELETE' THEN
           IF {_IS_DROPPED} THEN RETURN OLD; END IF;
         END IF;
         {_REFUSE}
       END$$""",
    f"CREATE FUNCTION dropped_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_REFUSE} END$$",
    f"""CREATE FUNCTION dropped_of_others() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN IF NOT ({_IS_ANOTHERS}) THEN {_REFUSE} END IF; RETURN NEW; END$$""",
    "CREATE TRIGGER dropped_no_change BEFORE UPDATE OR DELETE ON dropped"
    " FOR EACH ROW EXECUTE FUNCTION dropped_append_only()",
    "CREATE TRIGGER dropped_no_truncate BEFORE TRUNCATE ON dropped"
    " FOR EACH STATEMENT EXECUTE FUNCTION dropped_append_only()",
    "CREATE TRIGGER dropped_of_others BEFORE INSERT ON dropped FOR EACH ROW EXECUTE FUNCTION dropped_of_others()",
    "ALTER TABLE dropped ENABLE ALWAYS TRIGGER dropped_no_change",
    "ALTER TABLE dropped ENABLE ALWAYS TRIGGER dropped_no_truncate",
    "ALTER TABLE dropped ENABLE ALWAYS TRIGGER dropped_of_others",
)


def up(migrator: Any, db: Any) -> None:
    """Make the table and its guards, and let those of the evidence know it."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class Dropped(Model):
        id = AutoField()
        log_id = IntegerField()
        log = TextField()
        public_key = TextField()
        size = IntegerField()
        head = BlobField(null=True)
        dropped_at = TextField()

        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite

    db.create_tables([Dropped])
    for statement in SQLITE_GUARDS if is_sqlite else POSTGRES_GUARDS:
        db.execute_sql(statement)
