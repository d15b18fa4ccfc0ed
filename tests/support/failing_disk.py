"""A disk that fails: at one chosen operation, or from it on, SQLite's reads, writes or syncs end in an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import apsw

OPERATIONS = ("read", "write", "sync", "full")
"""`full` is a write that finds no space."""


@dataclass
class Fault:
    """Fails the `at`-th operation of a kind from now on, once or for good; `count` is how many there were."""

    kind: str = ""
    at: int = 0
    for_good: bool = False
    count: int = 0
    has_struck: bool = False

    def arm(self, kind: str, at: int, *, for_good: bool = False) -> None:
        self.kind, self.at, self.for_good, self.count, self.has_struck = kind, at, for_good, 0, False

    def disarm(self) -> None:
        self.kind = ""

    def step(self, operation: str) -> None:
        if operation != ("write" if self.kind == "full" else self.kind):
            return
        self.count += 1
        if self.count == self.at or (self.for_good and self.count > self.at):
            self.has_struck = True
            raise apsw.FullError("no space") if self.kind == "full" else apsw.IOError("the disk failed")


class _File(apsw.VFSFile):
    def __init__(self, fault: Fault, base: str, name: Any, flags: list[int]) -> None:
        self.fault = fault
        super().__init__(base, name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self.fault.step("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.fault.step("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.fault.step("sync")
        super().xSync(flags)


class _Vfs(apsw.VFS):
    def __init__(self, fault: Fault) -> None:
        self.fault, self.base_name = fault, apsw.vfs_names()[0]
        super().__init__("failing-disk", self.base_name, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        return _File(self.fault, self.base_name, name, flags)


@contextmanager
def failing_disk() -> Iterator[Fault]:
    """While the block lasts, every SQLite database is on such a disk; it works until it is armed."""
    fault = Fault()
    vfs = _Vfs(fault)

    def alone(connection: apsw.Connection) -> None:  # WAL without shared memory, which a VFS of Python has not
        connection.execute("PRAGMA locking_mode = exclusive")

    apsw.connection_hooks.append(alone)
    try:
        yield fault
    finally:
        fault.disarm()
        apsw.connection_hooks.remove(alone)
        vfs.unregister()
