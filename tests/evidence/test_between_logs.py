"""Whoever says something of another log accuses it only with that log's own signature: by both verifiers.

One admitted or stolen key is enough to write any `refs` and any `witness` record. None of that may make the log that it
names read as altered, incomplete or forked; and none of what it does show may go unsaid.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.audit import audit_bundle
from evidence.audit_findings import WRONG
from evidence.entry import RawEntry
from evidence.mentions import MAX_ABSENT, MAX_NAMED
from tests.support.bundle_examples import Evidence, admit
from tests.support.evidence_logs import Station
from tests.support.two_verifiers import Verdict, by_the_program, by_the_tool, standalone

Lie = Callable[[Station, Station], object]

LIES: dict[str, tuple[Lie, str]] = {
    "a head that the log never signed": (lambda liar, log: head_of(liar, Station(9, log.name)), "TAMPERED"),
    "such a head, longer than the log": (lambda liar, log: head_of(liar, Station(9, log.name).fill(30)), "TAMPERED"),
    "such a head, of no entries": (lambda liar, log: head_of(liar, Station(9, log.name), 0), "TAMPERED"),
    "its own head under the log's name": (lambda liar, log: head_of(liar, Station(liar.seed, log.name)), "TAMPERED"),
    "a head that was cut": (lambda liar, log: liar.write("witness", head=log.head()[:-1]), "TAMPERED"),
    "a false leaf": (lambda liar, log: liar.hand_over([log.ref(2) | {"leaf": "0" * 64}]), "DISPUTED"),
    "two leaves of one number": (
        lambda liar, log: liar.hand_over([log.ref(2), log.ref(2) | {"leaf": "0" * 64}]),
        "DISPUTED",
    ),
    "a number beyond the end": (lambda liar, log: liar.hand_over([log.ref() | {"seq": 500}]), "INCOMPLETE"),
    "the greatest number of all": (lambda liar, log: liar.hand_over([log.ref() | {"seq": 2**53 - 1}]), "INCOMPLETE"),
}


def head_of(liar: Station, signer: Station, size: int | None = None) -> None:
    liar.write("witness", head=signer.head(size))


def bundle_of(*stations: Station, root: str | None = None, heads: list[str] | None = None) -> Evidence:
    return Evidence(list(stations), [list(s.entries) for s in stations], [s.row() for s in stations], root, heads or [])


def verdicts(evidence: Evidence, folder: Path, *, is_sound: bool = True) -> list[Verdict]:
    path = evidence.write(folder / "logs.serah")
    found = [by_the_program(path, evidence), by_the_tool(path, evidence)]
    assert found[0].first_wrong == found[1].first_wrong
    if is_sound:  # the tool stops at a log's first fault and holds no more of it
        assert found[0].notes == found[1].notes
        held = [[facts for facts in verdict.facts if facts[4]] for verdict in found]  # of absent ones nothing is known
        assert held[0] == held[1]
    return found


def wrong(verdict: Verdict) -> list[tuple[str, str, int | None]]:
    return [(f["code"], f["log"], f["seq"]) for f in verdict.findings if f["code"] in WRONG]


@pytest.mark.parametrize("is_rooted", [True, False], ids=["with the root's fingerprint", "without it"])
@pytest.mark.parametrize("name", ["root's", "a station's"])
def test_a_line_that_the_key_never_signed_accuses_the_file_and_not_the_log(name, is_rooted, tmp_path):
    root, station, stranger = Station(1).fill(4), Station(2).fill(3), Station(9)
    admit(root, station)
    victim = root if name == "root's" else station
    forged = Station(stranger.seed, victim.name).fill(len(victim.entries) + 1)
    evidence = bundle_of(root, station, root=root.fingerprint if is_rooted else None)
    evidence.logs[evidence.stations.index(victim)].append(forged.entries[-1])
    for verdict in verdicts(evidence, tmp_path, is_sound=False):
        found = [(f["code"], f["log"], f["accuses"]) for f in verdict.findings if f["code"] in WRONG]
        assert not verdict.ok and found and set(found) == {("TAMPERED", victim.name, "file")}


def a_first_entry(station: Station) -> list[RawEntry]:
    """Of another key, under the log's name and before its true one."""
    return [Station(9, station.name).entries[0], *station.entries]


