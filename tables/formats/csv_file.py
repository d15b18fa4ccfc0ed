"""CSV files as streams of records: comma, semicolon or tab; UTF-8, UTF-16 or the Windows code page of Western Europe.

The encoding is that of the byte order mark, else UTF-8 where all bytes are that, else cp1252.
"""

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from custody.errors import N_, Fault, InputError
from tables.formats.limits import MAX_CSV_BYTES, MAX_ROWS, too_large, too_many_rows

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


def open_records(name: str, file: BinaryIO) -> tuple[str, Iterator[list[str | Fault]], tuple[str, str]]:
    """The SHA-256 of an open CSV file in hex, its records, blank ones too, and what they were taken for: encoding and
    separator.

    Raises:
        InputError: too large, too many rows, of no such encoding, or not text; the records raise it as they are read.
    """
    digest, encoding = _survey(name, file)
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    if start.startswith(_OTHER_KINDS):
        raise InputError(
            N_("{file} is not a CSV file, whatever its name says"),
            hint=N_("Save it as CSV UTF-8 or as .xlsx and load that."),
            file=name,
        )
    separator, skip = _separator(start.decode(encoding, "replace"))
    return digest, _records(name, file, encoding, separator, skip=skip), (encoding, separator)


def _survey(name: str, file: BinaryIO) -> tuple[str, str]:
    """Hash the file, find its encoding, and refuse what is too large, with no more than one chunk of it in memory."""
    digest = hashlib.sha256()
    encoding, decoder = "", codecs.getincrementaldecoder("utf-8")()
    size = line_feeds = returns = 0
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        if not size:
            encoding = _marked(chunk)
        if not encoding:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = "cp1252"
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
    return digest.hexdigest(), encoding or "utf-8-sig"


def _marked(start: bytes) -> str:
    """The encoding that a file's beginning names, or shows by the zero bytes of UTF-16; empty where it does not."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [start[:400:2].count(0), start[1:400:2].count(0)]
    if max(zeros) > 3 * len(start[:400]) // 8 and min(zeros) == 0:
        return "utf-16-be" if zeros[0] else "utf-16-le"
    return ""


def _records(name: str, file: BinaryIO, encoding: str, separator: str, *, skip: bool) -> Iterator[list[str | Fault]]:
    reader = csv.reader(io.TextIOWrapper(file, encoding, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            yield [] if number == 1 and skip else list(record)
    except UnicodeError as error:
        raise _not_text(name) from error
    except csv.Error as error:
        raise InputError(
            N_("{file}, row {row}: quotation marks that do not match, or a cell that does not end"),
            hint=N_("Open it in a spreadsheet, look at this row and save it again."),
            file=name,
            row=number + 1,
        ) from error


def _separator(start: str) -> tuple[str, bool]:
    """The separator that most of the first lines have equally often, and whether the first line is Excel's `sep=;` and
    no row. A title or a cell with commas of its own is one line among many.
    """
    lines = [line for line in start.splitlines()[:30] if line.strip()]
    first = lines[0].lstrip("\ufeff") if lines else ""
    if first.startswith("sep=") and len(first) == 5 and first[4] in ",;\t":
        return first[4], True
    unquoted = ["".join(line.split('"')[::2]) for line in lines[:-1] or lines]

    def agreement(sign: str) -> tuple[int, int]:
        counts = Counter(count for line in unquoted if (count := line.count(sign)))
        return max(((lines, count) for count, lines in counts.items()), default=(0, 0))

    return max(",;\t", key=agreement), False


def _not_text(name: str) -> InputError:
    return InputError(
        N_("{file} is no text in UTF-8, UTF-16 or Windows' cp1252, or it is cut off"),
        hint=N_("In the spreadsheet choose Save as, CSV UTF-8, or save it as .xlsx."),
        file=name,
    )
