"""What a station signs of the heads that it was shown: a running digest of all of them, so that none can be taken away.

Heads come between two records, without the station's key: their numbers are added up, and the next record takes the sum
into the digest and signs it, with the size of the log then.
"""

from collections.abc import Callable
from hashlib import sha256, sha512

from custody.errors import N_, TamperError
from evidence.note import read_note, sign_note

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
    if len(lines) != 4 or lines[0] != _FIRST_LINE or not lines[1].isdecimal():
        raise TamperError(N_("this is not a log's signed head"))
    return int(lines[1]), lines[2]
