"""Branches: a station that may plan below a place alone, and what its word does and does not, as sentences.

A is root; B may plan and admit below 51.71, C below 51.08; D is admitted by one of them.
"""

from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.branches import Outside
from custody.chain.planned import Plan, plan_of
from custody.chain.roster import roster
from custody.format.events import Event
from custody.plan.needs import NeedRules, needs_in_force
from custody.plan.places import Need, Place, is_under, need_of, place_of
from tests.support.branch_plans import BASE, BULELENG, DENPASAR, PROVINCE, B, C, need, place, plan, withdraw
from tests.support.roster_examples import GENESES, admit, fingerprint, revoke
from tests.support.sampling import examples


def fold(*said: Event) -> Plan:
    return plan_of(said, roster(fingerprint("A"), [*GENESES, *said]))


def tree(found: Plan) -> dict[str, Place]:
    return {one.code: one for one in map(place_of, found.rows) if one}


def needed(found: Plan, code: str) -> dict[str, int | None]:
    needs = {(one.key, one.under): one for one in map(need_of, found.rows) if one}
    places = tree(found)
    return {kind: told.count for kind, told in NeedRules(tuple(needs.values()), places).at(places[code]).items()}


def left_out(found: Plan) -> list[tuple[str, str]]:
    return sorted((one.event.log, one.what) for one in found.outside)


# --- needs ------------------------------------------------------------------------------------------------------------


def test_each_branch_has_its_own_needs_and_those_of_above_for_what_it_says_nothing_of() -> None:
    found = fold(*BASE)
    assert needed(found, "51.71.01.2001.001") == {"box": 3, "ink": 2}
    assert needed(found, "51.08.01.2001.001") == {"box": 5, "ink": 2, "seal": 1}
    assert found.outside == []


def test_a_branch_inside_a_branch_goes_before_it() -> None:
    inner = plan("B", 3, need("box", 7), need("ink", 0), under="51.71.01")
    assert needed(fold(*BASE, inner), "51.71.01.2001.001") == {"box": 7, "ink": 0}


def test_what_root_plans_for_a_branch_counts_there_alone() -> None:
    for_one = plan("A", 5, need("box", 9), under="51.08")
    found = fold(*BASE, for_one)
    assert (needed(found, "51.71.01.2001.001")["box"], needed(found, "51.08.01.2001.001")["box"]) == (3, 9)


def test_of_a_kind_all_rows_come_from_one_branch() -> None:
    box = Need("box", "Kotak", "Box", "polling_station", 5, "buah", "item")
    stock, own = replace(box, level="district"), replace(box, per_place=3, under="51.71")
    assert needs_in_force([box, stock, own], ["51.71"]) == (own,)
    assert needs_in_force([box, stock, own], ["51.08"]) == (box, stock)


# --- whose word counts where ------------------------------------------------------------------------------------------


def test_a_plan_for_another_branch_is_not_counted_and_told() -> None:
    theirs = plan("B", 3, need("box", 99), place("51.71.02", "51.71"), under="51.08")
    found = fold(*BASE, theirs)
    assert needed(found, "51.08.01.2001.001")["box"] == 5 and "51.71.02" not in tree(found)
    assert left_out(found) == [("B", "51.08")]


def test_places_of_another_branch_are_neither_added_nor_changed_nor_moved_nor_withdrawn() -> None:
    rows = place("51.08.01", "51.71"), place("51.08.01", "51.08", "mine"), place("51.08.09", "51.08")
    gone = [{"row": "place", "code": code} for code in ("51.08.01", "51.71")]
    found = fold(*BASE, plan("B", 3, *rows, refs=(BULELENG,)), withdraw("B", 4, *gone, refs=(BULELENG,)))
    assert tree(found) == tree(fold(*BASE))
    assert left_out(found) == [
        ("B", "51.08.01"),
        ("B", "51.08.01"),
        ("B", "51.08.01"),
        ("B", "51.08.09"),
        ("B", "51.71"),
    ]


def test_a_delegate_says_all_of_a_place_below_its_own_but_where_it_lies() -> None:
    known = plan("A", 5, place("51.71.01", "51.71"), place("51.71.02", "51.71"), place("51.71.02.2001", "51.71.02"))
    theirs = plan("B", 3, place("51.71.02.2001", "51.71.01", "baru"), refs=(known,))
    found = fold(B, PROVINCE, known, theirs)
    assert (tree(found)["51.71.02.2001"].name, tree(found)["51.71.02.2001"].parent) == ("baru", "51.71.02")
    assert left_out(found) == [("B", "51.71.02.2001")]
    own = plan("B", 3, place("51.71.03", "51.71"), place("51.71.03.2001", "51.71.03"))
    moved = plan("B", 4, place("51.71.03.2001", "51.71.01"))
    assert tree(fold(B, PROVINCE, known, own, moved))["51.71.03.2001"].parent == "51.71.01"


