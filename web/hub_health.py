"""What a hub says of itself to whoever runs it: whether it is well, figures for Prometheus, a line for each request.

Whether it is well, anybody may ask, as load balancers do; figures are for those who have an observer's token.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar, cast

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.store import Store
from services.exchange.hub_desk import HubDesk
from services.records.lag import Lag, lag
from web.hub_bodies import REASON, Answers, address_of

T = TypeVar("T")
LEAST_FREE = 50_000_000
"""Bytes on the hub's disk: with less it says that it is not well, before it must refuse."""
PATIENCE_S = 5.0
"""So long the ledger's thread may take to answer."""
FULL_FOR_S = 60.0
"""So long a hub is said to be full after its database, whose disk may be another computer's, had no room."""
_STORES = {"/add-entries", "/add-log", "/add-checkpoint"}
_MOST_REASONS = 64


class Site(Protocol):
    """What is asked of the hub."""

    desk: HubDesk
    answers: Answers
    buffered: int

    @property
    def now_s(self) -> Callable[[], float]:
        """A clock that only goes forward."""

    async def do(self, job: Callable[[Store], T], log: str = "") -> T:
        """What a job of the ledger's thread for a log gives."""


@dataclass
class HubHealth:
    """What one hub counts while it runs.

    `log` is told of each request; `entries` and `receipts` count what was stored and cosigned.
    """

    site: Site
    home: Path
    log: Callable[[Mapping[str, object]], None] | None = None
    entries: int = 0
    receipts: int = 0
    _requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    _seconds: dict[str, float] = field(default_factory=dict)
    _reasons: Counter[str] = field(default_factory=Counter)
    _no_room_at: float | None = None
    """When something could not be stored; None once something else was."""
    _told: Lag = field(default_factory=lambda: Lag(0, 0))
    _asking: "asyncio.Task[Lag] | None" = None

    def seen(self, request: Request, response: Response, took_s: float) -> None:
        """Count a request that was answered, and write it down."""
        path, reason = request.scope["route"].path, response.headers.get(REASON, "")
        self._requests[path, response.status_code] += 1
        self._seconds[path] = self._seconds.get(path, 0.0) + took_s
        if reason in self._reasons or len(self._reasons) < _MOST_REASONS:
            self._reasons[reason] += bool(reason)
        if path in _STORES and response.status_code in (200, 507):
            self._no_room_at = self.site.now_s() if reason == "store" else None
        if self.log is not None:
            told = {"path": path, "status": response.status_code, "reason": reason, "address": address_of(request)}
            self.log({**told, "ms": round(1000 * took_s)})

    async def healthz(self, _request: Request) -> Response:
        """200 while the ledger answers and the disk has room, else 503; `status` says what is wrong."""
        refused = self._no_room_at is not None and self.site.now_s() - self._no_room_at < FULL_FOR_S
        status = "full" if refused or shutil.disk_usage(self.home).free < LEAST_FREE else "ok"
        if (behind := await self._asked()) is None:
            status, behind = "stuck", self._told
        told = {"status": status, "waiting": behind.count, "behind_s": behind.seconds}
        return JSONResponse(told, 200 if status == "ok" else 503)

    async def _asked(self) -> Lag | None:
        """How far lists are behind; None where the ledger's thread does not answer in time. One question at a time: a
        thread that hangs holds no more.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self.site.do(lag))
        done, _pending = await asyncio.wait({self._asking}, timeout=PATIENCE_S)
        if not done or self._asking.exception() is not None:
            return None
        self._told = self._asking.result()
        return self._told

    async def metrics(self) -> Response:
        """The figures as Prometheus reads them."""
        behind = await self._asked() or self._told
        figures = SimpleNamespace(collect=lambda: self._families(behind))
        return Response(generate_latest(cast(Collector, figures)), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _families(self, behind: Lag) -> Iterator[Metric]:
        """What is counted, by its name and what it means, with each of its values."""
        by_status = {(path, str(status)): count for (path, status), count in self._requests.items()}
        counters: tuple[tuple[str, str, Sequence[str], Mapping[Any, float]], ...] = (
            ("entries", "Entries stored.", (), {(): self.entries}),
            ("receipts", "Heads cosigned.", (), {(): self.receipts}),
            ("requests", "Requests answered.", ("path", "status"), by_status),
            (
                "request_seconds",
                "Time of the answers.",
                ("path",),
                {(path,): s for path, s in self._seconds.items()},
            ),
            ("refusals", "Requests refused.", ("reason",), {(why,): n for why, n in self._reasons.items() if why}),
        )
        for name, meaning, labels, values in counters:
            family = CounterMetricFamily(f"serah_hub_{name}", meaning, labels=labels)
            for of, value in values.items():
                family.add_metric(of, value)
            yield family
        for name, meaning, now in (
            ("active_requests", "Requests that are being answered.", self.site.answers.active),
            ("buffered_bytes", "Bytes of requests in memory.", self.site.buffered),
            ("waiting_entries", "Stored entries that lists do not show yet.", behind.count),
            ("behind_seconds", "For how long the oldest of them has waited.", behind.seconds),
            ("disk_free_bytes", "Room on the hub's disk.", shutil.disk_usage(self.home).free),
        ):
            yield GaugeMetricFamily(f"serah_hub_{name}", meaning, value=now)
