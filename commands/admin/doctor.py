"""The commands that keep a station well: backup, and doctor, which names the command that fixes each fault."""

from collections.abc import Iterable
from functools import partial
from itertools import chain
from pathlib import Path

import click

from commands.context import Station, note, print_json, progress
from custody.errors import N_, InputError
from language import _
from language.text import fill, number
from services.exchange.backup import copy_ledger
from services.health import Check, Looked, look_at_hub, look_at_ledger, looks, rebuilt

_SIGNS = {"ok": "+", "warning": "!", "broken": "X", "unseen": "?"}


def backup(station: Station, file: Path, as_json: bool) -> None:
    with station.store() as store:
        copied = copy_ledger(store, file, progress=partial(progress, quiet=as_json))
    if as_json:
        print_json({"out": str(file), "events": copied.entries, "bytes": copied.bytes})
        return
    click.echo(_("Copied to {path} and read back; entries: {count}.").format(count=number(copied.entries), path=file))
    note(_("The station's key is not in it: keep station.key apart."))
    note(fill(N_("A ledger that is put back from this copy goes on with a new log: {way}"), {"way": "continue"}))


def doctor(
    station: Station, camera: str, rebuild: bool, sound: bool, hub: bool, full: bool, out: Path | None, as_json: bool
) -> None:
    if out is not None:
        raise InputError(N_("--out is the page of a test: it goes with --full alone"), hint=N_("Add --full."))
    at = Looked(station.home, station.store, station.now_utc)
    if hub and rebuild:
        raise InputError(N_("these options do not go together"), hint=N_("Give --full, --rebuild or --hub."))
    if hub:
        show_checks(chain(look_at_hub(at), look_at_ledger(at)), as_json=as_json)
    rebuilding = chain(rebuilt(at, partial(progress, quiet=as_json)), look_at_ledger(at))
    show_checks(rebuilding if rebuild else looks(at, camera=camera, sound=sound), as_json=as_json)


def show_checks(checks: Iterable[Check], *, as_json: bool) -> None:
    """Print each check as it comes, and end with 3 where something is broken, else with 0."""
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
