"""The plan of pace as a report: which truck will not be loaded in time, and how many stations are needed."""

from custody.plan.loading_pace import Loaded, LoadingPlan
from language import _
from language.text import decimal, local_time, number, printable
from reports.listing import Listing, Section
from tables.output.write import Cell, Sheet

HEADERS = ("truck", "leaves_utc", "items", "ready_utc", "is_late", "spare_min", "stations_needed")
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
    facts = {
        "begin": begin,
        "stations": stations,
        "ms_per_scan": ms_per_scan,
        "stations_needed": plan.stations,
        "trucks": [dict(zip(HEADERS, _values(row), strict=True)) for row in plan.rows],
    }
    sheet = Sheet(_("Trucks"), HEADERS, [_values(row) for row in plan.rows])
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


def _values(row: Loaded) -> list[Cell]:
    return [
        row.truck.name,
        row.truck.leaves,
        row.truck.items,
        row.ready,
        row.is_late,
        row.spare_ms // 60_000,
        row.stations,
    ]
