"""The lines of a bundle: what stations hand each other and auditors (docs/ledger-format.md, "Bundle").

The first line names the logs and their heads; each line after it is one entry. A line has one form only, so reading is
strict: exact keys, exact types, nothing nested deeper than a log's row. What a line *says* is for the audit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from custody.errors import N_, TamperError
from custody.format.encoding import MAX_BODY_BYTES
from custody.format.event_types import MAX_COUNT
from evidence.entry import RawEntry
from evidence.log_audit import MAX_LOGS

BUNDLE_VERSION: Literal[1] = 1
MAX_LINE_BYTES = 200 * 1024
"""A body of 64 KiB whose every byte needs a backslash in the line, its signatures, and room for a long header."""
MAX_HEADER_BYTES = 16 * 1024 * 1024
"""The first line grows with the logs: 700 bytes each."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LogRow:
    """A log in a bundle's list: its size, and the digest of its newest entry (64 hex digits).

    `checkpoint` is the newest head that the log's own station signed, where the writer has one. The rest is the
    writer's claim, and the audit compares the entries with it.
    """

    log: str
    station: str
    place: str
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
    head: str | None
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    logs: list[LogRow]
    serah_bundle: Literal[1]


@dataclass(frozen=True, slots=True)
class _Entry:
    body: str
    signatures: str


_ENCODER = msgspec.json.Encoder(order="sorted")
_HEADER, _ENTRY = msgspec.json.Decoder(_Header), msgspec.json.Decoder(_Entry)


def log_row(values: Mapping[str, Any]) -> LogRow:
    """A row from what a ledger knows of a log; a ledger that keeps no signed head of it has no `checkpoint`."""
    return LogRow(
        values["log"], values["station"], values["place"], values["size"], values["head"], values.get("checkpoint")
    )


def header_line(logs: Sequence[LogRow]) -> bytes:
    """The first line of a bundle."""
    return _line(_Header([*logs], BUNDLE_VERSION))


def entry_line(body: bytes, signatures: str) -> bytes:
    """The line of an entry. The body travels as text in its exact bytes: it is UTF-8 (RFC 8785)."""
    return _line(_Entry(body.decode("utf-8"), signatures))


def read_header(line: bytes) -> tuple[LogRow, ...]:
    """Read the first line of a bundle.

    Raises:
        TamperError: it is not one, of this version.
    """
    rows = tuple(_parse(line, 1, MAX_HEADER_BYTES, _HEADER).logs)
    if len({row.log for row in rows}) != len(rows) or len(rows) > MAX_LOGS:
        raise _not_a_bundle(1)
    return rows


def read_entry(line: bytes, number: int) -> RawEntry:
    """Read the line of an entry; `number` counts from 1 for the first line.

    Raises:
        TamperError: it is not one.
    """
    entry = _parse(line, number, MAX_LINE_BYTES, _ENTRY)
    body = entry.body.encode("utf-8")
    if len(body) > MAX_BODY_BYTES:
        raise _not_a_bundle(number)
    return RawEntry(body, entry.signatures)


def _parse(line: bytes, number: int, limit: int, decoder: msgspec.json.Decoder[_T]) -> _T:
    """What the line says. It has one form: no key twice or unknown, no space, no other order."""
    if len(line) > limit or not line.endswith(b"\n"):
        raise _not_a_bundle(number)
    try:
        value = decoder.decode(line)
        is_ours = _line(value) == line
    except (ValueError, RecursionError) as error:
        raise _not_a_bundle(number) from error
    if not is_ours:
        raise _not_a_bundle(number)
    return value


def _line(value: Any) -> bytes:
    return _ENCODER.encode(value) + b"\n"


def read_lines(lines: Iterable[bytes]) -> tuple[tuple[LogRow, ...], Iterable[RawEntry]]:
    """The rows of the first line, and the entries of the others as they come; lines with their line feeds.

    Raises:
        TamperError: at once for the first line, while walking the entries for a later one.
    """
    walk = iter(lines)
    rows = read_header(next(walk, b""))
    return rows, (read_entry(line, number) for number, line in enumerate(walk, start=2))


def _not_a_bundle(number: int) -> TamperError:
    return TamperError(
        N_("line {line} is not of a bundle that Serah wrote: nothing of it is taken"),
        hint=N_("Ask for a new copy of the bundle; this one was cut or changed."),
        line=number,
    )
