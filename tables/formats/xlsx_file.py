"""XLSX workbooks as records of text, as the user sees it in the cells.

The workbook is surveyed before the parser opens it.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import python_calamine as calamine

from custody.errors import N_, Fault, InputError
from tables.formats.limits import MAX_XLSX_BYTES, too_large
from tables.formats.xlsx_survey import damaged, survey

_OLE = b"\xd0\xcf\x11\xe0"
_UNSAVED = N_("is a formula without a value: open the table in Excel or LibreOffice, save it, and load it again")
_EXACT_BELOW = 10**15
"""Spreadsheets keep 15 digits of a number; a longer one has lost its last digits already."""


@dataclass(frozen=True, slots=True)
class XlsxSheet:
    """A sheet that a user sees and that has content; `unsaved` are its cells (row, column from 1) whose formula has no
    value.
    """

    name: str
    sheet: calamine.CalamineSheet
    unsaved: frozenset[tuple[int, int]] = frozenset()

    def records(self, most: int | None = None) -> Iterator[list[str | Fault]]:
        """Its rows from the first on, blank ones too; at most so many."""
        rows = self.sheet.to_python(skip_empty_area=False, nrows=most)
        for number, row in enumerate(rows, start=1):
            yield [
                Fault(_UNSAVED, {}) if self.unsaved and (number, at) in self.unsaved else cell_text(cell)
                for at, cell in enumerate(row, start=1)
            ]


def open_book(path: Path) -> tuple[str, list[XlsxSheet]]:
    """The SHA-256 of a workbook in hex, and its sheets that have content and are not hidden.

    Raises:
        InputError: not a workbook, protected by a password, damaged, or over a limit.
    """
    with path.open("rb") as file:
        data = file.read(MAX_XLSX_BYTES + 1)
    if len(data) > MAX_XLSX_BYTES:
        raise too_large(path.name, MAX_XLSX_BYTES)
    if data.startswith(_OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in data
        message = N_("{file} is protected by a password") if is_locked else N_("{file} is an old Excel file")
        raise InputError(message, hint=N_("Save it as .xlsx without a password."), file=path.name)
    if not data:
        raise InputError(N_("{file} is empty"), hint=N_("A table begins with a row of headers."), file=path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unsaved = survey(path.name, archive)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            filled = [sheet for sheet in map(book.get_sheet_by_name, worksheets(book)) if sheet.start]
    except (zipfile.BadZipFile, calamine.CalamineError, OSError) as error:
        raise damaged(path.name) from error
    sheets = [XlsxSheet(sheet.name, sheet, unsaved.get(sheet.name, frozenset())) for sheet in filled]
    return hashlib.sha256(data).hexdigest(), sheets


def worksheets(book: calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets that a user sees, without charts and hidden sheets."""
    seen = (calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible)
    return [sheet.name for sheet in book.sheets_metadata if (sheet.typ, sheet.visible) == seen]


def cell_text(cell: str | float | bool | date | time | timedelta) -> str | Fault:
    """What a cell says, as text: 3.0 is 3, a date is RFC 3339 (without an offset: a spreadsheet knows none)."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int() | float():
            if not abs(cell) < _EXACT_BELOW:
                message = N_("is a number of more than 15 digits, and Excel has lost the last ones: format it as text")
                return Fault(message, {})
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
