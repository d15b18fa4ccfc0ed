"""Whatever an engine does, raise or never come back, the next picture is read and the session goes on."""

import threading

import numpy as np
import pytest

from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce, Beside, InTurn, StillReader
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.reads import Read
from scanner.sources.frames import Image
from tests.support.look_examples import BLANK, FRAME_MS, ByHand, Hand, Saying, texts


def test_a_second_look_that_hangs_is_replaced_a_few_times_and_never_waited_for() -> None:
    begun: list[ByHand] = []

    def begin() -> ByHand:
        begun.append(ByHand())
        return begun[-1]

    clock = Hand()
    live = LiveReader(Reader([Saying("first", "A")]), begin, clock)
    for n in range(600):
        clock.now_ms = n * FRAME_MS
        assert texts(live.inspect(BLANK, clock.now_ms)) == [["A"]]
    assert 2 <= len(begun) <= 5 and all(executor.is_closed for executor in begun)


def test_a_real_thread_that_hangs_leaves_the_first_look_reading() -> None:
    never = threading.Event()

    class Hanging(Saying):
        def read(self, gray: Image) -> list[Read]:
            if threading.current_thread() is not threading.main_thread():
                never.wait()
            return super().read(gray)

    clock = Hand()
    live = LiveReader(Reader([Hanging("first", "A")]), Beside, clock)
    for n in range(200):
        clock.now_ms = n * FRAME_MS
        assert texts(live.inspect(BLANK, clock.now_ms)) == [["A"]]
    never.set()
    live.close()


def test_closing_waits_for_a_look_that_runs_so_that_none_is_in_a_library_when_the_program_ends() -> None:
    began = threading.Event()

    class Slow(Saying):
        def read(self, gray: Image) -> list[Read]:
            if threading.current_thread() is not threading.main_thread():
                began.set()
                threading.Event().wait(0.03)
            return super().read(gray)

    before = set(threading.enumerate())
    live = LiveReader(Reader([Slow("first")]), Beside, Hand())
    live.inspect(BLANK, 0.0)
    began.wait()
    live.close()
    assert set(threading.enumerate()) <= before


def test_a_first_look_that_hangs_gives_nothing_and_the_next_frames_are_read() -> None:
    begun: list[ByHand | AtOnce] = []

    def begin() -> ByHand | AtOnce:
        begun.append(AtOnce() if begun else ByHand())
        return begun[-1]

    live = LiveReader(Reader([Saying("first", "A")]), ByHand, Hand(), begin_first=begin)
    assert [texts(live.inspect(BLANK, n * FRAME_MS)) for n in range(3)] == [[[]], [["A"]], [["A"]]]
    assert begun[0].is_closed  # type: ignore[union-attr]


def test_an_engine_that_hangs_on_every_frame_is_given_up_and_the_session_goes_on() -> None:
    begun: list[ByHand] = []

    def begin() -> ByHand:
        begun.append(ByHand())
        return begun[-1]

    live = LiveReader(Reader([Saying("first", "A")]), ByHand, Hand(), begin_first=begin)
    assert all(texts(live.inspect(BLANK, n * FRAME_MS)) == [[]] for n in range(50))
    assert 2 <= len(begun) <= 5 and all(executor.is_closed for executor in begun)


def test_a_still_on_which_an_engine_hangs_gives_nothing_and_the_next_is_read() -> None:
    begun: list[ByHand | AtOnce] = []

    def begin() -> ByHand | AtOnce:
        begun.append(AtOnce() if begun else ByHand())
        return begun[-1]

    still = StillReader(Reader([Saying("first", "A")]), begin, Hand())
    assert [texts(still.inspect(BLANK, n)) for n in range(2)] == [[[]], [["A"]]]


def test_a_still_that_takes_for_ever_gives_what_was_read_in_time() -> None:
    clock, asked = Hand(), Saying("second", "B")

    class Slow(Saying):
        def read(self, gray: Image) -> list[Read]:
            clock.now_ms += 15_000.0
            return super().read(gray)

    first = Slow("first", "A")
    assert texts(StillReader(Reader([first, asked]), AtOnce, clock).inspect(BLANK, 0.0)) == [["A"]]
    assert (first.asked, asked.asked) == (2, 0)


def test_a_job_that_hangs_is_waited_for_no_longer_than_was_said() -> None:
    never, in_turn = threading.Event(), InTurn(20.0)
    assert in_turn.submit(lambda: "done").result() == "done"
    hanging = in_turn.submit(never.wait)
    assert not hanging.done()
    in_turn.close()
    never.set()


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), MemoryError()])
def test_an_engine_that_raises_at_first_look_ends_nothing(error: Exception) -> None:
    class Raising(Saying):
        def read(self, gray: Image) -> list[Read]:
            raise error

    reader = Reader([Raising("first")])
    lookers = LiveReader(reader, AtOnce, Hand()), StillReader(reader, AtOnce, Hand())
    assert [texts(looker.inspect(BLANK, 0.0)) for looker in lookers] == [[[]], [[]]]


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), MemoryError()])
def test_an_engine_that_raises_beside_leaves_the_first_look_reading(error: Exception) -> None:
    class Raising(Saying):
        def read(self, gray: Image) -> list[Read]:
            raise error

    live = LiveReader(Reader([Saying("first", "A"), Raising("second")]), AtOnce, Hand())
    assert all(texts(live.inspect(BLANK, n * 500.0)) == [["A"]] for n in range(20))


def test_a_frame_of_no_size_is_no_trouble() -> None:
    live = LiveReader(Reader([ZxingEngine()]), AtOnce, Hand())
    assert texts(live.inspect(np.zeros((0, 0, 3), np.uint8), 0.0)) == [[]]
