"""How far the supplies have come, by place and kind: for the terminal, as JSON, and as files."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from custody.measures.progress import ProgressRow
from custody.plan.levels import AREA, GROUP, GROUPS, STORES
from language import _
from language.in_words import level_short, tree_levels
from language.text import number, printable, share
from reports.listing import Listing, Section, plain_lines
from reports.lists.need_list import shown_need
from reports.output import Made, save_report
from reports.words import Needs, kind_name
from tables.output.write import Cell, Sheet, harmless

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


def progress_listing(rows: Sequence[ProgressRow], needs: Needs) -> Listing:
    """The rows as people read them, for a page."""
    titles = _titles(rows)
    widths = (60.0, 60.0, *(25.0 for _title in titles[2:]))
    cells = list(_cells(rows, needs, len(titles)))
    heads = frozenset(at for at, row in enumerate(rows) if row.place.parent is None)
    section = Section(_("Progress of supplies"), titles, cells, widths, 2, heads, empty=_("Nothing is registered yet."))
    return Listing(_("Progress of supplies"), "", [], [section], [])


def _titles(rows: Sequence[ProgressRow]) -> list[str]:
    titles = [_("Place"), _("Kind"), _("Registered"), _("Labelled"), _("Sent"), _("Arrived")]
    return [*titles, _("Short")] if any(row.need is not None or row.open for row in rows) else titles


def print_progress(rows: Iterable[ProgressRow], needs: Needs, out: TextIO, *, with_groups: bool) -> None:
    """Print the rows, a table to a terminal and the same columns in plain text to a pipe or file.

    Args:
        with_groups: a regency has hundreds of rows of villages, which bury its sub-districts on a screen.
    """
    shown = [row for row in rows if with_groups or row.place.level not in GROUPS]
    titles = _titles(shown)
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


def save_progress(path: Path, rows: Sequence[ProgressRow], needs: Needs, made: Made) -> None:
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
        sheets=lambda: [Sheet("progress", HEADERS, _table_rows(rows, needs))],
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


# --- Progress as a workbook: a sheet of areas with the total below, a sheet of groups, bars in the cells --------------

_WIDTHS = (15, 34, 22, 12, 12, 12, 12, 13, 13, 13, 13, 13)
_FIRST_SHARE, _SHARES = 7, 3


def write_progress_xlsx(out: BinaryIO, rows: Sequence[ProgressRow], needs: Needs, waiting: str = "") -> None:
    """Write the workbook: counts as numbers, shares as per cent with a bar, headers frozen and ready to filter.

    Args:
        waiting: what waits for admission, for a last sheet; empty where nothing does.
    """
    import xlsxwriter

    # Text goes in by write_string alone, so nothing can become a formula or a link.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _Looks(book)
    total = [row for row in rows if row.place.level in STORES]
    areas = [row for row in rows if row.place.level in (AREA, "unknown")]
    groups = [row for row in rows if row.place.level in GROUPS]
    _write_sheet(book.add_worksheet(sheet_name(AREA)), areas, total, needs, looks)
    if groups or GROUP in tree_levels():
        _write_sheet(book.add_worksheet(sheet_name(GROUP)), groups, [], needs, looks)
    if waiting:
        book.add_worksheet(_("Remark")).write_string(0, 0, harmless(waiting)[:32_000])
    book.close()


def sheet_name(level: str) -> str:
    """A level as the name of a sheet, which a workbook holds to some lengths and signs."""
    return re.sub(r"[\[\]:*?/\\']", " ", level_short(level))[:31].strip() or level


class _Looks:
    """The formats of the workbook: a plain and a bold set."""

    def __init__(self, book: Any) -> None:
        self.header = book.add_format(
            {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top", "bg_color": "#E6EEF0"}
        )
        self.plain = [
            book.add_format(),
            book.add_format({"num_format": "#,##0"}),
            book.add_format({"num_format": "0.0%"}),
        ]
        heavy = {"bold": True, "top": 1, "bg_color": "#F1F5F6"}
        self.total = [book.add_format(heavy | {"num_format": code}) for code in ("@", "#,##0", "0.0%")]


def _write_sheet(page: Any, rows: list[ProgressRow], total: list[ProgressRow], needs: Needs, looks: _Looks) -> None:
    titles = [
        _("Code"),
        _("Place"),
        _("Kind"),
        _("Registered"),
        _("Labelled"),
        _("Sent"),
        _("Arrived"),
        _("Labelled %"),
        _("Sent %"),
        _("Arrived %"),
        _("Need"),
        _("Short"),
    ]
    for column, (title, width) in enumerate(zip(titles, _WIDTHS, strict=True)):
        page.write_string(0, column, title, looks.header)
        page.set_column(column, column, width)
    for at, row in enumerate(rows, start=1):
        _write_row(page, at, row, row.place.name, needs, looks.plain)
    for at, row in enumerate(total, start=len(rows) + 1):
        _write_row(page, at, row, _("Total: {place}").format(place=row.place.name), needs, looks.total)
    last = len(rows) + len(total)
    if last:
        bar = {"type": "data_bar", "bar_color": "#8FB8C2", "bar_solid": True, "min_type": "num", "max_type": "num"}
        page.conditional_format(
            1, _FIRST_SHARE, last, _FIRST_SHARE + _SHARES - 1, bar | {"min_value": 0, "max_value": 1}
        )
    page.autofilter(0, 0, len(rows), len(titles) - 1)
    page.freeze_panes(1, 3)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&C&P / &N")


def _write_row(page: Any, at: int, row: ProgressRow, name: str, needs: Needs, looks: list[Any]) -> None:
    words, count, share = looks
    for column, cell in enumerate((row.place.code, name, kind_name(needs, row.kind))):
        page.write_string(at, column, harmless(cell)[:32_000], words)
    counts = (row.registered, row.labelled, row.sent, row.arrived)
    for column, value in enumerate(counts, start=3):
        page.write_number(at, column, value, count)
    for column, part in enumerate(counts[1:], start=_FIRST_SHARE):
        if row.registered:
            page.write_number(at, column, 1000 * part // row.registered / 1000, share)  # 100 % is all of it
        else:
            page.write_blank(at, column, None, share)
    for column, pieces in enumerate((row.need, row.short), start=_FIRST_SHARE + _SHARES):
        if pieces is None:
            page.write_string(at, column, "?" if row.open else "–", words)
        else:
            page.write_number(at, column, pieces, count)
