"""Label stock: the sheets and rolls that labels are printed on, by name, and how a table of them is read.

Ours and a user's own are written alike, and every fault is named with its key. Must not know what a label says.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from custody.errors import N_, Fault, InputError, LabelError
from language import _

# --- One kind of sheet or roll: its page, its label, the grid of labels on the page. Pure geometry --------------------


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of sheet or roll: its page, its label, and the grid of labels on the page.

    `left_mm` and `top_mm` are where the first label begins, from the page's left and top edge; the pitch is from the
    edge of one label to the same edge of the next. On a roll a page is one label. What is not `verified` was never
    held against a sheet of its maker.
    """

    name: str
    title: str
    page_width_mm: float
    page_height_mm: float
    label_width_mm: float
    label_height_mm: float
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float
    verified: bool = True

    @property
    def per_page(self) -> int:
        """How many labels a page holds."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """Whether a page is one label, as on the roll of a thermal printer."""
        return (self.page_width_mm, self.page_height_mm) == (self.label_width_mm, self.label_height_mm)

    def position_mm(self, index: int) -> tuple[float, float]:
        """Left and top edge of a label on its page; the index is from 0, row by row, and below `per_page`."""
        row, column = divmod(index, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


# --- Reads a table of label stock: ours and a user's own are written alike. Every fault is named with its key ---------

MAX_BYTES = 100_000


MAX_TITLE = 60


LEAST_LABEL_MM, MOST_PAGE_MM = 10.0, 1000.0


MOST_LABELS = 500


_ROUNDING_MM = 0.05
"""What an inch loses when it is written in millimetres to two places."""


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


_LENGTHS = (
    "page_width_mm",
    "page_height_mm",
    "label_width_mm",
    "label_height_mm",
    "left_mm",
    "top_mm",
    "pitch_x_mm",
    "pitch_y_mm",
)


_COUNTS = ("columns", "rows")


_KEYS = ("title", *_LENGTHS, *_COUNTS, "verified")


def read_stocks(data: bytes, file: str) -> dict[str, Stock]:
    """The stock in a TOML file's bytes, by name; its form is described at the top of stocks.toml.

    Raises:
        InputError: it is no such file; every fault in it is listed with its key.
    """
    hint = N_("See labels/stocks.toml for the form.")
    if len(data) > MAX_BYTES:
        raise InputError(N_("{file} is too large for a list of label sheets"), hint=hint, file=file)
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            N_("{file} is not a TOML file: {reason}"), hint=hint, file=file, reason=str(error)[:200]
        ) from error
    faults: list[Fault] = []
    found = {name: _read(name, table, faults) for name, table in tables.items()}
    if not found:
        faults.append(Fault(N_("no label sheet is in it"), {}))
    if faults:
        raise InputError(
            N_("{file} cannot be taken as a list of label sheets"), hint=hint, faults=tuple(faults), file=file
        )
    return {name: sheet for name, sheet in found.items() if sheet is not None}


@dataclass(slots=True)
class _Table:
    """One sheet's keys, as they are taken out and found right or wrong."""

    name: str
    keys: Mapping[str, object]
    faults: list[Fault]
    is_sound: bool = field(default=True)

    def wrong(self, key: str, message: str, **values: object) -> None:
        """Note a fault at a key."""
        self.is_sound = False
        self.faults.append(Fault(message, {"key": f"{self.name}.{key}" if key else self.name, **values}))

    def length_mm(self, key: str, default: float, least: float, most: float = MOST_PAGE_MM) -> float:
        """A length, or its default where the key is left out."""
        value = self.keys.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, N_("{key} must be a number of millimetres"))
        elif not least <= value <= most:  # NaN is in no range
            self.wrong(key, N_("{key} must be from {least} to {most}"), least=f"{least:g}", most=f"{most:g}")
        else:
            return float(value)
        return default

    def count(self, key: str) -> int:
        """A number of columns or rows; 1 where the key is left out."""
        value = self.keys.get(key, 1)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_LABELS:
            return value
        self.wrong(key, N_("{key} must be a whole number from {least} to {most}"), least=1, most=MOST_LABELS)
        return 1


def _read(name: str, keys: object, faults: list[Fault]) -> Stock | None:
    table = _Table(name, keys if isinstance(keys, dict) else {}, faults)
    if not isinstance(keys, dict):
        table.wrong("", N_("{key} stands outside of a sheet: begin each sheet with its name in brackets"))
        return None
    if not _NAME.fullmatch(name):
        table.wrong("", N_("{key}: a sheet's name has small letters, digits and hyphens, 40 at most"))
    for key in keys.keys() - set(_KEYS):
        table.wrong(key, N_("{key} is no key of a sheet; its keys are: {keys}"), keys=", ".join(_KEYS))
    for key in ("label_width_mm", "label_height_mm"):
        if key not in keys:
            table.wrong(key, N_("{key} is missing"))
    title = keys.get("title", name)
    if not isinstance(title, str) or not title.isprintable() or not 0 < len(title.strip()) <= MAX_TITLE:
        table.wrong("title", N_("{key} must be a text of one line, {most} characters at most"), most=MAX_TITLE)
    verified = keys.get("verified", True)
    if not isinstance(verified, bool):
        table.wrong("verified", N_("{key} must be true or false"))
    sheet = _grid(table, str(title).strip(), verified is True)
    if table.is_sound:
        for message, key in _outside(sheet):
            table.wrong(key, message)
    return sheet if table.is_sound else None


