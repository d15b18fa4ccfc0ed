"""A second look at a frame of a moving picture: at each place one thing, something at the whole; step by step.

It takes no more of the processor than a frame may. What is begun and not done goes on in the time of the next frames,
in the frame in which it began; what was not begun begins there in the newer frame, before what was, so that nothing is
left out for long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from scanner.decoding.candidates import Task
from scanner.decoding.engines import apart, moved, united
from scanner.decoding.hints import see
from scanner.decoding.picture_reader import Glance, Reader
from scanner.reads import Corners, Read, Seen
from scanner.sources.frames import Clock, Image

_PLACES_MS, _WHOLE_MS, _BESIDE_DEAR_MS, _DEAR_MS = 65.0, 15.0, 12.0, 74.0
"""Of the processor: what one frame's second look may have taken when it begins another step at its places; with the
whole picture; at its places where a dear look follows; of that one. A step takes up to 30 more, the whole up to 60."""
_CROWD = 8
"""Above so many codes a frame is cut into parts for pyzbar, which tries every three finder patterns together."""


@dataclass(frozen=True, slots=True)
class Search:
    """Unread codes found by their finder patterns: by three of them, or roughly by two."""

    outlines: list[Seen] = field(default_factory=list)
    pairs: list[Corners] = field(default_factory=list)

    def moved(self, across: int, down: int) -> "Search":
        """The same where the picture has moved so far."""
        return Search(
            [replace(each, corners=moved(each.corners, across, down)) for each in self.outlines],
            [moved(each, across, down) for each in self.pairs],
        )


@dataclass(slots=True, eq=False)
class AtPlace:
    """A look at a place in the frame of that time, as far as it has come, and what it has read."""

    at_ms: float
    task: Task
    steps: Iterator[Read | None]
    reads: list[Read] = field(default_factory=list)
    is_begun: bool = False

    def is_done(self, is_late: Callable[[], bool]) -> bool:
        """Take its next steps; return whether none is left."""
        while not is_late():
            self.is_begun = True
            try:
                read = next(self.steps)
            except StopIteration:
                return True
            self.reads = united(self.reads, [read]) if read else self.reads
        return False


@dataclass(slots=True)
class Found:
    """What a second look found: at places, also of frames before, and in the whole picture.

    `left` goes on in the next frame. `whole` is None where there was no time for it, `search` where it did not search.
    """

    done: list[AtPlace] = field(default_factory=list)
    left: list[AtPlace] = field(default_factory=list)
    whole: list[Read] | None = None
    failed: list[Seen] = field(default_factory=list)
    search: Search | None = None

    def at_places(self, at_ms: float) -> list[Read]:
        """What was read at places in the frame of that time."""
        return reduce(united, (each.reads for each in self.done if each.at_ms == at_ms), [])


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What a second look is at: a frame, its first look, what was settled before, and the looks at places in it.

    Args:
        begun: looks at places of this frame and those before, the first ones first; dear ones come last.
        number: how many second looks there were, which says what comes first.
        spent: the time in ms that this thread has had of the processor.
    """

    at_ms: float
    gray: Image
    glance: Glance
    settled: Sequence[Read]
    begun: Sequence[AtPlace]
    turn: int
    number: int
    is_used_up: Callable[[], bool]
    spent: Clock
    times: float = 1.0

    def taken(self, reader: Reader) -> Found:
        """Look, and tell what was found."""
        began_ms, found = self.spent(), Found()

        def is_late(most_ms: float) -> Callable[[], bool]:
            return lambda: self.is_used_up() or self.spent() - began_ms >= most_ms * self.times

        def at_places(most_ms: float, *, dear: bool = False) -> None:
            found.done += [
                each
                for each in self.begun
                if each.task.is_dear == dear and each not in found.done and each.is_done(is_late(most_ms))
            ]

        if self.number % 2 and any(each.task.is_dear for each in self.begun):
            at_places(_BESIDE_DEAR_MS)
            at_places(_DEAR_MS, dear=True)
        else:
            if self.number % 4 == 0:
                at_places(_PLACES_MS)
            self._look_at_whole(reader, found, is_late(_WHOLE_MS))
            at_places(_PLACES_MS)
        found.left = [each for each in self.begun if each.is_begun and each not in found.done]
        return found

    def _look_at_whole(self, reader: Reader, found: Found, is_late: Callable[[], bool]) -> None:
        if is_late():
            return
        cheap = [each for each in self.begun if not each.task.is_dear]
        is_crowded = len(cheap) + len(self.glance.reads) + len(self.settled) > _CROWD
        turn, gray = self.turn, self.gray
        found.whole = []
        # While nothing is seen it searches every other time, so that a label is soon seen; then once in four looks.
        is_searching = turn % (4 if cheap else 2) == 0
        # The other engines on a whole crowd take as long as ten places, where most of a crowd is.
        is_others_turn = turn % 4 == 2 and (len(cheap) <= _CROWD or turn % 16 == 2) if cheap else turn % 8 == 7
        if is_others_turn:
            found.whole = reader.second_opinion(gray, is_crowded=is_crowded)
        elif not cheap or not is_searching:
            found.whole = reader.look_again(gray, turn // 2 if cheap else turn)
        reads = [*found.whole, *self.glance.reads, *self.settled, *found.at_places(self.at_ms)]
        here = [read.corners for read in reads]
        found.failed = [see(gray, corners) for corners in apart([each.corners for each in self.glance.unread], here)]
        if is_searching:
            found.search = Search(*reader.find_unread(gray, here, turn // (4 if cheap else 2)))
