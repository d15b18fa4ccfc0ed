"""Run the page: on a port of this computer only, in the default browser, until Ctrl-C is pressed."""

import socket
import threading
import webbrowser
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from web.app import build
from web.live.store_worker import OpenStore
from web.security.certificate import kept_certificate
from web.security.entrances import kept_token
from web.security.lan_server import LanServer, most_connections
from web.security.pairing import Lan, LanEntrance
from web.security.sockets import LAN_PORT, lan_addresses, listen
from web.site import Site

_LAST_WORDS_S = 3


def open_lan(home: Path, listening: socket.socket) -> Lan:
    """The way in from the local network, at a socket that listens there.

    Raises:
        StoreError: its certificate cannot be kept in `home`.
    """
    host, port = listening.getsockname()
    addresses = [IPv4Address(host)]
    return Lan(home, addresses, port, kept_certificate(home, addresses))


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
        _let_devices_in(site, server, lan)
    if open_browser:  # the socket listens already, so the browser waits for what comes
        threading.Thread(target=_open, args=(site.address,), daemon=True, name="browser").start()
    with suppress(KeyboardInterrupt):  # uvicorn ends what is going on, then raises it again
        server.run(sockets=[listening])


def server_of(site: Site) -> "_Server":
    """What answers for a site, once it is run on a socket."""
    server = _Server(_config(build(site)), site)
    site.open_lan = lambda: _let_devices_in(site, server)
    return server


def _let_devices_in(site: Site, server: "_Server", listening: socket.socket | None = None) -> None:
    """Answer devices of the local network too, from now on.

    Args:
        listening: where `Site.lan` expects them; None: at a socket that is opened for it, if none is.

    Raises:
        StoreError: this computer is on no local network, or the certificate cannot be kept.
    """
    with server.opening:
        if listening is None:
            if site.lan is not None:
                return
            listening = listen(None, str(lan_addresses()[0]), LAN_PORT)
            try:
                site.lan = open_lan(site.home, listening)
            except BaseException:
                listening.close()
                raise
        for_devices = lan_server_of(site)
        threading.Thread(target=for_devices.run, kwargs={"sockets": [listening]}, daemon=True, name="lan").start()
        server.beside.append(for_devices)


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
        self.opening = threading.Lock()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.end_streams()
        for other in self.beside:
            other.should_exit = True
        await super().shutdown(sockets)


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
