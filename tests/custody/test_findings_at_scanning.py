"""What is said at the moment of scanning, before anything is recorded."""

from dataclasses import replace

import pytest

from custody.chain.findings import (
    SEVERITY,
    Finding,
    judge_condition,
    judge_count,
    judge_label,
    judge_scan,
    late_entry,
    name_of,
    shortage,
)
from custody.format.codes import ItemLabel
from custody.format.item_facts import CONDITIONS, Item
from custody.plan.dues import Due, Dues, came_late
from custody.plan.places import goes_astray
from tests.support.custody_notation import PLACES, code_of

BOX = Item(code_of("X"), "box", "TPS1", held_by="WH", print=2)
LABEL = ItemLabel(BOX.code, 2)


def scanned(item: Item | None = BOX, label: ItemLabel = LABEL, giver: str = "WH", to: str = "PPK", **more) -> list[str]:
    return [finding.code for finding in judge_scan(item, label, PLACES, giver=giver, to=to, **more)]


def test_a_right_scan_says_nothing():
    assert scanned() == []
    assert scanned(to="DK8123AB", bound=("PPK",)) == []


def test_an_unknown_code_says_only_that():
    assert scanned(None, to="TPS9") == ["UNKNOWN_CODE"]


def test_an_item_that_the_giver_does_not_hold_is_not_held():
    assert scanned(giver="PPK", to="PPS") == ["NOT_HELD"]


def test_a_receipt_of_what_another_log_recorded_needs_no_holder():
    assert scanned(giver="PPK", to="PPS", is_recorded=True) == []


def test_all_that_is_wrong_is_said_at_once():
    found = scanned(label=ItemLabel(BOX.code, 1), giver="PPK2", to="TPS9")
    assert found == ["VOID_LABEL", "NOT_HELD", "WRONG_DESTINATION"]


def test_a_blank_label_is_unknown_until_it_is_claimed_and_void_where_that_was_recorded():
    (unknown,) = judge_label(None, LABEL, blank=())
    assert unknown.code == "UNKNOWN_CODE" and "blank label" in unknown.message
    assert scanned(None, blank=((LABEL.print, "lost"),)) == ["UNKNOWN_CODE", "VOID_LABEL"]


@pytest.mark.parametrize("reason", ["spoiled", "lost", "unused"])
def test_a_print_that_was_recorded_as_void_is_found_with_what_became_of_it(reason):
    item = replace(BOX, voids=((1, reason), (BOX.print, reason)))
    for number in (1, BOX.print):
        (found,) = judge_label(item, ItemLabel(BOX.code, number))
        assert (found.code, found.is_provisional) == ("VOID_LABEL", False) and reason in str(found)
    assert judge_label(item, ItemLabel(BOX.code, None)) == []


def test_what_the_givers_log_could_explain_is_provisional():
    for item, label in ((None, LABEL), (BOX, ItemLabel(BOX.code, 3))):
        assert all(f.is_provisional for f in judge_label(item, label, met_giver=False))
        assert not any(f.is_provisional for f in judge_label(item, label))
    (held,) = judge_scan(BOX, LABEL, PLACES, giver="PPK", to="PPS", met_giver=False)
    assert held.is_provisional


@pytest.mark.parametrize(
    ("bound_for", "to", "bound", "astray"),
    [
        ("TPS1", "TPS1", (), False),
        ("TPS1", "PPS", (), False),
        ("TPS1", "WH", (), False),
        ("TPS1", "TPS2", (), True),
        ("PPK", "TPS1", (), True),
        ("TPS1", "VENDOR", (), False),
        ("TPS1", "NOWHERE", (), False),
        ("NOWHERE", "TPS1", (), False),
        ("TPS1", "DK8123AB", (), False),
        ("TPS1", "DK8123AB", ("PPK2", "PPS"), False),
        ("TPS1", "DK8123AB", ("PPK2",), True),
    ],
)
def test_an_item_goes_astray_where_its_way_does_not_lead(bound_for, to, bound, astray):
    assert goes_astray(PLACES, bound_for, to, bound) is astray


def test_a_shortage_names_each_item_that_did_not_come():
    short = shortage(BOX, name_of(PLACES, BOX.to))
    assert (short.code, short.item, short.is_provisional) == ("SHORTAGE", BOX.code, False)
    assert shortage(BOX, name_of(PLACES, BOX.to), is_final=False).is_provisional
    unknown = Item(BOX.code, "", "")
    assert "paper" in str(shortage(unknown, "")) and "list" in str(shortage(unknown, "", is_listed=True))


def test_only_a_count_shows_two_boxes_under_one_code():
    def found(counted: int | None, extras: int = 0) -> list[str]:
        judged = judge_count(4, extras, counted)
        return [finding.code for finding in judged]

    assert found(None) == found(4) == found(5, extras=1) == []
    assert found(5) == found(3) == found(0) == ["COUNT"]


def test_each_condition_but_good_is_a_finding():
    found = {condition: [f.code for f in judge_condition(BOX.code, condition)] for condition in CONDITIONS}
    assert found == {
        "good": [],
        "light": ["DAMAGED"],
        "heavy": ["DAMAGED"],
        "wet": ["DAMAGED"],
        "missing": ["MISSING"],
    }


def test_times_are_judged_for_the_place_that_receives():
    dues = Dues(PLACES)
    assert came_late(PLACES["WH"], dues.at(PLACES["WH"], "box", "TPS1"), "2030-01-01T00:00:00Z") == []
    due = dues.at(PLACES["PPK"], "box", "TPS1")
    (late,) = came_late(PLACES["PPK"], due, "2026-11-20T08:00:01Z")
    assert (late.code, late.is_open) == ("LATE", False)


def test_every_finding_can_be_said_and_weighed():
    judged = [
        *judge_scan(BOX, ItemLabel(BOX.code, 1), PLACES, giver="PPK2", to="TPS9"),
        *judge_scan(None, LABEL, {}, giver="a", to="b"),
        *judge_count(1, 0, 3),
        shortage(BOX, name_of(PLACES, BOX.to)),
        *judge_condition(BOX.code, "wet"),
        *came_late(PLACES["PPK"], Due("2026-11-20T08:00:00Z"), "2027-01-01T00:00:00Z"),
        late_entry("2027-01-01T00:00:00Z"),
    ]
    for finding in judged:
        assert str(finding)
        assert finding.severity == SEVERITY[finding.code]


def test_hostile_values_are_not_templates():
    assert str(Finding("GAP", "{item}", {"item": "{0}{item.__class__}"})) == "{0}{item.__class__}"


def test_a_place_is_said_with_the_place_above_it():
    assert name_of(PLACES, "TPS1") == "TPS 1 (PPS Jagaraga)"
    assert name_of(PLACES, "PPK") == "PPK Sawan"
    assert name_of(PLACES, "nowhere") == "nowhere"
