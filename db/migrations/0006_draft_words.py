"""What people said of a session before it is recorded: names, a count, the state of an item."""

from typing import Any

from peewee import CompositeKey, Model, SqliteDatabase, TextField


def up(migrator: Any, db: Any) -> None:
    """Make the table."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class DraftSaid(Model):
        draft = TextField()
        name = TextField()
        value = TextField()

        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite
            primary_key = CompositeKey("draft", "name")
            without_rowid = is_sqlite

    db.create_tables([DraftSaid])
