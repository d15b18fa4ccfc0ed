"""A Windows program at a terminal, as a user has it: its lines are read as they come, and keys are pressed."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.windows.prepare import Windows
from tools.windows.trial import WINES_OWN, StepError

CTRL_C = "\x03"
_ROWS, _COLUMNS = 40, 120
_CALM_S = 2
_RIGHT = re.compile(r"\x1b\[(\d*)C")
"""So wine writes blanks."""
_CODES = re.compile(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>].?|\r")


class Console:
    """A program that runs, and what it has shown."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        self.process, self._terminal, self._shown = process, terminal, b""

    @property
    def text(self) -> str:
        """What it has shown, without colours and the like."""
        shown = _RIGHT.sub(lambda move: " " * int(move[1] or 1), self._shown.decode("utf-8", "replace"))
        return WINES_OWN.sub("", _CODES.sub("", shown))

    def wait_for(self, words: str, most_s: float = 600) -> None:
        """Read until it has shown these words. Raises StepError where it ends, or does not in that time."""
        end = time.monotonic() + most_s
        while words not in self.text:
            if not self._read() or time.monotonic() > end:
                raise StepError(f"never said {words!r}, but: {self.text[-2000:]}")

    def press(self, keys: str) -> None:
        """Type them, once nothing more is shown."""
        end = time.monotonic() + _CALM_S
        while time.monotonic() < end:
            before = len(self._shown)
            self._read()
            if len(self._shown) > before:
                end = time.monotonic() + _CALM_S
        os.write(self._terminal, keys.encode())

    def end(self, most_s: float = 60) -> int:
        """Its exit code, once it has ended. Raises StepError where it does not in that time."""
        end = time.monotonic() + most_s
        while self._read():
            if time.monotonic() > end:
                raise StepError(f"does not end; its last words: {self.text[-2000:]}")
        return self.process.wait(most_s)

    def _read(self) -> bool:
        """Whether there may be more."""
        if not select.select([self._terminal], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self._shown += data
        return bool(data)


@contextmanager
def console(windows: Windows, *command: str | Path, cwd: Path | None = None, **variables: str) -> Iterator[Console]:
    """Start a Windows program at a terminal of its own; it is ended with the block."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    around = windows.environment(TERM="xterm", **variables)
    process = subprocess.Popen(
        ["wine", *map(str, command)],
        **{"env": around, "cwd": cwd, "stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True},
    )
    os.close(theirs)
    try:
        yield Console(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
