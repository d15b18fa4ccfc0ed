"""The register of critical points as a report: overdue, due, green, done."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from custody.errors import N_
from custody.plan.critical_points import Point
from language import _
from language.in_words import time_in_words
from language.text import local_time, number, printable
from reports.listing import Listing, Section
from reports.output import record_name
from reports.words import Places, place_path, zone_code
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Point, Places], Cell]] = {
    "point": lambda row, places: row.name,
    "status": lambda row, places: row.status,
    "title": lambda row, places: row.body["title"],
    "owner": lambda row, places: row.body["owner"],
    "due_utc": lambda row, places: row.body["due"],
    "place": lambda row, places: row.body["place"],
    "place_name": lambda row, places: place_path(places, row.body["place"]) if row.body["place"] else "",
    "done_utc": lambda row, places: row.done.happened if row.done else None,
    "was_late": lambda row, places: int(row.was_late),
    "moved": lambda row, places: sum(a.body["due"] != b.body["due"] for a, b in pairwise(row.events)),
    "note": lambda row, places: row.body["note"],
    "record": lambda row, places: record_name(row.events[-1]),
}
STATUSES = {"overdue": N_("overdue"), "due": N_("due"), "green": N_("green"), "done": N_("done")}
OWNER = frozenset({3})
_WIDTHS = (24.0, 24.0, 78.0, 46.0, 50.0, 39.0)
POINT_SOON_H = 24
"""A critical point that is due within so many hours is told as due."""


def point_report(rows: Sequence[Point], places: Places, *, as_of: str, soon_h: int, here: str) -> Listing:
    """The report of these points, the gravest first.

    Args:
        here: a place in the zone whose time is shown.
    """
    counts = {status: sum(row.status == status for row in rows) for status in STATUSES}
    told = ", ".join(f"{_(word)} {number(counts[status])}" for status, word in STATUSES.items() if counts[status])
    late = sum(row.was_late for row in rows)
    summary = [
        _("As of {time}: {counts}.").format(time=time_in_words(as_of, here), counts=told or _("no point is known"))
    ]
    if late:
        summary.append(_("Done after it was due: {count}.").format(count=number(late)))
    titles = [_("Point"), _("State"), _("What must be in order"), _("Owner"), _("Due"), _("Place")]
    open_ = [row for row in rows if row.status != "done"]
    done = [row for row in rows if row.status == "done"]
    sections = [
        Section(
            _("Open"),
            titles,
            [_cells(row, places, here) for row in open_],
            _WIDTHS,
            left=6,
            people=OWNER,
            grave=frozenset(at for at, row in enumerate(open_) if row.status == "overdue"),
            empty=_("No point is open.") if rows else _("No critical point has been recorded yet."),
        ),
        Section(_("Done"), titles, [_cells(row, places, here) for row in done], _WIDTHS, left=6, people=OWNER),
    ]
    told_rows = [point_json(row, places) for row in rows]
    facts = {"as_of": as_of, "soon_h": soon_h, "rows": told_rows}
    meaning = _(
        "Overdue: its due time is past and nobody recorded it as done. Due: within {hours} hours. Green: later, or "
        "without a due time."
    ).format(hours=number(soon_h))
    table = sheet_of(_("Critical points"), _COLUMNS, told_rows)
    return Listing(_("Critical points"), meaning, summary, sections, [table], facts)


def point_json(row: Point, places: Places) -> dict[str, Cell]:
    """One point as JSON and tables have it; `moved` is how often its due time was changed."""
    return row_of(_COLUMNS, row, places)


def point_line(row: Point, here: str) -> str:
    """A point in one line: TK-01 [overdue] Pencalonan lengkap; Luh; due Sat 3 Nov 2023 23:59 WITA."""
    body = row.body
    due = _("due {time}").format(time=local_time(body["due"], here)) if body["due"] else _("without a due time")
    word = _(STATUSES[row.status])
    return f"{printable(row.name, 60)} [{word}] {printable(body['title'], 300)}; {printable(body['owner'], 120)}; {due}"


def _cells(row: Point, places: Places, here: str) -> list[str]:
    body = row.body
    word = _(STATUSES[row.status])
    if row.was_late:
        word = _("done, late")
    note = f" ({printable(body['note'], 300)})" if body["note"] else ""
    return [
        printable(row.name, 60),
        word,
        printable(body["title"], 400) + note,
        printable(body["owner"], 120),
        local_time(body["due"], here) if body["due"] else "–",
        place_path(places, body["place"]) if body["place"] else "–",
    ]


def points_zone(rows: Sequence[Point], here: str) -> str:
    """Whose clock to show: that of this station's place, else of a place that a point names."""
    return zone_code(here, *(row.body["place"] for row in rows))
