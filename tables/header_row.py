"""Finding the row of headings in a sheet: below titles and blank rows, and over two or three lines.

A row is taken for the headings by how many of its cells `tables.vocabulary` knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from custody.errors import N_, InputError
from tables.questions import Choice, QuestionError, Reading
from tables.vocabulary import lacking, matched, meaning

_LOOKED_AT = 60
"""Rows from the top in which headings are looked for."""
_MOST_LINES = 3
_NUMBER = re.compile(r"[\d.,() \-]+")


@dataclass(frozen=True, slots=True)
class Header:
    """Headings: the index of their first line and of the first row below them, one text a column (blank: none), and
    how well they are known: whether a kind of table is complete, and how many headings of it there are.
    """

    first: int
    end: int
    names: tuple[str, ...]
    known: tuple[bool, int] = (False, 0)


def find_header(file: str, rows: Sequence[Sequence[str]], kinds: Sequence[str], reading: Reading) -> Header:
    """Find the headings of a sheet.

    Args:
        rows: every row of the sheet from its first on, blank ones too.
        kinds: the kinds of table that it may be.

    Raises:
        QuestionError: two rows could be the headings.
        InputError: the row that `reading` names is blank or not there.
    """
    if reading.header_row is not None:
        at = reading.header_row - 1
        if not (0 <= at < len(rows) and any(rows[at])):
            raise InputError(
                N_("{file}: row {row} is blank, so it has no headings"),
                hint=N_("Name the row with the headings{typed}."),
                typed=N_("--header-row NUMBER"),
                file=file,
                row=reading.header_row,
            )
        return _best(_from(rows, at, kinds, reading))
    found = [
        header
        for at, row in enumerate(rows[:_LOOKED_AT])
        if any(row) and not any(cell.startswith(":") for cell in row)  # Kecamatan : Gerokgak
        for header in _from(rows, at, kinds, reading)
    ]
    if not found:
        raise InputError(N_("{file} is empty"), hint=N_("A table begins with a row of headers."), file=file)
    best = _best(found)
    if best.known[1] == 0:
        wide = [header for header in found if header.end - header.first == 1 and sum(map(bool, header.names)) > 1]
        return wide[0] if wide else found[0]
    _ask_where_two_fit(file, rows, best, found)
    return best


def letter(at: int) -> str:
    """What a spreadsheet calls its column number `at`, counted from 0: A, B, ... AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def _ask_where_two_fit(file: str, rows: Sequence[Sequence[str]], best: Header, found: Sequence[Header]) -> None:
    names = {name for name in best.names if name}
    others = [
        header
        for header in found
        if header.known == best.known
        and header.known[1] > 1
        and header.first >= best.end
        and {name for name in header.names if name} != names
    ]
    if not others:
        return
    both = [best, others[0]]
    choices = [
        Choice("--header-row", str(header.first + 1), ", ".join(filter(None, header.names))[:120]) for header in both
    ]
    raise QuestionError(
        N_("{file}: row {first} and row {second} could both be the row of headings"),
        choices=choices,
        hint=N_("Say which one it is: {options}"),
        rows=[rows[best.first], *rows[best.end : best.end + 3]],
        file=file,
        first=best.first + 1,
        second=others[0].first + 1,
    )


def _best(found: Sequence[Header]) -> Header:
    """The one whose headings are known best; of equals the first, with so many lines that most columns have a heading:
    over L, P and L+P a heading of their group is not enough.
    """
    best = max(found, key=lambda header: (header.known, header.first - header.end, -header.first))
    same = [header for header in found if (header.first, header.known) == (best.first, best.known)]
    return max(same, key=lambda header: (sum(map(bool, header.names)), -header.end))


def _from(rows: Sequence[Sequence[str]], at: int, kinds: Sequence[str], reading: Reading) -> list[Header]:
    """The headings that begin in this row, as one line and as more where the next rows may belong to them."""
    names = list(rows[at])
    found = [_header(at, at + 1, names, kinds, reading)]
    for end in range(at + 1, min(at + _MOST_LINES, len(rows))):
        if not _goes_on(rows[end - 1], rows[end]):
            break
        names = _joined(names, rows[end], kinds)
        found.append(_header(at, end + 1, names, kinds, reading))
    return found


def _header(first: int, end: int, names: Sequence[str], kinds: Sequence[str], reading: Reading) -> Header:
    unique = tuple(
        f"{name} [{letter(at)}]" if name and names.count(name) > 1 else name for at, name in enumerate(names)
    )
    known = []
    for kind in kinds:
        fields = matched(kind, unique, reading.columns)
        known.append((not lacking(kind, fields), len(fields)))
    return Header(first, end, unique, max(known, default=(False, 0)))


def _goes_on(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a row may be a second line of headings: only words, and some below a blank cell of a group."""
    if not any(lower) or any(_NUMBER.fullmatch(cell) for cell in lower if cell):
        return False
    begun = next((at for at, cell in enumerate(upper) if cell), len(upper))
    return any(cell and at > begun and (at >= len(upper) or not upper[at]) for at, cell in enumerate(lower))


def _joined(upper: Sequence[str], lower: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Each column's heading of two lines; a cell merged over several columns heads all of them."""
    names, group = [], ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        group = above or group
        if not below:
            names.append(above)
            continue
        whole = f"{group} {below}".strip()
        known = not any(meaning(kind, whole) for kind in kinds) and any(meaning(kind, below) for kind in kinds)
        names.append(below if known else whole)
    return names
