"""Several logs together: what was cut, withheld or written anew, against what others saw and what people kept."""

import json
import random
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest

from evidence.audit import audit_bundle
from evidence.verdict import BundleAudit
from tests.support.bundle_examples import admit
from tests.support.evidence_logs import Station, chain_of_stations, unfiled

SIZE = 200
STATION = Station(1).fill(SIZE)
WHOLE_HEAD = STATION.head()


def audit(stations: list[Station], **how: Any) -> BundleAudit:
    """The audit of a bundle that has these logs and says so."""
    entries = [entry for station in stations for entry in unfiled(station.entries)]
    return audit_bundle([station.row() for station in stations], entries, **how)


def cut(station: Station, size: int) -> Station:
    """The same log without its tail: what somebody leaves who has the database, and makes its table agree."""
    shorter = Station(station.seed, station.name)
    shorter.bodies, shorter.entries = station.bodies[:size], station.entries[:size]
    return shorter


def codes(found: BundleAudit, *, wrong: bool = True) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.seq) for finding in found.findings if finding.is_wrong == wrong]


def between(found: BundleAudit) -> list[tuple[Any, ...]]:
    """What is wrong, each with the log and the entry that say it, and with the other log and its number there."""
    return [(f.code, f.log, f.seq, f.values.get("other"), f.values.get("number")) for f in found.findings if f.is_wrong]


def check_a_cut(count: int, receiver: Station) -> None:
    """The last `count` entries are gone; each of three witnesses tells, and without one nothing can."""
    shorter, first = cut(STATION, SIZE - count), SIZE - count + 1
    assert codes(audit([shorter], heads=[WHOLE_HEAD])) == [("INCOMPLETE", first)]
    assert between(audit([shorter, receiver])) == [("INCOMPLETE", receiver.name, 2, STATION.name, SIZE)]
    row = shorter.row()
    with_head = row.__class__(row.log, row.station, row.place, row.size, row.head, checkpoint=WHOLE_HEAD)
    found = audit_bundle([with_head], unfiled(shorter.entries))
    assert codes(found) == [("INCOMPLETE", first)]
    alone = audit([shorter])
    assert alone.is_ok
    assert codes(alone, wrong=False) == [("UNWITNESSED", 1)]
    assert alone.verdict.startswith("self-consistent only")


@pytest.fixture(scope="module")
def receiver() -> Station:
    """A station that relied on the newest event of the log."""
    other = Station(2)
    other.hand_over([STATION.ref()])
    return other


def test_a_tail_that_was_cut_is_noticed_by_any_head_that_was_kept(receiver):
    for count in (1, 2, 3, 10, 64, 128, 150, 198, 199):
        check_a_cut(count, receiver)


@pytest.mark.slow
def test_every_length_of_tail_that_was_cut_is_noticed(receiver):
    for count in range(1, SIZE):
        check_a_cut(count, receiver)


def test_a_head_beyond_the_end_that_several_bring_is_told_once_and_at_its_worst() -> None:
    other = Station(2)
    other.write("witness", head=WHOLE_HEAD)
    short, wrong = "incomplete: records are missing", "the evidence is wrong"
    for stations, brought, verdict in (
        ([cut(STATION, 190), other], {"heads": [WHOLE_HEAD, WHOLE_HEAD]}, short),
        ([cut(STATION, 190), other], {"shown": [WHOLE_HEAD]}, wrong),
        ([cut(STATION, 190)], {"shown": [WHOLE_HEAD], "heads": [WHOLE_HEAD]}, wrong),
    ):
        found = audit(stations, **brought)
        assert codes(found) == [("INCOMPLETE", 191)]
        assert found.verdict.startswith(verdict)
    found = audit([cut(STATION, 190)], heads=[WHOLE_HEAD, STATION.head(195)])
    assert codes(found) == [("INCOMPLETE", 191), ("INCOMPLETE", 191)], "two heads are two"


def test_an_honest_chain_of_stations_says_who_witnessed_what():
    stations = chain_of_stations(3, 12)
    found = audit(stations, heads=[stations[2].head(7)])
    assert found.is_ok
    assert found.verdict == "complete up to these heads"
    first, second, third = found.logs
    assert (first.size, first.known, first.witnessed_to, first.witnesses[0].station) == (12, 12, 12, "Gudang 2")
    assert second.witnesses[0].log == stations[2].name
    assert [(witness.log, witness.to) for witness in third.witnesses] == [("head", 7)]
    assert codes(found, wrong=False) == [("UNWITNESSED", 8)]


def test_whom_the_root_has_not_admitted_witnesses_nothing():
    stations = chain_of_stations(2, 12)
    found = audit(stations, root=stations[0].fingerprint)
    assert found.is_ok
    assert [facts.witnessed_to for facts in found.logs] == [0, 0]
    assert ("UNKNOWN_STATION", None) in codes(found, wrong=False)


