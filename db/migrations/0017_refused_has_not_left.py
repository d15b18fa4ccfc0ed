"""What was refused has not left where it was; it was counted as sent.

Only what is kept of the items changes: whoever opens the ledger folds them again (`db.store.open_store`).
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Change no table: whether an item has left follows from its records, and no table has that."""
