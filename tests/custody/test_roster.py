"""Whose word counts, as sentences: stations A, B, C ... with a log and a key each, and root's word on them."""

from dataclasses import replace

import pytest

from custody.chain.planned import plan_of
from custody.chain.roster import LogOwner, Roster, own_logs, restood, root_followed, roster
from custody.format.events import Event
from tests.support.roster_examples import GENESES, admit, event, fingerprint, genesis, join, key, plan, revoke


def named(*said: Event) -> set[str]:
    trusted = roster(fingerprint("A"), [*GENESES, *said])
    return {log for log in "ABCD" if trusted.counts(log)}


def test_root_counts_and_those_that_it_admits():
    assert named() == {"A"}
    assert named(admit("A", 2, "B"), admit("A", 3, "C")) == {"A", "B", "C"}


def test_an_ordinary_station_admits_nobody():
    assert named(admit("A", 2, "B"), admit("B", 2, "C")) == {"A", "B"}


def test_a_delegate_admits_and_revokes():
    trusted = roster(
        fingerprint("A"), [*GENESES, admit("A", 2, "B", "admit"), admit("B", 2, "C"), revoke("B", 3, "C", C=5)]
    )
    assert trusted.counts("C") and trusted.last_good("C") == 5
    assert trusted.may("B", "admit") and not trusted.may("B", "plan") and not trusted.may("C", "admit")


def test_who_nobody_admitted_admits_nobody_not_even_himself():
    assert named(admit("D", 2, "D"), admit("D", 3, "C")) == {"A"}


def test_what_a_delegate_said_after_its_end_does_not_count():
    said = [admit("A", 2, "B", "admit"), admit("B", 5, "C"), admit("B", 9, "D"), revoke("A", 3, "B", B=5)]
    assert named(*said) == {"A", "B", "C"}


def test_two_delegates_cannot_revoke_each_other_or_root():
    said = [
        admit("A", 2, "B", "admit"),
        admit("A", 3, "C", "admit"),
        revoke("B", 2, "C"),
        revoke("C", 2, "B"),
        revoke("B", 3, "A"),
    ]
    trusted = roster(fingerprint("A"), [*GENESES, *said])
    assert [trusted.last_good(log) for log in "ABC"] == [None, None, None]


def test_of_two_ends_the_earlier_holds_and_a_log_not_named_has_none_that_is_good():
    trusted = roster(
        fingerprint("A"), [*GENESES, admit("A", 2, "B"), revoke("A", 3, "B", B=9), revoke("A", 4, "B", B=4)]
    )
    assert trusted.last_good("B") == 4
    trusted = roster(fingerprint("A"), [*GENESES, admit("A", 2, "B"), revoke("A", 3, "B", X=9)])
    assert trusted.last_good("B") == 0


def test_the_order_in_which_it_is_learnt_does_not_matter():
    said = [*GENESES, admit("A", 2, "B", "admit"), admit("B", 2, "C"), revoke("B", 3, "C", C=5), admit("C", 4, "D")]
    first = roster(fingerprint("A"), said)
    for turn in range(len(said)):
        assert roster(fingerprint("A"), said[turn:] + said[:turn]) == first
        assert roster(fingerprint("A"), said[::-1][turn:] + said[::-1][:turn]) == first


# --- which root a station follows -------------------------------------------------------------------------------------


def test_a_station_follows_the_root_that_it_was_told():
    said = [*GENESES, genesis("M"), admit("M", 2, "B"), plan("M", 3, "x")]
    assert root_followed(GENESES[1], said) == fingerprint("A")


def test_a_laptop_alone_is_its_own_root():
    assert root_followed(genesis("A"), [genesis("A")]) == fingerprint("A")


