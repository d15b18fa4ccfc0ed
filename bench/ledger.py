"""The ledger beside the bare database: a durable scan, one item's chain in a large ledger, the plan of a regency.

    python bench/ledger.py [--events 1000000] [--rounds 1500] [--folder .]

Every number of one table comes from the same run, taken in turns, so that what else the machine does falls on all of
them alike. The bare database is one apsw connection with the settings of the ledger (WAL, synchronous=FULL).
"""

import argparse
import csv
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import apsw  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from peewee import Table  # noqa: E402

from custody.compose.compose import Handover, NewEvent, Touch, handover_events, parts  # noqa: E402
from custody.compose.item_events import print_events, register_events  # noqa: E402
from custody.format.codes import draw_code  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from db.log.transactions import check_tail  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.checkpoint import Signer  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402

AT = "2024-02-10T08:00:00Z"
WAREHOUSE = "51.08"
HOPS = [WAREHOUSE, "51.08.01", "51.08.01.2001", "51.08.01.2001.001", "51.08.01.2001", "51.08.01", WAREHOUSE]
EVENTS_PER_ITEM = 2 + len(HOPS) - 1
"""A register, a print, and a handover for each step of the way out and back."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=1_000_000, help="item-events of the large ledger")
    arguments.add_argument("--rounds", type=int, default=1500)
    arguments.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        scans(Path(folder), options.rounds)
        handovers(Path(folder), max(options.rounds // 5, 100))
        plan(Path(folder))
        chains(Path(folder), options.events)
        restarts(Path(folder), options.events // 10)


# --- the four claims --------------------------------------------------------------------------------------------------


def scans(folder: Path, rounds: int) -> None:
    """A scan is durable in at most twice the time of a bare commit of the same row."""
    with open_ledger(folder / "scans.db") as store, bare_database(folder / "bare.db") as bare:
        bare.execute(
            "CREATE TABLE scan (draft TEXT, code TEXT, number INTEGER, print INTEGER, how TEXT, at TEXT,"
            " PRIMARY KEY (draft, code)) STRICT, WITHOUT ROWID"
        )
        store.drafts.open("draft", WAREHOUSE, None, (), at=AT)
        store.drafts.open("plain", WAREHOUSE, None, (), at=AT)
        scan = store.state.tables.draft_scan
        codes = Codes()

        def bare_insert() -> None:
            bare.execute("INSERT INTO scan VALUES (?, ?, ?, ?, ?, ?)", ("draft", next(codes), 1, 1, "camera", AT))

        def plain_insert() -> None:
            scan.insert(draft="plain", code=next(codes), number=1, print=1, how="camera", at=AT).execute()

        def take() -> None:
            store.drafts.take("draft", Touch(next(codes), 1, "camera"), at=AT)

        ways = {"bare commit": bare_insert, "peewee insert": plain_insert, "Drafts.take": take}
        table(f"A scan made durable, {rounds:,} rounds", in_turns(ways, rounds), "bare commit")


def handovers(folder: Path, rounds: int) -> None:
    """A signed event with its signed head is durable in at most twice the time of a bare commit of as many bytes.

    `record_handover` does more: it also judges the item, folds it and keeps its present state.
    """
    with open_ledger(folder / "handovers.db") as store, bare_database(folder / "bare-event.db") as bare:
        bare.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body BLOB) STRICT")
        codes = registered(store, rounds + 10)
        remaining = iter(codes)
        body = record_handover(store, Handover(WAREHOUSE, HOPS[1]), [Touch(codes[0], 1, "camera")]).events[0]
        size = len(str(body.body).encode())
        store.ledger.database.execute_sql("CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB) STRICT")
        plain_table = Table("plain", ("id", "body")).bind(store.ledger.database)
        [event] = handover_events(Handover(WAREHOUSE, HOPS[1]), [Touch(codes[0], 1, "camera")], {}, bast="0001")

        def bare_insert() -> None:
            bare.execute("INSERT INTO event (body) VALUES (?)", (bytes(size),))

        def plain_insert() -> None:
            plain_table.insert(body=bytes(size)).execute()

        def append() -> None:
            with store.transaction():
                store.writer.append([event], store.signer(), at=AT, by="Made", app="serah", id="0" * 32)

        def record() -> None:
            record_handover(store, Handover(WAREHOUSE, HOPS[1]), [Touch(next(remaining), 1, "camera")])

        ways = {
            "bare commit": bare_insert,
            "peewee insert": plain_insert,
            "LedgerWriter.append": append,
            "record_handover": record,
        }
        table(f"A handover of one item, {rounds:,} rounds, {size:,} bytes", in_turns(ways, rounds), "bare commit")


def plan(folder: Path) -> None:
    """All items of Buleleng are planned, coded, signed and stored in less than 15 s."""
    places, needs = buleleng()
    with open_ledger(folder / "plan.db") as store:
        seconds: dict[str, float] = {}
        with clocked(seconds, "load_plan"):
            record_plan(store, places, needs, source="plan.csv", digest="0" * 64)
        with clocked(seconds, "missing_items"):
            missing = unregistered_items(store)
        with clocked(seconds, "register"):
            register_items(store, missing)
        with clocked(seconds, "nothing missing"):
            assert unregistered_items(store) == []
        total = sum(seconds.values())
    print(f"\nThe plan of Buleleng: {len(places):,} places, {len(missing):,} items")
    for name, took in {**seconds, "in all": total}.items():
        print(f"  {name:<18}{took:>9.2f} s")


def chains(folder: Path, events: int) -> None:
    """One item's chain takes as long in a large ledger as in a small one."""
    with (
        open_ledger(folder / "small.db") as small,
        open_ledger(folder / "large.db") as large,
    ):
        few = filled(small, 10_000)
        began = time.perf_counter()
        many = filled(large, events)
        print(f"\nA ledger of {events:,} item-events was written in {time.perf_counter() - began:.0f} s")
        dice = random.Random(1)

        def ask(store: Store, codes: Sequence[str]) -> Callable[[], None]:
            def asked() -> None:
                chain = store.state.chain(dice.choice(codes))
                assert len(chain.links) == EVENTS_PER_ITEM

            return asked

        ways = {"10,000": ask(small, few), f"{events:,}": ask(large, many)}
        table(f"The chain of one item, {EVENTS_PER_ITEM} events, by item-events held", in_turns(ways, 300), "10,000")


