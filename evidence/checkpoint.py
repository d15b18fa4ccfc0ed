"""Signed notes (C2SP signed-note v1), and a signed head, which is one: how long a log was and what it held
(C2SP tlog-checkpoint v1); and the Ed25519 signatures beneath them.

A head that was kept shows later whether the log was cut, rolled back or rewritten.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, sha512

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from custody.errors import N_, CustodyError, TamperError

MAX_SIZE = 2**53 - 1
MAX_NOTE_CHARS = 64 * 1024
MAX_SIGNATURES = 16
"""The least that the specification lets a reader take, and more than our logs need."""

ED25519, COSIGNATURE = b"\x01", b"\x04"
"""The signature types of plain Ed25519 and of cosignatures with it (signed-note, "Signature types")."""
PUBLIC_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_PRIME = 2**255 - 19
_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_HEIGHTS = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})
"""The y of the curve's eight points of small order: 0 of order 4, 1 and -1 of 1 and 2, the others of 8."""
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and id (4 bytes), and what that key made of the text."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, its last line feed included, and its signatures. Nothing is known of either before `text_signed_by`."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def text_signed_by(self, name: str, public_key: bytes) -> str:
        """The text, once this key's signature of it holds; signatures by other keys are passed over.

        Raises:
            TamperError: this key has not signed it, or one of its signatures does not hold.
        """
        known = (name, key_id(name, public_key))
        ours = [signature for signature in self.signatures if (signature.name, signature.key_id) == known]
        if not ours or not all(holds(public_key, s.value, self.text.encode("utf-8")) for s in ours):
            raise TamperError(
                N_("the head of {name} is not signed by that log's key"),
                hint=N_("Somebody else made it, or it was changed: compare it with the paper that it came from."),
                name=name,
            )
        return self.text


def key_id(name: str, public_key: bytes, kind: bytes = ED25519) -> bytes:
    """The short name of a key under a name: four bytes of SHA-256 (signed-note, "Signatures")."""
    return sha256(name.encode("utf-8") + b"\n" + kind + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes, kind: bytes = ED25519) -> str:
    """A public key with its name, as text (signed-note, "Verifier keys")."""
    return f"{name}+{key_id(name, public_key, kind).hex()}+{base64.b64encode(kind + public_key).decode('ascii')}"


def read_verifier_key(text: str, kind: bytes = ED25519) -> tuple[str, bytes]:
    """The name and the public key that `verifier_key` wrote.

    Raises:
        TamperError: it is no key of that kind, byte for byte.
    """
    name, _, rest = text.partition("+")
    try:
        key = base64.b64decode(rest.partition("+")[2], validate=True)[1:]
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != PUBLIC_KEY_BYTES or not is_key_name(name) or verifier_key(name, key, kind) != text:
        raise TamperError(N_("{text} is no public key with its name"), text=text[:200])
    return name, key


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """An Ed25519 key with the name under which it signs, and the type of its signatures."""

    name: str
    public_key: bytes
    kind: bytes = ED25519

    def __str__(self) -> str:
        return verifier_key(self.name, self.public_key, self.kind)


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: not empty, no white space, no plus sign."""
    return bool(name) and "+" not in name and not re.search(r"\s", name) and not _CONTROL.search(name)


def sign_note(text: str, name: str, public_key: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The note of a text: `sign` is Ed25519 with the key that belongs to `public_key`.

    A note's text begins with a line of its own and an event is signed behind `SIGNING_CONTEXT` and as JSON, so no
    signature of the one passes as a signature of the other.

    Raises:
        CustodyError: a text or a name that no note can hold.
    """
    if not text.endswith("\n") or _CONTROL.search(text) or not is_key_name(name):
        raise CustodyError(N_("this text cannot be signed as a note: {name}"), name=name)
    return f"{text}\n{NoteSignature(name, key_id(name, public_key), sign(text.encode('utf-8')))}"


def read_note(note: str) -> Note:
    """Take a note apart, trusting nothing of it yet.

    Raises:
        TamperError: not a signed note, byte for byte.
    """
    if len(note) > MAX_NOTE_CHARS or _CONTROL.search(note):
        raise _not_a_head()
    text, blank, lines = note.rpartition("\n\n")  # the last empty line parts them; the text may have others
    if not text or not blank or not lines.endswith("\n"):
        raise _not_a_head()
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise _not_a_head()
    return Note(text + "\n", signatures)


def _read_line(line: str) -> NoteSignature:
    match = _LINE.fullmatch(line)
    if not match or not is_key_name(match[1]):
        raise _not_a_head()
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise _not_a_head() from error
    signature = NoteSignature(match[1], data[:4], data[4:])
    if not signature.value or str(signature) != line + "\n":  # one form only: base64 leaves bits that nobody reads
        raise _not_a_head()
    return signature


# --- A log's signed head ---


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


# --- Ed25519 (RFC 8032 §5.1.7) ----------------------------------------------------------------------------------------


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this Ed25519 key made this signature of these bytes.

    libsodium is asked first, for it needs half the time. It takes nothing that OpenSSL refuses, and refuses some keys
    and signatures that are made to be doubtful; what it refuses, OpenSSL decides, as the second verifier asks it alone.
    But a key of small order holds nothing, in whatever form it is written: one signature of it may fit any bytes, so it
    says nothing of who made them.
    """
    if len(signature) != _SIGNATURE_BYTES or len(public_key) != PUBLIC_KEY_BYTES or _is_of_small_order(public_key):
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except CryptoError:
        return _openssl_takes(public_key, signature, message)
    return True


def _is_of_small_order(public_key: bytes) -> bool:
    """Whether eight times this point is nothing; the sign of x is left aside, and a y past the prime is taken as it is
    meant.
    """
    return int.from_bytes(public_key, "little") % 2**255 % _PRIME in _SMALL_HEIGHTS


def _openssl_takes(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The station's key: its 32 public bytes, and Ed25519 signing with the secret half."""

    public_key: bytes
    sign: Callable[[bytes], bytes]
