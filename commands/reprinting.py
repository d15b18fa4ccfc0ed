"""The command that prints labels again: reprint."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from commands.base import Station, json_option, one_line, pass_station, repeatable
from commands.drawing import print_labels
from commands.printing import report_labels, unknown_code
from commands.sheets import PrintJob, print_job, print_options
from custody.errors import N_, InputError, RuleError
from language import _

if TYPE_CHECKING:
    from custody.items import Item
    from db.store import Store


@click.command(help=_("Print labels again; the older prints become void."))
@click.argument("code", nargs=-1, metavar=_("CODE..."))
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
    from commands.voiding import people

    names = people(by, most=2)
    why = one_line("--reason", reason or "")
    job = print_job(station, **paper, quiet=as_json)
    with station.store(write=True) as store:
        items = _wanted(store, code, codes, spoiled=spoiled)
        store.around = store.around.worked_by(names)
        if len(names) < 2 or not why:
            why = why or _known_reason(store, items)
            _refuse_without_names(store, items, names)
        second = names[1] if len(names) == 2 else None
        pages = reprint_items(store, job, items, reason=why, second=second)
    report_labels(job, len(items), pages, print_number=max(item.print for item in items) + 1, as_json=as_json)


def reprint_items(store: "Store", job: PrintJob, items: "Sequence[Item]", *, reason: str, second: str | None) -> int:
    """Draw the next print of each of these items and record it; returns the number of pages."""
    from db.printing import record_reprints
    from labels.content import item_content

    places, needs = store.state.places.all(), {need.kind: need for need in store.state.needs()}
    numbers = {item.code: item.print + 1 for item in items}

    def record(name: str, those: slice) -> object:
        printed = dict(list(numbers.items())[those])
        return record_reprints(store, printed, sheet=name, reason=reason, second=second)

    contents = (item_content(item, places, needs, numbers[item.code]) for item in items)
    return print_labels(store, job, contents, len(items), record)


def _wanted(store: "Store", arguments: tuple[str, ...], file: str | None, *, spoiled: bool) -> "list[Item]":
    """The items whose labels are to be printed again, each with a print that can be."""
    from commands.claiming import given_labels
    from custody.codes import show_code
    from db.printing import why_void_in_house
    from labels.content import leaving_order

    if spoiled:
        if arguments or file:
            raise InputError(N_("--spoiled chooses the codes itself"), hint=N_("Give codes, or --spoiled."))
        items = [item for item in store.state.with_voids() if why_void_in_house(store, item.code)]
        if not items:
            raise RuleError(
                N_("no label is recorded as spoiled or unused and not printed again"),
                hint=N_("Record it first: python main.py void CODE --reason spoiled"),
            )
        return leaving_order(items, store.state.places.all())
    wanted = list(dict.fromkeys(label.code for label in given_labels(arguments, file)))
    known = store.state.items_of(wanted)
    for code in wanted:
        if code not in known:
            raise unknown_code(code)
        if not known[code].print:
            raise RuleError(
                N_("{item} has no label yet, so there is none to print again"),
                hint=N_("Print it with: python main.py labels"),
                item=show_code(code),
            )
    return [known[code] for code in wanted]


def _known_reason(store: "Store", items: "Sequence[Item]") -> str:
    """The reason that void has recorded of all of these, where it is one and nobody needs to say it again."""
    from db.printing import why_void_in_house

    reasons = {why_void_in_house(store, item.code) for item in items}
    if None in reasons:
        raise InputError(N_("a reprint needs a reason"), hint=N_("Say why with --reason: lost, torn, smudged."))
    return ", ".join(sorted(reason for reason in reasons if reason))


def _refuse_without_names(store: "Store", items: "Sequence[Item]", names: Sequence[str]) -> None:
    from db.printing import why_void_in_house

    if len(names) < 2 and not all(why_void_in_house(store, item.code) for item in items):
        raise InputError(
            N_("a reprint needs the names of two people"), hint=N_("Give --by NAME twice, with two different names.")
        )
