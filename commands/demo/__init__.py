"""The demo: the whole job on the Buleleng example, with no camera."""

from pathlib import Path

import click

from commands.context import Output, json_option, print_json
from commands.demo.play import play
from commands.demo.summary import as_lines, summary, write_notes
from commands.demo.workshop import workshop
from language import _

EXIT_NOT_FOUND = 1


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
@json_option
def demo(out: Path, quick: bool, as_json: bool) -> None:
    with workshop(out) as folder:
        result = play(folder, out.resolve(), is_quick=quick, quiet=as_json)
        write_notes(folder, result)
    if as_json:
        print_json(summary(result))
    else:
        for line in as_lines(result):
            click.echo(line)
    if not result.is_whole:
        raise click.exceptions.Exit(EXIT_NOT_FOUND)
