"""The demo: the whole job on the Buleleng example, with no camera."""

import click

from commands.base import Station, json_option, pass_station
from language import _


@click.command(help=_("Show the whole job on the Buleleng example, with no camera."))
@json_option
@pass_station
def demo(station: Station, as_json: bool) -> None:
    raise SystemExit(3)
