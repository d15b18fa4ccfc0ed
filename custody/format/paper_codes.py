"""The data of a handover paper: one signed record with its key and its log's head, as texts for a series of QR codes.

Parts may be read in any order. Whoever reads them has the very bytes that were signed; what they are worth, the
reader finds out with the key (`db.log.paper_records`). Pure: knows texts, not pages or pictures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from custody.errors import N_, CodeError
from custody.format import compression
from custody.format.codes import ALPHABET

PREFIX = "W1:"
FRAME_LENGTH = len("W1:01234567:12/34:*")
"""The most that a part has besides its data."""

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE45_VALUES = {char: value for value, char in enumerate(BASE45)}
"""The characters of QR's alphanumeric mode, which every reader returns unharmed (RFC 9285)."""
_PART = re.compile(r"W1:([0-9A-HJKMNP-TV-Z]{8}):([1-9][0-9]?)/([1-9][0-9]?):([0-9A-Z $%*+\-./:]*)\*", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEAD = re.compile(r"[^\n]+\n[0-9]{1,16}\n[A-Za-z0-9+/]{43}=\n\n\u2014 [^\n]+\n")
_MAX_OPEN = 16
"""So many papers may be half read; then the one begun first is forgotten."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper carries: an entry's body and signature line, the log's key (32 bytes), and a signed head of it."""

    body: bytes
    signatures: str
    public_key: bytes
    head: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a paper has been read: which parts, of how many; `sheet` with the one that makes it whole."""

    paper: str
    have: tuple[int, ...]
    of: int
    sheet: Sheet | None = None

    @property
    def missing(self) -> tuple[int, ...]:
        """The parts that have not been read."""
        return tuple(sorted(set(range(1, self.of + 1)) - set(self.have)))


def pack_sheet(sheet: Sheet) -> bytes:
    """The fewest bytes that hold the sheet, as `packing` makes them."""
    body, key = sheet.body.decode("utf-8"), sheet.public_key.hex()
    return compression.pack(f"{body}\n{sheet.signatures}{key}\n{sheet.head}")


def unpack_sheet(data: bytes) -> Sheet:
    """Read what `pack_sheet` made. Its form is checked, its signatures are not.

    Raises:
        CodeError: these bytes are no sheet.
    """
    body, _line, rest = compression.unpack(data).partition("\n")
    signatures, _line, rest = rest.partition("\n")
    key, _line, head = rest.partition("\n")
    if not _KEY.fullmatch(key) or not is_head(head):
        raise _unreadable()
    return Sheet(body.encode("utf-8"), f"{signatures}\n", bytes.fromhex(key), head)


def base45(data: bytes) -> str:
    """The bytes as text: three characters for each two bytes, two for a last one (RFC 9285 §4)."""
    text = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _char in range(len(pair) + 1):
            number, value = divmod(number, 45)
            text.append(BASE45[value])
    return "".join(text)


def from_base45(text: str) -> bytes:
    """The bytes that `base45` made this text of.

    Raises:
        CodeError: no bytes encode so.
    """
    data = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        try:
            number = sum(_BASE45_VALUES[char] * 45**place for place, char in enumerate(group))
            data += number.to_bytes(len(group) - 1, "big")
        except (KeyError, OverflowError) as error:
            raise _unreadable() from error
    return bytes(data)


def paper_id(data: bytes) -> str:
    """The name that all parts of one paper bear: 40 bits of the digest of its data, eight characters."""
    number = int.from_bytes(sha256(data).digest()[:5], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def parts(data: bytes, count: int) -> list[str]:
    """The texts of so many QR codes, as even as can be. Each ends in `*`: a keyboard's reader cuts a last space off."""
    text, name = base45(data), paper_id(data)
    size = part_length(len(data), count) - FRAME_LENGTH
    return [f"{PREFIX}{name}:{i + 1}/{count}:{text[i * size : (i + 1) * size]}*" for i in range(count)]


def part_length(size: int, count: int) -> int:
    """The characters of the longest of so many parts of so many bytes, at most."""
    characters = size // 2 * 3 + size % 2 * 2
    return -(-characters // count) + FRAME_LENGTH


def is_part(text: str) -> bool:
    """Whether a text presents itself as a part of a handover paper."""
    return text.startswith(PREFIX)


def is_head(text: str) -> bool:
    """Whether a text has the form of a log's signed head, as papers carry one by itself."""
    return len(text) <= 2000 and _HEAD.fullmatch(text) is not None


@dataclass(slots=True)
class _Open:
    of: int
    texts: dict[int, str] = field(default_factory=dict)


class Collector:
    """Puts papers together from their parts, several papers at once."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._whole: dict[str, int] = {}

    @property
    def half_read(self) -> tuple[Progress, ...]:
        """The papers of which some parts are still missing, the one begun first first."""
        return tuple(Progress(paper, tuple(sorted(read.texts)), read.of) for paper, read in self._open.items())

    @property
    def open_parts(self) -> tuple[str, ...]:
        """The parts of half-read papers, as they were taken: who takes these again is as far."""
        return tuple(
            f"{PREFIX}{paper}:{number}/{read.of}:{data}*"
            for paper, read in self._open.items()
            for number, data in read.texts.items()
        )

    def take(self, text: str) -> Progress:
        """Take one part; a part that was taken before is ignored.

        Raises:
            CodeError: it is no part, or the parts do not make what they say: they are to be read again.
        """
        match = _PART.fullmatch(text)
        if match is None:
            raise _unreadable()
        paper, number, of, data = match[1], int(match[2]), int(match[3]), match[4]
        if number > of:
            raise _unreadable()
        if self._whole.get(paper) == of:
            return Progress(paper, tuple(range(1, of + 1)), of)
        being_read = self._open.get(paper)
        if being_read is None or being_read.of != of:
            being_read = self._open[paper] = _Open(of)
            if len(self._open) > _MAX_OPEN:
                del self._open[next(iter(self._open))]
        being_read.texts[number] = data
        have = tuple(sorted(being_read.texts))
        if len(have) < of:
            return Progress(paper, have, of)
        del self._open[paper]
        sheet = _joined(paper, [being_read.texts[i] for i in have])
        self._whole[paper] = of
        if len(self._whole) > _MAX_OPEN:
            del self._whole[next(iter(self._whole))]
        return Progress(paper, have, of, sheet)


def _joined(paper: str, texts: Sequence[str]) -> Sheet:
    data = from_base45("".join(texts))
    if paper_id(data) != paper:
        raise CodeError(
            N_("the parts of paper {paper} do not fit together"),
            hint=N_("Scan all of them again."),
            paper=paper,
        )
    return unpack_sheet(data)


def _unreadable() -> CodeError:
    return CodeError(
        N_("this part of a handover paper cannot be read"), hint=N_("Hold it closer, or clean it, and scan it again.")
    )
