"""What ledgers of trial versions lack of the first schema, which sixteen migrations had made (docs/decisions/0254)."""

import runpy
from collections.abc import Collection
from pathlib import Path

from peewee import Database, SqliteDatabase

from db.creation import create_tables

OLDEST, NEWEST = "0011_held_before", "0016_gone_there_again"
"""A ledger that has at least the first of these is brought up to date; the second was the last of them."""
_DROPPING, _SEALING = "0012_strangers", "0014_seen_heads_sealed"


def complete(database: Database, applied: Collection[str], first: Path) -> None:
    """Give a trial ledger the tables, columns and guards that its migrations had not made yet; nothing of it goes.

    The migrations 15 and 16 only folded the items again, as the next one of ours does.

    Args:
        applied: the names of its migrations, OLDEST at least.
        first: the file of our first migration, which has the guards.
    """
    if _DROPPING not in applied:
        is_sqlite = isinstance(database, SqliteDatabase)
        create_tables(database, ("dropped",))
        for table in ("event", "fork") if is_sqlite else ():
            database.execute_sql(f"DROP TRIGGER {table}_no_delete")
        for guard in runpy.run_path(str(first))["SQLITE_GUARDS" if is_sqlite else "POSTGRES_GUARDS"]:
            if "dropped" in guard:  # an entry may go once its log is told of there
                database.execute_sql(guard.replace("CREATE FUNCTION event_", "CREATE OR REPLACE FUNCTION event_"))
    if _SEALING not in applied:
        for table, column in (("seen_head", "seen_by"), ("seen_head", "known_at")):
            database.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
        for column in ("seal", "shown"):
            database.execute_sql(f"ALTER TABLE tree ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
