"""The demo's folder: made aside and put in place when it is whole; only a former demo ever makes way for it."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custody.errors import N_, InputError
from tables.output.own_files import output_path
from tables.output.safe_file import put_in_place

MARK = ".serah-demo.json"
"""Names the files that the demo made, so that no file of the user's goes when the folder is replaced."""
LEDGER = "ledger"
"""The station's home within the folder; the database keeps files of its own there."""


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on leaving it takes the place of `out`, after an error nothing has changed.

    Raises:
        InputError: `out` is a file, holds anything that is no former demo's, or the station of this command.
    """
    target = output_path(out, replaces_all=True)
    _refuse_others(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.tmp")
    folder.mkdir()
    try:
        yield folder
        (folder / MARK).write_text(json.dumps(_files(folder)), encoding="utf-8")
        _refuse_others(target)
        if target.exists():
            former = folder.with_suffix(".old")
            put_in_place(target, former)
            put_in_place(folder, target)
            shutil.rmtree(former)
        else:
            put_in_place(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_others(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(
            N_("{path} is a file, and the demo needs a folder"),
            hint=N_("Choose another one with --out."),
            path=str(target),
        )
    others = sorted(set(_files(target)) - _made_by_demo(target))
    if others:
        raise InputError(
            N_("{path} holds files that are not the demo's, like {file}"),
            hint=N_("Choose another folder with --out, or take them out of it."),
            path=str(target),
            file=others[0],
        )


def _made_by_demo(folder: Path) -> set[str]:
    try:
        made = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(made, list):
        return set()
    database = {f"{LEDGER}/{path.name}" for path in (folder / LEDGER).glob("ledger.db*")}
    return {MARK, *filter(lambda name: isinstance(name, str), made), *database}


def _files(folder: Path) -> list[str]:
    """Every file in the folder and below it, by its path from there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
