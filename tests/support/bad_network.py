"""A network that delays, cuts, stalls and answers for others, as a proxy on real sockets of this computer."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PIECE = 1400
"""About what one packet carries."""


@dataclass
class BadNetwork:
    """How bad it is. `cuts` is asked for each connection how many bytes may pass, both ways, before it is reset; None:
    all. `delay_s` is what each direction waits, `bytes_per_s` how fast it is. `up` and `down` count what passed.
    """

    cuts: Callable[[int], int | None] = lambda _number: None
    delay_s: float = 0.0
    bytes_per_s: float = float("inf")
    up: int = 0
    down: int = 0
    connections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, near: socket.socket, target: tuple[str, int]) -> None:
        """Carry one connection to its end."""
        with self._lock:
            self.connections += 1
            left = [self.cuts(self.connections)]
        with near, socket.create_connection(target) as far:
            done = threading.Event()
            ways = [
                threading.Thread(target=self._pass, args=(*pair, left, done, is_up), daemon=True)
                for pair, is_up in (((near, far), True), ((far, near), False))
            ]
            for way in ways:
                way.start()
            for way in ways:
                way.join()

    def _pass(
        self, of: socket.socket, to: socket.socket, left: list[int | None], done: threading.Event, is_up: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while not done.is_set() and (data := of.recv(_PIECE)):
                if self.delay_s:
                    time.sleep(self.delay_s)
                if self.bytes_per_s < float("inf"):
                    time.sleep(len(data) / self.bytes_per_s)
                with self._lock:
                    if left[0] is not None:
                        data = data[: left[0]]
                        left[0] -= len(data)
                    self.up += len(data) * is_up
                    self.down += len(data) * (not is_up)
                    is_over = left[0] == 0
                to.sendall(data)
                if is_over:
                    break
        done.set()
        for end in (of, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def bad_network(target: tuple[str, int], network: BadNetwork) -> Iterator[int]:
    """Let a proxy run before this address; gives its port."""
    with serving(lambda near: network.carry(near, target)) as port:
        yield port


@contextmanager
def serving(attend: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let a function attend to each connection, in a thread of its own; gives the port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                threading.Thread(target=_quietly, args=(attend, near), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def _quietly(attend: Callable[[socket.socket], None], near: socket.socket) -> None:
    with contextlib.suppress(OSError):
        attend(near)
