"""The office's overview, made once for all who look at it, and news when it changes.

A thread of its own holds the sums and a store, so that adding up never holds up a scan or a page. It works only while
somebody looks. What was rendered is kept until something is recorded or another minute begins, so the eighth viewer
costs no more than a look into a table.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from custody.errors import CustodyError
from db.store import Store
from services.reporting.overview import Overview
from web.live.server_events import News
from web.live.store_worker import OpenStore, StoreThread

T = TypeVar("T")
LOOK_S = 1.0
"""How often it looks whether anything was recorded, by this program or another, while somebody watches."""
TELL_S = 5.0
"""So far apart the news are at least: handovers that are recorded in a row are drawn together."""
_STEP_S, _FIRST_STEP_S, _REST_S = 0.1, 0.15, 0.05
_WATCHED_FOR_S = 90.0
_MOST_KEPT = 200

Version = tuple[Any, ...]
Make = Callable[["Store", Overview], T]


class Watch:
    """The overview of one site. Any thread may ask; nothing is added up before somebody does."""

    def __init__(self, open_store: OpenStore) -> None:
        self._open_store = open_store
        self._lock = threading.Lock()
        self._thread: StoreThread | None = None
        self._overview = Overview()
        self._kept: dict[Hashable, tuple[Version, Any]] = {}
        self._told: Version = ()
        self._told_at = 0.0
        self._asked_at = 0.0
        self._ends = threading.Event()
        self.news = News()

    def ask(self, name: Hashable, make: Make[T]) -> tuple[T, Version]:
        """What `make` gives of the store and the overview, made anew only when its version has changed.

        Where much is still to be added up, it is asked before that is done: `Overview.share` is below 1 then, and news
        follow. `name` must tell apart all that is asked for, and the language that it is in.
        """
        self._asked_at = time.monotonic()

        def job(store: Store) -> tuple[T, Version]:
            self._overview.advance(store, _FIRST_STEP_S)
            version = self._version(store)
            kept = self._kept.get(name)
            if kept is None or kept[0] != version:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                kept = self._kept[name] = (version, make(store, self._overview))
            return cast(T, kept[1]), version

        return self._running().do(job)

    def whole(self, make: Make[T]) -> T:
        """What `make` gives once everything is added up."""
        self._asked_at = time.monotonic()
        while not self._running().do(lambda store: self._overview.advance(store, _STEP_S)):
            time.sleep(_REST_S)
        return self._running().do(lambda store: make(store, self._overview))

    def look(self) -> None:
        """Somebody watches: add up and tell news for a while."""
        self._asked_at = time.monotonic()
        self._running()

    def is_watched(self) -> None:
        """Somebody watches still; for the streams, which may not wait."""
        self._asked_at = time.monotonic()

    def wake(self) -> None:
        """Let every stream of news look up."""
        self.news.wake()

    def close(self) -> None:
        """Stop adding up, and let go of the ledger."""
        self._ends.set()
        with self._lock:
            if self._thread is not None:
                self._follower.join(timeout=10)
                self._thread.close()

    def _running(self) -> StoreThread:
        with self._lock:
            if self._thread is None:
                self._thread = StoreThread(self._open_store, "overview")
                self._follower = threading.Thread(target=self._follow, args=(self._thread,), name="watch", daemon=True)
                self._follower.start()
            return self._thread

    def _follow(self, thread: StoreThread) -> None:
        """Add up in short steps while somebody watches, and tell them when it has changed."""
        pause_s = _REST_S
        while not self._ends.wait(pause_s):
            pause_s = _REST_S if self._step(thread) else LOOK_S

    def _step(self, thread: StoreThread) -> bool:
        """Do a little; whether more is left."""
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
            self.news.tell("changed", version=digest(version))
        return not is_done

    def _version(self, store: Store) -> Version:
        """Changes with the ledger, each minute, with each twentieth that is added up, and when all is scored."""
        overview = self._overview
        return (store.ledger.mark(), store.around.now_utc()[:16], int(overview.share * 20), overview.is_scored)


def digest(version: Version) -> str:
    """A version as a short text that a browser sends back."""
    import hashlib

    return hashlib.sha256(repr(version).encode()).hexdigest()[:16]
