"""The gate before a camera: noise, lamps and tremor are no movement, a label is, and it is looked at without delay."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.decoding.stillness import SELDOM_MS, SETTLING_MS, Stillness, has_moved
from scanner.frame_loop import scan_frames
from scanner.outcomes import Outcome, Tally
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import SMALL, Frame, Image

GAP_MS = 66.0
SEEDS = st.integers(0, 2**32 - 1)


def desk(seed: int, contrast: float = 1.0) -> np.ndarray:
    """A wooden desk, small."""
    random = np.random.default_rng(seed)
    blotches = cv2.resize(random.standard_normal((9, 16), np.float32), (160, 90), interpolation=cv2.INTER_CUBIC)
    return np.asarray(16 + (102 + 10 * blotches) * contrast)


def seen(scene: np.ndarray, random: np.random.Generator, noise: float, flicker: float, phase: float) -> Image:
    """The scene under lamps on the mains, by a sensor that reads row after row; `noise` of a pixel, a small one is the
    mean of four at least.
    """
    light = 1 + flicker * np.sin(phase + np.linspace(0, 5 * np.pi, len(scene)))[:, None]
    return np.clip(scene * light + random.normal(0, noise / 2, scene.shape), 0, 255).astype(np.uint8)


def frame(small: Image, at_ms: float) -> Frame:
    return Frame(cv2.resize(small, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_NEAREST), "camera 0", 1, at_ms)


@given(SEEDS, st.floats(0, 30), st.floats(0, 0.1), st.floats(0, 7), st.floats(0.1, 1.0))
@example(0, 30.0, 0.1, 3.0, 1.0)
@example(0, 4.0, 0.06, 1.5, 0.1)
def test_noise_and_lamps_are_no_movement(
    seed: int, noise: float, flicker: float, phase: float, contrast: float
) -> None:
    random = np.random.default_rng(seed)
    before, now = (seen(desk(seed, contrast), random, noise, flicker, each) for each in (0.0, phase))
    assert not has_moved(before, now)


@given(SEEDS, st.integers(0, 154), st.integers(0, 84), st.floats(0.15, 1.0), st.floats(0, 0.1))
@example(0, 0, 0, 0.15, 0.1)
def test_the_smallest_label_that_comes_is_movement(seed: int, x: int, y: int, contrast: float, flicker: float) -> None:
    random = np.random.default_rng(seed)
    scene = desk(seed, contrast)
    with_label = scene.copy()
    with_label[y : y + 6, x : x + 6] = 16 + 206 * contrast
    before, now = (seen(each, random, 4.0, flicker, 2.0 * n) for n, each in enumerate((scene, with_label)))
    assert has_moved(before, now)


def test_a_label_in_a_hand_that_trembles_is_at_rest_and_one_that_is_moved_is_not() -> None:
    random = np.random.default_rng(5)
    modules = np.kron(random.integers(0, 2, (25, 25), np.uint8) * 184 + 38, np.ones((4, 4), np.uint8))
    label = np.pad(modules, 16, constant_values=222)

    def at(x: int) -> Image:
        whole = np.full((720, 1280), 118, np.uint8)
        whole[300:432, 500 + x : 632 + x] = label
        return np.asarray(cv2.resize(whole, None, fx=1 / SMALL, fy=1 / SMALL, interpolation=cv2.INTER_AREA), np.uint8)

    assert not any(has_moved(at(0), at(x)) for x in range(-4, 5))
    assert has_moved(at(0), at(60))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (90, 160), (160, 90)])
def test_any_size_is_judged(shape: tuple[int, int]) -> None:
    assert has_moved(desk(0).astype(np.uint8), np.zeros(shape, np.uint8)) is bool(np.prod(shape))


@given(st.lists(st.tuples(st.floats(1, 400), st.booleans(), st.booleans()), max_size=60))
def test_what_moves_is_looked_at_at_once_and_nothing_waits_longer_than_at_rest(
    steps: list[tuple[float, bool, bool]],
) -> None:
    stillness, at_ms, looked_ms, value = Stillness(), 0.0, 0.0, 40
    for number, (gap_ms, is_moved, is_wanted) in enumerate(steps):
        at_ms += gap_ms
        value = (value + 90) % 250 if is_moved else value
        small = np.full((90, 160), 118, np.uint8)
        small[40:50, 60:70] = value
        is_due = stillness.is_due(frame(small, at_ms), is_wanted=is_wanted)
        assert is_due or not (number == 0 or is_moved or is_wanted or at_ms - looked_ms >= SELDOM_MS)
        looked_ms = at_ms if is_due else looked_ms


class Camera:
    """A desk that lies empty and gets a code after six seconds."""

    kind, title, total = "live", "camera 0", None
    comes_ms, ends_ms = 6000.0, 6600.0

    def __iter__(self) -> Iterator[Frame]:
        random = np.random.default_rng(1)
        made = zxingcpp.create_barcode("NOT OURS", zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
        code = np.array(made.to_image(scale=5, add_quiet_zones=True))
        for number in range(round(self.ends_ms / GAP_MS)):
            image = frame(seen(desk(1), random, 4.0, 0.06, number * 2.0), 0.0).image
            if number * GAP_MS >= self.comes_ms:
                image[200 : 200 + len(code), 300 : 300 + len(code)] = code
            yield Frame(image, self.title, number, number * GAP_MS)


class Keeper:
    """A draft in which nothing is: the code is not ours."""

    receiver: str | None = None
    wants_barcodes = False
    completable = ()

    def recognise(self, text: str) -> None: ...

    tally = Tally(0)

    def catch_up(self) -> None:
        return None


def test_an_empty_desk_is_seldom_looked_at_and_a_code_that_comes_is_told_after_two_frames() -> None:
    looked, told = list[float](), list[tuple[float, str]]()
    newest_ms = 0.0

    def on_outcome(outcome: Outcome) -> None:
        told.append((newest_ms + GAP_MS, outcome.kind))

    def on_frame(frame: Frame, _reads: Sequence[Read]) -> None:
        nonlocal newest_ms
        newest_ms = frame.at_ms
        if not frame.is_blank:
            looked.append(frame.at_ms)

    session = ScanSession(Keeper())  # type: ignore[arg-type]
    scan_frames(Camera(), Reader([ZxingEngine()]), session, on_outcome, on_frame=on_frame)  # type: ignore[arg-type]
    at_rest = [at_ms for at_ms in looked if SETTLING_MS + GAP_MS < at_ms < Camera.comes_ms]
    assert 4 <= len(at_rest) <= 6
    assert [kind for _at_ms, kind in told] == ["foreign"]
    assert told[0][0] - Camera.comes_ms <= 2 * GAP_MS
