"""A session of a night: five hours on the clock, 2,000 scans, no more memory at its end than at its beginning."""

import gc
import tracemalloc

import pytest

from custody.format.codes import item_payload
from scanner.reads import Read
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from web.live.sessions import Session
from web.site import Site

SCANS, HOURS, WARM = 2_000, 5, 500
PAUSE_MS = HOURS * 3_600_000 / SCANS
CORNERS = ((100, 100), (300, 100), (300, 300), (100, 300))
MOST_BYTES = 50_000


@pytest.mark.slow
def test_a_session_of_five_hours_and_2000_scans_stays_flat_in_memory(
    visitor: Visitor, site: Site, station: Terminal
) -> None:
    draft, codes = begun_draft(visitor), station.codes("--to", "51.08.01")
    lines = [item_payload(code, 1) for code in codes]

    def film(line: str, at_ms: float) -> None:
        """A camera sees a label in two frames, one behind the other, then something else."""

        def see(session: Session) -> None:
            for frame_ms in (0, 80):
                session.see([Read(line, CORNERS, "zxing")], at_ms + frame_ms, is_still=False)
            session.see([], at_ms + 4000, is_still=False)

        site.sessions.do(draft, see)

    def scan(at: int) -> None:
        line = lines[at % len(lines)]
        if at % 4:
            film(line, at * PAUSE_MS)
        else:
            site.sessions.do(draft, lambda one: one.type_in(line, id=f"line-{at}"))

    def memory() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    for at in range(WARM):  # until as many events are kept as ever are
        scan(at)
    before = memory()
    for at in range(WARM, SCANS):
        scan(at)
    grown = memory() - before
    tracemalloc.stop()
    assert site.sessions.do(draft, lambda one: len(one.desk.taken)) == len(codes)
    assert grown < MOST_BYTES, f"{grown:,} bytes more after {SCANS - WARM} scans"
