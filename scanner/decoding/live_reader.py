"""Reading moving pictures: a first look at every frame, second looks beside it at what is seen and not read.

The first look waits for no second one. Second looks take one frame at a time, the newest when they are free; what they
read belongs to that frame, also when it comes late. They rest while nothing is seen that nobody reads, and work without
pause while something is. Nothing stops because something was read.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median
from typing import Literal

from scanner.decoding.candidates import Places
from scanner.decoding.engines import PYZBAR, apart, is_same_place, middle, moved, united, within
from scanner.decoding.looks import (
    HANGING_MS,
    LETTING_GO_S,
    AtOnce,
    Beside,
    Executor,
    InTurn,
    Look,
    StillReader,
    result_of,
)
from scanner.decoding.picture_reader import Glance, Reader, never
from scanner.decoding.renderings import covered
from scanner.decoding.second_look import AtPlace, Found, Search, SecondLook
from scanner.reads import Corners, Read, Seen
from scanner.sources.effort import Effort
from scanner.sources.frames import Clock, Image, monotonic_ms, spent_ms

_REST_MS = 200.0
"""From one second look to the next while nothing is seen and not read: so an idle camera warms nobody's lap."""
_AT_REST_MS = 3000.0
"""The same while nothing moves either, and every kind of look has seen what lies there."""
_HASTE_MS = 60.0
"""The same while something is: with the next frame of a camera."""
_REMEMBERED_MS = 1000.0
"""What was read or seen so lately is looked for where it was; what is older counts as new."""
_ENOUGH = 2
"""A text read in so many frames needs no second looks any more: a session believes what it saw twice."""
_SECOND_CHANCE_MS = 250.0
"""What a first look has read it reads again once the picture is sharp; so long second looks do not hunt for it."""
_SETTLED_MS = 500.0
"""So long the place of such a text is left to it; then another label may lie there."""
_DEADLINE_MS, _VIDEO_MS, _UNHURRIED_MS = 3000.0, 10_000.0, 30_000.0
"""A look that takes longer hangs; it is left behind, and another thread takes its place. Those at a file may take
longer: second looks at a video, and others."""
_CARRIED_MS = 1500.0
"""A look at a place of an older frame does not go on; what is there now is looked at instead."""
_VIDEO_TIMES = 4.0
"""So much more than a camera's frame one of a video may take: nobody waits for it."""
_MOST_REPLACED = 3

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Known:
    """A text of the last moment: where, when last, and in which frames it was read; when last by a first look."""

    read: Read
    last_ms: float
    at_first_ms: float = float("-inf")
    frames: set[float] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Job:
    """A second look that runs: at which frame, begun when, what the first look had read in it, its looks at places."""

    at_ms: float
    begun_ms: float
    at_first: frozenset[str]
    begun: list[AtPlace]
    future: "Future[Found]"


