"""What a hub says of itself to whoever runs it: whether it is well, figures for Prometheus, a line for each request.

Whether it is well, anybody may ask, as load balancers do; figures are for those who have an observer's token.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from db.store import Store
from services.exchange.hub_desk import HubDesk
from web.hub_bodies import REASON, Answers, address_of

T = TypeVar("T")
LEAST_FREE = 50_000_000
"""Bytes on the hub's disk: with less it says that it is not well, before it must refuse."""
PATIENCE_S = 5.0
"""So long the ledger's thread may take to answer."""
METRICS = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' own text format, which every version of it reads."""
_MOST_REASONS = 64


class Site(Protocol):
    """What is asked of the hub."""

    desk: HubDesk
    answers: Answers
    buffered: int

    @property
    def now_s(self) -> Callable[[], float]:
        """A clock that only goes forward."""

    async def do(self, job: Callable[[Store], T]) -> T:
        """What a job of the ledger's thread gives."""


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
    _behind_since: float | None = None
    _asking: "asyncio.Task[int] | None" = None

    def seen(self, request: Request, response: Response, took_s: float) -> None:
        """Count a request that was answered, and write it down."""
        path, reason = request.scope["route"].path, response.headers.get(REASON, "")
        self._requests[path, response.status_code] += 1
        self._seconds[path] = self._seconds.get(path, 0.0) + took_s
        if reason in self._reasons or len(self._reasons) < _MOST_REASONS:
            self._reasons[reason] += bool(reason)
        if self.log is not None:
            told = {"path": path, "status": response.status_code, "reason": reason, "address": address_of(request)}
            self.log({**told, "ms": round(1000 * took_s)})

    def behind(self) -> tuple[int, float]:
        """How many stored entries lists and reports do not show yet, and for how long some have waited, seconds."""
        waiting = sum(map(len, [*self.site.desk.arrived.values()]))
        if not waiting:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = self.site.now_s()
        return waiting, 0.0 if self._behind_since is None else self.site.now_s() - self._behind_since

    async def healthz(self, _request: Request) -> Response:
        """200 while the ledger answers and the disk has room, else 503; `status` says what is wrong."""
        status = "full" if shutil.disk_usage(self.home).free < LEAST_FREE else "ok"
        if not await self._answers():
            status = "stuck"
        waiting, behind_s = self.behind()
        told = {"status": status, "waiting": waiting, "behind_s": round(behind_s, 1)}
        return JSONResponse(told, 200 if status == "ok" else 503)

    async def _answers(self) -> bool:
        """Whether the ledger's thread answers in time. One question at a time: a thread that hangs holds no more."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self.site.do(lambda store: store.ledger.require_own_row().size))
        done, _pending = await asyncio.wait({self._asking}, timeout=PATIENCE_S)
        return bool(done) and self._asking.exception() is None

    def metrics(self) -> Response:
        """The figures as Prometheus reads them."""
        waiting, behind_s = self.behind()
        figures: dict[tuple[str, str], Mapping[str, float]] = {
            ("entries_total", "counter"): {"": self.entries},
            ("receipts_total", "counter"): {"": self.receipts},
            ("requests_total", "counter"): {
                f'{{path="{path}",status="{status}"}}': count for (path, status), count in self._requests.items()
            },
            ("request_seconds_total", "counter"): {
                f'{{path="{path}"}}': round(seconds, 6) for path, seconds in self._seconds.items()
            },
            ("refusals_total", "counter"): {
                f'{{reason="{reason}"}}': count for reason, count in self._reasons.items() if reason
            },
            ("active_requests", "gauge"): {"": self.site.answers.active},
            ("buffered_bytes", "gauge"): {"": self.site.buffered},
            ("waiting_entries", "gauge"): {"": waiting},
            ("behind_seconds", "gauge"): {"": round(behind_s, 3)},
            ("disk_free_bytes", "gauge"): {"": shutil.disk_usage(self.home).free},
        }
        lines = []
        for (name, kind), values in figures.items():
            lines += [f"# TYPE serah_hub_{name} {kind}\n", *(f"serah_hub_{name}{of} {n}\n" for of, n in values.items())]
        return PlainTextResponse("".join(lines), media_type=METRICS)
