"""Listening sockets, and the addresses by which this computer is reached on local networks."""

import errno
import os
import socket
from contextlib import suppress
from ipaddress import IPv4Address

from custody.errors import N_, InputError, StoreError

PORT = 8642
_MORE_PORTS = 20
LAN_PORT = 8743
LOOPBACK = "127.0.0.1"


def listen(port: int | None, address: str = LOOPBACK, first: int = PORT) -> socket.socket:
    """A listening socket; at the address that it has by itself, only this computer reaches it.

    Args:
        port: this one and no other; None: the `first`, or one of those after it where another program has that.

    Raises:
        StoreError: the port is taken, or may not be had.
    """
    wanted = [port] if port is not None else [*range(first, first + _MORE_PORTS), 0]
    for number in wanted:
        # Named as TCP, for else asyncio lets Nagle hold each answer's second packet until the first is acknowledged.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name != "nt":  # there it would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:  # asyncio sets it elsewhere, on what is accepted
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listening.bind((address, number))
            listening.listen(128)
            return listening
        except OSError as error:
            listening.close()
            if port is not None or error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise _refusal(number, error) from error
    raise AssertionError("the system gives some port for 0")


def lan_addresses(wanted: str | None = None) -> list[IPv4Address]:
    """The addresses of this computer on local networks, those that other devices reach first.

    Args:
        wanted: this one and no other.

    Raises:
        InputError: that is no address.
        StoreError: this computer is on no local network.
    """
    if wanted is not None:
        try:
            return [IPv4Address(wanted)]
        except ValueError as error:
            raise InputError(
                N_("{address} is no address such as 192.168.1.20"),
                hint=N_("See it in the network settings."),
                address=wanted[:60],
            ) from error
    found: dict[IPv4Address, None] = {}
    for elsewhere in ("192.168.0.1", "10.0.0.1", "172.16.0.1", "1.1.1.1"):  # nothing is sent: only the way is asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
            asking.connect((elsewhere, 9))
            found[IPv4Address(asking.getsockname()[0])] = None
    with suppress(OSError):
        for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found[IPv4Address(str(entry[4][0]))] = None
    local = [address for address in found if address.is_private and not address.is_loopback]
    if not local:
        raise StoreError(
            N_("this computer is on no local network"),
            hint=N_("Join a WLAN, or let the phone open a hotspot and join that; no internet is needed."),
        )
    return local


def _refusal(port: int, error: OSError) -> StoreError:
    if error.errno == errno.EADDRNOTAVAIL:
        return StoreError(
            N_("this computer has no such address"), hint=N_("See its addresses in the network settings.")
        )
    if error.errno == errno.EADDRINUSE:
        return StoreError(
            N_("port {port} is taken by another program, or by Serah itself in another window"),
            hint=N_("Close that one, or leave --port away: the next free one is taken then."),
            port=port,
        )
    return StoreError(
        N_("port {port} cannot be had: {reason}"),
        hint=N_("Choose one from 1024 to 65535, or leave --port away."),
        port=port,
        reason=error.strerror or type(error).__name__,
    )
