"""The reports of the clock: late, and the plan of pace."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from commands.report.chains import Chains
from commands.report.options import Asked
from commands.report.show import show_listing
from custody.chain.journey import Journey, journey
from custody.errors import N_, InputError
from custody.measures.timing import due_rows
from custody.plan.levels import AREA
from custody.plan.loading_pace import Truck, loading_plan
from custody.plan.places import Ways
from db.store import Store
from reports.lists.late_list import late_report
from reports.lists.pace import pace_report
from services.moments import moment_of
from tables.read import read_table
from tables.rows import parse_trucks

F = TypeVar("F", bound=Callable[..., Any])
LATE_SOON_H = 6
_MOST_STATIONS, _MOST_SECONDS, _MOST_HOURS = 1000, 3600, 240


def report_late(store: Store, asked: Asked) -> None:
    """Tell what is late, will be at this pace, or is due within so many hours; at a moment, None: now."""

    moment = moment_of("--as-of", asked.as_of, store)
    within_h = check_hours(LATE_SOON_H if asked.within_h is None else asked.within_h)
    ways = Ways(store.state.places.tree())
    rows = due_rows(journeys(store, ways, moment, asked.top, asked.item_kind), ways, as_of=moment, within_h=within_h)
    show_listing(store, late_report(rows, ways, as_of=moment, within_h=within_h), asked.out, as_json=asked.as_json)


def journeys(
    store: Store, ways: Ways, as_of: str, top: str | None = None, kind: str | None = None
) -> Iterator[Journey]:
    """The way of each item that is bound for a place or below it, as far as it had come at that moment."""

    codes = [item.code for item in store.state.find_items(kind=kind, under=top)]
    found = (journey(chain, ways, as_of=as_of) for chain in Chains(store, codes, as_of=as_of))
    return (one for one in found if one is not None)


def report_pace(store: Store, asked: Asked) -> None:
    """Tell which truck will not be loaded in time, and how many stations are needed.

    Raises:
        InputError: no stations or seconds are given, or the timetable has faults.
    """

    stations, seconds, trucks = asked.stations, asked.seconds, asked.trucks
    if stations is None or seconds is None:
        raise InputError(
            N_("the plan of pace needs the stations and the time of one scan"),
            hint=N_("Add --stations 4 --seconds-per-scan 5"),
        )
    if not 1 <= stations <= _MOST_STATIONS:
        raise _out_of_range("--stations", stations, 1, _MOST_STATIONS)
    ms_per_scan = round(seconds * 1000) if seconds == seconds and abs(seconds) <= _MOST_SECONDS else 0
    if ms_per_scan < 1:
        raise _out_of_range("--seconds-per-scan", seconds, 0.001, _MOST_SECONDS)
    start = moment_of("--begin", asked.begin, store)
    timetable = _timetable(store, trucks) if trucks is not None else _by_due_time(store)
    plan = loading_plan(timetable, begin=start, stations=stations, ms_per_scan=ms_per_scan)
    listing = pace_report(
        plan,
        begin=start,
        stations=stations,
        ms_per_scan=ms_per_scan,
        here=store.ledger.own_log().place,
        has_timetable=trucks is not None,
    )
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def _timetable(store: Store, path: Path) -> list[Truck]:
    rows, faults = parse_trucks(read_table(path, ("trucks",)))
    own, places = store.ledger.own_log().place, store.state.places.tree()
    for row in rows:
        faults += [
            row.fault("bound", N_("{text} is no place of the plan"), text=code)
            for code in row.value.bound
            if code not in places
        ]
    if faults:
        raise InputError(
            N_("{file} has faults"), hint=N_("Fix these cells and try again."), faults=tuple(faults), file=path.name
        )
    return [
        Truck(
            row.value.name,
            row.value.leaves,
            len(store.state.expected(own, row.value.bound)) if row.value.items is None else row.value.items,
        )
        for row in rows
    ]


def _by_due_time(store: Store) -> list[Truck]:
    """A truck for each area and each time by which something that this place still holds is due there."""

    own, places = store.ledger.own_log().place, store.state.places.tree()
    dues, found = store.state.plan.dues(places), []
    for place in (place for place in places.values() if place.level == AREA):
        items = store.state.expected(own, [place.code])
        times = Counter(due.time for item in items if (due := dues.at(place, item.kind, item.to)) is not None)
        found += [Truck(place.name, time, count) for time, count in sorted(times.items())]
    return found


def check_hours(within_h: int) -> int:
    """Check the hours of `--within`.

    Raises:
        InputError: fewer than none, or more than ten days.
    """
    if not 0 <= within_h <= _MOST_HOURS:
        raise _out_of_range("--within", within_h, 0, _MOST_HOURS)
    return within_h


def _out_of_range(option: str, value: float, least: float, most: float) -> InputError:
    return InputError(
        N_("{option} {value} is not from {least} to {most}"),
        hint=N_("Give another number."),
        option=option,
        value=value,
        least=least,
        most=most,
    )
