"""The station's own files, which no output of a command or page may replace.

`output_path` decides. `tables.output.safe_file` calls it for everything they write, and
the options of commands before any work is done, so a new command gets it without further code.
"""

import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from custody.errors import N_, InputError

LEDGER_FILE = "ledger.db"
"""The ledger, where no other database is named."""
_LEDGER_TAILS = ("", "-wal", "-shm", "-journal")
"""What SQLite puts behind a ledger's name; a file that it finds there is taken for part of the ledger."""
NAMES = (
    *(LEDGER_FILE + tail for tail in _LEDGER_TAILS),
    "station.key",
    "station.key.*",
    "station-card.json",
    "keysheet.pdf",
    "pins.json",
    "operator.txt",
    "completing.txt",
    "observers.json",
    "printers.json",
    "headings.json",
    "page.token",
    "dashboard.json",
    "page-lan.pem",
    "hub.pem",
    "hub.txt",
    "policy.txt",
    "verified.json",
    "hub-open.txt",
    "page-devices.json",
    "half-read-papers.txt",
    "sheets.toml",
    "bast.toml",
    "bast-*.toml",
    "checklist.csv",
    "checklist.xlsx",
    "sizes.csv",
    "sizes.xlsx",
)
"""Files in the station's folder, in small letters: what Serah keeps there, and what an office puts there."""
_SQLITE = b"SQLite format 3\0"
_BEGINNING = 100
"""So many bytes of a file tell whether it is a private key or a database."""
FOLDERS = ("set-aside-*", "labels", ".page-*", "witness")
"""Folders in the station's folder: stations that were set aside, printed labels, what the page holds for a while, what
a witness holds."""


@dataclass(frozen=True, slots=True)
class Own:
    """Where one station keeps its files.

    `ledger` returns the file of its database, None where that is on a server. `others` are files elsewhere that are its
    own too, as the one with its passphrase.
    """

    home: Path
    ledger: Callable[[], Path | None] = lambda: None
    others: tuple[Path, ...] = ()


_at_work: Own | None = None


def protect(own: Own) -> None:
    """Let the files of this station be the ones that nothing in this process replaces, in place of any named before."""
    global _at_work
    _at_work = own


def output_path(path: Path, *, replaces_all: bool = False, within: Path | None = None) -> Path:
    """Where an output of this name goes, links resolved.

    A link may lead to another name in the same folder. It is not followed out of the folder that was named.

    Args:
        replaces_all: it is a folder that is put in place of what is there, with all that is in it.
        within: the folder that was named, where `path` is deeper in it; None: it is the folder of `path`.

    Raises:
        InputError: it would be one of the station's own files, by this name or another name of the same file (a link,
            capital letters), or a link leads out of its folder.
    """
    refuse_own(path, replaces_all=replaces_all)
    named = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
    target = named.resolve()
    if target.parent != named.parent or (within is not None and not target.is_relative_to(within.resolve())):
        raise InputError(
            N_("{path} is a link that leads out of its folder: it is not followed"),
            hint=N_("Give the name of the file itself, or remove the link."),
            path=str(path),
        )
    return target


def refuse_own(path: Path, *, replaces_all: bool = False) -> None:
    """Refuse to write to one of the station's own files, wherever links lead.

    Raises:
        InputError: it would be one, by this name or another name of the same file; or its links run in a circle.
    """
    try:
        target = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle
        raise InputError(
            N_("{path} may not be written: {reason}"),
            hint=N_("Choose another name or folder."),
            path=str(path),
            reason=getattr(error, "strerror", None) or type(error).__name__,
        ) from error
    if _at_work is not None and _is_own(target, _at_work, replaces_all):
        raise InputError(
            N_("{path} is one of the station's own files or folders: nothing is written there"),
            hint=N_("Choose another name, in another folder."),
            path=str(path),
        )

    if _is_any_stations(target):
        raise InputError(
            N_("{path} is a private key, or a database or part of one: nothing is written there"),
            hint=N_("Choose another name."),
            path=str(path),
        )


def is_same_output(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, also where it is not there yet, in the most forgiving file system."""
    try:
        first, second = one.resolve(), other.resolve()
    except (OSError, RuntimeError, ValueError):  # refused where it is opened
        return False
    return _is_same(first, second) or (
        _folded(first.name) == _folded(second.name) and _is_same(first.parent, second.parent)
    )


def _is_any_stations(target: Path) -> bool:
    """Whether a file, by what is in it, is the key or the ledger of some station; or by its name part of a ledger."""
    ledgers = [target, *(target.with_name(target.name.removesuffix(tail)) for tail in _LEDGER_TAILS[1:])]
    if any(_beginning(file).startswith(_SQLITE) for file in ledgers if file.name):
        return True
    begin = _beginning(target)
    return begin.startswith(b"-----BEGIN ") and b"PRIVATE KEY-----" in begin


def _beginning(path: Path) -> bytes:
    """The first bytes of a file; none of what is no file or cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except OSError:
        return b""


def _is_own(target: Path, own: Own, replaces_all: bool) -> bool:
    home, ledger = own.home.resolve(), own.ledger()
    ledgers = [file for name in (ledger, ledger.resolve()) for file in _with_tails(name)] if ledger else []
    kept = [*ledgers, *(other.absolute() for other in own.others)]
    if _is_same(target, home) or (replaces_all and any(target in file.parents for file in (home / LEDGER_FILE, *kept))):
        return True
    if _is_same(target.parent, home) and _matches(target.name, NAMES + FOLDERS):
        return True
    if any(_folded(target.name) == _folded(file.name) and _is_same(target.parent, file.parent) for file in kept):
        return True
    return target.exists() and any(_is_same(target, file) for file in (*kept, *_in_home(home)))


def _with_tails(ledger: Path) -> Iterator[Path]:
    return (ledger.with_name(ledger.name + tail) for tail in _LEDGER_TAILS)


def _in_home(home: Path) -> Iterator[Path]:
    """Each own file that is there now, for what has another name of the same file."""
    for entry in home.iterdir() if home.is_dir() else ():
        if _matches(entry.name, NAMES):
            yield entry
        elif _matches(entry.name, FOLDERS):
            yield from (Path(folder) / name for folder, _folders, files in os.walk(entry) for name in files)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(_folded(name), pattern) for pattern in patterns)


def _folded(name: str) -> str:
    """A name as the most forgiving file system takes it: without capitals, without dots and spaces at its end."""
    return unicodedata.normalize("NFKC", name).casefold().rstrip(". ")


def _is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file or folder, or to one that is not there yet."""
    try:
        return one == other or one.samefile(other)
    except (OSError, ValueError):
        return False
