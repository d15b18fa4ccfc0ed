"""What is known of an item has its seals and its pack; and each seal is found by its number.

No command wrote a seal or a pack before this, so there is nothing to fold anew.
"""

from typing import Any

from peewee import BlobField, CompositeKey, Model, SqliteDatabase, TextField


def up(migrator: Any, db: Any) -> None:
    """Make the columns and the table."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class SealUse(Model):
        code = TextField()
        serial = TextField(index=True)
        fate = TextField()
        place = TextField()
        leaf = BlobField()

        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite
            primary_key = CompositeKey("code", "serial")
            without_rowid = is_sqlite

    db.execute_sql("ALTER TABLE item ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE item ADD COLUMN parent TEXT NOT NULL DEFAULT ''")
    db.execute_sql("CREATE INDEX item_parent ON item (parent)")
    db.create_tables([SealUse])