def two_histories(station: Station) -> list[RawEntry]:
    """Both of another key, in the place of the true one."""
    one, other = Station(9, station.name).fill(4), Station(9, station.name)
    other.dice = random.Random(5)
    return [*one.entries, *other.fill(4).entries[2:]]


def a_false_order(station: Station) -> list[RawEntry]:
    """Of another key: an entry whose `prev` is of another history."""
    one, other = Station(9, station.name).fill(2), Station(9, station.name)
    other.dice = random.Random(5)
    return [*one.entries, other.fill(3).entries[2]]


@pytest.mark.parametrize("is_rooted", [True, False], ids=["with the root's fingerprint", "without it"])
@pytest.mark.parametrize("name", ["root's", "a station's"])
@pytest.mark.parametrize("forge", [a_first_entry, two_histories, a_false_order])
def test_what_another_key_wrote_under_a_logs_name_accuses_neither_that_log_nor_who_keeps_its_heads(
    forge, name, is_rooted, tmp_path
):
    root, station = Station(1).fill(4), Station(2).fill(3)
    admit(root, station)
    station.write("witness", head=root.head())
    root.write("witness", head=station.head())
    evidence = bundle_of(root, station, root=root.fingerprint if is_rooted else None)
    number = ["root's", "a station's"].index(name)
    evidence.logs[number] = forge(evidence.stations[number])
    path = evidence.write(tmp_path / "logs.serah")
    for verdict in (by_the_program(path, evidence), by_the_tool(path, evidence)):
        found = [(f["code"], f["accuses"]) for f in verdict.findings if f["code"] in ("TAMPERED", "FORK")]
        assert not verdict.ok and found and {accused for _code, accused in found} == {"file"}


def test_what_a_key_has_signed_twice_accuses_its_log(tmp_path):
    root = Station(1).fill(4)
    other = cut(root, 3)
    other.dice = random.Random(5)
    other.fill(4)
    evidence = bundle_of(root)
    evidence.logs[0].append(other.entries[-1])
    for verdict in verdicts(evidence, tmp_path, is_sound=False):
        assert ("FORK", "log") in [(f["code"], f["accuses"]) for f in verdict.findings]


def cut(station: Station, size: int) -> Station:
    shorter = Station(station.seed, station.name)
    shorter.bodies, shorter.entries = station.bodies[:size], station.entries[:size]
    return shorter


@pytest.mark.parametrize("is_rooted", [True, False], ids=["with the root's fingerprint", "without it"])
@pytest.mark.parametrize("lie", LIES)
def test_one_key_that_counts_makes_no_other_log_read_as_wrong(lie, is_rooted, tmp_path):
    tell, code = LIES[lie]
    root, liar = Station(1).fill(4), Station(2).fill(3)
    admit(root, liar)
    tell(liar, root)
    place = len(liar.entries)
    for verdict in verdicts(bundle_of(root, liar, root=root.fingerprint if is_rooted else None), tmp_path):
        assert wrong(verdict) == [(code, liar.name, place)], "about who says it, at the entry that does"
        [finding] = [f for f in verdict.findings if f["code"] in WRONG]
        assert lie == "a head that was cut" or root.name in finding["detail"], "and it names the other one"
        assert verdict.verdict.startswith({"DISPUTED": "disputed", "INCOMPLETE": "incomplete"}.get(code, "the evid"))
        assert not verdict.ok
        [facts] = [log for log in verdict.logs if log["log"] == root.name]
        assert facts.get("known", facts["size"]) == facts["size"], "nor is it said that more of it is known to exist"


@pytest.mark.parametrize("lie", LIES)
def test_where_the_root_is_known_a_stranger_says_nothing_of_anybody(lie, tmp_path):
    root, stranger = Station(1).fill(5), Station(2).fill(3)
    LIES[lie][0](stranger, root)
    for verdict in verdicts(bundle_of(root, stranger, root=root.fingerprint), tmp_path):
        assert verdict.ok and wrong(verdict) == []


def test_a_head_that_the_log_signed_does_count_against_it(tmp_path):
    """Its own signature is on both sides: cut, or written anew."""
    whole, keeper = Station(1).fill(9), Station(2)
    head_of(keeper, whole)
    for verdict in verdicts(bundle_of(cut(whole, 6), keeper), tmp_path):
        assert wrong(verdict) == [("INCOMPLETE", whole.name, 7)]
    anew = Station(1)
    anew.write("pack", parent="A", children=[], action="add")
    anew.fill(12)
    for verdict in verdicts(bundle_of(anew, keeper), tmp_path):
        assert wrong(verdict) == [("FORK", whole.name, None)]


