"""A ledger on a medium that cannot be written, read from a private copy.

SQLite reads a ledger in WAL mode only where it can write beside it. Its `immutable` way would do without; but it
ignores a WAL that has records in it, and reports damage where somebody writes after all.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database

from custody.errors import N_, ConflictError, StoreError

_TRIES = 3
_MARK = "serah_read_only"


def is_read_only(path: Path) -> bool:
    """Whether a ledger's file is there and it, or its folder, cannot be written by this user."""
    if not path.is_file():
        return False
    if sys.platform == "win32":  # there `access` knows the file's own mark, and nothing of its medium
        try:
            with path.open("r+b"):
                return False
        except OSError:
            return True
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


@contextmanager
def private_copy(path: Path, copy_file: Callable[[Path, Path], object] = shutil.copyfile) -> Iterator[Path]:
    """Copy a ledger and its WAL to a private folder that lasts as long as the block.

    Raises:
        ConflictError: it was written to while it was copied.
        OSError: it cannot be read, or there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="serah-") as folder:
        copy = Path(folder) / path.name
        files = [(file, copy.with_name(file.name)) for file in (path, path.with_name(path.name + "-wal"))]
        for _ in range(_TRIES):
            before = _stamps(path)
            for file, target in files:
                target.unlink(missing_ok=True)
                if file.exists():
                    copy_file(file, target)
            if _stamps(path) == before:
                break
        else:
            raise ConflictError(
                N_("another program is writing to the ledger"),
                hint=N_("Close the other window of Serah, or wait, and try again."),
            )
        yield copy


def _stamps(path: Path) -> list[tuple[int, int] | None]:
    """By what it shows that a ledger was written to: length and time of its file and of its WAL."""
    files = (path, path.with_name(path.name + "-wal"))
    stats = [file.stat() if file.exists() else None for file in files]
    return [stat and (stat.st_size, stat.st_mtime_ns) for stat in stats]


def mark_read_only(database: Database, path: Path) -> None:
    """Let nothing be recorded in this database, which is a copy of the ledger at `path`."""
    setattr(database, _MARK, str(path))


def is_marked(database: Database) -> bool:
    """Whether nothing can be recorded in this database."""
    return hasattr(database, _MARK)


def refuse_to_write(database: Database) -> None:
    """Refuse to record in a copy of a ledger that is on a medium which cannot be written.

    Raises:
        StoreError: it is one.
    """
    if is_marked(database):
        raise cannot_be_written(getattr(database, _MARK))


def cannot_be_written(path: str) -> StoreError:
    """The refusal to record in a ledger that can only be read."""
    return StoreError(
        N_("{path} can only be read, so nothing is recorded in it"),
        hint=N_("Copy the folder to the computer's own disk and work there: --home FOLDER"),
        path=path,
    )
