"""Which profile is in force: the newest that root has recorded, in whatever order its records arrive."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.roster import roster
from custody.format.event_types import COMMON, FORMS, first_wrong
from custody.format.events import Event
from custody.plan.levels import AREA, END, GROUPS, LEVELS, STORE, STORES, TREE, of_roles
from custody.plan.profile import LevelName, Profile, fields_of_event, profile_in_force, profile_of
from tests.support.roster_examples import GENESES, admit, event, fingerprint

LEVELS_OF_THREE = tuple(LevelName(level, level, level, level, level) for level in (STORE, AREA, END))


def profile(name: str = "ujian") -> Profile:
    return Profile(name, "Ujian", "Exams", "free", "WITA", LEVELS_OF_THREE)


def said(log: str, seq: int, name: str, *refs: Event, levels: tuple[LevelName, ...] = LEVELS_OF_THREE) -> Event:
    made = msgspec.structs.replace(profile(name), levels=levels)
    told: dict[str, Any] = fields_of_event(made, source="a.toml", digest="ab" * 32)
    return event(log, seq, "profile", refs, at="2024-02-11T01:00:00Z", **told)


def in_force(*events: Event) -> str | None:
    trusted = roster(fingerprint("A"), [*GENESES, *events])
    found = {profile_in_force(order, trusted) for order in permutations(events)}
    assert len(found) == 1  # in whatever order they arrive
    one = found.pop()
    return one.name if one else None


def test_without_a_record_there_is_none():
    assert in_force() is None


def test_the_profile_of_root_holds_and_its_newest_of_several():
    first = said("A", 2, "ujian")
    assert in_force(first) == "ujian"
    assert in_force(first, said("A", 3, "psu")) == "psu"


def test_nobody_but_root_says_the_profile_not_even_one_who_may_plan():
    assert in_force(admit("A", 2, "B", "plan", "admit"), said("B", 2, "ujian")) is None
    assert in_force(said("A", 2, "psu"), admit("A", 3, "B", "plan"), said("B", 2, "ujian")) == "psu"


def test_a_profile_that_was_corrected_holds_no_more():
    first, second = said("A", 2, "psu"), said("A", 3, "ujian")
    gone = event("A", 4, "correct", (second,), target=second.leaf, reason="did_not_occur", corrective=[], note="")
    assert in_force(first, second, gone) == "psu"


@pytest.mark.parametrize(
    "levels", [(), LEVELS_OF_THREE[:2], LEVELS_OF_THREE[::-1], (*LEVELS_OF_THREE, LEVELS_OF_THREE[2])]
)
def test_a_profile_whose_levels_are_no_tree_counts_as_none(levels):
    assert in_force(said("A", 2, "odd", levels=levels)) is None
    assert in_force(said("A", 2, "ujian"), said("A", 3, "odd", levels=levels)) == "ujian"


def test_what_is_recorded_is_what_is_read():
    fields = fields_of_event(profile(), source="a.toml", digest="ab" * 32)
    assert first_wrong(fields, FORMS["profile", 5]) is None
    assert profile_of(fields) == profile()


@given(st.lists(st.sampled_from(("store", "area", "group", "end")), max_size=8).map(tuple))
@example(("store", "area", "end"))
@example(("store", "store", "store", "area", "group", "end"))
@example(("store", "area", "group", "group", "end"))
@example(("store", "area", "group", "end"))
def test_roles_become_levels_of_the_tree_in_its_order_or_none(roles):
    found = of_roles(roles)
    if found is None:
        return
    assert 3 <= len(found) <= 6 and list(found) == sorted(found, key=TREE.index) and len(set(found)) == len(found)
    kind = {**dict.fromkeys(STORES, "store"), AREA: "area", **dict.fromkeys(GROUPS, "group"), END: "end"}
    assert tuple(kind[level] for level in found) == roles


def test_the_four_levels_of_the_first_programs_are_those_of_an_election():
    assert of_roles(("store", "area", "group", "end")) == ("warehouse", "district", "village", "polling_station")


def test_no_kind_of_thing_can_have_the_name_of_a_newer_level():
    newer = set(LEVELS) - {"warehouse", "district", "village", "polling_station", "vendor", "carrier"}
    assert newer == {"store-3", "store-2", "group-2"}


def test_no_type_of_event_has_a_field_of_its_own_with_the_name_of_a_common_one():
    assert not [key for key, fields in FORMS.items() if fields.keys() & COMMON.keys()]
