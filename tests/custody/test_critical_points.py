"""Whose withdrawal takes a critical point out of the register, as sentences.

A is root; B may plan below 51.71, C below 51.08; D may plan nowhere.
"""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.planned import plan_of
from custody.chain.roster import Roster, roster
from custody.format.events import Event
from custody.plan.critical_points import points, points_outside, rule_of
from tests.support.branch_plans import BASE, place, plan, withdraw
from tests.support.roster_examples import GENESES, admit, event, fingerprint
from tests.support.sampling import examples

NOW = "2024-02-11T02:00:00Z"


def point(log: str, seq: int, name: str, place: str | None, *refs: Event) -> Event:
    said = {"title": name, "owner": "Luh", "due": None, "place": place, "state": "open", "note": ""}
    return event(log, seq, "point", refs, at="2024-02-11T01:00:00Z", point=name, **said)


def gone(log: str, seq: int, name: str, *refs: Event) -> Event:
    return withdraw(log, seq, {"row": "point", "point": name}, refs=refs)


def judged(*said: Event) -> tuple[set[str], list[tuple[str, str]]]:
    """The names of the points that stand, and what was not counted: log and point."""
    trusted: Roster = roster(fingerprint("A"), [*GENESES, *said])
    placed = plan_of(said, trusted).placed
    standing = {one.name for one in points(said, NOW, roots=trusted.roots, may=rule_of(trusted, lambda: placed))}
    return standing, [(one.event.log, one.what) for one in points_outside(said, trusted, placed)]


OURS, THEIRS, NOWHERE = point("A", 6, "ours", "51.71.01"), point("A", 7, "theirs", "51.08"), point("A", 8, "none", None)
POINTS = (*BASE, OURS, THEIRS, NOWHERE)


def test_a_branch_withdraws_the_points_of_its_own_places_alone() -> None:
    said = (gone("B", 3, "ours", OURS), gone("B", 4, "theirs", THEIRS), gone("B", 5, "none", NOWHERE))
    assert judged(*POINTS, *said) == ({"theirs", "none"}, [("B", "theirs"), ("B", "none")])


def test_who_may_plan_everywhere_withdraws_all_and_who_may_nowhere_none() -> None:
    assert judged(*POINTS, *(gone("A", 9 + n, name) for n, name in enumerate(("ours", "theirs", "none")))) == (
        set(),
        [],
    )
    said = (admit("A", 20, "D"), gone("D", 2, "ours", OURS))
    assert judged(*POINTS, *said) == ({"ours", "theirs", "none"}, [])


def test_a_point_of_no_place_is_withdrawn_by_the_log_that_wrote_all_of_it() -> None:
    mine = point("B", 3, "mine", None)
    assert "mine" not in judged(*POINTS, mine, gone("B", 4, "mine"))[0]
    assert "mine" in judged(*POINTS, mine, point("A", 9, "mine", None, mine), gone("B", 4, "mine", OURS))[0]


def test_nobody_takes_a_point_into_his_branch_by_a_record_of_his_own() -> None:
    moved = point("B", 3, "theirs", "51.71.01", THEIRS)
    assert judged(*POINTS, moved, gone("B", 4, "theirs", THEIRS))[1] == [("B", "theirs")]


def test_a_branch_withdraws_a_place_and_then_the_point_of_it() -> None:
    place_gone = withdraw("B", 3, {"row": "place", "code": "51.71.01.2001.001"}, refs=(OURS,))
    there = point("A", 9, "there", "51.71.01.2001.001")
    assert "there" not in judged(*POINTS, there, place_gone, gone("B", 4, "there", there))[0]


NAMES = st.sampled_from(["ours", "theirs", "none", "new"])
PLACES = st.sampled_from([None, "51", "51.71", "51.71.01.2001", "51.08.01", "51.08", "51.71.09"])


@st.composite
def words(draw: st.DrawFn, log: str) -> list[Event]:
    """What a delegate records and withdraws, and where it puts places."""
    said = []
    for seq in range(3, draw(st.integers(4, 8))):
        refs = (OURS,) if draw(st.booleans()) else ()
        match draw(st.integers(0, 3)):
            case 0:
                said.append(point(log, seq, draw(NAMES), draw(PLACES), *refs))
            case 1:
                rows = place("51.08.01", "51.71"), place("51.71.09", "51.71")
                said.append(plan(log, seq, *rows, refs=refs))
            case _:
                said.append(gone(log, seq, draw(NAMES), *refs))
    return said


@given(words("B"), st.randoms(use_true_random=False))
@settings(max_examples=examples(200))
@example([plan("B", 3, place("51.08", "51.71")), gone("B", 4, "theirs", THEIRS)], None)
@example([point("B", 3, "theirs", "51.71"), gone("B", 4, "theirs", THEIRS)], None)
def test_whatever_a_delegate_says_the_points_of_others_stand_in_every_order(said: list[Event], dice: Any) -> None:
    found = judged(*POINTS, *said)
    assert {"theirs", "none"} <= found[0]
    mixed = [*POINTS, *said]
    if dice:
        dice.shuffle(mixed)
    assert judged(*mixed) == found


def test_both_delegates_keep_to_themselves() -> None:
    said = (gone("C", 3, "theirs", THEIRS), gone("C", 4, "ours", OURS))
    assert judged(*POINTS, *said) == ({"ours", "none"}, [("C", "ours")])
