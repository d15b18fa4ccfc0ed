"""The command that prints labels again: reprint."""

from typing import Any

from commands.context import Station, one_line
from commands.label.claim import given_labels
from commands.label.labels import report_labels
from commands.label.sheet_options import print_job
from commands.label.void import people
from custody.errors import N_, InputError
from custody.format.item_facts import Item
from db.store import Store
from services.labels.print_run import reprint_items
from services.labels.selection import reason_to_reprint, reprintable, spoiled_items


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
