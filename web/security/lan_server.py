"""Connections from the local network: so many in all and from one address, and none that only waits.

Whoever is on the network can open connections and send nothing, or a byte now and then. Each costs a descriptor, and
the station's own page needs those too. So this server accepts by itself, before uvicorn sees a connection: a
stranger's is closed when it does not ask within seconds, and makes room when somebody else comes. A device that was
let in stays.
"""

import asyncio
import socket
import sys
from contextlib import suppress
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.security.guard import SECRET

MOST, MOST_EACH = 96, 16
"""Connections in all, and from one address: a browser opens six, and one for news."""
HANDSHAKE_S = 5.0
"""So long a new connection may take to agree on its keys, and then again to say what it asks for."""
_SHARE = 4
"""The local network has at most one of so many descriptors; the others are for the station's own page."""
MOST_BEHIND = 16 * 1024 * 1024
"""Bytes of a request that may still come once it is answered: who sends reads the answer only then."""
_PAUSE_S = 0.2
"""Before somebody is accepted again where the system has no descriptor left."""


def most_connections() -> int:
    """How many connections the local network may have, by what the system grants this process."""
    if sys.platform == "win32":
        return MOST
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(1, min(MOST, soft // _SHARE))


class Connection(H11Protocol):
    """One connection with its keys agreed: closed where its request's head does not come in time."""

    def __init__(self, *args: Any, patience_s: float, **more: Any) -> None:
        super().__init__(*args, **more)
        self._patience_s = patience_s
        self.is_of_device = False
        """Whether a device that was let in has asked something here."""
        self.ended = self.loop.create_future()
        self._waiting: asyncio.TimerHandle | None = None
        self._behind = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waiting = self.loop.call_later(self._patience_s, transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self._waiting is None:  # the head of a further request has begun
            self._waiting = self.loop.call_later(self._patience_s, self.transport.abort)
        is_behind = self.cycle is not None and self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY
        self._behind = self._behind + len(data) if is_behind else 0
        if self._behind > MOST_BEHIND:
            self.transport.abort()

    def on_response_complete(self) -> None:
        self.is_of_device = self.is_of_device or bool(self.scope.get(SECRET))
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)
        if not self.ended.done():
            self.ended.set_result(None)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class _Guest:
    """One connection from its first byte to its end, and the task that sees to it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.protocol: Connection | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def is_stranger(self) -> bool:
        """Whether it may be closed to make room."""
        protocol = self.protocol
        return protocol is None or not (protocol.is_of_device or bool(protocol.scope and protocol.scope.get(SECRET)))


class Crowd:
    """Who is connected, oldest first; decides who may come in. For one event loop."""

    def __init__(self, most: int, most_each: int) -> None:
        """At most so many in all, and from one address."""
        self._most, self._most_each = most, most_each
        self._guests: dict[_Guest, None] = {}

    def let_in(self, address: str) -> _Guest | None:
        """A place for one more; None where there is none. The oldest stranger makes room, first at the same address."""
        same = [guest for guest in self._guests if guest.address == address]
        if len(same) >= self._most_each and not self._send_away(same):
            return None
        if len(self._guests) >= self._most and not self._send_away(list(self._guests)):
            return None
        guest = _Guest(address)
        self._guests[guest] = None
        return guest

    def leave(self, guest: _Guest) -> None:
        """Forget a connection that has ended."""
        self._guests.pop(guest, None)

    def _send_away(self, guests: list[_Guest]) -> bool:
        oldest = next((guest for guest in guests if guest.is_stranger), None)
        if oldest is None:
            return False
        self.leave(oldest)
        if oldest.task is not None:
            oldest.task.cancel()
        return True


class LanServer(uvicorn.Server):
    """Answers devices of the local network, within bounds."""

    def __init__(
        self, config: uvicorn.Config, *, most: int, most_each: int = MOST_EACH, patience_s: float = HANDSHAKE_S
    ) -> None:
        super().__init__(config)
        self._patience_s = patience_s
        self._crowd = Crowd(most, most_each)
        self._tasks: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])  # nobody is accepted there
        for listening in sockets or []:
            listening.setblocking(False)
            listening.listen(self.config.backlog)
            self._do(self._accept(listening))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in list(self._tasks):
            if task.get_name() == self._accept.__name__:
                task.cancel()
        await super().shutdown(sockets)

    def _do(self, job: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(job, name=job.__name__)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, (address, *_port) = await loop.sock_accept(listening)
            except OSError:  # no descriptor is left, or it went again
                await asyncio.sleep(_PAUSE_S)
                continue
            guest = self._crowd.let_in(address)
            if guest is None:
                connection.close()
            else:
                guest.task = self._do(self._attend(connection, guest))
            await asyncio.sleep(0)  # however many come, those who are in are attended to

    async def _attend(self, connection: socket.socket, guest: _Guest) -> None:
        transport: asyncio.BaseTransport | None = None
        try:
            transport, guest.protocol = await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self.config.ssl,
                ssl_handshake_timeout=self._patience_s if self.config.ssl else None,
                ssl_shutdown_timeout=self._patience_s if self.config.ssl else None,
            )
            await guest.protocol.ended
        except OSError:  # no TLS was spoken, or not in time
            pass
        finally:
            self._crowd.leave(guest)
            if isinstance(transport, asyncio.Transport):
                transport.abort()
            else:
                with suppress(OSError):
                    connection.close()

    def _protocol(self) -> Connection:
        return Connection(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
            patience_s=self._patience_s,
        )
