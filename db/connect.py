"""Opening the database: SQLite through apsw by default, PostgreSQL for a hub, and the checks before it is trusted.

A database belongs to the thread that opened it; another thread opens its own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import apsw
from peewee import Database, SqliteDatabase
from playhouse.apsw_ext import APSWDatabase

from custody.errors import N_, StoreError
from db import trial_schema
from db.address import POSTGRES, ledger_file, sqlite_path
from db.db_errors import as_store_errors, damaged
from db.on_windows import SqliteOnWindows
from db.read_only import cannot_be_written, is_read_only, mark_read_only, private_copy, refuse_to_write
from db.replicas import confirmed, heed_warnings, notices
from db.sqlite_backup import keep_older
from tables.output.private_files import private_file
from tables.output.safe_file import refuse_too_long

APPLICATION_ID = 0x53455248
"""'SERH': marks a SQLite file as ours (PRAGMA application_id), and names the writers' lock in PostgreSQL."""

MIN_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL that two connections checkpoint at once (sqlite.org, WAL-reset bug)."""

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 10
"""How long a writer waits for another one before it gives up with a ConflictError."""

_HISTORY = "schema_migration"
"""The table in which playhouse.migrations keeps what was applied."""
_FIRST = "0016_ledger"
"""The first migration; trial versions had sixteen that made the same tables (`db.trial_schema`)."""
PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("mmap_size", 0),
)
"""How SQLite writes for us: a record is on the disk when COMMIT returns."""
_TIMEOUT = "serah_timeout_s"
"""What a PostgreSQL database object is given to remember, for SQLite's remembers it itself."""


def open_database(
    url: str,
    *,
    create: bool = False,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    is_copy: bool = False,
) -> Database:
    """Connect, check that the database is ours, and bring its schema up to date.

    A file of an older version is copied beside itself first, and nobody else may have it open meanwhile.

    Args:
        url: `sqlite:///FILE`, a plain file name, or `postgresql://...` as libpq takes it.
        create: make a new ledger where there is none.
        is_copy: it is a copy that goes again, of which no older version needs to be kept.

    Raises:
        StoreError: it is missing, of another program, damaged, written by a newer Serah, or cannot be reached.
        ConflictError: another process is writing to it for longer than the timeout, or has it open while it is of an
            older version.
        InputError: the older version cannot be kept beside it.
    """
    with as_store_errors():
        database = (
            _postgres(url, busy_timeout_s)
            if url.startswith(POSTGRES)
            else _sqlite(sqlite_path(url), create, busy_timeout_s)
        )
        try:
            _migrate(database, create, keeps_older=not is_copy)
        except BaseException:
            database.close()
            raise
        return database


@contextmanager
def opened(url: str, *, create: bool, busy_timeout_s: float, writes: bool) -> Iterator[Database]:
    """Open a database as `open_database` does, for as long as the block lasts.

    A ledger on a medium that cannot be written is read from a private copy, whose schema may be brought up to date.

    Args:
        writes: whether something is to be recorded.

    Raises:
        StoreError: as `open_database`; or something is to be recorded where the medium cannot be written.
        ConflictError: as `open_database`.
    """
    if writes:
        refuse_read_only(url)
    path = _unwritable(url)
    if path is None:
        database = open_database(url, create=create, busy_timeout_s=busy_timeout_s)
        try:
            yield database
        finally:
            database.close()
        return
    _refuse_foreign_file(path)
    with private_copy(path) as copy:
        database = open_database(str(copy), busy_timeout_s=busy_timeout_s, is_copy=True)
        mark_read_only(database, path)
        try:
            yield database
        finally:
            database.close()


def refuse_read_only(url: str) -> None:
    """Refuse a ledger on a medium that cannot be written, before something is to be recorded in it.

    Raises:
        StoreError: it is on one.
    """
    path = _unwritable(url)
    if path is not None:
        _refuse_foreign_file(path)
        raise cannot_be_written(str(path))


def _unwritable(url: str) -> Path | None:
    """The ledger's file, where it is there and cannot be written; else None."""
    path = ledger_file(url)
    return path if path is not None and is_read_only(path) else None


def reopen(database: Database) -> None:
    """Close the connection and open it again, with all its settings.

    Raises:
        StoreError: it cannot be opened, or the disk refuses what a ledger needs. It is closed then.
    """
    with as_store_errors():
        try:
            database.close()
        finally:
            database.connect(reuse_if_open=True)
            try:
                _prepare(database)
            except BaseException:
                database.close()
                raise


