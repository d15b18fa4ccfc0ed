"""How far the supplies have come, by place and kind: for the terminal, as JSON, and as files."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from custody.measures.progress import ProgressRow
from language import _
from language.text import number, printable, share
from reports.listing import plain_lines
from reports.lists.need_list import shown_need
from reports.lists.progress_xlsx import write_progress_xlsx
from reports.output import Made, save_report
from reports.words import Needs, kind_name
from tables.output.write import Cell, Sheet

NEED_HEADERS = ("need", "registered_pieces", "arrived_pieces", "short")
HEADERS = ("level", "place", "name", "kind", "kind_name", "registered", "labelled", "sent", "arrived", *NEED_HEADERS)
_NAME_COLUMNS = 34


def progress_json(rows: Iterable[ProgressRow]) -> list[dict[str, Any]]:
    """The rows as JSON has them: codes and counts."""
    return [
        {
            "place": row.place.code,
            "name": row.place.name,
            "level": row.place.level,
            "kind": row.kind,
            "registered": row.registered,
            "labelled": row.labelled,
            "sent": row.sent,
            "arrived": row.arrived,
            **dict(zip(NEED_HEADERS, need_cells(row), strict=True)),
        }
        for row in rows
    ]


def print_progress(
    rows: Iterable[ProgressRow],
    needs: Needs,
    out: TextIO,
    *,
    with_villages: bool,
) -> None:
    """Print the rows, a table to a terminal and the same columns in plain text to a pipe or file.

    Args:
        with_villages: a regency has hundreds of rows of villages, which bury its sub-districts on a screen.
    """
    shown = [row for row in rows if with_villages or row.place.level != "village"]
    titles = [_("Place"), _("Kind"), _("Registered"), _("Labelled"), _("Sent"), _("Arrived")]
    if any(row.need is not None or row.open for row in shown):
        titles.append(_("Short"))
    if not out.isatty():
        out.writelines(f"{line}\n" for line in plain_lines([titles, *_cells(shown, needs, len(titles))], left=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=_("Progress of supplies"), header_style="bold")
    for column, title in enumerate(titles):
        table.add_column(title, justify="right" if column > 1 else "left")
    for row, cells in zip(shown, _cells(shown, needs, len(titles)), strict=True):
        table.add_row(*(Text(cell) for cell in cells), style="bold" if row.place.parent is None else None)
    Console(file=out).print(table)


def save_progress(
    path: Path,
    rows: Sequence[ProgressRow],
    needs: Needs,
    made: Made,
) -> None:
    """Write the rows as .pdf, .xlsx, .csv or .json, whole or not at all.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """

    def pdf(file: BinaryIO) -> None:
        from reports.lists.progress_pdf import write_progress_pdf

        write_progress_pdf(file, rows, needs, made)

    save_report(
        path,
        pdf=pdf,
        sheets=[Sheet("progress", HEADERS, _table_rows(rows, needs))],
        xlsx=lambda file: write_progress_xlsx(file, rows, needs, made.waiting),
        facts=lambda: progress_json(rows),
    )


def _table_rows(rows: Iterable[ProgressRow], needs: Needs) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            row.place.level,
            row.place.code,
            row.place.name,
            row.kind,
            kind_name(needs, row.kind),
            row.registered,
            row.labelled,
            row.sent,
            row.arrived,
            *need_cells(row),
        ]


def _cells(rows: Iterable[ProgressRow], needs: Needs, columns: int) -> Iterator[list[str]]:
    """Each row as people read it; a place is named once, above its kinds."""
    last = ""
    for row in rows:
        name = "" if row.place.code == last else printable(row.place.name, _NAME_COLUMNS)
        last = row.place.code
        parts = [f"{number(part)} ({share(part, row.registered)})" for part in (row.labelled, row.sent, row.arrived)]
        short = shown_need(row) if row.short is None else f"{number(row.short)} / {shown_need(row)}"
        yield [name, kind_name(needs, row.kind), number(row.registered), *parts, short][:columns]


def need_cells(row: ProgressRow) -> tuple[int | None, ...]:
    """What is needed, registered, arrived and short, in pieces, as tables and JSON have it."""
    return (row.need, row.pieces, row.here, row.short)
