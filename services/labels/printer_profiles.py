"""What was measured of each printer, kept in the station's folder, and the page on which it is measured."""

import json
from pathlib import Path
from typing import Any, BinaryIO

from custody.errors import N_, InputError, StoreError
from labels.calibration import Adjustment
from labels.stock import Stock
from language import _
from tables.output.safe_file import safe_file

PRINTERS = "printers.json"
LONGEST_NAME = 40
_MOST_BYTES = 100_000


def known_printers(home: Path) -> dict[str, Adjustment]:
    """What was measured of each printer, by its name.

    Raises:
        StoreError: the file in which it is kept cannot be read.
    """

    path = home / PRINTERS
    if not path.exists():
        return {}
    try:
        data = path.read_bytes()
        if len(data) > _MOST_BYTES:
            raise ValueError
        table: dict[str, Any] = json.loads(data)
        return {name: Adjustment(**{key: float(value) for key, value in of.items()}) for name, of in table.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OSError, InputError) as error:
        raise StoreError(
            N_("{path} cannot be read, in which what was measured of printers is kept"),
            hint=N_("Delete it and measure the printers again."),
            path=str(path),
        ) from error


def adjustment_of(home: Path, name: str) -> Adjustment:
    """What was measured of a printer.

    Raises:
        InputError: nothing was.
    """
    known = known_printers(home)
    if name in known:
        return known[name]
    raise InputError(
        N_("nothing was measured of a printer called {name}"),
        hint=N_("Known are: {names}. Measure with: {way}"),
        way="calibrate",
        name=name,
        names=", ".join(known) or "-",
    )


def keep_printer(home: Path, name: str, adjustment: Adjustment | None) -> None:
    """Keep what was measured of a printer; None forgets it.

    Raises:
        InputError: there is nothing to forget.
        StoreError: the folder cannot be written, or what is kept cannot be read.
    """
    from dataclasses import asdict

    known = known_printers(home)
    if adjustment is None:
        adjustment_of(home, name)
        del known[name]
    else:
        known[name] = adjustment
    home.mkdir(parents=True, exist_ok=True)
    table = {name: asdict(kept) for name, kept in sorted(known.items())}
    with safe_file(home / PRINTERS, is_own=True) as file:
        file.write(json.dumps(table, ensure_ascii=False, indent=1).encode())


def draw_calibration(out: BinaryIO, stock: Stock, adjustment: Adjustment | None, keeping: str) -> None:
    """Draw the page of rulers for a stock.

    Args:
        keeping: how what was measured is kept: a command, or what to press.

    Raises:
        LabelError: the stock is too small for rulers, as a roll's is.
    """
    from labels.calibration import write_calibration

    notes = (
        _("1. Print this page on plain paper, at 100 %, without scaling to fit the page."),
        _(
            "2. Measure with a ruler, to half a millimetre. A: from the paper's left edge to the upright ruler. "
            "B: from the paper's upper edge to the level ruler. C: from where they cross to 140 on the level ruler. "
            "D: from there to 140 on the upright one."
        ),
        _(
            "3. If A and B are 20 and C and D are 120, this printer needs nothing. Otherwise keep it under a name of "
            "your choice:"
        ),
        keeping,
        _("4. From then on name it when you print labels. This page for it shows whether it is right."),
        _(
            "Hold this page and a sheet of labels against the light: the grey outlines must lie on the labels of "
            "{sheet}."
        ).format(sheet=stock.name),
    )
    write_calibration(out, stock, _("Where does this printer print?"), notes, adjustment)
