"""Makes the tables of the models in a database that has none of them yet."""

from collections.abc import Collection
from functools import cache

from peewee import CompositeKey, Database, SchemaManager, SqliteDatabase

from db.models import MODELS, Need, Table


def create_tables(database: Database, only: Collection[str] = ()) -> None:
    """Make every table, with its indexes, in a database that has none of them; or those of these names only.

    On SQLite they are strict, and those that are only a key of several columns, or little more, have no row numbers.
    """
    for name in MODELS:
        if not only or name in only:
            SchemaManager(_made(name, isinstance(database, SqliteDatabase)), database).create_all()


@cache
def _made(name: str, is_sqlite: bool) -> type[Table]:
    """The model of a table as it is made on this kind of database."""
    model = MODELS[name]
    key = model._meta.primary_key
    meta = {"table_name": name, "strict_tables": is_sqlite}
    if isinstance(key, CompositeKey):
        without_rowid = is_sqlite and model is not Need
        meta |= {"primary_key": CompositeKey(*key.field_names), "without_rowid": without_rowid}
    return type(model.__name__, (model,), {"Meta": type("Meta", (), meta)})
