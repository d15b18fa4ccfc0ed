"""Files that a page holds for a while: what was uploaded, and what was made to be saved. Gone when the server ends."""

import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from custody.errors import N_, InputError, StoreError, unwritable

Key = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
"""The form of a file's id."""
_PREFIX = ".page-"
_MOST_FILES = 60
_OLD_S = 24 * 3600
_SPARE_BYTES = 200_000_000
"""What is left free on the disk: a full disk stops recording."""
_PIECE = 1 << 20
_LONGEST_NAME = 100


class FileStore:
    """A folder in the station's, and the files in it, each by an id that cannot be guessed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._files: dict[str, Path] = {}

    def place(self, name: str) -> tuple[str, Path]:
        """Return an id, and the path where a file of this name may be written; the oldest files are deleted.

        Raises:
            StoreError: the station's folder cannot be written.
        """
        with self._lock:
            key = secrets.token_hex(16)
            path = self._opened() / key / safe_name(name)
            try:
                path.parent.mkdir()
            except OSError as error:
                raise _unwritable(path, error) from error
            self._files[key] = path
            while len(self._files) > _MOST_FILES:
                oldest = next(iter(self._files))
                shutil.rmtree(self._files.pop(oldest).parent, ignore_errors=True)
        return key, path

    def path(self, key: str) -> Path:
        """Return the path of a file.

        Raises:
            InputError: there is no file of this id, or not any more.
        """
        path = self._files.get(key)
        if path is None or not path.is_file():
            raise InputError(
                N_("that file is not here any more"), hint=N_("Choose it again, or begin again what made it.")
            )
        return path

    async def take(self, name: str, body: AsyncIterator[bytes], length: int) -> str:
        """Keep a file that is being sent; returns its id. Half of one is not kept.

        Args:
            length: how many bytes are announced, 0 where none are.

        Raises:
            StoreError: the disk is full or cannot be written.
        """
        key, path = await run_in_threadpool(self.place, name)
        try:
            await run_in_threadpool(self._make_room, path, length)
            with await run_in_threadpool(path.open, "xb") as file:
                piece = bytearray()
                async for some in body:
                    piece += some
                    if len(piece) >= _PIECE:
                        await run_in_threadpool(self._make_room, path, len(piece))
                        await run_in_threadpool(file.write, bytes(piece))
                        piece.clear()
                await run_in_threadpool(file.write, bytes(piece))
        except BaseException as error:
            self.drop(key)
            if isinstance(error, OSError):
                raise _unwritable(path, error) from error
            raise
        return key

    def drop(self, key: str) -> None:
        """Delete a file."""
        with self._lock:
            path = self._files.pop(key, None)
        if path is not None:
            shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """Throw all of them away."""
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            self._files.clear()

    def _opened(self) -> Path:
        if self._folder is None:
            self._sweep()
            try:
                self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._home))
            except OSError as error:
                raise _unwritable(self._home, error) from error
        return self._folder

    def _sweep(self) -> None:
        """Throw away what a server left that was killed; another one may be at work on the same station."""
        with suppress(OSError):
            for left in self._home.glob(f"{_PREFIX}*"):
                if left.is_dir() and time.time() - left.stat().st_mtime > _OLD_S:
                    shutil.rmtree(left, ignore_errors=True)

    def _make_room(self, path: Path, length: int) -> None:
        if shutil.disk_usage(path.parent).free < length + _SPARE_BYTES:
            raise StoreError(
                N_("there is no room on the disk for {file}"),
                hint=N_("Free some space: a full disk stops recording."),
                file=path.name,
            )


def safe_name(name: str) -> str:
    """A file's name without anything that leads elsewhere or that some system takes for something else."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(char if char.isprintable() and char not in '<>:"|?*' else "-" for char in last).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    short = f"{stem[: _LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}" if len(suffix) < 10 else plain[:_LONGEST_NAME]
    return short or "file"


def _unwritable(path: Path, error: OSError) -> StoreError:
    return unwritable(path, error)
