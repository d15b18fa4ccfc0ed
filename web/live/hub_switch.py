"""The hub that a page opens on its computer, for stations to send to, until it is closed or the page ends."""

import threading
from collections.abc import Callable
from pathlib import Path

from services.exchange.invitation import open_hub
from web.hub_server import Hub
from web.live.store_worker import OpenStore

_LAST_WORDS_S = 10.0


class HubSwitch:
    """A hub beside the page, in a thread of its own. Any thread may ask."""

    def __init__(self, home: Path, open_store: OpenStore) -> None:
        self._home, self._open_store = home, open_store
        self._hub: Hub | None = None
        self._thread: threading.Thread | None = None
        self._hide: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    @property
    def lines(self) -> list[str]:
        """The lines by which stations know the hub; none while it is closed."""
        hub = self._hub
        return [str(address) for address in hub.invitations] if hub else []

    def open(self) -> None:
        """Answer stations from now on; one that is open stays so.

        Raises:
            StoreError: this computer is on no local network, or the folder cannot be written.
        """
        with self._lock:
            if self._hub is not None:
                return
            hub = Hub(self._home, self._open_store, None, None)
            try:
                address = hub.invitations[0]  # without a network nobody could be told where it is
                self._hide = open_hub(self._home, address)
            except BaseException:
                hub.close()
                raise
            self._thread = threading.Thread(
                target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True, name="hub"
            )
            self._thread.start()
            self._hub = hub

    def close(self) -> None:
        """Let go of the port and the ledger; what was sent is kept."""
        with self._lock:
            hub, self._hub = self._hub, None
            if hub is None or self._thread is None:
                return
            self._hide()
            hub.server.should_exit = True
            self._thread.join(_LAST_WORDS_S)
            hub.close()
