"""A safe copy of a ledger while it is open, by SQLite's own backup; the file alone lacks what is in its WAL."""

import contextlib
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw
from peewee import Database, OperationalError, SqliteDatabase

from custody.errors import N_, ConflictError, InputError, StoreError
from custody.format.encoding import leaf_digest
from db.db_errors import as_store_errors
from tables.output.own_files import output_path
from tables.output.private_files import private_file
from tables.output.safe_file import patiently, refuse_too_long

_PAGES = 2000
"""Copied at a time, so that others can write between, and progress shows."""
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
"""What a file system without hard links answers, as that of a USB stick."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, as it was read back from the file."""

    entries: int
    bytes: int


def backup(database: Database, path: Path, progress: Callable[[float], None]) -> Copied:
    """Copy an open ledger to a new file, and read it back: every entry against its digest, the file against itself.

    Args:
        progress: called with the share that is done, from 0 to 1.

    Raises:
        InputError: the file is there already, cannot be made, or would be one of the station's own.
        StoreError: the disk failed or is full, or what was read back is not whole; nothing is left behind.
    """
    if not isinstance(database, SqliteDatabase):
        raise InputError(
            N_("a ledger on a PostgreSQL server is backed up there"), hint=N_("Run: pg_dump --format=custom DATABASE")
        )
    output_path(path)
    if path.exists():
        raise InputError(
            N_("{path} is there already; a backup never writes over anything"),
            hint=N_("Give another name."),
            path=str(path),
        )
    draft = path.with_name(f".{path.name[:100]}.part")
    try:
        with as_store_errors():
            draft.unlink(missing_ok=True)
            private_file(draft).close()  # a folder that is missing or not ours is the user's fault and not the disk's
            _copy(database.connection(), draft, progress)
            copied = _read_back(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        _name(draft, path)
    except OSError as error:
        refuse_too_long(path)
        raise InputError(
            N_("{path} cannot be written: {reason}"),
            hint=N_("Choose another folder."),
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return copied


def keep_older(database: Database, path: Path, change: str) -> Path:
    """Keep a ledger as it is, beside itself, before a change of its tables: `ledger-before-0018_needs_follow.db`.

    From here on, and until this connection is closed, nobody else may have it open.

    Raises:
        ConflictError: somebody has.
        InputError: the folder takes no file.
        StoreError: the disk failed or is full, or the ledger is not whole; nothing is left behind.
    """
    _be_alone(database)
    names = (
        path.with_name(f"{path.stem}-before-{change}{more}.db") for more in ("", *(f"-{n}" for n in range(2, 100)))
    )
    free = next(name for name in names if not name.exists())
    backup(database, free, lambda _share: None)
    return free


def _be_alone(database: Database) -> None:
    """Hold the file against every other connection until ours is closed: an older program would go on writing to it.

    Only a connection that is alone can leave the WAL; in this mode it does not let go of the file again.
    """
    try:
        for setting in ("locking_mode = exclusive", "journal_mode = delete", "journal_mode = wal"):
            database.execute_sql(f"PRAGMA {setting}")
    except OperationalError as error:
        if not isinstance(error.__cause__ or getattr(error, "orig", None), apsw.BusyError):
            raise
        raise ConflictError(
            N_("this version of Serah must bring the ledger up to date first, and another window has it open"),
            hint=N_("Close every window of Serah, then try again."),
        ) from error


def _copy(source: apsw.Connection, path: Path, progress: Callable[[float], None]) -> None:
    target = apsw.Connection(str(path))
    try:
        with target.backup("main", source, "main") as copying:
            while not copying.done:
                copying.step(_PAGES)
                progress(1 - copying.remaining / max(copying.page_count, 1))
        target.execute("PRAGMA journal_mode = delete")  # one file, with nothing of it anywhere else
    finally:
        target.close()


def _read_back(path: Path) -> Copied:
    copy = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    entries = 0
    try:
        [(trouble,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        for leaf, body, signatures in copy.execute("SELECT leaf, body, signatures FROM event"):
            entries += 1
            if leaf_digest(body + b"\n" + signatures.encode()) != leaf:
                trouble = "SHA-256"
        [(sizes,)] = copy.execute("SELECT COALESCE(SUM(size), 0) FROM log").fetchall()
    finally:
        copy.close()
    if trouble != "ok" or sizes != entries:
        raise StoreError(
            N_("the backup is not whole ({reason}), so it was not kept"),
            hint=N_("Run: {way}"),
            way="verify",
            reason=trouble if trouble != "ok" else f"{entries} / {sizes}",
        )
    return Copied(entries, path.stat().st_size)


def _name(draft: Path, path: Path) -> None:
    """Give the copy its name unless a file of that name came meanwhile; Windows refuses that by itself."""
    if os.name != "posix":
        patiently(lambda: draft.rename(path))
        return
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
