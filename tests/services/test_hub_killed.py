"""A hub that is killed, or whose database goes away, loses nothing that it acknowledged, and stations go on by
themselves."""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from custody.errors import CustodyError, StoreError, TamperError
from db.store import Store, open_store
from services.exchange.hub_client import HubAddress, HubClient
from services.exchange.hub_desk import HubDesk
from services.exchange.ledger_audit import audit_ledger
from services.exchange.sync import sync
from tests.support import forked
from tests.support.hub_examples import Running, own, remark, running_hub
from tests.support.ledger_examples import Clock, around, planned_station, signer
from tests.support.merge_examples import join
from tests.support.ports import free_port
from tests.support.postgres_pair import running_pair
from web.hub_server import Hub
from web.hub_site import HubSite

FreshUrl = Callable[[], str]
STATIONS = 8


def stopping_hub(url: str, home: str, port: str, where: str) -> None:
    """A hub that says so and waits: between storing and cosigning, or between committing and answering."""

    def stop(*_said: object) -> None:
        print("stopped", flush=True)
        time.sleep(60)

    if where == "stored":
        HubDesk.cosigned = stop  # type: ignore[assignment, method-assign]
    else:
        begin = HubSite.do

        async def do(self: HubSite, job: object, log: str = "") -> object:
            found = await begin(self, job, log)  # type: ignore[type-var, arg-type]
            return stop() if isinstance(found, str) and "— " in found else found

        HubSite.do = do  # type: ignore[assignment, method-assign]
    hub = Hub(Path(home), lambda: open_store(url, signer(1), around(1, Clock(50_000))), "127.0.0.1", int(port))
    print(hub.pin, flush=True)
    hub.run()


@pytest.fixture
def root(url: str) -> Iterator[Store]:
    with planned_station(url, 1) as store:
        yield store


@pytest.fixture
def office(root: Store, sqlite_url: FreshUrl) -> Store:
    store = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
    remark(store, 5)
    return store


def is_whole(root: Store, office: Store, hub: Running) -> None:
    """Every acknowledged entry is at the hub, once, and nothing is wrong there."""
    hub.settle()
    acknowledged = office.cosigned.most(own(office))
    assert acknowledged == office.ledger.sizes()[own(office)]
    assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
    assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]


@pytest.mark.parametrize("where", ["stored", "committed"])
def test_a_hub_that_is_killed_between_storing_and_answering_gives_the_receipt_when_it_is_asked_again(
    url: str, root: Store, office: Store, tmp_path: Path, where: str
) -> None:
    port = free_port()
    child = forked.run("tests.services.test_hub_killed:stopping_hub", url, tmp_path, port, where)
    assert child.stdout is not None
    address = HubAddress("127.0.0.1", port, child.stdout.readline().strip())
    path = office.ledger.database.database

    def send() -> None:
        with open_store(f"sqlite:///{path}", signer(2), around(3)) as store, pytest.raises(StoreError):
            sync(store, HubClient(address), pause=lambda _s: None)

    sending = threading.Thread(target=send)
    sending.start()
    assert child.stdout.readline() == "stopped\n"
    child.kill()  # kill -9
    child.wait()
    sending.join(30)
    assert office.cosigned.most(own(office)) == 0, "nothing was acknowledged"
    assert root.arrivals.behind().count == (0 if where == "stored" else 5)
    with running_hub(url, tmp_path) as hub:
        hub.sync(office)
        is_whole(root, office, hub)