def _grid(table: _Table, title: str, verified: bool) -> Stock:
    """The grid with what is left out filled in: labels that touch, in the middle of the page."""
    label_width = table.length_mm("label_width_mm", LEAST_LABEL_MM, LEAST_LABEL_MM)
    label_height = table.length_mm("label_height_mm", LEAST_LABEL_MM, LEAST_LABEL_MM)
    page_width = table.length_mm("page_width_mm", label_width, LEAST_LABEL_MM)
    page_height = table.length_mm("page_height_mm", label_height, LEAST_LABEL_MM)
    columns, rows = (table.count(key) for key in _COUNTS)
    pitch_x = table.length_mm("pitch_x_mm", label_width, LEAST_LABEL_MM)
    pitch_y = table.length_mm("pitch_y_mm", label_height, LEAST_LABEL_MM)
    middle_x = max((page_width - label_width - (columns - 1) * pitch_x) / 2, 0)
    middle_y = max((page_height - label_height - (rows - 1) * pitch_y) / 2, 0)
    left, top = table.length_mm("left_mm", middle_x, 0), table.length_mm("top_mm", middle_y, 0)
    return Stock(
        table.name,
        title,
        page_width,
        page_height,
        label_width,
        label_height,
        columns,
        rows,
        left,
        top,
        pitch_x,
        pitch_y,
        verified,
    )


def _outside(sheet: Stock) -> Iterator[tuple[str, str]]:
    """What is wrong with a grid as a whole, and the key at which to look first."""
    left_mm, top_mm = sheet.position_mm(sheet.per_page - 1)
    if left_mm + sheet.label_width_mm > sheet.page_width_mm + _ROUNDING_MM:
        yield N_("{key}: the last column leaves the page"), "columns"
    if top_mm + sheet.label_height_mm > sheet.page_height_mm + _ROUNDING_MM:
        yield N_("{key}: the last row leaves the page"), "rows"
    if sheet.pitch_x_mm < sheet.label_width_mm - _ROUNDING_MM:
        yield N_("{key} is less than a label's width: labels would overlap"), "pitch_x_mm"
    if sheet.pitch_y_mm < sheet.label_height_mm - _ROUNDING_MM:
        yield N_("{key} is less than a label's height: labels would overlap"), "pitch_y_mm"
    if sheet.per_page > MOST_LABELS:
        yield N_("{key}: a page may hold 500 labels at most"), "rows"


_TABLE = Path(__file__).with_name("stocks.toml")


STOCKS: Mapping[str, Stock] = MappingProxyType(read_stocks(_TABLE.read_bytes(), _TABLE.name))
"""Every stock that Serah knows by its name, as `--sheet` takes it; table and sources are in stocks.toml."""


_ALSO = {"avery-l7160": "a4-3x7", "avery-l7165": "a4-2x4"}
"""The maker's numbers of stock that is known by another name; prints are recorded under that one."""


def with_own(own: Mapping[str, Stock], file: str) -> Mapping[str, Stock]:
    """Serah's stock and a user's.

    Raises:
        InputError: one of the user's has the name of one of Serah's, which records of old prints speak of.
    """
    if taken := sorted(own.keys() & STOCKS.keys()):
        raise InputError(
            N_("{file}: {name} is the name of a label sheet that Serah knows"),
            hint=N_("Give your sheet a name of its own."),
            file=file,
            name=taken[0],
        )
    return {**STOCKS, **own}


def title_of(stock: Stock) -> str:
    """What a stock is called, in the chosen language: a roll by its word, a sheet by its maker's names."""
    kind, comma, rest = stock.title.partition(",")
    return (_("Roll") if kind == "Roll" else kind) + comma + rest


def stock(name: str, stocks: Mapping[str, Stock] = STOCKS) -> Stock:
    """The stock of this name, small letters or capitals.

    Raises:
        LabelError: there is none; the hint names those that there are.
    """
    wanted = name.strip().lower()
    try:
        return stocks[_ALSO.get(wanted, wanted)]
    except KeyError:
        raise LabelError(
            N_("there is no label sheet called {name}"),
            hint=N_("The sheets are: {available}."),
            name=name,
            available=", ".join(stocks),
        ) from None
