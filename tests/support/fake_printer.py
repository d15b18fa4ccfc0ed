"""A printer on a port of this machine, which does as a test says, and one at a device."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

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


@contextmanager
def printer_device(folder: Path) -> Iterator[tuple[str, bytearray]]:
    """A printer's device, which is a named pipe, and what it has taken: all that was sent once the block has ended."""
    device, taken, readers = _pipe(folder)
    for reader in readers:
        reader.start()
    yield device, taken
    while waiting := [reader for reader in readers if reader.is_alive()]:
        with suppress(OSError), open(device, "ab"):  # noqa: PTH123  # one that has had nobody yet has us
            waiting[0].join(1)


if sys.platform == "win32":
    import _winapi

    def _pipe(folder: Path) -> tuple[str, bytearray, list[threading.Thread]]:
        """A pipe at which two may call: who looks what it is, and then who writes."""
        device, taken = rf"\\.\pipe\serah-{os.getpid()}-{folder.name}", bytearray()

        def read(pipe: int) -> None:
            with suppress(OSError):
                _winapi.ConnectNamedPipe(pipe, False)
            with suppress(OSError):
                while True:
                    taken.extend(_winapi.ReadFile(pipe, 65536)[0])

        pipes = [_winapi.CreateNamedPipe(device, _winapi.PIPE_ACCESS_INBOUND, 0, 2, 0, 65536, 0, 0) for _ in range(2)]
        return device, taken, [threading.Thread(target=read, args=(pipe,), daemon=True) for pipe in pipes]

else:

    def _pipe(folder: Path) -> tuple[str, bytearray, list[threading.Thread]]:
        device, taken = folder / "lp0", bytearray()
        os.mkfifo(device)
        handle = os.open(device, os.O_RDONLY | os.O_NONBLOCK)  # so that it has a reader from the start

        def read() -> None:
            taken.extend(device.read_bytes())
            os.close(handle)

        return str(device), taken, [threading.Thread(target=read, daemon=True)]
