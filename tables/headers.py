"""Find which table it is by its headers: English or Indonesian, in any order and case (`tables.vocabulary`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from custody.errors import N_, Fault, InputError
from tables.questions import LEFT_OUT, Choice, QuestionError
from tables.read import Table
from tables.vocabulary import (
    COLUMNS,
    LOADED,
    REQUIRED,
    RUNNING,
    best_kind,
    column_words,
    field_named,
    fold,
    lacking,
    level_in,
    matched,
    table_word,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the known columns of a table are: `columns` maps our name to the file's header; `ignored` are the rest.

    `given` are values that a header says for every row: `Jumlah per TPS` names the level.
    """

    kind: str
    columns: dict[str, str]
    ignored: tuple[str, ...]
    given: dict[str, str] = field(default_factory=dict)


def table_kind(table: Table) -> str:
    """Tell which table it is: `places`, `needs` or `items`.

    Raises:
        QuestionError: columns that it must have are missing, and others could be they.
        InputError: the headers are of none of the three.
    """
    _check_asked(table)
    nearest = best_kind(table.headers, LOADED, table.reading.columns)
    found = layout_of(table, nearest)
    missing = lacking(nearest, matched(nearest, table.headers, table.reading.columns))
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
    candidates = matched(kind, table.headers, table.reading.columns)
    for name, headers in candidates.items():
        if len(headers) > 1:
            raise _one_of_two(table, name, headers)
    missing = lacking(kind, candidates)
    return found, [missing_columns(table, missing)] if missing else []


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
    return Layout(kind, columns, ignored, given)


def code_column(table: Table) -> str:
    """The header of the column that has the items' codes.

    Raises:
        InputError: there is none.
    """
    found = matched("items", table.headers, table.reading.columns).get("code")
    if not found:
        raise InputError(
            N_("{file} has no column of codes: its headers are {headers}"),
            hint=N_("Name the column code, or kode."),
            file=table.file,
            headers=", ".join(table.headers)[:200],
        )
    return found[0]


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