def test_a_laptop_that_was_told_no_root_follows_the_one_that_admits_it():
    mine = genesis("E")
    said = [mine, genesis("A"), admit("A", 3, "B"), genesis("M"), admit("M", 2, "B")]
    assert root_followed(mine, said) == fingerprint("E")
    assert root_followed(mine, [*said, admit("A", 4, "E")]) == fingerprint("A")
    theirs = plan("A", 5, "x")
    assert root_followed(mine, [*said, admit("A", 4, "E"), theirs, plan("E", 2, "y", theirs)]) == fingerprint("A")
    assert root_followed(mine, [*said, admit("A", 4, "E"), admit("M", 4, "E")]) == fingerprint("E"), "two want it"


def test_a_laptop_without_a_plan_follows_the_only_root_that_has_one():
    mine = genesis("E")
    assert root_followed(mine, [mine, genesis("A")]) == fingerprint("E")
    assert root_followed(mine, [mine, genesis("A"), plan("A", 2, "x")]) == fingerprint("A")
    two = [mine, genesis("A"), plan("A", 2, "x"), genesis("M"), plan("M", 2, "x")]
    assert root_followed(mine, two) == fingerprint("E")


def test_a_root_that_has_admitted_somebody_cannot_be_taken_over():
    said = [genesis("A"), admit("A", 2, "B"), genesis("M"), admit("M", 2, "A"), plan("M", 3, "x")]
    assert root_followed(said[0], said) == fingerprint("A")


# --- offices that began apart -----------------------------------------------------------------------------------------
# P and Q are provinces; B is a regency that began as its own root, S a station of it.

REGENCY = [genesis("B"), genesis("S", "B"), admit("B", 2, "S"), plan("B", 3, "x")]
PROVINCE = [genesis("P"), plan("P", 2, "y"), admit("P", 3, "B", "plan", "admit", under="51.71")]
OTHER = [genesis("Q"), admit("Q", 2, "B", "plan", "admit", under="51.71")]


def who(*said: Event) -> tuple[list[bool], list[str]]:
    """Whether B and S count at the province, and whom they follow themselves."""
    at_the_province = roster(fingerprint("P"), said)
    names = {fingerprint(name): name for name in "PQBS"}
    counts = [at_the_province.counts(log) for log in "BS"]
    return counts, [names[root_followed(next(e for e in said if e.log == log), said)] for log in "BS"]


def test_without_both_words_nothing_changes_on_any_station():
    for said in ([*REGENCY, *PROVINCE], [*REGENCY, *PROVINCE[:2], join("B", 4, "P")]):
        assert who(*said) == ([False, False], ["B", "B"])
    one_laptop = [genesis("B"), plan("B", 3, "x"), genesis("S", "B")]
    assert who(*one_laptop, *PROVINCE) == ([False, False], ["B", "B"]), "its plan is its own, though it admitted nobody"


def test_after_both_words_the_regency_counts_and_its_stations_follow_the_province():
    assert who(*REGENCY, *PROVINCE, join("B", 4, "P")) == ([True, True], ["P", "P"])
    trusted = roster(fingerprint("P"), [*REGENCY, *PROVINCE, join("B", 4, "P")])
    assert trusted.scopes("B", "plan") == [("51.71",)] and trusted.rank("B", "plan") == 1
    assert ("B", "S") in trusted.correctors and {"P"} == trusted.roots


def test_only_the_office_itself_says_that_it_joins():
    said = [*REGENCY, *PROVINCE, join("S", 2, "P"), genesis("X"), join("X", 2, "P")]
    assert who(*said) == ([False, False], ["B", "B"])


def test_of_two_provinces_the_one_that_it_joined_first_has_it_for_good():
    both = [*REGENCY, *PROVINCE, *OTHER, join("B", 4, "P"), join("B", 5, "Q")]
    assert who(*both) == ([True, True], ["P", "P"])
    assert not roster(fingerprint("Q"), both).counts("B")


