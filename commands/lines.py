"""Codes that come as lines: from a file, a pipe, the keyboard or a USB scanner that types."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from custody.errors import N_, CodeError, Fault, InputError, unreadable
from custody.format.codes import ItemLabel, PlaceLabel, parse_entry

MAX_LINES = 200_000
MAX_LINE_LENGTH = 1_000


def read_lines(source: str) -> list[str]:
    """The lines of a file, or of standard input for `-`.

    Raises:
        InputError: it is missing, no text, or far too long.
    """
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_LINES * 100)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_LINES * 100)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            N_("{file} is not text, so it holds no codes"),
            hint=N_("Give a text file with one code a line."),
            file=source,
        ) from error
    except FileNotFoundError as error:
        raise InputError(
            N_("there is no file {file}"), hint=N_("Check the name and the folder."), file=source
        ) from error
    except OSError as error:
        raise unreadable(source, error) from error
    lines = text.splitlines()
    if len(lines) > MAX_LINES or len(data) == MAX_LINES * 100:
        raise InputError(
            N_("{file} has more than {limit} lines"),
            hint=N_("Split it into several files."),
            file=source,
            limit=MAX_LINES,
        )
    return lines


def parse_lines(lines: Iterable[str], file: str = "") -> list[ItemLabel | PlaceLabel]:
    """Read each line as a label or a code; blank lines and those that begin with # are passed over.

    Raises:
        InputError: `faults` names every line that is no code, or whose check character is wrong.
    """
    return labels_in(enumerate(lines, 1), file)


def labels_in(lines: Iterable[tuple[int, str]], file: str) -> list[ItemLabel | PlaceLabel]:
    """Read numbered lines as `parse_lines` does."""
    found: list[ItemLabel | PlaceLabel] = []
    faults = []
    for number, line in lines:
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        try:
            found.append(parse_entry(entry[:MAX_LINE_LENGTH]))
        except CodeError as error:
            faults.append(Fault(error.message, dict(error.values), number, "", file))
    if faults:
        raise InputError(
            N_("nothing was recorded; lines that are not codes: {count}"),
            hint=N_("Correct these lines and give all of them again."),
            faults=tuple(faults),
            count=len(faults),
        )
    return found


def parse_codes(lines: Iterable[str], file: str = "") -> Sequence[ItemLabel]:
    """The same, where only items make sense; labels of places are passed over."""
    return [label for label in parse_lines(lines, file) if isinstance(label, ItemLabel)]
