"""Writing a folder of files so that it is there whole or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custody.errors import N_, InputError
from tables.output.own_files import output_path
from tables.output.safe_file import folder_for, put_in_place


def check_new_folder(path: Path) -> Path:
    """Refuse a name that a new folder cannot have, before work is done for it; returns where it will be.

    Raises:
        InputError: something is there already under that name, it is the station's own, or the folder above is missing.
    """
    target = output_path(path)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise InputError(
            N_("{path} is there already: a new folder is written, and nothing in an old one is changed"),
            hint=N_("Give another name, or move the old folder away."),
            path=str(path),
        )
    if not target.parent.is_dir():
        raise InputError(
            N_("The folder {folder} does not exist"),
            hint=N_("Make the folder first, or choose another one."),
            folder=str(target.parent),
        )
    return target


@contextmanager
def safe_folder(path: Path) -> Iterator[Path]:
    """Give a new folder to fill; on leaving it gets its name, after an error nothing is left of it.

    Raises:
        InputError: something is there already under that name, or the folder above is missing or may not be written.
        StoreError: the disk is full or broken.
    """
    target = check_new_folder(path)
    draft = folder_for(target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp"))
    try:
        yield draft
        if target.is_dir():
            target.rmdir()  # empty, as was seen above; Windows renames onto no folder
        put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
