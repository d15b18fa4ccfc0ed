"""A log's signed head: how long it was and what it held (C2SP tlog-checkpoint v1).

A head that was kept shows later whether the log was cut, rolled back or rewritten.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, sha512

from custody.errors import N_, TamperError
from evidence.note import read_note, sign_note

MAX_SIZE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its name, how many entries it had, and the root of its tree then (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def make_checkpoint(origin: str, size: int, root: bytes, public_key: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The signed head of a log, as text. The key bears the log's name, as tlog-checkpoint advises."""
    return sign_note(str(Checkpoint(origin, size, root)), origin, public_key, sign)


@lru_cache(maxsize=64)  # each proof of a file brings the head of its log again
def read_checkpoint(text: str, public_key: bytes) -> Checkpoint:
    """Read a signed head and check that the log's key signed it.

    Raises:
        TamperError: not a signed head, or this key has not signed it.
    """
    note = read_note(text)
    head = parse_checkpoint(note.text)
    note.text_signed_by(head.origin, public_key)
    return head


def claimed_checkpoint(text: str) -> Checkpoint:
    """What a signed head says, its signature not checked: to learn whose key is needed.

    Raises:
        TamperError: not a signed head.
    """
    return parse_checkpoint(read_note(text).text)


def is_head_of(text: str, origin: str) -> bool:
    """Whether a text reads as a signed head of this log, its signature not checked."""
    try:
        return claimed_checkpoint(text).origin == origin
    except TamperError:
        return False


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note as a head. Extension lines are refused: our logs write none, and none could be checked.

    Raises:
        TamperError: it is not one, byte for byte.
    """
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or not _is_size(lines[1]):
        raise _not_a_head()
    try:
        head = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (binascii.Error, ValueError) as error:
        raise _not_a_head() from error
    if len(head.root) != 32 or head.size > MAX_SIZE or str(head) != text:  # the only form: no leading zero, one base64
        raise _not_a_head()
    return head


def _is_size(text: str) -> bool:
    return text.isdecimal() and len(text) <= len(str(MAX_SIZE))  # of thousands of digits, Python makes no number


def _not_a_head() -> TamperError:
    return TamperError(
        N_("this is not a log's signed head"),
        hint=N_("Give the text as it was printed or saved, from its first line to its last."),
    )


# ----------------------------------------------------------------------------------------------------------------------
# What a station signs of the heads that it was shown: a running digest of all of them, so that none can be taken away.
#
# Heads come between two records, without the station's key: their numbers are added up, and the next record takes the
# sum into the digest and signs it, with the size of the log then.

_FIRST_LINE = "serah-seen-heads/v1"
MODULUS = 1 << 512


def sum_of(total: int, note: str) -> int:
    """The sum of the heads that came since the last record, with one more; the order in which they came is all one."""
    return (total + int.from_bytes(sha512(note.encode("utf-8", "surrogatepass")).digest())) % MODULUS


def extend(digest: str, size: int, total: int) -> str:
    """The digest with the heads that came while the log had `size` entries; as it was where none came (0)."""
    if not total:
        return digest
    return sha256(f"{digest} {size} {total:0128x}".encode()).hexdigest()


def make_seal(log: str, size: int, digest: str, public_key: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The signed note over a digest. Its text is no head: a head's third line is 44 characters of base64."""
    return sign_note(f"{_FIRST_LINE}\n{size}\n{digest}\n", log, public_key, sign)


def read_seal(text: str, log: str, public_key: bytes) -> tuple[int, str]:
    """The size of the log when the seal was made, and the digest of the heads known then.

    Raises:
        TamperError: it is no seal, or this log's key has not signed it.
    """
    lines = read_note(text).text_signed_by(log, public_key).split("\n")
    if len(lines) != 4 or lines[0] != _FIRST_LINE or not _is_size(lines[1]):
        raise TamperError(N_("this is not a log's signed head"))
    return int(lines[1]), lines[2]
