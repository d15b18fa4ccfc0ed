"""What a scan costs that says what is still to come, in the ledger of a province; and the progress of a regency.

    python bench/expected.py [--places 12809] [--items 500] [--folder .]

A scan is all from the line that a USB scanner types to what the screen shows: read, judged, made durable, counted
against what is expected, with what is missing in words. The floor beside it is the same line kept by a bare commit.
The truck takes its things from a province of 10 boxes at each polling station; beside it, the same truck in a ledger
that has nothing else. The last tenth of what it takes is not expected. `report progress` is measured as it is called,
a program of its own, on the example of Buleleng.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

import language  # noqa: E402
from custody.compose.compose import Handover, Touch  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from db.store import Store, Surroundings, open_store  # noqa: E402
from evidence.checkpoint import Signer  # noqa: E402
from scanner.session import ScanSession  # noqa: E402
from services.plan.loading import load_files  # noqa: E402
from services.plan.planning import record_plan  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.scanning.draft_details import keep_details  # noqa: E402
from services.scanning.handover_desk import DraftDesk  # noqa: E402
from tables.output.own_files import LEDGER_FILE  # noqa: E402

TABLES = ROOT / "examples" / "buleleng"
WAREHOUSE, TRUCK = "51", "DK8123AB"
AT = "2024-02-12T01:00:00Z"
BOXES, PER_VILLAGE, PER_DISTRICT = 10, 18, 13
"""Boxes at each polling station, stations in a village, villages in a sub-district: those of Bali, about."""
NEEDS = [Need("box", "Kotak suara", "Ballot box", "polling_station", BOXES, "buah", "item")]
SCAN_GOAL_MS, PROGRESS_GOAL_S = 5.0, 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=12_809, help="polling stations of the province")
    parser.add_argument("--items", type=int, default=500, help="what one truck takes")
    parser.add_argument("--folder", type=Path, default=None, help="where the ledgers go; the disk under test")
    given = parser.parse_args()
    language.use("id")
    with tempfile.TemporaryDirectory(dir=given.folder, ignore_cleanup_errors=True) as folder:
        scans(Path(folder), given.places, given.items)
        progress(Path(folder))


# --- scans ------------------------------------------------------------------------------------------------------------


def scans(folder: Path, place_count: int, item_count: int) -> None:
    """Each scan of a truck takes less than 5 ms, in a ledger of any size."""
    took: dict[str, list[float]] = {}
    for title, count in (("that truck alone", -(-item_count // BOXES)), ("the province", place_count)):
        with open_ledger(folder / f"{count}.db", WAREHOUSE) as store:
            began = time.perf_counter()
            prepared(store, count)
            print(f"{title}: {count * BOXES:,} boxes planned and registered in {time.perf_counter() - began:.0f} s")
            took |= {f"{name}, {title}": times for name, times in trucks(store, item_count).items()}
    print(f"\nA scan of a truck of {item_count:,}; goal {SCAN_GOAL_MS:.0f} ms")
    print(f"  {'':<46}{'median':>11}{'p99':>11}{'longest':>11}")
    for name, times in took.items():
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"  {name:<46}{statistics.median(times):>8.2f} ms{p99:>8.2f} ms{max(times):>8.2f} ms")


def trucks(store: Store, count: int) -> dict[str, list[float]]:
    """The milliseconds of each scan at a truck that expects by the plan, and at one that has a load list."""
    items = list(islice(store.state.find_items(), count))
    codes = [item.code for item in items]
    random.Random(1).shuffle(codes)
    bound = tuple(dict.fromkeys(item.to for item in items[: count * 9 // 10]))
    bare = store.drafts.open(store.around.new_id(), WAREHOUSE, None, (), at=AT)

    def keep(code: str) -> None:
        store.drafts.take(bare.id, Touch(code, 1, "wedge"), at=AT)

    floor = [clocked(partial(keep, code)) for code in codes]
    store.drafts.drop(bare.id)
    return {
        "floor: the bare commit": floor,
        "expected by the plan": scanned(store, codes, bound),
        "expected by a load list": scanned(store, codes, (), load=codes[: count * 9 // 10]),
    }


def scanned(store: Store, codes: Sequence[str], bound: Sequence[str], load: Sequence[str] = ()) -> list[float]:
    """Scan them all into one draft; it is held to its own count, and nothing of it is recorded."""
    draft = store.drafts.open(store.around.new_id(), WAREHOUSE, TRUCK, bound, at=AT)
    if load:
        keep_details(store, draft.id, Handover("", "", load=tuple(load)))
    desk = DraftDesk(store, draft.id)
    session = ScanSession(desk)
    expected = desk.tally.expected
    times = [clocked(partial(session.type_in, f"{code}*01")) for code in codes]
    if (desk.tally.right, desk.tally.extra, desk.tally.missing) != (expected, len(codes) - (expected or 0), 0):
        raise SystemExit(f"the count is wrong: {desk.tally}")
    store.drafts.drop(draft.id)
    return times


def clocked(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


# --- ledgers ----------------------------------------------------------------------------------------------------------


@contextmanager
def open_ledger(file: Path, place: str) -> Iterator[Store]:
    secret = Ed25519PrivateKey.generate()
    signer = Signer(secret.public_key().public_bytes_raw(), secret.sign)
    around = Surroundings(lambda: AT, random.Random(51).randrange, by="Made", app="serah")
    with open_store(f"sqlite:///{file}", signer, around, create=True) as store:
        store.begin(election="Bench", station="Gudang-1", place=place)
        yield store


def prepared(store: Store, count: int) -> None:
    """A province with so many polling stations, and its boxes in the warehouse."""
    record_plan(store, list(province(count)), NEEDS, source="bench.csv", digest="0" * 64)
    register_items(store, unregistered_items(store))


def province(count: int) -> Iterator[Place]:
    yield Place(WAREHOUSE, "Gudang KPU Provinsi", "warehouse")
    for number in range(count):
        village, district = number // PER_VILLAGE, number // (PER_VILLAGE * PER_DISTRICT)
        above, below = f"{WAREHOUSE}.{district + 1:02d}", f"{WAREHOUSE}.{district + 1:02d}.{village + 1001}"
        if number % (PER_VILLAGE * PER_DISTRICT) == 0:
            yield Place(above, f"PPK {district + 1}", "district", WAREHOUSE, "2024-02-12T10:00:00Z")
        if number % PER_VILLAGE == 0:
            yield Place(below, f"PPS {village + 1}", "village", above, "2024-02-13T04:00:00Z")
        yield Place(f"{below}.{number + 1:05d}", f"TPS {number + 1}", "polling_station", below, "2024-02-13T15:59:00Z")


# --- progress ---------------------------------------------------------------------------------------------------------


def progress(folder: Path) -> None:
    """`report progress` of Buleleng takes less than 2 s, with a third of its things on their way and a third there."""
    home = folder / "home"
    home.mkdir()
    with open_ledger(home / LEDGER_FILE, "51.08") as store:
        load_files(store, [TABLES / "places.csv", TABLES / "needs.csv"])
        register_items(store, unregistered_items(store))
        for number, district in enumerate(("01", "02", "03", "04", "05", "06")):
            top = f"51.08.{district}"
            touches = [Touch(item.code, 1, "camera") for item in store.state.find_items(under=top)]
            record_handover(store, Handover("51.08", TRUCK, (top,)), touches)
            if number < 3:
                record_handover(store, Handover(TRUCK, top), touches)
    print(f"\nreport progress of Buleleng, the program started anew; goal {PROGRESS_GOAL_S:.0f} s")
    for suffix in ("", ".pdf", ".xlsx"):
        command = [sys.executable, str(ROOT / "main.py"), "--home", str(home), "report", "progress"]
        command += ["--out", str(folder / f"progress{suffix}")] if suffix else []
        times = [clocked(partial(subprocess.run, command, check=True, capture_output=True)) for _round in range(5)]
        print(f"  {suffix or 'terminal':<12}{statistics.median(times) / 1000:>8.2f} s")


if __name__ == "__main__":
    main()
