"""Read what people write in cells: moments, counts, levels, codes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Generic, TypeVar

from custody.errors import N_, CodeError, Fault
from custody.format.codes import parse_code, parse_custodian
from custody.plan.places import Per
from language.text import zone
from tables.headings import fold, meanings, parse_level
from tables.office_table import letter
from tables.vocabulary import column_words

T = TypeVar("T")
_MAX_COUNT = 10_000_000
_KIND = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)
_ZERO_LOST = re.compile(r"[0-9]{2}\.[0-9]", re.ASCII)
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "Z": 0}
_MONTHS = (
    "jan januari january",
    "feb februari february peb pebruari",
    "mar maret march",
    "apr april",
    "mei may",
    "jun juni june",
    "jul juli july",
    "agu ags agt agustus aug august",
    "sep sept september",
    "okt oktober oct october",
    "nov november nop nopember",
    "des desember dec december",
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
_MOMENT = re.compile(
    r"(?:[^\W\d_]{3,6}'?[^\W\d_]{0,2},? )?"  # the day's name
    r"(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"|(?P<day>[0-9]{1,2})(?P<sign>[/.\- ])(?P<month>[0-9]{1,2}|[^\W\d_]{3,9})(?P=sign)(?P<year>[0-9]{4}))"
    r"(?:(?:[T ]|, ?| (?:pukul|jam|pkl\.?|at) )(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:\.0+)?)?"
    r" ?(?P<zone>WIB|WITA|WIT|UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:[0-9]{1,18}|[0-9]{1,3}(?P<sign>[., '])[0-9]{3}(?:(?P=sign)[0-9]{3})*)(?:,00?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """The file that rows came from, and its header for each of our column names.

    `headers` are all of the file, in the order of its columns; `ignored` mean nothing to this table. `given` has
    values that stand in no cell. `place` is by whose clock a time without a zone is meant; `zones` gathers the zones
    that were taken so.
    """

    file: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    place: str = ""
    zones: set[str] = field(default_factory=set)

    def fault(self, row: int, column: str, message: str, values: dict[str, object]) -> Fault:
        """A fault in a cell; `column` is our name of the column, the fault shows the file's, or what to write there."""
        header = self.columns.get(column) or (column_words([column]) if self.headers else column)
        cell = f"{letter(self.headers.index(header))}{row}" if header in self.headers else ""
        return Fault(message, values, row, header, self.file, cell)


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and the row that it came from, so that later checks can point there."""

    row: int
    value: T
    source: Source = field(default=Source(), compare=False, repr=False)

    def fault(self, column: str, message: str, **values: object) -> Fault:
        """A fault in this row; `column` is our name of the column."""
        return self.source.fault(self.row, column, message, values)


@dataclass(slots=True)
class Cells:
    """The cells of one row by our names of the columns; what is wrong with them gathers in `faults`."""

    source: Source
    row: int
    cells: dict[str, str]
    faults: list[Fault]

    def fault(self, column: str, message: str, **values: object) -> None:
        """Note a fault in this row."""
        self.faults.append(self.source.fault(self.row, column, message, values))

    def text(self, column: str) -> str:
        """The cell's text; empty where the table has no such column."""
        return self.cells.get(self.source.columns.get(column, ""), "") or self.source.given.get(column, "")

    def heading_says(self, column: str, pattern: str) -> bool:
        """Whether the file's heading of a column has this pattern in it."""
        return bool(re.search(pattern, self.source.columns.get(column, ""), re.IGNORECASE))

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
        value = whole_number(text)
        if value is None or not least <= value <= _MAX_COUNT:
            message = N_("{text} is not a whole number from {least} to {most}: write digits, as 17518 or 17.518")
            self.fault(column, message, text=text[:40], least=least, most=_MAX_COUNT)
            return None
        return value

    def custodian(self, column: str, text: str) -> str:
        """The code of a place, vendor or carrier."""
        if _ZERO_LOST.fullmatch(text):
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

    def one_of(self, column: str, meaning: Callable[[str], str | None], choices: Callable[[], str]) -> str:
        """The meaning of a word from a short list; `choices` gives the list as the fault shows it."""
        text = self.needed(column)
        value = meaning(text) if text else ""
        if value is None:
            self.fault(column, N_("{text} is none of {choices}"), text=text[:40], choices=choices())
        return value or ""

    def moment(self, column: str, near: str = "") -> str | None:
        """A moment in UTC, or None where the cell is empty.

        Args:
            near: the code of the place by whose clock a time without a zone is meant.
        """
        text = self.text(column)
        if not text:
            return None
        clocks = () if names_zone(text) else map(zone, (near, self.source.place))
        name, hours = next((clock for clock in clocks if clock[0] != "UTC"), ("", None))
        try:
            moment = parse_moment(text, hours)
            if name:
                self.source.zones.add(name)
            return moment
        except NoHourError:
            message = N_("{text} does not say the hour: write it like 12/02/2024 18:00 WITA")
        except NoZoneError:
            message = N_("{text} does not say its time zone: write it like 12/02/2024 18:00 WITA")
        except ValueError:
            message = N_("{text} is not a date and time: write it like 12/02/2024 18:00 WITA, the day first")
        self.fault(column, message, text=text[:40])
        return None


