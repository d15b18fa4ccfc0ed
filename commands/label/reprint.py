"""The command that prints labels again: reprint."""

from typing import Any

import click

from commands.completion import ITEM
from commands.context import Station, json_option, one_line, pass_station, repeatable
from commands.label.claim import given_labels
from commands.label.labels import report_labels
from commands.label.sheet_options import print_job, print_options
from commands.label.void import people
from custody.errors import N_, InputError
from custody.format.item_facts import Item
from db.store import Store
from language import _
from services.labels.print_run import reprint_items
from services.labels.selection import reason_to_reprint, reprintable, spoiled_items


@click.command()
@click.argument("code", nargs=-1, type=ITEM, metavar=_("CODE..."))
@click.option(
    "--codes",
    metavar=_("FILE|-"),
    help=_("A file of codes, one a line; - for standard input: a pipe, or a USB scanner that types."),
)
@click.option(
    "--spoiled", is_flag=True, help=_("All whose newest print was recorded as spoiled or unused and that never left.")
)
@click.option("--reason", metavar=_("TEXT"), help=_("Why: lost, torn, smudged ..."))
@repeatable(
    "--by",
    _("Name of a person who answers for it; give two. One is enough where void says spoiled or unused."),
    metavar=_("NAME"),
)
@print_options
@json_option
@pass_station
def reprint(
    station: Station,
    /,
    code: tuple[str, ...],
    codes: str | None,
    spoiled: bool,
    reason: str | None,
    by: tuple[str, ...],
    as_json: bool,
    **paper: Any,
) -> None:
    names = people(by, most=2)
    why = one_line("--reason", reason or "")
    job = print_job(station, **paper, quiet=as_json)
    with station.store(write=True) as store:
        items = _wanted(store, code, codes, spoiled=spoiled)
        store.around = store.around.worked_by(names)
        why = reason_to_reprint(store, items, why, names)
        second = names[1] if len(names) == 2 else None
        pages = reprint_items(store, job, items, reason=why, second=second)
    report_labels(job, len(items), pages, print_number=max(item.print for item in items) + 1, as_json=as_json)


def _wanted(store: Store, arguments: tuple[str, ...], file: str | None, *, spoiled: bool) -> list[Item]:
    """The items whose labels are to be printed again, each with a print that can be."""

    if not spoiled:
        return reprintable(store, (label.code for label in given_labels(arguments, file)))
    if arguments or file:
        raise InputError(N_("--spoiled chooses the codes itself"), hint=N_("Give codes, or --spoiled."))
    return spoiled_items(store)