def test_a_hub_too_busy_to_take_more_says_when_to_come_again_and_gets_it_then(
    url: str, root: Store, office: Store, tmp_path: Path
) -> None:
    """As while the schema is changed by a newer version: its transaction keeps everybody else from writing."""
    waited = list[float]()
    with running_hub(url, tmp_path, busy_timeout_s=0.2) as hub:
        hub.sync(office)
        remark(office, 2)
        is_changing, is_over = threading.Event(), threading.Event()

        def change() -> None:
            with open_store(url, None, around(7)) as other, other.transaction():
                is_changing.set()
                is_over.wait(60)

        changing = threading.Thread(target=change)
        changing.start()
        is_changing.wait(60)

        def pause(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                is_over.set()
                changing.join()

        done = sync(office, HubClient(hub.address), pause=pause)
        is_over.set()
        assert (done.sent, done.waiting) == (2, 0)
        assert waited == [5.0, 5.0], "as long as the hub asked for"
        is_whole(root, office, hub)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_primary_that_is_killed_loses_nothing_acknowledged_and_stations_go_on_by_themselves(
    sqlite_url: FreshUrl,
) -> None:
    """A replica that commits with it takes its place; the hub stays as it is, and finds it."""
    with tempfile.TemporaryDirectory(prefix="serah-pair-", dir="/tmp", ignore_cleanup_errors=True) as name:
        home, folder = Path(name) / "home", Path(name) / "servers"
        home.mkdir()
        folder.mkdir()
        Path(name).chmod(0o755)
        with running_pair(folder) as pair:
            with planned_station(pair.url, 1) as root:
                offices = [join(sqlite_url(), 2 + i, root, place="51.08.01", name=f"PPK {i}") for i in range(STATIONS)]
            files = [office.ledger.database.database for office in offices]
            is_over, errors, told = threading.Event(), list[CustodyError](), Counter[int]()

            def send(number: int) -> None:
                """Record and send again and again, as `sync --watch` does, until the end."""
                key, at_work = signer(2 + number), around(20 + number)
                with open_store(f"sqlite:///{files[number]}", key, at_work) as office:
                    while not is_over.is_set():
                        remark(office, 1)
                        try:
                            sync(office, HubClient(hub.address))
                            told[number] += 1
                        except CustodyError as error:
                            errors.append(error)

            with running_hub(pair.url, home) as hub:
                threads = [threading.Thread(target=send, args=(number,)) for number in range(STATIONS)]
                for thread in threads:
                    thread.start()
                await_all(told, 2)
                pair.kill("first")
                time.sleep(2)
                pair.promote("second")
                before = Counter(told)
                await_all(told - before, 2, lambda: told - before)
                is_over.set()
                for thread in threads:
                    thread.join(120)
                with open_store(pair.url, signer(1), around(1, Clock(90_000))) as root:
                    for office in offices:
                        hub.sync(office)
                        is_whole(root, office, hub)
            assert not [error for error in errors if isinstance(error, TamperError)]


@pytest.mark.slow
@pytest.mark.postgres
def test_what_one_server_alone_has_stored_is_not_acknowledged(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    """Not where an administrator ends the wait for the replica, nor where it is read and asked for again."""
    import psycopg

    with tempfile.TemporaryDirectory(prefix="serah-pair-", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        (folder := Path(name) / "servers").mkdir()
        with running_pair(folder) as pair:
            with planned_station(pair.url, 1) as root:
                office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
            with running_hub(pair.url, tmp_path, busy_timeout_s=5) as hub:
                hub.sync(office)
                before = office.cosigned.most(own(office))
                remark(office, 3)
                is_over, cancelled = threading.Event(), list[int]()

                def impatient() -> None:
                    waits = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                    with psycopg.connect(pair.address("first"), autocommit=True) as server:
                        while not is_over.wait(0.05):
                            cancelled.extend(server.execute(waits).fetchall())

                with pair.frozen("second"):
                    ending = threading.Thread(target=impatient)
                    ending.start()
                    with pytest.raises(StoreError):
                        sync(office, HubClient(hub.address), pause=lambda _s: None)
                    is_over.set()
                    ending.join()
                    assert len(cancelled) > 2
                    assert office.cosigned.most(own(office)) == before, "no receipt"
                hub.sync(office)
                with open_store(pair.url, signer(1), around(1, Clock(90_000))) as root:
                    is_whole(root, office, hub)


def await_all(told: Counter[int], times: int, now: Callable[[], Counter[int]] | None = None) -> None:
    """Wait until every station has its receipts so many times."""
    until = time.monotonic() + 180
    while len(told) < STATIONS or min(told.values()) < times:
        assert time.monotonic() < until, told
        time.sleep(0.1)
        told = now() if now else told
