"""Reads .xls, .xlsb and .ods workbooks in a child process (`tables.sandbox.child_process`); `tables.formats.workbook`
takes what it sends.

The survey of `tables.formats.workbook` knows .xlsx alone, and the parser holds all of a sheet's rectangle: here the
system's limits keep a small file from taking all memory.
"""

import io
import json
import zipfile
import zlib
from typing import Any

import python_calamine as calamine

from custody.errors import Fault
from tables.formats.limits import MAX_AREA, MAX_TEXT
from tables.formats.workbook import cell_text, worksheets
from tables.sandbox.child_process import Send, limited

_MANIFEST_READ = 2**20
_BOF, _FILEPASS, _RECORDS_READ = b"\x09\x08\x10\x00\x00\x06", 0x2F, 8
"""[MS-XLS] 2.4.21 and 2.4.117: the record that a workbook begins with, and the one that says it is encrypted, among the
first ones.
"""


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
        send(fault="locked" if "assword" in str(error) or _is_locked(payload) else "damaged")


def _is_locked(data: bytes) -> bool:
    """Whether a workbook has a password. Of bytes without a name the parser only says that it knows no such format."""
    if data.startswith(b"PK"):  # ODF 1.2 part 3, 4.8: the manifest says which parts are encrypted
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("META-INF/manifest.xml") as manifest:
                return b"encryption-data" in manifest.read(_MANIFEST_READ)
        except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, RuntimeError):  # damaged, as was said
            return False
    if "EncryptedPackage".encode("utf-16-le") in data:  # [MS-OFFCRYPTO] 2.3.4.4
        return True
    at = data.find(_BOF)
    for _record in range(_RECORDS_READ if at >= 0 else 0):
        kind, length = (int.from_bytes(data[at + i : at + i + 2], "little") for i in (0, 2))
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _plain(cell: str | Fault) -> str | list[str]:
    return [cell.message] if isinstance(cell, Fault) else cell
