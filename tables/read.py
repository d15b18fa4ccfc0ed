"""Read a table's file, CSV or one sheet of a workbook, into rows of clean text under its headings, whole or not at all.

Strict about what could harm (size, control characters, direction overrides) and lenient about what people do
(separators, encodings, titles above the table, and what `tables.tidy` leaves out).
CSV may be parted by commas, semicolons or tabs, in UTF-8, UTF-16 or the Windows code page of Western Europe: the
encoding is that of the byte order mark, else UTF-8 where all bytes are that, else cp1252.
"""

import codecs
import csv
import hashlib
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from custody.errors import N_, Fault, InputError
from tables.formats.limits import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_CSV_BYTES,
    MAX_FAULTS,
    MAX_ROWS,
    UNSAFE,
    too_large,
    too_many_rows,
)
from tables.formats.workbook import OldSheet, XlsxSheet, open_book, open_old_book
from tables.headings import Header, best_kind, find_header, fold, lacking, matched
from tables.office_table import Choice, Note, QuestionError, Reading, Table, few_of_a_kind, letter
from tables.tidy import areas_among, column_name, tidied_rows
from tables.vocabulary import LOADED

_OLD = (".xls", ".xlsb", ".ods")
_Sheet = XlsxSheet | OldSheet
_SAVE_AS = N_("Save it as CSV UTF-8 or as .xlsx and load that.")
_ROWS_TO_TELL_BY = 80
_TAKEN = {
    ",": N_("read as {encoding}, its columns parted by commas"),
    ";": N_("read as {encoding}, its columns parted by semicolons"),
    "\t": N_("read as {encoding}, its columns parted by tabs"),
}


@dataclass(frozen=True, slots=True)
class _Grid:
    """What a file has in its cells: every row from the first on, blank ones too, without blank cells at their ends.

    `faults` are what no cell may hold, with the column counted from 0. `digest` is the SHA-256 of the file in hex.
    `unread` names further sheets with content; `notes` say how the file was taken.
    """

    rows: list[list[str]]
    faults: list[tuple[int, Fault]]
    digest: str
    unread: tuple[str, ...] = ()
    notes: list[Note] = field(default_factory=list)


def read_table(path: Path, kinds: Sequence[str] = LOADED, reading: Reading | None = None) -> Table:
    """Read a table, whole or not at all.

    Args:
        kinds: the kinds of table that it may be; their words tell which row has the headings.
        reading: how to read it, as the user decided; None: everything is detected.

    Raises:
        QuestionError: it can be read in several ways.
        InputError: no such file, not a table, over a limit, or cells that no table may have; `faults` lists these.
    """
    file, reading = path.name, reading or Reading()
    cells = _read_grid(path, kinds, reading)
    grid, faults, notes = cells.rows, cells.faults, cells.notes
    if faults and not grid:
        raise _untaken(file, [fault for _, fault in faults])
    header = find_header(file, grid, kinds, reading)
    names = header.names
    if header.first or header.end > 1:
        lines = header.end - header.first
        at_row = str(header.first + 1) if lines == 1 else f"{header.first + 1}-{header.end}"
        if any(map(any, grid[: header.first])) or lines > 1:
            notes.append((N_("the headings are in row {row}"), {"row": at_row}))
    kind = best_kind(names, kinds, reading.columns)
    found = matched(kind, names, reading.columns)
    areas = areas_among(grid, header, reading) if "tree" in kinds and lacking(kind, found) else None
    tidied = tidied_rows(file, grid, header, kind, found, areas)
    if areas is not None:
        notes.append(areas.note)
    if tidied.left_out:
        notes.append((N_("rows left out: {rows}"), {"rows": tidied.words}))
    rows = []
    for number, row in tidied.rows:
        if len(row) > len(names):
            values: dict[str, object] = {"cells": len(row), "headers": len(names)}
            message = N_("this row has {cells} cells, the header has {headers}: give each column a heading")
            faults.append((MAX_COLUMNS, Fault(message, values, number, "", file)))
        else:
            row += [""] * (len(names) - len(row))
            own = {name: cell for name, cell in zip(names, row, strict=True) if name}
            rows.append((number, own | (areas.of(number) if areas else {})))
    if faults:
        raise _untaken(file, [_placed(file, names, at, fault) for at, fault in faults])
    names += areas.headings if areas else ()
    return Table(file, names, rows, cells.digest, cells.unread, tuple(notes), tuple(tidied.faults), reading)


def _placed(file: str, names: Sequence[str], at: int, fault: Fault) -> Fault:
    if at >= MAX_COLUMNS:  # the whole row
        return fault
    return Fault(fault.message, fault.values, fault.row, column_name(names, at), file, f"{letter(at)}{fault.row}")


def _untaken(file: str, faults: Sequence[Fault]) -> InputError:
    return InputError(
        N_("{file} has cells that cannot be taken"),
        hint=N_("Fix these cells and load the file again; nothing was loaded."),
        faults=few_of_a_kind(faults),
        file=file,
    )


