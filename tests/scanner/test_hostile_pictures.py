"""Pictures, PDFs and videos of strangers that look like codes all over, or claim more than their bytes can hold."""

import io
import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from custody.errors import InputError
from scanner.sources.open_source import open_source
from tests.support.costly_files import NOT_READ, ONE_PAGE, PROGRAM, ROOT_OF, assert_cheap, cost, pdf, stream

MOST_LOOKS_CPU_S = 4.6


def scattered_finders(side: int, seed: int) -> bytes:
    """Such squares of several sizes, with dark and light between them as in codes: about 1.3 MB at 3400."""
    dice = np.random.default_rng(seed)
    image = np.full((side, side), 255, np.uint8)
    y = 0
    while y < side - 60:
        module, x = int(dice.integers(2, 6)), int(dice.integers(0, 20))
        while x < side - 60 - 21 * module:
            square = np.pad(np.pad(np.zeros((3, 3), np.uint8), 1, constant_values=255), 1)
            rest = dice.integers(0, 2, (7, 13)).astype(np.uint8) * 255
            row = np.hstack((square, np.full((7, 1), 255, np.uint8), rest)).repeat(module, 0).repeat(module, 1)
            image[y : y + 7 * module, x : x + 21 * module] = row
            x += 22 * module + int(dice.integers(0, 4))
        y += 8 * module + int(dice.integers(0, 3))
    return cv2.imencode(".png", image)[1].tobytes()


def one_long_path(seed: int, count: int = 60_000) -> bytes:
    """A page of 650 KB whose one path goes to and fro."""
    dice = random.Random(seed)
    path = b"0 0 m " + b" ".join(b"%d %d l" % (dice.randrange(2000), dice.randrange(2000)) for _ in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 2000 2000]/Contents 4 0 R>>"
    return pdf(ROOT_OF, ONE_PAGE, page, stream(b"", path + b" S"))