def restarts(folder: Path, events: int) -> None:
    """After a power cut a station is ready in 3 s: opened, the end of its log looked at, one event written."""
    with open_ledger(folder / "cut.db") as store:
        filled(store, events)
        for name in ("cut.db", "cut.db-wal"):
            (folder / f"copy-{name}").write_bytes((folder / name).read_bytes())
        signer, around = store.signer(), store.around
    began = time.perf_counter()
    with open_store(f"sqlite:///{folder / 'copy-cut.db'}", signer, around) as store:
        check_tail(store.ledger.tables)
        register_items(store, [Item(around.new_code(), "box", HOPS[3], held_by=WAREHOUSE)])
        print(f"\nOpened after a cut, a ledger of {events:,} item-events: {time.perf_counter() - began:.2f} s")


# --- ledgers ----------------------------------------------------------------------------------------------------------


@contextmanager
def open_ledger(file: Path) -> Iterator[Store]:
    secret = Ed25519PrivateKey.generate()
    signer = Signer(secret.public_key().public_bytes_raw(), secret.sign)
    around = Surroundings(lambda: AT, random.Random(51_08).randrange)
    with open_store(f"sqlite:///{file}", signer, around, create=True) as store:
        store.begin(election="Bench", station="Bench", place=WAREHOUSE)
        yield store


@contextmanager
def bare_database(file: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    try:
        yield connection
    finally:
        connection.close()


def registered(store: Store, count: int) -> list[str]:
    codes = [store.around.new_code() for _ in range(count + 1)]
    register_items(store, [Item(code, "box", HOPS[3], held_by=WAREHOUSE) for code in codes])
    return codes


def filled(store: Store, events: int) -> list[str]:
    """Appends so many item-events, signed, by the one write path; without the cache of the present state, which a
    chain does not read. Returns the codes of the items.
    """
    codes = [store.around.new_code() for _ in range(events // EVENTS_PER_ITEM)]
    signer = store.signer()

    def append(new: Sequence[NewEvent]) -> list[str]:
        with store.transaction():
            return [e.leaf for e in store.writer.append(new, signer, at=AT, by="", app="bench", id="bench")]

    for batch in parts(codes, 6000):
        append(register_events([Item(code, "box", HOPS[3], held_by=WAREHOUSE) for code in batch]))
        append(print_events(batch, number=1, sheet="a4-3x7"))
        for giver, to in itertools.pairwise(HOPS):
            touches = [Touch(code, 1, "camera") for code in batch]
            append(handover_events(Handover(giver, to), touches, {}, bast="0001/BENCH/2024"))
    return codes


def buleleng() -> tuple[list[Place], list[Need]]:
    folder = ROOT / "examples" / "buleleng"
    with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
        places = [Place(r["code"], r["name"], r["level"], r["parent"] or None) for r in csv.DictReader(file)]
    with (folder / "needs.csv").open(encoding="utf-8", newline="") as file:
        needs = [
            Need(
                r["kind"],
                r["name_id"],
                r["name_en"],
                r["level"],
                int(r["per_place"]),
                r["unit"],
                r["tracked_as"],
                tuple(filter(None, r["elections"].split(";"))),
            )
            for r in csv.DictReader(file)
        ]
    return places, needs


class Codes:
    """New codes without end, the same in every run."""

    def __init__(self) -> None:
        self._randbelow = random.Random(7).randrange

    def __next__(self) -> str:
        return draw_code(self._randbelow)


# --- measuring --------------------------------------------------------------------------------------------------------


def in_turns(ways: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """The time of each way, in milliseconds, each round in another order."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    dice = random.Random(3)
    for round_number in range(rounds + 10):
        dice.shuffle(order)
        for name in order:
            began = time.perf_counter()
            ways[name]()
            if round_number >= 10:  # the first ones warm up
                took[name].append((time.perf_counter() - began) * 1000)
    return took


@contextmanager
def clocked(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - began


def table(title: str, took: Mapping[str, list[float]], peer: str) -> None:
    base = statistics.median(took[peer])
    print(f"\n{title}\n  {'':<18}{'median':>11}{'p99':>11}{'ratio':>8}")
    for name, times in took.items():
        median, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"  {name:<18}{median:>8.3f} ms{p99:>8.3f} ms{median / base:>8.2f}")


if __name__ == "__main__":
    main()
