"""Who works a station at its terminal, asked once and kept in its folder. A statement, no proof."""

from contextlib import suppress
from pathlib import Path

from language.text import printable
from tables.output.safe_file import safe_file

FILE = "operator.txt"
_LONGEST = 120


def kept_name(home: Path) -> str:
    """Return the name that is kept there; empty where none is, or none can be read."""
    with suppress(OSError):
        if (path := home / FILE).is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                return " ".join(printable(file.readline(_LONGEST * 4)).split())[:_LONGEST]
    return ""


def keep_name(home: Path, name: str) -> None:
    """Keep a name from now on, in place of the one so far.

    Raises:
        StoreError: the folder cannot be written.
    """
    with safe_file(home / FILE, is_own=True) as file:
        file.write(f"{name}\n".encode())
