"""Which truck is not loaded in time, and how many stations are needed."""

from datetime import datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from custody.plan.loading_pace import Truck, loading_plan

BEGIN = "2024-02-12T20:00:00Z"
TRUCKS = st.lists(
    st.builds(
        lambda name, minutes, items: Truck(name, leaving(minutes), items),
        st.text("ABC", min_size=1, max_size=2),
        st.integers(1, 600),
        st.integers(0, 800),
    ),
    max_size=5,
)


def leaving(minutes: int) -> str:
    return (datetime.fromisoformat(BEGIN) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_truck_that_leaves_first_is_loaded_first_and_the_next_waits_for_it():
    plan = loading_plan(
        [Truck("B", leaving(60), 100), Truck("A", leaving(30), 100)], begin=BEGIN, stations=1, ms_per_scan=18_000
    )
    assert [(row.truck.name, row.ready, row.is_late) for row in plan.rows] == [
        ("A", leaving(30), False),
        ("B", leaving(60), False),
    ]


def test_a_truck_that_is_not_ready_is_told_with_the_stations_it_takes():
    plan = loading_plan([Truck("A", leaving(30), 400)], begin=BEGIN, stations=1, ms_per_scan=10_000)
    assert plan.rows[0].is_late and plan.rows[0].stations == 3 and plan.stations == 3


def test_a_truck_that_leaves_before_loading_begins_is_saved_by_no_number_of_stations():
    plan = loading_plan([Truck("A", leaving(-1), 1)], begin=BEGIN, stations=99, ms_per_scan=1)
    assert plan.rows[0].is_late and plan.stations is None


def test_an_empty_truck_needs_nobody():
    assert loading_plan([Truck("A", leaving(0), 0)], begin=BEGIN, stations=1, ms_per_scan=5000).stations == 1
    assert loading_plan([], begin=BEGIN, stations=1, ms_per_scan=5000).stations == 1


@given(TRUCKS, st.integers(1, 30_000))
def test_so_many_stations_are_enough_and_one_less_is_not(trucks: list[Truck], ms: int):
    needed = loading_plan(trucks, begin=BEGIN, stations=1, ms_per_scan=ms).stations
    assert needed is not None  # all leave after loading begins
    enough = loading_plan(trucks, begin=BEGIN, stations=needed, ms_per_scan=ms)
    assert not any(row.is_late for row in enough.rows)
    if needed > 1:
        assert any(row.is_late for row in loading_plan(trucks, begin=BEGIN, stations=needed - 1, ms_per_scan=ms).rows)


@given(TRUCKS.filter(lambda trucks: 0 < len(trucks) < 5), st.integers(1, 30_000), st.integers(1, 6))
def test_in_no_other_order_is_the_longest_delay_shorter(trucks: list[Truck], ms: int, stations: int):
    def longest(order: tuple[Truck, ...]) -> int:
        scanned, delays = 0, []
        for truck in order:
            scanned += truck.items
            window = datetime.fromisoformat(truck.leaves) - datetime.fromisoformat(BEGIN)
            delays.append(-(-scanned * ms // stations) - window // timedelta(milliseconds=1))
        return max(delays)

    plan = loading_plan(trucks, begin=BEGIN, stations=stations, ms_per_scan=ms)
    assert -min(row.spare_ms for row in plan.rows) == min(longest(order) for order in permutations(trucks))
