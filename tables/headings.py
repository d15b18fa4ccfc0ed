"""Find the row of headings in a sheet, tell what each heading means, and so which table it is.

Headings may be English or Indonesian, in any order and case (`tables.vocabulary`), below titles and blank rows, and
over two or three lines. A row is taken for the headings by how many of its cells are known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from custody.errors import N_, Fault, InputError
from language import terms
from tables.office_table import LEFT_OUT, Choice, QuestionError, Reading, Table, letter
from tables.vocabulary import (
    COLUMNS,
    LEVELS,
    LOADED,
    PERS,
    REQUIRED,
    RUNNING,
    STATES,
    TRACKED,
    column_words,
    table_word,
)

_REMARK = re.compile(r"\([^()]*\)|\b(?:pemilu|pilkada|tahun)?\s*20[0-9]{2}\b", re.IGNORECASE)
_LETTER = re.compile(r" \[[A-Z]{1,2}\]$")
"""What tells two columns of one heading apart (`_header`): a spreadsheet's letter."""
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


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the known columns of a table are: `columns` maps our name to the file's header; `ignored` are the rest.

    `given` are values that a header says for every row: `Jumlah per TPS` names the level. `missing` are our names of
    columns that the table must have and lacks; `doubtful` those that several headers mean.
    """

    columns: dict[str, str]
    ignored: tuple[str, ...]
    given: dict[str, str]
    missing: list[str]
    doubtful: dict[str, list[str]]


def table_kind(table: Table) -> str:
    """Tell which table it is: `places`, `needs` or `items`.

    Raises:
        QuestionError: columns that it must have are missing, and others could be they.
        InputError: the headers are of none of the three.
    """
    _check_asked(table)
    nearest = best_kind(table.headers, LOADED, table.reading.columns)
    found = layout_of(table, nearest)
    missing = found.missing
    if not missing:
        return nearest
    headers = ", ".join(filter(None, table.headers))[:200]
    if not found.columns or len(missing) == len(REQUIRED[nearest]):
        raise InputError(
            N_("{file} is no table of places, needs or items: its headers are {headers}"),
            hint=N_("Places have code, name, level, parent; needs have kind, level, per_place; items have kind, to."),
            file=table.file,
            headers=headers,
        )
    for other in ("deliveries", "points"):
        if not lacking(other, matched(other, table.headers)):
            raise InputError(
                N_("{file} is a table of {table}, which load does not take"),
                hint=N_("Deliveries are taken by: {way}; critical points by: {points_way}"),
                way="load_deliveries",
                points_way="load_points",
                file=table.file,
                table=table_word(other),
            )
    raise _missing_question(table, nearest, missing, found.ignored)


def layout(table: Table, kind: str) -> tuple[Layout, list[Fault]]:
    """Find the columns of a table of this kind; faults for those that are missing.

    Raises:
        QuestionError: two headers mean one column.
    """
    found = layout_of(table, kind)
    for name, headers in found.doubtful.items():
        raise _one_of_two(table, name, headers)
    return found, [missing_columns(table, found.missing)] if found.missing else []


def layout_of(table: Table, kind: str) -> Layout:
    """Where the columns of a table are; of two headers of one meaning the first."""
    found = matched(kind, table.headers, table.reading.columns)
    columns = {name: headers[0] for name, headers in found.items()}
    given = {}
    if kind == "needs":  # as `lacking` has it
        if "kind" not in columns and "name_id" in columns:
            columns["kind"] = columns["name_id"]
        if "level" not in columns and (level := level_in(columns.get("per_place", ""))):
            given["level"] = level
    known = {header for headers in found.values() for header in headers}
    ignored = tuple(header for header in table.headers if header and header not in known)
    doubtful = {name: headers for name, headers in found.items() if len(headers) > 1}
    return Layout(columns, ignored, given, lacking(kind, found), doubtful)


def ignored_columns(table: Table, layout: Layout) -> tuple[str, ...]:
    """The headers that mean nothing to this kind of table, for one note to the user."""
    left_out = {header for header, name in table.reading.columns.items() if name == LEFT_OUT}
    return tuple(header for header in layout.ignored if header not in left_out and fold(header) not in RUNNING)


def missing_columns(table: Table, names: list[str]) -> Fault:
    """The one fault that names every column a table lacks."""
    return Fault(N_("lacks the columns {columns}"), {"columns": column_words(names)}, None, "", table.file)


def _check_asked(table: Table) -> None:
    """Refuse a field that no table has.

    Raises:
        InputError: such a field.
    """
    for header, name in table.reading.columns.items():
        if name != LEFT_OUT and not any(field_named(kind, name) for kind in LOADED):
            raise InputError(
                N_("there is no field {name} for the heading {header}"),
                hint=N_("The fields are: {fields}; or - to leave the column out."),
                name=name,
                header=header,
                fields=", ".join(dict.fromkeys(name for kind in LOADED for name in COLUMNS[kind])),
            )


def _missing_question(table: Table, kind: str, missing: list[str], unused: Sequence[str]) -> InputError:
    """Which of the unused columns the first missing one is; a refusal where there is none left."""
    unused = [header for header in unused if fold(header) not in RUNNING]
    if not unused:
        return InputError(
            N_("{file} lacks columns that a table of {kind} must have: {columns}"),
            hint=N_("Add them to the row of headings; their order does not matter."),
            faults=(missing_columns(table, missing),),
            file=table.file,
            kind=table_word(kind),
            columns=column_words(missing),
        )
    return QuestionError(
        N_("{file}: which column of this table of {table} has {field}? No heading says it"),
        choices=[Choice("--map", f"{header}={missing[0]}", header) for header in unused[:20]],
        hint=N_("Say which one it is, or add the column: {options}"),
        rows=_first_rows(table),
        file=table.file,
        field=column_words(missing[:1]),
        table=table_word(kind),
    )


def _one_of_two(table: Table, name: str, headers: list[str]) -> QuestionError:
    return QuestionError(
        N_("{file}: each of the columns {headers} could be {field}"),
        choices=[Choice("--map", f"{header}={name}", header) for header in headers],
        hint=N_("Say which one it is: {options}"),
        rows=_first_rows(table),
        file=table.file,
        headers=", ".join(headers),
        field=column_words([name]),
    )


def _first_rows(table: Table) -> list[list[str]]:
    named = [header for header in table.headers if header]
    return [named, *([cells[header] for header in named] for _, cells in table.rows[:3])]


def meaning(kind: str, heading: str) -> str | None:
    """Our name for a heading in this kind of table, or None where it means nothing there."""
    if heading.upper() == heading.lower():  # no letters: a number, as most cells are where headings are looked for
        return None
    known = meanings(kind)
    bare = _LETTER.sub("", heading)
    return known.get(fold(bare)) or known.get(fold(_REMARK.sub(" ", bare)))


def matched(kind: str, headings: Iterable[str], asked: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Our name of each column that a table has, with the headings that mean it.

    Args:
        asked: what somebody said that headings mean, which goes before the dictionary.
    """
    said = {fold(heading): field_named(kind, name) for heading, name in (asked or {}).items()}
    found: dict[str, list[str]] = {}
    for heading in filter(None, headings):
        if not (said and fold(heading) in said) and (name := meaning(kind, heading)):
            found.setdefault(name, []).append(heading)
    for name, candidates in found.items():
        # The exact name beats its synonyms; those are then columns that nobody asked for.
        found[name] = [heading for heading in candidates if fold(heading) == fold(name)] or candidates
    for heading in filter(None, headings if said else ()):
        if name := said.get(fold(heading)):
            found[name] = [heading]
    return found


