"""The account of printed labels on paper: one table whose figures add up, and the records that they rest on."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

from reportlab.platypus import Flowable

from custody.format.codes import show_code
from custody.measures.prints import PrintAccount, PrintRecord, PrintRow
from language import _
from language.text import local_time, number, printable
from reports.lists.print_account import figure_titles, figures, row_words
from reports.output import Made, record_name
from reports.pdf.page import ACCENT, MUTED, RULE, TINT, Document, begin_paper, row, text
from reports.words import Needs, Places, void_word, zone_code

_WIDTHS_MM = [36.0, 29.0, 22.0, 34.0, *([14.0] * 10)]
_RECORD_MM = [8.0, 71.0, 36.0, 24.0, 46.0, 76.0]
_LINE = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
_SUMS = ("LINEAFTER", (4, 0), (4, -1), 0.5, RULE), ("LINEAFTER", (10, 0), (10, -1), 0.5, RULE)
_SHOWN_LABELS = 6


def write_prints_pdf(
    out: BinaryIO,
    account: PrintAccount,
    places: Places,
    needs: Needs,
    made: Made,
) -> None:
    """Write the rows with their total, then the records; each row says by number which records it rests on."""
    here = zone_code(*(row.place for row in account.rows[:1]))
    meaning = _(
        "Every label that was printed is one of: in use, replaced by a reprint, recorded as spoiled, lost or unused, "
        "or blank and not claimed yet. Reprints and blanks are parts of the printed; claimed are blanks that belong to "
        "an item by now. Persons are as the station gave them: a statement, no signature."
    )
    paper = begin_paper(out, _("Printed labels"), meaning, made, is_wide=True)
    if not account.rows:
        paper.place(text(_("No label has been printed yet.")))
        paper.finish()
        return
    numbers = {record.event.leaf: at for at, record in enumerate(account.records, 1)}
    paper.column_heads = _heads([_("Person"), _("Kind"), _("Stock"), _("Place"), *figure_titles()])
    paper.place(paper.column_heads)
    for entry in account.rows:
        paper.place(_figures_row(row_words(entry, places, needs), entry))
        words = _("Records: {numbers}").format(numbers=_ranges(numbers[leaf] for leaf in entry.records))
        paper.place(text(words, 6.5, color=MUTED), after_mm=1)
    paper.place(_figures_row([_("Total"), "", "", ""], account.total, ("BACKGROUND", (0, 0), (-1, -1), TINT), face=1))
    paper.column_heads = None
    _draw_records(paper, account, places, here)
    paper.finish()


def _heads(titles: Sequence[str]) -> Flowable:
    cells = [text(title, 6.5, color=MUTED, align=2 if at > 3 else 0) for at, title in enumerate(titles)]
    return row(cells, _WIDTHS_MM, ("LINEBELOW", (0, 0), (-1, -1), 1.2, ACCENT), ("VALIGN", (0, 0), (-1, -1), "BOTTOM"))


def _figures_row(words: Sequence[str], entry: PrintRow, *commands: tuple[Any, ...], face: int = 0) -> Flowable:
    cells = [text(word, 8.5, face=face) for word in words]
    cells += [text(figure, 8.5, face=face or int(at == 0), align=2) for at, figure in enumerate(figures(entry))]
    above = ("LINEABOVE", (0, 0), (-1, 0), 0.5, RULE)
    return row(cells, _WIDTHS_MM, above, *_SUMS, *commands)


def _draw_records(paper: Document, account: PrintAccount, places: Places, here: str) -> None:
    paper.heading(_("Records"), keep_mm=25)
    titles = [_("No."), _("Record"), _("When"), _("What"), _("By"), _("Labels")]
    heads = row([text(title, 6.5, color=MUTED) for title in titles], _RECORD_MM, _LINE)
    paper.place(heads, keep_mm=8)
    paper.column_heads = heads
    for at, record in enumerate(account.records, 1):
        cells = [
            number(at),
            printable(record_name(record.event), 90),
            local_time(record.event.at, here),
            _act(record),
            _who(record),
            _which(record),
        ]
        paper.place(row([text(cell, 7.5) for cell in cells], _RECORD_MM, _LINE))
    if account.strays:
        words = _("Recorded as void, and printed in none of these records: {labels}")
        paper.place(text(words.format(labels=_shown(account.strays)), 8))


def _act(record: PrintRecord) -> str:
    if record.act == "void":
        return void_word(record.event.body["reason"])
    words = {
        "print": _("printed"),
        "reprint": _("printed again"),
        "blank": _("printed blank"),
        "claim": _("claimed"),
    }
    return words[record.act]


def _who(record: PrintRecord) -> str:
    body = record.event.body
    return " · ".join(printable(name, 60) for name in (body["by"], body.get("second")) if name)


def _which(record: PrintRecord) -> str:
    """How many labels and which ones, and why: the reason of a reprint or the note of a void."""
    body = record.event.body
    why = body["note"] if record.act == "void" else body.get("reason")
    words = f"{number(len(record.labels))}: {_shown(record.labels)}"
    return f"{words} · {printable(why, 160)}" if why else words


def _shown(labels: Sequence[tuple[str, int]]) -> str:
    some = ", ".join(f"{show_code(code)} {shown:02d}" for code, shown in labels[:_SHOWN_LABELS])
    return some + (" …" if len(labels) > _SHOWN_LABELS else "")


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in a line, runs of them joined: 1-4, 7."""
    ordered = sorted(numbers)
    starts = [ordered[0], *(after for before, after in pairwise(ordered) if after != before + 1)]
    ends = [*(before for before, after in pairwise(ordered) if after != before + 1), ordered[-1]]
    return ", ".join(number(a) if a == b else f"{number(a)}-{number(b)}" for a, b in zip(starts, ends, strict=True))
