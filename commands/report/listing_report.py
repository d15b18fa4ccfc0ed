"""The reports that are lists: what was typed is checked, and the list shown, written or printed as JSON."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from commands.context import note, print_json, progress
from commands.report.options import Asked
from custody.errors import N_, InputError
from custody.measures.progress import ProgressRow
from db.store import Store
from language import _
from reports.listing import Listing, print_listing
from reports.lists.evaluation import evaluation_json, evaluation_listing
from reports.lists.progress_list import print_progress, progress_json, save_progress
from reports.report_files import save_evaluation, save_listing
from services.moments import moment_of
from services.records.searching import progress_rows
from services.reporting.evaluation_chapters import evaluation_of
from services.reporting.listings import LISTINGS, MOST_HOURS, MOST_SECONDS, MOST_STATIONS, Chosen, surveyed
from services.reporting.made_by import made_of


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
        as_of=None if asked.as_of is None else moment_of("--as-of", asked.as_of, store),
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


def show_listing(store: Store, listing: Listing, out: Path | None, *, as_json: bool) -> None:
    """Write a report to the file that is named, and as JSON where that is asked for; else to the screen."""
    if out is not None:
        save_listing(out, listing, made_of(store))
    if as_json:
        print_json(listing.facts)
    elif out is None:
        print_listing(listing, sys.stdout)


def report_progress(store: Store, asked: Asked) -> None:
    """Tell how far things have come, by place and kind."""

    rows = progress_rows(store, asked.top, asked.item_kind)
    if asked.out is not None:
        save_progress_of(store, asked.out, rows)
    if asked.as_json:
        for row in progress_json(rows):
            print_json(row)
    elif asked.out is None:
        print_progress(rows, store.state.kinds(), sys.stdout, with_groups=asked.top is not None)
        if asked.top is None:
            note(_("By village: add --to and the code of a sub-district, or --out FILE."))


def save_progress_of(store: Store, out: Path, rows: Sequence[ProgressRow]) -> None:
    """Write the rows to the file that its suffix asks for, with who made it."""

    save_progress(out, rows, store.state.kinds(), made_of(store))


def report_evaluation(store: Store, asked: Asked) -> None:
    """Tell everything in one report, for the meeting that looks back; as of a moment (None: now)."""
    evaluation = evaluation_of(store, surveyed(store, chosen_of(store, "evaluation", asked)))
    if asked.out is not None:
        save_evaluation(asked.out, evaluation, made_of(store))
    if asked.as_json:
        print_json(evaluation_json(evaluation))
    elif asked.out is None:
        print_listing(evaluation_listing(evaluation), sys.stdout)
