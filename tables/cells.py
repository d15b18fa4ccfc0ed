"""Taking one row apart: each cell becomes a value or a fault with its row and column."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from custody.codes import parse_code, parse_custodian
from custody.errors import N_, CodeError, Fault
from tables.headers import Layout, layout
from tables.read import Table
from tables.times import NoZoneError, parse_moment

T = TypeVar("T")

_MAX_COUNT = 10_000_000
_KIND = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """The file that rows came from, and its header for each of our column names."""

    file: str = ""
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and the row that it came from, so that later checks can point there."""

    row: int
    value: T
    source: Source = field(default=Source(), compare=False, repr=False)

    def fault(self, column: str, message: str, **values: object) -> Fault:
        """A fault in this row; `column` is our name of the column, the fault shows the file's."""
        return Fault(message, values, self.row, self.source.columns.get(column, column), self.source.file)


class Cells:
    """The cells of one row by our names of the columns; what is wrong with them gathers in `faults`."""

    def __init__(self, source: Source, row: int, cells: dict[str, str], faults: list[Fault]) -> None:
        self._source, self._row, self._cells, self.faults = source, row, cells, faults

    def fault(self, column: str, message: str, **values: object) -> None:
        """Note a fault in this row."""
        header = self._source.columns.get(column, column)
        self.faults.append(Fault(message, values, self._row, header, self._source.file))

    def text(self, column: str) -> str:
        """The cell's text; empty where the table has no such column."""
        return self._cells.get(self._source.columns.get(column, ""), "")

    def needed(self, column: str) -> str:
        """The cell's text, which must not be empty."""
        text = self.text(column)
        if not text:
            self.fault(column, N_("is empty"))
        return text

    def count(self, column: str, least: int) -> int | None:
        """A whole number from `least` up to ten million, or None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= _MAX_COUNT):
            message = N_("{text} is not a whole number from {least} to {most}, written in digits alone")
            self.fault(column, message, text=text[:40], least=least, most=_MAX_COUNT)
            return None
        return int(text)

    def custodian(self, column: str, text: str) -> str:
        """The code of a place, vendor or carrier."""
        if re.fullmatch(r"[0-9]{2}\.[0-9]", text, re.ASCII):
            # A spreadsheet that takes 51.10 for a number keeps 51.1.
            message = N_(
                "{text} looks like a code that lost its last zero: format the column as text and type it again"
            )
            self.fault(column, message, text=text)
        try:
            return parse_custodian(text)
        except CodeError:
            self.fault(column, N_("{text} is not the code of a place or a number plate"), text=text[:60])
            return text

    def item_code(self, column: str) -> str | None:
        """An item's code with its check character, or None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            return parse_code(text)
        except CodeError as error:
            self.fault(column, error.message, **error.values)
            return None

    def kind(self) -> str:
        """The code of a kind: lower case, with underscores for spaces."""
        text = self.needed("kind")
        kind = re.sub(r"[\s\-]+", "_", text.casefold())
        if text and not _KIND.fullmatch(kind):
            message = N_("{text} is no code of a kind: use at most 40 letters a to z, digits and underscores")
            self.fault("kind", message, text=text[:60])
        return kind

    def one_of(self, column: str, meaning: Callable[[str], str | None], choices: str) -> str:
        """The meaning of a word from a short list; `choices` is the list as the fault shows it."""
        text = self.needed(column)
        value = meaning(text) if text else ""
        if value is None:
            self.fault(column, N_("{text} is none of {choices}"), text=text[:40], choices=choices)
        return value or ""

    def moment(self, column: str) -> str | None:
        """A moment in UTC, or None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            return parse_moment(text)
        except NoZoneError:
            message = N_("{text} does not say the hour and its time zone: write it like 2024-02-12 18:00 WITA, as text")
        except ValueError:
            message = N_("{text} is not a date and time: write it like 2024-02-12 18:00 WITA, as text")
        self.fault(column, message, text=text[:40])
        return None


def take_apart(
    table: Table, kind: str, take: Callable[[Cells], T], key: Callable[[T], object], key_column: str
) -> tuple[list[Located[T]], list[Fault]]:
    """Turn every sound row into a value, and list every fault of the others.

    `key` is what no two rows may share (None: no matter); `key_column` is the column where a repetition is shown.
    """
    found: Layout
    found, faults = layout(table, kind)
    if faults:
        return [], faults
    source = Source(table.file, found.columns)
    rows: list[Located[T]] = []
    first_seen: dict[object, int] = {}
    for number, record in table.rows:
        cells = Cells(source, number, record, [])
        value = take(cells)
        identity = key(value)
        if identity is not None and first_seen.setdefault(identity, number) != number:
            cells.fault(key_column, N_("is the same as in row {row}"), row=first_seen[identity])
        if cells.faults:
            faults += cells.faults
        else:
            rows.append(Located(number, value, source))
    return rows, faults
