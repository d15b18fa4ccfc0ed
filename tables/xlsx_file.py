"""XLSX workbooks as records of text, as the user sees it in the cells.

The first sheet with content is read. The workbook is surveyed before the parser opens it.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import python_calamine as calamine

from custody.errors import N_, Fault, InputError
from tables.limits import MAX_XLSX_BYTES, too_large
from tables.xlsx_survey import damaged, survey

_OLE = b"\xd0\xcf\x11\xe0"
_EXACT_BELOW = 10**15
"""Spreadsheets keep 15 digits of a number; a longer one has lost its last digits already."""


def open_sheet(path: Path) -> tuple[str, Iterator[list[str | Fault]], tuple[str, ...]]:
    """The SHA-256 of a workbook in hex, the records of its first sheet with content, and the names of the others.

    Raises:
        InputError: not a workbook, protected by a password, damaged, or over a limit.
    """
    with path.open("rb") as file:
        data = file.read(MAX_XLSX_BYTES + 1)
    if len(data) > MAX_XLSX_BYTES:
        raise too_large(path.name, MAX_XLSX_BYTES)
    if data.startswith(_OLE):
        raise InputError(
            N_("{file} is protected by a password, or is an old Excel file"),
            hint=N_("Save it as .xlsx without a password."),
            file=path.name,
        )
    if not data:
        raise InputError(N_("{file} is empty"), hint=N_("A table begins with a row of headers."), file=path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            survey(path.name, archive)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            filled = [sheet for sheet in map(book.get_sheet_by_name, _worksheets(book)) if sheet.start]
    except (zipfile.BadZipFile, calamine.CalamineError, OSError) as error:
        raise damaged(path.name) from error
    rows = filled[0].to_python(skip_empty_area=False) if filled else []
    records = ([_text(cell) for cell in row] for row in rows)
    return hashlib.sha256(data).hexdigest(), records, tuple(sheet.name for sheet in filled[1:])


def _worksheets(book: calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets that a user sees, without charts and hidden sheets."""
    seen = (calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible)
    return [sheet.name for sheet in book.sheets_metadata if (sheet.typ, sheet.visible) == seen]


def _text(cell: str | float | bool | date | time | timedelta) -> str | Fault:
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
