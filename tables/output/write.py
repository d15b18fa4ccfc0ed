"""Write a table as CSV or XLSX, so that no text in it can run as a formula.

Text from outside (names, notes, codes read by a camera) ends in a spreadsheet that somebody trusts; quoting alone
does not stop Excel from taking `=...` for a formula (CWE-1236). Numbers are never touched.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from custody.errors import N_, InputError
from tables.output.safe_file import safe_file

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | None

_TRIGGERS = "=+\\-@\uff1d\uff0b\uff0d\uff20\x00-\x1f\x7f-\x9f"
_STARTS_FORMULA = re.compile(f"[{_TRIGGERS}]")
# Excel with Indonesian settings splits a comma file at semicolons, also inside a cell: `x;=1+1` becomes two cells.
_FORMULA_AFTER_SPLIT = re.compile(f"([;\\t\\r\\n][\\s\"']*)(?=[{_TRIGGERS}])")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TITLE_FORBIDS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_MAX_TITLE = 31
_MAX_SHEET_ROWS = 1_048_576
_MAX_CELL = 32_767
_EXACT_BELOW = 2**53


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table to write: a title, headers, rows; `widths` in characters, where the headers' own do not fit."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[float] = ()


def row_of(columns: Mapping[str, Callable[..., Cell]], *of: Any) -> dict[str, Cell]:
    """The cells of a row by the names of its columns, each of which says what stands in it."""
    return {name: cell(*of) for name, cell in columns.items()}


def sheet_of(title: str, columns: Iterable[str], rows: Iterable[Mapping[str, Cell]]) -> Sheet:
    """The table of such rows under the names of their columns, which stand there without rows too."""
    return Sheet(title, tuple(columns), [list(row.values()) for row in rows])


def write_table(out: Path, sheets: Sequence[Sheet]) -> None:
    """Write `.csv` (one sheet, UTF-8 with a byte order mark, comma) or `.xlsx` (any number), whole or not at all.

    Raises:
        InputError: another suffix, several sheets for a CSV, too many rows for Excel, or a folder that is not there.
        StoreError: the disk is full.
    """
    suffix = out.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise InputError(
            N_("{path}: a table is written as .csv or .xlsx"), hint=N_("Change the file's name."), path=str(out)
        )
    if suffix == ".csv" and len(sheets) != 1:
        raise InputError(
            N_("{path}: a CSV file holds one table, and these are {count}"),
            hint=N_("Write it as .xlsx."),
            path=str(out),
            count=len(sheets),
        )
    with safe_file(out) as file:
        if suffix == ".csv":
            _write_csv(file, sheets[0])
        else:
            _write_xlsx(out, file, sheets)


def harmless(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if _STARTS_FORMULA.match(text) else text


def _write_csv(file: BinaryIO, sheet: Sheet) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text)
    writer.writerow([_csv_cell(header) for header in sheet.headers])
    writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)
    text.flush()
    text.detach()


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return _FORMULA_AFTER_SPLIT.sub(r"\1'", harmless(cell))
    return str(cell).lower() if isinstance(cell, bool) else cell


def _write_xlsx(out: Path, file: BinaryIO, sheets: Sequence[Sheet]) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    # Rows go to a temporary file as they come: a regency's tables are millions of cells.
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1})
    titles: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_title(sheet.title, titles))
        widths = [float(len(header) + 4) for header in sheet.headers]
        for column, header in enumerate(sheet.headers):
            page.write_string(0, column, _xlsx_text(header), bold)
        last = 0
        for last, row in enumerate(sheet.rows, start=1):
            if last >= _MAX_SHEET_ROWS:
                raise InputError(
                    N_("{path}: a sheet of Excel has at most {limit} rows"),
                    hint=N_("Write it as .csv."),
                    path=str(out),
                    limit=_MAX_SHEET_ROWS,
                )
            for column, cell in enumerate(row):
                _write_cell(page, last, column, cell)
                if isinstance(cell, str) and last <= 200 and column < len(widths):
                    widths[column] = min(max(widths[column], len(cell) + 2.0), 50.0)
        for column, width in enumerate([*sheet.widths, *widths[len(sheet.widths) :]]):
            page.set_column(column, column, width)
        page.freeze_panes(1, 0)
        if sheet.headers:
            page.autofilter(0, 0, last, len(sheet.headers) - 1)
    try:
        book.close()
    except FileCreateError as error:
        # XlsxWriter wraps the system's own error; safe_file knows what to say about that one.
        raise error.args[0] from error


def _write_cell(page: "Worksheet", row: int, column: int, cell: Cell) -> None:
    match cell:
        case None | "":
            return
        case bool():
            page.write_boolean(row, column, cell)
        case int() | float() if math.isfinite(cell) and abs(cell) < _EXACT_BELOW:
            page.write_number(row, column, cell)
        case _:
            page.write_string(row, column, _xlsx_text(str(cell)))


def _xlsx_text(text: str) -> str:
    """Text that XML can hold, harmless and within Excel's longest cell; an ellipsis shows a cut."""
    safe = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", harmless(text))
    return safe if len(safe) <= _MAX_CELL else safe[: _MAX_CELL - 1] + "…"


def _title(title: str, taken: set[str]) -> str:
    """A title as Excel takes it: at most 31 characters, without some signs, not twice."""
    base = _TITLE_FORBIDS.sub(" ", title).strip().strip("'")[:_MAX_TITLE] or "Serah"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[: _MAX_TITLE - 4]} ({number})", number + 1
    taken.add(name.casefold())
    return name
