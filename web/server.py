"""Run the page: on a port of this computer only, in the default browser, until Ctrl-C is pressed."""

import errno
import os
import socket
import threading
import webbrowser
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from custody.errors import N_, InputError, StoreError
from web.app import build
from web.live.store_worker import OpenStore
from web.security.certificate import kept_certificate
from web.security.entrances import kept_token
from web.security.lan_server import LanServer, most_connections
from web.security.pairing import Lan, LanEntrance
from web.site import Site

PORT = 8642
_MORE_PORTS = 20
LAN_PORT = 8743
LOOPBACK = "127.0.0.1"
_LAST_WORDS_S = 3


def listen(port: int | None, address: str = LOOPBACK, first: int = PORT) -> socket.socket:
    """A listening socket; at the address that it has by itself, only this computer reaches it.

    Args:
        port: this one and no other; None: the `first`, or one of those after it where another program has that.

    Raises:
        StoreError: the port is taken, or may not be had.
    """
    wanted = [port] if port is not None else [*range(first, first + _MORE_PORTS), 0]
    for number in wanted:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":  # there it would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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


def open_lan(home: Path, listening: socket.socket) -> Lan:
    """The way in from the local network, at a socket that listens there.

    Raises:
        StoreError: its certificate cannot be kept in `home`.
    """
    host, port = listening.getsockname()
    addresses = [IPv4Address(host)]
    return Lan(home, addresses, port, kept_certificate(home, addresses))


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


def site_on(listening: socket.socket, home: Path, open_store: OpenStore, *, language: str, source: str) -> Site:
    """The site behind a socket.

    Raises:
        StoreError: its secret cannot be kept in `home`.
    """
    return Site(open_store, home, kept_token(home), listening.getsockname()[1], language, source)


def serve(site: Site, listening: socket.socket, lan: socket.socket | None = None, *, open_browser: bool) -> None:
    """Answer until Ctrl-C; on the local network too, where a socket listens there."""
    server = server_of(site)
    if lan is not None:
        for_devices = lan_server_of(site)
        threading.Thread(target=for_devices.run, kwargs={"sockets": [lan]}, daemon=True, name="lan").start()
        server.beside.append(for_devices)
    if open_browser:  # the socket listens already, so the browser waits for what comes
        threading.Thread(target=_open, args=(site.address,), daemon=True, name="browser").start()
    with suppress(KeyboardInterrupt):  # uvicorn ends what is going on, then raises it again
        server.run(sockets=[listening])


def server_of(site: Site) -> "_Server":
    """What answers for a site, once it is run on a socket."""
    return _Server(_config(build(site)), site)


def lan_server_of(site: Site) -> LanServer:
    """What answers devices of the local network."""
    assert site.lan is not None
    certificate = site.lan.certificate.path
    config = _config(build(site, LanEntrance(site.lan)), ssl_certfile=certificate, ssl_keyfile=certificate)
    return LanServer(config, most=most_connections())


def _config(app: FastAPI, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        proxy_headers=False,  # nothing stands before it: what says so is a stranger's
        log_level="error",  # its warnings are of what strangers send: as many lines as they like, and in English
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_LAST_WORDS_S,
        timeout_keep_alive=30,
        ws="none",
        **more,
    )


class _Server(uvicorn.Server):
    """A server that ends the streams first, as they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site
        self.beside: list[uvicorn.Server] = []
        """Servers of the same site that end with this one."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.end_streams()
        for other in self.beside:
            other.should_exit = True
        await super().shutdown(sockets)


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
