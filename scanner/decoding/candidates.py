"""Places where a code is seen in a moving picture and not read: what was tried at each, and what comes next.

Each place has its own turn through the ways to read it. A way that read stays, so that the second reading comes with
the next look; one that did not makes room for the next. The dear way takes several frames' time, so it has a turn of
its own: one place after the other, where the cheap ways came first. A place where all of them failed several times is
looked at no more than an empty desk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scanner.decoding.engines import is_same_place, longest_px, moved
from scanner.decoding.hints import guess_module_px
from scanner.decoding.picture_reader import Way
from scanner.reads import Corners

_DEAR: tuple[Way, Way] = ("bent", "bent anywhere")
"""At a place, against blur every other time; and where no place was seen."""
_ANYWHERE_EVERY, _ANYWHERE_BESIDE = 3, 12
"""Looks from one that was in vain to the next: where nothing is read in view, and beside what is."""
_DEAR_AFTER = 2
"""So many cheap ways are tried at a place first."""
_COST_MS: dict[Way, float] = {"others": 4, "rescue": 16, "others again": 8, "closely": 20}
_COST_AT_PX = 120
"""About, of a place as large as a label at 3.5 pixels a module, and slantwise."""
_BUDGET_MS = 300.0
"""For all places of one look together, so that what was read comes soon."""
_PATIENCE = 24
"""A place where so many looks in a row failed, every way several times, cannot be read as it lies."""
_SMALL_MODULE_PX = 2.3
"""Smaller modules are enlarged at once: the other ways are for larger ones."""
_REMEMBERED_MS = 1000.0
_LEAST_PX = 20
"""What is smaller is no code, or one that nothing can read."""


class Task(NamedTuple):
    """A place to look at in one way: how often every way was tried there before is its `round_number`."""

    corners: Corners
    way: Way
    round_number: int

    @property
    def is_dear(self) -> bool:
        return self.way in _DEAR


@dataclass(slots=True)
class Place:
    """A place in the picture: when it was last seen, how many looks in a row failed there, and the next way."""

    corners: Corners
    last_ms: float
    step: int = 0
    in_vain: int = 0
    dear: int = 0
    """How often the dear way has read nothing here."""
    need: int = 1
    """0: something was read here, too seldom to be believed. 1: nothing was. 2: something was, often enough."""


class Places:
    """The places of one moving picture."""

    def __init__(self, ways: Sequence[Way]) -> None:
        """None yet; `ways` to look at one, in their order."""
        self._ways = [way for way in ways if way not in _DEAR]
        self._has_dear = _DEAR[0] in ways
        self._was_anywhere = False
        self._rests = self._looks_anywhere = 0
        self._is_read = False
        self._places: list[Place] = []
        self._now: list[Place] = []

    def see(
        self, unread: Sequence[Corners], half_read: Sequence[Corners], read: Sequence[Corners], at_ms: float
    ) -> None:
        """Return where codes are in this frame: unread ones, those that must be read once more to be sure, and those
        that were read often enough and are checked from time to time.
        """
        self._places = [place for place in self._places if at_ms - place.last_ms < _REMEMBERED_MS]
        self._now = []
        for need, corners in ((need, each) for need, places in enumerate((half_read, unread, read)) for each in places):
            if longest_px(corners) < _LEAST_PX:
                continue
            place = next((each for each in self._places if is_same_place(corners, each.corners)), None)
            if place is None:
                is_small = guess_module_px(corners) < _SMALL_MODULE_PX
                place = Place(corners, at_ms, self._ways.index("closely") if is_small else 0)
                self._places.append(place)
            if place not in self._now:
                place.corners, place.last_ms, place.need = corners, at_ms, need
                self._now.append(place)

    def move(self, across: int, down: int) -> None:
        """Follow the picture, which has moved so far."""
        for place in self._places:
            place.corners = moved(place.corners, across, down)

    @property
    def is_hopeful(self) -> bool:
        """Whether there is a place that must be read and still may be."""
        return any(place.need < 2 and place.in_vain < _PATIENCE for place in self._now)

    def due(self) -> list[Task]:
        """What the next look does: where something was read first, then where least was tried."""
        tasks: list[Task] = []
        left_ms = _BUDGET_MS
        for place in sorted(self._now, key=lambda place: (place.need, place.in_vain)):
            round_number, step = divmod(place.step, len(self._ways))
            way = self._ways[step]
            cost_ms = _COST_MS[way] * max(longest_px(place.corners) / _COST_AT_PX, 1.0) ** 2
            if tasks and left_ms < cost_ms:
                continue
            left_ms -= cost_ms
            tasks.append(Task(place.corners, way, round_number))
        return tasks

    def due_dear(self, picture: Corners, *, is_read: bool) -> Task | None:
        """Where the dear way comes next: where something was read, then where it was tried least, in turn with anywhere
        in the picture once it was tried twice at every place.
        """
        open_to_it = [place for place in self._now if place.need < 2 and (place.step >= _DEAR_AFTER or not place.need)]
        if not self._has_dear:
            return None
        place = min(open_to_it, key=lambda place: (place.need, place.dear, place.in_vain), default=None)
        self._is_read, self._rests = is_read, max(self._rests - 1, 0)
        if place is None and self._rests:
            return None
        self._was_anywhere = place is None or (place.dear >= 2 and not self._was_anywhere)
        return (
            Task(place.corners, _DEAR[0], place.dear)
            if place and not self._was_anywhere
            else Task(picture, _DEAR[1], 1 + self._looks_anywhere if is_read else 0)
        )

    def note(self, tasks: Sequence[Task], is_read: Sequence[bool]) -> None:
        """What came of them; `is_read` is empty where the whole look failed."""
        for number, task in enumerate(tasks):
            self._looks_anywhere += task.way == _DEAR[1]
            if task.way == _DEAR[1] and not any(is_read[number : number + 1]):
                self._rests = _ANYWHERE_BESIDE if self._is_read else _ANYWHERE_EVERY
            for place in self._places:
                if is_same_place(task.corners, place.corners):
                    if number < len(is_read) and is_read[number]:
                        place.in_vain = 0
                    elif task.is_dear:
                        place.dear += 1
                    else:
                        place.in_vain += 1
                        place.step += 1
                    break
