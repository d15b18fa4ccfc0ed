"""Reads .xls, .xlsb and .ods workbooks in a child process (`tables.sandbox.child_process`); `tables.formats.old_book`
takes what it sends.

The survey of `tables.formats.xlsx_survey` knows .xlsx alone, and the parser holds all of a sheet's rectangle: here the
system's limits keep a small file from taking all memory.
"""

import io
import json
from typing import Any

import python_calamine as calamine

from custody.errors import Fault
from tables.formats.limits import MAX_AREA, MAX_TEXT
from tables.formats.xlsx_file import cell_text, worksheets
from tables.sandbox.child_process import Send, limited


def sheets(told: dict[str, Any], send: Send, payload: bytes) -> None:
    """Send each sheet that has content: its name, and its rows as JSON, a cell that cannot be taken as a list."""
    step = limited(told["bytes"])
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(payload)) as book:
            left = MAX_AREA
            for name in worksheets(book):
                step()
                sheet = book.get_sheet_by_name(name)
                left -= sheet.total_height * sheet.total_width
                if left < 0:
                    send(fault="large")
                    return
                if sheet.start:
                    rows = [[_plain(cell_text(cell)) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
                    data = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
                    if len(data) > 2 * MAX_TEXT:
                        send(fault="large")
                        return
                    send(data, name=name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        send(fault="locked" if "assword" in str(error) else "damaged")


def _plain(cell: str | Fault) -> str | list[str]:
    return [cell.message] if isinstance(cell, Fault) else cell
