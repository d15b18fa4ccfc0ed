"""What our log's station showed at its newest record: its clock, and how long the computer had been on."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the column; of what was recorded before, nobody knows."""
    db.execute_sql("ALTER TABLE log ADD COLUMN clock TEXT")
