"""The command doctor: check this computer and this station, and name the command that fixes each fault."""

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import click

from commands.context import Station, note, print_json, progress
from custody.errors import N_, CustodyError, InputError
from language import _
from reports.output import SUFFIXES, Made, wrong_suffix
from reports.report_files import save_listing
from services.health import Check, Looked, look_at_ledger, looks, rebuilt
from services.reporting.made_by import made_of
from services.reporting.self_test_page import self_test_listing

_SIGNS = {"ok": "+", "warning": "!", "broken": "X", "unseen": "?"}


def doctor(
    station: Station, camera: str, rebuild: bool, sound: bool, full: bool, out: Path | None, as_json: bool
) -> None:
    at = Looked(station.home, station.store, station.now_utc)
    if (rebuild and full) or (out is not None and not full):
        raise InputError(N_("these options do not go together"), hint=N_("Give --full, with --out, or --rebuild."))
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise wrong_suffix(out)
    checks: Iterable[Check]
    if full:
        checks = _full(station, at, camera, out, as_json)
    elif rebuild:
        checks = chain(rebuilt(at, partial(progress, quiet=as_json)), look_at_ledger(at))
    else:
        checks = looks(at, camera=camera, sound=sound)
    worst = 0
    for check in checks:
        worst = max(worst, 3 if check.health == "broken" else 0)
        if as_json:
            print_json({"check": check.name, "health": check.health, "found": check.found, "remedy": check.remedy})
        else:
            click.echo(f"{_SIGNS[check.health]} {check.name}: {check.found}")
            if check.remedy:
                click.echo(f"    {check.remedy}")
    raise click.exceptions.Exit(worst)


def _full(station: Station, at: Looked, camera: str, out: Path | None, as_json: bool) -> Iterator[Check]:
    """The checks of the self-test; at the end they are written to a page, where one is asked for."""
    from services.self_test import SelfTest  # what is checked here may be missing

    is_attended = sys.stdin.isatty() and not as_json
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