def test_an_audit_is_told_as_json():
    told = json.loads(json.dumps(audit(chain_of_stations(2, 5)).to_json()))
    assert told.keys() == {"ok", "verdict", "logs", "findings"}
    assert {"log", "station", "size", "head", "witnessed_to", "witnesses"} <= told["logs"][0].keys()
    assert told["logs"][0]["witnesses"] == [{"log": told["logs"][1]["log"], "station": "Gudang 2", "to": 5}]


def test_nobody_who_is_honest_is_accused_whatever_order_logs_come_in():
    dice = random.Random(5)
    for _ in range(30):
        stations = chain_of_stations(dice.randrange(2, 5), dice.randrange(2, 12))
        dice.shuffle(stations)
        heads = [station.head(dice.randrange(len(station.entries) + 1)) for station in stations]
        assert codes(audit(stations, heads=heads)) == []


def test_a_log_that_another_relied_on_may_not_be_withheld():
    stations = chain_of_stations(3, 6)
    found = audit(stations[1:])
    assert codes(found) == [("INCOMPLETE", 1)]
    assert found.findings[0].log == stations[0].name
    listed = found.logs[0]
    assert (listed.log, listed.size, listed.known, listed.known_by) == (stations[0].name, 0, 6, stations[1].name)


def test_a_log_that_was_cut_is_listed_with_who_knows_of_more():
    sender, receiver = chain_of_stations(2, 6)
    [listed, _] = audit([cut(sender, 4), receiver]).logs
    assert (listed.size, listed.known, listed.witnessed_to) == (4, 4, 4), "what others say of it is not known"
    receiver.write("witness", head=sender.head())
    [listed, _] = audit([cut(sender, 4), receiver]).logs
    assert (listed.size, listed.known, listed.known_by, listed.witnessed_to) == (4, 6, receiver.name, 4)
    [listed] = audit([cut(sender, 4)], heads=[sender.head()]).logs
    assert (listed.size, listed.known, listed.known_by) == (4, 6, "head")


def test_a_station_that_was_admitted_is_listed_though_nothing_of_it_is_here():
    root, stranger = Station(1), Station(7)
    admit(root, Station(2))
    admit(stranger, Station(8))
    found = audit([root, stranger], root=root.fingerprint)
    assert found.is_ok
    listed = found.logs[-1]
    assert (listed.log, listed.size, listed.key) == ("", 0, Station(2).fingerprint)
    assert [log["log"] for log in found.to_json()["logs"]] == [root.name, stranger.name, None]
    assert len(audit([root, stranger]).logs) == 4  # where no root is known, a stranger's word counts too


def test_a_log_of_which_a_head_was_kept_may_not_be_withheld():
    stations = chain_of_stations(2, 6)
    found = audit(stations[:1], heads=[stations[1].head()])
    assert [(f.code, f.log) for f in found.findings if f.is_wrong] == [("INCOMPLETE", stations[1].name)]
    assert [(log.log, log.size, log.known) for log in found.logs][1] == (stations[1].name, 0, 6)


def test_a_log_written_anew_by_its_own_key_does_not_fit_the_head_that_was_kept():
    anew = Station(1)
    anew.hand_over()
    anew.fill(SIZE)
    found = audit([anew], heads=[STATION.head(150)])
    assert codes(found) == [("FORK", None)]


def test_a_log_written_anew_by_its_own_key_does_not_fit_what_others_relied_on(receiver):
    anew = Station(1)
    anew.hand_over()
    anew.fill(SIZE + 1)
    assert between(audit([anew, receiver])) == [("DISPUTED", receiver.name, 2, anew.name, SIZE)]


def test_a_log_written_anew_under_another_key_does_not_fit_the_head_that_was_kept():
    thief = Station(9, STATION.name).fill(SIZE)
    assert codes(audit([thief], heads=[WHOLE_HEAD])) == [("TAMPERED", None)]


def test_everything_signed_anew_is_noticed_by_the_roots_fingerprint():
    thief = Station(9, STATION.name).fill(20)
    assert audit([thief]).is_ok  # it fits itself: this is why an auditor brings a fingerprint
    found = audit([thief], root=STATION.fingerprint)
    assert codes(found) == [("INCOMPLETE", None)]
    assert not found.is_ok


def test_a_stranger_cannot_accuse_where_the_root_is_known():
    stranger = Station(7)
    stranger.hand_over([{"log": STATION.name, "seq": 5000, "leaf": "0" * 64}])
    stranger.hand_over([{"log": "serah/never/was", "seq": 1, "leaf": "0" * 64}])
    found = audit([STATION, stranger])
    assert [f[:3] for f in between(found)] == [("INCOMPLETE", "serah/never/was", 1), ("INCOMPLETE", stranger.name, 2)]
    found = audit([STATION, stranger], root=STATION.fingerprint)
    assert found.is_ok
    assert ("UNKNOWN_STATION", None) in codes(found, wrong=False)


