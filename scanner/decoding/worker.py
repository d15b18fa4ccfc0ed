"""Where looks run: at once, or on a thread beside the camera's loop that may hang without stopping anybody.

zxing-cpp, OpenCV and pyzbar let go of Python's lock while they work, so a thread has the second core to itself.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Protocol, TypeVar

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
