"""The account of printed labels: for the terminal, as JSON, and as files. Every figure names the records behind it."""

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from custody.format.codes import show_code
from custody.measures.prints import FATES, PrintAccount, PrintRecord, PrintRow
from language import _
from language.text import number, printable
from reports.listing import plain_lines
from reports.output import record_name
from reports.words import Needs, Places, custodian_name, kind_name
from tables.output.write import Cell, Sheet

HEADERS = (
    "by",
    "kind",
    "kind_name",
    "sheet",
    "place",
    "printed",
    *FATES,
    "reprints",
    "blanks",
    "claimed",
    "records",
)
RECORD_HEADERS = (
    "record",
    "at_utc",
    "act",
    "by",
    "second",
    "reason",
    "note",
    "sheet",
    "place",
    "count",
    "labels",
)
"""Column names stay English, as JSON's do, so that what reads them need not know the reader's language."""
_LONGEST_CELL = 30_000
_NOTHING = "–"
_WIDEST = 10_000


def prints_json(account: PrintAccount) -> dict[str, Any]:
    """Return the account for JSON: rows, their total, the records, and void labels that no station here printed."""
    return {
        "rows": [_row_json(row) for row in account.rows],
        "total": _row_json(account.total),
        "records": [
            dict(zip(RECORD_HEADERS[:-1], _record_cells(record), strict=True))
            | {"leaf": record.event.leaf, "labels": [f"{code}*{shown:02d}" for code, shown in record.labels]}
            for record in account.records
        ],
        "strays": [f"{code}*{shown:02d}" for code, shown in account.strays],
    }


def print_prints(account: PrintAccount, places: Places, needs: Needs, out: TextIO) -> None:
    """Print the rows and their total, in plain text to a pipe or file.

    To a terminal, a table without the columns that say nothing; where even that is too wide, a few lines for each row.
    """
    titles = [_("Person"), _("Kind"), _("Stock"), _("Place"), *figure_titles()]
    lines = [[*row_words(row, places, needs), *figures(row)] for row in account.rows]
    lines.append([_("Total"), "", "", "", *figures(account.total)])
    if not out.isatty():
        out.writelines(f"{line}\n" for line in plain_lines([titles, *lines], left=4))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out)
    table = Table(title=_("Printed labels"), header_style="bold")
    told = [column for column in range(len(titles)) if _tells(column, lines)]
    for column in told:
        table.add_column(titles[column], justify="right" if column > 3 else "left")
    for at, line in enumerate(lines, 1):
        table.add_row(*(Text(line[column]) for column in told), style="bold" if at == len(lines) else None)
    wanted = console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum
    if wanted <= console.width or not account.rows:
        console.print(table)
        return
    for line in lines:
        console.print(Text(", ".join(word for word in line[:4] if word), style="bold"))
        counts = [
            f"{title.lower()} {figure}"
            for title, figure in zip(titles[4:], line[4:], strict=True)
            if figure != _NOTHING
        ]
        console.print(Text("   " + " · ".join(counts)))


def _tells(column: int, lines: Sequence[Sequence[str]]) -> bool:
    """Whether a column says more than that there is nothing, or always the same stock or place."""
    if column in (2, 3):
        return len({line[column] for line in lines[:-1]}) > 1
    return column < 6 or lines[-1][column] != _NOTHING


def print_sheets(account: PrintAccount, needs: Needs) -> list[Sheet]:
    """The rows, and the records behind them."""
    records = ([*_record_cells(record), _labels_cell(record)] for record in account.records)
    return [
        Sheet(_("Printed labels"), HEADERS, _table_rows(account, needs)),
        Sheet(_("Records"), RECORD_HEADERS, records),
    ]


def figure_titles() -> list[str]:
    """The titles of a row's figures. The first is the sum of the six that follow; the last three are parts of it."""
    return [
        _("Printed"),
        _("In use"),
        _("Replaced"),
        _("Spoiled"),
        _("Lost"),
        _("Unused"),
        _("Blank, open"),
        _("Reprints"),
        _("Blanks"),
        _("Claimed"),
    ]


def figures(row: PrintRow) -> list[str]:
    """The figures of a row, in the order of their titles; nothing stands as a dash."""
    counts = (row.printed, *(row.fates[fate] for fate in FATES), row.reprints, row.blanks, row.claimed)
    return [number(count) if count else _NOTHING for count in counts]


def row_words(row: PrintRow, places: Places, needs: Needs) -> list[str]:
    """Who printed, what it is on, the stock and the place, in words."""
    kind = kind_name(needs, row.kind) if row.kind else _("Blank label")
    return [printable(row.by, 30) or "–", kind, printable(row.sheet, 24), custodian_name(places, row.place)]


def _row_json(row: PrintRow) -> dict[str, Any]:
    return {
        "by": row.by,
        "kind": row.kind,
        "sheet": row.sheet,
        "place": row.place,
        "printed": row.printed,
        **{str(fate): row.fates[fate] for fate in FATES},
        "reprints": row.reprints,
        "blanks": row.blanks,
        "claimed": row.claimed,
        "records": [record_name(event) for event in row.records.values()],
    }


def _table_rows(account: PrintAccount, needs: Needs) -> Iterator[list[Cell]]:
    for row in account.rows:
        yield [
            row.by,
            row.kind,
            kind_name(needs, row.kind) if row.kind else "",
            row.sheet,
            row.place,
            row.printed,
            *(row.fates[fate] for fate in FATES),
            row.reprints,
            row.blanks,
            row.claimed,
            " ".join(record_name(event) for event in row.records.values())[:_LONGEST_CELL],
        ]


def _record_cells(record: PrintRecord) -> list[Cell]:
    body = record.event.body
    return [
        record_name(record.event),
        record.event.at,
        record.act,
        body["by"],
        body.get("second") or "",
        body.get("reason") or "",
        body.get("note") or "",
        body.get("sheet") or "",
        record.place,
        len(record.labels),
    ]


def _labels_cell(record: PrintRecord) -> str:
    return " ".join(f"{show_code(code)}*{shown:02d}" for code, shown in record.labels)[:_LONGEST_CELL]
