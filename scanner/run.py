"""The loop that joins a source of frames, the reader and a session."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TextIO

from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.session import ScanSession

if TYPE_CHECKING:
    from scanner.decode import Reader
    from scanner.frames import Frame, FrameSource
    from scanner.looks import Look

Ending = Literal["end", "finish", "abort", "interrupt"]
Command = Literal["finish", "undo", "abort"]


def scan_frames(
    source: "FrameSource",
    reader: "Reader",
    session: ScanSession,
    on_outcome: Callable[[Outcome], None],
    *,
    typed_lines: Callable[[], Iterable[str]] | None = None,
    on_frame: "Callable[[Frame, Sequence[Read]], Command | None] | None" = None,
) -> Ending:
    """Scan until the source ends or the user does, and say how it ended.

    `end`: no more frames. `finish`: the user is done. `abort`: the user wants none of it. `interrupt`: Ctrl-C. What
    was taken is in the draft in any case, also when an error passes through.

    Args:
        typed_lines: gives the lines typed since it was last asked; see `KeyboardLines`.
        on_frame: is shown each frame with what was read in it, and may give a command; see `scanner.window`.

    Raises:
        CameraError, InputError: the source failed.
        StoreError, ConflictError: the draft could not be kept.
    """
    from scanner.live import open_looks
    from scanner.looks import in_view

    session.look_away()

    def see(looks: "Iterable[Look]") -> None:
        for look in looks:
            for outcome in session.see(look.reads, look.at_ms, is_still=source.kind == "still"):
                on_outcome(outcome)

    with suppress(KeyboardInterrupt), open_looks(reader, source.kind) as looker:
        for frame in source:
            looks = looker.look(frame.image, frame.at_ms, frame.effort)
            see(looks)
            session.unread = looker.unread
            for line in typed_lines() if typed_lines else ():
                outcome = _take_line(session, line, on_outcome)
                if outcome.kind == "finish":
                    return "finish"
            command = on_frame(frame, in_view(looks)) if on_frame else None
            if command == "undo":
                on_outcome(session.undo())
            elif command is not None:
                return command
        see(looker.finish())
        return "end"
    return "interrupt"


def type_lines(lines: Iterable[str], session: ScanSession, on_outcome: Callable[[Outcome], None]) -> Ending:
    """Scan without a camera: each line as it comes from the keyboard or a USB scanner; empty lines are passed over."""
    with suppress(KeyboardInterrupt):
        for line in lines:
            if not line.strip():
                continue
            if _take_line(session, line, on_outcome).kind == "finish":
                return "finish"
        return "end"
    return "interrupt"


def _take_line(session: ScanSession, line: str, on_outcome: Callable[[Outcome], None]) -> Outcome:
    """Tell what new data has changed, then take a line and tell what came of it."""
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
