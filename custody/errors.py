"""Everything that Serah refuses, as one tree of exceptions.

A message is an English template; its blanks are in `values`. The edge translates the template and fills the
blanks, so the core stays free of languages and hostile text is made printable in one place.
"""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark a template for the translation catalogue and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: where it is and what it is.

    `row` counts from 1 as a spreadsheet shows it (the header is row 1); None means the whole file.
    `column` is the header as the file writes it; empty means the whole row. `cell` is what a spreadsheet calls the
    cell, as C7; empty where no one cell is meant.
    """

    message: str
    values: dict[str, object]
    row: int | None = None
    column: str = ""
    file: str = ""
    cell: str = ""

    def __str__(self) -> str:
        return self.message.format(**self.values)


class CustodyError(Exception):
    """Root of all refusals: a message template, its values, and what the user can do about it.

    `exit_code` follows the commands' contract: 1 the evidence is wrong, 2 wrong use or bad input, 3 the machine.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values)


class CodeError(CustodyError, ValueError):
    """Text that is not one of our codes, or whose check character is wrong."""


class InputError(CustodyError):
    """A file or an option that cannot be taken; `faults` lists every fault found, in the file's order."""

    def __init__(self, message: str, *, hint: str = "", faults: tuple[Fault, ...] = (), **values: object) -> None:
        super().__init__(message, hint=hint, **values)
        self.faults = faults


class RuleError(CustodyError):
    """An event that cannot be true in the present state."""


class LabelError(CustodyError):
    """A label whose content does not fit its stock."""


class TamperError(CustodyError):
    """A stored entry that does not fit its log."""

    exit_code = 1


class ConflictError(CustodyError):
    """Another writer moved the head of the log; trying again is safe."""

    exit_code = 3


class StoreError(CustodyError):
    """The database is missing, locked, damaged, of another program, or the disk is full."""

    exit_code = 3


class AwayError(StoreError):
    """The database's server does not answer now, or is being changed for another one; trying again is safe."""


class CameraError(CustodyError):
    """No camera, no permission, or a source of pictures that cannot be read."""

    exit_code = 3


class PrinterError(CustodyError):
    """A printer that cannot be reached, or stopped taking what is sent to it."""

    exit_code = 3


def unreadable(file: object, error: Exception) -> InputError:
    """What is wrong with a file that somebody named and the system does not give, or that is no text."""
    return InputError(
        N_("{file} cannot be read: {reason}"),
        hint=N_("Check the name and the folder."),
        file=str(file),
        reason=getattr(error, "strerror", None) or type(error).__name__,
    )


def unwritable(path: object, error: Exception) -> StoreError:
    """What is wrong with a file of the station's own, whose name nobody chose."""
    return StoreError(
        N_("{path} cannot be written: {reason}"),
        hint=N_("Check the folder's permissions and the disk's free space."),
        path=str(path),
        reason=getattr(error, "strerror", None) or type(error).__name__,
    )
