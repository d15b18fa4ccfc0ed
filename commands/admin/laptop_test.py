"""The command doctor --full: a laptop tested before its first day, with a page to keep."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from commands.admin.doctor import show_checks
from commands.context import Station, note
from custody.errors import N_, CustodyError, InputError
from language import _
from reports.output import SUFFIXES, Made, wrong_suffix
from reports.report_files import save_listing
from services.health import Check, Looked, looks
from services.reporting.made_by import made_of
from services.reporting.self_test_page import self_test_listing
from services.self_test import SelfTest


def doctor(
    station: Station, camera: str, rebuild: bool, sound: bool, hub: bool, full: bool, out: Path | None, as_json: bool
) -> None:
    if rebuild or hub:
        raise InputError(N_("these options do not go together"), hint=N_("Give --full, --rebuild or --hub."))
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise wrong_suffix(out)
    show_checks(_checks(station, camera, out, is_attended=sys.stdin.isatty() and not as_json), as_json=as_json)


def _checks(station: Station, camera: str, out: Path | None, *, is_attended: bool) -> Iterator[Check]:
    """The checks of the self-test; at the end they are written to a page, where one is asked for."""
    at = Looked(station.home, station.store, station.now_utc)
    test = SelfTest(station.home, station.around(), camera, _ask if is_attended else None)
    found = []
    for check in test.checks(looks(at, camera=None, sound=True)):
        found.append(check)
        yield check
    if out is None:
        note(_("To keep this as a page, add --out FILE.pdf"))
        return
    save_listing(out, self_test_listing(found, test.picture), _made(station, at))
    note(_("The page to keep: {path}").format(path=out))


def _ask(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False, err=True)).strip()


def _made(station: Station, at: Looked) -> Made:
    """Who made the page: the station, or nobody's yet where none has begun."""
    try:
        with at.open_store() as store:
            return made_of(store)
    except CustodyError:
        return Made(at.now_utc(), station.around().by, _("No election yet"), "–")
