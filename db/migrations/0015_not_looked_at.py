"""An item at which nobody looked has no condition; it was kept as good.

Only what is kept of the items changes: whoever opens the ledger folds them again (`db.store.open_store`).
"""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Change no table: the newest look at each item decides, and no table has that."""
