"""Work on entries, spread over the cores; never more of them in memory than the cores are busy with."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.pool import AsyncResult, Pool

WORTH_IT = 20_000
"""Entries. Starting the processes takes as long as checking some thousands."""
_CHUNK = 256
T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """A `map` that keeps the order."""

    def __call__(self, function: Callable[[T], R], jobs: Iterable[T], /) -> Iterator[R]:
        """The function's results for the jobs, in their order."""


@contextmanager
def spread(count: int, *, worth_it: int = WORTH_IT, start: "Callable[..., Pool] | None" = None) -> Iterator[Spread]:
    """A `map` for so many jobs: the plain one, or one that uses every core and keeps the order.

    It is the plain one too where the computer will not start processes: slower, with the same results.
    """
    cores = os.cpu_count() or 1
    pool = _started(start, cores) if count >= worth_it and cores > 1 else None
    if pool is None:
        yield cast("Spread", map)
        return
    with pool:
        yield cast("Spread", partial(_in_chunks, pool, 2 * cores))


def _started(start: "Callable[..., Pool] | None", processes: int) -> "Pool | None":
    from multiprocessing import get_context

    try:
        return (start or get_context("spawn").Pool)(processes, initializer=_leave_interrupts)
    except (OSError, ImportError):  # no semaphores, no memory, no more processes
        return None


def _in_chunks(pool: "Pool", ahead: int, function: Callable[[T], R], jobs: Iterable[T]) -> Iterator[R]:
    """Results in the order of the jobs. `Pool.imap` would read all jobs at once, and a ledger may be 7 GB."""
    walk = iter(jobs)
    running: deque[AsyncResult[list[R]]] = deque()
    while chunk := list(islice(walk, _CHUNK)):
        running.append(pool.apply_async(_each, (function, chunk)))
        if len(running) > ahead:
            yield from running.popleft().get()
    while running:
        yield from running.popleft().get()


def _each(function: Callable[[T], R], chunk: list[T]) -> list[R]:
    return [function(job) for job in chunk]


def _leave_interrupts() -> None:
    """Ctrl-C is for the process that the user started; it ends these."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
