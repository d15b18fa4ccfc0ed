"""Work spread over processes: the same answers in the same order, and never much of it in memory at once."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.pool import Pool

import pytest

from custody.errors import LabelError
from evidence.audit import audit_bundle
from evidence.entry import RawEntry
from labels.sheet import write_sheets
from labels.stock import STOCKS
from labels.thermal import thermal_labels
from services.parallel import Spread, spread
from tests.support.evidence_logs import Station, audit_log, unfiled
from tests.support.label_examples import contents

STATION = Station(1).fill(700)


@pytest.fixture(scope="module")
def together() -> Iterator[Spread]:
    """Work spread over processes, which are started once."""
    with spread(1, worth_it=1) as mapper:
        assert mapper is not map or (os.cpu_count() or 1) == 1
        yield mapper


def test_several_processes_find_what_one_finds(together: Spread) -> None:
    entries = unfiled(STATION.entries)
    entries[400] = RawEntry(entries[400].body, entries[399].signatures)
    alone = audit_bundle([STATION.row()], entries)
    assert not alone.is_ok
    assert audit_bundle([STATION.row()], entries, mapper=together) == alone


def test_entries_are_read_as_they_are_needed(together: Spread) -> None:
    ahead = 0

    def counted() -> Iterator[RawEntry]:
        nonlocal ahead
        for _ in range(30):
            for entry in unfiled(STATION.entries):
                ahead += 1
                yield entry

    walk = iter(together(_length, ((entry, {}) for entry in counted())))  # type: ignore[arg-type]
    next(walk)
    assert ahead < 4000
    walk.close()  # type: ignore[attr-defined]


def _length(job: tuple[RawEntry, object]) -> int:
    return len(job[0].body)


def test_little_work_is_not_spread() -> None:
    with spread(10) as mapper:
        assert mapper is map
        assert audit_log(STATION.entries, name=STATION.name, mapper=mapper).size == 700


def test_where_no_process_can_be_started_one_does_the_work() -> None:
    def refuse(*_args: object, **_options: object) -> Pool:
        raise OSError(11, "Resource temporarily unavailable")

    with spread(10, worth_it=1, start=refuse) as mapper:
        assert mapper is map


def test_labels_drawn_by_several_processes_are_the_same_bytes(together: Spread) -> None:
    made = contents() * 15  # more than one chunk

    def pdf(mapper: Spread) -> bytes:
        out = io.BytesIO()
        write_sheets(out, made, STOCKS["a4-3x7"], title="Labels", mapper=mapper)
        return out.getvalue()

    def zpl(mapper: Spread) -> bytes:
        return b"".join(thermal_labels(made[:300], STOCKS["roll-50x30"], "zpl", 203, mapper=mapper))

    alone: Spread = map  # type: ignore[assignment]
    assert pdf(together) == pdf(alone)
    assert zpl(together) == zpl(alone)


def test_a_label_that_does_not_fit_is_told_by_several_processes_too(together: Spread) -> None:
    wrong = replace(contents()[0], payload="p:abc")
    with pytest.raises(LabelError, match="p:abc"):
        write_sheets(io.BytesIO(), [contents()[0], wrong], STOCKS["a4-3x7"], title="Labels", mapper=together)
