"""The ledger format: canonical bodies, signed entries and their leaf digests (docs/ledger-format.md).

Knows bytes and digests; must not know what an event means.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
import rfc8785

from custody.errors import N_, CustodyError, TamperError

MAX_BODY_BYTES = 64 * 1024
SIGNING_CONTEXT = b"serah-event/v1\n"
"""Put before a body when it is signed, so that no signature for another purpose can pass as one for an event."""

_KEY_DIGITS = 10
_LINE = re.compile(r"([a-z]+) ([0-9a-f]{16}) ([A-Za-z0-9+/]{85}[AQgw]==)", re.ASCII)
"""64 bytes in base64 end in one of four letters: of the last one, four bits are not used, and zero (RFC 4648 §3.5)."""


class TooLargeError(CustodyError):
    """A body over `MAX_BODY_BYTES`: the caller splits the work into parts."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature under a body: whose it is (`station`), the key's short id (16 hex digits), 64 bytes."""

    role: str
    key_id: str
    value: bytes

    def __str__(self) -> str:
        return f"{self.role} {self.key_id} {base64.b64encode(self.value).decode('ascii')}"


def canonical(body: Mapping[str, Any]) -> bytes:
    """The one byte form of a body: RFC 8785 (JCS) with all text in Unicode's form NFC.

    One word typed on two keyboards may be two strings; composed, both hash alike.

    Raises:
        TooLargeError: over 64 KiB.
    """
    data = (_sorted(body) if _is_plain(body) else None) or _jcs(body)
    if len(data) > MAX_BODY_BYTES:
        raise TooLargeError(
            N_("an event of {size} bytes is over the limit of {limit}"), size=len(data), limit=MAX_BODY_BYTES
        )
    return data


def read_canonical(data: bytes) -> dict[str, Any]:
    """Read a body, refusing any bytes that `canonical` would not have written.

    Raises:
        TamperError: not JSON in UTF-8, duplicate keys, floats, another byte form, or over 64 KiB.
    """
    if len(data) > MAX_BODY_BYTES:
        raise _altered("too large")
    try:
        text = data.decode("utf-8")
        if not _are_in_order(text):
            raise _altered("text is not composed")
        body = _DECODER.decode(text)
        same = isinstance(body, dict) and (_sorted(body) or _jcs(body)) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise _altered(str(error)) from error
    if not same:
        raise _altered("not canonical")
    return dict(body)


def sorted_json(body: Mapping[str, Any]) -> bytes:
    """JSON with sorted names and without spaces: the canonical bytes of much, and `is_written_as` says of what."""
    return _ENCODER.encode(body)


def is_written_as(body: Mapping[str, Any], data: bytes) -> bool:
    """Whether these are the canonical bytes of a body whose names are all ASCII and whose numbers all whole."""
    return _ENCODER.encode(body) == data and (data.isascii() or _is_composed(data.decode()))


def entry_bytes(body: bytes, signatures: tuple[Signature, ...]) -> bytes:
    """An entry: the body, a line feed, and one line per signature. A canonical body holds no line feed."""
    return body + b"\n" + "".join(f"{signature}\n" for signature in signatures).encode("ascii")


def read_signatures(text: str) -> tuple[Signature, ...]:
    """Read the signature lines of an entry.

    Raises:
        TamperError: a line that `Signature` would not have written, to the last bit of its base64.
    """
    lines = text.removesuffix("\n").split("\n") if text else ()
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found):
        raise _altered("signature line")
    return tuple(Signature(line[1], line[2], base64.b64decode(line[3])) for line in found if line)


