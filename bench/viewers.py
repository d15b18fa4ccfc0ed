"""Scanning while many look at the dashboard, beside scanning alone: what the viewers cost.

    python bench/viewers.py [--rounds 30]

Claim: 8 viewers of the dashboard slow scanning by no more than 5 %. Viewers are another program and do what
`static/dashboard.js` does: they hear the news, and when something has changed they ask for the part that changes with
the tag of what they have. Rounds alternate between nobody and all of them looking; in each a handover is recorded
amid the scans, so that there is something new to draw. Beside the time of a scan stands the processor time of the whole
program for each (its client's too), which hangs less on what else the machine does.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

VIEWERS, EACH, GAP_S, REST_S, RECORDED_AT = 8, 60, 0.025, 2.0, (10, 35)
PAUSE_S = 0.25
"""As `PAUSE_MS` of static/dashboard.js."""


def look(address: str, ready: threading.Semaphore, tally: list[int]) -> None:
    """One viewer: the part once, then again whenever the news say that it has changed."""
    tag = ""

    def renew() -> None:
        nonlocal tag
        try:
            with urlopen(Request(address + "dashboard/part", headers={"If-None-Match": tag})) as answer:
                tag = answer.headers["etag"]
                tally.append(len(answer.read()))
        except HTTPError as error:
            if error.code != 304:
                raise
            tally.append(0)

    renew()
    with urlopen(address + "dashboard/news") as events:
        ready.release()
        for line in events:
            if line.startswith((b"event: changed", b"event: missed")):
                time.sleep(PAUSE_S)
                renew()


def look_on(address: str) -> None:
    """All viewers, until stdin ends; then how often they were answered, and with how much."""
    ready, tally = threading.Semaphore(0), list[int]()
    for _number in range(VIEWERS):
        threading.Thread(target=look, args=(address, ready, tally), daemon=True).start()
    for _number in range(VIEWERS):
        ready.acquire()
    before = len(tally)
    print("ready", flush=True)
    sys.stdin.read()
    print(len(tally) - before, sum(tally[before:]), flush=True)


@contextmanager
def viewers(address: str, told: list[tuple[int, int]]) -> Iterator[None]:
    """Within it they look; `told` gets how many answers they had, and of how many bytes."""
    command = [sys.executable, __file__, "--look", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        yield
        answers, size = process.communicate()[0].split()
        told.append((int(answers), int(size)))


def run(rounds: int) -> None:
    """Serve the page, measure, print."""
    from served import add_up, begun, prepared, served, type_in

    from custody.compose.compose import Handover, Touch
    from services.records.handovers import record_handover

    spent: dict[bool, list[list[float]]] = {False: [], True: []}
    work: dict[bool, list[float]] = {False: [], True: []}
    worked: list[float] = []
    told: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as folder, served(prepared(Path(folder))) as site:
        draft = begun(site, "51.08", "51.08.06")
        codes = iter([item.code for item in site.ask.do(lambda store: list(store.state.find_items(under="51.08.06")))])
        sent = iter([item.code for item in site.ask.do(lambda store: list(store.state.find_items(under="51.08.01")))])

        def record() -> None:
            touch = Touch(next(sent), 1, "typed")
            site.keep.do(lambda store: record_handover(store, Handover("51.08", "51.08.01"), [touch]))

        def scan() -> list[float]:
            time.sleep(REST_S)
            ms, began_cpu = [], time.process_time()
            for number in range(EACH):
                if number in RECORDED_AT:
                    record()
                began = time.perf_counter()
                type_in(site, draft, next(codes))
                ms.append((time.perf_counter() - began) * 1000)
                time.sleep(GAP_S)
            worked.append((time.process_time() - began_cpu) * 1000 / EACH)
            return ms

        def watched() -> list[float]:
            with viewers(site.address, told):
                return scan()

        add_up(site)
        scan()
        worked.clear()
        for number in range(rounds):  # now the ones first, now the others
            for is_watched in (number % 2 == 1, number % 2 == 0):
                spent[is_watched].append((watched if is_watched else scan)())
                work[is_watched].append(worked.pop())
    report(spent, work, told)


def report(spent: dict[bool, list[list[float]]], work: dict[bool, list[float]], told: list[tuple[int, int]]) -> None:
    """The figures."""
    print(f"{'a typed scan':24}{'median ms':>10}{'mean ms':>10}{'p99 ms':>10}{'CPU ms':>10}")
    flat = {is_watched: sorted(ms for one in rounds for ms in one) for is_watched, rounds in spent.items()}
    for is_watched, words in ((False, "nobody looks"), (True, f"{VIEWERS} look at the dashboard")):
        all_ms = flat[is_watched]
        p99 = all_ms[int(len(all_ms) * 0.99)]
        print(
            f"{words:24}{statistics.median(all_ms):10.2f}{statistics.mean(all_ms):10.2f}{p99:10.2f}{statistics.mean(work[is_watched]):10.2f}"
        )
    for words, of in (("median", statistics.median), ("mean", statistics.mean)):
        pairs = [of(b) / of(a) - 1 for a, b in zip(spent[False], spent[True], strict=True)]
        over_all = of(flat[True]) / of(flat[False]) - 1
        print(f"slower by, {words}: {over_all:+.1%}; round by round {statistics.median(pairs):+.1%}")
    answers, size = (sum(each) for each in zip(*told, strict=True))
    print(f"{len(told)} rounds each, {EACH} scans a round; {answers} answers to viewers, {size / 1000:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, choices=range(1, 39), metavar="N")
    parser.add_argument("--look", metavar="ADDRESS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        look_on(options.look)
    else:
        run(options.rounds)
