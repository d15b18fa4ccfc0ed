"""The dashboard of a nation: how long its pages take, and what a record costs that comes meanwhile.

    python bench/nation.py [--items 9100000] [--folder .]

The delivery tree of the 2024 election (38 provinces, 514 regencies, 7,277 districts, 83,731 villages, 823,220 polling
stations) and so many things bound for its ends, of which a third has a label, a quarter has left and a sixth has
arrived, are written into the tables of the present state as they stand: to sign and fold each of them takes hours, and
the dashboard reads no record. One regency's 4,800 things are registered and handed over as people do. Times are the
processor's, of the whole program; pages are asked for over HTTP.
"""

import argparse
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import main as program  # noqa: E402
from bench.served import get, served  # noqa: E402
from custody.compose.compose import Handover, Touch  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from db.prepared import batches  # noqa: E402
from db.store import Store  # noqa: E402
from services.plan.registering import register_items  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.reporting import overview  # noqa: E402
from web.site import Site  # noqa: E402

LEVELS = ("store-3", "store-2", "warehouse", "district", "village", "polling_station")
COUNTS = (1, 38, 514, 7_277, 83_731, 823_220)
KINDS = ("box", "booth", "seal", "ballot")
ROOMS = 30
Place = tuple[str, str, str, str | None, int, int, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=9_100_000)
    parser.add_argument("--folder", type=Path, default=None, help="where the ledger goes")
    options = parser.parse_args()
    overview.MOST = 0  # with fewer things too, as if there were more than are folded
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        assert program.main(["--home", str(home), "init", "--place", "0", "--station", "KPU"]) == 0
        share = min(options.items / 9_100_000, 1)
        places = [*tree(share)]
        with served(home) as site:
            site.keep.do(lambda store: fill(store, places, options.items))
            codes = site.keep.do(lambda store: register(store, places))
            size = sum(path.stat().st_size for path in home.iterdir() if path.is_file())
            print(f"{options.items:,} things for {len(places):,} places, {size / 1e6:,.0f} MB")
            taken = processor_s(lambda: whole(site))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(f"  counted once, at the start{taken:>34.1f} s of the processor, {memory:.1f} GB of memory")
            ways = {level: next(place[0] for place in places if place[2] == level) for level in LEVELS[:-1]}
            for level, code in ways.items():
                page = f"/dashboard/{code}"
                tell(f"{level}, after a record", times(site, page, lambda: give(site, codes, places)))
                tell(f"{level}, again", times(site, page, lambda: None))


def tree(share: float) -> Iterator[Place]:
    """The places as the table of places has them, in its order."""
    counts = [max(round(count * share), 1) if count > 600 else count for count in COUNTS]
    sizes = [counts[depth + 1] / counts[depth] for depth in range(5)]
    made, number = [0] * 6, 0

    def place(depth: int, code: str, parent: str | None) -> Iterator[Place]:
        nonlocal number
        first, number = number, number + 1
        made[depth] += 1
        inside: list[Place] = []
        if depth < 5:
            due = round(made[depth] * sizes[depth]) - made[depth + 1]
            for child in range(max(due, 1)):
                inside += place(depth + 1, f"{code}.{child + 1:02}" if depth else f"{child + 11}", code)
        yield code, f"Tempat {code}", LEVELS[depth], parent, first, number - 1, ""
        yield from inside

    yield from place(0, "0", None)


def fill(store: Store, places: list[Place], items: int) -> None:
    """Write the tables of the present state."""
    database, dice = store.ledger.database, random.Random(1)
    ends = [place[0] for place in places if place[2] == LEVELS[-1]]
    parents = {place[0]: place[3] for place in places}
    columns = (
        "code, kind, bound_for, k, n, quantity, held_by, condition, print, moves, last_event, void, seal, parent, "
        "held_before"
    )
    with store.transaction():
        marks = ", ".join("?" * 7)
        database.connection().executemany(
            f"INSERT OR REPLACE INTO place (code, name, level, parent, first, last, branch) VALUES ({marks})", places
        )

        def row(number: int) -> tuple[object, ...]:
            to, drawn = ends[number % len(ends)], dice.random()
            village = parents[to] or ""
            holder = to if drawn < 1 / 6 else village if drawn < 1 / 4 else "0"
            kind, code = KINDS[number % len(KINDS)], f"{number:012X}"
            return (
                code,
                kind,
                to,
                1,
                1,
                1,
                holder,
                "good",
                int(drawn < 1 / 3),
                int(drawn < 1 / 4),
                b"",
                "",
                "",
                "",
                "",
            )

        for some in batches(range(items), 50_000):
            database.connection().executemany(
                f"INSERT INTO item ({columns}) VALUES ({', '.join('?' * 15)})", map(row, some)
            )


def register(store: Store, places: list[Place]) -> list[str]:
    """Register 4,800 things of the first regency, as people do."""
    ends = [place[0] for place in places if place[2] == LEVELS[-1]][:100]
    codes = [store.around.new_code() for _ in range(4_800)]
    register_items(store, [Item(code, "box", ends[n % 100], held_by="0") for n, code in enumerate(codes)])
    return codes


def give(site: Site, codes: list[str], places: list[Place]) -> None:
    """Hand 24 of them over."""
    some = [codes.pop() for _ in range(24)]
    end = places[1][0]

    def record(store: Store) -> None:
        touches = [Touch(code, 1, "camera") for code in some]
        record_handover(store, Handover("0", end, counted=24), touches)

    site.keep.do(record)


def whole(site: Site) -> None:
    """Ask until everything is counted."""
    while not site.overview.whole(lambda _store, told: told.stock.share >= 1):
        time.sleep(0.1)


def times(site: Site, path: str, before: Callable[[], None]) -> list[tuple[float, float]]:
    """For each of some askings, the seconds by the clock and of the processor."""
    found = []
    for _ in range(ROOMS):
        before()
        began, spent = time.perf_counter(), processor_s(lambda: get(site, path))
        found.append((time.perf_counter() - began, spent))
    return found


def tell(name: str, found: list[tuple[float, float]]) -> None:
    clock, spent = ([1000 * one[n] for one in found] for n in (0, 1))
    last = sorted(clock)[-1 - len(clock) // 50]
    print(
        f"  {name:<34}{statistics.median(spent):>8.0f} ms of the processor{statistics.median(clock):>8.0f} ms, "
        f"{last:.0f} at worst"
    )


def processor_s(job: Callable[[], object]) -> float:
    """The processor's time of this program during a job."""
    begun = sum(os.times()[:2])
    job()
    return sum(os.times()[:2]) - begun


if __name__ == "__main__":
    main()
