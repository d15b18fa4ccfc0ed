"""The results of looks at pictures, and the reader of single pictures."""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol, TypeVar

from scanner.decoding.engines import united
from scanner.decoding.picture_reader import Reader
from scanner.reads import Read, Seen
from scanner.sources.effort import Effort
from scanner.sources.frames import Clock, Image, ignore

# --- Where looks run: at once, or on a thread beside the camera's loop that may hang without stopping anybody ---------
# zxing-cpp, OpenCV and pyzbar let go of Python's lock while they work, so a thread has the second core to itself.

Result = TypeVar("Result")


class Executor(Protocol):
    """Runs one job after the other."""

    def submit(self, job: Callable[[], Result]) -> "Future[Result]": ...
    def close(self, wait_s: float = 0.0) -> None:
        """Take no more jobs. Wait so long for the one that runs; then it is left behind."""


class AtOnce:
    """Runs each job while it is handed over: for benches and tests, where every run must read the same."""

    def submit(self, job: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        _run(future, job)
        return future

    def close(self, wait_s: float = 0.0) -> None:
        """Nothing is left to end."""


class Beside:
    """Runs jobs on a thread of its own, which the end of the program does not wait for.

    When Python ends it stops such a thread anywhere, and a C++ library in it then aborts the process; so close it when
    done, which waits a moment.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True, name="second look")
        self._thread.start()

    def submit(self, job: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        self._jobs.put(lambda: _run(future, job))
        return future

    def close(self, wait_s: float = 0.0) -> None:
        self._jobs.put(None)
        self._thread.join(wait_s)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class InTurn(Beside):
    """Runs each job on a thread of its own and waits for it, but not for ever: a job that hangs is not done then."""

    def __init__(self, most_ms: float) -> None:
        super().__init__()
        self._most_ms = most_ms

    def submit(self, job: Callable[[], Result]) -> "Future[Result]":
        future = super().submit(job)
        wait([future], self._most_ms / 1000)  # heard by Ctrl-C, which the engines' own code is not
        return future


def _run(future: "Future[Result]", job: Callable[[], Result]) -> None:
    try:
        future.set_result(job())
    except Exception as error:
        future.set_exception(error)


# --- The results of looks at pictures, and the reader of single pictures ----------------------------------------------

STILL_MS = 20_000.0
"""A picture that stands alone is looked at no more once so much time went into it; hostile ones take for ever."""
HANGING_MS = 180_000.0
"""The same where the file's own time is counted by the processor: a busy computer is no fault of the file."""
LETTING_GO_S = 1.0
"""So long whoever is done waits for a look that still runs."""

Found = TypeVar("Found")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What was read in the frame of that time."""

    at_ms: float
    reads: Sequence[Read]


def in_view(looks: Sequence[Look]) -> list[Read]:
    """What looks at neighbouring frames have read, as one picture; of what was read twice the newest."""
    reads: list[Read] = []
    for look in reversed(looks):
        reads = united(reads, look.reads)
    return reads


def result_of(future: "Future[Found]", what: str) -> Found | None:
    """Return what a look found; None where it failed or hangs, which is logged."""
    if not future.done():
        log.warning("%s hangs and is left behind", what)
        return None
    if (error := future.exception()) is not None:
        log.warning("%s failed: %r", what, error)
        return None
    return future.result()


class StillReader:
    """Reads single pictures, each with every pass for which there is time."""

    unread: Sequence[Seen] = ()
    is_eager = True

    def __init__(self, reader: Reader, begin: Callable[[], Executor], clock: Clock) -> None:
        """Begin; `begin` starts what looks run on, and is called again when one hangs."""
        self._reader, self._begin, self._clock = reader, begin, clock
        self._executor = begin()

    def inspect(
        self, image: Image, at_ms: float, effort: Effort | None = None, *, is_at_rest: bool = False
    ) -> list[Look]:
        """What this picture shows, with as many looks as its file may take; nothing where an engine hangs on it."""
        ends_ms = self._clock() + (STILL_MS if effort is None else HANGING_MS)
        if effort is None:
            effort = Effort("", ignore, inf)

        def is_late() -> bool:
            return self._clock() > ends_ms or effort.is_used_up()

        with effort:
            future = self._executor.submit(
                lambda: self._reader.read(image, thorough=True, is_late=is_late, cut=effort.cut, note=effort.note)
            )
            reads = result_of(future, "a picture")
        if reads is None and not future.done():
            self._executor.close()
            self._executor = self._begin()
        return [Look(at_ms, _weighed(reads or []))]

    def finish(self) -> list[Look]:
        """Return nothing: no look comes late."""
        return []

    def close(self) -> None:
        """End what looks run on; one that still runs after a second is left to itself."""
        self._executor.close(LETTING_GO_S)


def _weighed(reads: Sequence[Read]) -> list[Read]:
    """Return the same reads; unsure of those that only one engine gave, in one rendering at one place."""
    looks = Counter[str]()
    for read in reads:
        looks[read.text] += max(read.looks, len(read.engines))
    return [replace(read, is_sure=looks[read.text] > 1) for read in reads]
