"""Reading a CSV or XLSX file into rows of clean text.

Strict about what could harm (size, control characters, direction overrides) and lenient about what people do
(separators, blank rows, spaces). Knows nothing of what the columns mean.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, Fault, InputError
from tables import csv_file, xlsx_file
from tables.limits import MAX_CELL, MAX_COLUMNS, MAX_FAULTS, MAX_ROWS, UNSAFE, too_many_rows

_SAVE_AS = N_("Save it as CSV UTF-8 or as .xlsx and load that.")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file shows it: text in every cell, NFC, single spaces.

    `rows` are the rows that are not blank: the number that a spreadsheet shows (the header is row 1 as a rule) and the
    cell of each header. `digest` is the SHA-256 of the file in hex. `unread` names further sheets with content.
    """

    file: str
    headers: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    digest: str
    unread: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a table, whole or not at all.

    Raises:
        InputError: no such file, not a table, over a limit, or cells that no table may have; `faults` lists these.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise InputError(N_("{file} is a folder, not a table"), hint=N_("Name the file."), file=str(path))
    if suffix in (".xls", ".xlsb", ".ods", ".numbers"):
        raise InputError(
            N_("{file}: tables of the kind {suffix} are not read"), hint=_SAVE_AS, file=str(path), suffix=suffix
        )
    try:
        if suffix in (".xlsx", ".xlsm"):
            digest, records, unread = xlsx_file.open_sheet(path)
            return _table(path, digest, records, unread)
        if suffix in (".csv", ".tsv", ".txt"):
            with path.open("rb") as file:
                digest, records = csv_file.open_records(path.name, file)
                return _table(path, digest, records, ())
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
    raise InputError(N_("{file} is not a table: a table is .csv or .xlsx"), hint=_SAVE_AS, file=str(path))


def _table(path: Path, digest: str, records: Iterable[list[str | Fault]], unread: tuple[str, ...]) -> Table:
    """Clean every cell, find the header row, and pair each further row with it."""
    headers: tuple[str, ...] = ()
    rows: list[tuple[int, dict[str, str]]] = []
    faults: list[Fault] = []
    for number, record in enumerate(records, start=1):
        if number > MAX_ROWS + 1:
            raise too_many_rows(path.name)
        if any(record[MAX_COLUMNS:]):
            faults.append(Fault(N_("has more than {limit} columns"), {"limit": MAX_COLUMNS}, number, "", path.name))
            break
        cells = [_clean(cell, number, at, headers, path.name, faults) for at, cell in enumerate(record[:MAX_COLUMNS])]
        if len(faults) >= MAX_FAULTS:
            break
        if not any(cells):
            continue
        while not cells[-1]:
            cells.pop()
        if not headers:
            headers = tuple(cells)
            faults += _header_faults(headers, number, path.name)
        elif len(cells) > len(headers):
            values: dict[str, object] = {"cells": len(cells), "headers": len(headers)}
            faults.append(
                Fault(N_("this row has {cells} cells, the header has {headers}"), values, number, "", path.name)
            )
        else:
            cells += [""] * (len(headers) - len(cells))
            rows.append((number, {header: cell for header, cell in zip(headers, cells, strict=True) if header}))
    if faults:
        raise InputError(
            N_("{file} has cells that cannot be taken"),
            hint=N_("Mend these cells and load the file again; nothing was loaded."),
            faults=tuple(faults),
            file=path.name,
        )
    if not headers:
        raise InputError(N_("{file} is empty"), hint=N_("A table begins with a row of headers."), file=path.name)
    return Table(path.name, headers, rows, digest, unread)


def _clean(cell: str | Fault, row: int, at: int, headers: tuple[str, ...], file: str, faults: list[Fault]) -> str:
    """The text of a cell in NFC with single spaces; what no cell may hold becomes a fault."""
    column = headers[at] if at < len(headers) and headers[at] else f"#{at + 1}"
    if isinstance(cell, Fault):
        faults.append(Fault(cell.message, cell.values, row, column, file))
        return "?"
    if len(cell) > MAX_CELL:
        values: dict[str, object] = {"length": len(cell), "limit": MAX_CELL}
        faults.append(Fault(N_("has {length} characters; {limit} is the most"), values, row, column, file))
        return "?"
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    if found := UNSAFE.search(cell):
        message = N_("has the hidden character {character}, which no table may have")
        faults.append(Fault(message, {"character": f"U+{ord(found[0]):04X}"}, row, column, file))
        return "?"
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _header_faults(headers: tuple[str, ...], row: int, file: str) -> list[Fault]:
    named = [header for header in headers if header]
    twice = sorted({header for header in named if named.count(header) > 1})
    return [Fault(N_("the header {header} appears twice"), {"header": header}, row, header, file) for header in twice]
