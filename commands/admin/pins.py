"""The command about PINs of people who acknowledge handovers: pins."""

import time

import click

from commands.context import Station, json_option, note, pass_station, print_json
from language import _
from language.text import printable
from services.access.pins import Pins


@click.command()
@click.option("--forget", metavar=_("NAME"), help=_("Forget this person's PIN."))
@json_option
@pass_station
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
