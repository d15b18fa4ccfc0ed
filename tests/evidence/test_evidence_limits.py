"""A hostile bundle fills no memory: too many findings are counted, and processes share no huge tables."""

from evidence.audit import MAX_LOGS_SPREAD, worth_spreading
from evidence.entry import RawEntry, examine
from evidence.intake import LogRow
from evidence.log_audit import MAX_FINDINGS, LogAudit
from evidence.mentions import AuditLimits


def damaged(log: LogAudit, count: int) -> LogAudit:
    for number in range(count):
        log.take(examine((RawEntry(b"no event %d" % number, ""), {})))
    return log


def test_a_log_tells_its_first_faults_and_counts_the_others() -> None:
    found = damaged(LogAudit("A"), MAX_FINDINGS + 7).findings()
    assert [finding.seq for finding in found[:-1]] == list(range(1, MAX_FINDINGS + 1))
    assert found[-1].values["count"] == 7 and {finding.code for finding in found} == {"TAMPERED"}


def test_the_lowest_number_is_told_though_it_is_found_last() -> None:
    log = LogAudit("A")
    for number in range(MAX_FINDINGS + 50, 0, -1):
        log.take(examine((RawEntry(b"no event", "", seq=number), {})))
    told = [finding.seq for finding in log.findings() if "count" not in finding.values]
    assert told[0] == 1 and len(told) == MAX_FINDINGS


def test_as_many_faults_as_are_told_are_not_followed_by_a_count() -> None:
    assert all("count" not in finding.values for finding in damaged(LogAudit("A"), MAX_FINDINGS).findings())


def test_of_many_logs_each_tells_its_first_fault_and_none_is_lost_from_the_count() -> None:
    limits = AuditLimits(left=12)
    logs = [damaged(LogAudit(f"log {number}", limits=limits), 8) for number in range(5)]
    for log in logs:
        told = [finding for finding in log.findings() if "count" not in finding.values]
        more = [finding.values["count"] for finding in log.findings() if "count" in finding.values]
        assert told[0].seq == 1 and len(told) + sum(more) == 8
    assert [len(log.findings()) for log in logs] == [8, 5, 2, 2, 2]  # 8 and 4 have room; then a first and a count


def test_entries_are_shared_among_processes_unless_very_many_logs_are_said_to_be_there() -> None:
    rows = [LogRow(f"log {number}", "", "", 50, "a" * 64) for number in range(MAX_LOGS_SPREAD)]
    assert worth_spreading(rows) == 50 * MAX_LOGS_SPREAD
    assert worth_spreading([*rows, LogRow("one more", "", "", 2**53 - 1, "a" * 64)]) == 0
