"""Long work that a page waits for: run in a thread, with its progress, and its answer kept until it is fetched."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custody.errors import N_, CustodyError, InputError
from db.store import Store
from services.progress_bar import Advance, Progress

Aside = Callable[[Callable[["Store"], "Answer"]], "Answer"]
SOON_S = 1.0
"""What is done in this time is answered at once; the page asks again for the rest."""
_MOST_KEPT = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job: a part of a page to show, values for scripts, and the id of a file that it made."""

    page: str
    values: dict[str, Any] = field(default_factory=dict)
    file: str = ""


class Job:
    """One piece of work, from its start to its answer."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(16)
        self.label, self.total, self.done = "", 0, 0
        self._over = threading.Event()
        self._answer: Answer | None = None
        self._error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is an answer, or a reason why there is none."""
        return self._over.is_set()

    @contextmanager
    def progress(self, length: int | None, label: str, /) -> Iterator[Advance]:
        """Show one step of the work."""
        self.label, self.total, self.done = label, length or 0, 0

        def advance(count: int) -> None:
            self.done += count

        yield advance

    def run(self, work: Callable[[], Answer]) -> None:
        """Run the work in the calling thread and keep its answer or its error."""
        try:
            self._answer = work()
        except BaseException as error:  # handed to whoever asks for the answer
            self._error = error
        finally:
            self._over.set()

    def describe(self, most_s: float = SOON_S) -> dict[str, Any]:
        """Return the answer, or the progress after `most_s` seconds.

        Raises:
            Exception: what the work raised.
        """
        self._over.wait(most_s)
        if not self.is_over:
            return {"job": self.id, "state": "running", "label": self.label, "total": self.total, "done": self.done}
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        return {
            "job": self.id,
            "state": "done",
            "page": self._answer.page,
            "file": self._answer.file,
            **self._answer.values,
        }


class Jobs:
    """The newest jobs of one server."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def do(self, work: Callable[[Store, Progress], Answer], *, hide: Path | None = None) -> dict[str, Any]:
        """Start some work; return its answer if it is done at once, else its progress.

        Args:
            hide: a folder that no message may name: files in it are known to people by their names alone.
        """
        job, context = Job(), copy_context()  # it speaks the language of who began it
        with self._lock:
            self._jobs[job.id] = job
            for key in [key for key, old in self._jobs.items() if old.is_over][:-_MOST_KEPT]:
                del self._jobs[key]

        def aside() -> Answer:
            try:
                return self._aside(lambda store: work(store, job.progress))
            except CustodyError as error:
                raise named(error, hide) from None

        threading.Thread(target=context.run, args=(job.run, aside), daemon=True, name="job").start()
        return job.describe()

    def get(self, key: str) -> Job:
        """A job that was begun.

        Raises:
            InputError: there is none of this id: the server was restarted, or it was long ago.
        """
        job = self._jobs.get(key)
        if job is None:
            raise InputError(
                N_("this server knows nothing of that work any more"),
                hint=N_("Look whether it was done, then begin it again."),
            )
        return job


def named(error: CustodyError, hide: Path | None) -> CustodyError:
    """The error with files called by their names, where people never saw their folders."""
    if hide is not None:
        error.values = {name: _bare(value, hide) for name, value in error.values.items()}
    return error


def _bare(value: object, hide: Path) -> object:
    if not isinstance(value, str) or str(hide) not in value:
        return value
    return Path(value).name
