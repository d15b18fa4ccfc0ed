"""Whether the schema is the one that the migrations make: tables, indexes, and the guards of the evidence."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from peewee import Database, SqliteDatabase

from db.connect import MIGRATIONS, bind_times

_SCRATCH = "serah_scratch"

Named = tuple[str, str]
"""An object of a schema: its kind (table, index, trigger, view), its name."""


def changed_objects(database: Database) -> list[Named]:
    """What in this schema is missing, was added, or is not as the migrations make it."""
    found = _objects(database)
    with _fresh(database) as fresh:
        expected = _objects(fresh)
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _objects(database: Database) -> dict[Named, str]:
    if isinstance(database, SqliteDatabase):
        rows = database.execute_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        # What ANALYZE keeps is not ours and harms nothing.
        # Names stand with quotes or without, by whether a table had its column from the beginning.
        return {
            (str(kind), str(name)): repr(what).replace('"', "")
            for kind, name, *what in rows
            if str(name)[:11] != "sqlite_stat"
        }
    rows = database.execute_sql(
        "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled, p.proname, p.prosrc FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ).fetchall()
    return {("trigger", str(name)): repr(what) for name, *what in rows}


@contextmanager
def scratch_database() -> Iterator[Database]:
    """An empty ledger in memory."""
    with _memory() as memory:
        memory.connection().deserialize("main", _empty_ledger())
        yield memory


@cache
def _empty_ledger() -> bytes:
    """The file that the migrations make: once in a process, for each of its checks asks twice."""
    from playhouse.migrations import Runner

    with _memory() as memory:
        bind_times(memory)
        Runner(memory, str(MIGRATIONS)).up()
        image: bytes = memory.connection().serialize("main")
        return image


@contextmanager
def _memory() -> Iterator[Database]:
    from playhouse.apsw_ext import APSWDatabase

    memory: Database = APSWDatabase(":memory:")
    memory.connect()
    try:
        yield memory
    finally:
        memory.close()


@contextmanager
def _fresh(database: Database) -> Iterator[Database]:
    """A schema that the migrations have just made: in memory; on a server, in a transaction that is taken back."""
    from playhouse.migrations import Runner

    if isinstance(database, SqliteDatabase):
        with scratch_database() as memory:
            yield memory
        return
    with database.atomic() as scratch:
        database.execute_sql(f"CREATE SCHEMA {_SCRATCH}")
        database.execute_sql(f"SET LOCAL search_path TO {_SCRATCH}")
        Runner(database, str(MIGRATIONS)).up()
        yield database
        scratch.rollback()
