"""Clocks that lie: records are taken whatever the clock says, ordered by their numbers; steps back are told."""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from ledger_examples import NEEDS, PLACES, TPS, WAREHOUSE, absorb, all_events, signer, touched

from custody.chain import custody
from custody.compose import Handover
from custody.events import Event
from custody.findings import Finding, moment
from custody.items import Item
from custody.state import Link
from db.store import Store, Surroundings, open_store
from evidence.entry import RawEntry
from evidence.log_audit import audit_log

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


@contextmanager
def station(clock: Clock, seed: int = 0) -> Iterator[Store]:
    around = Surroundings(clock, random.Random(seed).randrange, by="Made", app="serah/test")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(f"sqlite:///{folder}/ledger.db", signer(seed), around, create=True) as store,
    ):
        store.begin(election="Pemilu 2024", station=f"Gudang {seed}", place=WAREHOUSE)
        yield store


def a_box(store: Store) -> str:
    store.load_plan(PLACES, NEEDS, source="plan.csv", digest="0" * 64)
    box = Item(store.around.new_code(), "box", TPS[0], k=1, n=1, held_by=WAREHOUSE)
    store.register([box])
    return box.code


def hand_on(store: Store, code: str, step: int) -> list[Event]:
    """The box goes on to the next place of its way down to the polling station and back."""
    done = store.record_handover(Handover(WAY[step % len(WAY)], WAY[(step + 1) % len(WAY)]), touched([code]))
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
    with station(one, 1) as giver, station(other, 2) as receiver:
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
