"""What a hub answers over HTTPS: C2SP tlog-mirror for what stations send, and what they may read (decision 280).

Nothing here is for browsers: no pages, no cookies. What costs something happens only after a signature was checked.
"""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from custody.errors import ConflictError, CustodyError, TamperError
from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.mirror_forms import PACKAGE, Package, Standing, UploadReader, records
from services.exchange.hub_desk import HubDesk, Known, Refusal, check_entries, check_package
from services.exchange.hub_reading import asking_log, hub_facts, is_number, listing, new_number, readable
from web.live.store_worker import StoreWorker
from web.security.guard import SECRET

T = TypeVar("T")
HUB, REASON, NEXT = "serah-hub", "serah-reason", "serah-next"
"""Headers of answers: that a hub gave it; why a request was refused, in a word; and the index of the first entry that
is missing here.
"""
MOST_HEAD, MOST_ENTRY, MOST_SIZES = 72 * 1024, 68 * 1024, 2 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of one request's entries: a station sends what is left with the next one."""
MOST_ANSWERED = 4 * 1024 * 1024
MOST_BUFFERED = 256 * 1024 * 1024
"""Of all packages that are on their way in."""
MOST_RATIO, _RATIO_FROM = 100, 1024 * 1024
PATIENCE_S = 60.0
"""So long nothing may come of a body."""
MOST_REFUSALS, WINDOW_S = 60, 60.0
"""Of one address, within so many seconds: after these it is told to wait."""
_PIECE = 256 * 1024
_SIZES = msgspec.json.Decoder(dict[str, dict[str, int]])


