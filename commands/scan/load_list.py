"""The list of what a truck is to take: lines of codes, or a table."""

from pathlib import Path

from commands.lines import read_lines
from custody.errors import N_, InputError
from custody.format.codes import ItemLabel
from services.code_lines import labels_in
from tables.headings import matched
from tables.office_table import Table
from tables.read import read_table


def load_list(path: Path) -> tuple[str, ...]:
    """The codes that a truck is to take: a file with one a line, or a table (.csv, .xlsx) with a column of codes.

    Raises:
        InputError: it cannot be read, has no such column, or lines that are no codes; `faults` names them.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        lines: list[tuple[int, str]] = list(enumerate(read_lines(str(path)), 1))
    else:
        table = read_table(path)
        column = _code_column(table)
        lines = [(number, cells.get(column, "")) for number, cells in table.rows]
    if not (
        codes := dict.fromkeys(label.code for label in labels_in(lines, path.name) if isinstance(label, ItemLabel))
    ):
        raise InputError(
            N_("{file} names no item"),
            hint=N_("Write the code of each item that is to go, one a line."),
            file=path.name,
        )
    return tuple(codes)


def _code_column(table: Table) -> str:
    """The header of the column that has the items' codes."""
    found = matched("items", table.headers, table.reading.columns).get("code")
    if not found:
        raise InputError(
            N_("{file} has no column of codes: its headers are {headers}"),
            hint=N_("Name the column code, or kode."),
            file=table.file,
            headers=", ".join(table.headers)[:200],
        )
    return found[0]
