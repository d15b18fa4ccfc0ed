"""The plan of pace as a report: which truck will not be loaded in time, and how many stations are needed."""

from collections.abc import Callable, Mapping

from custody.plan.loading_pace import Loaded, LoadingPlan
from language import _
from language.text import decimal, local_time, number, printable
from reports.listing import Listing, Section
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Loaded], Cell]] = {
    "truck": lambda row: row.truck.name,
    "leaves_utc": lambda row: row.truck.leaves,
    "items": lambda row: row.truck.items,
    "ready_utc": lambda row: row.ready,
    "is_late": lambda row: row.is_late,
    "spare_min": lambda row: row.spare_ms // 60_000,
    "stations_needed": lambda row: row.stations,
}
_WIDTHS = (70.0, 50.0, 24.0, 50.0, 36.0, 31.0)


def pace_report(
    plan: LoadingPlan, *, begin: str, stations: int, ms_per_scan: int, here: str, has_timetable: bool
) -> Listing:
    """The report of a plan; `has_timetable` is False where due times stand in for the trucks' times of leaving."""
    items = sum(row.truck.items for row in plan.rows)
    late = sum(row.is_late for row in plan.rows)
    summary = [
        _("{stations} stations from {begin}, one scan each {seconds} s: {items} items take {hours} hours.").format(
            stations=number(stations),
            begin=local_time(begin, here),
            seconds=decimal(ms_per_scan / 1000, 1),
            items=number(items),
            hours=decimal(items * ms_per_scan / stations / 3_600_000, 1),
        )
    ]
    if not plan.rows:
        summary.append(_("There is nothing to load."))
    elif late:
        summary.append(
            _("{late} of {count} will not be ready in time.").format(late=number(late), count=number(len(plan.rows)))
        )
    else:
        summary.append(_("Everything is ready in time."))
    if plan.stations is None:
        summary.append(_("No number of stations is enough: something leaves before loading begins."))
    elif plan.rows:
        summary.append(_("Stations needed for all to be ready in time: {count}.").format(count=number(plan.stations)))
    if not has_timetable:
        summary.append(
            _(
                "No timetable was given: each sub-district stands for one truck that leaves when its supplies are due "
                "there, so the drive is not counted. Give one with --trucks FILE."
            )
        )
    meaning = _(
        "Everybody scans for the truck that leaves next, without a break, and a truck is ready when its last item is "
        "scanned; carrying and lashing are not counted. Stations needed counts the trucks before it in."
    )
    titles = [_("Truck"), _("Leaves"), _("Items"), _("Ready"), _("Spare"), _("Stations needed")]
    grave = frozenset(at for at, row in enumerate(plan.rows) if row.is_late)
    section = Section(_("Trucks"), titles, [_cells(row, here) for row in plan.rows], _WIDTHS, left=2, grave=grave)
    told = [row_of(_COLUMNS, row) for row in plan.rows]
    facts = {
        "begin": begin,
        "stations": stations,
        "ms_per_scan": ms_per_scan,
        "stations_needed": plan.stations,
        "trucks": told,
    }
    sheet = sheet_of(_("Trucks"), _COLUMNS, told)
    return Listing(_("Plan of pace"), meaning, summary, [section], [sheet], facts)


def _cells(row: Loaded, here: str) -> list[str]:
    minutes = abs(row.spare_ms) // 60_000
    words = _("{minutes} min late") if row.is_late else _("{minutes} min")
    return [
        printable(row.truck.name, 60),
        local_time(row.truck.leaves, here),
        number(row.truck.items),
        local_time(row.ready, here),
        words.format(minutes=number(minutes)),
        "–" if row.stations is None else number(row.stations),
    ]
