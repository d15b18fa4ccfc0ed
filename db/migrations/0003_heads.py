"""How the tree of our own log stands, and the head that this station signed over it with its last commit.

A ledger that was begun before has no row here; its tree is built from its entries at the next append.
"""

from typing import Any

from peewee import BlobField, IntegerField, Model, SqliteDatabase, TextField


def up(migrator: Any, db: Any) -> None:
    """Make the table."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite

    class Tree(Table):
        log_id = IntegerField(primary_key=True)
        size = IntegerField()
        frontier = BlobField()
        note = TextField()

    db.create_tables([Tree])
