"""What an audit of a whole ledger found to be as it was signed, so that the next one may go on from there."""

import msgspec

from evidence.tree import Frontier


class VerifiedLog(msgspec.Struct, frozen=True):
    """What was found of one log: its key (64 hex digits), its tree (`Frontier`), the digest of its newest entry, how
    many handovers it had, and how many signed heads of no more entries were known.
    """

    key: str
    tree: bytes
    leaf: bytes
    handovers: int
    heads: int

    @property
    def size(self) -> int:
        """How many entries were verified."""
        return Frontier.from_bytes(self.tree).size


class Verified(msgspec.Struct, frozen=True):
    """What a whole ledger was when it was verified: `at` (RFC 3339), its logs by name, and how many entries stood
    beside them.
    """

    at: str
    logs: dict[str, VerifiedLog]
    forked: int
