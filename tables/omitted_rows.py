"""What stands among and below the rows of an office's table: column numbers, examples, totals, remarks, signatures."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from custody.errors import N_, Fault
from tables.times import whole_number

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
_EXAMPLE = re.compile(r"(?:contoh|example|cth\.?)\s*:?", re.IGNORECASE)
_SHOWN_RUNS = 5
_IN_BRACKETS = re.compile(r"\(?([0-9]{1,3})\)?")


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


def tidy(
    rows: Sequence[Row],
    headings: Sequence[Sequence[str]],
    is_whole: Callable[[list[str]], bool],
    counted: Sequence[int],
    blame: Blame,
) -> Tidied:
    """Part the rows of a table from what an office writes among and below them.

    Args:
        rows: the rows below the headings that are not blank.
        headings: the lines of the headings, which a printed list repeats on each page.
        is_whole: whether a row has what every row of this table must have.
        counted: the columns whose totals are checked.
    """
    found = Tidied()
    totals = {column: _Sums() for column in counted}
    last_whole = max((at for at, (_, cells) in enumerate(rows) if is_whole(cells)), default=-1)
    is_below = was_left_out = False
    for at, (number, cells) in enumerate(rows):
        first = next(cell for cell in cells if cell)
        after_gap = at > 0 and rows[at - 1][0] < number - 1
        is_total = _is_total(cells, is_whole=is_whole(cells))
        if is_total:
            for column, sums in totals.items():
                found.faults += sums.check(number, column, cells[column] if column < len(cells) else "", blame)
        is_below = is_below or (at > last_whole >= 0 and _is_below(cells, after_gap=after_gap))
        is_example = bool(_EXAMPLE.fullmatch(cells[0]))
        if is_total or is_below or is_example or (at == 0 and _numbers_columns(cells)) or cells in headings:
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
        message = N_("the total says {said}, and the rows {first} to {last} make {made}: correct the one that is wrong")
        return [blame(row, column, message, values)]


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Whether a row counts the columns: 1 2 3, or (1) (2) (3)."""
    found = [_IN_BRACKETS.fullmatch(cell) for cell in cells if cell]
    return len(found) > 2 and [match and int(match[1]) for match in found] == list(range(1, len(found) + 1))


def _is_total(cells: Sequence[str], *, is_whole: bool) -> bool:
    words = [cell for cell in cells if cell and whole_number(cell) is None][:2]
    if any(_TOTAL_ALONE.fullmatch(word) for word in words):
        return True
    return not is_whole and any(_TOTAL.fullmatch(word) for word in words[:1])


def _is_below(cells: Sequence[str], *, after_gap: bool) -> bool:
    filled = [cell for cell in cells if cell]
    return any(_BELOW.match(cell) for cell in filled) or (after_gap and len(filled) == 1)
