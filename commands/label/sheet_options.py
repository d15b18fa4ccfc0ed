"""What labels are printed on and how: the options that every printing command takes, and the job that they make."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from commands.context import Station, note, print_json, progress
from custody.errors import N_, InputError
from labels.port import parse_destination
from labels.stock import Stock, title_of
from labels.thermal import check_roll
from services.labels.print_job import Form, PrintJob, chosen_stock
from services.labels.printer_profiles import adjustment_of

_FORMS: Mapping[str, Form] = {".pdf": "pdf", ".zpl": "zpl", ".tspl": "tspl"}
F = TypeVar("F", bound=Callable[..., Any])


def print_job(
    station: Station,
    *,
    sheet: str,
    sheet_file: Path | None,
    start: int,
    cut_marks: bool,
    printer_name: str | None,
    dpi: str,
    printer: str | None,
    out: Path | None,
    quiet: bool = False,
) -> PrintJob:
    """The job that the options ask for.

    Raises:
        InputError, LabelError: they do not go together, or name what is not there.
    """
    chosen = chosen_stock(station.home, sheet, sheet_file)
    form = _form(out, is_sent=printer is not None)
    destination, adjustment = None, None
    if printer is not None:
        destination = parse_destination(printer)
    if form != "pdf":
        _check_thermal(chosen, form, start, cut_marks, printer_name)
    elif printer_name is not None:
        adjustment = adjustment_of(station.home, printer_name)
    bar = partial(progress, quiet=quiet)
    return PrintJob(chosen, out, form, start, cut_marks, adjustment, int(dpi), destination, bar, note)


def list_stocks(stocks: Mapping[str, Stock], as_json: bool) -> None:
    """Name, label size, labels a page and title of each."""

    for name, stock in stocks.items():
        size = f"{stock.label_width_mm:g}x{stock.label_height_mm:g} mm"
        if as_json:
            print_json(
                {
                    "sheet": name,
                    "title": stock.title,
                    "label_width_mm": stock.label_width_mm,
                    "label_height_mm": stock.label_height_mm,
                    "per_page": stock.per_page,
                    "verified": stock.verified,
                }
            )
        else:
            click.echo(f"{name:<14} {size:<14} {stock.per_page:>3}  {title_of(stock)}")


def _form(out: Path | None, *, is_sent: bool) -> Form:
    """What is written: the file's suffix says it."""
    if out is None:
        if is_sent:
            return "zpl"
        raise InputError(N_("no file is named for the labels"), hint=N_("Add --out labels.pdf"))
    form = _FORMS.get(out.suffix.lower())
    if form is None or (is_sent and form == "pdf"):
        raise InputError(
            N_("{path}: labels for a thermal printer are written as .zpl or .tspl")
            if is_sent
            else N_("{path}: labels are written as .pdf, .zpl or .tspl"),
            hint=N_("Change the end of the file's name."),
            path=str(out),
        )
    return form


def _check_thermal(stock: Stock, form: Form, start: int, cut_marks: bool, printer_name: str | None) -> None:
    check_roll(stock)
    for option, is_given in (
        ("--start", start != 1),
        ("--cut-marks", cut_marks),
        ("--printer-name", printer_name is not None),
    ):
        if is_given:
            raise InputError(
                N_("{option} is for sheets and does not go with .{form}"),
                hint=N_("Leave {option} out; a thermal printer is set up at the printer."),
                option=option,
                form=form,
            )
