"""A hub on a real socket of this computer, and stations that know it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.store import Store, open_store
from evidence.checkpoint import Signer
from services.exchange.hub_client import HubAddress, HubClient
from services.exchange.sync import Synced, sync
from tests.support.ledger_examples import Clock, around, signer
from web.hub_server import Hub
from web.hub_workers import HubWorkers


@dataclass
class Running:
    """A hub that runs in this process, over the ledger of a root."""

    hub: Hub
    address: HubAddress

    def sync(self, store: Store) -> Synced:
        """What `sync` does at a station, without waiting between tries."""
        try:
            return sync(store, HubClient(self.address), pause=lambda _s: None)
        finally:
            self.settle()

    def settle(self) -> None:
        """Wait until all that arrived is in place."""
        while self.hub.site.settle(10_000):
            pass


@contextmanager
def running_hub(
    url: str,
    home: Path,
    seed: int = 1,
    key: Signer | None = None,
    certificate: Path | None = None,
    workers: HubWorkers | None = None,
    busy_timeout_s: float = 10,
) -> Iterator[Running]:
    """The hub of the ledger at this address, whose station has this key, or the one of `seed`."""
    made = key or signer(seed)
    hub = Hub(
        home,
        lambda: open_store(url, made, around(seed, Clock(50_000)), busy_timeout_s=busy_timeout_s),
        "127.0.0.1",
        _free_port(),
        certificate,
        workers=workers,
    )
    thread = threading.Thread(target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True)
    thread.start()
    try:
        yield Running(hub, hub.invitations[0] if certificate else HubAddress("127.0.0.1", _port_of(hub), hub.pin))
    finally:
        hub.server.should_exit = True
        thread.join(timeout=10)
        hub.close()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _port_of(hub: Hub) -> int:
    return int(hub.listening.getsockname()[1])
