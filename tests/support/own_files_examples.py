"""The files of a station's own, and the options of every command that read or write one."""

import hashlib
import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import click

from commands.context import Input, Output
from commands.program import program
from tests.support.command_examples import Terminal

OWN = [
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
    "ledger.db-journal",
    "station.key",
    "station.key.2024-02-11T010000Z",
    "station-card.json",
    "KEYSHEET.pdf",
    "pins.json",
    "observers.json",
    "printers.json",
    "page.token",
    "dashboard.json",
    "page-lan.pem",
    "headings.json",
    "page-devices.json",
    "half-read-papers.txt",
    "sheets.toml",
    "bast.toml",
    "bast-id.toml",
    "checklist.csv",
    "sizes.xlsx",
    "set-aside-2024-02-11T010000Z/station.key",
    "labels/labels-20240211.pdf",
    "policy.txt",
    "verified.json",
    "witness/heads.db",
]
REFUSED = "is one of the station's own files or folders: nothing is written there"
INPUTS = {
    "admit FILES",
    "init --from",
    "init --share",
    "init --pkcs11",
    "load FILES",
    "import FILES",
    "import --watch",
    "admit KEYFILE",
    "join KEYFILE",
    "verify FILE",
    "verify --token",
    "verify --policy",
    "hub --policy",
    "sync --policy",
    "witness --logs",
    "hub --certificate",
    "labels --codes",
    "labels --sheet-file",
    "reprint --sheet-file",
    "seal --photo",
    "inspect --photo",
    "scan --load",
    "handover --load",
    "drafts --load",
    "checklist --questions",
    "point --load",
    "receive --load",
    "report --template",
    "report --trucks",
}
"""Options and arguments that name what is read."""


def every_param() -> Iterator[tuple[str, click.Parameter]]:
    """Each option and argument of every command."""
    group = program()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None and not isinstance(command, click.Group)
        yield from ((name, param) for param in command.params)


def every_path() -> Iterator[tuple[str, click.Parameter]]:
    """Those that take the name of a file or folder."""
    return ((name, param) for name, param in every_param() if isinstance(param.type, click.Path | click.File))


WRITES = [(name, *param.opts) for name, param in every_path() if isinstance(param.type, Output)]


READS = [
    (name, *param.opts)
    for name, param in every_path()
    if isinstance(param.type, Input) and any(write[0] == name for write in WRITES)
]
PAIRS = [(one, other) for one, other in combinations(WRITES, 2) if one[0] == other[0]]
TWICE = "is named twice in this command"


def with_every_own_file(terminal: Terminal, prepared: Path) -> Terminal:
    """A station with every file of its own there; those that no command has made yet hold a line of text."""
    shutil.copytree(prepared / "home", terminal.home)
    for name in OWN:
        path = terminal.home / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() and not name.startswith("ledger.db"):
            path.write_text(f"what is in {name}\n")
    return terminal


def state(folder: Path) -> dict[str, tuple[int, str]]:
    """Each file below a folder, with its inode and the digest of what is in it."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {str(path): (path.lstat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}


def command_line(write: tuple[str, ...], out: Path) -> list[str]:
    name, word = write[0], write[1]
    return [name, word, str(out)] if word.startswith("-") else [name, str(out)]
