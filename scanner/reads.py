"""One QR code as a picture shows it. By itself, so that the session needs no picture library to speak of it."""

from dataclasses import dataclass, field
from typing import Literal

from language import _

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