def test_where_a_branch_lies_is_for_those_above_it_to_say() -> None:
    theirs = plan("B", 3, place("51.71", "51.08.01", "Denpasar"), refs=(PROVINCE, BULELENG))
    top = tree(fold(*BASE, theirs))["51.71"]
    assert (top.name, top.parent) == ("Denpasar", "51")
    assert tree(fold(B, theirs))["51.71"].parent is None, "nobody above has planned it"


def test_a_place_whose_children_come_first_in_the_table_is_in_the_branch() -> None:
    first = plan("B", 2, place("51.71.04.2001", "51.71.04"))
    found = fold(B, PROVINCE, first, plan("B", 3, place("51.71.04", "51.71")))
    assert {"51.71.04", "51.71.04.2001"} <= tree(found).keys() and found.outside == []


def test_two_stations_of_one_branch_build_on_each_other() -> None:
    second = admit("A", 5, "D", "plan", under="51.71")
    found = fold(*BASE, second, plan("D", 2, place("51.71.01.2001.002", "51.71.01")))
    assert "51.71.01.2001.002" in tree(found) and found.outside == []


def test_a_delegate_of_a_delegate_reaches_no_farther_than_it() -> None:
    handed_on = admit("B", 5, "D", "plan", under="51.71.01")
    annexed = admit("B", 6, "D", "plan", under="51.08")
    below_both = plan("D", 2, place("51.71.01.2001.009", "51.71.01"), need("ink", 8))
    found = fold(*BASE, handed_on, below_both)
    assert needed(found, "51.71.01.2001.009") == {"box": 3, "ink": 8} and found.outside == []
    found = fold(*BASE, annexed, plan("D", 2, place("51.08.09", "51.08"), need("ink", 8)))
    assert tree(found) == tree(fold(*BASE)) and left_out(found) == [("D", "51.08")]


def test_root_takes_a_need_out_of_every_branch_and_a_branch_out_of_its_own() -> None:
    gone = withdraw("A", 5, {"row": "need", "kind": "box", "level": None}, refs=(DENPASAR,))
    assert needed(fold(*BASE, gone), "51.71.01.2001.001") == {"ink": 2}
    own = withdraw("B", 3, {"row": "need", "kind": "box", "level": None})
    found = fold(*BASE, own)
    assert needed(found, "51.71.01.2001.001")["box"] == needed(found, "51.08.01.2001.001")["box"] == 5
    places = tree(found)
    assert not found.withdrawn.covers("box", "51.71.01.2001.001", places), "what is said above counts again"
    only = fold(*BASE, withdraw("C", 3, {"row": "need", "kind": "seal", "level": None}))
    assert only.withdrawn.covers("seal", "51.08.01.2001.001", places)
    assert not only.withdrawn.covers("seal", "51.71.01.2001.001", places)


def test_a_truck_and_a_vendor_stand_beside_every_branch() -> None:
    vendor = place("V-01", None) | {"level": "vendor"}
    found = fold(*BASE, plan("B", 3, vendor))
    assert "V-01" in tree(found) and found.outside == []
    again = plan("C", 3, vendor | {"name": "theirs"})
    found = fold(*BASE, plan("B", 3, vendor), again)
    assert len(left_out(found)) == 1


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_branch_revokes_what_it_admitted_and_nothing_that_another_did() -> None:
    both = [*GENESES, B, C, admit("B", 4, "D")]
    root = fingerprint("A")
    assert roster(root, [*both, revoke("C", 4, "D")]).last_good("D") is None
    assert roster(root, [*both, revoke("B", 5, "D", D=3)]).last_good("D") == 3
    assert roster(root, [*both, revoke("A", 5, "D", D=3)]).last_good("D") == 3


def test_another_branch_neither_adds_to_what_a_key_may_do_nor_keeps_a_stolen_one() -> None:
    root, mine = fingerprint("A"), admit("B", 4, "D", "plan", under="51.71.01")
    meddled = roster(root, [*GENESES, B, C, mine, admit("C", 4, "D")])
    assert meddled.scopes("D", "plan", 9) == [("51.71", "51.71.01")]
    stolen = roster(root, [*GENESES, B, C, mine, admit("C", 4, "D", "plan"), revoke("B", 5, "D", D=3)])
    assert stolen.scopes("D", "plan", 3) == [("51.08",), ("51.71", "51.71.01")]
    assert stolen.scopes("D", "plan", 4) == [("51.08",)], "what B let it do has ended"


