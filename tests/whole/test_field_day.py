"""A day of seven stations without a network, with copied and reprinted labels planted among honest work.

Warehouse -> truck -> sub-district -> village (recorded by both) -> polling station: five scans a box. The stations know
the morning's list and each other's work only in the evening, when their bundles meet. Judged is what the office's
ledger says then: of each planted box a finding about its label or its holder, of honest boxes none.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from custody.compose.compose import Handover, NewEvent, Touch
from db.store import Store
from services.records.correcting import correct
from services.records.handovers import record_handover
from tests.support.ledger_examples import TPS, WAREHOUSE, boxes, planned_station, record
from tests.support.merge_examples import bundle_of, join, take

ALARMS = {"SUSPECTED_COPY", "VOID_LABEL", "FORK", "GAP"}
DISTRICTS = ["51.08.01", "51.08.02"]
TRUCKS = {"51.08.01": "DK8123AB", "51.08.02": "DK9001CD"}


def village_of(tps: str) -> str:
    return tps[:13]


def district_of(place: str) -> str:
    return place[:8]


@dataclass
class Day:
    """The stations, by their place, and what was planted: boxes, and handovers at which a count must differ."""

    dice: random.Random
    stations: dict[str, Store]
    scans: int = 0
    number: dict[str, int] = field(default_factory=dict)
    """The print on each box's label."""
    planted: set[str] = field(default_factory=set)
    miscounted: int = 0
    counts_found: int = 0
    counts_wrong: int = 0

    def hand(
        self, by: str, giver: str, to: str, codes: list[str], *, twins: int = 0, labels: int | None = None
    ) -> None:
        """One handover as this station records it; `twins` boxes more are counted than there are labels."""
        if not codes:
            return
        touches = [
            Touch(code, labels or self.number.get(code, 1), self.dice.choice(["camera"] * 9 + ["wedge"]))
            for code in codes
        ]
        if labels is None and self.dice.randrange(10) == 0:
            touches[0] = Touch(codes[0], None, "typed")
        bound = tuple(place for place in DISTRICTS if TRUCKS[place] == to)
        done = record_handover(self.stations[by], Handover(giver, to, bound=bound, counted=len(codes) + twins), touches)
        is_found = any(finding.code == "COUNT" for finding in done.findings)
        self.counts_found += is_found and twins > 0
        self.counts_wrong += is_found != (twins > 0)
        self.miscounted += twins
        self.scans += len(codes)


@contextmanager
def begun(fresh: Callable[[], str], dice: random.Random) -> Iterator[Day]:
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(fresh()))
        stations = {WAREHOUSE: root}
        for seed, place in enumerate([*DISTRICTS, *sorted({village_of(tps) for tps in TPS})], 1):
            stations[place] = join(fresh(), seed, root, place=place, name=f"Pos {place}")
            stack.enter_context(stations[place].close_after_test)  # type: ignore[attr-defined]
        yield Day(dice, stations)


def reprinted(day: Day, by: str, code: str, number: int) -> None:
    said = {"codes": [code], "print": number, "sheet": "a4-3x7", "reason": "robek", "second": "Ketut"}
    record(day.stations[by], NewEvent("print", said))


# --- what is planted: each takes a box and leaves a copy of its label somewhere ---------------------------------------


def copy_elsewhere(day: Day, code: str, tps: str) -> None:
    """A photocopy on a second box, handed out in the other sub-district."""
    other = day.dice.choice([place for place in TPS if district_of(place) != district_of(tps)])
    day.hand(village_of(other), village_of(other), other, [code], labels=day.number.get(code, 1))


def void_copy(day: Day, code: str, tps: str) -> None:
    """The label was reprinted, and the torn one turns up on a box later."""
    day.hand(village_of(tps), tps, village_of(tps), [code], labels=1)


def unrecorded_reprint(day: Day, code: str, tps: str) -> None:
    """A label with a print number that nobody recorded."""
    day.hand(village_of(tps), tps, village_of(tps), [code], labels=day.number.get(code, 1) + 1)


