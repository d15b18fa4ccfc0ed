"""Places have voters, and needs may follow them or another kind: the tables of the plan are made again.

Both are a cache, filled from the records; with them every item is folded again (which 0017 asked for). Handovers with
things that had no readable label get their topic.
"""

from typing import Any

from db.creation import create_tables
from db.log.reader import LedgerReader
from db.log.stored import UNLABELLED, read_stored, topics_of
from db.log.transactions import Transactions
from db.models import Tables
from db.state.projection import Projection
from db.state.queries import State


def up(migrator: Any, db: Any) -> None:
    """Make the two tables as the models have them, and fold every record again, where there is one."""
    for table in ("place", "need"):
        db.execute_sql(f"DROP TABLE {table}")
    create_tables(db, ("place", "need"))
    tables = Tables(db)
    if tables.event.select().exists():
        ledger = LedgerReader(db, tables)
        event = tables.event
        for event_id, *stored in event.select(event.id, event.leaf, event.body, event.signatures).tuples():
            if UNLABELLED in topics_of(read_stored(*stored).body):
                tables.event_topic.insert(topic=UNLABELLED, event_id=event_id).execute()
        Projection(State(ledger, tables), Transactions(ledger)).rebuild()
