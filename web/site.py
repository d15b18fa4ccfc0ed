"""What every page of one running server shares."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from db.store import Store
from services.access.observers import Observers
from services.access.pins import Pins
from web.live.browser_cameras import Eyes
from web.live.camera_stream import Pictures
from web.live.file_store import Shelf
from web.live.jobs import Jobs
from web.live.overview_cache import Watch
from web.live.sessions import Rooms
from web.live.store_worker import OpenStore, StoreThread
from web.security.pairing import Lan

T = TypeVar("T")
HERE = Path(__file__).parent
_ASIDE = 2
"""So many long jobs at once; more would only slow each other down, and the scanning."""


@dataclass
class Site:
    """One station's page while the server runs.

    `ask` reads, `keep` scans and records: two threads with a store each, so that a long question never holds up a
    scan; what takes seconds is done `aside`, with a ledger opened for it alone. `watch` has a store of its own for the
    dashboard. `home` is the station's folder. `source` is where pictures come from unless the page chooses a camera.
    `lan` lets devices of the local network in, None: none. `is_closing` is set when the server ends, for streams to end
    with it.
    """

    open_store: OpenStore
    home: Path
    token: str
    port: int
    language: str = "id"
    source: str = "0"
    lan: Lan | None = None
    now_utc: Callable[[], str] = lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ask: StoreThread = field(init=False)
    keep: StoreThread = field(init=False)
    rooms: Rooms = field(init=False)
    pictures: Pictures = field(init=False)
    eyes: Eyes = field(init=False)
    watch: Watch = field(init=False)
    shelf: Shelf = field(init=False)
    jobs: Jobs = field(init=False)
    observers: Observers = field(init=False)
    is_closing: bool = False
    _aside: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_ASIDE), repr=False)
    _pins_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.ask = StoreThread(self.open_store, "questions")
        self.keep = StoreThread(self.open_store, "desk")
        self.rooms = Rooms(self.keep, self.home)
        self.pictures = Pictures(self.rooms, self.source)
        self.eyes = Eyes(self.rooms)
        self.watch = Watch(self.open_store)
        self.shelf = Shelf(self.home)
        self.jobs = Jobs(self.aside)
        self.observers = Observers(self.home, self.now_utc)

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a request may give this server."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://127.0.0.1:{self.port}/"

    def aside(self, job: Callable[[Store], T]) -> T:
        """What a job gives that may take long, done in the caller's thread; raises what it raises."""
        with self._aside, self.open_store() as store:
            return job(store)

    @contextmanager
    def pins(self) -> Iterator[Pins]:
        """The PINs of this station, for one request at a time."""
        with self._pins_lock:
            yield Pins(self.home, time.time)

    def end_streams(self) -> None:
        """End what would never end by itself."""
        self.is_closing = True
        self.rooms.wake()
        self.pictures.wake()
        self.watch.wake()

    def close(self) -> None:
        """End the streams and let go of the camera and the ledger."""
        self.end_streams()
        self.pictures.close()
        self.eyes.close()
        self.watch.close()
        self.ask.close()
        self.keep.close()
        self.shelf.close()