def lacking(kind: str, found: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns that this kind of table must have and that are not among those found.

    A list of needs by name needs no code besides, nor a level where its heading says it: `Jumlah per TPS`.
    """
    missing = [name for name in REQUIRED[kind] if name not in found]
    if kind == "needs":
        said = dict.fromkeys(("level", "per_place"), "per" in found) | {"kind": "name_id" in found}
        said["level"] |= any(level_in(heading) for heading in found.get("per_place", ()))
        missing = [name for name in missing if not said.get(name)]
    return missing


def field_named(kind: str, text: str) -> str | None:
    """Our name of a column of this kind of table, given in either language; None where it has none."""
    return text if text in COLUMNS[kind] else meaning(kind, text)


def best_kind(headings: Sequence[str], kinds: Sequence[str], asked: Mapping[str, str] | None = None) -> str:
    """The kind of table that these headings are of, or nearest to: fewest missing columns, then most known ones."""

    def nearness(kind: str) -> tuple[int, int]:
        found = matched(kind, headings, asked)
        missing = len(lacking(kind, found))
        # A list of TPS with their voters lacks less of a table of voters than of a tree, which is what it is.
        return missing if kind not in ("voters", "phases") or not missing else len(COLUMNS), -len(found)

    return min(kinds, key=nearness)


def level_in(heading: str) -> str | None:
    """The level that a heading such as `Jumlah per TPS` names; None where it names none."""
    word = re.search(r"\b(?:per|tiap|setiap)[\s_]+(\w+)", heading, re.IGNORECASE)
    return parse_level(word[1]) if word else None


def parse_level(text: str) -> str | None:
    """The level that a cell names in either language, or None. What the profile calls its levels goes before."""
    word, told = fold(text), terms()
    if told and (named := next((level for level, words in told.tables.items() if word in map(fold, words)), None)):
        return named
    return meanings("levels").get(word)


def fold(text: str) -> str:
    """Return a heading or word for comparison: only letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def meanings(kind: str) -> dict[str, str]:
    """Every folded synonym with our name for it."""
    words = {**COLUMNS, "levels": LEVELS, "tracked": TRACKED, "states": STATES, "pers": PERS}[kind]
    return {fold(word): name for name, synonyms in words.items() for word in synonyms.split()}
