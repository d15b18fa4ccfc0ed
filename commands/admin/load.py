"""`load`: tables of an office into the plan; asks where one can be read in several ways."""

import sys
from functools import partial
from pathlib import Path

import click

from commands.context import Station, note, print_json
from commands.errors import EXIT_USAGE
from custody.errors import N_, InputError
from db.store import Store
from language import _
from language.text import error_text, number, printable
from services.plan.custodians import optional_custodian
from services.plan.loading import load_files
from services.plan.planning import Change, choice_words, note_words, past_words
from tables.office_table import QuestionError, Reading

SHOWN_CHANGES = 20
_CELL = 24


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
    under: str | None,
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
        ask = partial(_load, store, files, reading, station.home, dry_run=dry_run, may_ask=not as_json)
        changes = ask(under=optional_custodian(store, under))
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
    store: Store,
    files: tuple[Path, ...],
    reading: Reading,
    home: Path,
    *,
    dry_run: bool,
    may_ask: bool,
    under: str | None,
) -> list[Change]:
    """Load the files, and ask at a terminal how to read unclear headings.

    Raises:
        QuestionError: something is unclear and the input is no terminal.
    """

    readings = {"": reading}
    while True:
        try:
            return load_files(store, files, dry_run=dry_run, readings=readings, home=home, under=under)
        except QuestionError as question:
            if not (may_ask and sys.stdin.isatty()):
                raise
            readings[question.file] = _ask(question, readings.get(question.file, reading))


def _ask(question: QuestionError, reading: Reading) -> Reading:
    """Show the first rows as they were understood and the choices, and take one; an empty line stops."""

    note(error_text(question))
    for row in question.rows:
        note("  " + " | ".join(printable(cell, _CELL).ljust(min(_CELL, 12)) for cell in row[:12]))
    for at, choice in enumerate(question.choices, start=1):
        note(f"  {at}) {printable(choice_words(choice), 100)}")
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
        click.echo(
            _("{file}: nothing new; rows as they were: {count}").format(file=change.file, count=number(change.same))
        )
    else:
        click.echo(
            _("{file}: {added} added, {changed} changed, {same} as they were").format(
                file=change.file,
                added=number(len(change.added)),
                changed=number(len(change.changed)),
                same=number(change.same),
            )
        )
    for line in change.changed[:SHOWN_CHANGES]:
        click.echo("  " + line.text)
    if (more := len(change.changed) - SHOWN_CHANGES) > 0:
        click.echo("  " + _("and {count} more").format(count=number(more)))
    if words := past_words(change):
        note(f"{change.file}: {words}")
    if change.ignored:
        note(_("{file}: columns not used: {columns}").format(file=change.file, columns=", ".join(change.ignored)))
