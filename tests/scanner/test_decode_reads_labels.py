"""Decoding of real QR codes drawn here, with the engines at hand and with engines that fail."""

import random
import subprocess
import sys

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from custody.errors import CameraError
from custody.format.codes import draw_code, item_payload
from scanner.decoding.looks import AtOnce, StillReader
from scanner.decoding.picture_reader import PYZBAR, ZXING, Reader, ZxingEngine, engines
from scanner.reads import Corners, Read
from scanner.sources.frames import Image

needs_pyzbar = pytest.mark.skipif(PYZBAR not in engines(), reason="libzbar is not installed")
SQUARE: Corners = ((0, 0), (9, 0), (9, 9), (0, 9))


def qr(text: str | bytes, scale: int = 4, **options: object) -> Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, **options)
    return np.array(code.to_image(scale=scale, add_quiet_zones=True))


def sheet(texts: list[str], columns: int = 6, scale: int = 3) -> Image:
    """A frame of 1920 x 1080 pixels with a label in each cell."""
    frame = np.full((1080, 1920), 225, np.uint8)
    for index, text in enumerate(texts):
        code = qr(text, scale, ec_level="H", version=2)
        y, x = (index // columns) * 180 + 30, (index % columns) * 310 + 40
        frame[y : y + code.shape[0], x : x + code.shape[1]] = code
    return frame


def payloads(count: int) -> list[str]:
    randbelow = random.Random(count).randrange
    return [item_payload(draw_code(randbelow), 1 + n % 99) for n in range(count)]


def texts(reads: list[Read]) -> list[str]:
    return sorted(read.text for read in reads)


class Raising:
    """An engine that chokes on every picture, as real ones do on some."""

    name = "choking"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, gray: Image) -> list[Read]:
        raise self.error


class Saying:
    """An engine that reads the same in every picture, and counts them."""

    def __init__(self, name: str, *found: str, corners: Corners = SQUARE) -> None:
        self.name, self.found, self.corners, self.asked = name, found, corners, 0

    def read(self, gray: Image) -> list[Read]:
        self.asked += 1
        return [Read(text, self.corners, self.name) for text in self.found]


def test_the_first_look_reads_every_label_of_a_crowded_frame() -> None:
    wanted = payloads(24)
    assert texts(Reader().read(sheet(wanted))) == sorted(wanted)


def test_a_thorough_look_unites_engines_without_naming_a_label_twice() -> None:
    wanted = payloads(12)
    assert texts(Reader().read(sheet(wanted), thorough=True)) == sorted(wanted)


def beside_an_unread_one(label: Image) -> Image:
    """The label, and another code that shows its finder patterns and that no decoder reads."""
    spoiled = qr(payloads(2)[1], 5, ec_level="H", version=2)
    spoiled[70:110, 25:140] = 255
    spoiled[25:140, 70:110] = 255
    frame = np.full((max(len(label), len(spoiled)) + 80, label.shape[1] + spoiled.shape[1] + 120), 235, np.uint8)
    frame[40 : 40 + len(label), 40 : 40 + label.shape[1]] = label
    frame[40 : 40 + len(spoiled), -spoiled.shape[1] - 40 : -40] = spoiled
    return frame


