"""A fault that is planted in a regency: the finding, how it comes about, and what does it, at which place and thing.

Each is planted with one thing, or with all things of one polling station, by what people at a station would really do.
What follows besides is told too: a box that stays behind is also late.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Literal

from bench.scenario.field import Field, Leg, Load
from custody.compose.compose import Touch

Scope = Literal["item", "station"]
Village = Literal["any", "without", "bundle", "paper"]
"""Whose village it is: any, one without a laptop, or one whose laptop meets the others by bundle or by paper."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault: the finding that it is planted for, how it comes about, what it takes, and what does it."""

    code: str
    how: str
    plant: Callable[["Scene"], None]
    scope: Scope = "item"
    village: Village = "any"
    is_of_laptop: bool = False
    """It befalls a laptop, so no laptop suffers it twice."""


@dataclass
class Scene:
    """Where one fault is planted: its thing (`item`) and all things of the polling station (`items`)."""

    field: Field
    station: str
    item: str
    items: list[str]
    spare: str
    other: str
    """A polling station of another sub-district, and `spare` another box for this one's village."""
    whole: Set[str]
    """The polling stations all of whose things have a fault: whatever else came along would have it, too."""
    number: int = 0

    @property
    def village(self) -> str:
        return self.field.parent(self.station)

    @property
    def district(self) -> str:
        return self.field.parent(self.village)

    def on(self, leg: Leg, edit: Callable[[Load], None]) -> None:
        """Change the load that has the item."""
        self.field.on(leg, self.item, edit)

    def ledger(self, code: str, item: str = "", *, is_open: bool = True, is_provisional: bool = False) -> None:
        """A finding of this item, or of another, that the ledger tells when all have met."""
        self.field.expect(code, item or self.item, is_open=is_open, is_provisional=is_provisional)

    def everywhere(self, code: str, *, is_open: bool = True, is_provisional: bool = False) -> None:
        """A finding of all things of this polling station."""
        for item in self.items:
            self.ledger(code, item, is_open=is_open, is_provisional=is_provisional)

    def touch(self, item: str = "") -> Touch:
        return Touch(item or self.item, None, "typed")


FAULTS: list[Fault] = []


def fault(
    code: str, how: str, scope: Scope = "item", village: Village = "any", *, is_of_laptop: bool = False
) -> Callable[..., Callable[..., None]]:
    """Put a fault on the list."""

    def listed(plant: Callable[[Scene], None]) -> Callable[[Scene], None]:
        FAULTS.append(Fault(code, how, plant, scope, village, is_of_laptop))
        return plant

    return listed


def leave_out(load: Load, item: str) -> None:
    """It is not scanned; whether it goes along is for `Field.where` to say."""
    load.codes.remove(item)
