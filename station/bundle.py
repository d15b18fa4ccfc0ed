"""The bundle: whole logs in one flat, compressed file (docs/ledger-format.md, "Bundle")."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from custody.errors import N_, InputError, TamperError
from evidence.bundle_lines import (
    MAX_HEADER_BYTES,
    MAX_LINE_BYTES,
    LogRow,
    entry_line,
    header_line,
    log_row,
    read_lines,
)
from evidence.entry import RawEntry
from tables.safe_file import safe_file

MAX_UNPACKED_BYTES = 8 * 1024**3
"""A national election's bodies are about seven."""
MAX_RATIO = 100
"""Signatures hardly shrink, so an honest bundle unpacks to a tenth of this; a bomb to ten times it."""
_RATIO_COUNTS_FROM = 1024 * 1024


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
        raise InputError(
            N_("{path} cannot be read: {reason}"), path=str(path), reason=error.strerror or str(error)
        ) from error
    with file:
        logs, entries = read_lines(_lines(file, path))
        yield Bundle(logs, entries)


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    limit = MAX_HEADER_BYTES
    unpacked = 0
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            while line := packed.readline(limit + 1):
                unpacked += len(line)
                _refuse_bomb(unpacked, file.tell(), path)
                yield line
                limit = MAX_LINE_BYTES
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TamperError(
            N_("{path} is no whole bundle: it was cut or changed"),
            hint=N_("Ask for a new copy of it; nothing was taken from this one."),
            path=str(path),
        ) from error
    except OSError as error:
        raise InputError(
            N_("{path} cannot be read: {reason}"), path=str(path), reason=error.strerror or str(error)
        ) from error


def _refuse_bomb(unpacked: int, packed: int, path: Path) -> None:
    if unpacked > MAX_UNPACKED_BYTES or unpacked > _RATIO_COUNTS_FROM + MAX_RATIO * packed:
        raise InputError(
            N_("{path} unpacks to far more than a bundle holds: it is not read on"),
            hint=N_("Somebody made it to fill this machine; ask for the bundle again."),
            path=str(path),
        )
