"""`template`: an empty table for an office to fill in and load."""

from pathlib import Path

import click

from custody.errors import N_, InputError
from language import _
from language.text import command_line
from tables.output.safe_file import safe_file
from tables.templates import template_workbook


def template(kind: str, out: Path) -> None:
    if out.suffix.lower() != ".xlsx":
        raise InputError(N_("{path}: a template is an .xlsx file"), hint=N_("Change the file's name."), path=str(out))
    with safe_file(out) as file:
        file.write(template_workbook(kind, _))
    click.echo(_("Written: {path}").format(path=out))
    way = {"points": "load_points", "deliveries": "load_deliveries"}.get(kind, "load_file")
    click.echo(_("Fill it in, save it, and load it: {command}").format(command=command_line(way, file=out.name)))
