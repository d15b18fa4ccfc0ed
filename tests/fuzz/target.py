"""What a target of the fuzzing is: a reader, what to begin with, and the time and memory that it may take."""

import atexit
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.portable import peak_bytes

HERE, DATA = Path(__file__).parent, Path(__file__).parents[1] / "data"


class FuzzError(AssertionError):
    """Two verifiers that disagree, something that does not come back as it was, or a bound that does not hold."""


@dataclass(frozen=True)
class Target:
    """A reader that is fuzzed.

    `cpu_s` and `memory_bytes` are what any input may take, child processes' time included; the others are added for
    each of its bytes. `is_guided`: coverage of Python code says anything of it. `seeds` gives what other tests keep, to
    begin with beside its corpus.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]] = list
    cpu_s: float = 1.0
    cpu_s_per_byte: float = 20e-6
    memory_bytes: int = 60_000_000
    memory_per_byte: int = 500
    is_guided: bool = True

    def run(self, data: bytes, slack: float = 1.0) -> None:
        """Let it read, and hold it to its bounds; `slack` is how many times slower it runs than the product does.

        Raises:
            FuzzError: it takes too much, or verifiers disagree.
            Exception: whatever else a reader lets through.
        """
        self._load(data)
        before, began_s = _memory(reset=True), _cpu_s()
        self.check(data)
        took_s, grown = _cpu_s() - began_s, _memory() - before
        if took_s > slack * (self.cpu_s + self.cpu_s_per_byte * len(data)):
            raise FuzzError(f"{took_s:.1f} s of the processor for {len(data)} bytes")
        if grown > self.memory_bytes + self.memory_per_byte * len(data):
            raise FuzzError(f"{grown:,} bytes of memory for {len(data)} bytes")

    def _load(self, data: bytes) -> None:
        """Let it load its libraries, which are no part of what an input takes: only Linux forgets what they took."""
        if sys.platform != "linux" and self.check not in _LOADED:
            _LOADED.add(self.check)
            with suppress(Exception):
                self.check(data)


_LOADED: set[Callable[[bytes], None]] = set()


def corpus(name: str) -> dict[str, bytes]:
    """What is kept of a target, by the names of the files."""
    return {file.name: file.read_bytes() for file in sorted((HERE / "corpus" / name).glob("*"))}


def _cpu_s() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _memory(*, reset: bool = False) -> int:
    """The bytes that this process holds, or the most that it held since the last reset; ever, outside of Linux."""
    if sys.platform != "linux":  # wine shows a /proc, whose "self" is another program
        return peak_bytes()
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5", "ascii")
        [row] = re.findall(r"(?m)^VmHWM:\s+([0-9]+) kB$", Path("/proc/self/status").read_text("ascii"))
    except (OSError, ValueError):
        return 0
    return int(row) * 1024


@cache
def folder() -> Path:
    made = tempfile.mkdtemp(prefix="serah-fuzz-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)  # a ledger in it is open, which Windows keeps
    return Path(made)


def written_file(name: str, data: bytes) -> Path:
    path = folder() / name
    path.write_bytes(data)
    return path


def same(ours: object, theirs: object, *told: object) -> None:
    if ours != theirs:
        raise FuzzError(f"the program says {ours!r}, the other verifier {theirs!r}", *told)


def kept_files(*globs: str) -> Callable[[], list[bytes]]:
    return lambda: [file.read_bytes() for glob in globs for file in sorted(DATA.glob(glob))]
