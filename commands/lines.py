"""Codes that come as lines: from a file, a pipe, the keyboard or a USB scanner that types."""

import sys
from pathlib import Path

from custody.errors import N_, InputError, unreadable

MAX_LINES = 200_000


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
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")  # a GS1 barcode may have other separators
    if len(lines) > MAX_LINES or len(data) == MAX_LINES * 100:
        raise InputError(
            N_("{file} has more than {limit} lines"),
            hint=N_("Split it into several files."),
            file=source,
            limit=MAX_LINES,
        )
    return lines
