"""The server's time for each page of the station, and its weight, with the data of Buleleng and of a province.

    python bench/page_times.py [--places 12809]

Claims: each page less than 50 ms with the data of Buleleng and less than 100 ms with a province's, also after a record;
less than 150 kB with all that it loads; after a start, the dashboard in less than 1 s. Times are the processor's, of
server and client together, which a busy machine disturbs less than the clock does. Beside each its floor: an answer of
the same server with nothing to work out. A handover of 2,000 things stands in the ledger, and a session of 500 scans is
open.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from expected import BOXES, NEEDS, WAREHOUSE, province
from served import add_up, begun, get, prepared, served, type_in

import main
from commands.context import station_at
from custody.compose.compose import Handover, Touch
from services.plan.planning import record_plan
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from web.site import Site

TIMES, HANDED, SCANNED = 15, 2_000, 500
GOAL_KB = 150
LOADED = re.compile(r'"(/static/[^"?#]+|\./[^"?#]+\.js)"')


def of_province(folder: Path, count: int) -> Path:
    """The folder of a station with the plan and the boxes of a province of so many polling stations."""
    home = folder / "home"
    assert main.main(["--home", str(home), "init", "--place", WAREHOUSE, "--station", "Gudang-1"]) == 0
    with station_at(str(home), None).store(write=True) as store:
        record_plan(store, list(province(count)), NEEDS, source="bench.csv", digest="0" * 64)
        register_items(store, unregistered_items(store))
    print(f"{count * BOXES:,} boxes for {count:,} polling stations")
    return home


def measure(site: Site, warehouse: str, area: str, goal_ms: float) -> None:
    """Print the time of each page; `area` is the sub-district that things are handed to and scanned for."""
    items = site.ask.do(lambda store: list(store.state.find_items(under=area)))
    codes, village = [item.code for item in items], items[0].to.rpartition(".")[0]
    left = iter(codes[:HANDED])

    def hand(count: int) -> str:
        touches = [Touch(next(left), 1, "wedge") for _number in range(count)]
        return site.keep.do(lambda store: record_handover(store, Handover(warehouse, area), touches)).bast

    bast = hand(min(HANDED, len(codes) // 2) - TIMES * 6)
    draft = begun(site, warehouse, area)
    site.sessions.do(draft, lambda session: [session.type_in(code) for code in codes[-SCANNED:]])
    began = time.perf_counter()
    add_up(site)
    print(f"the dashboard's first adding up: {time.perf_counter() - began:.1f} s, while it shows what it has")
    floor = statistics.median(clocked(lambda: get(site, "/static/serah.svg")))
    print(f"{'page':34}{'median ms':>10}{'longest':>9}{'of floor':>10}{'kB':>8}")
    line("/static/serah.svg", [floor], floor, goal_ms)
    for path in (
        "/",
        "/scan",
        "/api/places?q=tps",
        f"/scan/{draft}",
        f"/scan/{draft}/board",
        f"/scan/{draft}/taken",
        f"/scan/{draft}/review",
        f"/scan/{draft}/reasons",
        f"/handover?{urlencode({'number': bast})}",
        "/items",
        f"/items?{urlencode({'to': village})}",
        f"/items/{codes[0]}",
        "/handovers",
        "/search?q=tps",
        "/records",
        "/reports",
        "/labels",
        "/plan",
        "/meet",
        "/dashboard",
        f"/dashboard/{area}",
        f"/dashboard/{village}",
        "/dashboard/wall",
        "/observers",
    ):
        times = clocked(lambda path=path: get(site, path))  # type: ignore[misc]
        line(path.replace(draft, "ID"), times, floor, goal_ms, weight_kb(site, path))
    scanned = iter(codes[-2 * SCANNED : -SCANNED])
    for path, what, job in (
        ("/", "record", lambda: hand(1)),
        ("/dashboard", "record", lambda: hand(1)),
        (f"/dashboard/{area}", "record", lambda: hand(1)),
        ("/dashboard/wall", "record", lambda: hand(1)),
        ("/plan", "record", lambda: hand(1)),
        (f"/scan/{draft}", "record", lambda: hand(1)),
        (f"/scan/{draft}/board", "scan", lambda: type_in(site, draft, next(scanned))),
        (f"/scan/{draft}/review", "scan", lambda: type_in(site, draft, next(scanned))),
    ):
        drawn = []
        for _number in range(TIMES):
            job()
            drawn += clocked(lambda path=path: get(site, path), 1)  # type: ignore[misc]
        line(f"{path.replace(draft, 'ID')}, after a {what}", drawn, floor, goal_ms)


def clocked(job: Callable[[], object], times: int = TIMES) -> list[float]:
    """The milliseconds of the processor that each time takes."""
    spent = []
    for _number in range(times):
        began = time.process_time()
        job()
        spent.append((time.process_time() - began) * 1000)
    return spent


def weight_kb(site: Site, path: str) -> float:
    """What a browser that has nothing loads for a page: itself, and the styles, scripts and drawings that it names."""
    page = get(site, path)
    size, seen, left = len(page), set[str](), LOADED.findall(page.decode())
    while left:
        name = left.pop().replace("./", "/static/")
        if name not in seen:
            seen.add(name)
            body = get(site, name)
            size += len(body)
            left += LOADED.findall(body.decode()) if name.endswith(".js") else []
    return size / 1000


def line(name: str, spent: list[float], floor: float, goal_ms: float, kb: float | None = None) -> None:
    """One line of the table; a page over its goal is marked."""
    median = statistics.median(spent)
    mark = " over" if median > goal_ms or (kb or 0) > GOAL_KB else ""
    weight = f"{kb:8.0f}" if kb is not None else ""
    print(f"{name[:34]:34}{median:10.1f}{max(spent):9.1f}{median / floor:10.1f}{weight}{mark}", flush=True)


def started(home: Path) -> None:
    """Print how long the first page and the first dashboard of a program take that starts with what another left."""
    with served(home) as site:
        get(site, "/static/serah.svg")
        for path in ("/dashboard", "/"):
            began = time.perf_counter()
            [spent] = clocked(lambda path=path: get(site, path), 1)  # type: ignore[misc]
            print(f"{path}, first after a start: {time.perf_counter() - began:.2f} s, {spent:.0f} ms of the processor")


def run(count: int) -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as folder:
        print("Buleleng")
        with served(home := prepared(Path(folder))) as site:
            measure(site, "51.08", "51.08.06", 50)
        started(home)
    with tempfile.TemporaryDirectory() as folder:
        print("\na province")
        with served(home := of_province(Path(folder), count)) as site:
            measure(site, WAREHOUSE, f"{WAREHOUSE}.07", 100)
        started(home)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=12_809, help="polling stations of the province")
    run(parser.parse_args().places)
