"""What questions of one regency cost on a hub that has nine, beside a hub that has the largest alone.

    python bench/regencies.py [--stations 12809] [--rounds 3] [--folder .]

Each regency has a laptop, needs of its own and a log of its own, which the hubs take in. A question is asked as a
command asks it: the ledger is opened, the answer worked out, the ledger closed. Half of all sub-districts' things are
on trucks; boxes and booths are a phase, seals another; each regency has withdrawn a kind from its plan, so that what
the plan comes to has to be worked out. The whole hub is asked as well: that is bigger, and is to be.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from bench.scenario.stations import Clock, Laptop  # noqa: E402
from custody.compose.compose import Handover, Touch  # noqa: E402
from custody.plan.phases import Phase  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from db.store import Store  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import missing, register_items, unregistered_items  # noqa: E402
from services.plan.withdrawing import record_withdrawal, withdrawal_of  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.records.membership import admit, join  # noqa: E402
from services.records.searching import progress_rows  # noqa: E402
from services.scanning.handover_context import expected_now  # noqa: E402

HUB = "51"
CODES = ["51.08", "51.01", "51.02", "51.03", "51.04", "51.05", "51.06", "51.07", "51.71"]
"""The largest, Buleleng, first."""
LARGEST, ALL, PER_VILLAGE, PER_DISTRICT = 2275, 12_809, 15, 16
Question = Callable[[Store], object]
QUESTIONS: dict[str, Question] = {
    "expected of a truck": lambda store: expected_now(store, "51.08", "DK1AA", ["51.08.02"]),
    "expected of a village": lambda store: expected_now(store, truck("51.08.01"), "51.08.01.1001"),
    "report progress --to 51.08": lambda store: progress_rows(store, "51.08"),
    "plan --dry-run --place 51.08": lambda store: missing(store, "51.08"),
    "custody of a box": lambda store: store.state.chain(next(store.state.find_items(under="51.08.01.1001.001")).code),
}
WHOLE: dict[str, Question] = {
    "report progress of all": progress_rows,
    "plan --dry-run of all": missing,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=ALL, help="polling stations of all nine")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder, ignore_cleanup_errors=True) as folder:
        alone, hub = made(Path(folder), given.stations)
        print(f"{'':<32}{'alone':>10}{'of nine':>10}{'ratio':>8}")
        for name, ask in QUESTIONS.items():
            own, among = timed(alone, ask, given.rounds), timed(hub, ask, given.rounds)
            print(f"{name:<32}{own:>8.0f} ms{among:>8.0f} ms{among / own:>7.2f}x")
        for name, ask in WHOLE.items():
            print(f"{name:<32}{timed(alone, ask, given.rounds):>8.0f} ms{timed(hub, ask, given.rounds):>8.0f} ms")


def made(folder: Path, stations: int) -> tuple[Laptop, Laptop]:
    """The largest regency alone, and the hub that has it with eight others."""
    clock = Clock(datetime(2024, 2, 10, tzinfo=UTC))
    largest = max(round(stations * LARGEST / ALL), 1)
    rest = max((stations - largest) // (len(CODES) - 1), 1)
    began = time.perf_counter()
    hubs = hub_of(folder / "alone", clock, [largest]), hub_of(folder / "nine", clock, [largest, *[rest] * 8])
    counts = [sum(1 for _item in hub.store.state.find_items()) for hub in hubs]
    print(f"{counts[0]:,} things alone, {counts[1]:,} of nine regencies: made in {time.perf_counter() - began:.0f} s")
    return hubs


def hub_of(folder: Path, clock: Clock, sizes: Sequence[int]) -> Laptop:
    """A province's hub with regencies that have so many polling stations; the second began apart and joined."""
    hub, codes = Laptop("Provinsi", HUB, folder / "hub", clock, 1).open(), CODES[: len(sizes)]
    tops = [Place(HUB, "KPU Provinsi", "store-2"), *(Place(code, f"KPU {code}", "warehouse", HUB) for code in codes)]
    phases = [Phase("I", "", ("box", "booth"), "2024-02-01T10:00:00Z"), Phase("II", "", ("seal",))]
    record_plan(hub.store, tops, [], phases=phases, source="province.csv", digest="0" * 64)
    laptops = [
        Laptop(f"KPU-{code[-2:]}", code, folder / code, clock, number).open(None if number == 3 else hub.fingerprint)
        for number, code in enumerate(codes, 2)
    ]
    for laptop in laptops:
        admit(hub.store, laptop.card, ["plan", "admit"], [laptop.place])
    beginning = hub.bundle(folder / "beginning.serah")
    for number, (laptop, size) in enumerate(zip(laptops, sizes, strict=True)):
        if number == 1:  # it began apart
            worked(laptop, size, number).take(beginning)
            join(laptop.store, hub.card)
        else:
            laptop.take(beginning)
            worked(laptop, size, number)
        hub.take(laptop.bundle(folder / f"{laptop.place}.serah"))
        laptop.close()
    return hub


def worked(laptop: Laptop, stations: int, number: int) -> Laptop:
    """The laptop, with the plan and the things of its regency, and half of its sub-districts' on their trucks."""
    needs = [
        Need("box", "Kotak suara", "Ballot box", "polling_station", 3 + number % 3, "buah", "item"),
        Need("booth", "Bilik suara", "Voting booth", "polling_station", 2, "buah", "item"),
        Need(f"own-{number}", "Barang sendiri", "Own thing", "village", 1, "buah", "item"),
        Need("seal", "Segel", "Seal", "polling_station", 6, "buah", "pack", pack=6, serial="S000001"),
    ]
    store, places = laptop.store, list(regency(laptop.place, stations))
    record_plan(store, places, needs, source=f"{laptop.place}.csv", digest="1" * 64)
    register_items(store, unregistered_items(store, under=laptop.place))
    record_withdrawal(store, withdrawal_of(store, kinds=[f"own-{number}"]))
    for at, place in enumerate(place for place in places if place.level == "district"):
        if at % 2 == 0:
            touches = [Touch(item.code, 1, "camera") for item in store.state.find_items(under=place.code)]
            record_handover(store, Handover(laptop.place, truck(place.code), (place.code,)), touches)
    return laptop


def truck(district: str) -> str:
    """The number plate of the truck that goes to a sub-district."""
    return f"DK{district[3:5]}{district[6:]}AB"


def regency(top: str, stations: int) -> Iterator[Place]:
    """Its warehouse, sub-districts, villages and so many polling stations."""
    yield Place(top, f"Gudang {top}", "warehouse")
    for number in range(stations):
        village, district = number // PER_VILLAGE, number // (PER_VILLAGE * PER_DISTRICT)
        above = f"{top}.{district + 1:02d}"
        below = f"{above}.{village % PER_DISTRICT + 1001}"
        if number % (PER_VILLAGE * PER_DISTRICT) == 0:
            yield Place(above, f"PPK {district + 1}", "district", top, "2024-02-12T10:00:00Z")
        if number % PER_VILLAGE == 0:
            yield Place(below, f"PPS {village + 1}", "village", above, "2024-02-13T04:00:00Z")
        code = f"{below}.{number % PER_VILLAGE + 1:03d}"
        yield Place(code, f"TPS {number + 1}", "polling_station", below, "2024-02-13T15:59:00Z")


def timed(laptop: Laptop, ask: Question, rounds: int) -> float:
    """The median of so many answers, in milliseconds of one core, each by a ledger that was just opened."""
    times = []
    for _round in range(rounds):
        laptop.close()
        began = time.process_time()
        ask(laptop.open(begin=False).store)
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
