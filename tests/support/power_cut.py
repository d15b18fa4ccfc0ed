"""A disk whose power can fail: what was written and not synced since is kept, lost or torn, sector by sector.

SQLite writes through a VFS of ours, which notes every write and sync. At moments that dice choose, in the middle of a
commit too, it keeps a picture of what a disk might hold if the power failed just then.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


@dataclass
class Disk:
    """What is surely on the disk, what was written since, and the pictures taken."""

    dice: random.Random
    share_of_moments: float
    synced: dict[str, bytes] = field(default_factory=dict)
    pending: dict[str, list[tuple[int, bytes | None]]] = field(default_factory=dict)
    acknowledged: Callable[[], int] = lambda: 0
    pictures: list[tuple[int, dict[str, bytes]]] = field(default_factory=list)

    def write(self, name: str, offset: int, data: bytes | None) -> None:
        """Data at an offset; None cuts the file there."""
        self.pending.setdefault(name, []).append((offset, data))
        self._perhaps()

    def sync(self, name: str) -> None:
        self._perhaps()
        self.synced[name] = _applied(self.synced.get(name, b""), self.pending.pop(name, []))
        self._perhaps()

    def delete(self, name: str) -> None:
        self.synced.pop(name, None)
        self.pending.pop(name, None)

    def _perhaps(self) -> None:
        if self.dice.random() < self.share_of_moments:
            self.pictures.append((self.acknowledged(), self._after_a_cut()))

    def _after_a_cut(self) -> dict[str, bytes]:
        """Each write since the last sync is kept, lost, or kept in some of its sectors."""
        files = {}
        for name in self.synced.keys() | self.pending.keys():
            kept: list[tuple[int, bytes | None]] = []
            for offset, data in self.pending.get(name, []):
                fate = self.dice.random()
                if fate < 0.25 and data is not None:
                    sectors = range(0, len(data), SECTOR)
                    kept += [(offset + at, data[at : at + SECTOR]) for at in sectors if self.dice.random() < 0.5]
                elif fate < 0.6:
                    kept.append((offset, data))
            files[name] = _applied(self.synced.get(name, b""), kept)
        return files


def _applied(content: bytes, writes: list[tuple[int, bytes | None]]) -> bytes:
    result = bytearray(content)
    for offset, data in writes:
        if data is None:
            del result[offset:]
        else:
            result.extend(bytes(max(0, offset - len(result))))
            result[offset : offset + len(data)] = data
    return bytes(result)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, base: str, name: Any, flags: list[int]) -> None:
        self.disk, self.name = disk, Path(str(name.filename() if hasattr(name, "filename") else name)).name
        super().__init__(base, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self.disk.write(self.name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self.disk.write(self.name, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.disk.sync(self.name)


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.disk, self.base_name = disk, apsw.vfs_names()[0]
        super().__init__("power-cut", self.base_name, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        return _File(self.disk, self.base_name, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.disk.delete(Path(filename).name)


@contextmanager
def failing_power(dice: random.Random, share_of_moments: float) -> Iterator[Disk]:
    """While the block lasts, every SQLite database is on such a disk."""
    disk = Disk(dice, share_of_moments)
    vfs = _Vfs(disk)

    def alone(connection: apsw.Connection) -> None:  # WAL without shared memory, which a VFS of Python has not
        connection.execute("PRAGMA locking_mode = exclusive")

    apsw.connection_hooks.append(alone)
    try:
        yield disk
    finally:
        apsw.connection_hooks.remove(alone)
        vfs.unregister()
