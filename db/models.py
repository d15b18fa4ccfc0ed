"""Peewee tables, one per stored thing. No rules here, and no SQL elsewhere.

`Event`, `Log` and `EventItem` are the ledger; `EventTopic`, `Fork`, `ForkItem` and `Waiting` are what other logs add to
it. `Place`, `Need` and `Item` are a cache, rebuilt from the events at will; `Draft` and `DraftScan` unconfirmed work.

Models belong to no database; `Tables` binds each query to that of its store, so that several ledgers can be open.
"""

from collections.abc import Mapping
from typing import Any

from peewee import (
    SQL,
    AutoField,
    BlobField,
    CompositeKey,
    Database,
    IntegerField,
    Model,
    TextField,
)

_EMPTY, _ZERO = SQL("DEFAULT ''"), SQL("DEFAULT 0")


class Table(Model):
    """What all our tables share."""

    class Meta:
        legacy_table_names = False


class Log(Table):
    """A station's log: its name, who writes it, the head of what is held of it, and how many handovers it has."""

    id = AutoField()
    name = TextField(unique=True)
    station = TextField()
    place = TextField()
    root = TextField()
    public_key = TextField()
    is_own = IntegerField()
    size = IntegerField()
    head = BlobField(null=True)
    handovers = IntegerField()
    clock = TextField(null=True)


class Event(Table):
    """The evidence: the bytes of each entry as they were signed. Guarded by triggers; never changed."""

    id = AutoField()
    log_id = IntegerField()
    seq = IntegerField()
    leaf = BlobField(unique=True)
    body = BlobField()
    signatures = TextField()

    class Meta:
        indexes = ((("log_id", "seq"), True),)


class EventItem(Table):
    """Which events name which item: the index that makes one item's chain cheap in a ledger of any size."""

    code = TextField()
    event_id = IntegerField()

    class Meta:
        primary_key = CompositeKey("code", "event_id")


class EventTopic(Table):
    """The events that speak of logs, of the plan, or of other events, and those of printing, by their type."""

    topic = TextField()
    event_id = IntegerField()

    class Meta:
        primary_key = CompositeKey("topic", "event_id")


class Fork(Table):
    """Evidence too: entries of a forked log's other history, for whose numbers `event` has no room. Never changed."""

    id = AutoField()
    log_id = IntegerField(index=True)
    seq = IntegerField()
    leaf = BlobField(unique=True)
    body = BlobField()
    signatures = TextField()


class ForkItem(Table):
    """Which of those name which item."""

    code = TextField()
    fork_id = IntegerField()

    class Meta:
        primary_key = CompositeKey("code", "fork_id")


class Waiting(Table):
    """Entries that came before those they follow, and at a hub what was sent and is stored and acknowledged: `at` says
    when it arrived. Nothing follows from them yet.
    """

    id = AutoField()
    log_id = IntegerField()
    seq = IntegerField()
    leaf = BlobField(unique=True)
    body = BlobField()
    signatures = TextField()
    at = TextField(null=True, index=True)

    class Meta:
        indexes = ((("log_id", "seq"), False),)


class Place(Table):
    """The delivery tree. A place and all below it have `first` from its own `first` to its `last` (nested sets)."""

    code = TextField(primary_key=True)
    name = TextField()
    level = TextField()
    parent = TextField(null=True)
    due = TextField(null=True)
    first = IntegerField(index=True)
    last = IntegerField()
    dapil = TextField(null=True)
    voters = IntegerField(null=True)
    branch = TextField()
    """The nearest place with needs of its own, at it or above it; empty where there is none."""


class Need(Table):
    """What places need of a kind, by `custody.plan.places.Need`."""

    kind = TextField()
    level = TextField()
    name_id = TextField()
    name_en = TextField()
    per_place = IntegerField()
    unit = TextField()
    tracked_as = TextField()
    elections = TextField()
    per = TextField()
    follows = TextField()
    reserve = IntegerField()
    pack = IntegerField(null=True)
    serial = TextField()
    rule = TextField()
    under = TextField()

    class Meta:
        primary_key = CompositeKey("kind", "level", "follows", "under")


class Item(Table):
    """The present state of each registered item, folded from its events."""

    code = TextField(primary_key=True)
    kind = TextField()
    bound_for = TextField(index=True)
    k = IntegerField()
    n = IntegerField()
    election = TextField(null=True)
    quantity = IntegerField()
    serial_prefix = TextField(null=True)
    serial_first = IntegerField(null=True)
    serial_last = IntegerField(null=True)
    serial_width = IntegerField(null=True)
    held_by = TextField(index=True)
    condition = TextField()
    print = IntegerField()
    moves = IntegerField()
    last_event = BlobField()
    void = TextField(constraints=[_EMPTY])
    seal = TextField(constraints=[_EMPTY])
    parent = TextField(index=True, constraints=[_EMPTY])
    held_before = TextField(constraints=[_EMPTY])


class SealUse(Table):
    """What became of each seal that an item's events name, folded from them: its fate, where, by which event."""

    code = TextField()
    serial = TextField(index=True)
    fate = TextField()
    place = TextField()
    leaf = BlobField()

    class Meta:
        primary_key = CompositeKey("code", "serial")


