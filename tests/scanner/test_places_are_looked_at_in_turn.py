"""Places where a code is seen and not read: the next way with each look, what reads stays, what is hopeless rests."""

from collections.abc import Sequence

import pytest

from scanner.decoding.candidates import Places
from scanner.decoding.picture_reader import Reader, Way, ZxingEngine
from scanner.reads import Corners
from tests.support.look_examples import Saying

WAYS: tuple[Way, ...] = ("others", "rescue", "others again", "closely")


def square(x: int, side: int = 90) -> Corners:
    return ((x, 0), (x + side, 0), (x + side, side), (x, side))


def look(places: Places, *unread: Corners, at_ms: float, reads: Sequence[Way] = ()) -> list[Way]:
    """One look at these places, of which those ways read all of them."""
    places.see(unread, [], [], at_ms)
    tasks = places.due()
    places.note(tasks, [task.way in reads for task in tasks])
    return [task.way for task in tasks]


def test_a_place_gets_the_next_way_with_each_look_and_begins_anew_after_the_last() -> None:
    places = Places(WAYS)
    assert [look(places, square(n), at_ms=n * 60.0) for n in range(6)] == [[way] for way in (*WAYS, *WAYS[:2])]


def test_a_way_that_read_comes_again_at_once() -> None:
    places = Places(WAYS)
    ways = [look(places, square(0), at_ms=n * 60.0, reads=["rescue"]) for n in range(4)]
    assert ways == [["others"], ["rescue"], ["rescue"], ["rescue"]]


def test_a_place_of_small_modules_is_enlarged_first() -> None:
    assert look(Places(WAYS), square(0, side=40), at_ms=0.0) == ["closely"]


def test_what_was_read_once_comes_before_what_was_never_read_and_what_was_read_often_comes_last() -> None:
    places = Places(WAYS)
    places.see([square(200)], [square(400)], [square(0)], 0.0)
    assert [task.corners for task in places.due()] == [square(400), square(200), square(0)]


def test_looks_anywhere_take_turns_beside_what_is_read_and_none_where_nothing_is() -> None:
    places, picture = Places(["bent", *WAYS]), square(0, side=1000)
    places.see([], [], [], 0.0)
    tasks = [places.due_dear(picture, is_read=is_read) for is_read in (True, False)]
    for _number in range(2):
        task = places.due_dear(picture, is_read=True)
        assert task is not None
        places.note([task], [True])
        tasks.append(task)
    assert [task.round_number for task in tasks if task] == [1, 0, 1, 2]


def test_no_place_of_a_crowd_is_forgotten() -> None:
    places, crowd = Places(WAYS), [square(200 * n) for n in range(60)]
    rescued = set[Corners]()
    for n in range(12):
        places.see(crowd, [], [], n * 60.0)
        tasks = places.due()
        places.note(tasks, [False] * len(tasks))
        rescued |= {task.corners for task in tasks if task.way == "rescue"}
    assert rescued == set(crowd)


def test_a_place_that_nothing_reads_is_no_reason_to_hurry_until_something_new_is_seen() -> None:
    places = Places(WAYS)
    for n in range(40):
        look(places, square(0), at_ms=n * 60.0)
    assert not places.is_hopeful
    places.see([square(0), square(500)], [], [], 2400.0)
    assert places.is_hopeful


def test_what_was_read_often_enough_is_no_reason_to_hurry() -> None:
    places = Places(WAYS)
    places.see([], [], [square(0)], 0.0)
    assert not places.is_hopeful and len(places.due()) == 1


def test_a_look_that_failed_wholly_counts_as_one_in_vain() -> None:
    places = Places(WAYS)
    places.see([square(0)], [], [], 0.0)
    places.note(places.due(), [])
    assert [task.way for task in places.due()] == ["rescue"]


@pytest.mark.parametrize("side", [0, 3])
def test_what_is_too_small_for_a_code_is_no_place(side: int) -> None:
    assert look(Places(WAYS), square(0, side), at_ms=0.0) == []


def test_without_another_engine_or_zxing_only_the_ways_that_are_left_are_gone() -> None:
    assert Reader([ZxingEngine()]).ways == ("rescue", "bent", "closely")
    assert Reader([Saying("one"), Saying("other")]).ways == ("others", "others again", "closely")
