"""The command that puts a record right: correct."""

import sys

import click

from commands.context import Station, confirm, one_line, print_json
from commands.context import note as print_note
from commands.errors import EXIT_USAGE
from commands.record.options import _REASONS
from custody.errors import N_, InputError
from custody.format.codes import ItemLabel, parse_entry
from language import _, ngettext
from language.text import number
from services.plan.custodians import find_custodian
from services.records.correcting import Undone, find_event, undone_by, undone_words
from services.records.correcting import correct as record_correction


def correct(
    station: Station,
    event: str,
    to: str | None,
    remove: tuple[str, ...],
    counted: int | None,
    reason: str,
    note: str,
    yes: bool,
    as_json: bool,
) -> None:

    codes = []
    for text in remove:
        label = parse_entry(text)
        if not isinstance(label, ItemLabel):
            raise InputError(
                N_("{code} is a place; only items can be removed"), hint=N_("Give an item's code."), code=text
            )
        codes.append(label.code)
    with station.store(write=True) as store:
        target = find_event(store, event.strip())
        if not yes:
            _ask_first(undone_by(store, target))
        done = record_correction(
            store,
            target,
            reason=_REASONS[reason],
            note=one_line("--note", note, 500),
            to=None if to is None else find_custodian(store, to),
            remove=codes,
            counted=counted,
        )
    if counted is None and done.count_left is not None:
        words = _("The giver's count is left at {counted}. Was it another number? Correct {event} with --counted N.")
        new = done.corrective[0]
        print_note(words.format(counted=number(done.count_left), event=f"{new.log}:{new.seq}"))
    if as_json:
        print_json(
            {
                name: [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events]
                for name, events in (
                    ("withdrawn", done.withdrawn),
                    ("corrective", done.corrective),
                    ("events", done.corrections),
                )
            }
        )
        return
    count = len(done.withdrawn)
    click.echo(ngettext("{count} record withdrawn.", "{count} records withdrawn.", count).format(count=number(count)))
    for old, new in zip(done.withdrawn, done.corrective or done.corrections, strict=True):
        words = _("{old} is replaced by {new}") if done.corrective else _("{old} is withdrawn by {new}")
        click.echo("  " + words.format(old=f"{old.log}:{old.seq}", new=f"{new.log}:{new.seq}"))
    if done.undone.is_far_reaching:
        click.echo(undone_words(done.undone, is_done=True))
    elif done.undone.type == "correct":
        click.echo(_("What it had withdrawn stands again."))


def _ask_first(undone: Undone) -> None:
    """Show how far a withdrawal reaches where items and places follow from the record, and ask.

    Raises:
        InputError: the input is no terminal.
    """
    if not undone.is_far_reaching:
        return
    words = undone_words(undone, is_done=False)
    if not sys.stdin.isatty():
        raise InputError(
            N_("nothing is withdrawn without a yes: {words}"), hint=N_("Add --yes, if that is meant."), words=words
        )
    if not confirm(words + " " + _("Withdraw it?"), default=False):
        print_note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)
