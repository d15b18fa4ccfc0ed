"""What is done to bytes so that a reader may stumble: small changes anywhere, and values in exchange for others."""

import io
import random
import re
import zipfile

TOKENS = [
    *(b"\x00", b"\n", b"\r\n", b"\n\n", b'"', b"'", b",", b";", b"\t", b"\\u0000", b"\\", b"/", b"=", b"*", b"\xff"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", "\u202e".encode(), "\u2028".encode(), "e\u0301".encode(), "\u00e9".encode()),
    *(
        "\u0660".encode(),
        "\u0345\u0301".encode(),
        "\U0010ffff".encode(),
        b"\xed\xa0\x80",
        b"<",
        b"&",
        b"[",
        b"]",
        b"{}",
    ),
]
VALUES = [
    *(
        b"null",
        b"true",
        b"false",
        b"0",
        b"1",
        b"-1",
        b"2",
        b"-0",
        b"1.0",
        b"1e3",
        b"9007199254740991",
        b"9007199254740992",
    ),
    *(b"[]", b"{}", b'""', b'"x"', b'"\\n\xcc\x83"', b'"e\xcc\x81"', b'"\xed\xa0\x80"', b'"\\ud800"', b"9" * 5000),
    *(b'"' + b"0" * 64 + b'"', b'"2024-02-30T00:00:00Z"', b'"2024-02-10T00:00:00.5Z"', b'"0001-01-01T00:00:00Z"'),
    *(b'"@prev"', b'"@key 2"', b'"@leaf 1 1"', b'"@leaf 2 2"', b'"@head 1 2"', b'"@head 2 9"', b'"camera"', b'"admit"'),
]
_VALUE = re.compile(rb'"(?:[^"\\\n]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false|null')
_NUMBER = re.compile(rb"[0-9]+")
_NUMBERS = [
    b"0",
    b"1",
    b"-1",
    b"2",
    b"255",
    b"256",
    b"65536",
    b"4294967295",
    b"99999999",
    b"9007199254740992",
    b"9" * 30,
]


def mutated(data: bytes, other: bytes, dice: random.Random, most: int) -> bytes:
    """The bytes with one to some changes, at most so many of them; `other` gives what is put in from elsewhere."""
    if data.startswith(b"PK") and dice.random() < 0.8:
        return _of_archive(data, other, dice, most)
    for _ in range(min(int(dice.expovariate(0.5)) + 1, 12)):
        data = dice.choice(_CHANGES)(data, other, dice)
    return data[:most]


def _of_archive(data: bytes, other: bytes, dice: random.Random, most: int) -> bytes:
    """A zip file with one of its parts changed, which a change of its bytes would only damage."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            entries = old.infolist()
            chosen = dice.choice([entry.filename for entry in entries] or [""])
            for entry in entries:
                part = old.read(entry)
                new.writestr(entry.filename, mutated(part, part, dice, most) if entry.filename == chosen else part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zipfile.zlib.error):
        return _flip(data, other, dice)
    return out.getvalue()[:most]


def _piece(data: bytes, dice: random.Random) -> tuple[int, int]:
    start = dice.randrange(len(data) + 1)
    return start, min(len(data), start + dice.choice((1, 1, 2, 4, 8, 30, 200)))


def _flip(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    if not data:
        return b"\x01"
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def _put(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    start, end = _piece(data, dice)
    return data[:start] + dice.choice(TOKENS) + data[end if dice.randrange(2) else start :]


def _cut(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    start, end = _piece(data, dice)
    return data[:start] + data[end:]


def _repeat(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    start, end = _piece(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 1, 2, 16, 500)) + data[end:]


def _splice(data: bytes, other: bytes, dice: random.Random) -> bytes:
    start, end = _piece(data, dice)
    first, last = _piece(other, dice)
    return data[:start] + other[first:last] + data[end:]


def _value(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """One value of JSON in place of another."""
    found = [*_VALUE.finditer(data)]
    if not found:
        return _put(data, other, dice)
    match = dice.choice(found)
    new = dice.choice(VALUES) if dice.randrange(2) else dice.choice([*_VALUE.finditer(other)] or found)[0]
    return data[: match.start()] + new + data[match.end() :]


def _number(data: bytes, other: bytes, dice: random.Random) -> bytes:
    found = [*_NUMBER.finditer(data)]
    if not found:
        return _put(data, other, dice)
    match = dice.choice(found)
    value = int(match[0][:20])
    new = dice.choice([*_NUMBERS, b"%d" % (value + 1), b"%d" % max(value - 1, 0)])
    return data[: match.start()] + new + data[match.end() :]


def _lines(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """A line left out, twice, elsewhere, or from the other one."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(dice.randrange(len(lines)), lines.pop(at))
        case _:
            lines.insert(at, dice.choice(other.split(b"\n")))
    return b"\n".join(lines)


_CHANGES = (_flip, _put, _cut, _repeat, _splice, _value, _value, _number, _lines)
