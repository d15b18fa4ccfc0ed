"""Workbooks as records of text, as the user sees it in the cells: .xlsx here, others in a child process within limits.

An .xlsx workbook is surveyed before the parser opens it.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine as calamine

from custody.errors import N_, Fault, InputError
from tables.formats.limits import (
    MAX_AREA,
    MAX_COLUMNS,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_ROWS,
    MAX_TEXT,
    MAX_UNPACKED_BYTES,
    MAX_XLSX_BYTES,
    too_large,
    too_many_rows,
)
from tables.sandbox.child_process import OverLimitError, bounded

_OLE = b"\xd0\xcf\x11\xe0"
_UNSAVED = N_("is a formula without a value: open the table in Excel or LibreOffice, save it, and load it again")
_BROKEN = (
    calamine.CalamineError,
    expat.ExpatError,
    ElementTree.ParseError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
"""What a damaged workbook raises in the libraries, `UnicodeDecodeError` of a part's name (a `ValueError`) included."""
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


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_XLSX_BYTES + 1)
    if len(data) > MAX_XLSX_BYTES:
        raise too_large(path.name, MAX_XLSX_BYTES)
    return data


def open_book(path: Path) -> tuple[str, list[XlsxSheet]]:
    """The SHA-256 of a workbook in hex, and its sheets that have content and are not hidden.

    Raises:
        InputError: not a workbook, protected by a password, damaged, or over a limit.
    """
    data = _read(path)
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
    except _BROKEN as error:
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


# --- Looking over a workbook before the parser opens it: is it a sound zip, and how much memory would it take? --------
# The parser (python-calamine) holds the whole rectangle that a sheet spans and a copy of each shared text for each
# cell that shows it, so a file of 2 kB could take all memory. This survey reads where the cells are and how long their
# texts are with expat, in chunks. It refuses document types, so that expat and the parser see the same characters.

_CHUNK_BYTES = 1 << 18
_ENCRYPTED = 0x1
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What a spreadsheet writes. LZMA takes as much memory as a part says, and a part of 20 bytes can say 4 GB."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


def survey(file: str, archive: zipfile.ZipFile) -> dict[str, frozenset[tuple[int, int]]]:
    """Pass a workbook that is sound and within the limits; the cells of each sheet, by its name, whose formula has no
    stored value (row and column from 1).

    Raises:
        InputError: damaged, protected, or over a limit of size, rows or columns; one of `_BROKEN` says damaged, too.
    """
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 1):
        raise too_large(file, MAX_UNPACKED_BYTES)
    if any(entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PACKED for entry in entries):
        raise damaged(file)
    texts: list[int] = []
    uses: Counter[int] = Counter()
    area = 0
    unsaved: dict[str, frozenset[tuple[int, int]]] = {}
    for entry in entries:
        with archive.open(entry) as content:
            part = _Part(file, texts, uses)
            part.read(content)
            area += part.rows * part.columns
            if part.unsaved:
                unsaved[entry.filename] = frozenset(part.unsaved)
    named = _sheet_names(archive) if unsaved else {}
    if max(uses, default=-1) >= len(texts):
        raise damaged(file)
    if area > MAX_AREA or sum(texts[text] * count for text, count in uses.items()) > MAX_TEXT:
        raise too_large(file, MAX_UNPACKED_BYTES)
    return {named[part]: cells for part, cells in unsaved.items() if part in named}


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet by its part. Read after the survey: no part declares a document type any more."""
    targets = {
        link.get("Id"): (link.get("Target") or "").removeprefix("/xl/").removeprefix("xl/")
        for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    return {
        f"xl/{targets.get(sheet.get(_LINK))}": sheet.get("name") or ""
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet")
    }


def damaged(file: str) -> InputError:
    """The refusal of a file that is no workbook, or no longer one."""
    return InputError(
        N_("{file} is not an Excel workbook, or it is damaged"),
        hint=N_("Open it in a spreadsheet and save it as .xlsx again."),
        file=file,
    )


class _Part:
    """One file of the archive: where its last filled cell is, how long its texts are, which texts its cells show."""

    def __init__(self, file: str, texts: list[int], uses: Counter[int]) -> None:
        self.rows = self.columns = 0
        self._file, self._texts, self._uses = file, texts, uses
        self._row = self._column = self._length = 0
        self._in_text = self._in_value = self._shared = self._filled = False
        self._value = ""
        self.unsaved: set[tuple[int, int]] = set()
        self._has_formula = self._has_value = self._in_any = False

    def read(self, content: IO[bytes]) -> None:
        """Read the part if it is XML; pictures and the like are passed over."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        first = True
        while chunk := content.read(_CHUNK_BYTES):
            if first and not chunk.lstrip().startswith(_XML_STARTS):
                return
            first = False
            parser.Parse(chunk, False)
        if not first:
            parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise damaged(self._file)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "v" | "is":
                self._in_value = self._shared
                self._filled = self._in_any = True
            case "f":
                self._has_formula = True
            case "c":
                self._place(attributes.get("r"))
                self._shared = attributes.get("t") == "s"
                self._filled = self._has_formula = self._has_value = False
                self._value = ""
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "si":
                self._in_text, self._length = True, 0

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if reference is None:
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise damaged(self._file)
        self._column = 0
        for letter in match[1]:
            self._column = self._column * 26 + ord(letter) - 64
        self._row = int(match[2])

    def _text(self, text: str) -> None:
        self._has_value = self._has_value or self._in_any
        if self._in_text:
            self._length += len(text)
        elif self._in_value:
            self._value += text

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "is":
                self._in_value = self._in_any = False
            case "c":
                if self._has_formula and not self._has_value:
                    self.unsaved.add((self._row, self._column))
                if self._filled:
                    self._count()
            case "si":
                self._in_text = False
                self._texts.append(self._length)

    def _count(self) -> None:
        self.rows = max(self.rows, self._row)
        self.columns = max(self.columns, self._column)
        if self.rows > MAX_ROWS + 1:
            raise too_many_rows(self._file)
        if self.columns > MAX_COLUMNS:
            raise InputError(
                N_("{file} has more than {limit} columns, which is the most that one table may have"),
                hint=N_("Delete the columns that the table does not need."),
                file=self._file,
                limit=MAX_COLUMNS,
            )
        if self._value:
            self._uses[int(self._value)] += 1


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
    data = _read(path)
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
