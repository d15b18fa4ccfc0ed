"""Moving pictures: the first look never waits, second looks run beside it and belong to the frame that they had."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from custody.format.codes import item_payload
from scanner.decoding.hints import choose_hint, has_glare, measure_sharpness
from scanner.decoding.live_reader import LiveReader, open_looks
from scanner.decoding.looks import AtOnce, Beside, in_view
from scanner.decoding.picture_reader import Reader, Way, ZxingEngine
from scanner.outcomes import End, How, Taken, Tally
from scanner.reads import Corners, Read, Seen, hint_words
from scanner.session import ScanSession
from scanner.sources.effort import Effort
from scanner.sources.frames import Image
from tests.support.look_examples import BLANK, FRAME_MS, SQUARE, ByHand, Hand, Saying, texts


def small_label() -> tuple[str, Image]:
    """A label whose modules are too small for the first look."""
    text = item_payload("84G7ZWYRD6Z1Z", 1)
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    large = np.array(made.to_image(scale=8, add_quiet_zones=True))
    small = cv2.resize(large, None, fx=0.16, fy=0.16, interpolation=cv2.INTER_AREA)
    frame = np.full((300, 300), 255, np.uint8)
    frame[100 : 100 + small.shape[0], 100 : 100 + small.shape[1]] = cv2.GaussianBlur(small, (0, 0), 0.5)
    return text, frame


def payload_and_code() -> tuple[str, Image]:
    """A code of 165 pixels with its quiet zone of 20."""
    text = "A" * 20
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="L", version=2)
    return text, np.array(made.to_image(scale=5, add_quiet_zones=True))


def spoiled_label() -> Image:
    """A frame with a code that shows its finder patterns and that no decoder reads."""
    _text, code = payload_and_code()
    code[60:110, 60:150] = 255
    frame = np.full((260, 300), 235, np.uint8)
    frame[40 : 40 + code.shape[0], 60 : 60 + code.shape[1]] = code
    return frame


def test_what_only_second_looks_read_comes_twice_within_half_a_second() -> None:
    text, frame = small_label()
    reader = Reader([ZxingEngine()])
    assert reader.read(frame) == []
    live = LiveReader(reader, AtOnce, Hand())
    seen = [[text] in texts(live.inspect(frame, n * FRAME_MS)) for n in range(8)]
    assert seen.count(True) >= 2


def test_a_video_gets_second_looks_while_its_file_has_time_and_says_once_that_it_had_no_more() -> None:
    text, frame = small_label()
    told: list[str] = []
    for allowed_s, reads in ((60.0, True), (-1.0, False)):
        live = LiveReader(Reader([ZxingEngine()]), AtOnce, Hand())
        effort = Effort("labels.mp4", told.append, allowed_s)
        seen = [texts(live.inspect(frame, n * FRAME_MS, effort)) for n in range(8)]
        assert ([[text]] in seen) is reads
        assert len(told) == (0 if reads else 1)


class Costly(Reader):
    """Sees eight codes and reads none of them; each step of a look takes 25 ms of the processor."""

    def __init__(self, spent: Hand) -> None:
        super().__init__([ZxingEngine()])
        self._spent, self.done = spent, Counter[tuple[Corners, str]]()

    def look_at(self, gray: Image, corners: Corners, way: Way, turn: int) -> Iterator[Read | None]:
        for _step in range(12 if "bent" in way else 3):
            self._spent.now_ms += 25.0
            yield None
        self.done[corners, way] += 1

    def look_again(self, gray: Image, turn: int) -> list[Read]:
        self._spent.now_ms += 25.0
        return []

    def find_unread(self, gray: Image, read: Sequence[Corners], turn: int) -> tuple[list[Seen], list[Corners]]:
        self._spent.now_ms += 25.0
        return [Seen(((x, 0), (x + 90, 0), (x + 90, 90), (x, 90)), None) for x in range(0, 1600, 200)], []


def test_no_frame_takes_more_of_the_processor_than_it_may_and_every_place_is_looked_at_in_every_way() -> None:
    spent = Hand()
    reader, took = Costly(spent), list[float]()
    live = LiveReader(reader, AtOnce, Hand(), spent=spent)
    desk = np.full((1000, 1700), 255, np.uint8)
    for number in range(200):
        before_ms = spent.now_ms
        live.inspect(desk, number * FRAME_MS)
        took.append(spent.now_ms - before_ms)
    assert max(took) <= 110
    assert len({corners for corners, way in reader.done}) == 8 + 1
    assert {way for _corners, way in reader.done} == {*reader.ways, "bent anywhere"}
    assert len(reader.done) == 8 * len(reader.ways) + 1


class Watched(Reader):
    """Keeps what its second looks are given, and finds nothing in it."""

    def look_again(self, gray: Image, turn: int) -> list[Read]:
        self.given = gray
        return []

    def find_unread(self, gray: Image, read: Sequence[Corners], turn: int) -> tuple[list[Seen], list[Corners]]:
        self.given = gray
        return [], []


def test_second_looks_leave_out_what_was_read_where_the_picture_has_moved_it_to() -> None:
    _text, code = payload_and_code()
    made = zxingcpp.create_barcode("B" * 20, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="L", version=2)
    other = np.array(made.to_image(scale=5, add_quiet_zones=True))
    reader = Watched([ZxingEngine()])
    live = LiveReader(reader, AtOnce, Hand())
    for number, below in enumerate((other, other, None)):
        frame = np.full((400, 500), 255, np.uint8)
        left = 20 + 90 * number
        frame[10:175, left : left + 165] = code
        frame[200:365, left : left + 165] = other if below is not None else 255
        if below is None:
            frame[240:320, left + 60 : left + 100] = 0  # a thumb, say
        live.inspect(frame, number * 250.0)
    assert reader.given.min() > 200


def test_the_first_look_goes_on_while_a_second_look_takes_long() -> None:
    first, second, beside = Saying("first", "A"), Saying("second", "B"), ByHand()
    live = LiveReader(Reader([first, second]), lambda: beside, Hand())
    for n in range(30):
        assert texts(live.inspect(BLANK, n * FRAME_MS)) == [["A"]]
    assert len(beside.jobs) == 1  # one at a time; the frames between are dropped


def test_the_newest_frame_goes_to_a_second_look_that_is_free_again() -> None:
    beside = ByHand()
    live = LiveReader(Reader([Saying("first")]), lambda: beside, Hand())
    for n in range(10):
        live.inspect(BLANK, n * 1000.0)
    beside.run()
    live.inspect(BLANK, 10_000.0)
    assert len(beside.jobs) == 2


def test_a_late_result_belongs_to_its_own_frame() -> None:
    beside = ByHand()
    live = LiveReader(Reader([Saying("first"), Saying("second", "B")]), lambda: beside, Hand())
    for n in range(100):
        looks = live.inspect(BLANK, n * 1000.0)
        if ["B"] in texts(looks):
            break
        beside.run()
    assert [look.at_ms for look in looks] == [(n - 1) * 1000.0, n * 1000.0] and texts(looks) == [["B"], []]


def test_where_something_is_not_read_the_other_engine_is_heard_at_the_place_too() -> None:
    asked = Saying("second")
    reader = Reader([ZxingEngine(), asked])
    live = LiveReader(reader, AtOnce, Hand())
    for n in range(8):
        live.inspect(spoiled_label(), n * FRAME_MS)
    assert asked.asked >= 6


def test_looks_rest_while_nothing_is_seen_and_where_nothing_can_be_read() -> None:
    def jobs(frame: Image, seconds: float) -> list[int]:
        beside = ByHand()
        live = LiveReader(Reader([ZxingEngine()]), lambda: beside, Hand())
        counts = []
        for n in range(round(seconds * 15)):
            live.inspect(frame, n * FRAME_MS)
            if not beside.jobs[-1][0].done():
                beside.find_nothing()  # as the real job would, in a hundredth of its time
            counts.append(len(beside.jobs))
        return counts

    assert jobs(BLANK, 2.0)[-1] <= 11
    at_spoiled = jobs(spoiled_label(), 8.0)
    assert at_spoiled[23] >= 22 and at_spoiled[-1] - at_spoiled[-16] <= 6


def test_a_crowd_is_read_in_parts_and_every_read_lies_where_it_is() -> None:
    text, code = payload_and_code()
    frame = np.full((600, 800), 235, np.uint8)
    for x, y in ((20, 20), (600, 20), (310, 210), (20, 400), (600, 400)):
        frame[y : y + code.shape[0], x : x + code.shape[1]] = code
    reader = Reader([Saying("first"), ZxingEngine()])
    reads = reader.second_opinion(frame, is_crowded=True)
    assert sorted(read.corners[0] for read in reads) == [(40, 40), (40, 420), (330, 230), (620, 40), (620, 420)]
    assert {read.text for read in reads} == {text}


def test_what_was_read_often_enough_is_covered_for_second_looks_and_read_by_the_first() -> None:
    text, code = payload_and_code()
    frame = np.full((300, 300), 235, np.uint8)
    frame[50 : 50 + code.shape[0], 50 : 50 + code.shape[1]] = code
    asked: list[Image] = []

    class Watching(Saying):
        def read(self, gray: Image) -> list[Read]:
            asked.append(gray)
            return []

    live = LiveReader(Reader([ZxingEngine(), Watching("second")]), AtOnce, Hand())
    for n in range(40):
        assert texts(live.inspect(frame, n * FRAME_MS))[-1] == [text]
    assert asked and not any(ZxingEngine().read(gray) for gray in asked)


def test_hints_are_measured_beside_and_never_by_the_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*_what: object) -> None:
        raise AssertionError

    monkeypatch.setattr("scanner.decoding.second_look.see", measure)
    live = LiveReader(Reader([ZxingEngine()]), ByHand, Hand())
    for n in range(5):
        live.inspect(spoiled_label(), n * FRAME_MS)


def test_finishing_waits_for_the_second_look_that_runs() -> None:
    text, frame = small_label()
    live = LiveReader(Reader([ZxingEngine()]), Beside, Hand())
    assert texts(live.inspect(frame, 5.0)) == [[]]
    (late,) = live.finish()
    assert late.at_ms == 5.0 and texts([late]) == [[text]]


@pytest.mark.parametrize("kind", ["live", "video", "still"])
def test_each_kind_of_source_is_read(kind: Any) -> None:
    text, frame = small_label()
    with open_looks(Reader(), kind) as looker:
        looks = looker.inspect(frame, 1.0) + looker.finish()
    assert [read.text for read in in_view(looks)] == [text]


class Keeper:
    """A draft that keeps codes."""

    receiver: str | None = None
    wants_barcodes = False
    completable = ()

    def recognise(self, text: str) -> None: ...

    tally = Tally(0)

    def take(self, label: Any, how: How) -> Taken:
        return Taken(label.code, label.code)

    def set_end(self, end: End, custodian: str) -> str:
        return custodian

    def catch_up(self) -> None:
        return None


def test_a_late_result_for_a_frame_that_was_told_is_no_second_sighting() -> None:
    session = ScanSession(Keeper())  # type: ignore[arg-type]
    label = Read(small_label()[0], SQUARE, "zxing-cpp")
    assert session.see([label], 100.0) == []
    assert session.see([], 166.0) == []
    assert session.see([label], 100.0) == []
    assert [outcome.kind for outcome in session.see([label], 166.0)] == ["taken"]


def test_a_late_result_does_not_make_a_label_of_now_older() -> None:
    session = ScanSession(Keeper(), cool_down_ms=1000.0)  # type: ignore[arg-type]
    label = Read(small_label()[0], SQUARE, "zxing-cpp")
    told = [session.see([label], at_ms) for at_ms in (0.0, 900.0, 100.0, 1800.0)]
    assert [len(outcomes) for outcomes in told] == [0, 1, 0, 0]


def test_each_code_that_is_seen_and_not_read_says_what_would_help() -> None:
    text, code = payload_and_code()
    frame = np.full((260, 600), 235, np.uint8)
    frame[:, 290:590] = spoiled_label()
    frame[40 : 40 + code.shape[0], 40 : 40 + code.shape[1]] = code
    live = LiveReader(Reader([ZxingEngine()]), AtOnce, Hand())
    for n in range(5):
        looks = live.inspect(frame, n * FRAME_MS)
    (seen,) = live.unread
    assert texts(looks[-1:]) == [[text]]
    assert np.allclose(seen.corners, [(370, 60), (495, 60), (495, 185), (370, 185)], atol=8) and seen.hint == "glare"


@pytest.mark.parametrize(
    ("module_px", "sharpness", "is_blinded", "hint"),
    [
        (1.5, 2.0, True, "closer"),
        (4.0, 0.6, True, "glare"),
        (4.0, 0.6, False, "still"),
        (4.0, 1.6, False, None),
    ],
)
def test_the_hint_follows_size_first_then_light_and_sharpness_and_is_none_where_nothing_is_known(
    module_px: float, sharpness: float, is_blinded: bool, hint: str | None
) -> None:
    assert choose_hint(module_px, sharpness, is_blinded=is_blinded) == hint


def test_glare_is_a_spot_that_blinds_and_not_white_paper() -> None:
    _text, code = payload_and_code()
    outline: Corners = ((20, 20), (145, 20), (145, 145), (20, 145))
    spot = np.asarray(cv2.circle(code.copy() // 2, (80, 80), 20, 255, -1), np.uint8)
    assert has_glare(spot, outline, 5.0)
    assert not has_glare(code, outline, 5.0) and not has_glare(code // 2, outline, 5.0)
    assert not has_glare(code, ((0, 0), (2, 0), (2, 2), (0, 2)), 5.0)


def test_blur_lowers_the_sharpness_in_every_direction() -> None:
    _text, code = payload_and_code()
    outline: Corners = ((20, 20), (145, 20), (145, 145), (20, 145))
    moved = np.asarray(cv2.blur(code, (11, 1)), np.uint8)
    soft = np.asarray(cv2.GaussianBlur(code, (0, 0), 3.5), np.uint8)
    sharp, *blurred = (measure_sharpness(each, outline, 5.0) for each in (code, moved, soft))
    assert choose_hint(5.0, sharp, is_blinded=False) is None
    assert all(choose_hint(5.0, each, is_blinded=False) == "still" for each in blurred)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.booleans())
def test_every_hint_has_words_and_no_hint_has_none(module_px: float, sharpness: float, is_blinded: bool) -> None:
    hint = choose_hint(module_px, sharpness, is_blinded=is_blinded)
    assert bool(hint_words(hint)) is (hint is not None)
