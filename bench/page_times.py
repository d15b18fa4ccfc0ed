"""The server's time for each page of the station, with the data of Buleleng and of a province.

    python bench/page_times.py [--places 12809]

Claims: each page less than 100 ms with a province's data, the dashboard of the 2,275 polling stations of Buleleng less
than 300 ms when it is drawn anew. Beside each its floor: an answer of the same server with nothing to work out. A
handover of 2,000 things stands in the ledger, and a session of 500 scans is open.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from expected import BOXES, NEEDS, WAREHOUSE, province
from served import add_up, begun, get, prepared, served, spent_ms

import main
from commands.context import station_at
from custody.compose.compose import Handover, Touch
from services.plan.planning import record_plan
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from web.site import Site

TIMES, HANDED, SCANNED = 15, 2_000, 500
GOAL_MS, DRAWN_GOAL_MS = 100, 300


def of_province(folder: Path, count: int) -> Path:
    """The folder of a station with the plan and the boxes of a province of so many polling stations."""
    home = folder / "home"
    assert main.main(["--home", str(home), "init", "--place", WAREHOUSE, "--station", "Gudang-1"]) == 0
    with station_at(str(home), None).store(write=True) as store:
        record_plan(store, list(province(count)), NEEDS, source="bench.csv", digest="0" * 64)
        register_items(store, unregistered_items(store))
    print(f"{count * BOXES:,} boxes for {count:,} polling stations")
    return home


def measure(site: Site, warehouse: str, area: str) -> None:
    """Print the time of each page; `area` is the sub-district that things are handed to and scanned for."""
    items = site.ask.do(lambda store: list(store.state.find_items(under=area)))
    codes, village = [item.code for item in items], items[0].to.rpartition(".")[0]
    left = iter(codes[:HANDED])

    def hand(count: int) -> str:
        touches = [Touch(next(left), 1, "wedge") for _number in range(count)]
        return site.keep.do(lambda store: record_handover(store, Handover(warehouse, area), touches)).bast

    bast = hand(min(HANDED, len(codes) // 2) - TIMES * 2)
    draft = begun(site, warehouse, area)
    site.sessions.do(draft, lambda session: [session.type_in(code) for code in codes[-SCANNED:]])
    began = time.perf_counter()
    add_up(site)
    print(f"the dashboard's first adding up: {time.perf_counter() - began:.1f} s, while it shows what it has")
    floor = spent_ms(lambda: get(site, "/static/serah.svg"), TIMES)
    print(f"{'page':34}{'median ms':>10}{'longest':>9}{'of floor':>10}")
    line("/static/serah.svg", [floor], floor)
    for path in (
        "/",
        "/scan",
        "/api/places?q=tps",
        f"/scan/{draft}",
        f"/scan/{draft}/board",
        f"/scan/{draft}/review",
        f"/handover?{urlencode({'number': bast})}",
        "/items",
        f"/items?{urlencode({'to': village})}",
        f"/items/{codes[0]}",
        "/labels",
        "/plan",
        "/meet",
        "/dashboard",
        f"/dashboard/{area}",
        f"/dashboard/{village}",
        "/dashboard/wall",
        "/observers",
    ):
        line(path.replace(draft, "ID"), clocked(lambda path=path: get(site, path)), floor)  # type: ignore[misc]
    for path in ("/dashboard", f"/dashboard/{area}"):
        drawn = []
        for _number in range(TIMES):
            hand(1)
            drawn += clocked(lambda path=path: get(site, path), 1)  # type: ignore[misc]
        line(f"{path}, after a record", drawn, floor)


def clocked(job: Callable[[], object], times: int = TIMES) -> list[float]:
    """The milliseconds of each time."""
    return [spent_ms(job, 1) for _number in range(times)]


def line(name: str, spent: list[float], floor: float) -> None:
    """One line of the table; a page over its goal is marked."""
    median = statistics.median(spent)
    mark = " over" if median > (DRAWN_GOAL_MS if "after" in name else GOAL_MS) else ""
    print(f"{name[:34]:34}{median:10.1f}{max(spent):9.1f}{median / floor:10.1f}{mark}")


def run(count: int) -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as folder:
        print("Buleleng")
        with served(prepared(Path(folder))) as site:
            measure(site, "51.08", "51.08.06")
    with tempfile.TemporaryDirectory() as folder:
        print("\na province")
        with served(of_province(Path(folder), count)) as site:
            measure(site, WAREHOUSE, f"{WAREHOUSE}.07")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=12_809, help="polling stations of the province")
    run(parser.parse_args().places)
