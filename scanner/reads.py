"""One QR code as a picture shows it. By itself, so that the session needs no picture library to speak of it."""

from dataclasses import dataclass
from typing import Literal

Corner = tuple[int, int]
Corners = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Read:
    """One QR code in a picture: its text, its four corners in pixels, in order around it, and who read it.

    `engine` names every engine that read this text at this place, joined by `+`.
    """

    text: str
    corners: Corners
    engine: str

    @property
    def engines(self) -> frozenset[str]:
        return frozenset(self.engine.split("+"))


Hint = Literal["closer", "still", "flat"]
"""What would help a code to be read: come closer; hold it still; flatten it, or tilt it out of the light."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A QR code that is seen and not read: its four corners in pixels, in order around it, and what would help."""

    corners: Corners
    hint: Hint