def leaf_digest(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry (RFC 6962 §2.1): an event's identity, 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def key_fingerprint(public_key: bytes) -> str:
    """The name of a public key that people can compare: SHA-256 of its 32 bytes, 64 hex digits."""
    return hashlib.sha256(public_key).hexdigest()


def log_name(election: str, station: str, public_key: bytes, number: int) -> str:
    """The name of a new log. It is bound to its key, so that nobody can bring a log of his own under it.

    Args:
        number: random, below 2^24, so that one key may begin several logs.
    """
    return f"serah/{election}/{station}/{key_fingerprint(public_key)[:_KEY_DIGITS]}{number:06x}"


def slug(text: str) -> str:
    """A station's or election's name in logs and BAST numbers: at most 30 of a-z, 0-9 and -; `x` where none is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:30].rstrip("-") or "x"


def is_name_of(log: str, public_key: bytes) -> bool:
    """Whether a log with this name can be of this key."""
    instance = log.rpartition("/")[2]
    return len(instance) == _KEY_DIGITS + 6 and instance.startswith(key_fingerprint(public_key)[:_KEY_DIGITS])


def sign_body(body: bytes, public_key: bytes, sign: Callable[[bytes], bytes]) -> Signature:
    """The station's signature of a body; `sign` is Ed25519 with the key that belongs to `public_key`."""
    return Signature("station", key_fingerprint(public_key)[:16], sign(SIGNING_CONTEXT + body))


def _jcs(body: Mapping[str, Any]) -> bytes:
    return rfc8785.dumps(_composed(dict(body)))


def _sorted(body: Mapping[str, Any]) -> bytes | None:
    """The canonical bytes of a plain body by msgspec's encoder, forty times as quick as rfc8785.

    The two write alike: the same escapes are short (RFC 8785 §3.2.2.2), and up to U+D7FF names sort the same by code
    points as by UTF-16 (§3.2.3). None where that does not hold, or where text is not composed. Looking at the whole is
    as good as looking at each text in it: what is cut out of composed text is composed.
    """
    data = _ENCODER.encode(body)
    if data.isascii():
        return data
    text = data.decode()
    return data if max(text) < _SURROGATES and _is_composed(text) else None


def _is_composed(text: str) -> bool:
    """Whether text is in NFC; takes linear time for any text."""
    return _are_in_order(text) and unicodedata.is_normalized("NFC", text)


def _are_in_order(text: str) -> bool:
    """Whether the marks on each letter come in the order in which NFC puts them (Unicode §3.11, D109).

    Python takes seconds for 64 KiB of marks in another order, so nobody else's text is normalized before this look.
    """
    for run in _BEYOND_LATIN.findall(text):
        classes = [*map(unicodedata.combining, run)]
        if any(0 < after < before for before, after in pairwise(classes)):
            return False
    return True


def _is_plain(body: Any) -> bool:
    """Whether `_sorted` applies: only JSON types, with integers in the range of RFC 8785 as the only numbers."""
    parts = [body]
    for part in parts:  # which grows while it is gone through
        kind = type(part)
        if kind is dict:
            if part and set(map(type, part)) != _ONLY_TEXT:
                return False
            parts += part.values()
        elif kind is list or kind is tuple:
            parts += part
        elif kind is int:
            if not -_LARGEST <= part <= _LARGEST:
                return False
        elif not (kind is str or kind is bool or part is None):
            return False
    return True


def _composed(value: Any) -> Any:
    """The same value with its text in NFC. Before it is escaped: a mark after a line feed would join the escape."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_composed(name): _composed(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_composed(part) for part in value]
    return value


def _altered(reason: str) -> TamperError:
    return TamperError(
        N_("an entry of the ledger is not as it was written"),
        hint=N_("Keep this file as it is and work on with a copy from a backup."),
        reason=reason,
    )


def _bounded(text: str) -> int:
    number = int(text)
    if not -_LARGEST <= number <= _LARGEST:
        raise ValueError(f"too large: {text[:20]}")
    return number


def _no_float(text: str) -> float:
    raise ValueError(f"not an integer: {text}")


_LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON takes for the same (RFC 7493 §2.2)."""
_SURROGATES = "\ud800"
_BEYOND_LATIN = re.compile("[\u0300-\U0010ffff]{2,}")
"""Where marks may follow each other; no letter before U+0300 is one."""
_ONLY_TEXT = {str}
_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, parse_int=_bounded)
"""Names that come twice need no look: one of the two is lost, and the bytes that are written from the rest differ."""
