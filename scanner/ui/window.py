"""The window of one session: the picture, the count, the last items, and what to do."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence

import cv2

from custody.errors import N_, CameraError
from language import _
from scanner.aim.adviser import NO_ADVICE, Advice
from scanner.decoding.engines import is_same_place
from scanner.outcomes import Outcome, Tally
from scanner.reads import Corners, Read, Seen, hint_words
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from scanner.typed_lines import Command
from scanner.ui.overlay import SIZE_PX, Line, Panel, compose, outline

_KEYS: dict[int, Command] = {ord("q"): "finish", ord("u"): "undo", 27: "abort"}
_TITLE = "Serah"
_LAST = 6
_HELD_MS = 300.0
_FRESH_FRAMES = 10
"""So many frames the newest outcome lights up; half a second or so."""


Held = tuple[Read, float]
"""Something read, and when it was last."""


class Recent:
    """The last few outcomes, as they stand beside the picture."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=_LAST)
        self._remark = ""

    def add(self, outcome: Outcome) -> None:
        """Put one before the others; one that stood among them is moved there."""
        line = Line(outcome.text, outcome.mark)
        if line in self._lines:
            self._lines.remove(line)
        self._lines.appendleft(line)
        self._remark = outcome.remark

    def panel(self, tally: Tally, *, advice: Advice = NO_ADVICE, keys: str = "", is_fresh: bool = False) -> Panel:
        """What stands beside the picture now."""
        return Panel(tally, tuple(self._lines), self._remark, advice, keys, is_fresh)


class Window:
    """A window for one session; hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, session: ScanSession) -> None:
        """Open the window.

        Raises:
            CameraError: there is no display.
        """
        if not _has_display():
            raise CameraError(
                N_("There is no display to show a window on"),
                hint=N_("Leave --window away; the terminal shows the same."),
            )
        self._session = session
        self._recent = Recent()
        self._fresh = 0
        self._picture: Image | None = None
        self._held: Sequence[Held] = ()
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(_TITLE, *SIZE_PX)

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, *_error: object) -> None:
        cv2.destroyAllWindows()

    def on_outcome(self, outcome: Outcome) -> None:
        """Remember what came, and light up in its colour."""
        self._recent.add(outcome)
        self._fresh = _FRESH_FRAMES

    def on_frame(
        self, frame: Frame, reads: Sequence[Read], unread: Sequence[Seen] = (), advice: Advice = NO_ADVICE
    ) -> Command | None:
        """Show a frame; returns what the user's key asks for. A window that is closed means finish.

        While no picture comes, the last one stays, and the keys are heard.

        Args:
            unread: labels that are seen and not read, each shown with what would help.
            advice: what to do now.
        """
        if not frame.is_blank:
            self._held = hold(self._held, reads, frame.at_ms)
            shown = [read for read, _at_ms in self._held]
            self._picture = outline(frame.colour, shown, self._session.mark, _hinted(unread))
        self._fresh = max(self._fresh - 1, 0)
        keys = _("q finish   u undo   Esc abort")
        is_fresh = self._fresh > 0
        panel = self._recent.panel(self._session.tally, advice=advice, keys=keys, is_fresh=is_fresh)
        try:
            cv2.imshow(_TITLE, compose(self._picture, panel))
            command = _KEYS.get(cv2.waitKey(1) & 0xFF)
            is_closed = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:  # the display went away; the terminal shows the same
            return None
        return command or ("finish" if is_closed else None)


def hold(held: Sequence[Held], reads: Sequence[Read], at_ms: float) -> list[Held]:
    """Return what to outline now: what is read in this frame, or was a moment ago, so that outlines do not flicker."""
    still = [
        (old, seen_ms)
        for old, seen_ms in held
        if at_ms - seen_ms < _HELD_MS and not any(is_same_place(read.corners, old.corners) for read in reads)
    ]
    return [*((read, at_ms) for read in reads), *still]


def _hinted(unread: Sequence[Seen]) -> list[tuple[Corners, str]]:
    return [(seen.corners, hint_words(seen.hint)) for seen in unread]


def _has_display() -> bool:
    """Whether a window can be opened. Where X may be missing, another process tries: Qt ends the one that fails."""
    if not sys.platform.startswith("linux"):
        return True
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    trial = [sys.executable, "-c", "import cv2; cv2.namedWindow('x'); cv2.destroyAllWindows()"]
    try:
        return subprocess.run(trial, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
