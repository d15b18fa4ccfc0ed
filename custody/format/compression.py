"""Packing a signed text into the fewest bytes from which it comes back exactly (docs/ledger-format.md §10).

What was drawn at random, codes, digests and signatures, cannot be compressed; written as digits and letters it takes
up to twice its size. So each such value leaves a mark in the text and goes into a row of bytes; the rest is deflated.
Knows how values look, and nothing of what they mean.
"""

import base64
import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from custody.errors import N_, CodeError
from custody.format.codes import ALPHABET, check_character, is_checked

MAX_TEXT_BYTES = 128 * 1024
"""More than the largest entry with its head: a packed text that claims to be longer is refused, not unfolded."""

_CODE_BITS, _CODE_DIGITS = 60, 15
_ROW = ',"code":"{}","how":"camera","print":1}},{{"after":'
"""Nearly all rows of a handover read so, between one `after` and the next."""

_DICTIONARY = (
    b'{"app":"serah/0.1.0","at":"2026-02-12T00:00:00Z","bast":"0001/GUDANG-1/2026","bound":[],"by":"","counted":null,'
    b'"extras":[],"from":"51.08","id":"\x07","items":[{"after":0,"code":"\x01","how":"camera","print":2},{"after":null,'
    b'"code":"\x01","how":"typed","print":null},{"after":0\x020\x020\x02null,"code":"\x01","how":"camera","print":1}],'
    b'"log":"serah/pemilu-2026/gudang-1/","note":"","occurred":null,"part":1,"parts":1,'
    b'"parties":{"giver":"","receiver":""},"prev":"\x03","refs":[{"leaf":"\x03","log":"serah/pemilu-2026/gudang-1/",'
    b'"seq":1},{"leaf":"\x03","log":"serah/"}],"seq":2,"to":"51.08.01","type":"handover","v":1,"vehicle":"",'
    b'"witnesses":[]}\nstation \x04\n\x03\n\nserah/pemilu-2026/gudang-1/\n2\n\x05\n\n\xe2\x80\x94 serah/\x06\n'
)
"""What deflate may refer back to, in place of spelling it out. Part of the format: never to be changed."""


class _Kind(NamedTuple):
    """A kind of value: the mark it leaves, how it looks, and its way to so many bytes and back."""

    mark: str
    form: str
    size: int
    read: Callable[[str], bytes]
    write: Callable[[bytes], str]


def _read_base64(text: str) -> bytes:
    return base64.b64decode(text)


def _write_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _read_uuid(text: str) -> bytes:
    return bytes.fromhex(text.replace("-", ""))


def _write_uuid(data: bytes) -> str:
    digits = data.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_KINDS = (
    _Kind("\x03", "[0-9a-f]{64}", 32, bytes.fromhex, bytes.hex),
    _Kind("\x04", "[A-Za-z0-9+/]{86}==", 64, _read_base64, _write_base64),
    _Kind("\x06", "[A-Za-z0-9+/]{91}=", 68, _read_base64, _write_base64),
    _Kind("\x05", "[A-Za-z0-9+/]{43}=", 32, _read_base64, _write_base64),
    _Kind("\x07", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", 16, _read_uuid, _write_uuid),
)
_BY_MARK = {kind.mark: kind for kind in _KINDS}
_CODE, _IN_ROW = "\x01", "\x02"
_CODE_FORM = f"[{ALPHABET}]{{13}}"
_VALUE = re.compile(
    "|".join(
        (
            re.escape(_ROW.format("@")).replace("@", f"(?P<row>{_CODE_FORM})"),
            *(f"(?P<k{number}>{kind.form})" for number, kind in enumerate(_KINDS)),
            f"(?P<code>{_CODE_FORM})",
        )
    )
)
_MARK = re.compile("[\x01-\x07]")


def pack(text: str) -> bytes:
    """The text as deflated text with marks, followed by the bytes that the marks stand for.

    The text must have none of the marks in it; JSON and signed notes have no control characters but line feeds.
    """
    if _MARK.search(text):
        raise ValueError("the text has a mark in it")
    values, codes = bytearray(), []

    def marked(match: re.Match[str]) -> str:
        group, found = str(match.lastgroup), match[match.lastgroup or 0]
        if group in ("row", "code"):
            if not is_checked(found):
                return match[0]
            codes.append(found)
            return _IN_ROW if group == "row" else _CODE
        kind = _KINDS[int(group[1:])]
        data = kind.read(found)
        if kind.write(data) != found:  # base64 with bits that nobody reads
            return found
        values.extend(data)
        return kind.mark

    skeleton = _VALUE.sub(marked, text).encode("utf-8")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_DICTIONARY)
    return deflate.compress(skeleton) + deflate.flush() + bytes(values) + _pack_codes(codes)


def unpack(data: bytes) -> str:
    """The text that `pack` was given.

    Raises:
        CodeError: no text packs so, or too long a one.
    """
    inflate = zlib.decompressobj(-15, zdict=_DICTIONARY)
    try:
        skeleton = inflate.decompress(data, MAX_TEXT_BYTES).decode("utf-8")
    except (zlib.error, UnicodeDecodeError) as error:
        raise _unreadable() from error
    marks = _MARK.findall(skeleton)
    code_count = sum(mark in (_CODE, _IN_ROW) for mark in marks)
    rest = inflate.unused_data
    end = sum(_BY_MARK[mark].size for mark in marks if mark in _BY_MARK)
    if not inflate.eof or len(rest) != end + _code_bytes(code_count):
        raise _unreadable()
    codes = iter(_unpack_codes(rest[end:], code_count))
    taken = 0

    def written(match: re.Match[str]) -> str:
        nonlocal taken
        mark = match[0]
        if mark == _CODE:
            return next(codes)
        if mark == _IN_ROW:
            return _ROW.format(next(codes))
        kind = _BY_MARK[mark]
        taken += kind.size
        return kind.write(rest[taken - kind.size : taken])

    return _MARK.sub(written, skeleton)


def _code_bytes(count: int) -> int:
    return -(-count * _CODE_BITS // 8)


def _pack_codes(codes: list[str]) -> bytes:
    """The codes without their check characters as one number in base 32, in whole bytes; 15 hex digits a code."""
    digits = "".join(f"{_number(code[:-1]):0{_CODE_DIGITS}x}" for code in codes)
    return bytes.fromhex("0" * (len(digits) % 2) + digits)


def _number(text: str) -> int:
    number = 0
    for char in text:
        number = number << 5 | ALPHABET.index(char)
    return number


def _unpack_codes(data: bytes, count: int) -> list[str]:
    digits = data.hex()
    first = len(digits) - count * _CODE_DIGITS  # 1 where half a byte is left
    if digits[:first].strip("0"):
        raise _unreadable()
    codes = []
    for start in range(first, len(digits), _CODE_DIGITS):
        bits = int(digits[start : start + _CODE_DIGITS], 16)
        body = "".join(ALPHABET[bits >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
        codes.append(body + check_character(body))
    return codes


def _unreadable() -> CodeError:
    return CodeError(
        N_("this handover paper holds nothing that can be read"),
        hint=N_("It was damaged, or not printed by Serah: use the list of codes on it."),
    )
