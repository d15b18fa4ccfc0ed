"""What a session answers: lines, sounds, the window, and advice on light and focus. All of it may be missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from language import _
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.run import Command
from scanner.view import TerminalView

if TYPE_CHECKING:
    from scanner.frames import Frame
    from scanner.light import LightWatch, Trouble
    from scanner.sound import Speaker
    from scanner.window import Window


class Feedback:
    """Hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, view: TerminalView, speaker: "Speaker | None" = None) -> None:
        """Answer on this view and by this speaker; a window may be added when there is one."""
        self.view, self.speaker = view, speaker
        self.window: Window | None = None
        self._watch: LightWatch | None = None

    def on_outcome(self, outcome: Outcome) -> None:
        """Show and sound one outcome."""
        if self.speaker:
            self.speaker.ring(outcome.beep)
        self.view.show(outcome)
        if self.window:
            self.window.on_outcome(outcome)

    def on_frame(self, frame: "Frame", reads: Sequence[Read]) -> Command | None:
        """Look at the light of a moving picture, show what to do, and show the picture."""
        from scanner.light import LightWatch

        self._watch = self._watch or LightWatch()
        if not frame.is_blank:
            self._watch.see(frame.image, frame.at_ms, is_read=bool(reads))
        advice = _words(self._watch.trouble)
        self.view.show_advice(advice)
        if self.window is None:
            return None
        self.window.advice = advice
        return self.window.on_frame(frame, reads)


def _words(trouble: "Trouble | None") -> str:
    match trouble:
        case "dark":
            return _("Too dark: bring more light")
        case "bright":
            return _("Too bright: turn away from the lamp")
        case "blurred":
            return _("Blurred: hold still, or a little farther away")
    return ""
