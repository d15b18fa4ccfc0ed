"""Runs the demo and says what came of it."""

from pathlib import Path

import click

from commands.context import print_json
from commands.demo.play import play
from commands.demo.summary import as_lines, summary, write_notes
from commands.demo.workshop import workshop
from services.plan.profile_file import read_profile

EXIT_NOT_FOUND = 1


def demo(out: Path, quick: bool, profile: str | None, as_json: bool) -> None:
    read = None if profile is None else read_profile(profile)
    with workshop(out) as folder:
        result = play(folder, out.resolve(), is_quick=quick, quiet=as_json, profile=read)
        write_notes(folder, result)
    if as_json:
        print_json(summary(result))
    else:
        for line in as_lines(result):
            click.echo(line)
    if not result.is_whole:
        raise click.exceptions.Exit(EXIT_NOT_FOUND)
