"""CSV files as streams of records: comma, semicolon or tab, UTF-8 with or without a byte order mark."""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from custody.errors import N_, Fault, InputError
from tables.limits import MAX_CSV_BYTES, MAX_ROWS, too_large, too_many_rows

_CHUNK_BYTES = 1 << 20
_OTHER_KINDS = (
    b"PK\x03\x04",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"SQLite format 3",
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def open_records(name: str, file: BinaryIO) -> tuple[str, Iterator[list[str | Fault]]]:
    """The SHA-256 of an open CSV file in hex, and its records, blank ones too.

    Raises:
        InputError: too large, too many rows, not UTF-8, or not text; the records raise it as they are read.
    """
    digest = _survey(name, file)
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if head.startswith(_OTHER_KINDS):
        raise InputError(
            N_("{file} is not a CSV file, whatever its name says"),
            hint=N_("Save it as CSV UTF-8 or as .xlsx and load that."),
            file=name,
        )
    if head.startswith(_UTF16):
        raise _not_utf8(name)
    return digest, _records(name, file, head.decode("utf-8-sig", "replace"))


def _survey(name: str, file: BinaryIO) -> str:
    """Hash the file and refuse what is too large, without holding more than one chunk of it."""
    digest = hashlib.sha256()
    size = line_feeds = returns = 0
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        feeds_here, returns_here = chunk.count(b"\n"), chunk.count(b"\r")
        line_feeds += feeds_here
        returns += returns_here
        if size > MAX_CSV_BYTES:
            raise too_large(name, MAX_CSV_BYTES)
        if max(line_feeds, returns) > MAX_ROWS + 1:
            raise too_many_rows(name)
        if len(chunk) == _CHUNK_BYTES and not feeds_here + returns_here:
            raise InputError(
                N_("{file} is not a table: it has a line of more than a million characters"),
                hint=N_("Save it as CSV UTF-8 or as .xlsx and load that."),
                file=name,
            )
    return digest.hexdigest()


def _records(name: str, file: BinaryIO, head: str) -> Iterator[list[str | Fault]]:
    separator, skip = _separator(head)
    reader = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            yield [] if number == 1 and skip else list(record)
    except UnicodeDecodeError as error:
        raise _not_utf8(name) from error
    except csv.Error as error:
        raise InputError(
            N_("{file}, row {row}: quotation marks that do not match, or a cell that does not end"),
            hint=N_("Open it in a spreadsheet, look at this row and save it again."),
            file=name,
            row=number + 1,
        ) from error


def _separator(head: str) -> tuple[str, bool]:
    """The separator that the header row uses most, and whether the first line is Excel's `sep=;` and no row."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    if first.startswith("sep=") and len(first) == 5 and first[4] in ",;\t":
        return first[4], True
    unquoted = "".join(first.split('"')[::2])
    return max(",;\t", key=unquoted.count), False


def _not_utf8(name: str) -> InputError:
    return InputError(
        N_("{file} is not written in UTF-8"),
        hint=N_("In the spreadsheet choose Save as, CSV UTF-8, or save it as .xlsx."),
        file=name,
    )
