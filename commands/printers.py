"""What was measured of each printer: kept in the station's folder, and the page on which it is measured."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import Station, json_option, one_line, pass_station, print_json
from commands.sheets import PrintJob
from custody.errors import N_, InputError, StoreError
from language import _
from language.text import decimal, printable

if TYPE_CHECKING:
    from labels.adjust import Adjustment

PRINTERS = "printers.json"
LONGEST_PRINTER_NAME = 40
MAX_PRINTERS_BYTES = 100_000
MEASURES = 4


@click.command(help=_("List the printers that were measured, or keep what was measured of one."))
@click.argument("name", required=False, metavar=_("[NAME]"))
@click.option("--measured", metavar="A,B,C,D", help=_("The four lengths on the page of labels --calibrate, in mm."))
@click.option("--offset", metavar="X,Y", help=_("Or how far right and down it prints, in mm; negative: left and up."))
@click.option("--scale", metavar="SX,SY", help=_("And how large it prints across and down, in percent."))
@click.option("--forget", is_flag=True, help=_("Forget what was measured of it."))
@json_option
@pass_station
def printer(
    station: Station,
    name: str | None,
    measured: str | None,
    offset: str | None,
    scale: str | None,
    forget: bool,
    as_json: bool,
) -> None:
    from labels.adjust import Adjustment, from_measures

    is_changed = bool(measured or offset or scale or forget)
    if (measured and (offset or scale)) or (forget and (measured or offset or scale)):
        raise InputError(
            N_("these options do not go together"),
            hint=N_("Give --measured A,B,C,D, or --offset X,Y with --scale SX,SY, or --forget."),
        )
    known = _load(station.home / PRINTERS)
    if name is None:
        if is_changed:
            raise InputError(
                N_("no printer is named"), hint=N_("Name it: python main.py printer office --measured ...")
            )
        for each, adjustment in known.items():
            _show(each, adjustment, as_json)
        if not known and not as_json:
            click.echo(_("No printer was measured yet. Begin with: python main.py labels --calibrate --out page.pdf"))
        return
    name = one_line("NAME", name, LONGEST_PRINTER_NAME)
    if forget:
        _the(known, name)
        del known[name]
    elif measured:
        known[name] = from_measures(*_numbers("--measured", measured, MEASURES))
    elif offset or scale:
        x_mm, y_mm = _numbers("--offset", offset or "0,0", 2)
        known[name] = Adjustment(x_mm, y_mm, *_numbers("--scale", scale or "100,100", 2))
    if is_changed:
        _save(station.home, known)
    if not forget:
        _show(name, _the(known, name), as_json)


def adjustment_of(station: Station, name: str) -> "Adjustment":
    """What was measured of a printer.

    Raises:
        InputError: nothing was.
    """
    return _the(_load(station.home / PRINTERS), name)


def print_calibration(job: PrintJob) -> None:
    """Write the page of rulers for a job's stock.

    Raises:
        InputError, LabelError: it is for sheets and goes into a .pdf.
    """
    from labels.calibration import write_calibration
    from tables.safe_file import safe_file

    if job.form != "pdf" or job.path is None:
        raise InputError(
            N_("the page of rulers is for sheets and is written as .pdf"), hint=N_("Add --out calibration.pdf")
        )
    notes = (
        _("1. Print this page on plain paper, at 100 %, without scaling to fit the page."),
        _("2. Measure with a ruler, to half a millimetre. A: from the paper's left edge to the upright ruler. "
          "B: from the paper's upper edge to the level ruler. C: from where they cross to 140 on the level ruler. "
          "D: from there to 140 on the upright one."),
        _("3. If A and B are 20 and C and D are 120, this printer needs nothing. Otherwise keep it under a name of "
          "your choice:"),
        _("python main.py printer office --measured A,B,C,D"),
        _("4. From then on add --printer-name office to labels. This page with it shows whether it is right."),
        _("Hold this page and a sheet of labels against the light: the grey outlines must lie on the labels of "
          "{sheet}.").format(sheet=job.stock.name),
    )  # fmt: skip
    with safe_file(job.path) as file:
        write_calibration(file, job.stock, _("Where does this printer print?"), notes, job.adjustment)
    if job.quiet:
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


def _the(known: "dict[str, Adjustment]", name: str) -> "Adjustment":
    if name in known:
        return known[name]
    raise InputError(
        N_("nothing was measured of a printer called {name}"),
        hint=N_("Known are: {names}. Measure with: python main.py labels --calibrate --out page.pdf"),
        name=name,
        names=", ".join(known) or "-",
    )


def _load(path: Path) -> "dict[str, Adjustment]":
    from labels.adjust import Adjustment

    if not path.exists():
        return {}
    try:
        data = path.read_bytes()
        if len(data) > MAX_PRINTERS_BYTES:
            raise ValueError
        table: dict[str, Any] = json.loads(data)
        return {name: Adjustment(**{key: float(value) for key, value in of.items()}) for name, of in table.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OSError, InputError) as error:
        raise StoreError(
            N_("{path} cannot be read, in which what was measured of printers is kept"),
            hint=N_("Delete it and measure the printers again."),
            path=str(path),
        ) from error


def _save(home: Path, known: "dict[str, Adjustment]") -> None:
    from dataclasses import asdict

    from tables.safe_file import safe_file

    home.mkdir(parents=True, exist_ok=True)
    table = {name: asdict(adjustment) for name, adjustment in sorted(known.items())}
    with safe_file(home / PRINTERS) as file:
        file.write(json.dumps(table, ensure_ascii=False, indent=1).encode())


def _show(name: str, adjustment: "Adjustment", as_json: bool) -> None:
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
