"""Clocks that lie: records are taken whatever the clock says, ordered by their numbers; steps and jumps are told."""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custody.chain.chain import custody
from custody.chain.clocks import ClockMark, expected_time
from custody.chain.findings import Finding, moment
from custody.chain.item_state import Link
from custody.compose.compose import Handover
from custody.format.events import Event
from custody.format.item_facts import Item
from db.store import Store, Surroundings, open_store
from evidence.entry import RawEntry
from services.plan.planning import record_plan
from services.plan.registering import register_items
from services.records.handovers import record_handover
from services.records.membership import admit
from services.uptime import uptime
from tests.support.evidence_logs import audit_log
from tests.support.ledger_examples import (
    NEEDS,
    PLACES,
    TPS,
    WAREHOUSE,
    absorb,
    all_events,
    card_of,
    empty_file,
    signer,
    touched,
)

START = datetime(2024, 2, 10, tzinfo=UTC)
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
END_OF_32_BITS = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)
WAY = [WAREHOUSE, "51.08.01", "51.08.01.2001", TPS[0], "51.08.01.2001", "51.08.01"]


@dataclass
class Clock:
    """What a laptop shows: set by hand, by a dead battery, by whoever likes."""

    now: datetime = START

    def __call__(self) -> str:
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Laptop(Clock):
    """A laptop that also counts how long it has been on, which nobody can set."""

    boot: str = "first"
    uptime_ms: int = 5000

    def uptime(self) -> tuple[str, int]:
        return self.boot, self.uptime_ms

    def go_on(self, seconds: float, *, jump_s: float = 0.0) -> None:
        """Time passes, and the clock is set by so much besides."""
        self.uptime_ms += round(seconds * 1000)
        self.now += timedelta(seconds=seconds + jump_s)


@contextmanager
def station(clock: Clock, seed: int = 0, root: Store | None = None) -> Iterator[Store]:
    around = Surroundings(clock, random.Random(seed).randrange, by="Made", app="serah/test")
    if isinstance(clock, Laptop):
        around = replace(around, uptime=clock.uptime)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        file.write_bytes(empty_file())
        with open_store(f"sqlite:///{file}", signer(seed), around) as store:
            fingerprint = root.ledger.own_log().root if root else None
            store.begin(election="Pemilu 2024", station=f"Gudang {seed}", place=WAREHOUSE, root=fingerprint)
            if root:
                admit(root, card_of(store, seed))
            yield store


def a_box(store: Store) -> str:
    record_plan(store, PLACES, NEEDS, source="plan.csv", digest="0" * 64)
    box = Item(store.around.new_code(), "box", TPS[0], k=1, n=1, held_by=WAREHOUSE)
    register_items(store, [box])
    return box.code


def hand_on(store: Store, code: str, step: int) -> list[Event]:
    """The box goes on to the next place of its way down to the polling station and back."""
    done = record_handover(store, Handover(WAY[step % len(WAY)], WAY[(step + 1) % len(WAY)]), touched([code]))
    return [event for event in done.events if event.type == "handover"]


def take(times: Sequence[datetime]) -> None:
    """A box is handed on at each of these times by the station's clock; all that T20 asks is checked."""
    clock = Clock(times[0])
    with station(clock) as store:
        code = a_box(store)
        recorded: list[Event] = []
        for step, clock.now in enumerate(times):
            recorded += hand_on(store, code, step)
        chain = store.state.chain(code)
        assert len(recorded) == len(times), "nothing is refused"
        assert moves_of(chain.links) == recorded, "the order is that of the numbers"
        assert chain.held_by == WAY[len(times) % len(WAY)]
        check_jumps(recorded, chain.findings)
        events = all_events(store)
        random.Random(len(times)).shuffle(events)
        assert moves_of(custody(code, events).links) == recorded, "in whatever order they arrive"
        entries = [RawEntry(*entry) for entry in store.ledger.entries()]
        assert audit_log(entries, name=recorded[0].log).findings() == [], "and the log verifies"


def moves_of(links: Iterable[Link]) -> list[Event]:
    return [link.event for link in links if link.event.type == "handover"]


def check_jumps(recorded: Sequence[Event], findings: Iterable[Finding]) -> None:
    """A record that is earlier by its station's clock than one before it is flagged, and no other."""
    back = {
        event.leaf
        for number, event in enumerate(recorded)
        if any(moment(event.at) < moment(earlier.at) for earlier in recorded[:number])
    }
    assert {finding.leaf for finding in findings if finding.code == "CLOCK"} == back
    assert {finding.code for finding in findings} <= {"CLOCK", "LATE"}, "a clock alone accuses nobody of anything else"


JUMPS = {
    "an honest clock": [START + n * HOUR for n in range(6)],
    "a year back": [START, START + HOUR, START + 2 * HOUR - YEAR, START + 3 * HOUR],
    "a year ahead, and back again": [START, START + YEAR, START + 2 * HOUR, START + 3 * HOUR],
    "always a year back": [START - YEAR + n * HOUR for n in range(5)],
    "an hour back, as for summer time": [START, START + HOUR, START + HOUR / 2, START + 2 * HOUR],
    "three seconds back": [START, START - timedelta(seconds=3), START + HOUR],
    "the same moment each time": [START] * 6,
    "the end of 32 bits": [END_OF_32_BITS + timedelta(seconds=n) for n in range(-2, 4)],
    "a battery that died": [START, datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC), START + HOUR],
    "the last day that can be written": [START, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), START + HOUR],
    "a thousandth of a second": [START, START + timedelta(milliseconds=1), START, START + timedelta(milliseconds=1)],
}


