"""What is late, what will be late at the pace of the last hours, and what is due next."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.chain.chain import custody
from custody.chain.journey import Journey, journey
from custody.measures.timing import PACE_HOURS, DueRow, Pace, due_rows, pace_of
from custody.plan.places import Ways
from tests.support.report_examples import BOX, PLACES, PPK, PPS, TPS, TRUCK, WAREHOUSE, Book, quiet_chain

WAYS = Ways(PLACES)
LATER = "2024-02-12T09:00:00Z"
BEGIN = datetime.fromisoformat("2024-02-12T09:00:00Z")


def way_of(book: Book, as_of: str = LATER) -> Journey:
    found = journey(custody(BOX, book.events, PLACES), WAYS, as_of=as_of)
    assert found is not None
    return found


def box(*stops: str) -> Book:
    """A box that was registered at 00:05 on the 10th and handed on to these, an hour apart."""
    book = Book()
    book.register()
    for giver, to in zip([WAREHOUSE, *stops], stops, strict=False):
        book.handover("GDG-01", giver, to)
    return book


def rows(*journeys: Journey, as_of: str = LATER, within_h: int = 6) -> dict[str, DueRow]:
    return {row.place.code: row for row in due_rows(journeys, WAYS, as_of=as_of, within_h=within_h)}


def test_a_box_in_a_truck_has_reached_no_place_of_its_way():
    found = way_of(box(TRUCK))
    assert [place.code for place in found.way] == [PPK, PPS, TPS]
    assert not found.reached and not found.there


def test_a_box_taken_straight_to_its_village_has_passed_the_sub_district_then():
    found = way_of(box(TRUCK, PPS))
    assert found.there == {PPK, PPS}
    assert found.reached[PPK] == found.reached[PPS]


def test_a_box_on_its_way_back_counts_as_having_been_there():
    assert way_of(box(PPK, PPS, TPS, PPS, PPK, WAREHOUSE)).there == {PPK, PPS, TPS}


def test_a_box_taken_back_up_before_it_came_home_is_not_there():
    found = way_of(box(PPK, PPS, PPK))
    assert found.there == {PPK} and set(found.reached) == {PPK, PPS}


def test_what_was_recorded_later_has_not_moved_at_an_earlier_moment():
    assert way_of(box(PPK, PPS), as_of="2024-02-10T01:30:00Z").there == {PPK}


def test_past_due_and_not_fully_there_is_late():
    row = rows(way_of(box(TRUCK)), as_of="2024-02-12T10:00:01Z")[PPK]
    assert (row.state, row.bound, row.there, row.missing) == ("late", 1, 0, 1)


def test_at_the_very_moment_it_is_due_it_is_not_late_yet():
    assert rows(way_of(box(TRUCK)), as_of="2024-02-12T10:00:00Z")[PPK].state == "soon"


def test_what_is_due_after_the_window_is_not_pressing():
    assert rows(way_of(box(TRUCK)), as_of="2024-02-12T03:59:59Z")[PPK].state == "open"


def test_complete_in_time_and_complete_late_are_told_apart():
    assert rows(way_of(box(PPK)))[PPK].state == "done"
    late = box()
    late.hour = 60
    late.handover("GDG-01", WAREHOUSE, PPK)
    row = rows(way_of(late, "2024-02-13T00:00:00Z"), as_of="2024-02-13T00:00:00Z")[PPK]
    assert (row.state, row.came_late) == ("done_late", 1)


def test_what_is_left_at_the_pace_of_the_hours_with_movement_says_when_it_is_there():
    came, left = way_of(box(PPK), LATER), way_of(box(TRUCK))
    row = rows(came, left, left, as_of="2024-02-10T02:00:00Z")[PPK]
    assert (row.pace.items, row.pace.hours, row.ahead) == (1, 1, 2)
    assert row.expected == "2024-02-10T04:00:00Z"


def test_more_than_fits_before_the_due_time_will_be_late():
    came, left = way_of(box(PPK)), [way_of(box(TRUCK))] * 60
    assert rows(came, *left, as_of="2024-02-10T02:00:00Z")[PPK].state == "will_be_late"
    assert rows(came, *left[:50], as_of="2024-02-10T02:00:00Z")[PPK].state == "open"


def test_nothing_is_expected_where_nothing_has_come():
    row = rows(way_of(box(TRUCK)))[PPK]
    assert row.pace == Pace() and row.expected is None


def test_a_village_waits_for_the_other_villages_of_its_sub_district_that_are_due_no_later():
    other = PLACES | {"51.08.01.2010": PLACES[PPS].__class__("51.08.01.2010", "PPS B", "village", PPK, PLACES[PPS].due)}
    ways = Ways(other)
    found = []
    for to, stops in ((PPS, [PPK, PPS]), (PPS, [PPK]), ("51.08.01.2010", [PPK])):
        book = Book()
        book.register(to=to)
        for giver, stop in zip([WAREHOUSE, *stops], stops, strict=False):
            book.handover("GDG-01", giver, stop)
        found.append(journey(custody(BOX, book.events, other), ways, as_of=LATER))
    told = {row.place.code: row for row in due_rows([j for j in found if j], ways, as_of="2024-02-10T03:00:00Z")}
    assert told[PPS].ahead == 2 and told[PPS].missing == 1
    assert told["51.08.01.2010"].expected == told[PPS].expected == "2024-02-10T05:00:00Z"


def test_the_most_pressing_comes_first():
    states = [row.state for row in due_rows([way_of(box(PPK))], WAYS, as_of="2024-02-13T05:00:00Z")]
    assert states == ["late", "open", "done"]


def test_an_item_nobody_registered_goes_no_way():
    assert journey(custody("0000000000000", [], PLACES), WAYS) is None
    assert journey(quiet_chain(), WAYS) is not None


@given(st.lists(st.integers(-300, 3000), max_size=60))
def test_a_pace_counts_the_last_hours_with_movement_and_nothing_after_the_moment(minutes: list[int]):
    pace = pace_of([(BEGIN - timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%SZ") for m in minutes], LATER)
    hours = sorted({m // 60 for m in minutes if m >= 0})[:PACE_HOURS]
    assert pace.hours == len(hours)
    assert pace.items == sum(m // 60 in hours for m in minutes if m >= 0)
    assert (pace.since is None) == (pace.items == 0)
