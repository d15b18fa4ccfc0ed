"""What people type into a session, and how a session ends."""

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Literal, TextIO

from scanner.outcomes import Outcome
from scanner.session import ScanSession

Ending = Literal["end", "finish", "abort", "interrupt"]
Command = Literal["finish", "undo", "abort"]


def type_lines(lines: Iterable[str], session: ScanSession, on_outcome: Callable[[Outcome], None]) -> Ending:
    """Scan without a camera: each line as it comes from the keyboard or a USB scanner; empty lines are passed over."""
    with suppress(KeyboardInterrupt):
        for line in lines:
            if not line.strip():
                continue
            if take_line(session, line, on_outcome).kind == "finish":
                return "finish"
        return "end"
    return "interrupt"


def take_line(session: ScanSession, line: str, on_outcome: Callable[[Outcome], None]) -> Outcome:
    """Show what new data has changed, then take a line and show its outcome."""
    for told in session.catch_up():
        on_outcome(told)
    outcome = session.type_in(line)
    on_outcome(outcome)
    return outcome


class KeyboardLines:
    """The lines typed since it was last asked, read by a thread so that waiting for them never holds up the camera."""

    def __init__(self, stream: TextIO) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(stream,), daemon=True, name="keyboard").start()

    def __call__(self) -> list[str]:
        return [self._lines.get() for _count in range(self._lines.qsize())]

    def _read(self, stream: TextIO) -> None:
        with suppress(ValueError):  # the stream was closed meanwhile
            for line in stream:
                if line.strip():
                    self._lines.put(line)
