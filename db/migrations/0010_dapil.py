"""A place has its electoral district.

No plan named one before this, so there is nothing to fold anew.
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the column."""
    db.execute_sql("ALTER TABLE place ADD COLUMN dapil TEXT")
