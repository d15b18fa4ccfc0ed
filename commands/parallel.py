"""Work on entries, spread over the cores; never more of them in memory than the cores are busy with."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from evidence.log_audit import Mapper

WORTH_IT = 20_000
"""Entries. Starting the processes takes as long as checking some thousands."""
_CHUNK = 256
T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def spread(count: int, *, worth_it: int = WORTH_IT) -> "Iterator[Mapper]":
    """A `map` for so many entries: the plain one, or one that uses every core and keeps the order."""
    cores = os.cpu_count() or 1
    if count < worth_it or cores < 2:
        yield map
        return
    with get_context("spawn").Pool(cores, initializer=_leave_interrupts) as pool:
        yield partial(_in_chunks, pool, 2 * cores)


def _in_chunks(pool: Pool, ahead: int, function: Callable[[T], R], jobs: Iterable[T]) -> Iterator[R]:
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
