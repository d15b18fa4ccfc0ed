"""A hub on a real socket of this computer, and stations that know it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody.compose.compose import NewEvent
from db.store import Store, open_store
from evidence.checkpoint import Signer
from evidence.mirror_forms import HeadRequest
from evidence.tree import Tree
from services.exchange.hub_client import Answer, HubAddress, HubClient
from services.exchange.sync import Synced, sync
from tests.support.ledger_examples import Clock, absorb, around, empty_ledger, planned_station, record, signer
from tests.support.ports import free_port
from web.hub_server import Hub
from web.hub_workers import HubWorkers

FreshUrl = Callable[[], str]


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
    tell: Callable[[str], None] = lambda _line: None,
) -> Iterator[Running]:
    """The hub of the ledger at this address, whose station has this key, or the one of `seed`."""
    made = key or signer(seed)
    hub = Hub(
        home,
        lambda: open_store(url, made, around(seed, Clock(50_000)), busy_timeout_s=busy_timeout_s),
        "127.0.0.1",
        free_port(),
        certificate,
        tell=tell,
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


@pytest.fixture
def url(sqlite_url: FreshUrl) -> str:
    return sqlite_url()


@pytest.fixture
def root(url: str) -> Iterator[Store]:
    with planned_station(url, 1) as store:
        yield store


@pytest.fixture
def hub(url: str, root: Store, tmp_path: Path) -> Iterator[Running]:
    with running_hub(url, tmp_path) as running:
        yield running


def remark(store: Store, count: int) -> None:
    for number in range(count):
        said = {"point": f"p{number}", "title": "x" * 50, "owner": "", "due": None, "place": None, "state": "open"}
        record(store, NewEvent("point", {**said, "note": ""}))


def own(store: Store) -> str:
    return store.ledger.own_log().name


def size_at(root: Store, store: Store) -> int:
    return root.ledger.sizes().get(own(store), 0)


@contextmanager
def clone(url: str, of: Store, seed: int = 2) -> Iterator[Store]:
    """A second laptop with the key and the ledger of a station, as when a disk is copied."""
    with empty_ledger(url, seed, 77) as copy:
        absorb(copy, of)
        log = copy.ledger.tables.log
        log.update(is_own=1).where(log.name == own(of)).execute()
        copy.ledger.memory.forget()
        yield copy


POINT = {"point": "p", "title": "", "owner": "", "due": None, "place": None, "state": "open", "note": ""}


def ask(hub: Running, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    client = HubClient(hub.address)
    try:
        return client.ask("POST", path, body, headers)
    finally:
        client.close()


def head_of(store: Store, old: int = 0) -> bytes:
    note = store.ledger.signed_heads.signed(own(store))
    assert note is not None
    tree = Tree(store.ledger.leaves(own(store)))
    return HeadRequest(old, tuple(tree.consistency_proof(old)), note).to_bytes()


def entries_of(store: Store, begin: int, end: int) -> tuple[bytes, ...]:
    return tuple(store.ledger.span(own(store), begin, end))


def held(hub: Running, root: Store, store: Store) -> int:
    hub.settle()
    return root.ledger.sizes().get(own(store), 0)


def _port_of(hub: Hub) -> int:
    return int(hub.listening.getsockname()[1])
