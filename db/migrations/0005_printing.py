"""Registrations, prints and void labels are found by their type: the account of printed labels asks for all of them."""

import json
from typing import Any

from peewee import CompositeKey, IntegerField, Model, TextField

TOPICS = ("register", "print", "void")


def up(migrator: Any, db: Any) -> None:
    """Index the events that are there."""

    class EventTopic(Model):
        topic = TextField()
        event_id = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            primary_key = CompositeKey("topic", "event_id")

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
