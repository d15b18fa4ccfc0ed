"""Where each fault is planted: in which sub-district, village and polling station, and with which box."""

import random
from collections import Counter
from collections.abc import Iterator

from bench.scenario import (  # noqa: F401 -- whose faults are on the list
    custody_faults,
    evidence,
    load_faults,
    record_faults,
    thing_faults,
    unadmitted,
)
from bench.scenario.field import Field
from bench.scenario.scene import FAULTS, Fault, Scene


def plant(field: Field, *, seed: int, times: int) -> Counter[str]:
    """Plant each fault so often, in one sub-district after the other; no thing twice. Returns how often each was."""
    dice, used, whole, befallen = random.Random(seed), set[str](), set[str](), set[tuple[str, str]]()
    districts, planted, planned = list(field.districts), Counter[str](), set(field.bound)
    number = 0
    for fault in sorted(FAULTS, key=lambda fault: fault.scope != "station"):
        for turn in range(times):
            number += 1
            start = number + turn
            order = districts[start % len(districts) :] + districts[: start % len(districts)]
            scenes = _scenes(field, fault, order, used, whole, dice)
            found = next((one for one in scenes if (fault.how, one.village) not in befallen), None)
            if found is None:
                if times == 1:
                    raise LookupError(f"no place is left for: {fault.how}")
                continue
            found.number = number
            used |= {found.item, found.spare}
            if fault.is_of_laptop:
                befallen.add((fault.how, found.village))
            if fault.scope == "station":
                whole.add(found.station)
                used |= set(found.items)
            fault.plant(found)
            used |= field.bound.keys() - planned  # what it registers besides is for no other fault
            planted[fault.code] += 1
    return planted


def _scenes(
    field: Field, fault: Fault, districts: list[str], used: set[str], whole: set[str], dice: random.Random
) -> Iterator[Scene]:
    for district in districts:
        villages = [v for v in field.below(district, "village") if _fits(field, fault, v)]
        stations = [t for v in villages for t in field.below(v, "polling_station") if t not in whole]
        for station in dice.sample(stations, len(stations)):
            items = list(field.of_place[station])
            boxes = [c for c in items if c not in used and field.kinds[c] == "box"]
            if (fault.scope == "station" and used & set(items)) or len(boxes) < 2:
                continue
            other = next(d for d in districts if d != district)
            there = field.below(field.below(other, "village")[-1], "polling_station")[0]
            yield Scene(field, station, boxes[0], items, boxes[1], there, whole)


def _fits(field: Field, fault: Fault, village: str) -> bool:
    laptop = "without" if village not in field.villages else "paper" if _by_paper(field, village) else "bundle"
    return fault.village in ("any", laptop)


def _by_paper(field: Field, village: str) -> bool:
    return field.by_paper(field.parent(village))
