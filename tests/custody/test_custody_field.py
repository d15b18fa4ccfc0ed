"""Deliveries, obstacles, readiness and critical points, as their records say them."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.format.events import Event
from custody.plan.critical_points import points
from custody.plan.field import deliveries, in_force, incidents, readiness, supply
from tests.support.custody_notation import DAY, record

PARTIES = {"giver": "Agus", "receiver": "Luh"}


def delivery(log: str, seq: int, *refs: Event, **fields: object) -> Event:
    return record(
        "delivery",
        log,
        seq,
        *refs,
        **{
            "place": "WH",
            "vendor": "PT Cetak",
            "contract": "SPK 1",
            "kind": "booth",
            "contracted": 9100,
            "arrived": 0,
            "damaged": 0,
            "paper": "",
            "parties": PARTIES,
            "note": "",
            "occurred": None,
            **fields,
        },
    )


def correct(log: str, seq: int, target: Event, *corrective: Event) -> Event:
    reason = "incorrect_data" if corrective else "did_not_occur"
    return record(
        "correct",
        log,
        seq,
        target,
        *corrective,
        target=target.leaf,
        reason=reason,
        corrective=[event.leaf for event in corrective],
        note="",
    )


# --- deliveries -------------------------------------------------------------------------------------------------------


def test_what_a_first_delivery_leaves_to_come():
    """Buleleng on 14 October 2023: 6,500 of 9,100 booths."""
    (row,) = deliveries([delivery("A", 1, arrived=6500)])
    assert (row.arrived, row.to_come, row.beyond, row.good) == (6500, 2600, 0, 6500)


def test_deliveries_add_up_and_what_is_beyond_the_contract_is_told():
    rows = deliveries([delivery("A", 1, arrived=6500, damaged=12), delivery("A", 2, arrived=2601)])
    assert [(row.arrived, row.damaged, row.to_come, row.beyond, len(row.events)) for row in rows] == [
        (9101, 12, 0, 1, 2)
    ]


def test_vendors_contracts_kinds_and_places_are_kept_apart():
    events = [
        delivery("A", 1, arrived=1),
        delivery("A", 2, arrived=1, vendor="CV Lain"),
        delivery("A", 3, arrived=1, kind="box"),
        delivery("A", 4, arrived=1, contract="SPK 2"),
        delivery("B", 1, arrived=1, place="PPK"),
    ]
    assert [row.arrived for row in deliveries(events)] == [1] * 5


def test_a_contract_that_grew_is_told_by_the_newest_record():
    first = delivery("A", 1, contracted=100, arrived=100)
    (row,) = deliveries([first, delivery("B", 1, first, contracted=120, arrived=5)])
    assert (row.contracted, row.to_come, row.contracts_differ) == (120, 15, True)
    (row,) = deliveries([delivery("A", 1, contracted=None, arrived=7)])
    assert (row.to_come, row.beyond, row.contracts_differ) == (None, 0, False)


def test_a_withdrawn_delivery_does_not_count_and_what_is_right_counts_in_its_place():
    wrong, later = delivery("A", 1, arrived=650, contracted=9000), delivery("A", 2, arrived=10)
    right = delivery("A", 3, arrived=6500, contracted=9000)
    correction = correct("A", 4, wrong, right)
    (row,) = deliveries([wrong, later, right, correction])
    assert (row.arrived, row.contracted) == (6510, 9100)  # the later record still has the last word on the contract
    foreign = correct("B", 1, wrong)
    assert deliveries([wrong, foreign])[0].arrived == 650
    assert deliveries([wrong, foreign], roots=frozenset({"B"})) == []


def test_short_is_need_less_what_came_whole():
    """Jembrana 2018: 4,415 needed, 4,370 came, 5 of them damaged: 50 short."""
    rows = deliveries([delivery("A", 1, kind="box", contracted=4415, arrived=4370, damaged=5)])
    box, ink = supply(rows, {"box": 4415, "ink": 10})
    assert (box.kind, box.short, box.to_come, box.uncovered) == ("box", 50, 45, 5)
    assert (ink.kind, ink.short, ink.arrived, ink.to_come, ink.uncovered) == ("ink", 10, 0, 0, 10)


def test_what_nobody_needs_is_told_too_and_unknown_totals_stay_unknown():
    rows = deliveries([delivery("A", 1, kind="chair", contracted=None, arrived=3)])
    (chair,) = supply(rows, {})
    assert (chair.need, chair.short, chair.to_come, chair.uncovered) == (0, 0, None, None)


counts = st.integers(0, 10_000)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=6), counts, counts, st.randoms(use_true_random=False))
def test_figures_of_deliveries_hold_together(loads, contracted, need, dice):
    events = [
        delivery("AB"[place % 2], place // 2 + 1, contracted=contracted, arrived=arrived, damaged=min(damaged, arrived))
        for place, (arrived, damaged) in enumerate(loads)
    ]
    (row,) = deliveries(events)
    dice.shuffle(events)
    assert deliveries([*events, *events]) == [row]
    assert row.arrived + row.to_come - row.beyond == contracted
    (figure,) = supply([row], {"booth": need})
    assert figure.short == max(need - row.good, 0)
    assert figure.uncovered == max(figure.short - row.to_come, 0)


# --- obstacles --------------------------------------------------------------------------------------------------------


def incident(
    log: str, seq: int, *refs: Event, action: str = "open", text: str = "", opened: str | None = None
) -> Event:
    return record(
        "incident",
        log,
        seq,
        *refs,
        action=action,
        opened=opened,
        place="PPK",
        stage="transport",
        items=[],
        text=text,
        occurred=None,
    )


def test_obstacles_are_open_until_an_event_names_them_closed():
    flat, flood = incident("A", 1, text="flat tyre"), incident("A", 2, text="flood")
    closed = incident("B", 1, flat, action="close", opened=flat.leaf, text="another truck")
    found = incidents([closed, flood, flat])
    assert [(row.body["text"], row.is_open) for row in found] == [("flood", True), ("flat tyre", False)]
    assert found[1].closed == closed


def test_the_first_closing_holds_and_a_withdrawn_one_opens_it_again():
    flat = incident("A", 1)
    first = incident("A", 2, flat, action="close", opened=flat.leaf)
    second = incident("A", 3, flat, action="close", opened=flat.leaf)
    assert incidents([flat, first, second])[0].closed == first
    assert incidents([flat, first, correct("A", 3, first)])[0].is_open
    assert incidents([flat, correct("A", 2, flat)]) == []


def test_a_closing_whose_opening_was_not_met_is_told():
    stray = incident("B", 1, action="close", opened="ab" * 32, text="done")
    (row,) = incidents([stray])
    assert row.opened is None and not row.is_open and row.body["text"] == "done"
    assert incidents([incident("B", 1, action="close")])[0].opened is None


# --- readiness --------------------------------------------------------------------------------------------------------


def checklist(log: str, seq: int, *refs: Event, place: str = "PPK", about: str = "store", **answers: str) -> Event:
    rows = [{"question": question, "answer": answer, "note": ""} for question, answer in answers.items()]
    return record(
        "checklist", log, seq, *refs, place=place, about=about, answers=rows, names=[], note="", occurred=None
    )


def test_the_newest_checklist_says_what_is_not_ready():
    first = checklist("A", 1, roof="no", guard="unknown", lock="yes")
    (row,) = readiness([first])
    assert not row.is_ready and [answer["question"] for answer in row.missing] == ["roof", "guard"]
    second = checklist("B", 1, first, roof="yes", guard="yes", lock="yes")
    (row,) = readiness([second, first])
    assert row.is_ready and row.missing == () and row.event == second


def test_of_two_that_knew_nothing_of_each_other_the_one_that_found_a_fault_holds():
    good, bad = checklist("A", 1, roof="yes"), checklist("B", 1, roof="no")
    for events in itertools.permutations([good, bad]):
        assert not readiness(events)[0].is_ready


def test_places_and_lists_are_kept_apart_and_an_empty_list_is_not_ready():
    events = [
        checklist("A", 1, roof="yes"),
        checklist("A", 2, place="PPS", roof="yes"),
        checklist("A", 3, about="vehicles"),
    ]
    assert [(row.place, row.about, row.is_ready) for row in readiness(events)] == [
        ("PPK", "store", True),
        ("PPK", "vehicles", False),
        ("PPS", "store", True),
    ]


# --- critical points --------------------------------------------------------------------------------------------------


def point(seq: int, name: str, due: str | None, state: str = "open", at: str = "06:00") -> Event:
    return record(
        "point",
        "A",
        seq,
        at=at,
        point=name,
        title=f"Title {name}",
        owner="Luh",
        due=due,
        place=None,
        state=state,
        note="",
    )


@pytest.mark.parametrize(
    ("due", "status"),
    [
        (None, "green"),
        (DAY + "07:59:59Z", "overdue"),
        (DAY + "08:00:00Z", "due"),
        (DAY + "08:00:00.5Z", "due"),
        ("2026-11-21T08:00:00Z", "due"),
        ("2026-11-21T08:00:01Z", "green"),
    ],
)
def test_a_point_is_green_due_or_overdue_by_its_due_time(due, status):
    (found,) = points([point(1, "TK-01", due)], DAY + "08:00:00Z")
    assert found.status == status and found.body["title"] == "Title TK-01"


def test_a_point_that_is_done_stays_done_and_tells_when_it_was_late():
    told = [point(1, "P", DAY + "07:00:00Z"), point(2, "P", DAY + "07:00:00Z", "done", at="07:30")]
    (found,) = points(told, DAY + "09:00:00Z")
    assert (found.status, found.was_late, found.events) == ("done", True, tuple(told))
    (found,) = points([*told, point(3, "P", DAY + "07:00:00Z")], DAY + "09:00:00Z")
    assert found.status == "overdue"  # opened again


def test_a_point_that_was_told_when_it_was_done_is_not_late_and_a_later_remark_does_not_make_it_so():
    due = DAY + "07:00:00Z"
    (found,) = points([point(1, "P", due, "done", at="09:00")], DAY + "10:00:00Z")
    assert (found.was_late, found.done) == (False, found.events[0])
    told = [
        point(1, "P", due, at="05:00"),
        point(2, "P", due, "done", at="06:30"),
        point(3, "P", due, "done", at="09:00"),
    ]
    (found,) = points(told, DAY + "10:00:00Z")
    assert (found.was_late, found.done) == (False, told[1])


def test_points_come_gravest_first():
    told = [
        point(1, "done", None, "done"),
        point(2, "green", None),
        point(3, "late", DAY + "01:00:00Z"),
        point(4, "soon", DAY + "09:00:00Z"),
        point(5, "later", DAY + "02:00:00Z"),
    ]
    assert [row.name for row in points(told, DAY + "08:00:00Z")] == ["late", "later", "soon", "green", "done"]


# --- the order of records ---------------------------------------------------------------------------------------------


def test_records_come_in_the_order_of_what_was_known_whatever_the_order_of_arrival():
    dice = random.Random(1)
    events: list[Event] = []
    for number in range(30):
        log = dice.choice("ABC")
        seq = sum(event.log == log for event in events) + 1
        events.append(delivery(log, seq, *dice.sample(events, min(2, len(events))), arrived=number))
    places = {event.leaf: place for place, event in enumerate(in_force(events))}
    for event in events:
        for ref in event.body["refs"]:
            assert places[ref["leaf"]] < places[event.leaf]
    dice.shuffle(events)
    assert {event.leaf: place for place, event in enumerate(in_force(events))} == places
