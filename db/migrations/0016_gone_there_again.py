"""What came back and goes the same way again moves; it was taken as the receipt of the first time (decisions/0246).

Only what is kept of the items changes: whoever opens the ledger folds them again (`db.store.open_store`).
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Change no table: who holds each item follows from its records, and no table has that."""
