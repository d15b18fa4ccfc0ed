"""One entry with the proof that it is in a log, to be checked without a ledger (C2SP tlog-proof v1).

The entry itself is the proof's extra data: to check it takes only this text and the log's public key.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from custody.errors import N_, TamperError
from custody.format.encoding import MAX_BODY_BYTES, leaf_digest, read_signatures
from custody.format.events import Event, read_event
from evidence.checkpoint import Checkpoint, claimed_checkpoint, read_checkpoint
from evidence.entry import is_signed
from evidence.tree import is_included

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_FORM = re.compile(
    rf"{re.escape(_FIRST_LINE)}\nextra (?P<extra>[A-Za-z0-9+/]+=*)\nindex (?P<index>0|[1-9][0-9]{{0,15}})\n"
    rf"(?P<path>(?:[A-Za-z0-9+/]{{43}}=\n){{0,63}})\n(?P<checkpoint>.*)",
    re.ASCII | re.DOTALL,
)
MAX_PROOF_CHARS = 4 * MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry, where it stands in its log (`index` from 0), the way to the root, and the signed head that has it."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        path = "".join(f"{_base64(digest)}\n" for digest in self.path)
        return f"{_FIRST_LINE}\nextra {_base64(self.entry)}\nindex {self.index}\n{path}\n{self.checkpoint}"


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof shows: the event, in the log and at the size that the head names."""

    event: Event
    head: Checkpoint


def make_proof(entry: bytes, index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """The proof of one entry as text; `path` is its inclusion proof at the head's size."""
    return str(EntryProof(entry, index, tuple(path), checkpoint))


def read_proof(text: str) -> EntryProof:
    """Parse a proof without trusting it yet; `claimed_log` then returns whose key it needs.

    Raises:
        TamperError: not a proof, byte for byte.
    """
    match = _FORM.fullmatch(text) if len(text) <= MAX_PROOF_CHARS else None
    if not match:
        raise _not_a_proof()
    try:
        path = tuple(base64.b64decode(line, validate=True) for line in match["path"].split())
        entry = base64.b64decode(match["extra"], validate=True)
    except binascii.Error as error:
        raise _not_a_proof() from error
    proof = EntryProof(entry, int(match["index"]), path, match["checkpoint"])
    if str(proof) != text:
        raise _not_a_proof()
    return proof


def claimed_log(proof: EntryProof) -> str:
    """The name of the log that a proof speaks of, not checked.

    Raises:
        TamperError: it holds no signed head.
    """
    return claimed_checkpoint(proof.checkpoint).origin


def check_proof(text: str, public_key: bytes) -> Proven:
    """Check a proof from its text to the event: the head's signature, the way to its root, the event and its signature.

    `public_key` must come from elsewhere, as a key sheet: one that travels with the proof shows nothing.

    Raises:
        TamperError: any step does not hold.
    """
    proof = read_proof(text)
    head = read_checkpoint(proof.checkpoint, public_key)
    if not is_included(leaf_digest(proof.entry), proof.index, head.size, list(proof.path), head.root):
        raise TamperError(
            N_("the proof does not lead to the signed head of {log}: this entry is not known to be in that log"),
            log=head.origin,
        )
    body, _, lines = proof.entry.partition(b"\n")  # a canonical body has no line feed
    try:
        signatures = lines.decode("ascii")
    except UnicodeDecodeError as error:
        raise _not_a_proof() from error
    event = read_event(body, read_signatures(signatures))
    if (event.log, event.seq) != (head.origin, proof.index + 1):
        raise _not_a_proof()
    if not is_signed(body, signatures, public_key):
        raise TamperError(N_("number {seq} of {log} is not signed by that log's key"), seq=event.seq, log=event.log)
    return Proven(event, head)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _not_a_proof() -> TamperError:
    return TamperError(
        N_("this is not a proof of an entry, or it was changed"),
        hint=N_("Give the file as it was saved."),
    )