class LiveReader:
    """Reads one moving picture. Frames come in order, from one thread."""

    def __init__(
        self,
        reader: Reader,
        begin: Callable[[], Executor],
        clock: Clock,
        *,
        begin_first: Callable[[], Executor] = AtOnce,
        deadline_ms: float = _DEADLINE_MS,
        spent: Clock = spent_ms,
        times: float = 1.0,
    ) -> None:
        """Start the first look and the second looks.

        Args:
            begin: starts what second looks run on; called again when one hangs, a few times.
            clock: the time in ms, by which one that hangs is found.
            begin_first: the same for the first look, which is waited for: what it has not read when it is handed
                back counts as hanging.
            spent: the time in ms that the thread that asks has had of the processor; a second look at one frame ends
                when it has taken its share, or so many `times` that.
        """
        self._reader, self._begin, self._clock = reader, begin, clock
        self._begin_first, self._deadline_ms = begin_first, deadline_ms
        self._spent, self._times = spent, times
        self._executor: Executor | None = begin()
        self._first: Executor | None = begin_first()
        self._replaced = self._first_replaced = 0
        self._job: _Job | None = None
        self._turn = 0
        self._begun_at_ms = self._newest_ms = float("-inf")
        self._insists = False
        self._known: dict[str, _Known] = {}
        self._places = Places(reader.ways)
        self._left: list[AtPlace] = []
        self._number = 0
        self._searches = (Search(), Search())
        self._failed: list[Seen] = []
        self.unread: Sequence[Seen] = ()
        """Codes in the newest frame that were found and not read, with what would help."""

    @property
    def is_eager(self) -> bool:
        """Whether more frames are wanted although nothing moves: something is seen and may yet be read, was read too
        seldom to be believed, or was not read again by the last look.
        """
        return (
            self._insists
            or self._places.is_hopeful
            or any(len(known.frames) < _ENOUGH or known.last_ms < self._newest_ms for known in self._known.values())
        )

    def inspect(
        self, image: Image, at_ms: float, effort: Effort | None = None, *, is_at_rest: bool = False
    ) -> list[Look]:
        """What this frame shows at first look, after what second looks have found meanwhile; newest frame last.

        A second look that is done at once adds to the same frame. Of a file, looks take no more than its `effort`.
        While all `is_at_rest`, second looks at what nobody hopes to read are rare.
        """
        with effort or nullcontext():
            return self._inspect(image, at_ms, effort, is_at_rest)

    def _inspect(self, image: Image, at_ms: float, effort: Effort | None, is_at_rest: bool) -> list[Look]:
        if effort is not None and effort.is_used_up():
            effort.cut()
            return [*self._late(), Look(at_ms, [])]
        glance = self._glance(image) if image.size else None
        if glance is None:
            return [*self._late(), Look(at_ms, [])]
        self._follow(glance.reads)
        self._newest_ms = at_ms
        self._learn(glance.reads, at_ms)
        for read in glance.reads:
            self._known[read.text].at_first_ms = at_ms
        looks = self._late()
        if effort is not None:
            effort.note(self._known)
        self._look_beside(glance, at_ms, effort, is_at_rest)
        reads = glance.reads
        for late in self._late():
            if late.at_ms == at_ms:
                reads = united(reads, late.reads)
            else:
                looks.append(late)
        self._forget(at_ms)
        self.unread = self._not_read(reads)
        return [*looks, Look(at_ms, reads)]

    def finish(self) -> list[Look]:
        """Wait for the second look that still runs, up to its deadline; what it found."""
        if self._job is not None:
            left_ms = self._job.begun_ms + self._deadline_ms - self._clock()
            try:
                self._job.future.result(max(left_ms, 0.0) / 1000)
            except Exception as error:
                log.debug("the last second look gave nothing: %r", error)
        looks = self._late()
        self.close()
        return looks

    def close(self) -> None:
        """End what looks run on; one that still runs after a second is left to itself."""
        for executor in (self._executor, self._first):
            if executor is not None:
                executor.close(LETTING_GO_S)
        self._executor = self._first = None

    def _glance(self, image: Image) -> Glance | None:
        """The first look; None for what is no picture, and where an engine fails or hangs on it."""
        if self._first is None:
            return None
        future = self._first.submit(lambda: self._reader.glance(image))
        glance = result_of(future, "a first look")
        if glance is None and not future.done():
            self._first.close()
            self._first_replaced += 1
            self._first = self._begin_first() if self._first_replaced <= _MOST_REPLACED else None
        return glance

    def _late(self) -> list[Look]:
        """What the second look has found, if it is done; one that hangs is left behind."""
        job = self._job
        if job is None:
            return []
        if not job.future.done():
            if self._clock() - job.begun_ms > self._deadline_ms:
                self._leave_behind()
            return []
        self._job = None
        found = result_of(job.future, "a second look")
        self._left = found.left if found else []
        if found is None:
            self._end_turn(job.begun, is_new=False, is_over=True)
            return []
        whole = found.whole or []
        self._failed = found.failed if found.whole is not None else self._failed
        if found.search is not None:
            self._searches = (found.search, self._searches[0])
        looks = []
        for at_ms in sorted({job.at_ms, *(each.at_ms for each in found.done)}):
            reads = united(whole if at_ms == job.at_ms else [], found.at_places(at_ms))
            self._learn(reads, at_ms)
            looks += [Look(at_ms, reads)] if reads else []
        alone = [read.text for read in whole if read.text not in job.at_first and PYZBAR not in read.engines]
        is_new = any(len(self._known[text].frames) < _ENOUGH for text in alone)
        self._end_turn(found.done, is_new=is_new, is_over=found.whole is not None)
        return looks

    def _end_turn(self, done: Sequence[AtPlace], *, is_new: bool, is_over: bool) -> None:
        """A look that finds something new looks again at once: what it alone can read must come twice, and soon."""
        self._places.note([each.task for each in done], [bool(each.reads) for each in done])
        self._insists = is_new or any(each.reads for each in done)
        if is_over and not is_new:
            self._turn += 1

    def _leave_behind(self) -> None:
        log.warning("a second look hangs and is left behind")
        self._job = None
        self._searches, self._failed, self._left = (Search(), Search()), [], []
        if self._executor is not None:
            self._executor.close()
        self._replaced += 1
        self._executor = self._begin() if self._replaced <= _MOST_REPLACED else None

    def _look_beside(self, glance: Glance, at_ms: float, effort: Effort | None, is_at_rest: bool) -> None:
        """Hand this frame to a second look, if one is free and it is time; it ends once the effort is used up."""
        if self._executor is None or self._job is not None:
            return
        settled = self._settled(at_ms)
        unread = [each.corners for each in glance.unread]
        taken = [read.corners for read in (*glance.reads, *settled)]
        in_view = partial(within, glance.gray.shape)
        lost = in_view(apart(self._lost(at_ms), taken))
        outlines = in_view([each.corners for one in self._searches for each in one.outlines])
        pairs = in_view([corners for one in self._searches for corners in one.pairs])
        # What the first look found and could not read may span several codes, of which the finder patterns tell.
        loose = [each for each in unread if not any(is_same_place(other, each) for other in (*outlines, *taken))]
        again = in_view(apart(self._old(at_ms), taken))
        self._places.see(apart(outlines + pairs + loose, taken + lost + again), lost, again, at_ms)
        rest_ms = _AT_REST_MS if is_at_rest else _REST_MS
        gap_ms = (
            0.0
            if self._insists
            else _HASTE_MS
            if self._places.is_hopeful or (self._left and not is_at_rest)
            else rest_ms
        )
        if at_ms - self._begun_at_ms < gap_ms:
            return
        self._begun_at_ms = at_ms
        gray = covered(glance.gray, taken)
        begun = self._begun(gray, [read.corners for read in settled], at_ms)
        is_used_up = effort.is_used_up if effort else never
        look = SecondLook(
            at_ms, gray, glance, settled, begun, self._turn, self._number, is_used_up, self._spent, self._times
        )
        self._number += 1
        at_first = frozenset(read.text for read in glance.reads)
        self._job = _Job(
            at_ms, self._clock(), at_first, begun, self._executor.submit(partial(look.taken, self._reader))
        )

    def _begun(self, gray: Image, settled: Sequence[Corners], at_ms: float) -> list[AtPlace]:
        """The looks at places that go on, and those that begin with this frame: at each place one, and one dear one."""
        left = [each for each in self._left if at_ms - each.at_ms < _CARRIED_MS]
        left = [each for each in left if apart([each.task.corners], settled)]
        busy = [each.task.corners for each in left if not each.task.is_dear]
        tasks = [task for task in self._places.due() if apart([task.corners], busy)]
        dear = (
            None
            if any(each.task.is_dear for each in left)
            else self._places.due_dear(_all_of(gray), is_read=bool(self._known))
        )
        tasks += [dear] if dear else []
        return left + [AtPlace(at_ms, task, self._reader.look_at(gray, *task)) for task in tasks]

    def _not_read(self, reads: Sequence[Read]) -> list[Seen]:
        """What second looks saw a moment ago where nothing was read since."""
        taken = [known.read.corners for known in self._known.values()] + [read.corners for read in reads]
        seen: list[Seen] = []
        for each in self._searches[0].outlines + self._failed:
            if not any(is_same_place(each.corners, other) for other in taken):
                seen.append(each)
                taken.append(each.corners)
        return seen

    def _lost(self, at_ms: float) -> list[Corners]:
        """Where something was read a moment ago, too seldom to be believed, and is not read in this frame."""
        return [
            known.read.corners
            for known in self._known.values()
            if len(known.frames) < _ENOUGH and known.last_ms < at_ms and at_ms - known.at_first_ms > _SECOND_CHANCE_MS
        ]

    def _settled(self, at_ms: float) -> list[Read]:
        """What was read often enough, where it was a moment ago: second looks leave it out."""
        return [
            known.read
            for known in self._known.values()
            if len(known.frames) >= _ENOUGH and at_ms - known.last_ms < _SETTLED_MS
        ]

    def _old(self, at_ms: float) -> list[Corners]:
        """Where something was read often enough, and not of late."""
        return [
            known.read.corners
            for known in self._known.values()
            if len(known.frames) >= _ENOUGH and at_ms - known.last_ms >= _SETTLED_MS
        ]

    def _follow(self, reads: Sequence[Read]) -> None:
        """Move what was seen a moment ago as far as the texts have moved that the frame before showed too."""
        moves: dict[str, tuple[float, float]] = {}
        for read in reads:
            known = self._known.get(read.text)
            if known is not None and known.last_ms == self._newest_ms:
                (x, y), (old_x, old_y) = middle(read.corners), middle(known.read.corners)
                here = x - old_x, y - old_y
                moves[read.text] = min(moves.get(read.text, here), here, key=lambda move: max(map(abs, move)))
        if not moves:
            return
        across, down = (round(median(each)) for each in zip(*moves.values(), strict=True))
        if across or down:
            for known in self._known.values():
                known.read = replace(known.read, corners=moved(known.read.corners, across, down))
            newer, older = self._searches
            self._searches = newer.moved(across, down), older.moved(across, down)
            self._failed = [replace(each, corners=moved(each.corners, across, down)) for each in self._failed]
            self._places.move(across, down)

    def _learn(self, reads: Sequence[Read], at_ms: float) -> None:
        """Remember what was read, where, and in how many frames."""
        for read in reads:
            known = self._known.setdefault(read.text, _Known(read, at_ms))
            if at_ms >= known.last_ms:
                known.read, known.last_ms = read, at_ms
            if len(known.frames) < _ENOUGH:
                known.frames.add(at_ms)

    def _forget(self, at_ms: float) -> None:
        self._known = {text: known for text, known in self._known.items() if at_ms - known.last_ms < _REMEMBERED_MS}


def _all_of(gray: Image) -> Corners:
    high, wide = gray.shape
    return (0, 0), (wide, 0), (wide, high), (0, high)


@contextmanager
def open_looks(
    reader: Reader | None, kind: Literal["live", "video", "still"], clock: Clock = monotonic_ms
) -> Iterator[StillReader | LiveReader]:
    """Open the reader for frames of this kind; an engine that hangs on a picture costs no more than seconds.

    A camera gets its second looks beside the picture. A video gets them in between, so that it reads the same every
    time. `reader` None: a new one.
    """
    reader = reader or Reader()
    looker: StillReader | LiveReader
    if kind == "still":
        looker = StillReader(reader, lambda: InTurn(HANGING_MS + _UNHURRIED_MS), clock)
    elif kind == "live":
        looker = LiveReader(reader, Beside, clock, begin_first=lambda: InTurn(_DEADLINE_MS))
    else:
        patient = partial(InTurn, _UNHURRIED_MS)
        in_turn = partial(InTurn, _VIDEO_MS)
        looker = LiveReader(reader, in_turn, clock, begin_first=patient, deadline_ms=_VIDEO_MS, times=_VIDEO_TIMES)
    with closing(looker):
        yield looker
