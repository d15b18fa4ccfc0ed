"""Read item codes of a command: from arguments, or from the lines of a pipe."""

from collections.abc import Sequence
from pathlib import Path

from commands.context import note
from commands.lines import read_lines
from custody.compose.compose import Touch
from custody.errors import N_, InputError
from language import _
from scanner.sources.photo import read_photo, take_photo
from services.code_lines import Known, touches_of

KEYBOARD = "-"


def read_touches(codes: Sequence[str], known: Known) -> list[Touch]:
    """The items that the arguments name, also by a vendor's code; `-` reads lines from standard input. Each once.

    Raises:
        InputError: one is no code; all of them are named.
    """

    lines: list[str] = []
    for code in codes:
        lines += read_lines(KEYBOARD) if code == KEYBOARD else [code]
    return touches_of(lines, known)


def photo_bytes(file: Path | None, camera: str | None) -> bytes | None:
    """The photograph that the options name, as it is kept; None where they name none.

    Raises:
        InputError: both are named, or what is named gives no picture.
        CameraError: the camera does not open.
    """
    if file is not None and camera is not None:
        raise InputError(N_("--photo and --camera do not go together"), hint=N_("Give one of them."))
    if file is not None:
        return read_photo(file)
    if camera is not None:
        note(_("Taking the photograph: hold still."))
        return take_photo(camera, notify=note)
    return None
