"""The command drop: delete what is kept of logs that are not admitted."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from commands.context import Station, confirm, note, print_json
from commands.errors import EXIT_USAGE
from custody.chain.standing import Stranger
from custody.errors import N_, InputError
from language import _
from language.text import number, printable
from services.access.admission_notice import drop_strangers, strangers_named

_SHOWN = 10


def drop(station: Station, names: tuple[str, ...], is_all: bool, yes: bool, as_json: bool) -> None:
    if bool(names) == is_all:
        raise InputError(
            N_("it is not said whose log is to be dropped"),
            hint=N_("Name a log, a station or the beginning of its fingerprint, as doctor shows them; or say --all."),
        )
    with station.store() as store:
        meant = strangers_named(store, names)
        if meant and not yes:
            _ask_first(meant)
        dropped = drop_strangers(store, meant)
    if as_json:
        print_json({"dropped": [_as_json(one) for one in dropped]})
        return
    words = _(
        "Dropped: logs that nobody admitted: {logs}; their entries: {count}. An import of their bundle brings them "
        "back."
    )
    click.echo(words.format(count=number(sum(one.entries for one in dropped)), logs=number(len(dropped))))


def _ask_first(meant: Sequence[Stranger]) -> None:
    """Show what will be deleted, and ask.

    Raises:
        InputError: the input is no terminal.
    """
    for one in meant[:_SHOWN]:
        words = _("{log}: station {station} at {place}, entries: {count}, {size} KB")
        note(
            "  "
            + words.format(
                log=printable(one.log, 120),
                station=printable(one.station, 60),
                place=printable(one.place, 60),
                count=number(one.entries),
                size=number(-(-one.bytes // 1000)),
            )
        )
        if one.kept_to:
            words = _(
                "! A head of it stays here, in a record or from a paper: verify says INCOMPLETE until it is back."
            )
            note("    " + words)
    if len(meant) > _SHOWN:
        note("  " + _("and {count} more").format(count=number(len(meant) - _SHOWN)))
    if not sys.stdin.isatty():
        raise InputError(
            N_("nothing is dropped without a yes; logs that are meant: {count}"),
            hint=N_("Add --yes, if that is meant."),
            count=len(meant),
        )
    if not confirm(_("Drop what is kept of these?"), default=False):
        note(_("Nothing was dropped."))
        raise click.exceptions.Exit(EXIT_USAGE)


def _as_json(one: Stranger) -> dict[str, Any]:
    return {
        "log": one.log,
        "station": one.station,
        "place": one.place,
        "fingerprint": one.fingerprint,
        "entries": one.entries,
        "bytes": one.bytes,
    }