def _read_grid(path: Path, kinds: Sequence[str], reading: Reading) -> _Grid:
    """Read the cells of a table's file.

    Args:
        kinds: the kinds of table that it may be, which tell the sheet of a workbook that is read.

    Raises:
        QuestionError: several sheets have such a table.
        InputError: no such file, not a table, or over a limit.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise InputError(N_("{file} is a folder, not a table"), hint=N_("Name the file."), file=str(path))
    if path.name.startswith("~$"):
        raise InputError(
            N_("{file} is no table: Excel writes it beside a workbook that is open"),
            hint=N_("Close the workbook, and name it without ~$."),
            file=path.name,
        )
    try:
        if suffix in (".xlsx", ".xlsm", *_OLD):
            digest, sheets = (open_old_book if suffix in _OLD else open_book)(path)
            sheet = _chosen_sheet(path.name, sheets, kinds, reading)
            others = tuple(other.name for other in sheets if other is not sheet)
            notes: list[Note] = []
            if others and sheet:
                told: dict[str, object] = {"sheet": sheet.name, "others": ", ".join(others)[:200]}
                notes.append((N_("sheet {sheet} was read, and not: {others}"), told))
            return _Grid(*_cleaned(path.name, sheet.records() if sheet else ()), digest, others, notes)
        if suffix in (".csv", ".tsv", ".txt"):
            with path.open("rb") as file:
                return _read_csv(path.name, file)
    except FileNotFoundError as error:
        raise InputError(
            N_("{file} does not exist"), hint=N_("Check the name and the folder."), file=str(path)
        ) from error
    except OSError as error:
        raise InputError(
            N_("{file} cannot be read: {reason}"),
            hint=N_("Close it in other programs and check that you may open it."),
            file=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error
    raise InputError(
        N_("{file} is not a table: a table is .csv, .xlsx, .xls, .xlsb or .ods"), hint=_SAVE_AS, file=str(path)
    )


def _chosen_sheet(file: str, sheets: Sequence[_Sheet], kinds: Sequence[str], reading: Reading) -> _Sheet | None:
    """The sheet that is named, else the one that has such a table, else the first; None where all are blank."""
    if reading.sheet is not None:
        if named := [sheet for sheet in sheets if fold(sheet.name) == fold(reading.sheet)]:
            return named[0]
        raise InputError(
            N_("{file} has no sheet {sheet}"),
            hint=N_("Its sheets are: {names}."),
            file=file,
            sheet=reading.sheet,
            names=", ".join(sheet.name for sheet in sheets)[:300],
        )
    if len(sheets) < 2:
        return sheets[0] if sheets else None
    known = [_headings_of(file, sheet, kinds, reading) for sheet in sheets]
    best = max((header.known for header in known), default=(False, 0))
    fitting = [at for at, header in enumerate(known) if (header.known[0] if best[0] else header.known == best)]
    if not best[0]:
        return sheets[fitting[0]]
    if len(fitting) == 1:
        return sheets[fitting[0]]
    choices = [Choice("--sheet", sheets[at].name, ", ".join(filter(None, known[at].names))[:120]) for at in fitting]
    raise QuestionError(
        N_("{file}: {count} sheets have such a table"),
        choices=choices,
        hint=N_("Say which one is to be read: {options}"),
        file=file,
        count=len(fitting),
    )


def _headings_of(file: str, sheet: _Sheet, kinds: Sequence[str], reading: Reading) -> Header:
    rows = [[cell if isinstance(cell, str) else "?" for cell in record] for record in sheet.records(_ROWS_TO_TELL_BY)]
    try:
        return find_header(file, [[" ".join(cell.split()) for cell in row] for row in rows], kinds, reading)
    except InputError:  # it is asked of the sheet that is read
        return Header(0, 1, ())


def _read_csv(name: str, file: BinaryIO) -> _Grid:
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
    rows, faults = _cleaned(name, _records(name, file, encoding, separator, skip=skip))
    is_plain = (encoding, separator) == ("utf-8-sig", ",")
    taken: Note = (_TAKEN[separator], {"encoding": encoding.removesuffix("-sig").upper()})
    return _Grid(rows, faults, digest, notes=[] if is_plain else [taken])


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


def _cleaned(file: str, records: Iterable[list[str | Fault]]) -> tuple[list[list[str]], list[tuple[int, Fault]]]:
    """Every row in clean text without blank cells at its end, and what no cell may hold with its column from 0."""
    grid: list[list[str]] = []
    faults: list[tuple[int, Fault]] = []
    for number, record in enumerate(records, start=1):
        if number > MAX_ROWS + 1:
            raise too_many_rows(file)
        if any(record[MAX_COLUMNS:]):
            message = N_("has more than {limit} columns")
            faults.append((MAX_COLUMNS, Fault(message, {"limit": MAX_COLUMNS}, number, "", file)))
            break
        cells = [_clean(cell, number, at, faults) for at, cell in enumerate(record[:MAX_COLUMNS])]
        while cells and not cells[-1]:
            cells.pop()
        grid.append(cells)
        if len(faults) >= MAX_FAULTS:
            break
    return grid, faults


def _clean(cell: str | Fault, row: int, at: int, faults: list[tuple[int, Fault]]) -> str:
    """The text of a cell in NFC with single spaces; what no cell may hold becomes a fault."""
    if isinstance(cell, Fault):
        faults.append((at, Fault(cell.message, cell.values, row)))
        return "?"
    if len(cell) > MAX_CELL:
        message = N_("has {length} characters; {limit} is the most")
        faults.append((at, Fault(message, {"length": len(cell), "limit": MAX_CELL}, row)))
        return "?"
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    if found := UNSAFE.search(cell):
        message = N_("has the hidden character {character}, which no table may have")
        faults.append((at, Fault(message, {"character": f"U+{ord(found[0]):04X}"}, row)))
        return "?"
    return " ".join(unicodedata.normalize("NFC", cell).split())
