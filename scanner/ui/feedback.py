"""What a session answers: lines, sounds, the window, and advice on light and focus. All of it may be missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from language import _
from scanner.decoding import light
from scanner.decoding.light import Trouble
from scanner.outcomes import Outcome
from scanner.reads import Hint, Read, Seen, hint_words
from scanner.session import ScanSession
from scanner.sources.frames import Frame
from scanner.typed_lines import Command
from scanner.ui.sound import Speaker
from scanner.ui.terminal import TerminalView

if TYPE_CHECKING:
    from scanner.ui.window import Window


class Feedback:
    """Hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, session: ScanSession, view: TerminalView, speaker: Speaker | None = None) -> None:
        """Answer on this view and by this speaker; a window may be added when there is one."""
        self.view, self.speaker = view, speaker
        self.window: Window | None = None
        self._session = session
        self._adviser: Adviser | None = None

    def on_outcome(self, outcome: Outcome) -> None:
        """Show and sound one outcome."""
        if self.speaker:
            self.speaker.ring(outcome.beep)
        self.view.show(outcome)
        if self.window:
            self.window.on_outcome(outcome)

    def on_frame(self, frame: Frame, reads: Sequence[Read]) -> Command | None:
        """Look at the light of a moving picture, show what to do, and show the picture."""
        self._adviser = self._adviser or Adviser()
        advice = self._adviser.see(frame, reads, self._session.unread)
        self.view.show_advice(advice)
        return self.window.on_frame(frame, reads, self._adviser.unread, advice) if self.window else None


class Adviser:
    """Says in words what would help the camera: more light, hold still, come closer. Nothing while all goes well."""

    def __init__(self) -> None:
        from scanner.decoding import steady

        self._light, self._steady = light.LightWatch(), steady.SteadyHints()
        self._hints: light.Lasting[Hint] = light.Lasting()
        self._advice = ""
        self.aim: Hint | Trouble | None = None
        """What is said now, in a word."""
        self.unread: Sequence[Seen] = ()
        """What is seen and not read for long enough to be told."""

    def see(self, frame: Frame, reads: Sequence[Read], unread: Sequence[Seen]) -> str:
        """What to do now; where no picture came, what was to do before."""

        if not frame.is_blank:
            trouble = self._light.see(frame.image, frame.at_ms, is_read=bool(reads))
            self.unread = self._steady.see(unread, reads, frame.at_ms)
            hint = self._hints.see(next((seen.hint for seen in self.unread if seen.hint), None), frame.at_ms)
            self.aim, self._advice = trouble, _words(trouble)
            if hint and trouble != "dark":
                self.aim, self._advice = hint, _("Seen, not read: {hint}").format(hint=hint_words(hint))
        return self._advice


def _words(trouble: Trouble | None) -> str:
    match trouble:
        case "dark":
            return _("Too dark: bring more light")
        case "bright":
            return _("Too bright: turn away from the lamp")
        case "blurred":
            return _("Blurred: hold still, or a little farther away")
    return ""
