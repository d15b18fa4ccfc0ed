"""Send bytes to a thermal printer, by its TCP port or device file; errors say what failed and how much was sent.

The raw port does not report paper, ribbon or an open cover: the only sign is that the printer takes no more bytes.
"""

import errno
import os
import re
import select
import socket
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from custody.errors import N_, InputError, PrinterError

RAW_PORT = 9100
CONNECT_S = 5.0
STALLED_S = 60.0
"""A printer whose buffer is full takes more when a few labels are out; one without paper never does."""
GOODBYE_S = 2.0

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?", re.ASCII)
_WINDOWS_PORT = re.compile(r"(?:COM|LPT)\d+:?", re.ASCII | re.IGNORECASE)
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Destination:
    """A printer: a host with its port, or a device file."""

    host: str = ""
    port: int = RAW_PORT
    device: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.device or f"{host}:{self.port}"


def parse_destination(text: str) -> Destination:
    r"""`HOST`, `HOST:9100`, `[IPv6]:9100`, or a device: `/dev/usb/lp0`, `LPT1`, `\\computer\printer`.

    Raises:
        InputError: it is none of these.
    """
    if "/" in text or "\\" in text or _WINDOWS_PORT.fullmatch(text):
        return Destination(device=text)
    match = _HOST.fullmatch(text)
    port = int(match[3] or RAW_PORT) if match else 0
    if match is None or not 0 < port < 65536:
        raise InputError(
            N_("{text} is neither a printer's address nor a device"),
            hint=N_("Write it as 192.168.1.50:9100 or /dev/usb/lp0."),
            text=text[:80],
        )
    return Destination(match[1] or match[2], port)


def send(to: Destination, labels: Iterable[bytes], sent: Callable[[], None], *, stalled_s: float = STALLED_S) -> None:
    """Send labels one after the other; `sent` is called each time one has gone out whole.

    Args:
        stalled_s: how long a printer may take no bytes at all.

    Raises:
        PrinterError: it cannot be reached, or stopped taking bytes.
    """
    if to.device:
        _to_device(to, labels, sent, stalled_s)
    else:
        _to_port(to, labels, sent, stalled_s)


@contextmanager
def _told(to: Destination) -> Iterator[None]:
    """Errors of the printer's own, and no others: a disk may fail too while labels are sent."""
    try:
        yield
    except OSError as error:
        raise _refusal(to, error) from error


def _to_port(to: Destination, labels: Iterable[bytes], sent: Callable[[], None], stalled_s: float) -> None:
    with _told(to):
        connection = socket.create_connection((to.host, to.port), timeout=CONNECT_S)
    with closing(connection):
        connection.settimeout(stalled_s)
        for label in labels:
            with _told(to):
                for start in range(0, len(label), _PIECE):
                    connection.sendall(label[start : start + _PIECE])
            sent()
        with _told(to):
            connection.shutdown(socket.SHUT_WR)
            # A printer may answer; closing on unread bytes would throw away what it has not read of ours.
            connection.settimeout(GOODBYE_S)
            with suppress(TimeoutError):
                while connection.recv(_PIECE):
                    pass


def _to_device(to: Destination, labels: Iterable[bytes], sent: Callable[[], None], stalled_s: float) -> None:
    with _told(to):
        handle = _open_device(to)
    try:
        for label in labels:
            left = memoryview(label)
            with _told(to):
                while left:
                    if os.name == "posix" and not select.select([], [handle], [], stalled_s)[1]:
                        raise TimeoutError(errno.ETIMEDOUT, "timed out")
                    with suppress(BlockingIOError):
                        left = left[os.write(handle, left[:_PIECE]) :]
            sent()
    finally:
        os.close(handle)


def _open_device(to: Destination) -> int:
    try:
        mode = os.stat(to.device).st_mode  # noqa: PTH116  # a device is no Path's business
    except OSError:
        if os.name == "posix":
            raise
        mode = 0  # Windows tells nothing of LPT1 or of a printer that is shared
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        raise InputError(
            N_("{device} is a file or folder, and no printer"),
            hint=N_("To write a file use --out labels.zpl"),
            device=to.device,
        )
    return os.open(to.device, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def _refusal(to: Destination, error: OSError) -> PrinterError:
    """What an error of the system means to somebody who stands before the printer."""
    network = N_("Is it switched on and on this network? Its own menu prints its address.")
    look = N_("Look at the printer: is it on, are there paper and ribbon, is the cover shut?")
    if isinstance(error, socket.gaierror):
        message, hint = N_("there is no computer or printer called {printer}"), network
    elif isinstance(error, ConnectionRefusedError):
        message = N_("{printer} takes no connection: it is no printer, or it is busy")
        hint = N_("Most printers listen on port 9100; end other print jobs, then try again.")
    elif isinstance(error, TimeoutError):
        message, hint = N_("{printer} does not answer or takes no more"), look
    elif isinstance(error, ConnectionError):
        message, hint = N_("{printer} broke off the connection"), look
    elif isinstance(error, FileNotFoundError) or error.errno in (errno.ENXIO, errno.ENODEV):
        message = N_("there is no printer at {printer}")
        hint = N_("Plug it in and switch it on; on Linux it shows as /dev/usb/lp0.")
    elif isinstance(error, PermissionError):
        message = N_("you may not write to {printer}")
        hint = N_("On Linux, once: sudo usermod -aG lp $USER, then log in again.")
    elif error.errno == errno.EBUSY:
        message, hint = N_("another program uses {printer}"), N_("End other print jobs, then try again.")
    else:
        message, hint = N_("{printer} cannot be reached: {reason}"), network
    return PrinterError(message, hint=hint, printer=str(to), reason=error.strerror or type(error).__name__)
