"""What to do so that a label is read, decided here alone; terminal, window and page show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from language import _
from scanner.decoding import light
from scanner.decoding.light import Trouble
from scanner.reads import Hint, Read, Seen, hint_words
from scanner.sources.frames import Frame

Aim = Hint | Trouble
"""What is wrong, in a word."""
_SIGNS: dict[Aim, str] = {
    "closer": ">o<",
    "farther": "<o>",
    "still": "|o|",
    "glare": "/o",
    "dark": "(-)",
    "bright": "(*)",
    "blurred": "~o~",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and in words what to do; None and empty while all goes well or nobody knows."""

    aim: Aim | None = None
    words: str = ""

    @property
    def sign(self) -> str:
        """The same as a picture of letters, where nothing can be drawn."""
        return _SIGNS[self.aim] if self.aim else ""


NO_ADVICE = Advice()


class Adviser:
    """Says what would help the camera: more light, hold still, come closer. Nothing while all goes well."""

    def __init__(self) -> None:
        from scanner.aim.dim_codes import Unread

        self._light, self._unread = light.LightWatch(), Unread()
        self._hints: light.Lasting[Hint] = light.Lasting()
        self.now = NO_ADVICE
        self.unread: Sequence[Seen] = ()
        """What is seen and not read for long enough to be told."""

    def see(self, frame: Frame, reads: Sequence[Read], unread: Sequence[Seen]) -> Advice:
        """What to do now; where no picture came, what was to do before.

        Args:
            unread: what the reader has seen and could not read.
        """
        if not frame.is_blank:
            trouble = self._light.see(frame.image, frame.at_ms, is_read=bool(reads))
            self.unread = self._unread.see(frame.image, frame.at_ms, reads, unread)
            hint = self._hints.see(next((seen.hint for seen in self.unread if seen.hint), None), frame.at_ms)
            self.now = Advice(trouble, _words(trouble))
            if hint and trouble != "dark":
                self.now = Advice(hint, _("Seen, not read: {hint}").format(hint=hint_words(hint)))
        return self.now


def _words(trouble: Trouble | None) -> str:
    match trouble:
        case "dark":
            return _("Too dark: bring more light")
        case "bright":
            return _("Too bright: turn away from the lamp")
        case "blurred":
            return _("Blurred: hold still, or a little farther away")
    return ""
