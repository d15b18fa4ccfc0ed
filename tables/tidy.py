"""Part the rows of a table from what an office writes among and below them: column numbers, examples, totals, remarks,
signatures, and areas that head the rows below them.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from custody.errors import N_, Fault
from custody.plan.levels import AREA, GROUP
from tables.cells import whole_number
from tables.headings import Header, lacking, matched
from tables.office_table import Note, Reading, letter
from tables.vocabulary import COUNTED, KEYS

Row = tuple[int, list[str]]
"""A row's number in the spreadsheet, and its cells."""
_SUM = r"(?:(?:sub|grand)[\s\-]*)?(?:total|jumlah|jml)(?:\s+(?:total|keseluruhan|seluruhnya|semua))?"
_TOTAL = re.compile(rf"(?:{_SUM}|keseluruhan|rekapitulasi)\b.*", re.IGNORECASE)
_TOTAL_ALONE = re.compile(rf"{_SUM}\s*[:.]?", re.IGNORECASE)
_MONTH = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
_BELOW = re.compile(
    r"(?:mengetahui|menyetujui|disetujui|diketahui|dibuat|disusun|diperiksa|yang \w+kan|yang (?:menerima|membuat)"
    r"|ketua|sekretaris|kepala|pejabat|kasub\w*|operator|petugas|a\.?n\.|nip\b|ttd|tanda tangan"
    r"|catatan|keterangan|ket\b|sumber|note|source|signed|approved|\*"
    rf"|[\w .]{{2,30}}, *(?:tanggal|\.{{2,}}|_{{2,}}|(?:\d{{1,2}}|\.+) *(?:{_MONTH})))",
    re.IGNORECASE,
)
_WRONG_TOTAL = N_("the total says {said}, and the rows {first} to {last} make {made}: correct the one that is wrong")
_EXAMPLE = re.compile(r"(?:contoh|example|cth\.?)\s*:?", re.IGNORECASE)
_SHOWN_RUNS = 5
_IN_BRACKETS = re.compile(r"\(?([0-9]{1,3})\)?")
_AREAS = {
    AREA: (re.compile(r"(?:kecamatan|kec\.?|distrik|ppk)\s*:?\s+([^\s:.].*)", re.IGNORECASE), "Kecamatan"),
    GROUP: (re.compile(r"(?:desa|kelurahan|desa/kel\w*\.?|kel\.?|pps)\s*:?\s+([^\s:.].*)", re.IGNORECASE), "Desa"),
}
"""Columns of a list of places that may stand as rows instead: what such a row says, and what the column is headed."""
_MARK = re.compile(r"[IVXL]{1,6}\.?|[A-Z]\.")
"""What stands before a group of rows in place of their running numbers: II, B."""
_MOST_UNHEADED = 2
"""Rows before the first area: numbers of the columns. After more it heads none of them; offices sign `PPK Gerokgak`."""
_NO_NAME = re.compile(r"\b(?:dan|se|desa|kelurahan|and)\b", re.IGNORECASE)
"""A title of many: DAFTAR ... KECAMATAN DAN DESA."""
Blame = Callable[[int, int, str, dict[str, object]], Fault]
"""Makes a fault of row, column from 0, message and values."""


@dataclass(slots=True)
class Tidied:
    """The rows of a table, runs of what was left out (row numbers and first texts), and totals that do not fit."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[list[tuple[int, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What was left out, in one line: `12 "JUMLAH", 14-18 "Singaraja, 12 Februari 2024"`."""
        parts = []
        for run in self.left_out[:_SHOWN_RUNS]:
            rows = str(run[0][0]) if len(run) == 1 else f"{run[0][0]}-{run[-1][0]}"
            parts.append(f'{rows} "{run[0][1][:40]}"')
        return ", ".join(parts) + (" …" if len(self.left_out) > _SHOWN_RUNS else "")


@dataclass(slots=True)
class Areas:
    """Areas that stand as rows of their own above their rows: the headings of the columns that they stand for, and from
    each row on what these hold.
    """

    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)

    def of(self, number: int) -> dict[str, str]:
        """What the columns hold in a row of the table."""
        at = bisect_right(self.rows, number, key=lambda row: row[0])
        return dict(zip(self.headings, self.rows[at - 1][1], strict=True)) if at else {}

    @property
    def note(self) -> Note:
        """What to tell of them."""
        told: dict[str, object] = {"columns": ", ".join(self.headings), "count": len(self.rows)}
        return N_("{columns} stand in rows of their own: {count}"), told


