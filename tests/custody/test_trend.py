"""Plan against done, and between which bounds the rest is to be expected."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from custody.measures.timing import Part
from custody.measures.trend import Ahead, Trend, trend_of

NOW = "2024-02-12T09:00:00Z"


def hour(number: int) -> str:
    return f"2024-02-12T{number:02}:30:00Z"


def part(bound: dict[str | None, int], came: dict[str, int]) -> Part:
    return Part(Counter(bound), Counter(came))


def test_what_is_due_and_what_came_adds_up_over_all_sub_districts():
    found = trend_of(
        [part({hour(10): 4, None: 2}, {hour(7): 1, hour(8): 2}), part({hour(8): 3, hour(10): 1}, {})], as_of=NOW
    )
    assert found.total == 10
    assert found.plan == ((hour(8), 3), (hour(10), 8)), "what has no due time is in no plan"
    assert found.done == ((hour(7), 1), (hour(8), 3)) and found.there == 3 and found.planned(NOW) == 3
    assert found.ahead == (Ahead(3, 1, 2),), "of a sub-district where nothing has come, nothing is expected"
    assert found.after(1) == (4, 5) and found.after(100) == (6, 6)
    assert found.hours_left == (1.5, 3)


def test_what_was_taken_back_has_not_come():
    found = trend_of([part({hour(10): 2}, {hour(7): 0})], as_of=NOW)
    assert found.done == () and found.there == 0 and found.ahead == () and found.hours_left == (0, 0)


def test_what_a_clock_that_is_ahead_has_dated_has_come_by_now_and_says_nothing_of_the_pace():
    found = trend_of([part({hour(10): 2}, {hour(11): 1})], as_of=NOW)
    assert found.done == ((NOW, 1),) and found.ahead == ()


def test_long_after_all_of_it_there_is_no_forecast():
    found = trend_of([part({hour(10): 2}, {hour(7): 1})], as_of=NOW)
    assert found.is_running("2024-02-13T10:29:00Z") and not found.is_running("2024-02-13T10:31:00Z")
    assert not trend_of([], as_of=NOW).is_running(NOW)


counts = st.dictionaries(st.integers(0, 8).map(hour), st.integers(1, 20), max_size=6)


@given(st.lists(st.tuples(counts, st.integers(0, 50)), max_size=4), st.floats(0, 400))
@example([({hour(8): 20, hour(7): 1}, 50)], 0.0)
def test_the_band_begins_at_what_is_there_widens_and_ends_at_what_moves(parts, hours):
    trend: Trend = trend_of(
        [part({hour(9): sum(came.values()) + left}, came) for came, left in parts if came or left], as_of=NOW
    )
    slow, fast = trend.after(hours)
    assert trend.after(0) == (trend.there, trend.there)
    assert trend.there <= slow <= fast <= trend.total
    assert trend.after(hours)[0] <= trend.after(hours + 1)[0]
    best, worst = trend.hours_left
    assert best <= worst
    moving = trend.there + sum(one.left for one in trend.ahead)
    assert abs(trend.after(worst)[0] - moving) < 1e-6 and abs(trend.after(best)[1] - moving) < 1e-6
