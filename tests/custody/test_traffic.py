"""Handovers as lines, and the loads that are under way."""

from custody.measures.traffic import HandoverLine, OpenLoad, open_loads, whole_handovers
from custody.measures.truckloads import Aboard, Load
from custody.plan.places import Ways
from tests.support.report_examples import PLACES, PPK, PPS, TPS, TRUCK, WAREHOUSE

LOAD = Load(WAREHOUSE, TRUCK, "0001/X/2024")


def line(seq: int, bast: str, taken: int, happened: str = "2024-02-12T01:00:00Z", log: str = "l") -> HandoverLine:
    return HandoverLine(log, seq, bast, WAREHOUSE, TRUCK, happened, happened, taken, 1, ("Made",), (), 2)


def test_a_handover_in_parts_is_one_line_and_the_newest_comes_first():
    found = whole_handovers(
        [
            line(3, "0002", 7, "2024-02-12T02:00:00.5Z"),
            line(2, "0001", 5),
            line(1, "0001", 4),
            line(1, "0001", 9, log="m"),
        ]
    )
    assert [(one.log, one.bast, one.taken, one.refused, one.unlabelled) for one in found] == [
        ("l", "0002", 7, 1, 2),
        ("m", "0001", 9, 1, 2),
        ("l", "0001", 9, 2, 4),
    ], "another station's own number is another handover"
    assert found[2].record == "l:1", "found by its first part"


def test_a_load_says_where_it_stops_first_since_when_and_what_is_due_first():
    dues = {"a": "2024-02-12T10:00:00Z", "b": "2024-02-12T09:00:00Z"}
    other = Load(PPK, "B1X", "0002")
    aboard = [Aboard(LOAD, "c", TPS), Aboard(LOAD, "a", TPS), Aboard(LOAD, "b", TPS), Aboard(other, "d", TPS)]
    lines = [line(1, "0001/X/2024", 3)]
    assert open_loads(aboard, lines, Ways(PLACES), dues.get) == [
        OpenLoad(LOAD, "2024-02-12T01:00:00Z", 3, (PPK,), "2024-02-12T09:00:00Z"),
        OpenLoad(other, "", 1, (PPS,), None),
    ]


def test_what_is_bound_for_no_place_of_the_plan_is_on_the_road_all_the_same():
    [found] = open_loads([Aboard(LOAD, "a", "99.99")], [], Ways(PLACES), {}.get)
    assert found.stops == ("99.99",) and found.count == 1