def areas_among(grid: list[list[str]], header: Header, reading: Reading) -> Areas | None:
    """The areas of a list of places that stand as rows, where its headings lack a column for them."""
    found = matched("tree", header.names, reading.columns)
    missing = [] if found.keys().isdisjoint((GROUP, "tps")) else lacking("tree", found)
    return lift_areas(grid, header.first, header.end, missing) if missing else None


def tidied_rows(
    file: str, grid: list[list[str]], header: Header, kind: str, found: Mapping[str, Sequence[str]], areas: Areas | None
) -> Tidied:
    """The rows of the table, parted from what stands among and below them."""
    at_of = {name: at for at, name in enumerate(header.names) if name}
    names = ("tps",) if kind == "tree" and "tps" in found else KEYS[kind]
    keys = [at_of[heading] for name in names for heading in found.get(name, ())[:1]]
    counted = [at_of[heading] for name, headings in found.items() if (kind, name) in COUNTED for heading in headings]
    below: list[Row] = [(number, row) for number, row in enumerate(grid[header.end :], header.end + 1) if row]

    def fault(row: int, at: int, message: str, values: dict[str, object]) -> Fault:
        return Fault(message, values, row, column_name(header.names, at), file, f"{letter(at)}{row}")

    tidied = tidy(below, grid[header.first : header.end], keys, counted, fault)
    if areas is not None:
        tidied.faults += check_heads(areas, tidied.rows, counted, fault)
    return tidied


def tidy(
    rows: Sequence[Row], headings: Sequence[Sequence[str]], keys: Sequence[int], counted: Sequence[int], blame: Blame
) -> Tidied:
    """Part the rows of a table from what an office writes among and below them.

    Args:
        rows: the rows below the headings that are not blank.
        headings: the lines of the headings, which a printed list repeats on each page.
        keys: the columns that every row of this table must have.
        counted: the columns whose totals are checked.
    """
    found = Tidied()
    totals = {column: _Sums() for column in counted}
    whole = [bool(keys) and all(at < len(cells) and cells[at] for at in keys) for _number, cells in rows]
    last_whole = max((at for at, is_whole in enumerate(whole) if is_whole), default=-1)
    is_below = was_left_out = False
    for at, (number, cells) in enumerate(rows):
        first = next(cell for cell in cells if cell)
        after_gap = at > 0 and rows[at - 1][0] < number - 1
        is_count = at == 0 and _numbers_columns(cells)
        is_total = _is_total(cells, is_whole=whole[at])
        if is_total:
            for column, sums in totals.items():
                found.faults += sums.check(number, column, cells[column] if column < len(cells) else "", blame)
        is_below = is_below or (at > last_whole >= 0 and _is_below(cells, after_gap=after_gap))
        is_example = bool(_EXAMPLE.fullmatch(cells[0]))
        if is_total or is_below or is_example or is_count or cells in headings:
            if not was_left_out:
                found.left_out.append([])
            found.left_out[-1].append((number, first))
            was_left_out = True
            continue
        was_left_out = False
        found.rows.append((number, cells))
        for column, sums in totals.items():
            sums.add(number, cells[column] if column < len(cells) else "")
    return found


