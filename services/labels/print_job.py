"""On what labels are printed, how, and where they go."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from custody.errors import N_, InputError, LabelError
from labels.calibration import Adjustment
from labels.port import Destination
from labels.stock import STOCKS, Stock, read_stocks, stock, with_own
from services.progress_bar import Progress, unseen

OWN_SHEETS = "sheets.toml"
Form = Literal["pdf", "zpl", "tspl"]


def _say_nothing(_line: str) -> None:
    """Ignore the line."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """On what labels are printed and where they go: into a file, to a thermal printer, or both.

    `notify` is given a line that the user must know although an error follows; `progress` shows how far it is.
    """

    stock: Stock
    path: Path | None
    form: Form = "pdf"
    start: int = 1
    cut_marks: bool = False
    adjustment: Adjustment | None = None
    dpi: int = 203
    printer: Destination | None = None
    progress: Progress = unseen
    notify: Callable[[str], None] = _say_nothing


def known_stocks(home: Path, sheet_file: Path | None = None) -> Mapping[str, Stock]:
    """Serah's label stock, what sheets.toml in the station's folder adds, and what a file does.

    Raises:
        InputError: a file cannot be read, or is no table of sheets.
    """

    known = STOCKS
    own = home / OWN_SHEETS
    for path in [own] * own.is_file() + ([sheet_file] if sheet_file else []):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(
                N_("{path} cannot be read: {reason}"),
                hint=N_("Give the name of a file of label sheets."),
                path=str(path),
                reason=error.strerror or type(error).__name__,
            ) from error
        known = {**known, **with_own(read_stocks(data, path.name), path.name)}
    return known


def chosen_stock(home: Path, name: str, sheet_file: Path | None = None) -> Stock:
    """The stock of this name.

    Raises:
        InputError, LabelError: there is none, or a table of sheets cannot be read.
    """

    if sheet_file is None:  # a mistake in a user's own table must not keep anybody from printing on other paper
        with suppress(LabelError):
            return stock(name)
    return stock(name, known_stocks(home, sheet_file))
