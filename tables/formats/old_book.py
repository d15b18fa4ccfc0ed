"""Workbooks of other kinds than .xlsx: .xls, .xlsb and .ods, read by a child process within limits."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, Fault, InputError
from tables.formats.limits import MAX_UNPACKED_BYTES, MAX_XLSX_BYTES, too_large
from tables.sandbox.child_process import OverLimitError, bounded

_SAVE_AS = N_("Open it in a spreadsheet, save it as .xlsx without a password, and load that.")


@dataclass(frozen=True, slots=True)
class OldSheet:
    """A sheet of an old workbook that has content."""

    name: str
    rows: list[list[str | list[str]]]

    def records(self, most: int | None = None) -> Iterator[list[str | Fault]]:
        """Its rows from the first on, blank ones too; at most so many."""
        for row in self.rows[:most]:
            yield [cell if isinstance(cell, str) else Fault(cell[0], {}) for cell in row]


def open_old_book(path: Path) -> tuple[str, list[OldSheet]]:
    """The SHA-256 of a workbook in hex, and its sheets that have content and are not hidden.

    Raises:
        InputError: not a workbook, protected by a password, damaged, or over a limit.
    """
    with path.open("rb") as file:
        data = file.read(MAX_XLSX_BYTES + 1)
    if len(data) > MAX_XLSX_BYTES:
        raise too_large(path.name, MAX_XLSX_BYTES)
    found = []
    try:
        with bounded("tables.formats.book_child:sheets", len(data), {"bytes": len(data)}, data) as pieces:
            for head, rows in pieces:
                if "fault" in head:
                    raise _refusal(path.name, head["fault"])
                found.append(OldSheet(head["name"], json.loads(rows.decode("utf-8", "surrogatepass"))))
    except OverLimitError as error:
        raise InputError(
            N_(
                "{path} is not read: reading it breaks the reader, or takes far more time or memory "
                "than a file of its size"
            ),
            hint=_SAVE_AS,
            path=path.name,
        ) from error
    return hashlib.sha256(data).hexdigest(), found


def _refusal(file: str, fault: str) -> InputError:
    if fault == "large":
        return too_large(file, MAX_UNPACKED_BYTES)
    message = N_("{file} is protected by a password") if fault == "locked" else N_("{file} is damaged, or no workbook")
    return InputError(message, hint=_SAVE_AS, file=file)
