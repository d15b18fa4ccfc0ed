"""The command doctor: check this computer and this station, and name the command that fixes each fault."""

from functools import partial
from itertools import chain

import click

from commands.context import Station, print_json, progress
from services.health import Looked, look_at_ledger, looks, rebuilt

_SIGNS = {"ok": "+", "warning": "!", "broken": "X"}


def doctor(station: Station, camera: str, rebuild: bool, sound: bool, as_json: bool) -> None:
    at, worst = Looked(station.home, station.store, station.now_utc), 0
    rebuilding = chain(rebuilt(at, partial(progress, quiet=as_json)), look_at_ledger(at))
    for check in rebuilding if rebuild else looks(at, camera=camera, sound=sound):
        worst = max(worst, 3 if check.health == "broken" else 0)
        if as_json:
            print_json({"check": check.name, "health": check.health, "found": check.found, "remedy": check.remedy})
        else:
            click.echo(f"{_SIGNS[check.health]} {check.name}: {check.found}")
            if check.remedy:
                click.echo(f"    {check.remedy}")
    raise click.exceptions.Exit(worst)