class Draft(Table):
    """A scan session that is not confirmed. Its id becomes the id of the event."""

    id = TextField(primary_key=True)
    giver = TextField(null=True)
    receiver = TextField(null=True)
    bound = TextField()
    opened_at = TextField()


class DraftScan(Table):
    """One label taken in a draft, in the order of `number`."""

    draft = TextField()
    code = TextField()
    number = IntegerField()
    print = IntegerField(null=True)
    how = TextField()
    at = TextField()

    class Meta:
        primary_key = CompositeKey("draft", "code")


class DraftSaid(Table):
    """What people said of a draft beside its labels, by name: who gives, how many were counted, how an item looks."""

    draft = TextField()
    name = TextField()
    value = TextField()

    class Meta:
        primary_key = CompositeKey("draft", "name")


class Paper(Table):
    """A record of another log as its handover paper carried it, with the key and head that came along. No evidence."""

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


class Tree(Table):
    """How the Merkle tree of a log of our own stands, and the head that we signed over it: one row for each log.

    `seal` signs which heads had been shown then; `shown` is the sum of those that came later, as hex
    (`evidence.checkpoint`).
    """

    log_id = IntegerField(primary_key=True)
    size = IntegerField()
    frontier = BlobField()
    note = TextField()
    seal = TextField(constraints=[_EMPTY])
    shown = TextField(constraints=[_EMPTY])


class SeenHead(Table):
    """A signed head that somebody showed, its signature checked: how long a log once was.

    `seen_by` is our log then, 0 where it had no signed head yet, and `known_at` its size.
    """

    log = TextField()
    size = IntegerField()
    root = BlobField()
    note = TextField()
    seen_at = TextField()
    seen_by = IntegerField(constraints=[_ZERO])
    known_at = IntegerField(constraints=[_ZERO])

    class Meta:
        primary_key = CompositeKey("log", "size", "root")


class Witnessed(Table):
    """How far one log is relied on by another one, of which `looked_to` entries have been looked at: a cache.

    By our own log: the size of the longest head of the other that it keeps as a `witness`.
    """

    log_id = IntegerField()
    by_id = IntegerField()
    looked_to = IntegerField()
    seq = IntegerField()

    class Meta:
        primary_key = CompositeKey("log_id", "by_id")


class Cosigned(Table):
    """The newest head of a log that a hub or witness has cosigned, by the name of the one who did; it proves itself."""

    log = TextField()
    by = TextField()
    size = IntegerField()
    note = TextField()

    class Meta:
        primary_key = CompositeKey("log", "by")


class VendorCode(Table):
    """What a vendor's own barcode, in one form for all ways to write it, means: an item's code. From a loaded table."""

    text = TextField(primary_key=True)
    item = TextField(index=True)


class Dropped(Table):
    """A log that was not admitted and was deleted here: how much there was, and when."""

    id = AutoField()
    log_id = IntegerField()
    log = TextField()
    public_key = TextField()
    size = IntegerField()
    head = BlobField(null=True)
    dropped_at = TextField()


class Photo(Table):
    """A photograph by the SHA-256 of its bytes, which the event that names it holds. No evidence by itself."""

    digest = BlobField(primary_key=True)
    data = BlobField()


MODELS: Mapping[str, type[Table]] = {model._meta.table_name: model for model in Table.__subclasses__()}
"""Every table, in the order in which they are written here."""


class Tables:
    """The tables of one database, each bound to it when it is first asked for: a command needs a few of them.

    `Any`: peewee builds the columns' behaviour at run time.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def __getattr__(self, name: str) -> Any:
        """Bind a table that was not asked for yet; from then on it is an attribute."""
        if name not in MODELS:
            raise AttributeError(name)
        table = _Bound(MODELS[name], self.database)
        setattr(self, name, table)
        return table


class _Bound:
    """A table of one database: the columns of its model, and queries that run there.

    The models themselves belong to no database, and a class for each of them would take a hundred times as long.
    """

    def __init__(self, model: type[Table], database: Database) -> None:
        self.model, self.database = model, database
        """The model is for joins."""

    def __getattr__(self, name: str) -> Any:
        """A column. Nothing else: a query that the model makes would belong to no database."""
        if name not in self.model._meta.fields:
            raise AttributeError(name)
        return getattr(self.model, name)

    def select(self, *columns: Any) -> Any:
        return self.model.select(*columns).bind(self.database)

    def insert(self, *row: Any, **values: Any) -> Any:
        """Ask for `returning` where the row's number is wanted: PostgreSQL gives it no other way."""
        return self.model.insert(*row, **values).bind(self.database)

    def insert_many(self, rows: Any) -> Any:
        return self.model.insert_many(rows).bind(self.database)

    def insert_from(self, query: Any, columns: Any) -> Any:
        return self.model.insert_from(query, columns).bind(self.database)

    def update(self, *changed: Any, **values: Any) -> Any:
        return self.model.update(*changed, **values).bind(self.database)

    def delete(self) -> Any:
        return self.model.delete().bind(self.database)

    def get(self, *conditions: Any) -> Any:
        rows = self.select()
        return (rows.where(*conditions) if conditions else rows).get()

    def get_or_none(self, condition: Any) -> Any:
        return self.select().where(condition).get_or_none()
