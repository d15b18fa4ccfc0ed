"""Frames that are broken, made to harm or hard to look at: no code that is not there, a bounded number of looks."""

import itertools
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest
import zxingcpp

from custody.format.codes import item_payload
from scanner.decoding.engines import Unread
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce, StillReader
from scanner.decoding.picture_reader import PYZBAR, PyzbarEngine, Reader, ZxingEngine, engines
from scanner.decoding.stillness import Stillness
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from tests.support.desk_in_memory import DeskInMemory

OURS = item_payload("84G7ZWYRD6Z1Z", 1)
FRAME_MS = 66.0
needs_pyzbar = pytest.mark.skipif(PYZBAR not in engines(), reason="libzbar is not installed")


def label(text: str | bytes = OURS, scale: int = 4) -> Image:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H")
    return np.array(made.to_image(scale=scale, add_quiet_zones=True))


def on_desk(code: Image, size: tuple[int, int] = (480, 640)) -> Image:
    """The code in the middle of a grey desk of this height and width."""
    frame = np.full(size, 120, np.uint8)
    top, left = (size[0] - code.shape[0]) // 2, (size[1] - code.shape[1]) // 2
    frame[top : top + code.shape[0], left : left + code.shape[1]] = code
    return frame


def seen(frames: Sequence[Image], reader: Reader | None = None) -> tuple[DeskInMemory, list[Outcome]]:
    """What a live session takes of these frames, the gate before it and second looks at once."""
    desk, looker, stillness = DeskInMemory(), LiveReader(reader or Reader(), AtOnce, lambda: 0.0), Stillness()
    session, told = ScanSession(desk), list[Outcome]()
    for number, image in enumerate(frames):
        frame = Frame(image, "camera 0", number, number * FRAME_MS)
        if not frame.is_blank and not stillness.is_due(frame, is_wanted=looker.is_eager):
            frame = frame.without_picture()
        for look in looker.inspect(frame.image, frame.at_ms):
            told += session.see(look.reads, look.at_ms)
    return desk, told


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 640, 3), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((3, 1920, 3), np.uint8),
        np.full((480, 640), 40_000, np.uint16),
        np.full((48, 64), 0.5, np.float32),
        np.zeros((48, 64, 2), np.uint8),
        np.zeros((4, 4, 4, 4), np.uint8),
    ],
    ids=lambda image: f"{image.dtype}{image.shape}",
)
def test_a_frame_that_is_no_picture_stops_nothing(image: Image) -> None:
    desk, told = seen([image, image, *[on_desk(label())] * 2, image])
    assert [outcome.kind for outcome in told] == ["taken"] and len(desk.labels) == 1


@pytest.mark.parametrize("turn", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, None])
def test_upside_down_and_mirrored_codes_are_read_as_they_are(turn: int | None) -> None:
    code = label()
    image = cv2.flip(code, 1) if turn is None else cv2.rotate(code, turn)
    desk, told = seen([on_desk(np.asarray(image, np.uint8))] * 3)
    assert [outcome.kind for outcome in told] == ["taken"] and len(desk.labels) == 1


def test_a_label_in_a_picture_of_8k_is_taken() -> None:
    desk, _told = seen([on_desk(label(scale=12), (4320, 7680))] * 2)
    assert len(desk.labels) == 1


def moire() -> Iterator[Image]:
    """The label on a screen whose pixels beat with the camera's."""
    x, y = np.meshgrid(np.arange(640), np.arange(480))
    for period in (2.1, 2.9, 3.7, 4.3, 5.1, 6.3, 7.9, 9.7):
        stripes = 1 + 0.45 * np.sin(2 * np.pi * x / period) * np.sin(2 * np.pi * y / (period * 1.07))
        yield np.clip(on_desk(label()) * stripes, 0, 255).astype(np.uint8)


def strobe() -> Iterator[Image]:
    """Light that comes and goes, so that frames are black, white, half of each, or fine."""
    frame = on_desk(label())
    for number in range(24):
        match number % 5:
            case 0:
                yield np.zeros_like(frame)
            case 1:
                yield np.full_like(frame, 255)
            case 2:
                yield np.vstack((frame[:240], np.zeros_like(frame[240:])))
            case _:
                yield frame


@pytest.mark.parametrize("frames", [moire, strobe], ids=["moire", "strobe"])
def test_screens_and_strobes_show_the_label_or_nothing(frames: object) -> None:
    desk, told = seen(list(frames()))  # type: ignore[operator]
    assert {outcome.kind for outcome in told} <= {"taken"} and len(told) <= 1
    assert set(desk.labels) <= {OURS[:13]}


def test_a_code_of_ours_with_another_check_character_is_said_in_one_line_and_not_taken() -> None:
    for place in (0, 5, 12):
        other = "0" if OURS[place] != "0" else "1"
        desk, told = seen([on_desk(label(OURS[:place] + other + OURS[place + 1 :]))] * 4)
        assert [outcome.kind for outcome in told] == ["bad_check"] and "\n" not in told[0].text
        assert not desk.labels


class Counting(ZxingEngine):
    """Counts the pictures that it is asked about."""

    asked = 0

    def inspect(
        self, gray: Image, *, inverted: bool = True, histogram: bool = False
    ) -> tuple[list[Read], list[Unread]]:
        self.asked += 1
        return super().inspect(gray, inverted=inverted, histogram=histogram)


def ten_thousand_finders() -> Image:
    square = np.pad(np.pad(np.pad(np.zeros((3, 3), np.uint8), 1, constant_values=255), 1), 1, constant_values=255)
    return np.tile(square.repeat(2, 0).repeat(2, 1), (75, 134))[:1080, :1920]


def test_ten_thousand_finder_patterns_give_no_code_and_a_look_at_them_ends_in_time() -> None:
    part = np.ascontiguousarray(ten_thousand_finders()[:240, :360])
    asked = []
    for step_ms in (0, 20):
        zxing, now_ms = Counting(), itertools.count(0, step_ms)
        looker = LiveReader(Reader([zxing]), AtOnce, lambda: 0.0, spent=lambda now_ms=now_ms: float(next(now_ms)))
        for at_ms in (0.0, 66.0):
            assert not any(look.reads for look in looker.inspect(part, at_ms))
        asked.append(zxing.asked)
    assert asked[1] < 20 < asked[0] < 100


def test_a_still_of_finder_patterns_is_given_up_when_it_is_late() -> None:
    zxing, now_ms = Counting(), iter(range(0, 10**9, 4000))
    still = StillReader(Reader([zxing]), AtOnce, lambda: float(next(now_ms)))
    (look,) = still.inspect(np.ascontiguousarray(ten_thousand_finders()[:360, :640]), 0.0)
    assert look.reads == [] and zxing.asked <= 10


@needs_pyzbar
@pytest.mark.parametrize(
    "text", ["Associação", "Côte d’Ivoire", "ñandú", "é", "¡Hola! ©2024", "日本語", "Привет", "KOTAK 7", "ﾃｽﾄ"]
)
def test_what_zbar_takes_for_shift_jis_or_big5_is_read_as_the_utf_8_that_it_is(text: str) -> None:
    (read,) = PyzbarEngine().read(label(text.encode(), 6))
    assert read.text == text
