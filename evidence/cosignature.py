"""Cosignatures: another key's word that it has seen a log's head, and when (C2SP tlog-cosignature, Ed25519).

Whoever cosigns says that the head agrees with everything that was ever shown to him of that log; a hub says besides
that it holds the entries durably (C2SP tlog-mirror).
"""

from collections.abc import Callable, Iterator, Mapping

from evidence.checkpoint import COSIGNATURE, NoteSignature, holds, key_id, read_note

_TIME_BYTES, _SIGNATURE_BYTES = 8, 64
_MOST_TIME = 2**63 - 1


def cosign(note: str, name: str, public_key: bytes, at: int, sign: Callable[[bytes], bytes]) -> str:
    """The signature line of one who cosigns a signed head.

    Args:
        note: the head as its log signed it; whether it deserves a cosignature is for the caller to know.
        name: of the one who cosigns.
        at: POSIX seconds, above 0.

    Raises:
        TamperError: not a signed note.
    """
    signature = at.to_bytes(_TIME_BYTES, "big") + sign(_signed(at, read_note(note).text))
    return str(NoteSignature(name, key_id(name, public_key, COSIGNATURE), signature))


def cosigned_at(note: str, name: str, public_key: bytes) -> int | None:
    """When this key cosigned this head, POSIX seconds; None where it did not.

    Raises:
        TamperError: not a signed note.
    """
    return next((at for _, at in cosigners(note, {name: public_key})), None)


def cosigners(note: str, keys: Mapping[str, bytes]) -> Iterator[tuple[str, int]]:
    """Those of these names whose keys have cosigned this head, and when (POSIX seconds); other lines are passed over.

    Raises:
        TamperError: not a signed note.
    """
    read = read_note(note)
    for line in read.signatures:
        key = keys.get(line.name)
        if key is None or line.key_id != key_id(line.name, key, COSIGNATURE):
            continue
        at, signature = int.from_bytes(line.value[:_TIME_BYTES], "big"), line.value[_TIME_BYTES:]
        if (
            len(signature) == _SIGNATURE_BYTES
            and 0 < at <= _MOST_TIME
            and holds(key, signature, _signed(at, read.text))
        ):
            yield line.name, at


def _signed(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
