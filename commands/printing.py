"""The command that prints labels, and how labels are drawn and recorded."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.base import (
    Station,
    json_option,
    kind_argument,
    note,
    pass_station,
    place_argument,
    print_json,
    progress,
)
from custody.errors import N_, CodeError, InputError, LabelError, RuleError
from language import _, ngettext

if TYPE_CHECKING:
    from custody.items import Item
    from custody.places import Place
    from db.store import Store
    from labels.content import LabelContent

MAX_BLANKS = 10_000
sheet_option = click.option(
    "--sheet", default="a4-3x7", show_default=True, metavar=_("NAME"), help=_("Label stock; see labels --list.")
)
start_option = click.option(
    "--start",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help=_("First free label of a half-used sheet, row by row."),
)
cut_marks_option = click.option("--cut-marks", is_flag=True, help=_("Draw cut marks in the margin."))


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
@sheet_option
@start_option
@cut_marks_option
@click.option("--out", type=click.Path(path_type=Path), metavar=_("FILE"), help=_("The PDF to write."))
@click.option("--list", "show_list", is_flag=True, help=_("List the label stock that there is."))
@json_option
@pass_station
def labels(
    station: Station,
    kind: str | None,
    to: str | None,
    codes: Path | None,
    blank: int | None,
    places: bool,
    sheet: str,
    start: int,
    cut_marks: bool,
    out: Path | None,
    show_list: bool,
    as_json: bool,
) -> None:
    if show_list:
        _list_stock(as_json)
        return
    path = pdf_path(out)
    with station.store(write=True) as store:
        top, only = place_argument(store, to), kind_argument(store, kind)
        if places:
            shown = labelled_places(store, top)
            pages = print_places(store, path, shown, sheet=sheet, start=start, cut_marks=cut_marks)
            report_labels(path, sheet, len(shown), pages, as_json=as_json)
            return
        if blank is not None:
            from commands.claiming import print_blanks

            _refuse_with_blanks(codes, to)
            pages = print_blanks(
                store, path, blank, only, sheet=sheet, start=start, cut_marks=cut_marks, quiet=as_json
            )  # fmt: skip
            report_labels(path, sheet, blank, pages, as_json=as_json)
            return
        wanted = _wanted(store, codes, only, top)
        fresh = [item for item in wanted if not item.print]
        if not fresh:
            raise RuleError(
                N_("no label was printed: none of these items is without one"),
                hint=N_("Register items with: python main.py plan. Print one again with: python main.py reprint CODE"),
            )
        pages = print_items(store, path, fresh, sheet=sheet, start=start, cut_marks=cut_marks, quiet=as_json)
    report_labels(path, sheet, len(fresh), pages, already=len(wanted) - len(fresh), as_json=as_json)


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


def print_items(
    store: "Store",
    path: Path,
    items: "Sequence[Item]",
    *,
    sheet: str,
    start: int = 1,
    cut_marks: bool = False,
    quiet: bool = False,
) -> int:
    """Draw the first labels of items and record their print; returns the number of pages."""
    from db.printing import record_prints
    from labels.content import item_content

    places, needs = store.state.places.all(), {need.kind: need for need in store.state.needs()}
    codes = [item.code for item in items]

    contents = (item_content(item, places, needs, 1) for item in items)
    return print_labels(
        store, path, contents, len(items), lambda name: record_prints(store, codes, sheet=name), sheet=sheet,
        start=start, cut_marks=cut_marks, quiet=quiet,
    )  # fmt: skip


def print_labels(
    store: "Store",
    path: Path,
    contents: "Iterable[LabelContent]",
    count: int,
    record: Callable[[str], object],
    *,
    sheet: str,
    start: int = 1,
    cut_marks: bool = False,
    quiet: bool = False,
) -> int:
    """Draw labels, record their print and give the file its name, all or nothing: no label without its record.

    Args:
        count: how many labels there are.
        record: records that they were printed on the stock of this name.
    """
    from labels.sheet import write_sheets
    from labels.stock import stock
    from tables.safe_file import safe_file

    chosen = stock(sheet)
    with ExitStack() as unnamed:
        file = unnamed.enter_context(safe_file(path))
        with progress(count, _("Drawing"), quiet=quiet) as done:
            before = 0

            def drawn(so_far: int) -> None:
                nonlocal before
                done(so_far - before)
                before = so_far

            pages = write_sheets(
                file,
                contents,
                chosen,
                start=start,
                cut_marks=cut_marks,
                title=_("Labels"),
                progress=drawn,
            )
        is_named = False
        try:
            with store.ledger.transaction():
                record(chosen.name)
                unnamed.close()  # before the commit: where another program has the old file open, nothing is recorded
                is_named = True
        except BaseException:
            if is_named:
                path.unlink(missing_ok=True)
            raise
    return pages


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


def print_places(
    store: "Store", path: Path, shown: "Sequence[Place]", *, sheet: str, start: int = 1, cut_marks: bool = False
) -> int:
    """Labels of these places; they are no evidence, so printing them records nothing. Returns the number of pages."""
    from labels.content import place_content
    from labels.sheet import write_sheets
    from labels.stock import stock
    from tables.safe_file import safe_file

    tree = store.state.places.all()
    with safe_file(path) as file:
        return write_sheets(
            file, (place_content(place, tree) for place in shown), stock(sheet), start=start, cut_marks=cut_marks,
            title=_("Place labels"),
        )  # fmt: skip


def pdf_path(out: Path | None) -> Path:
    if out is None:
        raise InputError(N_("no file is named for the labels"), hint=N_("Add --out labels.pdf"))
    if out.suffix.lower() != ".pdf":
        raise InputError(
            N_("{path}: labels are written as .pdf"), hint=N_("Change the file's name to end in .pdf."), path=str(out)
        )
    return out


def report_labels(
    path: Path, sheet: str, count: int, pages: int, *, as_json: bool, already: int = 0, print_number: int = 1
) -> None:
    if as_json:
        print_json({
            "out": str(path), "sheet": sheet, "labels": count, "pages": pages, "print": print_number,
            "printed_before": already,
        })  # fmt: skip
        return
    from language.text import number

    click.echo(
        ngettext("{count} label on {pages} pages: {path}", "{count} labels on {pages} pages: {path}", count).format(
            count=number(count), pages=number(pages), path=path
        )
    )
    if already:
        note(_("{count} items have a label already and were left out.").format(count=number(already)))
    note(_("Print at 100 %, without scaling to fit the page."))


def _list_stock(as_json: bool) -> None:
    from labels.stock import STOCKS

    for name, stock in STOCKS.items():
        size = f"{stock.label_width_mm:g}x{stock.label_height_mm:g} mm"
        if as_json:
            print_json({
                "sheet": name, "title": stock.title, "label_width_mm": stock.label_width_mm,
                "label_height_mm": stock.label_height_mm, "per_page": stock.per_page,
            })  # fmt: skip
        else:
            click.echo(f"{name:<14} {size:<14} {stock.per_page:>3}  {stock.title}")
