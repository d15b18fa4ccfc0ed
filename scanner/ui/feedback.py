"""What a session answers: lines, sounds, the window, and advice on light and focus. All of it may be missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.aim.adviser import Adviser, Aim
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import Frame
from scanner.typed_lines import Command
from scanner.ui.sound import Speaker
from scanner.ui.terminal import TerminalView

if TYPE_CHECKING:
    from scanner.ui.window import Window

_RING_MS = 3000.0
"""What helps is not sounded more often than this."""


class Feedback:
    """Hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, session: ScanSession, view: TerminalView, speaker: Speaker | None = None) -> None:
        """Answer on this view and by this speaker; a window may be added when there is one."""
        self.view, self.speaker = view, speaker
        self.window: Window | None = None
        self._session = session
        self._adviser: Adviser | None = None
        self._rung: tuple[Aim | None, float] = (None, float("-inf"))

    def on_outcome(self, outcome: Outcome) -> None:
        """Show and sound one outcome."""
        if self.speaker:
            self.speaker.ring(outcome.beep)
        self.view.show(outcome)
        if self.window:
            self.window.on_outcome(outcome)

    def on_frame(self, frame: Frame, reads: Sequence[Read]) -> Command | None:
        """Say and sound what would help a moving picture to be read, and show the picture."""
        self._adviser = self._adviser or Adviser()
        advice = self._adviser.see(frame, reads, self._session.unread)
        self.view.show_advice(advice)
        is_new = advice.aim is not None and advice.aim != self._rung[0]
        if self.speaker and is_new and frame.at_ms - self._rung[1] >= _RING_MS:
            self.speaker.ring("aim")
            self._rung = (advice.aim, frame.at_ms)
        elif advice.aim is None:
            self._rung = (None, self._rung[1])
        return self.window.on_frame(frame, reads, self._adviser.unread, advice) if self.window else None
