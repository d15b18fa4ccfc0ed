"""How long a station takes to merge the logs of others, beside putting the same bytes into a bare table.

    python bench/merge.py [--events 10000] [--stations 5] [--rounds 3]

The logs are those of a warehouse and of sub-districts that work offline: each batch of 1, 11 or 60 items is given,
received and given on to a village. Merging is the whole of `import`: reading the bundle, checking every signature,
putting each entry in its place, folding every item that it touches. `again` is the same bundle a second time.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import apsw  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from custody.compose.compose import Handover, Touch, handover_events  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from custody.plan.places import Place  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.checkpoint import Signer  # noqa: E402
from services.exchange.transfer import export_bundle, import_bundles  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import register_items  # noqa: E402
from services.records.membership import admit, make_card, read_card  # noqa: E402

AT = "2024-02-10T08:00:00Z"
WAREHOUSE = "51.08"
BATCHES, WEIGHTS = (1, 11, 60), (50, 45, 5)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=10_000)
    arguments.add_argument("--stations", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        root, events, moves = write_logs(folder, options.events, options.stations)
        times: dict[str, list[float]] = {"bare": [], "merge": [], "again": []}
        for number in range(options.rounds):
            times["bare"].append(put_bare(folder / f"bare-{number}.db", folder))
            with opened(folder / f"merged-{number}.db", 99) as store:
                store.begin(election="Pemilu 2024", station="Kantor", place=WAREHOUSE, root=root)
                times["merge"].append(timed_import(store, folder / "logs.serah", events))
                times["again"].append(timed_import(store, folder / "logs.serah", 0))
    median = {name: statistics.median(taken) for name, taken in times.items()}
    print(
        f"{events:,} events of {options.stations} stations, {moves:,} item moves; median of {options.rounds} rounds\n"
    )
    print("| what | seconds | events a second | beside bare |\n|---|---|---|---|")
    labels = {"bare": "bare apsw: the same bytes into a table with two indexes", "merge": "import", "again": "again"}
    for key, label in labels.items():
        print(f"| {label} | {median[key]:.2f} | {events / median[key]:,.0f} | {median[key] / median['bare']:.1f}x |")


@contextmanager
def opened(path: Path, seed: int) -> Iterator[Store]:
    secret = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    signer = Signer(secret.public_key().public_bytes_raw(), secret.sign)
    around = Surroundings(lambda: AT, random.Random(seed).randrange, by="Made", app="serah/bench")
    with open_store(f"sqlite:///{path}", signer, around, create=True) as store:
        yield store


def write_logs(folder: Path, events: int, stations: int) -> tuple[str, int, int]:
    """Write the bundle of a warehouse and its sub-districts; gives the root, how many events it has and moves."""
    dice, moves = random.Random(51_08), 0
    places = [Place(WAREHOUSE, "Gudang", "warehouse")]
    places += [Place(f"51.08.{n:02d}", f"PPK {n}", "district", WAREHOUSE) for n in range(1, stations)]
    villages = [Place(f"{place.code}.2001", "PPS", "village", place.code) for place in places[1:]]
    with ExitStack() as stack:
        root = stack.enter_context(opened(folder / "root.db", 1))
        root.begin(election="Pemilu 2024", station="Gudang", place=WAREHOUSE)
        record_plan(root, places + villages, [], source="places.csv", digest="0" * 64)
        items = [
            Item(root.around.new_code(), "box", villages[n % len(villages)].code, k=1, n=1, held_by=WAREHOUSE)
            for n in range(3 * events)
        ]
        register_items(root, items)
        others = []
        for number in range(1, stations):
            other = stack.enter_context(opened(folder / f"station-{number}.db", number + 1))
            place = places[number].code
            genesis = other.begin(
                election="Pemilu 2024", station=f"PPK {number}", place=place, root=root.ledger.own_log().root
            )
            admit(root, read_card(make_card(genesis, other.signer())))
            others.append((other, place, [item.code for item in items if item.to == f"{place}.2001"]))
        written = root.ledger.event_count() + len(others)
        with ExitStack() as batch:  # one commit a ledger: only the logs' bytes matter here
            for store in (root, *(other for other, *_ in others)):
                batch.enter_context(store.transaction())
            while written < events:
                other, place, codes = dice.choice(others)
                some, codes[:] = codes[: (size := dice.choices(BATCHES, WEIGHTS)[0])], codes[size:]
                touches = [Touch(code, 1, "camera") for code in some]
                for store, giver, to in (
                    (root, WAREHOUSE, place),
                    (other, WAREHOUSE, place),
                    (other, place, f"{place}.2001"),
                ):
                    append(store, Handover(giver, to), touches)
                    written += 1
                    moves += len(some)
        for other, *_ in others:
            export_bundle(other, folder / "one.serah")
            import_bundles(root, [folder / "one.serah"])
        exported = export_bundle(root, folder / "logs.serah")
        return root.ledger.own_log().root, exported.events, moves


def append(store: Store, handover: Handover, touches: list[Touch]) -> None:
    """Record a handover and leave the present state as it was: nobody asks these ledgers for it."""
    new = handover_events(handover, touches, {}, bast="0001/X/2024")
    store.writer.append(new, store.signer(), at=AT, by="Made", app="serah/bench", id=store.around.new_id())


def timed_import(store: Store, path: Path, new: int) -> float:
    begun = time.perf_counter()
    merged = import_bundles(store, [path])
    taken = time.perf_counter() - begun
    assert (merged.new, merged.quarantined) == (new, 0), merged
    return taken


def put_bare(path: Path, folder: Path) -> float:
    """The same entries, unchecked, in one transaction of a bare connection."""
    with opened(folder / "root.db", 1) as root:
        rows = [(index, body, signatures) for index, (body, signatures) in enumerate(root.ledger.entries())]
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=full")
    connection.execute(
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, leaf BLOB UNIQUE, body BLOB, signatures TEXT) STRICT"
    )
    begun = time.perf_counter()
    with connection:
        connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?)",
            ((index, index.to_bytes(32, "big"), body, signatures) for index, body, signatures in rows),
        )
    taken = time.perf_counter() - begun
    connection.close()
    return taken


if __name__ == "__main__":
    main()
