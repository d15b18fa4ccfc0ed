"""A hub beside what it cannot be faster than: events that many stations send at once, durable and cosigned.

    python bench/hub.py [--events 2000] [--clients 16] [--moves 24] [--folder .]

One run, on this computer: the stations' requests are made beforehand and sent over TLS, by a process each. Beside it
stand libsodium checking one signature for each event, and SQLite writing the same entries in transactions of 256,
synced.
"""

import argparse
import multiprocessing
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import apsw  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from custody.compose.compose import Handover, NewEvent, Ref, Touch, handover_events, register_events  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from db.connect import open_database  # noqa: E402
from db.prepared import batches  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.ed25519 import Signer, holds  # noqa: E402
from evidence.mirror_forms import HeadRequest, Package, Upload, spans  # noqa: E402
from evidence.tree import Tree  # noqa: E402
from services.exchange.hub_client import HubAddress, HubClient  # noqa: E402
from services.exchange.sync import sync  # noqa: E402
from services.records.membership import admit, make_card, read_card  # noqa: E402
from web.hub_server import Hub  # noqa: E402

AT, HOPS = "2024-02-10T08:00:00Z", ("51.08", "51.08.01", "51.08.01.2001")
AT_ONCE = 256


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=2000, help="of all stations together")
    arguments.add_argument("--clients", type=int, default=16)
    arguments.add_argument("--moves", type=int, default=24, help="things in each handover")
    arguments.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        run(Path(folder), options.events // options.clients, options.clients, options.moves)


def run(folder: Path, each: int, clients: int, moves: int) -> None:
    url, dice = f"sqlite:///{folder / 'hub.db'}", random.Random(1)
    around = Surroundings(lambda: AT, dice.randrange)
    open_database(url.removeprefix("sqlite:///"), create=True).close()
    stations: list[Station] = []
    with open_store(url, signer(0), around) as root:
        root.begin(election="Pemilu", station="Kantor", place="51.08")
        codes = iter(registered(root, clients * (each - 1) * moves))
        for number in range(1, clients + 1):
            stations.append(Station(folder, number, root, each, moves, codes))
    entries = [entry for station in stations for entry in station.entries]
    floor(entries, stations)
    processes = multiprocessing.get_context("fork")  # begun before the hub has threads; each station is a computer
    told, done = [processes.SimpleQueue() for _station in stations], processes.SimpleQueue()
    children = [
        processes.Process(target=at_once, args=(station, queue, done), daemon=True)
        for station, queue in zip(stations, told, strict=True)
    ]
    for child in children:
        child.start()
    hub = Hub(folder, lambda: open_store(url, signer(0), around), "127.0.0.1", None)
    threading.Thread(target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True).start()
    address = HubAddress(*hub.listening.getsockname()[:2], hub.pin)
    began, used = time.perf_counter(), time.process_time()
    for queue in told:
        queue.put(address)
    sent = sum(done.get() for _child in children)
    took, used = time.perf_counter() - began, time.process_time() - used
    total = each * clients
    print(f"hub: {total} events of {moves} moves, {clients} clients: {total / took:,.0f} events/s durable and cosigned")
    print(f"the hub's processor time, all its threads: {used / total * 1000:.2f} ms an event")
    print(f"on the wire: {sent / (total * moves):.1f} bytes a move, {sent / total:,.0f} an event")
    began = time.perf_counter()
    while hub.site.settle():
        pass
    took = time.perf_counter() - began
    print(f"the present state follows, when nobody sends: {total / took:,.0f} events/s")
    small(stations[0], address)
    hub.server.should_exit = True


def at_once(station: "Station", told: Any, done: Any) -> None:
    """Send everything once the hub's address is told, and say how many bytes went."""
    station.send(told.get())
    done.put(station.client.sent)


class Station:
    """A station with its requests made beforehand."""

    def __init__(
        self, folder: Path, number: int, root: Store, each: int, moves: int, codes: Iterator[tuple[str, Ref]]
    ) -> None:
        self.url, self.key = f"sqlite:///{folder / f'{number}.db'}", signer(number)
        self.around = Surroundings(lambda: AT, random.Random(number).randrange)
        self.times: list[float] = []
        open_database(self.url.removeprefix("sqlite:///"), create=True).close()
        with open_store(self.url, self.key, self.around) as store:
            fingerprint = root.ledger.own_log().root
            genesis = store.begin(election="Pemilu", station=f"PPK {number}", place=HOPS[1], root=fingerprint)
            admit(root, read_card(make_card(genesis, self.key)))
            new = [event for i in range(each - 1) for event in handover(dict(islice(codes, moves)), i)]
            for at in range(0, len(new), 100):
                with store.transaction():
                    store.writer.append(new[at : at + 100], self.key, at=AT, by="", app="bench", id="0" * 36)
            self.log = store.ledger.own_log().name
            note = store.ledger.signed_heads.signed(self.log)
            assert note is not None
            self.entries = [*store.ledger.span(self.log, 0, each)]
            tree = Tree(store.ledger.leaves(self.log))
        self.head = HeadRequest(0, (), note).to_bytes()
        packages = [
            Package(rounded, first, tuple(self.entries[first:last]), tuple(tree.subtree_proof(rounded, last)))
            for rounded, first, last in spans(0, tree.size)
        ]
        self.body = Upload(self.log, 0, tree.size).to_bytes() + b"".join(package.to_bytes() for package in packages)

    def send(self, address: HubAddress) -> None:
        """Send everything, as `sync` does."""
        self.client = HubClient(address)
        asked = [("/add-log", self.entries[0]), ("/add-checkpoint", self.head), ("/add-entries", self.body)]
        answers = [self.client.ask("POST", path, body) for path, body in asked]
        assert [answer.status for answer in answers] == [200, 200, 200], answers
        self.client.close()


def registered(root: Store, count: int) -> list[tuple[str, Ref]]:
    """So many things of the plan, each with the record that registers it."""
    items = [Item(root.around.new_code(), "box", "51.08.01.2001", held_by=HOPS[1]) for _ in range(count)]
    told = []
    for events in batches(register_events(items), 20):
        told += [(code, Ref(event.log, event.seq, event.leaf)) for event in root.record(events) for code in event.rows]
    return told


def handover(things: Mapping[str, Ref], number: int) -> Sequence[NewEvent]:
    """A handover of things that the hub knows and that move for the first time, as on a day when boxes go out."""
    touches = [Touch(code, 1, "camera") for code in things]
    made = Handover(HOPS[1], HOPS[2], giver_name="Wayan Sudarma", receiver_name="Ketut Wirawan")
    return handover_events(made, touches, things, bast=f"{number:04}/51.08.01/2024")


def floor(entries: Sequence[bytes], stations: Sequence[Station]) -> None:
    """What no hub can be faster than on this computer."""
    key, message = stations[0].key, b"x" * 2500
    signature = key.sign(message)
    began = time.perf_counter()
    for _ in entries:
        assert holds(key.public_key, signature, message)
    checked = len(entries) / (time.perf_counter() - began)
    with tempfile.TemporaryDirectory(dir=Path(stations[0].url.removeprefix("sqlite:///")).parent) as folder:
        database = apsw.Connection(str(Path(folder) / "bare.db"))
        database.execute("PRAGMA journal_mode=wal")
        database.execute("PRAGMA synchronous=full")
        database.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, bytes BLOB)")
        began = time.perf_counter()
        for at in range(0, len(entries), AT_ONCE):
            with database:
                database.executemany("INSERT INTO entry (bytes) VALUES (?)", [(e,) for e in entries[at : at + AT_ONCE]])
        written = len(entries) / (time.perf_counter() - began)
        database.close()
    print(f"libsodium alone: {checked:,.0f} signatures/s; SQLite alone: {written:,.0f} entries/s")


def small(station: Station, address: HubAddress) -> None:
    """How long a `sync` takes that has nothing to send, and one that has one event."""
    times = []
    with open_store(station.url, station.key, station.around) as store:
        sync(store, HubClient(address))
        for _ in range(9):
            began = time.perf_counter()
            sync(store, HubClient(address))
            times.append(time.perf_counter() - began)
    print(f"a sync with nothing to send: {statistics.median(times) * 1000:.0f} ms")


def signer(number: int) -> Signer:
    """A key that is the same in every run."""
    secret = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
    return Signer(secret.public_key().public_bytes_raw(), secret.sign)


if __name__ == "__main__":
    main()
