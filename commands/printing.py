"""The command that prints labels, and what a print of items and of places records."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import (
    Station,
    by_option,
    json_option,
    kind_argument,
    note,
    pass_station,
    place_argument,
    print_json,
    set_worker,
)
from commands.drawing import print_labels, tell
from commands.sheets import PrintJob, known_stocks, list_stocks, print_job, print_options
from custody.errors import N_, CodeError, InputError, LabelError, RuleError
from language import _

if TYPE_CHECKING:
    from custody.items import Item
    from custody.places import Place
    from db.store import Store

MAX_BLANKS = 10_000


@click.command(help=_("Print labels of items that have none yet, sorted by PPK, PPS, TPS and kind."))
@click.option("--kind", metavar=_("KIND"), help=_("Only of this kind."))
@click.option("--to", "to", metavar=_("PLACE"), help=_("Only those bound for this place or below it."))
@click.option(
    "--codes", type=click.Path(path_type=Path), metavar=_("FILE"), help=_("Only the codes in this file, one a line.")
)
@click.option(
    "--blank",
    type=click.IntRange(1, MAX_BLANKS),
    metavar="N",
    help=_("So many labels that belong to no item yet; claim says later what they are on."),
)
@click.option("--places", is_flag=True, help=_("Labels of the places instead: scan a place, then its items."))
@click.option("--calibrate", is_flag=True, help=_("A page that shows how far off a printer prints, instead of labels."))
@print_options
@click.option("--list", "show_list", is_flag=True, help=_("List the label stock that there is."))
@by_option
@json_option
@pass_station
def labels(
    station: Station,
    /,
    kind: str | None,
    to: str | None,
    codes: Path | None,
    blank: int | None,
    places: bool,
    calibrate: bool,
    show_list: bool,
    by: str | None,
    as_json: bool,
    **paper: Any,
) -> None:
    if show_list:
        list_stocks(known_stocks(station, paper["sheet_file"]), as_json)
        return
    job = print_job(station, **paper, quiet=as_json)
    if calibrate:
        from commands.printers import print_calibration

        print_calibration(job)
        return
    with station.store(write=True) as store:
        set_worker(store, by)
        top, only = place_argument(store, to), kind_argument(store, kind)
        if places:
            shown = labelled_places(store, top)
            pages = print_places(store, job, shown)
            report_labels(job, len(shown), pages, as_json=as_json)
            return
        if blank is not None:
            from commands.claiming import print_blanks

            _refuse_with_blanks(codes, to)
            pages = print_blanks(store, job, blank, only)
            report_labels(job, blank, pages, as_json=as_json)
            return
        wanted = _wanted(store, codes, only, top)
        fresh = [item for item in wanted if not item.print]
        if not fresh:
            raise RuleError(
                N_("no label was printed: none of these items is without one"),
                hint=N_("Register items with: python main.py plan. Print one again with: python main.py reprint CODE"),
            )
        pages = print_items(store, job, fresh)
    report_labels(job, len(fresh), pages, already=len(wanted) - len(fresh), as_json=as_json)


def _refuse_with_blanks(codes: Path | None, to: str | None) -> None:
    if codes is not None or to is not None:
        raise InputError(
            N_("blank labels belong to no item: --codes and --to do not go with --blank"),
            hint=N_("Say where things are bound for when you claim the labels: python main.py claim"),
        )


def _wanted(store: "Store", codes: Path | None, kind: str | None, top: str | None) -> "list[Item]":
    """The items that the options choose, in the order in which they leave the warehouse."""
    from labels.content import leaving_order

    if codes is None:
        chosen: Iterable[Item] = store.state.find_items(kind=kind, under=top)
    else:
        chosen = _items_in(store, codes)
    return leaving_order(chosen, store.state.places.all())


def _items_in(store: "Store", path: Path) -> "list[Item]":
    from commands.lines import parse_codes, read_lines

    wanted = [label.code for label in parse_codes(read_lines(str(path)))]
    found = store.state.items_of(wanted)
    if unknown := [code for code in wanted if code not in found]:
        raise unknown_code(unknown[0])
    return [found[code] for code in dict.fromkeys(wanted)]


def unknown_code(code: str) -> CodeError:
    from custody.codes import show_code

    return CodeError(
        N_("{code} is registered nowhere that this station knows of"),
        hint=N_("List what is registered with: python main.py items"),
        code=show_code(code),
    )


def print_items(store: "Store", job: PrintJob, items: "Sequence[Item]") -> int:
    """Draw the first labels of items and record their print; returns the number of pages."""
    from db.printing import record_prints
    from labels.content import item_content

    places, needs = store.state.places.all(), {need.kind: need for need in store.state.needs()}
    codes = [item.code for item in items]

    def record(name: str, those: slice) -> object:
        return record_prints(store, codes[those], sheet=name)

    contents = (item_content(item, places, needs, 1) for item in items)
    return print_labels(store, job, contents, len(items), record)


def labelled_places(store: "Store", top: str | None) -> "list[Place]":
    """The places that have a label: a place and all below it but polling stations.

    Raises:
        LabelError: there is none.
    """
    from custody.places import below

    tree = store.state.places.all()
    chosen = list(tree.values()) if top is None else list(below(tree, top))
    shown = [place for place in chosen if place.level != "polling_station" or place.code == top]
    if not shown:
        raise LabelError(
            N_("there is no label to print"), hint=N_("Load a table of places first: python main.py load FILE")
        )
    return shown


def print_places(store: "Store", job: PrintJob, shown: "Sequence[Place]") -> int:
    """Labels of these places; they are no evidence, so printing them records nothing. Returns the number of pages."""
    from labels.content import place_content

    tree = store.state.places.all()
    contents = (place_content(place, tree) for place in shown)
    return print_labels(store, job, contents, len(shown), lambda _name, _those: None, title=_("Place labels"))


def report_labels(
    job: PrintJob, count: int, pages: int, *, as_json: bool, already: int = 0, print_number: int = 1
) -> None:
    """Say what was printed, as a line or as JSON."""
    if as_json:
        print_json({
            "out": job.path and str(job.path), "sheet": job.stock.name, "labels": count, "pages": pages,
            "print": print_number, "printed_before": already, "printer": job.printer and str(job.printer),
        })  # fmt: skip
        return
    from language.text import number

    click.echo(tell(job, count, pages))
    if already:
        note(_("{count} items have a label already and were left out.").format(count=number(already)))
