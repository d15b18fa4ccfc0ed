"""What vendors' own barcodes stand for is kept: a table of its own, empty at first."""

from typing import Any

from db.creation import create_tables


def up(migrator: Any, db: Any) -> None:
    """Make the table; a ledger that has begun with it has it already."""
    if not db.table_exists("vendor_code"):
        create_tables(db, ("vendor_code",))
