"""What a witness does with heads that it is sent: C2SP tlog-witness (decision 281). It stores heads alone."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from custody.errors import N_, CustodyError, InputError, StoreError, TamperError
from db.station_key import FILE_NAME, load_key, make_key
from db.witness_heads import WitnessHeads
from evidence.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Signer,
    VerifierKey,
    claimed_checkpoint,
    is_key_name,
    key_id,
    parse_checkpoint,
    read_note,
)
from evidence.cosignature import cosign, cosigned_at
from evidence.mirror_forms import HeadRequest, read_head_request
from evidence.tree import EMPTY_ROOT, is_extension
from services.exchange.hub_desk import HubRefusalError
from tables.output.safe_file import safe_file, safe_folder

FOLDER, HEADS_FILE = "witness", "heads.db"
"""In the folder of whoever runs a witness: its key and what it keeps."""
READ_EVERY_S = 10.0
"""How old the list of accepted logs may be."""
FRESH_S = 60
"""For so long the same head gets the same cosignature: asking for it again and again costs no disk."""
MOST_NAME_BYTES = 255
Logs = Mapping[str, Sequence[bytes]]
"""The public keys that each log may sign with, by its name."""


@dataclass
class AcceptedLogs:
    """The logs that a witness knows. A list that cannot be read leaves them as they were."""

    read: Callable[[], Logs]
    now_s: Callable[[], float] = time.monotonic
    _logs: Logs = field(default_factory=dict)
    _read_s: float | None = None

    def keys(self, log: str) -> Sequence[bytes]:
        """The keys of a log; none where it is not accepted."""
        if self._read_s is None or self.now_s() - self._read_s > READ_EVERY_S:
            with suppress(CustodyError):
                self._logs = self.read()
            self._read_s = self.now_s()
        return self._logs.get(log, ())


@dataclass
class WitnessDesk:
    """One witness. `now_s` is its clock, POSIX seconds; `warn` is told of each log that has signed two histories."""

    name: str
    signer: Signer
    heads: WitnessHeads
    logs: AcceptedLogs
    now_s: Callable[[], float] = time.time
    warn: Callable[[str], None] = lambda _log: None

    @property
    def key(self) -> VerifierKey:
        """What others check its cosignatures with."""
        return VerifierKey(self.name, self.signer.public_key, COSIGNATURE)

    def take(self, data: bytes) -> str:
        """Take the body of `add-checkpoint`; returns the signature line, once the head is on the disk.

        Raises:
            HubRefusalError: with the protocol's status.
            StoreError: it could not be kept: nothing was cosigned.
        """
        try:
            request = read_head_request(data)
            note = read_note(request.note)
            head = parse_checkpoint(note.text)
        except TamperError as error:
            raise HubRefusalError(400, "malformed") from error
        keys = self.logs.keys(head.origin)
        if not keys:
            raise HubRefusalError(404, "unknown")
        signed = _as_signed(note, head.origin, keys)
        if request.old > head.size:
            raise HubRefusalError(400, "malformed")
        with self.heads.transaction():
            kept = self.heads.newest(origin_hash(head.origin))
            refusal = self._judged(kept, request, head, signed)
            line = "" if refusal else self._cosigned(kept, head, signed)
        if refusal:
            raise refusal
        return line

    def _judged(self, kept: str | None, request: HeadRequest, head: Checkpoint, signed: str) -> HubRefusalError | None:
        """Why a head is not cosigned; None where it may be."""
        before = Checkpoint(head.origin, 0, EMPTY_ROOT) if kept is None else claimed_checkpoint(kept)
        is_proof = kept is not None and before.size == head.size and before.root != head.root
        fits = is_extension(before.size, before.root, head.size, head.root, [*request.proof])
        if is_proof or (kept is not None and request.old == before.size and not fits):
            origin = origin_hash(head.origin)
            if self.heads.keep_contradiction(origin, signed, is_proof=is_proof):
                self.warn(head.origin)
        if request.old != before.size:
            return HubRefusalError(409, "size", size=before.size)
        return None if fits else HubRefusalError(422, "fork")

    def _cosigned(self, kept: str | None, head: Checkpoint, signed: str) -> str:
        at = int(self.now_s())
        if kept is not None and claimed_checkpoint(kept) == head:
            since = cosigned_at(kept, self.name, self.signer.public_key)
            if since is not None and 0 <= at - since < FRESH_S:
                return kept[kept.rindex("\n", 0, -1) + 1 :]
        if at <= 0:
            raise HubRefusalError(503, "clock")
        line = cosign(signed, self.name, self.signer.public_key, at, self.signer.sign)
        self.heads.keep(origin_hash(head.origin), signed + line)
        return line

    def newest(self, origin: str) -> str:
        """The newest head that it has cosigned of a log, by the digest of its name.

        Raises:
            HubRefusalError: there is none.
        """
        note = self.heads.newest(origin)
        if note is None:
            raise HubRefusalError(404, "unknown")
        return note


def origin_hash(log: str) -> str:
    """By what a witness is asked for a log's head."""
    return hashlib.sha256(log.encode("utf-8", "surrogatepass")).hexdigest()


