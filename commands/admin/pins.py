"""The command about PINs of people who acknowledge handovers: pins."""

import time

import click

from commands.context import Station, note, print_json
from language import _
from language.text import printable
from services.access.pins import Pins


def pins(station: Station, forget: str | None, as_json: bool) -> None:
    kept = Pins(station.home, time.time)
    if forget is not None:
        kept.forget(forget)
        note(_("Forgotten. {name} sets a new PIN at the next signature.").format(name=printable(forget, 120)))
    if as_json:
        print_json({"names": kept.names()})
        return
    for name in kept.names():
        click.echo(printable(name, 120))
