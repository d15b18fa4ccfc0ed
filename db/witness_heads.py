"""What a witness keeps: of each log the newest head that it has cosigned, and heads that contradict it. No entries."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from db.connect import BUSY_TIMEOUT_S, PRAGMAS
from db.db_errors import as_store_errors

_TABLES = """
CREATE TABLE IF NOT EXISTS witness (name TEXT PRIMARY KEY, public_key BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS contradiction (
    origin TEXT NOT NULL, is_proof INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (origin, note)
) STRICT;
"""
MOST_EACH = 8
"""Contradicting heads of one log that prove it, and as many that do not by themselves."""


class WitnessHeads:
    """The heads in one file. Any thread may ask, and another program may have the file open, too.

    `origin` is the digest of a log's name, as the protocol has it: hex, in small letters.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            StoreError: it cannot be written, or is none of ours.
        """
        with as_store_errors():
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(BUSY_TIMEOUT_S * 1000)
            if sys.platform == "win32":
                self._connection.setlk_timeout(0, 0)  # `db.on_windows` says why
            for name, value in PRAGMAS:
                self._connection.pragma(name, value)
            self._connection.execute(_TABLES)
        self._lock = threading.RLock()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is kept within is on the disk when this ends, or nothing of it is; nobody else keeps anything meanwhile.

        Raises:
            StoreError: the disk is full, or failed.
            ConflictError: another program holds the file for too long.
        """
        with self._lock, as_store_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk ends it by itself
                    self._connection.execute("ROLLBACK")
                raise

    def belongs_to(self, name: str, public_key: bytes) -> bool:
        """Whether these are the heads of that witness; from now on they are, where they were nobody's."""
        with self.transaction():
            self._run("INSERT INTO witness SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM witness)", name, public_key)
        return self._run("SELECT name, public_key FROM witness") == [(name, public_key)]

    @property
    def name(self) -> str:
        """Of the witness whose heads these are; empty where they are nobody's."""
        return str(next((name for (name,) in self._run("SELECT name FROM witness")), ""))

    def newest(self, origin: str) -> str | None:
        """The newest head of a log that was cosigned; None where none was."""
        return next((str(note) for (note,) in self._run("SELECT note FROM head WHERE origin = ?", origin)), None)

    def keep(self, origin: str, note: str) -> None:
        """Let this be the newest. Call it within a transaction."""
        self._run("INSERT INTO head VALUES (?, ?) ON CONFLICT DO UPDATE SET note = excluded.note", origin, note)

    def keep_contradiction(self, origin: str, note: str, *, is_proof: bool) -> bool:
        """Keep a head that does not fit, within a transaction; returns whether it is the first that proves it."""
        [(count,)] = self._run(
            "SELECT count(*) FROM contradiction WHERE origin = ? AND is_proof = ?", origin, int(is_proof)
        )
        if count < MOST_EACH:
            self._run("INSERT OR IGNORE INTO contradiction VALUES (?, ?, ?)", origin, int(is_proof), note)
        return is_proof and count == 0

    def contradictions(self) -> list[tuple[str, str]]:
        """The heads that did not fit, each behind the one that was cosigned, as pairs."""
        return self._run(
            "SELECT h.note, c.note FROM contradiction c JOIN head h USING (origin) ORDER BY c.origin, c.note"
        )

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._lock, as_store_errors():
            return [*self._connection.execute(statement, values)]
