"""Registrations, prints and void labels are found by their type; what is known of an item has its void prints.

The account of printed labels asks for all of a type. No print was void before: there was no such record.
"""

import json
from typing import Any

from peewee import CompositeKey, IntegerField, Model, TextField

TOPICS = ("register", "print", "void")


def up(migrator: Any, db: Any) -> None:
    """Index the events that are there, and make the column."""

    class EventTopic(Model):
        topic = TextField()
        event_id = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            primary_key = CompositeKey("topic", "event_id")

    db.execute_sql("ALTER TABLE item ADD COLUMN void TEXT NOT NULL DEFAULT ''")
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
