"""The clock as a report: what is late, what will be at today's pace, what is due next."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from custody.errors import N_
from custody.measures.timing import DueRow, Pace, by_place_above, most_pressing
from custody.plan.levels import AREA, BELOW_STORES, END, GROUPS
from custody.plan.places import Ways
from language import _
from language.in_words import level_heading, level_inside, level_short, time_in_words, tree_levels
from language.text import decimal, local_time, number, printable
from reports.listing import Listing, Section
from reports.words import day_and_clock, zone_code
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[DueRow, Ways], Cell]] = {
    "state": lambda row, ways: row.state,
    "level": lambda row, ways: row.place.level,
    "area": lambda row, ways: area.code if (area := ways.area(row.place.code)) else "",
    "place": lambda row, ways: row.place.code,
    "name": lambda row, ways: row.place.name,
    "due_utc": lambda row, ways: row.due,
    "bound": lambda row, ways: row.bound,
    "there": lambda row, ways: row.there,
    "missing": lambda row, ways: row.missing,
    "came_late": lambda row, ways: row.came_late,
    "pace_items": lambda row, ways: row.pace.items,
    "pace_hours": lambda row, ways: row.pace.hours,
    "pace_since_utc": lambda row, ways: row.pace.since,
    "ahead": lambda row, ways: row.ahead,
    "expected_utc": lambda row, ways: row.expected,
    "phase": lambda row, ways: row.phase,
}
_STATES = {
    "late": N_("late"),
    "will_be_late": N_("will be late at this pace"),
    "soon": N_("due soon"),
    "open": N_("not due yet"),
    "done_late": N_("complete after its time"),
    "done": N_("complete"),
}
_PRESSING = ("late", "will_be_late", "soon")
_WIDTHS = (42.0, 38.0, 44.0, 24.0, 18.0, 19.0, 34.0, 42.0)
_MOST_ROWS = 60


def late_report(rows: Sequence[DueRow], ways: Ways, *, as_of: str, within_h: int) -> Listing:
    """The report of these rows: areas and groups one by one, the ends summed up by the place above them."""
    here = zone_code(*(row.place.code for row in rows[:1]))
    told = [due_json(row, ways) for row in rows]
    facts = {"as_of": as_of, "within_h": within_h, "rows": told}
    sections = [
        *(
            _section(
                level_heading(level), [row for row in rows if row.place.level == level], here, pressing=level != AREA
            )
            for level in tree_levels()
            if level in (AREA, *GROUPS)
        ),
        _stations(rows, ways, here),
    ]
    meaning = _(
        "There: at the place or below it, or back from it. Pace: what reached the places of this level in this "
        "sub-district in the last three hours in which anything did. Expected: what this level of the sub-district "
        "still has to bring that is due no later, divided by that pace; nothing else is known of the road, and without "
        "a pace nothing is expected."
    )
    table = sheet_of(_("Due times"), _COLUMNS, told)
    return Listing(_("The clock"), meaning, _summary(rows, as_of, within_h, here), sections, [table], facts)


def state_word(state: str) -> str:
    """How a place stands against its due time, in words."""
    return _(_STATES[state])


def _summary(rows: Sequence[DueRow], as_of: str, within_h: int, here: str) -> list[str]:
    lines = [
        _("As of {time}; due soon means within {hours} hours.").format(
            time=time_in_words(as_of, here), hours=number(within_h)
        )
    ]
    if not rows:
        return [*lines, _("The plan has no due times, or nothing is registered for the places that have them.")]
    standing = most_pressing(rows).values()
    for level in BELOW_STORES:
        of_level = [row for row in standing if row.place.level == level]
        if not of_level:
            continue
        counts = {state: sum(row.state == state for row in of_level) for state in _STATES}
        told = ", ".join(f"{state_word(state)} {number(count)}" for state, count in counts.items() if count)
        lines.append(f"{level_short(level)}: {told}.")
    return lines


def _section(heading: str, rows: Sequence[DueRow], here: str, *, pressing: bool = False) -> Section:
    shown = [row for row in rows if row.state in _PRESSING] if pressing else list(rows)
    left_out = len(shown) - _MOST_ROWS
    cells = [_cells(row, here) for row in shown[:_MOST_ROWS]]
    if left_out > 0:
        heading = _("{heading}: the {count} most pressing; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(left_out)
        )
    titles = [_("Place"), _("State"), _("Due"), _("There"), _("Missing"), _("Came late"), _("Pace"), _("Expected")]
    grave = frozenset(at for at, row in enumerate(shown[:_MOST_ROWS]) if row.state in ("late", "will_be_late"))
    empty = _("{heading}: nothing is late, due soon or slow.").format(heading=heading) if rows and pressing else ""
    return Section(heading, titles, cells, _WIDTHS, left=3, grave=grave, empty=empty)


def _cells(row: DueRow, here: str) -> list[str]:
    return [
        printable(row.place.name, 60),
        state_word(row.state),
        due_words(row, here),
        f"{number(row.there)} / {number(row.bound)}",
        number(row.missing),
        number(row.came_late),
        pace_words(row.pace, here) if row.missing else "–",
        local_time(row.expected, here) if row.expected else "–",
    ]


def due_words(row: DueRow, here: str) -> str:
    """When something is due, and by which phase, where it is not the place's own time."""
    time = local_time(row.due, here)
    return _("{time} (phase {phase})").format(time=time, phase=printable(row.phase, 40)) if row.phase else time


def pace_words(pace: Pace, here: str) -> str:
    """A pace with its figures: 120 in 3 h since 06:00 WITA = 40.0/h."""
    if pace.since is None:
        return _("nothing has come yet")
    return _("{items} in {hours} h since {time} = {pace}/h").format(
        items=number(pace.items),
        hours=number(pace.hours),
        time=day_and_clock(pace.since, here)[1],
        pace=decimal(pace.items / pace.hours, 1),
    )


def _stations(rows: Iterable[DueRow], ways: Ways, here: str) -> Section:
    """The ends by the place above: how many are late, will be, or are due soon."""
    groups = by_place_above(row for row in rows if row.state in _PRESSING)
    cells = []
    for code, group in list(groups.items())[:_MOST_ROWS]:
        way = ways.to(code)
        name = printable(way[-1].name, 60) if way else code
        standing = most_pressing(group).values()
        counts = [sum(row.state == state for row in standing) for state in _PRESSING]
        earliest = min(group, key=lambda row: row.due)
        cells.append(
            [
                name,
                due_words(earliest, here),
                *(number(count) for count in counts),
                number(sum(row.missing for row in group)),
            ]
        )
    above = tree_levels()[-2]
    heading = _("{places}, by {above}").format(places=level_heading(END), above=level_inside(above))
    if len(groups) > _MOST_ROWS:
        heading = _("{heading}: the {count} most pressing; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(len(groups) - _MOST_ROWS)
        )
    titles = [_("Place"), _("Due"), _("Late"), _("Will be late"), _("Due soon"), _("Items missing")]
    return Section(heading, titles, cells, (70.0, 60.0, 30.0, 30.0, 30.0, 41.0), left=2)


def due_json(row: DueRow, ways: Ways) -> dict[str, Cell]:
    """One row as JSON and tables have it."""
    return row_of(_COLUMNS, row, ways)
