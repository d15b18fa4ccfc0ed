"""Opening the database: SQLite through apsw by default, PostgreSQL for a hub, and the checks before it is trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peewee import Database, DatabaseError, IntegrityError, InterfaceError, OperationalError, PeeweeException

from custody.errors import N_, ConflictError, StoreError

APPLICATION_ID = 0x53455248
"""'SERH': marks a SQLite file as a ledger of ours (PRAGMA application_id)."""

MIN_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL that two connections checkpoint at once (sqlite.org, WAL-reset bug)."""

MIGRATIONS = Path(__file__).parent / "migrations"

_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("mmap_size", 0),
)
_BUSY_TIMEOUT_S = 10


def open_database(url: str, *, create: bool = False) -> Database:
    """Connect, check that the database is ours, and bring its schema up to date.

    Args:
        url: `sqlite:///FILE`, a plain file name, or `postgresql://...`.
        create: make a new one where there is none.

    Raises:
        StoreError: it is missing, of another program, damaged, written by a newer Serah, or cannot be reached.
    """
    with as_store_errors():
        database = (
            _postgres(url) if url.startswith(("postgres://", "postgresql://", "psycopg3://")) else _sqlite(url, create)
        )
        try:
            _migrate(database)
        except BaseException:
            database.close()
            raise
        return database


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn the database library's errors into ours, so that none crosses out of db/.

    Raises:
        ConflictError: another process holds the write lock; trying again is safe.
        StoreError: everything else.
    """
    try:
        yield
    except PeeweeException as error:
        raise _translated(error) from error


def _translated(error: PeeweeException) -> Exception:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    lowered = text.lower()
    if "locked" in lowered or "busy" in lowered:
        return ConflictError(
            N_("another program is writing to the ledger"),
            hint=N_("Close the other window of Serah, or wait, and try again."),
        )
    if "full" in lowered or "no space" in lowered:
        return StoreError(
            N_("the disk is full: this was not recorded"),
            hint=N_("Free some space and do it again; everything recorded before is safe."),
        )
    if isinstance(error, OperationalError | InterfaceError) and "connect" in lowered:
        return StoreError(
            N_("the database cannot be reached ({reason})"),
            hint=N_("Check the address in --db and that the server runs."),
            reason=text,
        )
    if isinstance(error, IntegrityError):
        return StoreError(
            N_("the ledger refused this: {reason}"), hint=N_("Nothing was recorded. Run it again."), reason=text
        )
    if isinstance(error, DatabaseError) and (
        "malformed" in lowered or "not a database" in lowered or "disk image" in lowered
    ):
        return StoreError(
            N_("the ledger's file is damaged ({reason})"),
            hint=N_("Keep it as it is and go on with a copy from a backup."),
            reason=text,
        )
    return StoreError(N_("the database failed ({reason})"), hint=N_("Run: python main.py doctor"), reason=text)


def _sqlite(url: str, create: bool) -> Database:
    import apsw
    from playhouse.apsw_ext import APSWDatabase

    path = Path(url.removeprefix("sqlite:///"))
    is_new = not path.exists()
    if is_new and not create:
        raise StoreError(
            N_("there is no ledger at {path}"),
            hint=N_("Begin one with: python main.py init --place CODE --station NAME"),
            path=str(path),
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
    database: Database = APSWDatabase(str(path), pragmas=_PRAGMAS, timeout=_BUSY_TIMEOUT_S, autoconnect=False)
    try:
        database.connect()
        # playhouse.migrations binds a datetime, which apsw takes only through this hook.
        database.connection().convert_binding = lambda _cursor, _number, value: str(value)
        _check_settings(database, path, is_new)
    except apsw.Error as error:  # raised while connecting, before peewee wraps anything
        database.close()
        raise _translated(DatabaseError(str(error))) from error
    except BaseException:
        database.close()
        raise
    return database


def _refuse_foreign_file(path: Path) -> None:
    """Look at the file's first bytes before SQLite may write to it: the header and application_id (file format §1.3)."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise StoreError(
            N_("{path} cannot be read ({reason})"),
            hint=N_("Check the file's permissions."),
            path=str(path),
            reason=error.strerror,
        ) from error
    is_ours = header[:16] == b"SQLite format 3\0" and int.from_bytes(header[68:72], "big") == APPLICATION_ID
    if not is_ours:
        raise StoreError(
            N_("{path} is not a ledger of Serah"),
            hint=N_("Choose another folder with --home, or another file with --db."),
            path=str(path),
        )


def _check_settings(database: Database, path: Path, is_new: bool) -> None:
    if is_new:
        database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    mode = database.execute_sql("PRAGMA journal_mode").fetchone()[0]
    synchronous = database.execute_sql("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or synchronous != 2:
        raise StoreError(
            N_("{path} is on a disk that cannot keep a ledger safely"),
            hint=N_("Use a folder on the laptop's own disk, no network share."),
            path=str(path),
        )


def _postgres(url: str) -> Database:
    from playhouse.db_url import connect

    options: dict[str, Any] = {"autoconnect": False}
    try:
        database: Database = connect(url, unquote_password=True, unquote_user=True, prefer_psycopg3=True, **options)
    except (ImportError, ValueError, RuntimeError) as error:
        raise StoreError(
            N_("the database address {url} cannot be used ({reason})"),
            hint=N_('For PostgreSQL run: python -m pip install "psycopg[binary]"'),
            url=url.split("@")[-1],
            reason=str(error),
        ) from error
    database.connect()
    return database


def _migrate(database: Database) -> None:
    from playhouse.migrations import MigrationError, Runner

    runner = Runner(database, str(MIGRATIONS))
    status = runner.status()
    unknown = [row.name for row in status if row.path is None]
    if unknown:
        raise StoreError(
            N_("this ledger was made by a newer Serah (it has {name})"),
            hint=N_("Use that version, or a newer one, on this laptop."),
            name=unknown[0],
        )
    if any(row.applied is None for row in status):
        try:
            runner.up()
        except MigrationError as error:
            raise StoreError(
                N_("the database failed ({reason})"), hint=N_("Run: python main.py doctor"), reason=str(error)
            ) from error
