"""What tests of looks at pictures use: engines that say what they are told, executors and time moved by hand."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np

from scanner.decoding.looks import Look
from scanner.reads import Corners, Read
from scanner.sources.frames import Image

SQUARE: Corners = ((0, 0), (9, 0), (9, 9), (0, 9))
BLANK = np.zeros((20, 20), np.uint8)
FRAME_MS = 1000 / 15


class Saying:
    """An engine that reads the same in every picture, and counts them."""

    def __init__(self, name: str, *found: str) -> None:
        self.name, self.found, self.asked = name, found, 0

    def read(self, gray: Image) -> list[Read]:
        self.asked += 1
        return [Read(text, SQUARE, self.name) for text in self.found]


class ByHand:
    """An executor that runs its job when the test says so, and counts the jobs it was given."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.is_closed = False

    def submit(self, job: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self.jobs.append((future, job))
        return future

    def run(self) -> None:
        future, job = self.jobs[-1]
        future.set_result(job())

    def find_nothing(self) -> None:
        self.jobs[-1][0].set_exception(ValueError("nothing"))

    def close(self, wait_s: float = 0.0) -> None:
        self.is_closed = True


class Hand:
    """Time, moved by hand."""

    now_ms = 0.0

    def __call__(self) -> float:
        return self.now_ms


def texts(looks: list[Look]) -> list[list[str]]:
    return [[read.text for read in look.reads] for look in looks]
