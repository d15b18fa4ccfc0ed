"""Photographs beside the ledger; and inspections, seals and packings are found by their type.

The account of seals and the check of photographs ask for all of a type.
"""

import json
from typing import Any

from peewee import BlobField, CompositeKey, IntegerField, Model, SqliteDatabase, TextField

TOPICS = ("inspect", "seal", "pack")


def up(migrator: Any, db: Any) -> None:
    """Make the table, and index the events that are there."""

    class Photo(Model):
        digest = BlobField(primary_key=True)
        data = BlobField()

        class Meta:
            database = db
            legacy_table_names = False
            strict_tables = isinstance(db, SqliteDatabase)

    class EventTopic(Model):
        topic = TextField()
        event_id = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            primary_key = CompositeKey("topic", "event_id")

    db.create_tables([Photo])
    found = []
    for event_id, body in db.execute_sql("SELECT id, body FROM event ORDER BY id"):
        try:
            topic = json.loads(bytes(body))["type"]
        except (ValueError, KeyError, TypeError):  # damaged; `verify` says so, and a migration must not fail on it
            continue
        if topic in TOPICS:
            found.append({"topic": topic, "event_id": event_id})
    for first in range(0, len(found), 500):
        EventTopic.insert_many(found[first : first + 500]).execute()