def test_an_office_whose_key_is_lost_is_vouched_for_by_the_log_that_goes_on_from_it():
    mine = [genesis("B"), plan("B", 2, "x")]
    heir = Event("f" * 64, {**genesis("C").body, "continues": f"B:2:{mine[1].leaf}"})
    assert roster(fingerprint("C"), [*mine, heir, admit("C", 2, "B")]).counts("B")
    assert not roster(fingerprint("C"), [*mine, genesis("C"), admit("C", 2, "B")]).counts("B")


def test_a_province_that_joins_the_nation_takes_its_regencies_along():
    nation = [genesis("N"), plan("N", 2, "z"), admit("N", 3, "P", "plan", "admit", under="51")]
    said = [*REGENCY, *PROVINCE, join("B", 4, "P"), *nation, join("P", 4, "N")]
    assert root_followed(REGENCY[1], said) == root_followed(PROVINCE[0], said) == fingerprint("N")
    assert roster(fingerprint("N"), said).scopes("B", "plan") == [("51", "51.71")]


def test_offices_that_join_each_other_stay_by_themselves():
    said = [*REGENCY, *PROVINCE, join("B", 4, "P"), admit("B", 5, "P"), join("P", 4, "B")]
    assert [root_followed(said[n], said) for n in (0, 1)] == [fingerprint("B")] * 2
    assert root_followed(PROVINCE[0], said) == fingerprint("P")


def test_the_order_in_which_both_words_are_learnt_does_not_matter():
    said = [*REGENCY, *PROVINCE, *OTHER, join("B", 4, "P"), revoke("B", 5, "S", S=3)]
    first, followed = roster(fingerprint("P"), said), root_followed(REGENCY[1], said)
    for turn in range(len(said)):
        for some in (said[turn:] + said[:turn], said[::-1][turn:] + said[::-1][:turn]):
            assert roster(fingerprint("P"), some) == first and root_followed(REGENCY[1], some) == followed
    assert first.last_good("S") == 3


# --- the plan ---------------------------------------------------------------------------------------------------------


def last_name(*said: Event) -> str | None:
    rows = plan_of([e for e in said if e.type == "plan"], roster(fingerprint("A"), [*GENESES, *said])).rows
    return rows[-1]["name"] if rows else None


def test_only_root_and_who_may_plan_says_what_should_exist():
    assert last_name(plan("B", 2, "b")) is None
    assert last_name(admit("A", 2, "B"), plan("A", 3, "a"), plan("B", 2, "b")) == "a"
    assert last_name(admit("A", 2, "B", "plan"), plan("B", 2, "b")) == "b"


def test_of_two_plans_the_one_that_knew_the_other_holds():
    mine = plan("A", 3, "a")
    theirs = plan("B", 2, "b", mine)
    last = plan("A", 4, "c", theirs)
    delegate = admit("A", 2, "B", "plan")
    assert last_name(delegate, theirs, mine) == "b"
    assert last_name(last, delegate, theirs, mine) == "c"


@pytest.mark.parametrize(
    ("said", "held", "has_met"),
    [
        ([], "A", False),
        ([admit("A", 2, "B")], "AB", False),
        ([admit("A", 2, "B"), admit("A", 3, "C")], "AB", False),
        ([admit("A", 2, "B"), admit("A", 3, "C")], "ABC", True),
        ([admit("A", 2, "B"), admit("A", 3, "C")], "BC", False),
        ([admit("A", 2, "B"), admit("A", 3, "C"), admit("A", 4, "D")], "ABC", False),
        ([admit("A", 2, "B"), admit("A", 3, "C"), admit("A", 4, "D"), revoke("A", 5, "D")], "ABC", True),
    ],
)
def test_whoever_holds_a_log_of_every_key_that_counts_has_met_all(said, held, has_met):
    geneses = [genesis(name, "A") for name in held]
    assert roster(fingerprint("A"), [*geneses, *said]).has_met_all == has_met