@pytest.fixture
def without_bent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second is spent on bending the spoiled code (tests/scanner/test_bent_labels.py)."""
    monkeypatch.setattr("scanner.decoding.picture_reader.look_for_bent", lambda *_asked: iter(()))


@needs_pyzbar
@pytest.mark.usefixtures("without_bent")
def test_a_label_that_both_engines_read_names_both() -> None:
    (read,) = Reader().read(beside_an_unread_one(qr(payloads(1)[0], 6)), thorough=True)
    assert read.engines == {ZXING, PYZBAR}


def test_a_still_is_done_once_all_that_looks_like_a_code_is_read_and_each_read_is_sure() -> None:
    wanted, other = payloads(24), Saying("other")
    reads = Reader([ZxingEngine(), other]).read(sheet(wanted), thorough=True)
    assert texts(reads) == sorted(wanted) and all(read.looks > 1 for read in reads)
    assert other.asked == 0


@pytest.mark.usefixtures("without_bent")
def test_a_still_gets_every_pass_while_something_in_it_looks_like_a_code_and_is_not_read() -> None:
    other = Saying("other")
    Reader([ZxingEngine(), other]).read(beside_an_unread_one(qr(payloads(1)[0], 4)), thorough=True)
    assert other.asked > 5


def test_a_label_too_small_for_the_first_look_is_read_beside_a_large_one() -> None:
    large, small = payloads(2)
    tiny = cv2.resize(qr(small, 8, ec_level="H", version=2), None, fx=0.16, fy=0.16, interpolation=cv2.INTER_AREA)
    frame = np.full((300, 400), 235, np.uint8)
    frame[20:152, 20:152] = qr(large, 4, ec_level="H", version=2)
    frame[200 : 200 + len(tiny), 300 : 300 + len(tiny)] = cv2.GaussianBlur(tiny, (0, 0), 0.5)
    reader = Reader([ZxingEngine()])
    assert texts(reader.read(frame)) == [large] and texts(reader.read(frame, thorough=True)) == sorted([large, small])


def test_the_same_text_at_two_places_is_two_reads() -> None:
    assert len(Reader().read(sheet(payloads(1) * 2), thorough=True)) == 2


def test_corners_lie_around_the_code_in_the_pictures_own_pixels() -> None:
    picture = np.full((400, 500), 255, np.uint8)
    picture[200:332, 300:432] = qr(payloads(1)[0], 4, ec_level="H", version=2)  # 25 modules and a margin of 4
    for thorough in (False, True):
        ((corners),) = (read.corners for read in Reader().read(picture, thorough=thorough))
        assert np.allclose(corners, [(316, 216), (416, 216), (416, 316), (316, 316)], atol=4)


def test_small_modules_are_read_by_a_thorough_look() -> None:
    text = payloads(1)[0]
    small = cv2.resize(qr(text, 8, ec_level="H", version=2), None, fx=0.16, fy=0.16, interpolation=cv2.INTER_AREA)
    frame = np.full((300, 300), 255, np.uint8)
    frame[100 : 100 + small.shape[0], 100 : 100 + small.shape[1]] = cv2.GaussianBlur(small, (0, 0), 0.5)
    assert texts(Reader([ZxingEngine()]).read(frame, thorough=True)) == [text]


@pytest.mark.parametrize("rotation", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE])
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_any_turn_and_any_number_of_channels_is_read(rotation: int, channels: int | None) -> None:
    text = payloads(1)[0]
    turned = np.asarray(cv2.rotate(qr(text), rotation), np.uint8)
    if channels is not None:
        turned = np.repeat(turned[..., None], channels, axis=2)
    assert texts(Reader().read(turned)) == [text]


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>\x1b[31m\x07\x0e\x0f",
        "https://example.org/?q=" + "x" * 2000,
        "A" * 2900,
        "Côte d'Ivoire 日本語",
        b"\xff\xfe\x00\x80binary",
        b"\x80" * 2900,
    ],
)
@pytest.mark.parametrize("thorough", [False, True])
def test_foreign_and_hostile_codes_are_read_as_text(content: str | bytes, thorough: bool) -> None:
    reads = Reader().read(qr(content), thorough=thorough)
    assert len(reads) == 1
    if isinstance(content, str):
        assert reads[0].text == content


@pytest.mark.parametrize("shape", [(0, 0), (0, 0, 3), (5, 0), (0, 7, 3), (5, 5, 7), (3,), (1, 1), (1, 1, 3), (2, 900)])
@pytest.mark.parametrize("thorough", [False, True])
def test_frames_of_no_size_or_shape_have_no_codes(shape: tuple[int, ...], thorough: bool) -> None:
    assert Reader().read(np.zeros(shape, np.uint8), thorough=thorough) == []


def test_a_picture_that_is_not_8_bit_has_no_codes() -> None:
    assert Reader().read(qr("x").astype(np.float32)) == []  # type: ignore[arg-type]


@given(arrays.arrays(np.uint8, st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([1, 3, 4]))))
@settings(max_examples=40, deadline=None)
def test_noise_never_stops_the_reader(image: Image) -> None:
    assert Reader().read(image, thorough=True) == []


@pytest.mark.parametrize(
    "error", [ValueError(), IndexError(), RuntimeError(), ZeroDivisionError(), TypeError(), cv2.error("x")]
)
def test_an_engine_that_chokes_leaves_the_others_reading(error: Exception) -> None:
    text = payloads(1)[0]
    assert texts(Reader([Raising(error), ZxingEngine()]).read(qr(text), thorough=True)) == [text]
    assert texts(Reader([ZxingEngine(), Raising(error)]).read(qr(text), thorough=True)) == [text]
    assert Reader([Raising(error)]).read(qr(text), thorough=True) == []


def test_without_pyzbar_everything_still_works() -> None:
    wanted = payloads(6)
    reader = Reader([ZxingEngine()])
    assert texts(reader.read(sheet(wanted), thorough=True)) == sorted(wanted)
    assert texts(reader.read(sheet(wanted))) == sorted(wanted)


def test_without_any_engine_the_error_says_what_to_install() -> None:
    with pytest.raises(CameraError) as caught:
        Reader([])
    assert "zxing-cpp" in caught.value.hint


def test_a_missing_libzbar_is_survived() -> None:
    """Where pyzbar cannot be imported, as without libzbar, in a process of its own."""
    program = (
        "import sys; sys.modules['pyzbar'] = None; from scanner.decoding.picture_reader import "
        "engines; print(engines())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['zxing-cpp']"


def test_a_guess_of_pyzbar_beyond_ascii_never_stands_beside_a_real_read() -> None:
    blank = np.zeros((20, 20), np.uint8)
    guess = Saying(PYZBAR, "Associa癟瓊o")
    assert {read.text for read in Reader([Saying(ZXING, "Associação"), guess]).read(blank, thorough=True)} == {
        "Associação"
    }
    assert {read.text for read in Reader([Saying(ZXING), guess]).read(blank, thorough=True)} == {"Associa癟瓊o"}


def test_what_one_engine_read_in_one_rendering_is_looked_at_again_and_counted() -> None:
    class Once:
        """Reads the plain picture alone, as it does a label at the edge of what can be read."""

        name = ZXING

        def read(self, gray: Image) -> list[Read]:
            return ZxingEngine().read(gray) if gray.shape == frame.shape and (gray == frame).all() else []

    text = "P:51.08.06.1010.015"  # no item's label, which is also read without an engine
    frame = np.pad(qr(text, 4, ec_level="H", version=2), 40, constant_values=255) // 2 + 60  # no rendering is the same
    [sure], [doubted] = (
        StillReader(Reader([one]), AtOnce, lambda: 0.0).inspect(frame, 0.0)[0].reads for one in (ZxingEngine(), Once())
    )
    assert sure.is_sure and sure.looks > 1 and sure.text == doubted.text == text
    assert not doubted.is_sure
    other = Saying("other")
    Reader([Once(), other]).read(frame, thorough=True)
    assert other.asked > 0, "what is hard to read twice does not end the search"