def test_a_tail_that_was_cut_is_shown_between_the_two_though_nobody_kept_a_head(tmp_path):
    whole, receiver = Station(1).fill(9), Station(2)
    receiver.hand_over([whole.ref(8)])
    receiver.hand_over([whole.ref(9), whole.ref(7)])
    for verdict in verdicts(bundle_of(cut(whole, 6), receiver), tmp_path):
        assert wrong(verdict) == [("INCOMPLETE", receiver.name, 3)], "at the entry that goes farthest"
        [detail] = [f["detail"] for f in verdict.findings if f["code"] == "INCOMPLETE"]
        assert whole.name in detail and "ends at 6" in detail and "was cut" in detail and "never was" in detail


def test_a_liar_who_goes_farther_does_not_hide_what_an_honest_receiver_saw(tmp_path):
    whole, honest, liar = Station(1).fill(9), Station(2), Station(3)
    honest.hand_over([whole.ref(8)])
    liar.hand_over([whole.ref(8) | {"seq": 10**6}])
    for verdict in verdicts(bundle_of(cut(whole, 6), honest, liar), tmp_path):
        assert wrong(verdict) == [("INCOMPLETE", honest.name, 2), ("INCOMPLETE", liar.name, 2)]


@pytest.mark.parametrize("has_head", [True, False])
def test_who_holds_the_signed_head_of_a_log_that_was_written_anew_is_not_named(has_head, tmp_path):
    """The sender writes its log anew: its own signature convicts it, and the honest receiver is no party to it."""
    whole, receiver = Station(1).fill(9), Station(2)
    receiver.hand_over([whole.ref(8)])
    heads = [whole.head(8)] if has_head else []
    anew = Station(1)
    anew.write("pack", parent="A", children=[], action="add")
    anew.fill(12)
    expected = [("FORK", whole.name, None)] if has_head else [("DISPUTED", receiver.name, 2)]
    for verdict in verdicts(bundle_of(anew, receiver, heads=heads), tmp_path):
        assert wrong(verdict) == expected
    cut_expected = [("INCOMPLETE", whole.name, 7)] if has_head else [("INCOMPLETE", receiver.name, 2)]
    for verdict in verdicts(bundle_of(cut(whole, 6), receiver, heads=heads), tmp_path):
        assert wrong(verdict) == cut_expected


def test_behind_a_logs_own_fault_what_others_rely_on_accuses_nobody_besides(tmp_path):
    whole, receiver = Station(1).fill(9), Station(2)
    receiver.hand_over([whole.ref(8)])
    for place in (8, 3):  # before the fault it is news
        receiver.hand_over([whole.ref(place) | {"leaf": "0" * 64}])
        evidence = bundle_of(whole, receiver)
        evidence.logs[0][4] = whole.sign(whole.bodies[4], by=Station(9))
        expected = {("TAMPERED", whole.name, 5)} | ({("DISPUTED", receiver.name, 4)} if place == 3 else set())
        for verdict in verdicts(evidence, tmp_path, is_sound=False):
            assert set(wrong(verdict)) == expected


def test_what_an_auditor_was_given_as_a_head_and_no_key_signed_accuses_no_log(tmp_path):
    log = Station(1).fill(5)
    for verdict in verdicts(bundle_of(log, heads=[Station(9, log.name).head()]), tmp_path):
        assert [(code, seq) for code, _log, seq in wrong(verdict)] == [("TAMPERED", None)]
        assert log.name not in [name for _code, name, _seq in wrong(verdict)] and not verdict.ok


def test_a_head_in_the_ledgers_table_that_no_key_signed_accuses_no_log():
    log = Station(1).fill(5)
    found = audit_bundle([log.row()], log.entries, shown=[Station(9, log.name).head()]).findings
    assert [(f.code, f.log) for f in found if f.is_wrong] == [("TAMPERED", "")]


