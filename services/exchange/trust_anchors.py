"""What an auditor brings to hold evidence against: the root's fingerprint, signed heads that people kept, a policy.

A head comes as a file, as text copied from somewhere, or as a photograph of the QR code on a paper.
"""

import re
from collections.abc import Callable
from pathlib import Path

from custody.errors import N_, InputError, TamperError, unreadable
from custody.format.paper_codes import is_head
from evidence.checkpoint import claimed_checkpoint
from evidence.policy import MAX_BYTES, Policy, read_policy
from scanner.sources.frames import PICTURES

Notify = Callable[[str], None]

MAX_HEAD_BYTES = 64 * 1024
POLICY_FILE = "policy.txt"
"""In the station's folder."""
_DASHES = "\u2014\u2013-"
"""What stands before a signature, and what editors make of it."""


def read_fingerprint(text: str) -> str:
    """A fingerprint as people copy it: 64 hex digits, with or without spaces.

    Raises:
        InputError: it is none.
    """
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise InputError(
            N_("{text} is no fingerprint of a key"),
            hint=N_("It has 64 characters, 0-9 and a-f, in groups of four; copy it from the root's key sheet."),
            text=text[:100],
        )
    return digits


def read_token(path: Path | None) -> str:
    """An observer's token from a file; empty where none is named.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            token = file.read(1024).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    if not re.fullmatch(r"[!-~]+", token):
        raise InputError(N_("{file} holds no token"), hint=N_("It is one line, as the office gave it."), file=str(path))
    return token


def read_heads(given: str, notify: Notify) -> list[str]:
    """Return the signed heads that `--head` names; of a picture or PDF all that its QR codes carry.

    Args:
        given: a file's name, or the text itself.
        notify: is told what of a picture is left out.

    Raises:
        InputError: there is no such file, it is no head, or no QR code in it carries one.
    """
    if _is_text(given):
        return [typed_head(given)]
    path = Path(given)
    if is_picture(path) and path.is_file():
        return _heads_in(path, notify)
    try:
        with path.open("rb") as file:
            text = file.read(MAX_HEAD_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(given[:200], error) from error
    return [typed_head(text, name=given)]


def typed_head(text: str, name: str = "") -> str:
    """A head as its station signed it, from text that may have gone through an editor, a mail or a telephone.

    Where only its lines ran together, they are parted again: what the station signed must hold in any case.

    Args:
        name: of the file that the text is from, if any.

    Raises:
        InputError: it is no head at all; whether one holds is for the audit.
    """
    head = _with_its_lines(text)
    try:
        claimed_checkpoint(head)
    except TamperError as error:
        raise InputError(
            N_("{given} is no signed head of a log: nothing was checked"),
            hint=N_(
                "Give the file of an exported head{typed}, or the text of the QR code that stands alone on a paper."
            ),
            typed="export --head",
            given=name or " ".join(text.split())[:100],
        ) from error
    return head


def _with_its_lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip() + "\n"
    words = text.split()
    if is_head(lines) or len(words) != 6 or words[3] not in _DASHES:
        return lines
    log, size, root, _, key, signature = words
    return f"{log}\n{size}\n{root}\n\n{_DASHES[0]} {key} {signature}\n"


def _is_text(given: str) -> bool:
    return "\n" in given or len(given.split()) == 6


def photographed(path: Path, notify: Notify) -> list[str]:
    """The texts of the QR codes in a picture or PDF, each once.

    Raises:
        InputError: it is damaged, or no picture.
    """
    from scanner.decoding.file_codes import codes_in

    return list(dict.fromkeys(codes_in(path, notify)))


def _heads_in(path: Path, notify: Notify) -> list[str]:
    found = [text for text in photographed(path, notify) if is_head(text)]
    if not found:
        raise InputError(
            N_("no QR code in {file} carries a signed head"),
            hint=N_(
                "It is the one code on a handover paper or a BAST letter that stands alone; photograph it closely."
            ),
            file=str(path),
        )
    return found


def is_picture(path: Path) -> bool:
    """Whether a file, by its name, holds pictures or pages."""

    return path.suffix.lower() in {".pdf", *PICTURES}


def policy_in(path: Path) -> Policy:
    """The policy in a file.

    Raises:
        InputError: it cannot be read, or is none.
    """
    return read_policy(policy_bytes(path))


def kept_policy(home: Path) -> Policy | None:
    """The policy that this station keeps; None where it keeps none.

    Raises:
        InputError: somebody has damaged it.
    """
    path = home / POLICY_FILE
    return policy_in(path) if path.is_file() else None


def policy_bytes(path: Path) -> bytes:
    """What a file of a policy has, a byte too many where it is too long for one.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