class _Sums:
    """What a column adds up to, since the last total and in all."""

    def __init__(self) -> None:
        self._part = self._all = self._rows = self._first = self._last = 0

    def add(self, row: int, text: str) -> None:
        value = whole_number(text) or 0
        self._first = self._first if self._rows else row
        self._last = row
        self._part, self._all = self._part + value, self._all + value
        self._rows += 1

    def check(self, row: int, column: int, text: str, blame: Blame) -> list[Fault]:
        """A fault where a total is neither that of the rows since the last total nor that of all."""
        said = whole_number(text)
        fits = said is None or said in (self._part, self._all)
        made = self._part if self._rows else self._all
        values: dict[str, object] = {"said": said, "made": made, "first": self._first, "last": self._last}
        self._part = self._rows = 0
        if fits:
            return []
        return [blame(row, column, _WRONG_TOTAL, values)]


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Whether a row counts the columns: 1 2 3, or (1) (2) (3)."""
    found = [_IN_BRACKETS.fullmatch(cell) for cell in cells if cell]
    return len(found) > 2 and [match and int(match[1]) for match in found] == list(range(1, len(found) + 1))


def _is_total(cells: Sequence[str], *, is_whole: bool) -> bool:
    if not any(map(_TOTAL.fullmatch, cells)):  # as in nearly every row
        return False
    words = list(islice((cell for cell in cells if cell and whole_number(cell) is None), 2))
    if any(_TOTAL_ALONE.fullmatch(word) for word in words):
        return True
    return not is_whole and any(_TOTAL.fullmatch(word) for word in words[:1])


def _is_below(cells: Sequence[str], *, after_gap: bool) -> bool:
    filled = [cell for cell in cells if cell]
    return any(_BELOW.match(cell) for cell in filled) or (after_gap and len(filled) == 1)


def lift_areas(grid: list[list[str]], first: int, end: int, missing: Sequence[str]) -> Areas | None:
    """Take rows such as "KECAMATAN GEROKGAK" or "II  Kec. Seririt  29" out of a sheet; the others keep their place.

    A title that names one area counts for all rows: "Kecamatan : Gerokgak".

    Args:
        first: the index of the first line of the headings; `end` that of the first row below them.
        missing: the columns `district` and `village` that the headings lack.

    Returns:
        None where no such row or title is there.
    """
    now = dict.fromkeys(missing, "")
    for row in grid[:first]:
        for name in missing:
            title = _AREAS[name][0].fullmatch(" ".join(filter(None, row)))
            if title and not _NO_NAME.search(title[1]):
                now[name] = title[1]
    found = Areas(tuple(_AREAS[name][1] for name in missing))
    if any(now.values()):
        found.rows.append((end, tuple(now.values())))
    unheaded = 0
    for at in range(end, len(grid)):
        named = _area(grid[at], missing)
        if named is None and not found.rows:
            unheaded += any(grid[at])
            if unheaded > _MOST_UNHEADED:
                return None
        if named is not None:
            name, text = named
            now |= {other: "" for other in missing if other != name and name == AREA} | {name: text}
            found.rows.append((at + 1, tuple(now.values())))
            found.heads.append((at + 1, grid[at]))
            grid[at] = []
    return found if found.rows else None


def _area(cells: Sequence[str], missing: Sequence[str]) -> tuple[str, str] | None:
    """The column and the name where a row says an area and nothing else but numbers."""
    filled = [cell for cell in cells if cell and whole_number(cell.rstrip(".")) is None]
    is_marked = len(filled) == 2 and bool(_MARK.fullmatch(filled[0]))
    if len(filled) != 1 and not is_marked:
        return None
    text = filled[-1]
    for name in missing:
        if match := _AREAS[name][0].fullmatch(text):
            return name, match[1]
    return (AREA, text) if is_marked and AREA in missing and not _is_total([text], is_whole=False) else None


def check_heads(areas: Areas, rows: Sequence[Row], counted: Sequence[int], blame: Blame) -> list[Fault]:
    """Faults where an area's row has a number that its rows do not make."""
    faults = []
    ends = [number for number, _ in areas.heads[1:]] + [len(rows) + max((number for number, _ in rows), default=0) + 1]
    for (number, cells), end in zip(areas.heads, ends, strict=False):  # a title alone heads no row
        own = [row for row in rows if number < row[0] < end]
        for column in counted:
            said = whole_number(cells[column]) if column < len(cells) else None
            made = sum(whole_number(row[column]) or 0 for _, row in own if column < len(row))
            if said is not None and own and said != made:
                values: dict[str, object] = {"said": said, "made": made, "first": own[0][0], "last": own[-1][0]}
                faults.append(blame(number, column, _WRONG_TOTAL, values))
    return faults


def column_name(names: Sequence[str], at: int) -> str:
    """The heading of a column counted from 0, or #3 where it has none."""
    return names[at] if at < len(names) and names[at] else f"#{at + 1}"
