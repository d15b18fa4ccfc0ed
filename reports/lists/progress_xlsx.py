"""Progress as a workbook: a sheet of sub-districts with the total below, a sheet of villages, bars in the cells."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from custody.measures.progress import ProgressRow
from language import _
from reports.words import Needs, kind_name
from tables.output.write import harmless

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
    total = [row for row in rows if row.place.level == "warehouse"]
    districts = [row for row in rows if row.place.level in ("district", "unknown")]
    villages = [row for row in rows if row.place.level == "village"]
    _write_sheet(book.add_worksheet("PPK"), districts, total, needs, looks)
    _write_sheet(book.add_worksheet("PPS"), villages, [], needs, looks)
    if waiting:
        book.add_worksheet(_("Remark")).write_string(0, 0, harmless(waiting)[:32_000])
    book.close()


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
