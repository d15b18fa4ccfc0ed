"""One QR code as a picture shows it. By itself, so that the session needs no picture library to speak of it."""

from dataclasses import dataclass

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