@pytest.mark.parametrize("times", JUMPS.values(), ids=JUMPS.keys())
def test_whatever_the_clock_does_records_are_taken_in_order_and_steps_back_are_told(times):
    take(times)


def random_times(seed: int) -> list[datetime]:
    dice = random.Random(seed)
    now, times = START, []
    for _ in range(dice.randrange(3, 8)):
        now += timedelta(seconds=dice.choice([0, 1, 60, 3600, -1, -60, -3600]) or dice.randrange(-(10**8), 10**8))
        times.append(now)
    return times


def test_random_jumps_change_no_order():
    for seed in range(10):
        take(random_times(seed))


@pytest.mark.slow
def test_a_hundred_random_jumps_change_no_order():
    for seed in range(100):
        take(random_times(1000 + seed))


@pytest.mark.parametrize("offset", [-YEAR, -HOUR, timedelta(0), HOUR, YEAR, END_OF_32_BITS - START], ids=str)
def test_two_stations_whose_clocks_disagree_agree_on_the_order(offset):
    """The receiver knew the giver's record, so it comes after it; both clocks run forward, so neither is flagged."""
    one, other = Clock(), Clock(START + offset)
    with station(one, 1) as giver, station(other, 2, giver) as receiver:
        code = a_box(giver)
        first = hand_on(giver, code, 0)
        absorb(receiver, giver)
        other.now += HOUR
        second = hand_on(receiver, code, 1)
        absorb(giver, receiver)
        one.now += HOUR
        third = hand_on(giver, code, 2)
        absorb(receiver, giver)
        for store in (giver, receiver):
            chain = store.state.chain(code)
            assert moves_of(chain.links) == [*first, *second, *third]
            assert "CLOCK" not in {finding.code for finding in chain.findings}


# --- beside the count of the computer --------------------------------------------------------------------------------


def jumps_told(steps: Sequence[tuple[float, float]]) -> list[float]:
    """A box is handed on after each so many seconds with such a jump of the clock; the jumps that are told, in order.

    Each must be told in the box's chain and, to who records it, at once.
    """
    laptop = Laptop()
    with station(laptop) as store:
        code = a_box(store)
        at_once = 0
        for step, (seconds, jump_s) in enumerate(steps):
            laptop.go_on(seconds, jump_s=jump_s)
            done = record_handover(store, Handover(WAY[step % len(WAY)], WAY[(step + 1) % len(WAY)]), touched([code]))
            assert done.events[0].type == "handover"
            at_once += sum(finding.code == "CLOCK" for finding in done.findings)
        chain = store.state.chain(code)
        told = [link.event for link in chain.links if link.event.type == "clock"]
        assert {event.leaf for event in told} <= {f.leaf for f in chain.findings if f.code == "CLOCK"}
        assert len(told) == at_once
        return [seconds_between(event) for event in told]


def seconds_between(event: Event) -> float:
    shown, expected = (datetime.fromisoformat(str(event.body[name])) for name in ("at", "expected"))
    return round((shown - expected).total_seconds(), 3)


def test_a_clock_that_is_set_forward_is_told_too():
    assert jumps_told([(60, 0), (60, 3), (3600, 0), (60, 365 * 86400.0), (1, 0)]) == [3.0, 365 * 86400.0]


def test_a_clock_that_is_set_back_is_told_once_set_and_not_again():
    assert jumps_told([(60, 0), (60, -3600), (60, 0), (7200, 0)]) == [-3600.0]


def test_an_honest_clock_that_drifts_and_is_put_right_is_left_alone():
    assert jumps_told([(60, 0.5), (8 * 3600, 3.0), (60, -1.9), (12 * 3600, -4.0)]) == []


def test_after_a_restart_nobody_knows_and_nobody_is_accused():
    laptop = Laptop()
    with station(laptop) as store:
        code = a_box(store)
        hand_on(store, code, 0)
        laptop.boot, laptop.uptime_ms = "second", 700_000
        laptop.now += HOUR * 7
        hand_on(store, code, 1)
        assert "CLOCK" not in {finding.code for finding in store.state.chain(code).findings}
        laptop.go_on(60, jump_s=30)
        hand_on(store, code, 2)
        assert "CLOCK" in {finding.code for finding in store.state.chain(code).findings}


def random_jumps(seed: int) -> list[tuple[float, float]]:
    dice = random.Random(seed)
    jump = dice.choice([2.5, 3, 60, 3600, 86400, 10**8]) * dice.choice([1, -1]) * dice.uniform(1, 2)
    return [(60, 0), (dice.randrange(1, 3600), round(jump, 3)), (60, 0)]


def test_each_of_random_jumps_is_told():
    for seed in range(5):
        steps = random_jumps(seed)
        assert jumps_told(steps) == [steps[1][1]]


@pytest.mark.slow
def test_each_of_a_hundred_random_jumps_is_told():
    for seed in range(100):
        steps = random_jumps(1000 + seed)
        assert jumps_told(steps) == [steps[1][1]]


def test_what_a_mark_of_the_clock_says_is_read_back_and_nothing_else():
    mark = ClockMark("0b5c-1", 12, "2026-11-24T05:00:00Z")
    assert ClockMark.read(str(mark)) == mark
    assert [ClockMark.read(text) for text in (None, "", "a b", "a b c", "a -1 c", "a 1 c d")] == [None] * 6
    assert expected_time(mark, ClockMark("0b5c-1", 13, "no time")) is None


def test_this_computer_counts_on_or_says_nothing():
    first, second = uptime(), uptime()
    assert (first is None) == (second is None)
    assert first is None or (second is not None and first[0] == second[0] and 0 < first[1] <= second[1])
