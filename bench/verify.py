"""`verify` of a whole ledger of one regency, beside the bare check of its signatures.

    python bench/verify.py [--moves 500000] [--folder .]

25,025 items of Buleleng go out and come back, warehouse to truck (200 at a time), sub-district (200), village (60) and
polling station (11), until they have moved that often. `verify` is the command as a user types it, its start included:
entries, signatures, links, tree, guards, indexes, and the present state of every item against the fold of its records.
Then a hundredth of that is recorded, as in a day, and `verify --since-last` reads it; times of the processor.
"""

import argparse
import itertools
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: E402

from bench.ledger import AT, WAREHOUSE, buleleng, open_ledger  # noqa: E402
from custody.compose.compose import Handover, Ref, Touch, handover_events, parts  # noqa: E402
from custody.format.encoding import SIGNING_CONTEXT, read_signatures  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from db.store import Store  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.growth import audit_growth  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402

Group = tuple[str, str, list[str], int]
"""Giver, receiver, codes, and how many go at a time."""
EVENTS_PER_COMMIT = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, default=None, help="where the ledger goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        begun = time.perf_counter()
        file = Path(folder) / "ledger.db"
        with open_ledger(file) as store:
            entries, items = written(store, options.moves)
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
            print(
                f"{options.moves:,} moves of {items:,} items in {entries:,} entries, {size / 1e6:.0f} MB, "
                f"written in {time.perf_counter() - begun:.0f} s"
            )
            floor = signatures(store)
            whole = processor_s(lambda: audit_growth(store, Path(folder)))
            a_day(store, options.moves // 100)
            day = processor_s(lambda: audit_growth(store, Path(folder)))
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "--lang", "en", "--home", folder, "verify"],
            capture_output=True,
            text=True,
            check=True,
        )
        taken = time.perf_counter() - begun
        assert "elf-consistent only" in done.stdout, done.stdout
    print(f"  {'signatures alone, one core':<34}{floor:>8.1f} s{entries / floor:>12,.0f} entries/s")
    print(
        f"  {f'verify, {multiprocessing.cpu_count()} cores':<34}{taken:>8.1f} s{entries / taken:>12,.0f} entries/s"
        f"{options.moves / taken:>12,.0f} moves/s{taken / floor:>8.2f}x"
    )
    print(f"  {'--since-last, the first time':<34}{whole:>8.1f} s of the processor")
    print(f"  {'--since-last, after a day':<34}{day:>8.2f} s of the processor: a {whole / day:.0f}th")


def processor_s(job: Callable[[], object]) -> float:
    """The processor's time of a job and of the processes that it begins."""
    begun = sum(os.times()[:4])
    job()
    return sum(os.times()[:4]) - begun


def a_day(store: Store, moves: int) -> None:
    """Let so many things go on from where they are, as people record it."""
    holders: dict[str, list[str]] = {}
    for row in store.state.item_rows([*itertools.islice(store.ledger.codes(), moves)]):
        holders.setdefault(row.held_by, []).append(row.code)
    for holder, codes in holders.items():
        touches = [Touch(code, 1, "camera") for code in codes]
        to = "51.08.01" if holder == WAREHOUSE else WAREHOUSE
        record_handover(store, Handover(holder, to, counted=len(codes)), touches)


def written(store: Store, moves: int) -> tuple[int, int]:
    """Plan, register and move; signed entries, and the present state folded from them once."""
    places, needs = buleleng()
    record_plan(store, places, needs, source="plan.csv", digest="0" * 64)
    items = unregistered_items(store)
    register_items(store, items)
    latest: dict[str, Ref] = {}
    handovers = itertools.chain.from_iterable(_leg(places_above(store), items, leg) for leg in itertools.count())
    while moves > 0:
        with store.transaction():
            for giver, to, codes in itertools.islice(handovers, EVENTS_PER_COMMIT):
                codes = codes[:moves]
                if codes:
                    moves -= len(codes)
                    touches = [Touch(code, 1, "camera") for code in codes]
                    new = handover_events(Handover(giver, to, counted=len(codes)), touches, latest, bast="0001/X/2024")
                    recorded = store.writer.append(new, store.signer(), at=AT, by="Made", app="serah/bench", id="b")
                    for event in recorded:
                        latest |= dict.fromkeys(event.rows, Ref(event.log, event.seq, event.leaf))
    store.projection.rebuild()
    return store.ledger.event_count(), len(items)


def places_above(store: Store) -> dict[str, tuple[str, str]]:
    """Of each polling station, its village and sub-district."""
    tree = store.state.places.all()
    return {
        code: (village, tree[village].parent or "")
        for code, place in tree.items()
        if place.level == "polling_station" and (village := place.parent or "")
    }


def _leg(above: dict[str, tuple[str, str]], items: Sequence[Item], leg: int) -> Iterator[tuple[str, str, list[str]]]:
    """All handovers of one way out (`leg` even) or back, in the order in which they happen."""
    stops: dict[str, list[Group]] = {}
    by_station: dict[str, list[str]] = {}
    for item in items:
        by_station.setdefault(item.to, []).append(item.code)
    villages: dict[tuple[str, str], list[str]] = {}
    districts: dict[str, list[str]] = {}
    for station, codes in by_station.items():
        village, district = above[station]
        villages.setdefault((village, district), []).extend(codes)
        districts.setdefault(district, []).extend(codes)
        stops.setdefault("station", []).append((village, station, codes, 11))
    stops["village"] = [(district, village, codes, 60) for (village, district), codes in villages.items()]
    stops["district"] = [(f"DK{number}AB", d, codes, 200) for number, (d, codes) in enumerate(districts.items(), 1001)]
    stops["truck"] = [(WAREHOUSE, truck, codes, 200) for truck, _d, codes, _n in stops["district"]]
    way = [stops[name] for name in ("truck", "district", "village", "station")]
    for group in itertools.chain.from_iterable(way if leg % 2 == 0 else way[::-1]):
        giver, to, codes, size = group
        for batch in parts(codes, size):
            yield (giver, to, list(batch)) if leg % 2 == 0 else (to, giver, list(batch))


def signatures(store: Store) -> float:
    """The floor: every signature checked, and nothing else."""
    key = Ed25519PublicKey.from_public_bytes(store.signer().public_key)
    pairs = [(read_signatures(lines)[0].value, SIGNING_CONTEXT + body) for body, lines in store.ledger.entries()]
    begun = time.perf_counter()
    for signature, message in pairs:
        key.verify(signature, message)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