def test_a_key_that_nobody_admitted_stands_up_to_the_strictest_revocation():
    found = roster(fingerprint("A"), [*GENESES, revoke("A", 2, "B", B=5), revoke("A", 3, "B", B=3)])
    assert (found.end_of(key("B"), "B"), found.end_of(key("B"), "B2"), found.end_of(key("C"), "C")) == (3, 0, None)


def test_of_two_sizes_of_one_log_in_a_revocation_the_smaller_holds():
    rows = [{"log": "B", "size": size} for size in (3, 5)]
    said = event("A", 3, "revoke", station="B", key=key("B"), last_good=rows, reason="")
    assert roster(fingerprint("A"), [*GENESES, admit("A", 2, "B"), said]).last_good("B") == 3
    nothing = [*GENESES, admit("A", 2, "B"), revoke("A", 3, "B", B=0)]
    assert roster(fingerprint("A"), nothing).last_good("B") == 0


def test_a_key_of_two_branches_stands_up_to_where_either_lets_it():
    words = [admit("A", 2, "C", "admit", under="51.01"), admit("A", 3, "D", "admit", under="51.02")]
    words += [admit("C", 2, "B", "plan"), admit("D", 2, "B", "plan")]
    for one, other in ((5, 3), (3, 5)):
        found = roster(fingerprint("A"), [*GENESES, *words, revoke("C", 3, "B", B=one), revoke("D", 3, "B", B=other)])
        assert found.last_good("B") == 5


def begun(log, continues=""):
    return event(
        log, 1, "genesis", root=fingerprint("A"), station=log, place="51", public_key=key(log), continues=continues
    )


def test_a_stations_own_logs_are_those_that_its_newest_one_goes_on_from():
    logs = [begun("A"), begun("B", "A:7:ab"), join("B", 2, "A"), begun("C", "B:3:cd"), begun("D")]
    assert own_logs(logs[3], logs) == {"A", "B", "C"}
    assert own_logs(logs[3], [begun("A"), logs[3]]) == {"C"}, "the one between is not here"
    assert own_logs(begun("A", "C:1:ef"), logs) == {"A", "B", "C"}, "a circle ends"
    odd = [begun("A:x"), begun("E", "A:x:7:ab")]
    assert own_logs(odd[1], odd) == {"A:x", "E"}, "only what stands behind the name is no part of it"


def test_an_office_that_joined_corrects_what_its_own_stations_wrote_and_nothing_else():
    apart = [
        genesis("B"),
        genesis("D", "B"),
        admit("B", 2, "D"),
        admit("B", 3, "E"),
        join("B", 4, "A"),
    ]  # E is not here
    above = [genesis("A"), genesis("C", "A"), admit("A", 2, "B", "admit", under="51.01"), admit("A", 3, "C")]
    assert roster(fingerprint("A"), [*apart, *above]).correctors == {"A", ("B", "D")}


def test_what_stands_otherwise_is_told_from_the_number_on_from_which_it_does():
    owners = {log: LogOwner(key(log), log, "51", fingerprint("A")) for log in "AB"}
    alone = Roster(fingerprint("A"), owners, {key("A"): ()}, {})
    both = replace(alone, powers={key("A"): (), key("B"): ()})
    ended = replace(both, revoked={key("B"): {"B": 4}})
    assert restood(both, both) == restood(alone, alone) == {}
    assert restood(alone, both) == restood(both, alone) == {"B": 1}, "admitted, and no longer"
    assert restood(both, ended) == restood(ended, both) == {"B": 5}
    assert restood(ended, replace(both, revoked={key("B"): {"B": 2}})) == {"B": 3}
    rootless = Roster(fingerprint("A"), {"B": owners["B"]}, {key("B"): ()}, {})
    assert restood(rootless, both) == {"A": 1}, "root's log has come"
    other = Roster(fingerprint("B"), owners, {key("A"): (), key("B"): ()}, {})
    assert restood(both, other) == {"A": 1, "B": 1}, "another root"
