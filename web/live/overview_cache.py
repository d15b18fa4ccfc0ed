"""The office's overview, made once for all viewers, with an event when it changes.

A thread of its own holds the sums and a store, so that adding up never delays a scan or a page. It works only while
somebody watches. What was rendered is kept until something is recorded or another minute begins, so a further viewer
costs one look-up.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from custody.errors import CustodyError
from db.store import Store
from services.reporting.overview import Overview
from web.live.server_events import ServerEvents
from web.live.store_worker import OpenStore, StoreWorker

T = TypeVar("T")
LOOK_S = 1.0
"""Seconds between two checks whether anything was recorded, by this program or another, while somebody watches."""
TELL_S = 5.0
"""Seconds between two events at least: handovers that are recorded in a row make one."""
_STEP_S, _FIRST_STEP_S, _REST_S = 0.1, 0.15, 0.05
_WATCHED_FOR_S = 90.0
_MOST_KEPT = 200

Version = tuple[Any, ...]
Make = Callable[["Store", Overview], T]


class OverviewCache:
    """The overview of one site. Any thread may call it; nothing is added up before the first call."""

    def __init__(self, open_store: OpenStore) -> None:
        self._open_store = open_store
        self._lock = threading.Lock()
        self._thread: StoreWorker | None = None
        self._overview = Overview()
        self._kept: dict[Hashable, tuple[Version, Any]] = {}
        self._told: Version = ()
        self._told_at = 0.0
        self._asked_at = 0.0
        self._ends = threading.Event()
        self.events = ServerEvents()

    def ask(self, name: Hashable, make: Make[T], most_s: float | None = None) -> tuple[T, Version]:
        """Return what `make` makes of the store and the overview, and its version; made again only in a new version.

        While much is still to be added up, `Overview.share` is below 1, and an event follows when that is done. `name`
        must be different for everything that is made, and for each language. `most_s`: for how long to add up first.
        """
        self._asked_at = time.monotonic()

        def job(store: Store) -> tuple[T, Version]:
            self._overview.advance(store, _FIRST_STEP_S if most_s is None else most_s)
            version = self._version(store)
            kept = self._kept.get(name)
            if kept is None or kept[0] != version:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                kept = self._kept[name] = (version, make(store, self._overview))
            return cast(T, kept[1]), version

        return self._running().do(job)

    def whole(self, make: Make[T]) -> T:
        """Wait until everything is added up, then return what `make` makes of it."""
        self._asked_at = time.monotonic()
        while not self._running().do(lambda store: self._overview.advance(store, _STEP_S)):
            time.sleep(_REST_S)
        return self._running().do(lambda store: make(store, self._overview))

    def start(self) -> None:
        """Add up and publish events for the next 90 seconds, because somebody watches."""
        self._asked_at = time.monotonic()
        self._running()

    def is_watched(self) -> None:
        """Note that somebody still watches; never blocks."""
        self._asked_at = time.monotonic()

    def wake(self) -> None:
        """Wake every stream, so that it notices that the server ends."""
        self.events.wake()

    def close(self) -> None:
        """Stop adding up, and close the store."""
        self._ends.set()
        with self._lock:
            if self._thread is not None:
                self._follower.join(timeout=10)
                self._thread.close()

    def _running(self) -> StoreWorker:
        with self._lock:
            if self._thread is None:
                self._thread = StoreWorker(self._open_store, "overview")
                self._follower = threading.Thread(target=self._follow, args=(self._thread,), name="watch", daemon=True)
                self._follower.start()
            return self._thread

    def _follow(self, thread: StoreWorker) -> None:
        """Add up in short steps while somebody watches, and publish when it has changed."""
        pause_s = _REST_S
        while not self._ends.wait(pause_s):
            pause_s = _REST_S if self._step(thread) else LOOK_S

    def _step(self, thread: StoreWorker) -> bool:
        """Add up for a short while; return whether more is left."""
        if time.monotonic() - self._asked_at > _WATCHED_FOR_S:
            return False

        def job(store: Store) -> tuple[bool, Version]:
            return self._overview.advance(store, _STEP_S), self._version(store)

        try:
            is_done, version = thread.do(job)
        except CustodyError:
            return False  # who asks for the page is told it
        if version != self._told and time.monotonic() - self._told_at >= TELL_S:
            self._told, self._told_at = version, time.monotonic()
            self.events.publish("changed", version=digest(version))
        return not is_done

    def _version(self, store: Store) -> Version:
        """Changes with the ledger, each minute, with each twentieth that is added up, and when all is scored."""
        overview = self._overview
        return (store.ledger.memory.mark(), store.around.now_utc()[:16], int(overview.share * 20), overview.is_scored)


def digest(version: Version) -> str:
    """A version as a short text that a browser sends back."""
    return hashlib.sha256(repr(version).encode()).hexdigest()[:16]
