"""An item keeps who has held it before, so that what came back counts as delivered.

Things have been given back before this: whoever opens the ledger folds them anew (`db.store.open_store`).
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the column."""
    db.execute_sql("ALTER TABLE item ADD COLUMN held_before TEXT NOT NULL DEFAULT ''")
