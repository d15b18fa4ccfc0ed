"""What the database library's errors mean to a user: one table, read from result codes and never from texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb
from typing import NamedTuple

import apsw
from peewee import IntegrityError, InterfaceError, OperationalError, PeeweeException

from custody.errors import N_, AwayError, ConflictError, StoreError


class _Meaning(NamedTuple):
    sqlite: tuple[type[apsw.Error], ...]
    sqlstate: tuple[str, ...]
    message: str
    hint: str
    error: type[ConflictError] | type[StoreError] = StoreError
    way: str = ""

    def covers(self, cause: BaseException) -> bool:
        state = getattr(cause, "sqlstate", None) or ""
        return isinstance(cause, self.sqlite) or state.startswith(self.sqlstate)


_UNREACHABLE = _Meaning(
    (),
    ("08", "25006", "28", "3D", "57P"),
    N_("the database cannot be reached ({reason})"),
    N_("Check the address in --db and that the server runs."),
    AwayError,
)
_SHORT = _Meaning(
    (),
    ("53",),
    N_("the database's server has too little room for this ({reason})"),
    N_("Wait and try again; if it stays so, give that server more memory or connections."),
    AwayError,
)
_REFUSED = _Meaning(
    (apsw.ConstraintError,),
    ("23",),
    N_("the ledger refused this: {reason}"),
    N_("Nothing was recorded. Run it again."),
)
_DAMAGED = _Meaning(
    (apsw.CorruptError, apsw.NotADBError, apsw.FormatError),
    ("XX001", "XX002"),
    N_("the ledger's file is damaged ({reason})"),
    N_("Keep it as it is and go on with a copy from a backup."),
)
_OTHERWISE = _Meaning((), (), N_("the database failed ({reason})"), N_("Run: {way}"), way="doctor")

_MEANINGS = (  # the first that covers an error holds: 53100 is a full disk, any other 53 a server out of resources
    _Meaning(
        (apsw.BusyError, apsw.LockedError),
        ("55P03", "40001", "40P01"),
        N_("another program is writing to the ledger"),
        N_("Close the other window of Serah, or wait, and try again."),
        ConflictError,
    ),
    _Meaning(
        (apsw.FullError,),
        ("53100",),
        N_("the disk is full: this was not recorded"),
        N_("Free some space and do it again; everything recorded before is safe."),
    ),
    _DAMAGED,
    _Meaning(
        (apsw.IOError,),
        ("58",),
        N_("the disk failed ({reason}): this was not recorded"),
        N_("Check that the disk has space and is sound; everything recorded before is safe."),
    ),
    _Meaning(
        (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError),
        (),
        N_("the ledger's file cannot be opened for writing ({reason})"),
        N_("Check that its folder exists and is yours."),
    ),
    _UNREACHABLE,
    _SHORT,
    _REFUSED,
)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Turn the database library's errors into ours, so that none crosses out of db/.

    Raises:
        ConflictError: another process holds the write lock; trying again is safe.
        StoreError: everything else.
    """
    try:
        yield
    except (PeeweeException, apsw.Error) as error:  # apsw's own where a row is fetched: peewee wraps the call alone
        raise _translated(error) from error
    except UnicodeDecodeError as error:
        if _is_from_a_row(error):
            raise damaged("a text that is none") from error
        raise


def damaged(reason: str) -> StoreError:
    """The error that says that a ledger's file is damaged."""
    return StoreError(_DAMAGED.message, hint=_DAMAGED.hint, reason=reason)


def _translated(error: PeeweeException | apsw.Error) -> ConflictError | StoreError:
    cause = getattr(error, "orig", error)
    meaning = next((meaning for meaning in _MEANINGS if meaning.covers(cause)), None)
    if meaning is None and isinstance(error, IntegrityError):
        meaning = _REFUSED
    elif meaning is None and isinstance(error, OperationalError | InterfaceError) and _is_connection_lost(cause):
        meaning = _UNREACHABLE
    meaning = meaning or _OTHERWISE
    reason = next(iter(str(cause).splitlines()), "") or type(cause).__name__
    return meaning.error(meaning.message, hint=meaning.hint, way=meaning.way, reason=reason)


def _is_from_a_row(error: UnicodeDecodeError) -> bool:
    """Whether a row was being read: other texts, of files, are not the ledger's."""
    *_frames, (innermost, _line) = walk_tb(error.__traceback__)
    return str(innermost.f_globals.get("__name__")) == "peewee"


def _is_connection_lost(cause: BaseException) -> bool:
    """Whether an error is of the connection itself: in psycopg only those have no SQLSTATE."""
    return hasattr(cause, "sqlstate") and cause.sqlstate is None
