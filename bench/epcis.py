"""What the export of a ledger as GS1 EPCIS 2.0 costs, from the stored records to the file, beside its bare floor.

python bench/epcis.py [--rounds 5]

The ledger is a day of one sub-district of the example: its items registered and labelled, boxes sealed by number and
looked at, all of them by truck to the sub-district, to the villages, to the polling stations, a few records withdrawn.
Floor: `json.dumps` of the very same dictionaries, without reading, checking or mapping anything.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

import language  # noqa: E402
from custody.compose.compose import Handover, Touch  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from db.store import (  # noqa: E402
    Store,
    Surroundings,
    open_store,
)
from services.exchange.epcis import export_epcis  # noqa: E402
from services.plan.loading import load_files  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.correcting import correct  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.records.inspecting import record_inspection  # noqa: E402
from services.records.label_prints import record_prints  # noqa: E402
from services.records.sealing import record_seal  # noqa: E402

TABLES = ROOT / "examples" / "buleleng"
WAREHOUSE, DISTRICT, TRUCK = "51.08", "51.08.06", "DK8123AB"
GOAL_PER_S = 5_000


class Key:
    """A station's key for the bench: fixed, in memory."""

    def __init__(self) -> None:
        key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.public_key, self.sign = key.public_key().public_bytes_raw(), key.sign


def prepared(store: Store, villages: int) -> None:
    """The day; `villages` of them get their boxes sealed, looked at and brought to the polling stations."""
    store.begin(election="Pemilu 2024", station="Gudang-1", place=WAREHOUSE)
    load_files(store, [TABLES / "places.csv", TABLES / "needs.csv"])
    register_items(store, unregistered_items(store, under=DISTRICT))
    items = list(store.state.find_items(under=DISTRICT))
    record_prints(store, [item.code for item in items], sheet="a4-3x7")
    by_village: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_village[item.to[:13]].append(item)
    chosen = dict(sorted(by_village.items())[:villages])
    for number, box in enumerate(item for inside in chosen.values() for item in inside if item.kind == "box"):
        serials = [f"S{number * 6 + k:06d}" for k in range(6)]
        record_seal(store, touch(box), "apply", serials, names=("Made", "Ketut"))
        if number % 5 == 0:
            record_inspection(store, [touch(box)], "good")
    hand(store, WAREHOUSE, TRUCK, items, bound=(DISTRICT,))
    hand(store, TRUCK, DISTRICT, items)
    for village, inside in chosen.items():
        hand(store, DISTRICT, village, inside)
        by_station: dict[str, list[Item]] = defaultdict(list)
        for item in inside:
            by_station[item.to].append(item)
        for number, (station, its) in enumerate(by_station.items()):
            recorded = hand(store, village, station, its)
            if number == 0:
                event = store.ledger.find(recorded[0].leaf)
                assert event is not None
                correct(store, event, reason="incorrect_data", to=f"{village}.002")


def touch(item: Item) -> Touch:
    return Touch(item.code, 1, "camera")


def hand(store: Store, giver: str, to: str, items: list[Item], bound: tuple[str, ...] = ()) -> tuple:
    handover = Handover(giver, to, bound, counted=len(items), giver_name="Made", receiver_name="Ketut")
    return record_handover(store, handover, [touch(item) for item in items]).events


class Taken:
    """Seconds of each round: by the clock, and of the processor, which others on the machine do not lengthen."""

    def __init__(self) -> None:
        self._rounds: list[tuple[float, float]] = []

    def time(self, step: Callable[[], object]) -> None:
        began = time.perf_counter(), time.process_time()
        step()
        self._rounds.append((time.perf_counter() - began[0], time.process_time() - began[1]))

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(w for w, _ in self._rounds), statistics.median(c for _, c in self._rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--villages", type=int, default=29)
    given = parser.parse_args()
    language.use("id")
    around = Surroundings(lambda: "2024-02-12T01:00:00Z", random.Random(1).randrange, by="Made", app="serah")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(f"sqlite:///{folder}/ledger.db", Key(), around, create=True) as store,
    ):
        prepared(store, given.villages)
        out = Path(folder) / "events.jsonld"
        export_epcis(store, out)
        events = json.loads(out.read_bytes())["epcisBody"]["eventList"]
        lines = Path(folder) / "floor.json"
        taken = {"export": Taken(), "floor": Taken()}
        for _round in range(given.rounds):
            taken["export"].time(lambda: export_epcis(store, out))
            taken["floor"].time(lambda: lines.write_text("".join(map(json.dumps, events))))
    steps = Counter(event["bizStep"] for event in events)
    named = sum(len(event.get("epcList", ())) + len(event.get("childEPCs", ())) for event in events)
    print(
        f"{len(events):,} EPCIS events that name {named:,} things: " + ", ".join(f"{n:,} {s}" for s, n in steps.items())
    )
    for name, words in (
        ("export", "export, from the stored records to the file"),
        ("floor", "floor: json.dumps of the same dictionaries"),
    ):
        wall_s, cpu_s = taken[name].medians
        by_clock, by_processor = len(events) / wall_s, len(events) / cpu_s
        print(f"{words:<45}{by_clock:>10,.0f} events/s {by_processor:>10,.0f} events/s of processor time")
    ratio = taken["export"].medians[1] / taken["floor"].medians[1]
    print(f"goal {GOAL_PER_S:,} events/s; the export takes {ratio:.1f}x the floor's processor time")


if __name__ == "__main__":
    main()