def _as_signed(note: Note, log: str, keys: Iterable[bytes]) -> str:
    """The head with the signatures of the log's own keys alone.

    Raises:
        HubRefusalError: none of them has signed it, or a signature of theirs does not hold.
    """
    ids = {key_id(log, key): key for key in keys}
    lines = [line for line in note.signatures if line.name == log and line.key_id in ids]
    try:
        for line in lines:
            note.text_signed_by(log, ids[line.key_id])
    except TamperError as error:
        raise HubRefusalError(403, "signature") from error
    if not lines:
        raise HubRefusalError(403, "signature")
    return f"{note.text}\n" + "".join(map(str, dict.fromkeys(lines)))


def save_evidence(heads: WitnessHeads, out: Path) -> int:
    """Write the heads that contradict each other to a new folder, each a file that `verify --head` takes; returns how
    many.

    Raises:
        InputError, StoreError: the folder is there already, or cannot be written.
    """
    notes = list(dict.fromkeys(note for pair in heads.contradictions() for note in pair))
    with safe_folder(out) as folder:
        for number, note in enumerate(notes, 1):
            with safe_file(folder / f"{number:03d}.txt") as file:
                file.write(note.encode())
    return len(notes)


# --- Its folder -------------------------------------------------------------------------------------------------------


def open_witness(
    home: Path, name: str | None, ask: Callable[[], str] | None = None
) -> tuple[str, Signer, WitnessHeads]:
    """The witness in a folder, made where there is none: its name, its key, and what it keeps.

    A witness that has lost what it cosigned could cosign another history: it does not go on.

    Args:
        name: by which it cosigns, as a web address without `https://`; None: the one that it has.
        ask: gives the passphrase of its key, where it has one.

    Raises:
        InputError: there is none and it has no name, or it has another one.
        StoreError: its key or its heads are missing, or of another witness.
    """
    folder = home / FOLDER
    path = folder / HEADS_FILE
    if name is not None and (not is_key_name(name) or len(name.encode()) > MOST_NAME_BYTES):
        raise InputError(
            N_("a witness cannot have the name {name}"),
            hint=N_("Give a name as a web address without https://, for example bawaslu.example/buleleng"),
            name=name,
        )
    if (folder / FILE_NAME).exists() != path.exists():
        raise StoreError(
            N_("the witness in {path} has lost its key or the heads that it cosigned: it cannot go on"),
            hint=N_("Begin a new one in another folder, with another name, and give its new key to whoever asks it."),
            path=str(folder),
        )
    if not path.exists():
        if name is None:
            raise _nameless(folder)
        make_key(folder)
    signer = load_key(folder, ask)
    heads = WitnessHeads(path)
    if not (name := name or heads.name):
        raise _nameless(folder)
    if not heads.belongs_to(name, signer.public_key):
        heads.close()
        raise InputError(
            N_("the witness in {path} has another name or another key"),
            hint=N_("Leave the name away, or choose another folder."),
            path=str(folder),
        )
    return name, signer, heads


def _nameless(folder: Path) -> InputError:
    return InputError(
        N_("there is no witness in {path} yet"),
        hint=N_("Give its name, a web address without https://{typed}"),
        typed="--name",
        path=str(folder),
    )
