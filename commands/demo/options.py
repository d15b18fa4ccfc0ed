"""What can be typed: the demo and its options. Help and wrong use load nothing else."""

from pathlib import Path

import click

from commands.context import Output, json_option
from commands.program import later
from language import _


@click.command()
@click.option(
    "--out",
    type=Output(replaces_all=True),
    default=Path("demo-out"),
    show_default=True,
    metavar=_("FOLDER"),
    help=_("Folder for labels, films, stills and reports; an earlier demo in it is replaced."),
)
@click.option("--quick", is_flag=True, help=_("Two polling stations a village, and boxes alone."))
@click.option("--profile", metavar=_("NAME"), help=_("The profile, as for init: pilkada, ujian ..."))
@json_option
@later("demo.demo")
def demo() -> None: ...
