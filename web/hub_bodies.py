"""Bodies and answers of requests to a hub or a witness: what may come, how much, and how refusals are written."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from custody.errors import AwayError, ConflictError, CustodyError
from evidence.mirror_forms import Standing
from services.exchange.hub_desk import HubRefusalError

HUB, REASON, NEXT = "serah-hub", "serah-reason", "serah-next"
"""Headers of answers: that a hub gave it; why a request was refused, in a word; and the index of the first entry that
is missing here.
"""
MOST_HEAD = 72 * 1024
"""Bytes of a request with a head."""
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of one request: a station sends what is left with the next one."""
MOST_RATIO, _RATIO_FROM = 100, 1024 * 1024
PATIENCE_S = 60.0
"""So long nothing may come of a body."""
_PIECE = 256 * 1024
MOST_REFUSALS, WINDOW_S = 60, 60.0
"""Of one address, within so many seconds: after these it is told to wait."""
_MOST_KNOWN = 10_000
"""So many addresses are told apart at once."""
MOST_AT_ONCE, MOST_READING = 512, 16
"""Requests that are answered at once, and those of them that give no receipt: the threads are for those who send."""
_LATER = {"retry-after": "5"}
Handler = Callable[[Request], Awaitable[Response]]


async def whole_body(request: Request, most: int) -> bytes:
    """The body, of at most so many bytes.

    Raises:
        HubRefusalError: it is larger, or no gzip though it says so.
    """
    data = bytearray()
    async for piece in unpacked(request):
        data += piece
        if len(data) > most:
            raise HubRefusalError(413, "large")
    return bytes(data)


async def unpacked(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, unpacked where it is gzip.

    Raises:
        HubRefusalError: it is no gzip, or unpacks to far more than entries do.
        ClientDisconnect: it was cut, or nothing came for too long.
    """
    coding, packed, total = request.headers.get("content-encoding", "identity"), 0, 0
    if coding not in ("identity", "gzip"):
        raise HubRefusalError(415, "malformed")
    unpacker = zlib.decompressobj(wbits=31)
    async for data in _pieces(request):
        packed += len(data)
        for piece in [data] if coding == "identity" else _inflated(unpacker, data):
            total += len(piece)
            if total > MOST_UNPACKED or total > _RATIO_FROM + MOST_RATIO * packed:
                raise HubRefusalError(413, "large")
            yield piece


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream().__aiter__()
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), PATIENCE_S)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ClientDisconnect from None


def _inflated(unpacker: Any, data: bytes) -> Iterator[bytes]:
    try:
        while piece := unpacker.decompress(data, _PIECE):
            yield piece
            data = unpacker.unconsumed_tail
    except zlib.error as error:
        raise HubRefusalError(400, "malformed") from error


def packed_answer(data: bytes, kind: str) -> Response:
    """An answer as gzip."""
    packer = zlib.compressobj(6, wbits=31)
    packed = packer.compress(data) + packer.flush()
    return Response(packed, media_type=kind, headers={"content-encoding": "gzip"})


def standing_answer(status: int, standing: Standing, headers: Mapping[str, str] | None = None) -> Response:
    """Where a log stands (`text/x.tlog.mirror-info`)."""
    return Response(str(standing), status, {**(headers or {}), "content-type": "text/x.tlog.mirror-info"})


def refusal_answer(refusal: HubRefusalError, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in the protocol's form."""
    named = {**(headers or {}), REASON: refusal.reason}
    if refusal.standing is not None:
        return standing_answer(refusal.status, refusal.standing, named)
    if refusal.size is not None:
        return Response(f"{refusal.size}\n", refusal.status, {**named, "content-type": "text/x.tlog.size"})
    return PlainTextResponse(f"{refusal.reason}\n", refusal.status, named)


@dataclass
class Answers:
    """How one server answers: each refusal as the protocol's status, and whoever is refused too often is told to wait.

    `active` counts the requests that are being answered, `reading` those of them that only read; `seen` is told of each
    one, with the seconds it took.
    """

    now_s: Callable[[], float] = time.monotonic
    active: int = 0
    reading: int = 0
    seen: Callable[[Request, Response, float], None] = lambda _request, _response, _took_s: None
    _refusals: dict[str, tuple[float, int]] = field(default_factory=dict)

    def to(self, does: Handler, *, reads: bool = False) -> Handler:
        """What a route gives.

        Args:
            reads: it gives no receipt: fewer of these are answered at once, so that those who send need not wait.
        """

        async def answer(request: Request) -> Response:
            self.active += 1
            self.reading += reads
            began = self.now_s()
            try:
                self._shed(reads=reads)
                response = self._told_to_wait(request) or await does(request)
            except HubRefusalError as refusal:
                self._count(request, refusal)
                response = refusal_answer(refusal, _LATER if refusal.status == 503 else None)
            except (ClientDisconnect, asyncio.CancelledError):  # which closes a hub that still waits for somebody
                response = Response(status_code=400)
            except (ConflictError, AwayError):
                response = refusal_answer(HubRefusalError(503, "busy"), _LATER)
            except CustodyError:
                response = refusal_answer(HubRefusalError(507, "store"))
            finally:
                self.active -= 1
                self.reading -= reads
            response.headers[HUB] = "1"
            self.seen(request, response, self.now_s() - began)
            return response

        return answer

    def _shed(self, *, reads: bool) -> None:
        if self.active > MOST_AT_ONCE or (reads and self.reading > MOST_READING):
            raise HubRefusalError(503, "busy")

    def _told_to_wait(self, request: Request) -> Response | None:
        since, count = self._refusals.get(address_of(request), (self.now_s(), 0))
        if self.now_s() - since > WINDOW_S:
            self._refusals.pop(address_of(request), None)
        elif count >= MOST_REFUSALS:
            return refusal_answer(HubRefusalError(429, "busy"), {"retry-after": str(int(WINDOW_S))})
        return None

    def _count(self, request: Request, refusal: HubRefusalError) -> None:
        if refusal.status in (409, 503):  # as honest stations get them
            return
        if len(self._refusals) >= _MOST_KNOWN:
            self._refusals.clear()
        since, count = self._refusals.get(address_of(request), (self.now_s(), 0))
        self._refusals[address_of(request)] = since, count + 1


def address_of(request: Request) -> str:
    """The network address that a request comes from; empty where it is not known."""
    return request.client.host if request.client else ""
