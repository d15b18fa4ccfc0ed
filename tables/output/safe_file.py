"""Writing a file or a folder of files so that it is there whole or not at all."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from custody.errors import N_, CustodyError, InputError, StoreError, unwritable
from tables.output.own_files import output_path
from tables.output.private_files import private_file

if TYPE_CHECKING:
    import hashlib

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)})


_BLOCK = 1 << 20
_MOST_LETTERS = 259
"""The longest path that Windows takes, unless somebody has allowed longer ones; others, it says, are not there."""
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class _Digesting:
    """A file that is written from its beginning to its end, and the digest of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, _new_sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def safe_file(
    path: Path, *, read_back: bool = False, is_own: bool = False, is_secret: bool = False
) -> Iterator[BinaryIO]:
    """Give a file to write; on leaving it takes the place of `path`, after an error nothing has changed.

    The bytes go to a temporary file in the same folder and reach the disk before they get their name, so a reader or
    a power cut never meets half a file.

    Args:
        read_back: read the file again before it gets its name, for a stick that takes everything and keeps less. It
            must be written from its beginning to its end.
        is_own: it is one of the station's own files, which nothing else may replace.
        is_secret: only its user may read it.

    Raises:
        InputError: the folder is missing or may not be written, `path` is no ordinary file, or it is the station's own.
        StoreError: the disk is full or broken, or gives back something else; or a file of the station's own may not be
            written.
    """
    target = path.resolve() if is_own else output_path(path)
    if target.exists() and not target.is_file():
        raise InputError(N_("{path} is not a file that can be written"), hint=N_("Give a file name."), path=str(path))
    draft = target.with_name(f".{target.name[:100]}.{os.urandom(4).hex()}.tmp")
    try:
        file = private_file(draft) if is_secret else draft.open("xb")
    except OSError as error:
        raise not_written(path, error, is_own=is_own) from error
    try:
        with file:
            written = _Digesting(file)
            yield cast(BinaryIO, written) if read_back else file
            file.flush()
            os.fsync(file.fileno())
        if read_back and _digest(draft) != written.sha256.digest():
            raise StoreError(
                N_("{path} is not what was written: the disk gave something else back"),
                hint=N_("Take another stick or disk; the old file, if any, is unchanged."),
                path=str(path),
            )
        put_in_place(draft, target)
        _sync_folder(target.parent)
    except OSError as error:
        # The body may meet errors of other files; those pass unchanged.
        if error.errno in _FULL or error.filename in (str(draft), str(target)):
            raise not_written(path, error, is_own=is_own) from error
        raise
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def put_in_place(draft: Path, target: Path) -> None:
    """Give a file or folder its name, in place of the file that has it.

    Raises:
        OSError: it cannot have it; on Windows after some seconds, where another program holds one of them.
    """
    patiently(lambda: draft.replace(target))


def patiently(change: Callable[[], object]) -> None:
    """Change names, and on Windows try again for some seconds: virus scanners and viewers hold files for as long.

    Raises:
        OSError: it could not be done.
    """
    for pause_s in _PAUSES_S if os.name == "nt" else ():
        try:
            change()
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    change()


def folder_for(path: Path) -> Path:
    """A folder that is there to be written into, made if it is not.

    Raises:
        StoreError, InputError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from error
    return path


def refuse_too_long(path: Path) -> None:
    """Say of what is not there, on Windows, that its path is too long.

    Raises:
        OSError: it is.
    """
    if os.name == "nt" and len(name := str(path.resolve())) > _MOST_LETTERS:
        raise OSError(errno.ENAMETOOLONG, "File name too long", name)


def _new_sha256() -> "hashlib._Hash":
    import hashlib  # here: it takes some ms, and most commands write no file

    return hashlib.sha256()


def _digest(path: Path) -> bytes:
    """The digest of a file as the disk gives it, past the memory that it went through, where the system lets us."""
    digest = _new_sha256()
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too, where the system can (Windows cannot open a folder)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def not_written(path: Path, error: OSError, *, is_own: bool = False) -> CustodyError:
    """What is wrong with a file that could not be written, and what to do.

    Args:
        is_own: nobody chose this name.

    Raises:
        OSError: its path is too long.
    """
    refuse_too_long(path)
    folder = path.resolve().parent
    if error.errno in _FULL:
        return StoreError(
            N_("{path} could not be written: {reason}"),
            hint=N_("Free some space on this disk or choose another one; the old file, if any, is unchanged."),
            path=str(path),
            reason=error.strerror,
        )
    if not folder.is_dir():
        return InputError(
            N_("The folder {folder} does not exist"),
            hint=N_("Make the folder first, or choose another one."),
            folder=str(folder),
        )
    if is_own:
        return unwritable(path, error)
    return InputError(
        N_("{path} may not be written: {reason}"),
        hint=N_("Choose another folder, or close the file if another program has it open."),
        path=str(path),
        reason=error.strerror,
    )


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
    draft = folder_for(target.with_name(f".{target.name[:100]}.{os.urandom(4).hex()}.tmp"))
    try:
        yield draft
        if target.is_dir():
            target.rmdir()  # empty, as was seen above; Windows renames onto no folder
        put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
