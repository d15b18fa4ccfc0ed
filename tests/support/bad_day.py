"""A station's day sent to its hub over bad lines: `python -m tests.support.bad_day [--scale 1]`.

The hub and the station are real, each in a network namespace of its own, with a line between them that loses, delays,
holds up and cuts real TCP (`tests.support.bad_link`). What is said at the end: how long it took, how often it had to be
begun, and how many bytes went over the line, headers and repeats too.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from custody.compose.compose import Handover
from db.store import open_store
from services.exchange.hub_client import HubAddress
from services.exchange.sync import Synced
from services.exchange.watching import keep_syncing
from services.records.handovers import record_handover
from tests.support import workplace  # noqa: F401 -- before the first file is written
from tests.support.bad_link import HUB, BadLine, Computer, line_between, why_not
from tests.support.ledger_examples import TPS, Clock, around, boxes, planned_station, signer, touched
from tests.support.merge_examples import bundle_of, join, take
from web.hub_server import Hub

HANDOVERS, THINGS = 40, 24
BAD = BadLine(round_trip_s=0.6, loss=0.3, bits_per_s=20_000, cut_every_s=30, cut_for_s=2)
LINES = {
    "a good line": BadLine(),
    "600 ms": BadLine(round_trip_s=BAD.round_trip_s),
    "30 % of all packets lost": BadLine(loss=BAD.loss),
    "20 kbit/s": BadLine(bits_per_s=BAD.bits_per_s),
    "cut every 30 s": BadLine(bits_per_s=BAD.bits_per_s, cut_every_s=BAD.cut_every_s),
    "600 ms, 20 kbit/s, cut every 30 s": replace(BAD, loss=0.0),
    "all of it at once": BAD,
}


@dataclass(frozen=True)
class Day:
    """What came of it: seconds, how often `sync` was begun, and the bytes on the line for each move, both ways.

    `is_whole`: all of the day is at the hub, as the station has it, once, and all of it cosigned.
    """

    seconds: float
    tries: int
    bytes_a_move: float
    is_whole: bool


def scaled(line: BadLine, scale: float) -> BadLine:
    """A line that is so many times as quick in everything and loses as little; what it does to TCP stays alike."""
    quick, every = line.round_trip_s * scale, line.cut_every_s * scale
    cut = line.cut_for_s * scale
    return replace(line, round_trip_s=quick, bits_per_s=line.bits_per_s / scale, cut_every_s=every, cut_for_s=cut)


def day_over(line: BadLine, folder: Path, *, handovers: int = HANDOVERS, within_s: float = 1800) -> Day:
    """Send a day's handovers over a line, as `sync --watch` does.

    Raises:
        TimeoutError: it was not all there in time.
    """
    url, station = f"sqlite:///{folder / 'hub.db'}", f"sqlite:///{folder / 'station.db'}"
    with planned_station(url, 1) as root:
        codes = boxes(root, handovers * THINGS, TPS[0])
        take(join(station, 2, root, place="51.08.01", name="PPK 1"), bundle_of(root))
    good = BadLine()
    with line_between(good) as (near, far), _hub(far, url, folder) as hub:
        near.do(lambda: _watched(station, hub, within_s))
        with open_store(station, signer(2), around(2, Clock(70_000))) as office:
            for at in range(0, len(codes), THINGS):
                record_handover(office, Handover("51.08.01", "51.08.01.2001"), touched(codes[at : at + THINGS]))
        good.become(line)
        began = time.monotonic()
        tries = near.do(lambda: _watched(station, hub, within_s))
        took, size = time.monotonic() - began, good.up + good.down
    with open_store(url, signer(1), around(1)) as root, open_store(station, signer(2), around(2)) as office:
        log = office.ledger.own_log().name
        is_same = [*root.ledger.leaves(log)] == [*office.ledger.leaves(log)]
        left = root.ledger.tables.fork.select().count() + root.ledger.tables.waiting.select().count()
        is_cosigned = office.cosigned.most(log) == office.ledger.require_own_row().size
    return Day(took, tries, size / (handovers * THINGS), is_same and left == 0 and is_cosigned)


def _watched(station: str, hub: HubAddress, within_s: float) -> int:
    """Sync until nothing waits; how often it was begun."""
    ends = time.monotonic() + within_s
    with open_store(station, signer(2), around(2, Clock(80_000))) as store:
        for number, outcome in enumerate(keep_syncing(store, hub, pause=lambda s: time.sleep(min(s, 5.0))), 1):
            if isinstance(outcome, Synced) and not outcome.waiting:
                return number
            if time.monotonic() > ends:
                raise TimeoutError(f"not all was there after {within_s} s: {outcome}")
    raise AssertionError


@contextmanager
def _hub(computer: Computer, url: str, home: Path) -> Iterator[HubAddress]:
    hub = computer.do(lambda: Hub(home, lambda: open_store(url, signer(1), around(1, Clock(50_000))), HUB, None))
    thread = threading.Thread(target=hub.server.run, kwargs={"sockets": [hub.listening]}, daemon=True)
    thread.start()
    try:
        yield hub.invitations[0]
    finally:
        hub.server.should_exit = True
        thread.join(timeout=10)
        hub.close()


def main() -> int:
    """Send the day over each line and say what was measured; 1 where something did not arrive."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.bad_day", description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0, help="0.2: five times as quick, to try it")
    given = parser.parse_args()
    if reason := why_not():
        print(f"skipped: {reason}; tests/services/test_hub_bad_network.py says what a proxy shows")
        return 0
    print(
        f"{HANDOVERS} handovers of {THINGS} things, {HANDOVERS * THINGS} moves, each line {given.scale:g} of its time"
    )
    bad = 0
    for name, line in LINES.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                day = day_over(scaled(line, given.scale), Path(folder))
            except TimeoutError as error:
                print(f"{name:<36} {error}", flush=True)
                bad += 1
                continue
        bad += not day.is_whole
        whole = "all there, once, cosigned" if day.is_whole else "NOT WHOLE"
        told = f"{day.seconds:>7.1f} s{day.tries:>4} tries{day.bytes_a_move:>7.1f} bytes a move  {whole}"
        print(f"{name:<36}{told}", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
