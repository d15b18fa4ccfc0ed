"""Needs may hold below a place alone: the tables of the plan, a cache filled from the records, are made again."""

from typing import Any

from db.creation import create_tables
from db.log.reader import LedgerReader
from db.log.transactions import Transactions
from db.models import Tables
from db.state.projection import Projection
from db.state.queries import State


def up(migrator: Any, db: Any) -> None:
    """Make the two tables as the models have them, and fill them where there is a record."""
    for table in ("place", "need"):
        db.execute_sql(f"DROP TABLE {table}")
    create_tables(db, ("place", "need"))
    tables = Tables(db)
    if tables.event.select().exists():
        ledger = LedgerReader(db, tables)
        Projection(State(ledger, tables), Transactions(ledger)).replan()
