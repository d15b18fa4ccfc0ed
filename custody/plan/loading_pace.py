"""The plan of pace: whether so many stations, at so many seconds a scan, load each truck before it leaves.

Everybody works on the truck that leaves next. Of all orders this one keeps the longest delay shortest (Jackson's rule),
so where it is late, so many stations are too few in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Truck:
    """A truck of the timetable: its name, when it leaves (RFC 3339, UTC), and how many items go on it."""

    name: str
    leaves: str
    items: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """When a truck's last item is scanned, and how many stations have it scanned before it leaves.

    `stations` counts the trucks before it in; None where no number of stations is enough, for it leaves before loading
    begins.
    """

    truck: Truck
    ready: str
    spare_ms: int
    stations: int | None

    @property
    def is_late(self) -> bool:
        return self.spare_ms < 0


@dataclass(frozen=True, slots=True)
class LoadingPlan:
    """The trucks in the order of leaving, and how many stations have all of them loaded in time; None: none do."""

    rows: tuple[Loaded, ...]
    stations: int | None


def loading_plan(trucks: Iterable[Truck], *, begin: str, stations: int, ms_per_scan: int) -> LoadingPlan:
    """When each truck is loaded, if all stations scan from `begin` on without a break.

    Args:
        begin: RFC 3339, UTC.
        stations: how many scan at a time; 1 or more.
        ms_per_scan: from one label to the next at one station, in milliseconds; 1 or more.
    """
    start = datetime.fromisoformat(begin)
    scanned, rows = 0, []
    for truck in sorted(trucks, key=lambda truck: (datetime.fromisoformat(truck.leaves), truck.name)):
        scanned += truck.items
        work_ms = scanned * ms_per_scan
        window_ms = (datetime.fromisoformat(truck.leaves) - start) // timedelta(milliseconds=1)
        taken_ms = -(-work_ms // stations)
        ready = start + timedelta(milliseconds=taken_ms)
        enough = _enough(work_ms, window_ms)
        rows.append(Loaded(truck, ready.strftime("%Y-%m-%dT%H:%M:%SZ"), window_ms - taken_ms, enough))
    counts = [row.stations for row in rows]
    return LoadingPlan(tuple(rows), None if None in counts else max((n for n in counts if n is not None), default=1))


def _enough(work_ms: int, window_ms: int) -> int | None:
    if work_ms == 0 and window_ms >= 0:
        return 1
    return -(-work_ms // window_ms) if window_ms > 0 else None
