"""The account of printed labels: for the terminal, as JSON, and as files. Every figure names the records behind it."""

from collections.abc import Iterator, Sequence
from typing import Any

from custody.errors import N_
from custody.format.codes import show_code
from custody.measures.prints import FATES, PrintAccount, PrintRecord, PrintRow
from language import _
from language.text import local_time, number, printable
from reports.listing import Listing, Section, runs
from reports.output import record_name
from reports.words import Needs, Places, custodian_name, kind_name, void_word, zone_code
from tables.output.write import Cell, Sheet

HEADERS = ("by", "kind", "kind_name", "sheet", "place", "printed", *FATES, "reprints", "blanks", "claimed", "records")
RECORD_HEADERS = ("record", "at_utc", "act", "by", "second", "reason", "note", "sheet", "place", "count", "labels")
"""Column names stay English, as JSON's do, so that what reads them need not know the reader's language."""
_LONGEST_CELL = 30_000
_NOTHING = "–"
_SHOWN_LABELS = 6
_ACTS = {"print": N_("printed"), "reprint": N_("printed again"), "blank": N_("printed blank"), "claim": N_("claimed")}


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


def print_report(account: PrintAccount, places: Places, needs: Needs, *, has_records: bool) -> Listing:
    """The report of this account: its rows with their total, and, where they are asked for, the records behind them."""
    meaning = _(
        "Every label that was printed is one of: in use, replaced by a reprint, recorded as spoiled, lost or unused, "
        "or blank and not claimed yet. Reprints and blanks are parts of the printed; claimed are blanks that belong to "
        "an item by now. Persons are as the station gave them: a statement, no signature."
    )
    strays = _("Recorded as void, and printed in none of these records: {labels}")
    return Listing(
        _("Printed labels"),
        meaning,
        [strays.format(labels=_shown(account.strays))] if account.strays else [],
        [
            _figures(account, places, needs, has_records=has_records),
            *([_records(account, places)] if has_records and account.records else []),
        ],
        print_sheets(account, needs),
        prints_json(account),
    )


def _figures(account: PrintAccount, places: Places, needs: Needs, *, has_records: bool) -> Section:
    """The rows and their total, without figures that are nothing in all of them. Printed is the sum of the next six."""
    titles = [
        _("Person"),
        _("Kind"),
        _("Stock"),
        _("Place"),
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
        _("Records"),
    ]
    numbers = {record.event.leaf: at for at, record in enumerate(account.records, 1)}
    rows = [
        [*_words(row, places, needs), *_counts(row), runs(numbers[leaf] for leaf in row.records)]
        for row in account.rows
    ]
    rows.append([_("Total"), "", "", "", *_counts(account.total), ""])
    kept = [at for at in range(14 + has_records) if not 6 <= at < 14 or rows[-1][at] != _NOTHING]
    widths = (31.0, 25.0, 18.0, 36.0, *([12.5] * 9), 17.5, 20.0)
    return Section(
        _("Labels"),
        [titles[at] for at in kept],
        [[row[at] for at in kept] for row in rows] if account.rows else [],
        [widths[at] for at in kept],
        left=4,
        grave=frozenset({len(account.rows)}),
        empty=_("No label has been printed yet."),
        people=frozenset({0}),
    )


def _words(row: PrintRow, places: Places, needs: Needs) -> list[str]:
    """Who printed, what it is on, the stock and the place, in words."""
    kind = kind_name(needs, row.kind) if row.kind else _("Blank label")
    return [printable(row.by, 30) or "–", kind, printable(row.sheet, 24), custodian_name(places, row.place)]


def _counts(row: PrintRow) -> list[str]:
    counts = (row.printed, *(row.fates[fate] for fate in FATES), row.reprints, row.blanks, row.claimed)
    return [number(count) if count else _NOTHING for count in counts]


def _records(account: PrintAccount, places: Places) -> Section:
    here = zone_code(*(row.place for row in account.rows[:1]))
    return Section(
        _("Records"),
        [_("No."), _("Record"), _("When"), _("What"), _("By"), _("Labels")],
        [
            [
                number(at),
                printable(record_name(record.event), 90),
                local_time(record.event.at, here),
                void_word(record.event.body["reason"]) if record.act == "void" else _(_ACTS[record.act]),
                " · ".join(
                    printable(name, 60) for name in (record.event.body["by"], record.event.body.get("second")) if name
                ),
                _which(record),
            ]
            for at, record in enumerate(account.records, 1)
        ],
        [8.0, 71.0, 36.0, 24.0, 46.0, 76.0],
        left=6,
        people=frozenset({4}),
    )


def _which(record: PrintRecord) -> str:
    """How many labels and which ones, and why: the reason of a reprint or the note of a void."""
    body = record.event.body
    why = body["note"] if record.act == "void" else body.get("reason")
    words = f"{number(len(record.labels))}: {_shown(record.labels)}"
    return f"{words} · {printable(why, 160)}" if why else words


def _shown(labels: Sequence[tuple[str, int]]) -> str:
    some = ", ".join(f"{show_code(code)} {shown:02d}" for code, shown in labels[:_SHOWN_LABELS])
    return some + (" …" if len(labels) > _SHOWN_LABELS else "")


def print_sheets(account: PrintAccount, needs: Needs) -> list[Sheet]:
    """The rows, and the records behind them."""
    records = ([*_record_cells(record), _labels_cell(record)] for record in account.records)
    return [
        Sheet(_("Printed labels"), HEADERS, _table_rows(account, needs)),
        Sheet(_("Records"), RECORD_HEADERS, records),
    ]


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
