"""Runs the page: a port of this computer alone, the default browser, and an end when Ctrl-C is pressed."""

import errno
import os
import socket
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

import uvicorn

from custody.errors import N_, StoreError
from web.app import build
from web.site import Site
from web.store_thread import OpenStore
from web.token import kept_token

PORT = 8642
_MORE_PORTS = 20
_LOOPBACK = "127.0.0.1"
_LAST_WORDS_S = 3


def listen(port: int | None) -> socket.socket:
    """A listening socket that only this computer reaches.

    Args:
        port: this one and no other; None: `PORT`, or one of those after it where another program has that.

    Raises:
        StoreError: the port is taken, or may not be had.
    """
    wanted = [port] if port is not None else [*range(PORT, PORT + _MORE_PORTS), 0]
    for number in wanted:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":  # there it would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_LOOPBACK, number))
            listening.listen(128)
            return listening
        except OSError as error:
            listening.close()
            if port is not None or error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise _refusal(number, error) from error
    raise AssertionError("the system gives some port for 0")


def _refusal(port: int, error: OSError) -> StoreError:
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


def serve(site: Site, listening: socket.socket, *, open_browser: bool) -> None:
    """Answer until Ctrl-C."""
    server = server_of(site)
    if open_browser:  # the socket listens already, so the browser waits for what comes
        threading.Thread(target=_open, args=(site.address,), daemon=True, name="browser").start()
    with suppress(KeyboardInterrupt):  # uvicorn ends what is going on, then raises it again
        server.run(sockets=[listening])


def server_of(site: Site) -> uvicorn.Server:
    """What answers for a site, once it is run on a socket."""
    config = uvicorn.Config(
        build(site), access_log=False, log_level="warning", server_header=False, date_header=False,
        timeout_graceful_shutdown=_LAST_WORDS_S, timeout_keep_alive=30,
    )  # fmt: skip
    return _Server(config, site)


class _Server(uvicorn.Server):
    """Tells the streams, which would never end by themselves, that it is about to end."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.end_streams()
        await super().shutdown(sockets)


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
