"""The command that shows what this office has turned on, and turns it on or off: settings."""

import click

from commands.context import Station, print_json
from language import _
from services.scanning.completing import MEANING, completes, keep_completing


def settings(station: Station, complete: str | None, as_json: bool) -> None:
    with station.store():  # a station is there, and this is its folder
        pass
    if complete is not None:
        keep_completing(station.home, is_on=complete == "on")
    is_on = completes(station.home)
    if as_json:
        print_json({"complete": is_on})
        return
    click.echo(
        f"{_('Complete labels that are seen in part')} (--complete): {_('turned on') if is_on else _('turned off')}"
    )
    click.echo(_(MEANING))