@dataclass
class HubSite:
    """One hub while it runs.

    `worker` owns the ledger. `addresses` are what names this hub to stations: its certificate's fingerprint, or its
    public host. `secret` makes the numbers that stations sign.
    """

    worker: StoreWorker
    addresses: frozenset[str]
    secret: bytes
    desk: HubDesk = field(default_factory=HubDesk)
    now_s: Callable[[], float] = time.monotonic
    buffered: int = 0
    _asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    _refusals: dict[str, tuple[float, int]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/hub", self._answer(self.facts), methods=["GET"]),
            Route("/logs", self._answer(self.logs), methods=["POST"]),
            Route("/entries", self._answer(self.entries), methods=["GET"]),
            Route("/add-log", self._answer(self.add_log), methods=["POST"]),
            Route("/add-checkpoint", self._answer(self.add_checkpoint), methods=["POST"]),
            Route("/add-entries", self._answer(self.add_entries), methods=["POST"]),
        ]
        return Starlette(routes=routes)

    async def do(self, job: Callable[[Store], T]) -> T:
        """What a job of the ledger's thread gives."""
        return await run_in_threadpool(self.worker.do, job)

    # --- who a hub is, and what it gives ----------------------------------------------------------------------------

    async def facts(self, _request: Request) -> Response:
        """Who this hub is, and the number that a station signs to ask for more."""
        number = new_number(self.secret, int(self.now_s()))
        return JSONResponse(asdict(await self.do(lambda store: hub_facts(store, number))))

    async def logs(self, request: Request) -> Response:
        """How far the hub has each log of which the station that asks has another length."""
        log = await self._station(request)
        try:
            sizes = _SIZES.decode(await _body(request, MOST_SIZES))["logs"]
        except (msgspec.MsgspecError, KeyError) as error:
            raise Refusal(400, "malformed") from error
        told = await self.do(lambda store: listing(store, self.desk, log, sizes))
        return _packed(msgspec.json.encode({"logs": told}), "application/json")

    async def entries(self, request: Request) -> Response:
        """Some entries of a log, from index `begin` on; as many as are to be had at once."""
        asking = await self._station(request)
        asked = request.query_params
        log, begin = asked.get("log", ""), asked.get("begin", "")
        if not begin.isascii() or not begin.isdigit() or len(begin) > 15:
            raise Refusal(400, "malformed")

        def read(store: Store) -> list[bytes]:
            if log not in readable(store, asking):
                raise Refusal(404, "unknown")
            found, size = [], 0
            for entry in store.ledger.span(log, int(begin), int(begin) + PACKAGE):
                size += len(entry)
                found.append(entry)
                if size > MOST_ANSWERED:
                    break
            return found

        return _packed(records(await self.do(read)), "application/octet-stream")

    async def _station(self, request: Request) -> str:
        """The log whose station asks.

        Raises:
            Refusal: nobody whom this hub knows has signed the request.
        """
        header = request.headers.get("authorization", "")
        if header not in self._asked:
            found = await self.do(lambda store: asking_log(store, self.desk, header, self.addresses))
            if len(self._asked) >= 10_000:
                self._asked.clear()
            self._asked[header] = found
        log, number = self._asked[header]
        if not is_number(self.secret, number, int(self.now_s())):
            del self._asked[header]
            raise Refusal(401, "station")
        request.scope[SECRET] = log  # whoever is known stays connected when strangers crowd in
        return log

    # --- what stations send -----------------------------------------------------------------------------------------

    async def add_log(self, request: Request) -> Response:
        """A log makes itself known by its first entry."""
        entry, address = await _body(request, MOST_ENTRY), _address(request)
        await self.do(lambda store: self.desk.introduce(store, entry, address))
        return PlainTextResponse("")

    async def add_checkpoint(self, request: Request) -> Response:
        """A log's signed head (tlog-witness, "add-checkpoint")."""
        data = await _body(request, MOST_HEAD)
        standing = await self.do(lambda store: self.desk.take_head(store, data))
        request.scope[SECRET] = "sends"
        return PlainTextResponse("", headers={NEXT: str(standing.next)})

    async def add_entries(self, request: Request) -> Response:
        """The entries below a head (tlog-mirror, "add-entries").

        Of a body that was cut, every entry that came whole is kept: each is signed and names the one before it.
        """
        intake = _Intake(self, UploadReader())
        try:
            async for piece in _unpacked(request):
                await intake.take(piece)
        except ClientDisconnect:
            await intake.keep_begun()
            raise
        except Refusal:
            if intake.known is None or not intake.taken:
                raise
        finally:
            intake.close()
        await intake.keep_begun()
        answer = intake.answer or await self.do(lambda store: self.desk.finish(store, intake.log))
        if isinstance(answer, str):
            return PlainTextResponse(answer)
        return _standing(202, answer)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _answer(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        """The handler, with each refusal as the protocol's status."""

        async def answer(request: Request) -> Response:
            response = await judged(request)
            response.headers[HUB] = "1"
            return response

        async def judged(request: Request) -> Response:
            address = _address(request)
            since, count = self._refusals.get(address, (self.now_s(), 0))
            if self.now_s() - since > WINDOW_S:
                since, count = self.now_s(), 0
            if count >= MOST_REFUSALS:
                return _refusal(Refusal(429, "busy"), {"retry-after": str(int(WINDOW_S))})
            try:
                return await handler(request)
            except Refusal as refusal:
                if refusal.status not in (409, 507):
                    if len(self._refusals) >= 10_000:
                        self._refusals.clear()
                    self._refusals[address] = since, count + 1
                return _refusal(refusal)
            except ClientDisconnect:
                return Response(status_code=400)
            except ConflictError:
                return _refusal(Refusal(503, "busy"), {"retry-after": "10"})
            except CustodyError:
                return _refusal(Refusal(507, "store"))

        return answer


@dataclass
class _Intake:
    """One request to `add-entries` on its way in."""

    site: HubSite
    reader: UploadReader
    known: Known | None = None
    taken: int = 0
    answer: str | Standing | None = None
    _held: int = 0

    @property
    def log(self) -> str:
        """The log that sends.

        Raises:
            Refusal: not even that has come.
        """
        if self.reader.upload is None:
            raise Refusal(400, "malformed")
        return self.reader.upload.log

    async def take(self, piece: bytes) -> None:
        """Take the next bytes; what is whole is stored before this returns."""
        self._hold(self._held + len(piece))
        try:
            whole = [*self.reader.feed(piece)]
        except TamperError as error:
            raise Refusal(400, "malformed") from error
        upload = self.reader.upload
        if upload is not None and self.known is None:
            self.known = await self.site.do(lambda store: self.site.desk.begin_upload(store, upload))
        for package in whole:
            await self._store_package(package)
            self._hold(0)

    async def _store_package(self, package: Package) -> None:
        site, log, known = self.site, self.log, self.known
        assert known is not None

        def look(store: Store) -> tuple[list[bytes], str | None]:
            note = site.desk.pending.get(log) or store.cosigned.longest(log)
            return site.desk.leaves_before(store, log, package.rounded, package.begin), note

        before, note = await site.do(look)
        if note is None:
            raise Refusal(422, "head")
        head = claimed_checkpoint(note)
        checked = await run_in_threadpool(check_package, known, head, package, before)

        def keep(store: Store) -> str | Standing:
            with store.transaction():
                site.desk.take_entries(store, log, package.begin, package.entries, checked)
                return site.desk.finish(store, log)

        self.answer = await site.do(keep)
        self.taken += len(package.entries)

    async def keep_begun(self) -> None:
        """Store the entries of a package that was cut: those that came whole."""
        begun, at = self.reader.begun, self.reader.begun_at
        if not begun or self.known is None:
            return
        checked = await run_in_threadpool(check_entries, self.known, at, begun)
        await self.site.do(lambda store: self.site.desk.take_entries(store, self.log, at, begun, checked))
        self.taken += len(begun)
        self.answer = None

    def _hold(self, size: int) -> None:
        self.site.buffered += size - self._held
        self._held = size
        if self.site.buffered > MOST_BUFFERED:
            raise Refusal(503, "busy")

    def close(self) -> None:
        """Let go of what was held of the body."""
        self._hold(0)


# --- bodies -----------------------------------------------------------------------------------------------------------


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream().__aiter__()
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), PATIENCE_S)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ClientDisconnect from None


