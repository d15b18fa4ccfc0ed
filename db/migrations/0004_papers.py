"""What came on paper: records of logs that are not held, heads that somebody showed, and how far others have seen ours.

None of it is this ledger's evidence: `paper` and `seen_head` are what a camera read, `witnessed` is a cache.
"""

from typing import Any

from peewee import BlobField, CompositeKey, IntegerField, Model, SqliteDatabase, TextField


def up(migrator: Any, db: Any) -> None:
    """Make the tables."""
    is_sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = is_sqlite

    class Paper(Table):
        leaf = BlobField(primary_key=True)
        paper = TextField()
        log = TextField()
        seq = IntegerField()
        public_key = TextField()
        body = BlobField()
        signatures = TextField()
        head = TextField()
        is_witnessed = IntegerField()
        seen_at = TextField()

    class SeenHead(Table):
        log = TextField()
        size = IntegerField()
        root = BlobField()
        note = TextField()
        seen_at = TextField()

        class Meta:
            primary_key = CompositeKey("log", "size", "root")
            without_rowid = is_sqlite

    class Witnessed(Table):
        log_id = IntegerField()
        by_id = IntegerField()
        looked_to = IntegerField()
        seq = IntegerField()

        class Meta:
            primary_key = CompositeKey("log_id", "by_id")
            without_rowid = is_sqlite

    db.create_tables([Paper, SeenHead, Witnessed])
