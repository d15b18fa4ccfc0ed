"""The bundle: whole logs in one flat, compressed file (docs/ledger-format.md, "Bundle")."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from custody.errors import N_, InputError, TamperError, unreadable
from evidence.entry import RawEntry
from evidence.intake import (
    MAX_HEADER_BYTES,
    MAX_LINE_BYTES,
    LogRow,
    entry_line,
    header_line,
    log_row,
    read_lines,
)
from tables.output.safe_file import safe_file

MAX_UNPACKED_BYTES = 8 * 1024**3
"""A national election's bodies are about seven."""
MAX_RATIO = 100
"""Signatures hardly shrink, so an honest bundle unpacks to a tenth of this; a bomb to ten times it."""
_RATIO_COUNTS_FROM = 1024 * 1024
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle being read: what it says of its logs, and its entries, which can be walked once.

    Walk to the end before anything is done with an entry: only there is it known that the file was whole.
    """

    logs: tuple[LogRow, ...]
    entries: Iterable[RawEntry]


def write_bundle(
    out: Path, heads: Sequence[Mapping[str, Any]], entries: Iterable[tuple[bytes, str]], progress: Callable[[int], None]
) -> None:
    """Write a bundle: gzip of JSON lines, the first naming the logs and their heads, then one line an entry.

    The same logs give the same bytes. Written whole or not at all, and read back: it goes to a stick.

    Raises:
        InputError, StoreError: it cannot be written.
    """
    with safe_file(out, read_back=True) as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.write(header_line([log_row(head) for head in heads]))
        for body, signatures in entries:
            packed.write(entry_line(body, signatures))
            progress(1)


@contextmanager
def read_bundle(path: Path) -> Iterator[Bundle]:
    """Open a bundle and read it as it is walked, in little memory whatever its size.

    Raises:
        InputError: there is no such file, it cannot be read, or it would unpack to more than any election has.
        TamperError: cut, altered, or no bundle; on opening, or while walking its entries.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error
    with file:
        logs, entries = read_lines(_lines(file, path))
        yield Bundle(logs, entries)


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    limit = MAX_HEADER_BYTES
    unpacked = 0
    try:
        lines = io.BufferedReader(_Unpacked(file), _PIECE_BYTES)
        while line := lines.readline(limit + 1):
            unpacked += len(line)
            _refuse_bomb(unpacked, file.tell(), path)
            yield line
            limit = MAX_LINE_BYTES
    except (EOFError, zlib.error) as error:
        raise TamperError(
            N_("{path} is no whole bundle: it was cut or changed"),
            hint=N_("Ask for a new copy of it; nothing was taken from this one."),
            path=str(path),
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


class _Unpacked(io.RawIOBase):
    """What the members of a gzip file hold (RFC 1952), unpacked as it is read.

    Stricter than `gzip`, which passes over zeros behind the last member and reserved flags in a header: zlib takes a
    header in the one form that we write in, and what is behind a member must be another one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._packed = file, b""
        self._member = zlib.decompressobj(wbits=31)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end. Raises zlib.error for what is no gzip, EOFError where it is cut."""
        piece = b""
        while not piece:
            packed = self._packed or self._file.read(_PIECE_BYTES)
            if self._member.eof:
                if not packed:
                    return 0
                self._member = zlib.decompressobj(wbits=31)
            piece = self._member.decompress(packed, len(buffer))
            self._packed = self._member.unconsumed_tail or self._member.unused_data
            if not piece and not packed:
                raise EOFError
        buffer[: len(piece)] = piece
        return len(piece)


def _refuse_bomb(unpacked: int, packed: int, path: Path) -> None:
    if unpacked > MAX_UNPACKED_BYTES or unpacked > _RATIO_COUNTS_FROM + MAX_RATIO * packed:
        raise InputError(
            N_("{path} unpacks to far more than a bundle holds: it is not read on"),
            hint=N_("Somebody made it to fill this machine; ask for the bundle again."),
            path=str(path),
        )
