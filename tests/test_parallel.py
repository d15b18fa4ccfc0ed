"""Work spread over processes: the same answers in the same order, and never much of it in memory at once."""

from collections.abc import Iterator

from evidence_logs import Station, unfiled

from commands.parallel import spread
from evidence.audit import audit_bundle
from evidence.entry import RawEntry
from evidence.log_audit import audit_log

STATION = Station(1).fill(700)


def test_several_processes_find_what_one_finds() -> None:
    entries = unfiled(STATION.entries)
    entries[400] = RawEntry(entries[400].body, entries[399].signatures)
    alone = audit_bundle([STATION.row()], entries)
    with spread(len(entries), worth_it=1) as mapper:
        together = audit_bundle([STATION.row()], entries, mapper=mapper)
    assert not alone.is_ok
    assert together == alone


def test_entries_are_read_as_they_are_needed() -> None:
    ahead = 0

    def counted() -> Iterator[RawEntry]:
        nonlocal ahead
        for _ in range(30):
            for entry in unfiled(STATION.entries):
                ahead += 1
                yield entry

    with spread(1, worth_it=1) as mapper:
        walk = iter(mapper(_length, ((entry, {}) for entry in counted())))  # type: ignore[arg-type]
        next(walk)
        assert ahead < 4000
        walk.close()  # type: ignore[attr-defined]


def _length(job: tuple[RawEntry, object]) -> int:
    return len(job[0].body)


def test_little_work_is_not_spread() -> None:
    with spread(10) as mapper:
        assert mapper is map
        assert audit_log(STATION.entries, name=STATION.name, mapper=mapper).size == 700
