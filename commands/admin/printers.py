"""The command that keeps what was measured of a printer, and the page on which it is measured."""

import click

from commands.context import Station, one_line, print_json
from custody.errors import N_, InputError
from labels.calibration import Adjustment, from_measures
from language import _
from language.text import command_line, decimal, fill, printable
from services.labels.print_job import PrintJob
from services.labels.printer_profiles import LONGEST_NAME, adjustment_of, draw_calibration, keep_printer, known_printers
from tables.output.safe_file import safe_file

MEASURES = 4


def printer(
    station: Station,
    name: str | None,
    measured: str | None,
    offset: str | None,
    scale: str | None,
    forget: bool,
    as_json: bool,
) -> None:
    is_changed = bool(measured or offset or scale or forget)
    if (measured and (offset or scale)) or (forget and (measured or offset or scale)):
        raise InputError(
            N_("these options do not go together"),
            hint=N_("Give --measured A,B,C,D, or --offset X,Y with --scale SX,SY, or --forget."),
        )
    if name is None:
        if is_changed:
            raise InputError(N_("no printer is named"), hint=N_("Name it: {way}"), way="measured")
        known = known_printers(station.home)
        for each, adjustment in known.items():
            _show(each, adjustment, as_json)
        if not known and not as_json:
            click.echo(fill(N_("No printer was measured yet. Begin with: {way}"), {"way": "calibrate"}))
        return
    name = one_line("NAME", name, LONGEST_NAME)
    if forget:
        keep_printer(station.home, name, None)
        return
    if measured:
        keep_printer(station.home, name, from_measures(*_numbers("--measured", measured, MEASURES)))
    elif offset or scale:
        x_mm, y_mm = _numbers("--offset", offset or "0,0", 2)
        keep_printer(station.home, name, Adjustment(x_mm, y_mm, *_numbers("--scale", scale or "100,100", 2)))
    _show(name, adjustment_of(station.home, name), as_json)


def print_calibration(job: PrintJob, *, as_json: bool) -> None:
    """Write the page of rulers for a job's stock.

    Raises:
        InputError, LabelError: it is for sheets and goes into a .pdf.
    """

    if job.form != "pdf" or job.path is None:
        raise InputError(
            N_("the page of rulers is for sheets and is written as .pdf"), hint=N_("Add --out calibration.pdf")
        )
    with safe_file(job.path) as file:
        draw_calibration(file, job.stock, job.adjustment, command_line("measured"))
    if as_json:
        print_json({"out": str(job.path), "sheet": job.stock.name})
    else:
        click.echo(_("A page of rulers: {path}").format(path=job.path))


def _numbers(option: str, text: str, count: int) -> list[float]:
    """Numbers between commas or semicolons; with semicolons a comma is a decimal one, as people here write it."""
    parts = text.split(";") if ";" in text else text.split(",")
    try:
        found = [float(part.strip().replace(",", ".").removesuffix("%").removesuffix("mm")) for part in parts]
    except ValueError:
        found = []
    if len(found) != count:
        raise InputError(
            N_("{option} takes {count} numbers with commas between them, not {text}"),
            hint=N_("With decimal commas, write semicolons between them: 20,5;19;120;119,5"),
            option=option,
            count=count,
            text=text[:60],
        )
    return found


def _show(name: str, adjustment: Adjustment, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json({"printer": name, **{key: round(value, 3) for key, value in asdict(adjustment).items()}})
        return
    click.echo(
        _("{name}: {x} mm right, {y} mm down, {width} % across, {height} % down").format(
            name=printable(name),
            x=decimal(adjustment.offset_x_mm),
            y=decimal(adjustment.offset_y_mm),
            width=decimal(adjustment.scale_x_percent),
            height=decimal(adjustment.scale_y_percent),
        )
    )
