"""A thread that owns an open ledger and does what other threads ask of it, one thing after the other."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from contextvars import copy_context
from itertools import count
from typing import TypeVar
from zlib import crc32

from custody.errors import ConflictError, StoreError
from db.store import Store
from services.plan.profiles import speak
from web.security.workers import worked_by_whom_it_is

T = TypeVar("T")
OpenStore = Callable[[], AbstractContextManager["Store"]]


class StoreWorker:
    """The thread that owns a store, as a store belongs to the thread that opened it.

    The store is opened at the first job and kept, as opening costs more than most questions. After a failure of the
    database it is opened again: what it remembers from before a failed write may be wrong.
    """

    def __init__(self, open_store: OpenStore, name: str) -> None:
        self._open_store = open_store
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stack = ExitStack()
        self._store: Store | None = None
        self._by = ""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable[[Store], T]) -> T:
        """What the job gives, done in that thread and in the caller's language; raises what it raises."""
        answer: Future[T] = Future()
        context = copy_context()

        def run() -> None:
            try:
                answer.set_result(context.run(lambda: self._opened().do(lambda store: self._asked(store, job))))
            except BaseException as error:  # handed to the caller, who waits for it
                if isinstance(error, StoreError | ConflictError):
                    self._close()
                answer.set_exception(error)

        self._jobs.put(run)
        return answer.result()

    def close(self) -> None:
        """Finish what was asked, then let go of the ledger."""
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._stack.enter_context(self._open_store())
            self._by = self._store.around.by
        return self._store

    def _asked(self, store: Store, job: Callable[[Store], T]) -> T:
        store.around = worked_by_whom_it_is(store.around, self._by)
        speak(store)
        return job(store)

    def _close(self) -> None:
        self._store = None
        self._stack.close()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
        self._close()


class StorePool:
    """Several such threads over one ledger, where its database lets several write at once (PostgreSQL); else one.

    `behind` is the one that does what nobody waits for.
    """

    def __init__(self, open_store: OpenStore, name: str, most: int = 8) -> None:
        self.behind = StoreWorker(open_store, name)
        more = 0 if self.behind.do(lambda store: store.arrivals.has_one_writer) else most
        self._workers = [StoreWorker(open_store, f"{name} {number}") for number in range(more)] or [self.behind]
        self._turns = count()

    def do(self, job: Callable[[Store], T], log: str = "") -> T:
        """What the job gives, done in one of the threads: what is about one log always in the same one."""
        turn = crc32(log.encode()) if log else next(self._turns)
        return self._workers[turn % len(self._workers)].do(job)

    def close(self) -> None:
        """Finish what was asked, then let go of the ledger."""
        for worker in {*self._workers, self.behind}:
            worker.close()