def parse_bearer(text: str) -> str | None:
    """What needs so many each: a level, or a kind by its code (each box needs six seals); None where it is neither."""
    kind = re.sub(r"[\s\-]+", "_", text.casefold())
    return parse_level(text) or (kind if re.fullmatch(r"[a-z0-9_]{1,40}", kind) else None)


def parse_per(text: str) -> tuple[Per, str] | None:
    """What a need is counted by, and the level or kind that the cell names with it: `tempat`, `TPS`, `pemilih`, a kind
    by code or name, `jenis surat suara` (each election of it); None where it is none of these.
    """
    if named := parse_level(text):
        return "place", named
    if word := meanings("pers").get(fold(text)):
        return ("voter" if word == "voter" else "place"), ""
    parts = re.fullmatch(r"(?:(jenis|each election of|elections? of|kinds? of)\s+)?(.+)", text.strip(), re.IGNORECASE)
    kind = re.sub(r"[\s\-]+", "_", parts[2].casefold()) if parts else ""
    return ("election" if parts and parts[1] else "piece", kind) if re.fullmatch(r"[a-z0-9_]{1,40}", kind) else None


def parse_tracked_as(text: str) -> str | None:
    """`item` or `pack`, named in either language, or None."""
    return meanings("tracked").get(fold(text))


def parse_state(text: str) -> str | None:
    """`open` or `done`, named in either language, or None."""
    return meanings("states").get(fold(text))


class NoZoneError(ValueError):
    """A moment without its time zone: it could be any of three hours in Indonesia."""


class NoHourError(ValueError):
    """A day without an hour."""


@lru_cache(maxsize=512)  # the rows of a table share a few
def parse_moment(text: str, hours_ahead: int | None = None) -> str:
    """Turn `2024-02-12T18:00:00+08:00`, `12/02/2024 18:00 WITA` (the day first) or `12 Februari 2024 pukul 18.00 WITA`
    into `2024-02-12T10:00:00Z`.

    Args:
        hours_ahead: how far ahead of UTC the clock is that is meant where the text names no zone; None: not known.

    Raises:
        NoHourError: a day alone.
        NoZoneError: no offset and none of WIB, WITA, WIT, UTC, and no clock is meant.
        ValueError: no date, or one that no calendar has.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None or not text.isascii():
        raise ValueError(text)
    day = datetime.fromisoformat(match["iso"] or _iso(match))
    if match["hour"] is None:
        raise NoHourError(text)
    if not match["zone"] and hours_ahead is None:
        raise NoZoneError(text)
    offset = _offset(match["zone"].upper()) if match["zone"] else timezone(timedelta(hours=hours_ahead or 0))
    local = day.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=int(match["second"] or 0))
    try:
        moment = local.replace(tzinfo=offset).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=512)
def names_zone(text: str) -> bool:
    """Whether a moment says its time zone itself."""
    match = _MOMENT.fullmatch(text.strip())
    return match is not None and bool(match["zone"])


def whole_number(text: str) -> int | None:
    """The number that `17518`, `17.518`, `17 518` or `17,518` writes, or None where a text is none."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    digits = text if match["sign"] == "," else text.rpartition(",")[0] or text
    digits = re.sub(r"[^0-9]", "", digits)
    return int(digits) if len(digits) <= 18 else None


def _iso(match: re.Match[str]) -> str:
    """A day written the Indonesian way, day first, as ISO writes it."""
    word = match["month"].casefold()
    month = int(word) if word.isdigit() else _MONTH_OF.get(word, 0)
    return f"{match['year']}-{month:02}-{int(match['day']):02}"


def _offset(zone: str) -> timezone:
    if zone in _ZONES:
        return timezone(timedelta(hours=_ZONES[zone]))
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) > 59 or size > timedelta(hours=14):
        raise ValueError(zone)
    return timezone(-size if zone[0] == "-" else size)