def _prepare(database: Database) -> None:
    """What a new connection needs besides the settings that Peewee makes."""
    if isinstance(database, SqliteDatabase):
        bind_times(database)
        _check_settings(database, Path(database.database))
    else:
        timeout_s: Any = getattr(database, _TIMEOUT)
        database.execute_sql(f"SET lock_timeout = {int(timeout_s * 1000)}")
        database.execute_sql("SET synchronous_commit = on")
        heed_warnings(database)


@contextmanager
def write_lock(database: Database, *, is_shared: bool = False) -> Iterator[None]:
    """A transaction: all or nothing, committed once the block is left.

    The write lock comes first, so that reading the head and appending cannot be parted. On PostgreSQL it must be the
    first statement and the isolation READ COMMITTED: a snapshot taken before the wait would be stale. There others that
    share it (`is_shared`) may write at once.

    Raises:
        StoreError: the ledger is on a medium that cannot be written, or PostgreSQL's replicas did not confirm it.
    """
    refuse_to_write(database)
    if isinstance(database, SqliteDatabase):
        with database.atomic("IMMEDIATE"):
            yield
    else:
        with confirmed(database):
            database.execute_sql(f"SELECT pg_advisory_xact_lock{'_shared' * is_shared}(%s)", (APPLICATION_ID,))
            yield


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _sqlite(path: Path, create: bool, busy_timeout_s: float) -> Database:
    is_new = not path.exists()
    if is_new and not create:
        refuse_too_long(path)
        raise StoreError(
            N_("there is no ledger at {path}"), hint=N_("Begin one with: {way}"), way="init", path=str(path)
        )
    if not is_new:
        _refuse_foreign_file(path)
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split(".")[:3])
    if version < MIN_SQLITE:
        raise StoreError(
            N_("SQLite {version} is too old to hold evidence"),
            hint=N_("Run: python -m pip install --upgrade apsw"),
            version=apsw.sqlite_lib_version(),
        )
    if is_new:
        _mark_as_ours(path, busy_timeout_s)
    kind = SqliteOnWindows if os.name == "nt" else APSWDatabase
    database: Database = kind(str(path), pragmas=PRAGMAS, timeout=busy_timeout_s, autoconnect=False)
    return _connected(database)


def _mark_as_ours(path: Path, busy_timeout_s: float) -> None:
    """Create the file, readable for its user only like the key, and mark it as Serah's once, before WAL starts.

    What SQLite makes beside it (-wal, -shm) has the file's mode; on Windows `SqliteOnWindows` sees to it.

    In the WAL alone, a killed first session would leave a file that `_refuse_foreign_file` takes for another program's;
    among the settings of each connection, a full disk could not be opened again to be read.
    """
    with as_store_errors():
        with suppress(OSError):  # what is wrong with the folder, the next line says in words
            private_file(path).close()
        connection = apsw.Connection(str(path))
        connection.set_busy_timeout(int(busy_timeout_s * 1000))
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        finally:
            connection.close()


def bind_times(database: Database) -> None:
    """Let an open SQLite connection of apsw store times, as playhouse.migrations writes them."""
    database.connection().convert_binding = _bind_time


