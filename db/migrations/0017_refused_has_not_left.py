"""What was refused has not left where it was; it was counted as sent.

No table changes: what is kept of the items is folded again from the records.
"""

from typing import Any

from db.log.reader import LedgerReader
from db.log.transactions import Transactions
from db.models import Tables
from db.state.projection import Projection
from db.state.queries import State


def up(migrator: Any, db: Any) -> None:
    """Fold every item again, where there is one."""
    tables = Tables(db)
    if tables.event.select().exists():
        ledger = LedgerReader(db, tables)
        Projection(State(ledger, tables), Transactions(ledger)).rebuild()
