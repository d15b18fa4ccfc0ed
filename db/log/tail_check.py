"""The end of our own log, looked at again before anything follows it."""

from typing import Any

from custody.errors import N_, TamperError
from db.log.stored import read_stored
from db.models import Tables

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