def _bind_time(_cursor: apsw.Cursor, _number: int, value: object) -> str:
    """The time at which playhouse.migrations applied a migration, as text: apsw binds no datetime of itself."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    raise TypeError(f"SQLite stores no {type(value).__name__}")


def _refuse_foreign_file(path: Path) -> None:
    """Look at the header before SQLite may write to the file: magic string and application_id (file format §1.3).

    Also at the length, for SQLite takes a page that was cut for one that ends in zeros. A WAL may complete it.
    """
    try:
        header, size = _beginning(path)
    except (OSError, apsw.Error) as error:
        raise StoreError(
            N_("{path} cannot be read ({reason})"),
            hint=N_("Check the file's permissions."),
            path=str(path),
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    is_ours = header[:16] == b"SQLite format 3\0" and int.from_bytes(header[68:72], "big") == APPLICATION_ID
    if not is_ours:
        raise StoreError(
            N_("{path} is not a ledger of Serah"),
            hint=N_("Choose another folder with --home, or another file with --db."),
            path=str(path),
        )
    page_size = int.from_bytes(header[16:18], "big")
    if page_size > 1 and size % page_size and not path.with_name(path.name + "-wal").exists():
        raise damaged("cut short")


def _beginning(path: Path) -> tuple[bytes, int]:
    """The first 100 bytes of a file and its length, through SQLite's own file layer.

    A connection that this process has open would lose its POSIX locks when Python closed the file; another program's
    SQLite then takes itself for the last one, deletes the WAL, and what is recorded from here on is lost
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    if not os.access(path, os.R_OK) or path.is_dir():
        path.open("rb").close()  # says why
    file = apsw.VFSFile("", str(path), [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
    try:
        return file.xRead(100, 0), file.xFileSize()
    finally:
        file.xClose()


def _check_settings(database: Database, path: Path) -> None:
    """Read back what a network share or an odd disk silently refuses."""
    mode, synchronous = (
        database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    )
    if mode != "wal" or synchronous != 2:
        raise StoreError(
            N_("{path} is on a disk that cannot keep a ledger safely"),
            hint=N_("Use a folder on the laptop's own disk, no network share."),
            path=str(path),
        )


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _postgres(url: str, busy_timeout_s: float) -> Database:
    if find_spec("psycopg") is None:
        raise StoreError(
            N_("PostgreSQL needs a driver that is not installed"),
            hint=N_('Run: python -m pip install "psycopg[binary]"'),
        )
    from playhouse.postgres_ext import PostgresqlExtDatabase

    database: Database = PostgresqlExtDatabase(
        "postgresql://" + url.partition("://")[2],  # libpq's own URL: it decodes passwords and takes every option
        prefer_psycopg3=True,
        autoconnect=False,
        isolation_level="READ COMMITTED",
        **notices(url),
    )
    setattr(database, _TIMEOUT, busy_timeout_s)
    return _connected(database)


def _connected(database: Database) -> Database:
    database.connect()
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


# --- the schema -------------------------------------------------------------------------------------------------------


def _migrate(database: Database, create: bool, keeps_older: bool) -> None:
    ours = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    applied = _applied(database)
    if applied == ours:  # as nearly always: told without the runner, which takes longer to import
        return
    unknown = applied - ours
    if newer := sorted(name for name in unknown if name > max(ours)):
        raise StoreError(
            N_("this ledger was made by a newer Serah (it has {name})"),
            hint=N_("Use that version, or a newer one, on this laptop."),
            name=newer[0],
        )
    if unknown and trial_schema.OLDEST not in unknown:
        raise StoreError(
            N_("this ledger was made by a trial version of Serah that is too old for this one (it ends at {name})"),
            hint=N_("Open it once with the newest version before this one, then again with this one."),
            name=max(applied),
        )
    if not applied and not create:
        raise StoreError(
            N_("this database holds no ledger"),
            hint=N_("If it is a copy, copy the file of the same name ending in -wal too. Begin a new one with: {way}"),
            way="init",
        )
    if not isinstance(database, SqliteDatabase):
        _apply(database)
        return
    if applied and keeps_older:
        keep_older(database, Path(database.database), min(ours - applied))
    _apply(database)
    if applied and keeps_older:
        reopen(database)  # others may come in again
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _applied(database: Database) -> set[str]:
    """The names of the migrations that were applied."""
    if not database.table_exists(_HISTORY):
        return set()
    return {str(name) for (name,) in database.execute_sql(f"SELECT name FROM {_HISTORY}").fetchall()}


def _apply(database: Database) -> None:
    """Apply the migrations that a ledger lacks: whole or not at all, also when two begin at once."""
    from playhouse.migrations import MigrationError, Runner

    try:
        with write_lock(database):
            applied = _applied(database)
            if trial_schema.OLDEST in applied:
                trial_schema.complete(database, applied, MIGRATIONS / f"{_FIRST}.py")
                newest = max(name for name in applied if name <= trial_schema.NEWEST)
                database.execute_sql(f"DELETE FROM {_HISTORY} WHERE name < '{newest}'")
                database.execute_sql(f"UPDATE {_HISTORY} SET name = '{_FIRST}' WHERE name = '{newest}'")
            Runner(database, str(MIGRATIONS)).up()
    except MigrationError as error:
        raise StoreError(
            N_("the database failed ({reason})"), hint=N_("Run: {way}"), way="doctor", reason=str(error)
        ) from error