async def _body(request: Request, most: int) -> bytes:
    data = bytearray()
    async for piece in _unpacked(request):
        data += piece
        if len(data) > most:
            raise Refusal(413, "large")
    return bytes(data)


async def _unpacked(request: Request) -> AsyncIterator[bytes]:
    """The body, unpacked where it is gzip.

    Raises:
        Refusal: it is no gzip, or unpacks to far more than entries do.
    """
    coding, packed, total = request.headers.get("content-encoding", "identity"), 0, 0
    if coding not in ("identity", "gzip"):
        raise Refusal(415, "malformed")
    unpacker = zlib.decompressobj(wbits=31)
    async for data in _pieces(request):
        packed += len(data)
        for piece in [data] if coding == "identity" else _inflated(unpacker, data):
            total += len(piece)
            if total > MOST_UNPACKED or total > _RATIO_FROM + MOST_RATIO * packed:
                raise Refusal(413, "large")
            yield piece


def _inflated(unpacker: Any, data: bytes) -> Iterator[bytes]:
    try:
        while piece := unpacker.decompress(data, _PIECE):
            yield piece
            data = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Refusal(400, "malformed") from error


# --- answers ----------------------------------------------------------------------------------------------------------


def _packed(data: bytes, kind: str) -> Response:
    packer = zlib.compressobj(6, wbits=31)
    packed = packer.compress(data) + packer.flush()
    return Response(packed, media_type=kind, headers={"content-encoding": "gzip"})


def _standing(status: int, standing: Standing, headers: Mapping[str, str] = {}) -> Response:
    return Response(str(standing), status, {**headers, "content-type": "text/x.tlog.mirror-info"})


def _refusal(refusal: Refusal, headers: Mapping[str, str] = {}) -> Response:
    named = {**headers, REASON: refusal.reason}
    if refusal.standing is not None:
        return _standing(refusal.status, refusal.standing, named)
    if refusal.size is not None:
        return Response(f"{refusal.size}\n", refusal.status, {**named, "content-type": "text/x.tlog.size"})
    return PlainTextResponse(f"{refusal.reason}\n", refusal.status, named)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
