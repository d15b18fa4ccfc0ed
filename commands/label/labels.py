"""The command that prints labels."""

from pathlib import Path
from typing import Any

import click

from commands.admin.printers import print_calibration
from commands.context import Station, note, print_json, set_worker
from commands.label.sheet_options import list_stocks, print_job
from commands.lines import read_lines
from custody.errors import N_, InputError, RuleError
from custody.format.item_facts import Item
from db.store import Store
from language import _, ngettext
from language.text import number
from services.code_lines import parse_codes
from services.labels.print_job import PrintJob, known_stocks
from services.labels.print_run import labelled_places, print_blanks, print_items, print_places
from services.labels.selection import delivered_items, in_order, known_items
from services.plan.custodians import optional_custodian, optional_kind


def labels(
    station: Station,
    /,
    kind: str | None,
    to: str | None,
    codes: Path | None,
    code: tuple[str, ...],
    delivery: str | None,
    blank: int | None,
    places: bool,
    calibrate: bool,
    show_list: bool,
    by: str | None,
    as_json: bool,
    **paper: Any,
) -> None:
    if show_list:
        list_stocks(known_stocks(station.home, paper["sheet_file"]), as_json)
        return
    job = print_job(station, **paper, quiet=as_json)
    if calibrate:
        print_calibration(job, as_json=as_json)
        return
    with station.store(write=True) as store:
        set_worker(store, by)
        top, only = optional_custodian(store, to), optional_kind(store, kind)
        if places:
            shown = labelled_places(store, top)
            pages = print_places(store, job, shown)
            report_labels(job, len(shown), pages, as_json=as_json)
            return
        if blank is not None:
            _refuse_with_blanks(codes or code or delivery, to)
            pages = print_blanks(store, job, blank, only)
            report_labels(job, blank, pages, as_json=as_json)
            return
        wanted = delivered_items(store, delivery, only) if delivery else _wanted(store, codes, code, only, top)
        fresh = [item for item in wanted if not item.print]
        if not wanted:
            raise RuleError(
                N_("no label was printed: nothing is registered for this choice"),
                hint=N_("Register items with: {way}."),
                way="plan",
            )
        if not fresh:
            raise RuleError(
                N_("no label was printed: none of these items is without one"),
                hint=N_("Register items with: {way}. Print one again with: {again_way}"),
                way="plan",
                again_way="reprint",
            )
        pages = print_items(store, job, fresh)
    report_labels(job, len(fresh), pages, already=len(wanted) - len(fresh), as_json=as_json)


def _refuse_with_blanks(codes: object, to: str | None) -> None:
    if codes or to is not None:
        raise InputError(
            N_("blank labels belong to no item: --codes and --to do not go with --blank"),
            hint=N_("Say where things are bound for when you claim the labels: {way}"),
            way="claim",
        )


def _wanted(store: Store, codes: Path | None, code: tuple[str, ...], kind: str | None, top: str | None) -> list[Item]:
    """The items that the options choose, in the order in which they leave the warehouse."""
    if codes is None and not code:
        return in_order(store, store.state.find_items(kind=kind, under=top))

    lines = [*code, *(read_lines(str(codes)) if codes is not None else ())]
    return in_order(store, known_items(store, (label.code for label in parse_codes(lines))))


def report_labels(
    job: PrintJob, count: int, pages: int, *, as_json: bool, already: int = 0, print_number: int = 1
) -> None:
    """Say what was printed, as a line or as JSON."""
    if as_json:
        print_json(
            {
                "out": job.path and str(job.path),
                "sheet": job.stock.name,
                "labels": count,
                "pages": pages,
                "print": print_number,
                "printed_before": already,
                "printer": job.printer and str(job.printer),
            }
        )
        return

    click.echo(printed_words(job, count, pages))
    if already:
        note(_("Left out, as they have a label already: {count}.").format(count=number(already)))


def printed_words(job: PrintJob, count: int, pages: int) -> str:
    """The line that says what was printed; what the user must know of the stock goes to standard error."""

    if not job.stock.verified:
        note(
            _(
                "{sheet} was never held against a real sheet: print one on plain paper and hold it up to the light. "
                "labels --calibrate helps."
            ).format(sheet=job.stock.name)
        )
    if job.form == "pdf":
        note(_("Print at 100 %, without scaling to fit the page."))
    if job.printer is not None:
        return ngettext("{count} label sent to {printer}", "{count} labels sent to {printer}", count).format(
            count=number(count), printer=job.printer
        )
    return ngettext("{count} label on {pages} pages: {path}", "{count} labels on {pages} pages: {path}", count).format(
        count=number(count), pages=number(pages), path=job.path
    )
