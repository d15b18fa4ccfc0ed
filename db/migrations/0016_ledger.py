"""The schema: every table of `db.models`, and the guards that make the evidence append-only.

The number goes on from the trial versions' sixteen migrations, of which this is the sum (decisions/0254). Nothing was
released with another schema: the first migration that changes a released one leaves a frozen copy of the models here.
"""

from typing import Any

from peewee import SqliteDatabase

from db.creation import create_tables

_IS_DROPPED = """EXISTS (SELECT 1 FROM dropped WHERE log_id = OLD.log_id)
         AND NOT EXISTS (SELECT 1 FROM log WHERE id = OLD.log_id)"""
"""An entry may go once its log is gone from the table of logs and a row of `dropped` has told of that log."""
_IS_ANOTHERS = """EXISTS (SELECT 1 FROM log WHERE id = NEW.log_id AND name = NEW.log AND size = NEW.size
         AND public_key = NEW.public_key AND is_own = 0)"""

SQLITE_GUARDS = (
    *(
        f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""
        for table in ("event", "fork", "dropped")
    ),
    *(
        f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
       WHEN NOT ({_IS_DROPPED})
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""
        for table in ("event", "fork")
    ),
    """CREATE TRIGGER dropped_no_delete BEFORE DELETE ON dropped
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    # These also stop INSERT OR REPLACE, which walks past the others where recursive_triggers is off.
    """CREATE TRIGGER event_in_sequence BEFORE INSERT ON event
       WHEN NEW.seq IS NOT (SELECT IFNULL(MAX(seq), 0) + 1 FROM event WHERE log_id = NEW.log_id)
         OR EXISTS (SELECT 1 FROM event WHERE leaf = NEW.leaf OR id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: out of sequence'); END""",
    """CREATE TRIGGER fork_no_replace BEFORE INSERT ON fork
       WHEN EXISTS (SELECT 1 FROM fork WHERE leaf = NEW.leaf OR id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: held already'); END""",
    f"""CREATE TRIGGER dropped_of_others BEFORE INSERT ON dropped
       WHEN NOT ({_IS_ANOTHERS}) OR EXISTS (SELECT 1 FROM dropped WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this log stays'); END""",
)

_REFUSE = "RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';"
_POSTGRES_FUNCTIONS = (
    f"""CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN
         IF TG_OP = 'DELETE' THEN
           IF {_IS_DROPPED} THEN RETURN OLD; END IF;
         END IF;
         {_REFUSE}
       END$$""",
    """CREATE FUNCTION event_in_sequence() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN
         IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM event WHERE log_id = NEW.log_id) THEN
           RAISE EXCEPTION 'the ledger is append-only: out of sequence'
             USING ERRCODE = 'integrity_constraint_violation';
         END IF;
         RETURN NEW;
       END$$""",
    f"CREATE FUNCTION dropped_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_REFUSE} END$$",
    f"""CREATE FUNCTION dropped_of_others() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN IF NOT ({_IS_ANOTHERS}) THEN {_REFUSE} END IF; RETURN NEW; END$$""",
)
_POSTGRES_TRIGGERS = (
    *(
        trigger
        for table, function in (("event", "event"), ("fork", "event"), ("dropped", "dropped"))
        for trigger in (
            (table, f"{table}_no_change", "UPDATE OR DELETE", "ROW", f"{function}_append_only"),
            (table, f"{table}_no_truncate", "TRUNCATE", "STATEMENT", f"{function}_append_only"),
        )
    ),
    ("event", "event_in_sequence", "INSERT", "ROW", "event_in_sequence"),
    ("dropped", "dropped_of_others", "INSERT", "ROW", "dropped_of_others"),
)
POSTGRES_GUARDS = (
    *_POSTGRES_FUNCTIONS,
    *(
        statement
        for table, name, when, each, function in _POSTGRES_TRIGGERS
        for statement in (
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        )
    ),
)


def up(migrator: Any, db: Any) -> None:
    """Make all tables and the guards."""
    create_tables(db)
    for statement in SQLITE_GUARDS if isinstance(db, SqliteDatabase) else POSTGRES_GUARDS:
        db.execute_sql(statement)
