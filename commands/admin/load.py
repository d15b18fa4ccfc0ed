"""`load`: tables of an office into the plan; asks where one can be read in several ways."""

import sys
from pathlib import Path

import click

from commands.context import Input, Station, Whole, json_option, note, pass_station, print_json
from commands.errors import EXIT_USAGE
from custody.errors import N_, InputError
from db.store import Store
from language import _
from language.text import error_text, printable
from services.plan.loading import load_files
from services.plan.plan_changes import Change, choice_words, note_words, past_words
from tables.questions import QuestionError, Reading

SHOWN_CHANGES = 20
_CELL = 24


@click.command()
@click.argument("files", nargs=-1, required=True, type=Input(), metavar=_("FILE..."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would change, and every fault; record nothing."))
@click.option(
    "--header-row",
    type=Whole(min=1),
    metavar=_("NUMBER"),
    help=_("The row with the headings; without it, it is found."),
)
@click.option("--sheet", metavar=_("NAME"), help=_("The sheet of a workbook that is read; without it, it is found."))
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar=_("HEADING=FIELD"),
    help=_("What a column is, as 'Uraian=name'; - leaves it out. Kept for the next table with the same headings."),
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar=_("NAME=CODE"),
    help=_("The code of a place that a list names, as 'Gerokgak/Patas=51.08.01.2010'; new: a code of its own."),
)
@click.option("--own-codes", is_flag=True, help=_("Give names that no list has codes of their own."))
@click.option(
    "--due",
    "dues",
    multiple=True,
    metavar=_("LEVEL=TIME"),
    help=_("The due time of all places of a level, where a list has none: 'PPS=13/02/2024 12:00'."),
)
@json_option
@pass_station
def load(
    station: Station,
    files: tuple[Path, ...],
    dry_run: bool,
    header_row: int | None,
    sheet: str | None,
    columns: tuple[str, ...],
    names: tuple[str, ...],
    own_codes: bool,
    dues: tuple[str, ...],
    as_json: bool,
) -> None:
    reading = Reading(
        header_row,
        sheet,
        _pairs("--map", columns),
        names=_pairs("--name", names),
        may_name=own_codes,
        dues=_pairs("--due", dues),
    )
    with station.store(write=not dry_run) as store:
        changes = _load(store, files, reading, station.home, dry_run=dry_run, may_ask=not as_json)
    if as_json:
        print_json({"files": [change.as_json() for change in changes]})
        return
    for change in changes:
        _print_change(change)
    if dry_run:
        note(_("Nothing was recorded."))


def _pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """What an option says that is given as `this=that`, several times.

    Raises:
        InputError: one side is missing.
    """
    pairs = [tuple(part.strip() for part in text.rpartition("=")) for text in texts]
    for text, (this, sign, that) in zip(texts, pairs, strict=True):
        if not (this and sign and that):
            raise InputError(
                N_("{option} {text} does not say what is what"),
                hint=N_("Write it with an equals sign, as --map 'Uraian=name'."),
                option=option,
                text=text,
            )
    return {this: that for this, _sign, that in pairs}


def _load(
    store: Store, files: tuple[Path, ...], reading: Reading, home: Path, *, dry_run: bool, may_ask: bool
) -> list[Change]:
    """Load the files, and ask at a terminal how to read unclear headings.

    Raises:
        QuestionError: something is unclear and the input is no terminal.
    """

    readings = {"": reading}
    while True:
        try:
            return load_files(store, files, dry_run=dry_run, readings=readings, home=home)
        except QuestionError as question:
            if not (may_ask and sys.stdin.isatty()):
                raise
            readings[question.file] = _ask(question, readings.get(question.file, reading))


def _ask(question: QuestionError, reading: Reading) -> Reading:
    """Show the first rows as they were understood and the choices, and take one; an empty line stops."""

    note(error_text(question))
    for row in question.rows:
        note("  " + " | ".join(printable(cell, _CELL).ljust(min(_CELL, 12)) for cell in row[:12]))
    for number, choice in enumerate(question.choices, start=1):
        note(f"  {number}) {printable(choice_words(choice), 100)}")
    while True:
        try:
            typed = click.prompt(_("Number of the right one (empty: stop)"), default="", show_default=False, err=True)
        except click.Abort:
            typed = ""
        if not typed.strip():
            note(_("Nothing was recorded."))
            raise click.exceptions.Exit(EXIT_USAGE)
        if typed.strip().isdecimal() and 1 <= int(typed) <= len(question.choices):
            return question.answered(reading, question.choices[int(typed) - 1])


def _print_change(change: Change) -> None:
    for words in note_words(change):
        note(f"{change.file}: {words}")
    if change.is_empty:
        click.echo(_("{file}: nothing new; rows as they were: {count}").format(file=change.file, count=change.same))
    else:
        click.echo(
            _("{file}: {added} added, {changed} changed, {same} as they were").format(
                file=change.file, added=len(change.added), changed=len(change.changed), same=change.same
            )
        )
    for line in change.changed[:SHOWN_CHANGES]:
        click.echo("  " + line.text)
    if (more := len(change.changed) - SHOWN_CHANGES) > 0:
        click.echo("  " + _("and {count} more").format(count=more))
    if words := past_words(change):
        note(f"{change.file}: {words}")
    if change.ignored:
        note(_("{file}: columns not used: {columns}").format(file=change.file, columns=", ".join(change.ignored)))