# --- drawn ------------------------------------------------------------------------------------------------------------

CODES = [top + more for top in ("51.71", "51.08") for more in ("", ".01", ".02", ".01.2001", ".01.2001.001")]
PARENTS = st.sampled_from([None, "51", "51.08", *CODES])
ROWS = st.one_of(
    st.builds(
        lambda code, parent, name: place(code, parent, name), st.sampled_from(CODES), PARENTS, st.sampled_from("xy")
    ),
    st.builds(need, st.sampled_from(["box", "ink", "seal"]), st.integers(0, 9)),
)
GONE = st.one_of(
    st.builds(lambda code: {"row": "place", "code": code}, st.sampled_from(CODES)),
    st.builds(lambda kind: {"row": "need", "kind": kind, "level": None}, st.sampled_from(["box", "ink"])),
)


@st.composite
def words(draw: st.DrawFn, log: str) -> list[Event]:
    """What one station plans and withdraws, each record knowing the province's plan or not."""
    said = []
    for seq in range(2, draw(st.integers(3, 6))):
        refs = (PROVINCE,) if draw(st.booleans()) else ()
        if draw(st.integers(0, 3)):
            under = draw(st.sampled_from([None, "51.71", "51.08", "51.08.01"]))
            said.append(plan(log, seq, *draw(st.lists(ROWS, max_size=5)), refs=refs, under=under))
        else:
            said.append(withdraw(log, seq, *draw(st.lists(GONE, max_size=2)), refs=refs))
    return said


def inside(found: Plan, top: str) -> tuple[dict[str, Place], dict[str, dict[str, int | None]]]:
    """All that the plan says of a branch."""
    places = tree(found)
    here = {code: one for code, one in places.items() if is_under(places, code, top)}
    return here, {code: needed(found, code) for code in here}


@given(words("B"), words("C"))
@settings(max_examples=examples(400))
@example(  # a child first, whose parent another branch has then
    [plan("B", 2, place("51.71.01", "51.71"))],
    [plan("C", 2, place("51.08.02", "51.71.01"), place("51.71.01", "51.08"))],
)
def test_whatever_a_delegate_says_nothing_of_another_branch_changes(mine: list[Event], theirs: list[Event]) -> None:
    mine = [without(event, "51.08") for event in mine]  # a code that begins with theirs is theirs (next test)
    alone, both = fold(B, C, PROVINCE, *mine), fold(B, C, PROVINCE, *mine, *theirs)
    assert inside(both, "51.71") == inside(alone, "51.71")
    outside = {code: one for code, one in tree(both).items() if not is_under(tree(both), code, "51.08")}
    assert outside == {code: one for code, one in tree(alone).items() if not is_under(tree(alone), code, "51.08")}


def without(event: Event, top: str) -> Event:
    """A record without the places whose codes begin with this one."""
    rows = [row for row in event.body["rows"] if row["row"] != "place" or not row["code"].startswith(top)]
    return Event(event.leaf, {**event.body, "rows": rows})


def test_a_new_code_that_begins_with_a_branchs_own_is_that_branchs_once_it_plans_it() -> None:
    mine, theirs = plan("B", 2, place("51.08.01", "51.71")), plan("C", 2, place("51.08.01", "51.08"))
    assert tree(fold(B, C, PROVINCE, mine))["51.08.01"].parent == "51.71"
    both = fold(B, C, PROVINCE, mine, theirs)
    assert (tree(both)["51.08.01"].parent, left_out(both)) == ("51.08", [("B", "51.08.01")])


@given(words("B"), words("C"), st.randoms(use_true_random=False))
@settings(max_examples=examples(200))
def test_the_order_of_arrival_decides_nothing(mine: list[Event], theirs: list[Event], dice: Any) -> None:
    said = [*BASE[:3], *mine, *theirs]
    first = fold(*said)
    dice.shuffle(said)
    again = fold(*said)
    assert (again.rows, again.gone, again.parents) == (first.rows, first.gone, first.parents)
    told = [(one.event.leaf, one.what, one.message) for one in first.outside]
    assert [(one.event.leaf, one.what, one.message) for one in again.outside] == told
    assert all(isinstance(one, Outside) for one in again.outside)
