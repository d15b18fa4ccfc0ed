"""One QR code as a picture shows it, and what a session has seen of a text while it is in view.

By itself, so that the session needs no picture library to speak of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from language import _
from language.text import printable
from scanner.outcomes import Outcome

Corner = tuple[int, int]
Corners = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Read:
    """One QR code in a picture: its text, its four corners in pixels, in order around it, and who read it.

    `engine` names every engine that read this text at this place, joined by `+`; `looks` counts the renderings in
    which they did. A picture that stands alone is `is_sure` of what two engines or two renderings of it agree on.
    `is_barcode`: it is no QR code, but a barcode as vendors print them. `is_completed`: it was not read surely, and one
    expected text fits (`scanner.rescue.expected_codes`).
    """

    text: str
    corners: Corners
    engine: str
    looks: int = field(default=1, compare=False)
    is_sure: bool = field(default=True, compare=False)
    is_barcode: bool = field(default=False, compare=False)
    is_completed: bool = field(default=False, compare=False)

    @property
    def engines(self) -> frozenset[str]:
        return frozenset(self.engine.split("+"))


Hint = Literal["closer", "farther", "still", "glare"]
"""What would help a code to be read: come closer; show it whole; hold it still; tilt it out of the light."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A QR code that is seen and not read: its four corners in pixels, in order around it, and what would help; None:
    nobody knows.
    """

    corners: Corners
    hint: Hint | None


def hint_words(hint: Hint | None) -> str:
    """The hint in the user's language; empty for none."""
    match hint:
        case "closer":
            return _("Come closer")
        case "farther":
            return _("Show the whole label: move it back")
        case "still":
            return _("Hold still")
        case "glare":
            return _("Tilt the label out of the light")
    return ""


_IN_PART_MS = 400.0
"""So far apart are two pictures that both complete a label: what shook or shone in one has changed in the other."""
_SHOWN_BARCODE = 60


@dataclass(slots=True)
class Sight:
    """A text in view: when it was last seen, in which frames and by whom, in which it was completed, and what came."""

    last_ms: float
    frames: set[float] = field(default_factory=set)
    engines: set[str] = field(default_factory=set)
    in_part: set[float] = field(default_factory=set)
    outcome: Outcome | None = None

    @property
    def is_twice_in_part(self) -> bool:
        """Whether it was seen twice, though only in part, in pictures far enough apart."""
        frames = self.in_part | self.frames
        return max(frames) - min(frames) >= _IN_PART_MS


def by_text(reads: Iterable[Read]) -> dict[str, set[str]]:
    """The texts of a frame, each once though a label may carry it twice, with the engines that read it."""
    texts: dict[str, set[str]] = {}
    for read in reads:
        texts.setdefault(read.text, set()).update(read.engines)
    return texts


def foreign_words(text: str, *, is_barcode: bool) -> str:
    """What to say of a text that is no label of ours and no barcode that anybody has mapped."""
    if not is_barcode:
        return _("Not one of our labels: {text}").format(text=printable(text))
    words = _(
        "No item has the vendor's code {text}. Load a table with the columns code and vendor_code, or scan its label"
    )
    return words.format(text=printable(text, _SHOWN_BARCODE))
