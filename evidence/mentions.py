"""What the entries of one log rely on in other logs, in 48 bytes for each reference.

Logs that are named and not listed are counted over a whole audit (`AuditLimits.names`). Beyond that number new ones are
not followed: a small file can name more logs than any office has, and each would cost memory and time.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from struct import Struct

from evidence.entry import Mention

MAX_FINDINGS_OF_ALL = 20_000
"""In one audit, so that a small bundle of many logs fills no memory with its faults."""

MAX_NAMED = 50_000
"""In one audit, of pairs of a log and another that it names and that is not listed. In a hub of 8,000 logs of which
half are missing, and each of the others names six of those, there are 24,000."""

MAX_ABSENT = 10_000
"""In one audit, of logs that are named and not here: as many as may be here. An office has 8,000 at most."""

_ROW = Struct(">Q32sQ")
_MENTION = 40


@dataclass
class AuditLimits:
    """How many findings and named logs an audit of several logs may still take; `listed` are the logs of its list."""

    left: int = MAX_FINDINGS_OF_ALL
    names: int = MAX_NAMED
    listed: Set[str] = frozenset()


class Mentions:
    """The events of other logs that one log's sound entries rely on, each with the number of the entry that does.

    `unfollowed` is the number of the first entry that names a log beyond the limit; None where all were followed.
    """

    def __init__(self, limits: AuditLimits) -> None:
        self.unfollowed: int | None = None
        self._limits = limits
        self._rows: dict[str, bytearray] = {}

    def add(self, mention: Mention, place: int) -> None:
        """Note that the entry of number `place` relies on this event."""
        rows = self._rows.get(mention.log)
        if rows is None:
            if mention.log not in self._limits.listed:
                if self._limits.names <= 0:
                    self.unfollowed = self.unfollowed or place
                    return
                self._limits.names -= 1
            rows = self._rows[mention.log] = bytearray()
        row = _ROW.pack(mention.seq, mention.leaf, place)
        if rows[-_ROW.size : _MENTION - _ROW.size] != row[:_MENTION]:  # the parts of one handover rely on the same
            rows += row

    def of_each(self) -> Iterator[tuple[str, Iterator[tuple[int, bytes, int]]]]:
        """Each log that is named, with what is relied on in it: its number and leaf, and the entry that does."""
        for log, rows in self._rows.items():
            yield log, _ROW.iter_unpack(rows)
