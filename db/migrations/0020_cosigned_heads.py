"""Heads that a hub or witness has cosigned are kept: a table of their own, empty at first."""

from typing import Any

from db.creation import create_tables


def up(migrator: Any, db: Any) -> None:
    """Make the table; a ledger that has begun with it has it already."""
    if not db.table_exists("cosigned"):
        create_tables(db, ("cosigned",))