def printed_twice(day: Day, code: str, tps: str) -> None:
    """Two stations print the same reprint."""
    for by in (village_of(tps), district_of(tps)):
        reprinted(day, by, code, day.number.get(code, 1) + 1)


def given_again(day: Day, code: str, tps: str) -> None:
    """The warehouse hands out once more what it has handed out: a copy on another box."""
    day.hand(WAREHOUSE, WAREHOUSE, TRUCKS[DISTRICTS[0]], [code])


PLANTS = [copy_elsewhere, void_copy, unrecorded_reprint, printed_twice, given_again]


def work(day: Day, count: int, plants: int) -> list[str]:
    """The day: `count` boxes go their way, `plants` labels are copied; returns all codes."""
    dice, root = day.dice, day.stations[WAREHOUSE]
    goal = {code: tps for tps in TPS for code in boxes(root, count // len(TPS), tps)}
    codes = list(goal)
    for code in dice.sample(codes, count // 25):  # honest reprints, before anything leaves
        reprinted(day, WAREHOUSE, code, 2)
        day.number[code] = 2
    for place, store in day.stations.items():
        if place != WAREHOUSE:
            take(store, bundle_of(root))
    by_count = plants // 10
    chosen = dice.sample(codes, plants - by_count)
    plan = {code: PLANTS[n % len(PLANTS)] for n, code in enumerate(chosen)}
    for code, plant in plan.items():
        if plant is void_copy and day.number.get(code) != 2:
            reprinted(day, WAREHOUSE, code, 2)
            day.number[code] = 2
    day.planted = set(chosen)
    loads = [
        (tps, some[at : at + 25])
        for tps in TPS
        for some in [[c for c in codes if goal[c] == tps]]
        for at in range(0, len(some), 25)
    ]
    dice.shuffle(loads)
    twins = set(dice.sample(range(len(loads)), min(by_count, len(loads))))
    for turn, (tps, load) in enumerate(loads):
        district, village = district_of(tps), village_of(tps)
        truck = TRUCKS[district]
        day.hand(WAREHOUSE, WAREHOUSE, truck, load, twins=int(turn in twins))
        day.hand(district, truck, district, load)
        day.hand(district, district, village, load)
        day.hand(village, district, village, load)
        day.hand(village, village, tps, load)
        if turn % 9 == 4:  # an honest mistake, withdrawn: two boxes were not there
            store = day.stations[village]
            last = record_handover(store, Handover(village, tps), [Touch(c, None, "typed") for c in load[:1]]).events[0]
            correct(store, last, reason="did_not_occur")
    for code, plant in plan.items():
        plant(day, code, goal[code])
    return codes


def evening(day: Day, codes: list[str]) -> tuple[set[str], set[str]]:
    """All bundles come to the office: the boxes that alarm there, and those that do and were not planted."""
    root = day.stations[WAREHOUSE]
    others = [store for place, store in day.stations.items() if place != WAREHOUSE]
    day.dice.shuffle(others)
    for store in others:
        take(root, bundle_of(store))
    alarmed = {
        code
        for code in codes
        if any(finding.code in ALARMS and finding.is_open for finding in root.state.chain(code).findings)
    }
    return alarmed, alarmed - day.planted


@pytest.mark.parametrize(
    ("count", "plants"), [(40, 12), pytest.param(1000, 100, marks=pytest.mark.slow)], ids=["sample", "whole day"]
)
def test_planted_copies_and_reprints_are_found_by_the_evening_and_honest_boxes_are_not_accused(
    sqlite_url, count, plants
) -> None:
    with begun(sqlite_url, random.Random(count)) as day:
        codes = work(day, count, plants)
        alarmed, false = evening(day, codes)
    assert day.scans >= 5 * count
    assert (alarmed & day.planted, false) == (day.planted, set())
    assert (day.counts_found, day.counts_wrong) == (day.miscounted, 0)
    assert len(day.planted) + day.miscounted == plants
