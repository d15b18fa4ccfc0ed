"""Write transactions of one ledger, and what must happen once one has failed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from peewee import SqliteDatabase

from custody.errors import N_, StoreError, TamperError
from db.connect import reopen, write_lock
from db.db_errors import as_store_errors
from db.log.reader import LedgerReader
from db.log.stored import read_stored
from db.models import Tables
from db.replicas import confirm_all


class Transactions:
    """Called, it gives a write transaction for the length of a `with` block."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._is_doubtful = False
        """Whether a write has failed since the database was opened."""

    @contextmanager
    def __call__(self, *, is_shared: bool = False) -> Iterator[None]:
        """All or nothing, under the write lock; committed once the block is left. Within another one, a part of that.

        Args:
            is_shared: as `db.connect.write_lock` takes it.

        Raises:
            ConflictError: another program holds the lock for too long; trying again is safe.
            StoreError: it could not be stored. The ledger can be used on once that is put right: the next one begins by
                opening the database again.
            TamperError: it was opened again after such an error, and the log does not end as it was left.
        """
        database, memory = self._ledger.database, self._ledger.memory
        if database.in_transaction():
            yield
        else:
            if self._is_doubtful:
                self._begin_again()
            try:
                with as_store_errors(), write_lock(database, is_shared=is_shared):
                    yield
            except BaseException as error:
                memory.forget()
                if isinstance(error, StoreError):
                    self._is_doubtful = True
                    with suppress(StoreError):  # what is read from now on is what the disk holds, or nothing is read
                        reopen(database)
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read within is as it was at one moment, whatever others record meanwhile."""
        database = self._ledger.database
        if database.in_transaction():
            yield
        elif isinstance(database, SqliteDatabase):
            with database.atomic("DEFERRED"):
                yield
        else:
            with database.atomic():
                database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                yield

    def confirm(self) -> None:
        """Return once all that is read here now has been committed wherever a commit goes (`db.replicas`).

        Raises:
            StoreError: it has not.
        """
        with as_store_errors():
            confirm_all(self._ledger.database)

    def _begin_again(self) -> None:
        """Reopen the database and look at the end of our log, after a write that failed.

        What a failing disk left in the memory of this connection is nothing to build on.

        Raises:
            StoreError: it cannot be opened.
            TamperError: the log does not end as it was left.
        """
        reopen(self._ledger.database)
        self._ledger.memory.forget()
        with as_store_errors():
            check_tail(self._ledger.tables)
        self._is_doubtful = False


# --- The end of our own log, looked at again before anything follows it -----------------------------------------------

LENGTH = 1000
"""Entries; 0.15 s. What came before was checked when it was the end."""


def check_tail(tables: Tables, length: int = LENGTH) -> None:
    """Check that the last entries of our log are as they were recorded, follow each other, and end where we left it.

    Raises:
        TamperError: they do not. Nothing may be added then.
    """
    log, event = tables.log, tables.event
    own = log.get_or_none(log.is_own == 1)
    if own is None:
        return
    columns = event.select(event.leaf, event.body, event.signatures).where(event.log_id == own.id)
    seq, expected = own.size, None if own.head is None else bytes(own.head).hex()
    for stored in columns.order_by(event.seq.desc()).limit(length).tuples().iterator():
        found = read_stored(*stored)
        if (found.leaf, found.seq) != (expected, seq):
            raise _broken(seq)
        seq, expected = seq - 1, found.body["prev"]
    if seq > 0 and own.size - seq < length:
        raise _broken(seq)


def _broken(seq: Any) -> TamperError:
    return TamperError(
        N_("number {seq} of this log is not as it was left: nothing is added to it"),
        hint=N_("Run: {way}"),
        way="verify",
        seq=seq,
    )
