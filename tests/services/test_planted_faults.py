"""Wrong destinations, wrong, missing and broken seals and swapped labels, planted among honest boxes: all are told."""

import random
from collections.abc import Callable

import pytest

from custody.compose.compose import Handover, SealLook, Touch
from custody.format.item_facts import Item
from services.plan.registering import register_items
from services.records.handovers import record_handover
from services.records.sealing import record_seal
from tests.support.ledger_examples import TPS, TRUCK, WAREHOUSE, planned_station, touched

HONEST, ASTRAY, SWAPPED = "", "wrong destination", "swapped labels"
EXPECTED = {
    ASTRAY: "WRONG_DESTINATION",
    "wrong seal": "SEAL_MISMATCH",
    "missing seal": "UNSEALED",
    "broken seal": "SEAL_BROKEN",
    SWAPPED: "SEAL_MISMATCH",
}
VILLAGES = sorted({code.rpartition(".")[0] for code in TPS})
PER_LOAD = 40

Planted = tuple[str, int]
"""The fault of the box that was registered with a label, and the number of the box on which that label is."""


def planted(dice: random.Random, count: int, total: int) -> list[Planted]:
    """So many faults among so many boxes; labels are swapped between neighbours of one load."""
    found: list[Planted] = [(HONEST, place) for place in range(total)]
    while count:
        place, fault = dice.randrange(total), dice.choice(list(EXPECTED))
        after = place + 1
        if found[place][0]:
            continue
        if fault != SWAPPED:
            found[place], count = (fault, place), count - 1
        elif count > 1 and after % PER_LOAD and not found[after][0]:
            found[place], found[after], count = (fault, after), (fault, place), count - 2
    return found


def seen(fault: str, serial: str) -> SealLook:
    """What the receiver sees on a box: the serial that was put on it, or what the fault made of that."""
    match fault:
        case "wrong seal":
            return SealLook("intact", (f"Z{serial}",))
        case "missing seal":
            return SealLook("none")
        case "broken seal":
            return SealLook("broken", (serial,))
        case _:
            return SealLook("intact", (serial,))


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_every_planted_fault_is_told_at_the_handover_and_no_honest_box(
    sqlite_url: Callable[[], str], count: int
) -> None:
    faults = planted(random.Random(19), count, 2 * count)
    with planned_station(sqlite_url()) as store:
        items = [
            Item(store.around.new_code(), "box", TPS[place // PER_LOAD % len(TPS)], k=1, n=1, held_by=WAREHOUSE)
            for place in range(len(faults))
        ]
        register_items(store, items)
        serials = [f"A{place:05d}" for place in range(len(items))]
        for item, serial in zip(items, serials, strict=True):
            record_seal(store, Touch(item.code, 1, "camera"), "apply", [serial], names=("Made", "Ketut"))
        for first in range(0, len(items), PER_LOAD):
            load = range(first, min(first + PER_LOAD, len(items)))
            record_handover(store, Handover(WAREHOUSE, TRUCK), touched(items[place].code for place in load))
            village = items[first].to.rpartition(".")[0]
            elsewhere = next(other for other in VILLAGES if other != village)
            for to in (village, elsewhere):
                chosen = [place for place in load if (faults[place][0] == ASTRAY) == (to == elsewhere)]
                if not chosen:
                    continue
                looks = {items[place].code: seen(faults[place][0], serials[faults[place][1]]) for place in chosen}
                found = record_handover(store, Handover(TRUCK, to, seals=looks), touched(looks)).findings
                told = {(finding.item, finding.code) for finding in found if finding.code in EXPECTED.values()}
                assert told == {(items[place].code, EXPECTED[faults[place][0]]) for place in chosen if faults[place][0]}
        for item, (fault, _) in zip(items, faults, strict=True):
            is_green = not any(finding.is_open for finding in store.state.chain(item.code).findings)
            assert is_green is (fault == HONEST), fault
