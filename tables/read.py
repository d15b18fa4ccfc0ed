"""Reading a CSV file or a workbook into rows of clean text under its headings, as offices make such files.

Strict about what could harm (size, control characters, direction overrides) and lenient about what people do
(separators, encodings, titles above the table, totals and signatures below it).
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from custody.errors import N_, Fault, InputError
from custody.plan.levels import GROUP
from tables.fault_list import few_of_a_kind
from tables.formats import csv_file, xlsx_file
from tables.formats.limits import MAX_CELL, MAX_COLUMNS, MAX_FAULTS, MAX_ROWS, UNSAFE, too_many_rows
from tables.formats.old_book import OldSheet, open_old_book
from tables.header_row import Header, find_header, letter
from tables.omitted_rows import Areas, Row, Tidied, check_heads, lift_areas, tidy
from tables.questions import Choice, QuestionError, Reading
from tables.vocabulary import COUNTED, KEYS, LOADED, best_kind, fold, lacking, matched

_OLD = (".xls", ".xlsb", ".ods")
_Sheet = xlsx_file.XlsxSheet | OldSheet
_SAVE_AS = N_("Save it as CSV UTF-8 or as .xlsx and load that.")
_ROWS_TO_TELL_BY = 80
_TAKEN = {
    ",": N_("read as {encoding}, its columns parted by commas"),
    ";": N_("read as {encoding}, its columns parted by semicolons"),
    "\t": N_("read as {encoding}, its columns parted by tabs"),
}

Note = tuple[str, dict[str, object]]
"""What was found of a file by itself: a template and its values."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file shows it: text in every cell, NFC, single spaces.

    `headers` are in the order of the columns, empty where a column has none. `rows` are the rows of the table that are
    not blank: the number that a spreadsheet shows and the cell of each header. `digest` is the SHA-256 of the file in
    hex. `unread` names further sheets with content. `notes` say how it was taken where it is no plain table; `faults`
    are totals that do not fit their rows; `reading` is what was decided about it.
    """

    file: str
    headers: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    digest: str
    unread: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    reading: Reading = field(default_factory=Reading)


def read_table(path: Path, kinds: Sequence[str] = LOADED, reading: Reading | None = None) -> Table:
    """Read a table, whole or not at all.

    Args:
        kinds: the kinds of table that it may be; their words tell which row has the headings.
        reading: how to read it, as the user decided; None: everything is detected.

    Raises:
        QuestionError: it can be read in several ways.
        InputError: no such file, not a table, over a limit, or cells that no table may have; `faults` lists these.
    """
    reading = reading or Reading()
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
            digest, sheets = (open_old_book if suffix in _OLD else xlsx_file.open_book)(path)
            sheet = _chosen_sheet(path.name, sheets, kinds, reading)
            others = tuple(other.name for other in sheets if other is not sheet)
            notes: list[Note] = []
            if others and sheet:
                notes.append(
                    (
                        N_("sheet {sheet} was read, and not: {others}"),
                        {"sheet": sheet.name, "others": ", ".join(others)[:200]},
                    )
                )
            return _table(path.name, digest, sheet.records() if sheet else (), kinds, reading, others, notes)
        if suffix in (".csv", ".tsv", ".txt"):
            with path.open("rb") as file:
                digest, records, (encoding, separator) = csv_file.open_records(path.name, file)
                is_plain = (encoding, separator) == ("utf-8-sig", ",")
                taken: Note = (_TAKEN[separator], {"encoding": encoding.removesuffix("-sig").upper()})
                return _table(path.name, digest, records, kinds, reading, (), [] if is_plain else [taken])
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


def _table(
    file: str,
    digest: str,
    records: Iterable[list[str | Fault]],
    kinds: Sequence[str],
    reading: Reading,
    unread: tuple[str, ...],
    notes: list[Note],
) -> Table:
    """Clean every cell, find the headings, and pair each row of the table with them."""
    grid, faults = _cleaned(file, records)
    if faults and not grid:
        raise _untaken(file, [fault for _, fault in faults])
    header = find_header(file, grid, kinds, reading)
    names = header.names
    if header.first or header.end > 1:
        lines = header.end - header.first
        row = str(header.first + 1) if lines == 1 else f"{header.first + 1}-{header.end}"
        if any(map(any, grid[: header.first])) or lines > 1:
            notes.append((N_("the headings are in row {row}"), {"row": row}))
    kind = best_kind(names, kinds, reading.columns)
    found = matched(kind, names, reading.columns)
    areas = _lifted(grid, header, reading) if "tree" in kinds and lacking(kind, found) else None
    tidied = _tidied(file, grid, header, kind, found, areas)
    if areas is not None:
        notes.append((N_("{columns} stand in rows of their own: {count}"), _area_words(areas)))
    if tidied.left_out:
        notes.append((N_("rows left out: {rows}"), {"rows": tidied.words}))
    rows = []
    for number, cells in tidied.rows:
        if len(cells) > len(names):
            values: dict[str, object] = {"cells": len(cells), "headers": len(names)}
            message = N_("this row has {cells} cells, the header has {headers}: give each column a heading")
            faults.append((MAX_COLUMNS, Fault(message, values, number, "", file)))
        else:
            cells += [""] * (len(names) - len(cells))
            own = {name: cell for name, cell in zip(names, cells, strict=True) if name}
            rows.append((number, own | (areas.of(number) if areas else {})))
    if faults:
        raise _untaken(file, [_placed(file, names, at, fault) for at, fault in faults])
    names += areas.headings if areas else ()
    return Table(file, names, rows, digest, unread, tuple(notes), tuple(tidied.faults), reading)


def _lifted(grid: list[list[str]], header: Header, reading: Reading) -> Areas | None:
    """The areas of a list of places that stand as rows, where its headings lack a column for them."""
    found = matched("tree", header.names, reading.columns)
    missing = [] if found.keys().isdisjoint((GROUP, "tps")) else lacking("tree", found)
    return lift_areas(grid, header.first, header.end, missing) if missing else None


def _area_words(areas: Areas) -> dict[str, object]:
    return {"columns": ", ".join(areas.headings), "count": len(areas.rows)}


def _tidied(
    file: str,
    grid: list[list[str]],
    header: Header,
    kind: str,
    found: Mapping[str, Sequence[str]],
    areas: Areas | None,
) -> Tidied:
    """The rows of the table, parted from what stands among and below them."""
    at_of = {name: at for at, name in enumerate(header.names) if name}
    names = ("tps",) if kind == "tree" and "tps" in found else KEYS[kind]
    keys = [at_of[heading] for name in names for heading in found.get(name, ())[:1]]
    counted = [at_of[heading] for name, headings in found.items() if (kind, name) in COUNTED for heading in headings]
    below: list[Row] = [(number, row) for number, row in enumerate(grid[header.end :], header.end + 1) if row]

    def fault(row: int, at: int, message: str, values: dict[str, object]) -> Fault:
        return Fault(message, values, row, _name(header.names, at), file, f"{letter(at)}{row}")

    tidied = tidy(below, grid[header.first : header.end], keys, counted, fault)
    if areas is not None:
        tidied.faults += check_heads(areas, tidied.rows, counted, fault)
    return tidied


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


def _placed(file: str, names: Sequence[str], at: int, fault: Fault) -> Fault:
    if at >= MAX_COLUMNS:  # the whole row
        return fault
    return Fault(fault.message, fault.values, fault.row, _name(names, at), file, f"{letter(at)}{fault.row}")


def _name(names: Sequence[str], at: int) -> str:
    return names[at] if at < len(names) and names[at] else f"#{at + 1}"


def _untaken(file: str, faults: Sequence[Fault]) -> InputError:
    return InputError(
        N_("{file} has cells that cannot be taken"),
        hint=N_("Fix these cells and load the file again; nothing was loaded."),
        faults=few_of_a_kind(faults),
        file=file,
    )
