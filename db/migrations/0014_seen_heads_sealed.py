"""Our records sign which heads were shown here: each head keeps after which of them it came.

What was shown before this is not among them (`seen_by` 0).
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the columns."""
    db.execute_sql("ALTER TABLE seen_head ADD COLUMN seen_by INTEGER NOT NULL DEFAULT 0")
    db.execute_sql("ALTER TABLE seen_head ADD COLUMN known_at INTEGER NOT NULL DEFAULT 0")
    db.execute_sql("ALTER TABLE tree ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE tree ADD COLUMN shown TEXT NOT NULL DEFAULT ''")