def test_an_entry_that_nobody_signed_witnesses_nothing():
    other = Station(2)
    other.hand_over([STATION.ref()])
    other.entries[1] = other.sign(other.bodies[1], by=Station(3))
    facts = audit([STATION, other]).logs[0]
    assert (facts.log, facts.witnessed_to) == (STATION.name, 0)


def test_a_key_is_no_witness_of_itself():
    again = Station(1, "serah/pemilu-2024/gudang-1/ffffffffffffffff")
    again.hand_over([STATION.ref()])
    assert [facts.witnessed_to for facts in audit([STATION, again]).logs] == [0, 0]


def test_the_list_of_logs_is_held_against_the_logs():
    row, entries = STATION.row(), unfiled(STATION.entries)
    other = Station(2)
    make = row.__class__
    for rows, expected in (
        ([make(row.log, row.station, row.place, SIZE - 1, STATION.entries[-2].leaf.hex())], ("TAMPERED", SIZE)),
        ([make(row.log, row.station, row.place, SIZE + 1, "0" * 64)], ("INCOMPLETE", SIZE + 1)),
        ([make(row.log, row.station, row.place, SIZE, "0" * 64)], ("TAMPERED", SIZE)),
        ([make(row.log, "Gudang lain", row.place, SIZE, row.head)], ("TAMPERED", 1)),
        ([row, other.row()], ("INCOMPLETE", 1)),
        ([other.row()], ("TAMPERED", 1)),
    ):
        assert expected in codes(audit_bundle(rows, entries))


@pytest.mark.parametrize("text", ["", "x", WHOLE_HEAD[:-1], WHOLE_HEAD.replace("200", "199")])
def test_a_head_that_was_changed_is_a_finding_and_no_crash(text):
    assert codes(audit([STATION], heads=[text])) == [("TAMPERED", None)]


def test_a_head_that_was_bent_is_told_with_the_log_that_it_came_with():
    keeper = Station(2)
    keeper.write("witness", head=WHOLE_HEAD[:-1])
    [finding] = [one for one in audit([STATION, keeper]).findings if one.is_wrong]
    assert finding.log == keeper.name and keeper.name in str(finding)
    for bent in ("x", WHOLE_HEAD[:-1], WHOLE_HEAD.replace("200", "0200"), keeper.head()):
        rows = [replace(STATION.row(), checkpoint=bent), keeper.row()]
        found = audit_bundle(rows, unfiled([*STATION.entries, *keeper.entries[:1]])).findings
        [finding] = [one for one in found if one.is_wrong and one.log == STATION.name]
        assert finding.code == "TAMPERED" and STATION.name in str(finding)


def test_an_entry_in_the_wrong_table_is_named_there():
    """A ledger's table says which log each row is of; what the row says itself may be unreadable."""
    first, second = chain_of_stations(2, 6)
    rows = [entry._replace(log=station.name) for station in (first, second) for entry in station.entries]
    assert codes(audit_bundle([first.row(), second.row()], rows)) == []
    rows[6] = rows[6]._replace(body=b"")
    rows[3] = second.entries[3]._replace(log=first.name)
    found = audit_bundle([first.row(), second.row()], rows)
    named = {(finding.log, finding.seq) for finding in found.findings if finding.is_wrong}
    assert {(first.name, 4), (second.name, 1)} <= named


def test_a_head_beyond_a_gap_is_incomplete_and_no_crash():
    entries = unfiled([*STATION.entries[:100], *STATION.entries[150:]])
    found = audit_bundle([STATION.row()], entries, heads=[STATION.head(120), WHOLE_HEAD])
    assert set(codes(found)) == {("INCOMPLETE", 101)}


def test_the_work_may_be_spread_over_processes():
    stations = chain_of_stations(3, 40)
    with get_context("spawn").Pool(2) as pool:
        spread = audit(stations, mapper=partial(pool.imap, chunksize=7))
    assert spread == audit(stations)


def test_many_made_up_logs_fill_no_memory(monkeypatch):
    monkeypatch.setattr("evidence.audit.MAX_LOGS", 20)
    strays = [Station(3, f"stray/{number}").entries[0] for number in range(60)]
    found = audit_bundle([STATION.row()], [*unfiled(STATION.entries), *unfiled(strays)])
    assert len(found.logs) == 20
    assert not found.is_ok


def test_an_altered_entry_below_a_kept_head_is_no_fork():
    bent = cut(STATION, SIZE)
    bent.entries = [*bent.entries]
    bent.entries[9] = bent.entries[9]._replace(signatures="")
    found = audit([bent], heads=[WHOLE_HEAD])
    assert codes(found) == [("TAMPERED", 10)]
