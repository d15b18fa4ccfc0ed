"""What a hub answers over HTTPS: C2SP tlog-mirror for what stations send, and what they may read (decision 281).

Nothing here is for browsers: no pages, no cookies. What costs something happens only after a signature was checked.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.store import Store
from evidence.mirror_forms import PACKAGE, Standing, records
from services.exchange.hub_desk import HubDesk, HubRefusalError, check_package, settle_arrived
from services.exchange.hub_reading import asking_log, hub_facts, is_number, listing, new_number, readable
from web.hub_bodies import (
    MOST_HEAD,
    NEXT,
    Answers,
    address_of,
    packed_answer,
    standing_answer,
    unpacked,
    whole_body,
)
from web.hub_health import HubHealth
from web.hub_intake import Intake
from web.hub_tiles import PREFIX, TileReads
from web.hub_workers import Check
from web.live.store_worker import StorePool
from web.security.guard import SECRET

T = TypeVar("T")
MOST_ENTRY, MOST_SIZES = 68 * 1024, 2 * 1024 * 1024
MOST_ANSWERED = 4 * 1024 * 1024
SETTLED_AT_ONCE = 512
"""Entries whose meaning is taken in between two requests, where they are about few enough items."""
MOST_ARRIVED = 20_000
"""So many entries may wait for a lull."""
_MOST_KNOWN = 10_000
"""So many stations are told apart at once."""
_READS = {"/logs", "/entries", f"{PREFIX}/{{path:path}}"}
_SIZES = msgspec.json.Decoder(dict[str, dict[str, int]])


@dataclass
class HubSite:
    """One hub while it runs.

    `worker` has the threads that own the ledger. `addresses` are what names this hub to stations: its certificate's
    fingerprint, or its public host. `secret` makes the numbers that stations sign. `home` has the observers' tokens.
    `check` is done in another thread than those.
    """

    worker: StorePool
    addresses: frozenset[str]
    secret: bytes
    home: Path
    check: Check = check_package
    desk: HubDesk = field(default_factory=HubDesk)
    now_s: Callable[[], float] = time.monotonic
    buffered: int = 0
    answers: Answers = field(default_factory=Answers)
    _asked: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    _intakes: list[Intake] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tiles, self.health = TileReads(self, self.home), HubHealth(self, self.home)
        self.answers.seen = self.health.seen

    def app(self) -> Starlette:
        """Return the application that answers stations and readers."""
        routes = (
            ("/healthz", "GET", self.health.healthz),
            ("/metrics", "GET", self.metrics),
            ("/hub", "GET", self.facts),
            ("/logs", "POST", self.logs),
            ("/entries", "GET", self.entries),
            (f"{PREFIX}/{{path:path}}", "GET", self.tiles.answer),
            ("/add-log", "POST", self.add_log),
            ("/add-checkpoint", "POST", self.add_checkpoint),
            ("/add-entries", "POST", self.add_entries),
        )
        return Starlette(
            routes=[
                Route(path, self.answers.to(does, reads=path in _READS), methods=[method])
                for path, method, does in routes
            ]
        )

    async def do(self, job: Callable[[Store], T], log: str = "") -> T:
        """What a job of the ledger's thread for a log gives."""
        return await run_in_threadpool(self.worker.do, job, log)

    def settle(self, most: int = SETTLED_AT_ONCE, *, may_wait: bool = False) -> int:
        """Put entries that have arrived into the current state, `most` at once; return how many.

        Args:
            may_wait: do nothing while somebody sends, unless so much has arrived that it must not wait longer.
        """

        def place(store: Store) -> int:
            count = store.arrivals.behind().count
            is_due = count > MOST_ARRIVED or not (may_wait and self.answers.active)
            return settle_arrived(store, most) if count and is_due else 0

        return self.worker.behind.do(place)

    # --- who a hub is, and what it gives ----------------------------------------------------------------------------

    async def facts(self, _request: Request) -> Response:
        """Who this hub is, and the number that a station signs to ask for more."""
        number = new_number(self.secret, int(self.now_s()))
        return JSONResponse(asdict(await self.do(lambda store: hub_facts(store, number))))

    async def metrics(self, request: Request) -> Response:
        """Figures for programs that have an observer's token."""
        if not (await self.tiles.reader(request)).startswith(" "):
            raise HubRefusalError(403, "token")
        return await self.health.metrics()

    async def logs(self, request: Request) -> Response:
        """How far the hub has each log of which the station that asks has another length."""
        log = await self.station(request)
        try:
            sizes = _SIZES.decode(await whole_body(request, MOST_SIZES))["logs"]
        except (msgspec.MsgspecError, KeyError) as error:
            raise HubRefusalError(400, "malformed") from error
        told = await self.do(lambda store: listing(store, self.desk, log, sizes))
        return packed_answer(msgspec.json.encode({"logs": told}), "application/json")

    async def entries(self, request: Request) -> Response:
        """Some entries of a log, from index `begin` on; as many as are to be had at once."""
        asking = await self.station(request)
        log, begin = request.query_params.get("log", ""), request.query_params.get("begin", "")
        if not begin.isascii() or not begin.isdigit() or len(begin) > 15:
            raise HubRefusalError(400, "malformed")

        def read(store: Store) -> list[bytes]:
            if log not in readable(store, asking):
                raise HubRefusalError(404, "unknown")
            found, size = list[bytes](), 0
            for entry in store.ledger.span(log, int(begin), int(begin) + PACKAGE):
                size += len(entry)
                found.append(entry)
                if size > MOST_ANSWERED:
                    break
            return found

        return packed_answer(records(await self.do(read)), "application/octet-stream")

    async def station(self, request: Request) -> str:
        """The log whose station asks.

        Raises:
            HubRefusalError: nobody whom this hub knows has signed the request.
        """
        header = request.headers.get("authorization", "")
        if header not in self._asked:

            def asking(store: Store) -> tuple[str, str, bool]:
                log, number = asking_log(store, self.desk, header, self.addresses)
                return log, number, store.state.stations.now().counts(log)

            found = await self.do(asking)
            if len(self._asked) >= _MOST_KNOWN:
                self._asked.clear()
            self._asked[header] = found
        log, number, counts = self._asked[header]
        if not is_number(self.secret, number, int(self.now_s())):
            self._asked.pop(header, None)
            raise HubRefusalError(401, "station")
        request.scope[SECRET] = counts  # whoever counts stays connected when strangers crowd in
        return log

    # --- what stations send -----------------------------------------------------------------------------------------

    async def add_log(self, request: Request) -> Response:
        """A log makes itself known by its first entry."""
        entry, address = await whole_body(request, MOST_ENTRY), address_of(request)
        await self.do(lambda store: self.desk.introduce(store, entry, address))
        return PlainTextResponse("")

    async def add_checkpoint(self, request: Request) -> Response:
        """A log's signed head (tlog-witness, "add-checkpoint").

        Who sends one has begun again: what came whole over a connection that was cut, which may not show here yet, is
        stored before the answer says where to go on.
        """
        data = await whole_body(request, MOST_HEAD)
        log, counts = await self.do(lambda store: self.desk.take_head(store, data))
        request.scope[SECRET] = counts
        for begun in [intake for intake in self._intakes if intake.known and intake.known.name == log]:
            with suppress(HubRefusalError):  # that request is told
                await begun.keep_begun()
        has = await self.do(lambda store: self.desk.known(store, log).size, log)
        return PlainTextResponse("", headers={NEXT: str(has)})

    async def add_entries(self, request: Request) -> Response:
        """The entries below a head (tlog-mirror, "add-entries").

        Of a body that was cut, every entry that came whole is kept: each is signed and names the one before it.
        """
        intake = Intake(self)
        self._intakes.append(intake)
        try:
            async for piece in unpacked(request):
                await intake.take(piece)
        except ClientDisconnect:
            await intake.keep_begun()
            raise
        except HubRefusalError:
            if not intake.taken:
                raise
        finally:
            self._intakes.remove(intake)
            intake.close()
            self.health.entries += intake.taken
        log = intake.upload.log
        await intake.keep_begun()
        if (answer := intake.answer) is None:
            answer = await self.do(lambda store: self.desk.finish(store, log), log)
        if isinstance(answer, Standing):
            return standing_answer(202, answer)
        self.health.receipts += 1
        return PlainTextResponse(answer)