def test_complete_is_said_only_up_to_heads_that_somebody_has_seen(tmp_path):
    root, other = Station(1).fill(4), Station(2).fill(3)
    admit(root, other)
    words = "complete up to these heads"
    for verdict in verdicts(bundle_of(root, other, root=root.fingerprint), tmp_path):
        assert verdict.ok and verdict.verdict.startswith("unchanged") and words not in verdict.verdict
    for verdict in verdicts(bundle_of(root, other, root=root.fingerprint, heads=[root.head(2)]), tmp_path):
        assert verdict.ok and verdict.verdict == words
    other.hand_over([root.ref()])
    for verdict in verdicts(bundle_of(root, other, root=root.fingerprint), tmp_path):
        assert verdict.ok and verdict.verdict == words
    for verdict in verdicts(bundle_of(root, other), tmp_path):
        assert verdict.ok and verdict.verdict.startswith("self-consistent only")


def test_both_verifiers_say_the_same_of_lies_drawn_at_random(tmp_path):
    for seed in range(40):
        dice = random.Random(seed)
        stations = [Station(number + 1).fill(dice.randrange(2, 7)) for number in range(4)]
        for other in stations[1:]:
            if dice.randrange(3):
                admit(stations[0], other)
        for _ in range(dice.randrange(1, 7)):
            liar, log = dice.sample(stations, 2)
            dice.choice(
                [
                    *(tell for tell, _code in LIES.values()),
                    lambda a, b: a.hand_over([b.ref()]),
                    lambda a, b: head_of(a, b),
                    lambda a, b: b.fill(len(b.entries) + 2),
                ]
            )(liar, log)
        kept = [cut(s, dice.randrange(1, len(s.entries) + 1)) if not dice.randrange(3) else s for s in stations]
        evidence = bundle_of(*kept, root=stations[0].fingerprint if dice.randrange(2) else None)
        program, tool = verdicts(evidence, tmp_path)
        assert set(wrong(program)) == set(wrong(tool)), seed
        assert program.ok == tool.ok


def names(station: Station, count: int, at_once: int = 400) -> None:
    """Entries that name so many logs that nobody has, each but once."""
    for first in range(0, count, at_once):
        some = range(first, min(first + at_once, count))
        refs = [{"log": f"never-{number}", "seq": 1, "leaf": "0" * 64} for number in some]
        station.write("pack", refs, parent="A", children=[], action="add")


def test_logs_that_are_only_named_are_followed_up_to_a_number_and_accuse_nobody_beyond_it(tmp_path, monkeypatch):
    """A megabyte can name hundreds of thousands; an office of 8,000 logs never names 10,000 that are not there."""
    assert MAX_ABSENT == standalone.MAX_LOGS == 10_000 and MAX_NAMED == standalone.MAX_NAMED == 50_000
    monkeypatch.setattr("evidence.between.MAX_ABSENT", 50)
    monkeypatch.setattr(standalone, "MAX_LOGS", 50)
    root, liar = Station(1).fill(4), Station(2)
    admit(root, liar)
    names(liar, 52, 10)
    evidence = bundle_of(root, liar, root=root.fingerprint)
    for verdict in verdicts(evidence, tmp_path):
        assert len(verdict.logs) == 2 + 50
        found = [f for f in verdict.findings if f["code"] in WRONG]
        assert {f["code"] for f in found} == {"INCOMPLETE"} and len(found) == 51
        [beyond] = [f for f in found if f["seq"] is None]
        assert liar.name in beyond["detail"] and str(len(liar.entries)) in beyond["detail"]
        assert root.name not in [f["log"] for f in found] and verdict.verdict.startswith("incomplete")
    evidence = bundle_of(root, liar, Station(3).fill(2), root=Station(3).fingerprint)
    for verdict in verdicts(evidence, tmp_path):
        assert verdict.ok, "those who do not count name nothing"


def test_pairs_of_absent_logs_are_bounded_too_and_what_is_here_is_followed_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("evidence.mentions.AuditLimits.__init__.__defaults__", (20_000, 5, frozenset()))
    monkeypatch.setattr(standalone, "MAX_NAMED", 5)
    root, liars = Station(1).fill(4), [Station(2), Station(3)]
    for liar in liars:
        names(liar, 4, 1)
        liar.hand_over([root.ref()])
    for verdict in verdicts(bundle_of(root, *liars), tmp_path):
        assert sorted(log["log"] for log in verdict.logs if not log["size"]) == [f"never-{n}" for n in range(4)]
        [beyond] = [f for f in verdict.findings if f["code"] in WRONG and f["seq"] is None]
        assert liars[1].name in beyond["detail"] and "number 3" in beyond["detail"]
        [facts] = [log for log in verdict.logs if log["log"] == root.name]
        assert facts["witnessed_to"] == 4 and len(facts["witnesses"]) == 2
