"""Signed notes: text that keys have signed (C2SP signed-note v1).

Knows the form of a note and Ed25519; must not know what the text says.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from custody.errors import N_, CustodyError, TamperError
from evidence.ed25519 import holds

MAX_NOTE_CHARS = 64 * 1024
MAX_SIGNATURES = 16
"""The least that the specification lets a reader take, and more than our logs need."""

ED25519, COSIGNATURE = b"\x01", b"\x04"
"""The signature types of plain Ed25519 and of cosignatures with it (signed-note, "Signature types")."""
PUBLIC_KEY_BYTES = 32
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
        raise _malformed()
    text, blank, lines = note.rpartition("\n\n")  # the last empty line parts them; the text may have others
    if not text or not blank or not lines.endswith("\n"):
        raise _malformed()
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise _malformed()
    return Note(text + "\n", signatures)


def _read_line(line: str) -> NoteSignature:
    match = _LINE.fullmatch(line)
    if not match or not is_key_name(match[1]):
        raise _malformed()
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise _malformed() from error
    signature = NoteSignature(match[1], data[:4], data[4:])
    if not signature.value or str(signature) != line + "\n":  # one form only: base64 leaves bits that nobody reads
        raise _malformed()
    return signature


def _malformed() -> TamperError:
    return TamperError(
        N_("this is not a log's signed head"),
        hint=N_("Give the text as it was printed or saved, from its first line to its last."),
    )
