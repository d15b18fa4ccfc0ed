"""A printer on a port of this machine, which does as a test says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from labels.port import Destination


@contextmanager
def fake_printer(behave: Callable[[socket.socket], None]) -> Iterator[Destination]:
    """A printer on a free port of this machine that takes one job."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Destination("127.0.0.1", server.getsockname()[1])
        thread.join(60)


def take_all(into: bytearray) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(b"ready")  # an answer that nobody asked for must cost no label
        while piece := connection.recv(4096):
            into.extend(piece)

    return behave
