"""The reports that are listings: what was typed is checked, and the listing shown, written or printed as JSON."""

from functools import partial

from commands.context import progress
from commands.report.options import Asked
from commands.report.show import show_listing
from custody.errors import N_, InputError
from db.store import Store
from services.moments import moment_of
from services.reporting.listings import LISTINGS, MOST_HOURS, MOST_SECONDS, MOST_STATIONS, Chosen


def show_listed(kind: str, store: Store, asked: Asked) -> None:
    """Tell a report of `LISTINGS`."""
    show_listing(store, LISTINGS[kind](store, chosen_of(store, kind, asked)), asked.out, as_json=asked.as_json)


def chosen_of(store: Store, kind: str, asked: Asked) -> Chosen:
    """What was typed of a report, checked.

    Raises:
        InputError: a number is out of range, a moment is none, or the pace lacks its stations or seconds.
    """
    if asked.within_h is not None and not 0 <= asked.within_h <= MOST_HOURS and kind in ("late", "points"):
        raise _out_of_range("--within", asked.within_h, 0, MOST_HOURS)
    if kind == "pace":
        _check_pace(asked.stations, asked.seconds)
    return Chosen(
        top=asked.top,
        kind=asked.item_kind,
        as_of=moment_of("--as-of", asked.as_of, store),
        within_h=asked.within_h,
        stations=asked.stations,
        seconds=asked.seconds,
        trucks=asked.trucks,
        begin=moment_of("--begin", asked.begin, store),
        with_records=asked.out is not None,
        progress=partial(progress, quiet=False),
    )


def _check_pace(stations: int | None, seconds: float | None) -> None:
    if stations is None or seconds is None:
        raise InputError(
            N_("the plan of pace needs the stations and the time of one scan"),
            hint=N_("Add --stations 4 --seconds-per-scan 5"),
        )
    if not 1 <= stations <= MOST_STATIONS:
        raise _out_of_range("--stations", stations, 1, MOST_STATIONS)
    if not 0.0005 < seconds <= MOST_SECONDS:
        raise _out_of_range("--seconds-per-scan", seconds, 0.001, MOST_SECONDS)


def _out_of_range(option: str, value: float, least: float, most: float) -> InputError:
    return InputError(
        N_("{option} {value} is not from {least} to {most}"),
        hint=N_("Give another number."),
        option=option,
        value=value,
        least=least,
        most=most,
    )
