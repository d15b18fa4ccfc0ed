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
from services.access.new_station import StationHome
from services.access.observers import Observers
from services.access.pins import Pins
from web.answers import Answers
from web.live.browser_cameras import BrowserCameras
from web.live.camera_stream import CameraStreams
from web.live.file_store import FileStore
from web.live.hub_switch import HubSwitch
from web.live.jobs import Jobs
from web.live.overview_cache import OverviewCache
from web.live.sessions import Sessions
from web.live.store_worker import OpenStore, StoreWorker
from web.security.pairing import Lan
from web.security.workers import Workers, worked_by_whom_it_is

T = TypeVar("T")
HERE = Path(__file__).parent
_ASIDE = 2
"""So many long jobs at once; more would only slow each other down, and the scanning."""


@dataclass
class Site:
    """One station's page while the server runs.

    `ask` reads, `keep` scans and records: two threads with a store each, so that a long question never holds up a scan;
    what takes seconds is done `aside`, with a ledger opened for it alone. `overview` has a store of its own for the
    dashboard. `hub_switch` is the hub that this page opens. `home` is the station's folder. `source` is where pictures
    come from unless the page chooses a camera. `lan` lets devices of the local network in, None: none; `open_lan` opens
    it while the server runs. `first` is where a station is still to begin: until then only the guide is shown.
    `practice` is the same while the practice station is served. `is_closing` is set when the server ends, for streams
    to end with it. `recorded` are the answers to forms, for `keep` alone.
    """

    open_store: OpenStore
    home: Path
    token: str
    port: int
    language: str = "id"
    source: str = "0"
    lan: Lan | None = None
    open_lan: Callable[[], None] = lambda: None
    first: StationHome | None = None
    practice: StationHome | None = None
    now_utc: Callable[[], str] = lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ask: StoreWorker = field(init=False)
    keep: StoreWorker = field(init=False)
    sessions: Sessions = field(init=False)
    streams: CameraStreams = field(init=False)
    cameras: BrowserCameras = field(init=False)
    overview: OverviewCache = field(init=False)
    file_store: FileStore = field(init=False)
    jobs: Jobs = field(init=False)
    recorded: Answers = field(init=False)
    observers: Observers = field(init=False)
    hub_switch: HubSwitch = field(init=False)
    workers: Workers = field(init=False)
    is_closing: bool = False
    _aside: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_ASIDE), repr=False)
    _pins_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.ask = StoreWorker(self.open_store, "questions")
        self.keep = StoreWorker(self.open_store, "desk")
        self.sessions = Sessions(self.keep, self.home)
        self.streams = CameraStreams(self.sessions, self.source)
        self.cameras = BrowserCameras(self.sessions)
        self.overview = OverviewCache(self.open_store, self.home)
        self.file_store = FileStore(self.home)
        self.jobs = Jobs(self.aside)
        self.recorded = Answers()
        self.hub_switch = HubSwitch(self.home, self.open_store)
        self.observers = Observers(self.home, self.now_utc)
        self.workers = Workers(self.home, self.pins, self.token)

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a request may give this server."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def address(self) -> str:
        """The address of the page for a browser on this computer."""
        return f"http://127.0.0.1:{self.port}/"

    def aside(self, job: Callable[[Store], T]) -> T:
        """Run a job that may take long, in the caller's thread and with a store of its own; return what it returns."""
        with self._aside, self.open_store() as store:
            store.around = worked_by_whom_it_is(store.around, store.around.by)
            return job(store)

    @contextmanager
    def pins(self) -> Iterator[Pins]:
        """The PINs of this station, for one request at a time."""
        with self._pins_lock:
            yield Pins(self.home, time.time)

    def move_to(self, home: Path, open_store: OpenStore) -> None:
        """Serve the station in another folder from here on; what ran for the one so far ends."""
        before = (self.hub_switch, self.streams, self.cameras, self.overview, self.ask, self.keep, self.file_store)
        self.end_streams()
        self.home, self.open_store = home, open_store
        self.__post_init__()
        for part in before:
            part.close()
        self.is_closing = False

    def end_streams(self) -> None:
        """End the streams of events and pictures, which would never end by themselves."""
        self.is_closing = True
        self.sessions.wake()
        self.streams.wake()
        self.overview.wake()

    def close(self) -> None:
        """End the streams and release the cameras and the ledger."""
        self.end_streams()
        self.hub_switch.close()
        self.streams.close()
        self.cameras.close()
        self.overview.close()
        self.ask.close()
        self.keep.close()
        self.file_store.close()
