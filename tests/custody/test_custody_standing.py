"""What the logs under a chain are worth: a forked log is doubted from the number on from which it differs."""

from dataclasses import replace

import pytest

from custody.chain.findings import Finding
from custody.chain.roster import LogOwner, Roster
from custody.chain.standing import _SET_ASIDE, _UNADMITTED, Waiting, each_station_once, waiting, with_standing
from custody.format.codes import show_code
from tests.support.custody_notation import chain_of, code_of, ledger
from tests.support.roster_examples import fingerprint, key

LEDGER = """
    A1 register X at WH for TPS1
    A2 handover WH>PPK X
    A3 inspect X wet
"""
NAME = ledger(LEDGER)["A1"].log
KEY = "ab" * 32
ROSTER = Roster("cd" * 32, {NAME: LogOwner(KEY, "Gudang", "WH")}, {KEY: frozenset()}, {})


@pytest.mark.parametrize(("from_number", "first_in_doubt"), [(1, 1), (2, 2), (3, 3), (4, None)])
def test_a_record_is_in_doubt_from_the_very_number_at_which_its_log_forked(from_number, first_in_doubt):
    events = {event.leaf: event.seq for event in ledger(LEDGER).values()}
    chain = with_standing(chain_of(LEDGER), ROSTER, {NAME: from_number}, [])
    assert all("has two histories from number" in str(found) for found in chain.findings if found.code == "FORK")
    doubted = [(events[found.leaf], found.values["seq"]) for found in chain.findings if found.code == "FORK"]
    assert doubted == ([] if first_in_doubt is None else [(first_in_doubt, from_number)])


TWO = """
    A1 register X at WH for TPS1
    A2 handover WH>PPK X
    B1 [A2] inspect X good
    B2 inspect X good
"""
EVENTS = ledger(TWO)
A, B = EVENTS["A1"].log, EVENTS["B1"].log
OWNERS = {A: LogOwner(key("A"), "Gudang", "WH"), B: LogOwner(key("B"), "Pos", "PPK")}
ADMITTING = Roster(fingerprint("A"), OWNERS, {key("A"): ()}, {})
ITEM = {"item": show_code(code_of("X"))}


def told(chain):
    return [(f.code, f.values, f.item, f.leaf, f.is_provisional, f.is_foretold) for f in chain.findings]


def test_a_log_that_root_has_not_admitted_is_told_once_at_its_first_record():
    chain = with_standing(chain_of(TWO), ADMITTING, {}, [])
    row = ("UNKNOWN_STATION", {**ITEM, "station": "Pos"}, code_of("X"), EVENTS["B1"].leaf, True, False)
    assert told(chain) == [row]
    assert str(chain.findings[0]).startswith("Pos recorded this of ")
    early = with_standing(chain_of(TWO), replace(ADMITTING, root="cd" * 32), {}, [])
    assert told(early) == [(*row[:-1], True)], "nobody can be admitted while root's log is not here"
    unheld = with_standing(chain_of(TWO), Roster(fingerprint("A"), {A: OWNERS[A]}, {key("A"): ()}, {}), {}, [])
    assert told(unheld)[0][1] == {**ITEM, "station": B}
    everyone = replace(ADMITTING, powers={key("A"): (), key("B"): ()})
    assert with_standing(chain := chain_of(TWO), everyone, {}, []) is chain


@pytest.mark.parametrize("is_aside", [True, False])
def test_what_counts_no_longer_or_not_yet_is_counted_by_log_at_its_first_record(is_aside):
    whole = chain_of(TWO)
    events = [EVENTS[name] for name in ("B2", "A2", "B1")]
    aside = tuple(("", link) for event in events for link in whole.links if link.event == event)
    assert len(aside) == 3
    chain = replace(whole, links=(), aside=aside if is_aside else ())
    judged = with_standing(chain, ADMITTING, {}, [] if is_aside else events)
    words = "kept and counted nowhere until" if is_aside else "left out"
    assert all(words in str(one) for one in judged.findings)
    assert told(judged) == [
        ("UNKNOWN_STATION", {**ITEM, "station": station, "count": count}, code_of("X"), leaf, False, False)
        for station, count, leaf in (("Gudang", 1, EVENTS["A2"].leaf), ("Pos", 2, EVENTS["B1"].leaf))
    ]


def finding(station, item, message=_UNADMITTED, **more):
    return Finding("UNKNOWN_STATION", message, {"item": item, "station": station}, item, f"leaf of {item}", **more)


def test_that_a_station_is_not_admitted_is_said_once_of_all_its_things():
    short = Finding("SHORTAGE", "{item} is missing", {"item": "x"}, "x")
    early, alone = finding("Pos", "5", is_foretold=True), finding("Lain", "6")
    given = [short, finding("Pos", "1"), alone, finding("Pos", "2"), early, finding("Pos", "3")]
    assert each_station_once(given) == [short, said := each_station_once(given)[1], alone, early]
    assert (said.values, said.item, said.leaf) == ({"station": "Pos", "count": 3}, None, "leaf of 1")
    assert str(said).startswith("Pos recorded this of 3 things")
    [aside] = each_station_once([finding("Pos", "1", _SET_ASIDE), finding("Pos", "2", _SET_ASIDE)])
    assert str(aside).startswith("Pos recorded something of 2 things; it is kept")


def test_logs_wait_for_admission_the_own_one_last():
    names = {"A": "Root", "C": "Satu", "D": "Dua", "E": "Ada", "F": "Kami", "G": "Cabut"}
    owners = {log: LogOwner(key(log), name, f"51.{log}") for log, name in names.items()}
    trusted = Roster(fingerprint("A"), owners, {key("A"): (), key("E"): ()}, {key("G"): {}}, frozenset("F"))
    assert waiting(trusted, {"C": 3, "F": 2}) == [
        Waiting("D", "Dua", "51.D", 0, key("D")),
        Waiting("C", "Satu", "51.C", 3, key("C")),
        Waiting("F", "Kami", "51.F", 2, key("F"), is_own=True),
    ]
    assert waiting(replace(trusted, root="cd" * 32), {}) == [], "none while root's log is not here"