def finders_on_each_page(pages: int, seed: int) -> bytes:
    """One picture of 600 KB, full of finder patterns, on each of the pages."""
    image = cv2.imdecode(np.frombuffer(scattered_finders(1240, seed), np.uint8), cv2.IMREAD_GRAYSCALE)
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
    kids = b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, b"3 0 R " * pages)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    of_image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray" % (
        image.shape[1],
        image.shape[0],
    )
    drawn = stream(of_image + b"/BitsPerComponent 8/Filter/DCTDecode", data)
    return pdf(ROOT_OF, kids, page, stream(b"", b"q 595 0 0 842 0 0 cm /I Do Q"), drawn)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "codes"),
    [
        ("scattered.png", lambda: scattered_finders(3_400, 2), [0]),
        ("path.pdf", lambda: one_long_path(1), [0, 2]),  # a quick computer draws it in the time that it gets
        ("each.pdf", lambda: finders_on_each_page(12, 7), [0]),
        ("many.pdf", lambda: finders_on_each_page(900, 7), [2]),
    ],
)
def test_what_looks_like_codes_and_is_none_costs_little(
    tmp_path: Path, name: str, make: Callable[[], bytes], codes: Sequence[int]
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    ran = cost(*PROGRAM, "decode", path)
    assert_cheap(ran)
    assert ran.cpu_s < MOST_LOOKS_CPU_S
    assert ran.code in codes
    assert (NOT_READ if ran.code else "No QR code was found") in ran.err


def film(path: Path, frames: int, width: int, height: int, *, noise: int = 0) -> Path:
    """A video of a scene in which nothing moves but its noise."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 30, (width, height))
    still = np.full((height, width, 3), 128, np.uint8)
    dice = np.random.default_rng(1)
    for _number in range(frames):
        writer.write(cv2.add(still, dice.integers(0, noise, still.shape, np.uint8)) if noise else still)
    writer.release()
    return path


def shown(path: Path) -> int:
    with open_source(str(path)) as source:
        return sum(1 for _frame in source)


def test_a_video_shows_no_more_frames_than_its_bytes_can_honestly_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.sources.files._FILM_PX", 20 * 320 * 240)
    monkeypatch.setattr(
        "scanner.sources.files._FILM_PX_PER_BYTE", 200
    )  # OpenCV writes no video as empty as the real limit
    assert shown(film(tmp_path / "noisy.mp4", 60, 320, 240, noise=40)) == 60
    still = film(tmp_path / "still.mp4", 900, 320, 240)
    with pytest.raises(InputError, match="far more time"):
        shown(still)


def test_a_short_video_in_which_nothing_moves_is_read_to_its_end(tmp_path: Path) -> None:
    assert shown(film(tmp_path / "still.mp4", 300, 640, 480)) == 300


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def avi(width: int, height: int, codec: bytes, frames: Sequence[bytes]) -> bytes:
    """A video that claims frames of this size; each of them is a picture of its own."""
    count = len(frames)
    head = chunk(b"avih", struct.pack("<14I", 33_333, 0, 0, 16, count, 0, 1, 0, width, height, 0, 0, 0, 0))
    stream_head = b"vids" + codec + struct.pack("<IHHIIIIIIiI4H", 0, 0, 0, 0, 1, 30, 0, count, 0, -1, 0, 0, 0, 0, 0)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, codec, 0, 0, 0, 0, 0)
    heads = head + chunk(b"LIST", b"strl" + chunk(b"strh", stream_head) + chunk(b"strf", form))
    movie = b"movi" + b"".join(chunk(b"00dc", frame) for frame in frames)
    return chunk(b"RIFF", b"AVI " + chunk(b"LIST", b"hdrl" + heads) + chunk(b"LIST", movie))


def growing(width: int, height: int, *, shown: int = 0) -> bytes:
    """A video that claims frames of this size, and has next to nothing in them; the last one `shown` in the square."""
    picture = cv2.imencode(".jpg", np.full((16, 16), 200, np.uint8))[1].tobytes()
    at = picture.index(b"\xff\xc0") + 5
    claiming = picture[:at] + struct.pack(">HH", height, width) + picture[at + 4 :]
    return avi(width, height, b"MJPG", [claiming] * 9 + [white_jpeg(shown) if shown else claiming])


def rows_of_finders(width: int, height: int, module: int, count: int) -> bytes:
    """A video of less than a KB a frame, each of them full of finder patterns."""
    square = np.pad(np.pad(np.pad(np.zeros((3, 3), np.uint8), 1, constant_values=255), 1), 1, constant_values=255)
    tile = square.repeat(module, 0).repeat(module, 1)
    side = len(tile)
    image = np.tile(tile, (height // side + 2, width // side + 2))
    frames = []
    for shift in (0, side // 3, side // 2):
        out = io.BytesIO()
        PIL.Image.fromarray(image[shift : shift + height, :width]).convert("1").save(out, "PNG", optimize=True)
        frames.append(out.getvalue())
    return avi(width, height, b"MPNG", [frames[number % 3] for number in range(count)])


def moving_finders(path: Path) -> Path:
    """A video of 2 MB in which a page of finder patterns and noise like codes moves."""
    page = cv2.imdecode(np.frombuffer(scattered_finders(1_380, 1), np.uint8), cv2.IMREAD_COLOR)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 30, (1280, 720))
    for number in range(30):
        writer.write(np.ascontiguousarray(page[number * 3 : number * 3 + 720, :1280]))
    writer.release()
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "height", "module", "count"), [(1280, 720, 3, 150), (640, 480, 4, 400), (1920, 1080, 2, 90)]
)
def test_a_small_video_full_of_finder_patterns_costs_little(
    tmp_path: Path, width: int, height: int, module: int, count: int
) -> None:
    path = tmp_path / "finders.avi"
    path.write_bytes(rows_of_finders(width, height, module, count))
    assert path.stat().st_size < 180_000
    ran = cost(*PROGRAM, "decode", path)
    assert_cheap(ran)
    assert ran.code == 0 and "not everything in it was looked at closely" in ran.err


@pytest.mark.slow
def test_a_video_of_few_frames_that_look_like_codes_costs_little_though_it_is_large(tmp_path: Path) -> None:
    path = moving_finders(tmp_path / "moving.mp4")
    assert path.stat().st_size > 1_500_000
    ran = cost(*PROGRAM, "decode", path)
    assert_cheap(ran)
    assert ran.code == 0 and "not everything in it was looked at closely" in ran.err


def white_jpeg(side: int) -> bytes:
    """A grey picture of a bit for each block of 64 pixels (ITU-T T.81, a progressive scan of DC alone)."""

    def segment(marker: int, data: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

    one_code = bytes([1, *[0] * 15, 0])
    heads = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC4, b"\0" + one_code) + segment(0xC4, b"\x10" + one_code)
    heads += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0") + segment(0xDA, b"\1\1\0\0\0\0")
    return b"\xff\xd8" + heads + b"\0" * (-((-side // 8) ** 2) // 8 + 1) + b"\xff\xd9"


@pytest.mark.slow
def test_a_frame_far_larger_than_its_video_says_costs_little(tmp_path: Path) -> None:
    path = tmp_path / "grows.avi"
    path.write_bytes(growing(16, 16, shown=15_000))
    assert path.stat().st_size < 500_000
    assert_cheap(cost(*PROGRAM, "decode", path))


@pytest.mark.slow
@pytest.mark.parametrize("side", [8_000, 30_000])
def test_a_video_that_claims_a_huge_frame_costs_little(tmp_path: Path, side: int) -> None:
    path = tmp_path / "huge.avi"
    path.write_bytes(growing(side, side))
    ran = cost(*PROGRAM, "decode", path)
    assert_cheap(ran)
    assert ran.code == 2
