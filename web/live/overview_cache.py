"""The office's overview, made once for all viewers, with an event when it changes.

A thread of its own holds the sums and a store, so that adding up never delays a scan or a page. It works only while
somebody watches. What was rendered is kept until something is recorded or another minute begins, so a further viewer
costs one look-up. Of what is asked to be kept the newest stays in a file of the station: it is shown after the next
start, said to be from before, until everything is added up again.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from custody.errors import CustodyError
from db.store import Store
from services.reporting.overview import Overview
from tables.output.safe_file import safe_file
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
FILE = "dashboard.json"
_MOST_FILED, _FILED_EACH_S, _LARGEST = 12, 60.0, 4_000_000
_WORTH_S = 1.0
"""Nothing is filed of a ledger that is added up in less."""

Version = tuple[Any, ...]
Make = Callable[["Store", Overview], T]


class _Filed(msgspec.Struct):
    """What was rendered of a whole ledger, by name: of whose ledger, and how much of each log it had."""

    log: str
    sizes: dict[str, int]
    pages: dict[str, str]


class OverviewCache:
    """The overview of one site. Any thread may call it; nothing is added up before the first call.

    `home`: the station's folder, where `FILE` is.
    """

    def __init__(self, open_store: OpenStore, home: Path) -> None:
        self._open_store, self._file = open_store, home / FILE
        self._before: dict[str, str] | None = None
        self._filed: dict[str, str] = {}
        self._filed_at = -_FILED_EACH_S
        self._is_whole, self._spent_s = False, 0.0
        self._lock = threading.Lock()
        self._thread: StoreWorker | None = None
        self._overview = Overview()
        self._kept: dict[Hashable, tuple[Version, Any]] = {}
        self._told: Version = ()
        self._told_at = 0.0
        self._asked_at = 0.0
        self._ends = threading.Event()
        self.events = ServerEvents()

    def ask(
        self, name: Hashable, make: Make[T], most_s: float | None = None, *, is_filed: bool = False
    ) -> tuple[T, Version]:
        """Return what `make` makes of the store and the overview, and its version; made again only in a new version.

        While much is still to be added up, `Overview.share` is below 1, and an event follows when that is done. `name`
        must be different for everything that is made, and for each language. `most_s`: for how long to add up first.
        `is_filed`: what is made is a text that `before` gives after the next start.
        """
        self._asked_at = time.monotonic()

        def job(store: Store) -> tuple[T, Version]:
            self._advance(store, _FIRST_STEP_S if most_s is None else most_s)
            version = self._version(store)
            kept = self._kept.get(name)
            if kept is None or kept[0] != version:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                kept = self._kept[name] = (version, make(store, self._overview))
                if is_filed and self._overview.is_scored and self._spent_s >= _WORTH_S:
                    self._keep(store, name, str(kept[1]))
            return cast(T, kept[1]), version

        return self._running().do(job)

    def before(self, name: Hashable) -> tuple[str, Version] | None:
        """What was rendered under this name before the program started, and its version; None where nothing was filed
        of this ledger, or everything has been added up since the start.
        """
        if self._is_whole:
            return None
        self._asked_at = time.monotonic()
        if self._before is None:
            self._before = self._running().do(self._read)
        found = self._before.get(repr(name))
        return None if found is None else (found, ("before", repr(name)))

    def _keep(self, store: Store, name: Hashable, html: str) -> None:
        """Keep what was rendered of the whole for the next start; on the disk each minute at most, and at the end."""
        self._filed.pop(repr(name), None)
        self._filed[repr(name)] = html
        while len(self._filed) > _MOST_FILED:
            del self._filed[next(iter(self._filed))]
        if time.monotonic() - self._filed_at >= _FILED_EACH_S:
            self._filed_at = time.monotonic()
            self._write(store)

    def _read(self, store: Store) -> dict[str, str]:
        with suppress(OSError, msgspec.DecodeError):
            if self._file.stat().st_size <= _LARGEST:
                filed, sizes = msgspec.json.decode(self._file.read_bytes(), type=_Filed), store.ledger.sizes()
                if filed.log == store.ledger.own_log().name and all(
                    size <= sizes.get(log, 0) for log, size in filed.sizes.items()
                ):  # else it is another ledger, or an older copy of it
                    return filed.pages
        return {}

    def _write(self, store: Store) -> None:
        filed = _Filed(store.ledger.own_log().name, store.ledger.sizes(), self._filed)
        with suppress(CustodyError), safe_file(self._file, is_own=True, is_secret=True) as file:
            file.write(msgspec.json.encode(filed))

    def whole(self, make: Make[T]) -> T:
        """Wait until everything is added up, then return what `make` makes of it."""
        self._asked_at = time.monotonic()
        while not self._running().do(lambda store: self._advance(store, _STEP_S)):
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
                if self._filed:
                    with suppress(CustodyError):
                        self._thread.do(self._write)
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
            return self._advance(store, _STEP_S), self._version(store)

        try:
            is_done, version = thread.do(job)
        except CustodyError:
            return False  # who asks for the page is told it
        if version != self._told and time.monotonic() - self._told_at >= TELL_S:
            self._told, self._told_at = version, time.monotonic()
            self.events.publish("changed", version=digest(version))
        return not is_done

    def _advance(self, store: Store, most_s: float) -> bool:
        """Add up for about so long; return whether everything is counted, and see how long the first time takes."""
        began = time.monotonic()
        is_done = self._overview.advance(store, most_s)
        if not self._is_whole:
            self._spent_s, self._is_whole = self._spent_s + time.monotonic() - began, is_done
        return is_done

    def _version(self, store: Store) -> Version:
        """Changes with the ledger, each minute, with each twentieth that is added up, and when all is scored."""
        overview = self._overview
        return (store.ledger.memory.mark(), store.around.now_utc()[:16], int(overview.share * 20), overview.is_scored)


def digest(version: Version) -> str:
    """Return a version as a short text that a browser sends back."""
    return hashlib.sha256(repr(version).encode()).hexdigest()[:16]
