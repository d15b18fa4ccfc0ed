"""What labels are printed on and how: the options that every printing command takes, and the job that they make."""

import functools
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from commands.context import Input, Integer, Output, Station, note, print_json, progress
from custody.errors import N_, InputError
from labels.grid import Stock
from labels.port import parse_destination
from labels.stock import title_of
from labels.thermal import check_roll
from language import _
from services.labels.print_job import DPI, Form, PrintJob, chosen_stock
from services.labels.printer_profiles import adjustment_of

_FORMS: Mapping[str, Form] = {".pdf": "pdf", ".zpl": "zpl", ".tspl": "tspl"}
F = TypeVar("F", bound=Callable[..., Any])


def print_options(command: F) -> F:
    """The options of a command that prints; `print_job` takes what they give."""
    chosen = [
        click.option(
            "--sheet",
            default="a4-3x7",
            show_default=True,
            metavar=_("NAME"),
            help=_("Label stock; see labels --list."),
        ),
        click.option(
            "--sheet-file",
            type=Input(),
            metavar=_("FILE"),
            help=_("Label sheets of your own (.toml); those in sheets.toml in Serah's folder are always known."),
        ),
        click.option(
            "--start",
            type=Integer(),
            default=1,
            show_default=True,
            metavar="N",
            help=_("First free label of a half-used sheet, row by row."),
        ),
        click.option("--cut-marks", is_flag=True, help=_("Draw cut marks in the margin.")),
        click.option(
            "--printer-name", metavar=_("NAME"), help=_("Make up for what was measured of this printer; see printer.")
        ),
        click.option(
            "--dpi", type=click.Choice(DPI), default=DPI[0], show_default=True, help=_("Dots of a thermal printer.")
        ),
        click.option(
            "--printer",
            metavar="HOST:9100|/dev/usb/lp0",
            help=_("Send the labels to a thermal printer: ZPL, or TSPL where --out names a .tspl file."),
        ),
        click.option(
            "--out",
            type=Output(),
            metavar=_("FILE"),
            help=_("The file to write: .pdf, or .zpl and .tspl for thermal printers."),
        ),
    ]
    return functools.reduce(lambda decorated, option: option(decorated), reversed(chosen), command)


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
