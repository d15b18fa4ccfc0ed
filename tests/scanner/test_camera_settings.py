"""A camera is set by its own first pictures, where its driver allows: one made of frames that its settings change."""

from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from scanner.aim.camera_settings import Settings, Tuned
from scanner.sources.camera import open_camera
from scanner.sources.camera_list import Camera
from scanner.sources.camera_open import Machine
from scanner.sources.frames import Image, monotonic_ms
from services.health import look_at_camera
from tests.support.scenes import Condition, Label, film_scene

SHARP_AT = 62.0


@pytest.fixture(scope="module")
def scene() -> Image:
    """A label on a desk, sharp."""
    text = "7Q2M9X4T5B8CA*01"
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    image = np.array(code.to_image(scale=10, add_quiet_zones=True))
    label = Label(text, image, 0, 0, image.shape[0], image.shape[0] // 10)
    return next(film_scene([label], Condition("near", module_px=5), seed=5, size=(640, 360), frames=1))


class SetCamera:
    """A camera whose pictures follow its settings: blurred away from the right focus, bright by its exposure, fewer
    when that is long or the picture large. `allows` are the settings that its driver takes.
    """

    def __init__(self, scene: Image, *, allows: frozenset[int], light: float = 1.0, **given: float) -> None:
        self.scene, self.allows, self.light, self.now_ms = scene, allows, light, 0.0
        self.settings: dict[int, float] = {
            cv2.CAP_PROP_FRAME_WIDTH: 1920.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 1080.0,
            cv2.CAP_PROP_AUTOFOCUS: given.get("autofocus", 1.0),
            cv2.CAP_PROP_FOCUS: given.get("focus", 0.0),
            cv2.CAP_PROP_AUTO_EXPOSURE: given.get("automatic", 3.0),
            cv2.CAP_PROP_EXPOSURE: given.get("exposure", 160.0),
        }
        self.finds, self.ms_per_line = given.get("finds", SHARP_AT), given.get("ms_per_line", 0.03)
        self.noise = np.random.default_rng(3)
        self.is_released = False

    def get(self, what: int) -> float:
        return self.settings.get(what, -1.0)

    def set(self, what: int, value: float) -> bool:
        if what in self.allows:
            self.settings[what] = value
        return what in self.allows

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def grab(self) -> bool:
        exposure_ms = self.settings[cv2.CAP_PROP_EXPOSURE] / 10
        self.now_ms += max(exposure_ms, self.ms_per_line * self.settings[cv2.CAP_PROP_FRAME_HEIGHT])
        return True

    def retrieve(self) -> tuple[bool, Any]:
        focus = self.finds if self.settings[cv2.CAP_PROP_AUTOFOCUS] == 1 else self.settings[cv2.CAP_PROP_FOCUS]
        soft = cv2.GaussianBlur(self.scene, (0, 0), 0.4 + abs(focus - SHARP_AT) / 14)
        # automatic exposure of this driver always takes what it was given
        lit = soft.astype(np.float32) * self.light * self.settings[cv2.CAP_PROP_EXPOSURE] / 160
        noisy = np.clip(lit + self.noise.integers(-2, 3, lit.shape), 0, 255).astype(np.uint8)
        return True, cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR)

    def release(self) -> None:
        self.is_released = True


FOCUS = frozenset({cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_FOCUS})
EXPOSURE = frozenset({cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE})
SIZE = frozenset({cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT})


def tuned(camera: SetCamera, pictures: int = 120) -> Settings:
    found = Tuned(camera, clock=lambda: camera.now_ms)
    for _number in range(pictures):
        assert found.grab() and found.retrieve()[0]
        if found.settings is not None:
            return found.settings
    raise AssertionError("it never ends")


def test_a_camera_that_does_well_is_left_as_it_is(scene: Image) -> None:
    camera = SetCamera(scene, allows=FOCUS | EXPOSURE | SIZE)
    before = dict(camera.settings)
    found = tuned(camera, 20)
    assert found.chosen == () and camera.settings == before
    assert found.trouble is None and found.sharpness is not None and 25 < found.fps < 40
    assert "nothing to change" in found.in_words() and "label sharp" in found.in_words()


def test_a_focus_that_the_autofocus_misses_is_found(scene: Image) -> None:
    camera = SetCamera(scene, allows=FOCUS, finds=10.0)
    found = tuned(camera)
    assert camera.settings[cv2.CAP_PROP_AUTOFOCUS] == 0 and abs(camera.settings[cv2.CAP_PROP_FOCUS] - SHARP_AT) <= 20
    assert found.sharpness is not None and found.sharpness >= 1.0 and any("focus" in each for each in found.chosen)


def test_without_a_label_in_view_the_autofocus_is_left_alone() -> None:
    camera = SetCamera(np.full((360, 640), 160, np.uint8), allows=FOCUS, finds=10.0)
    found = tuned(camera, 20)
    assert found.chosen == () and found.sharpness is None and camera.settings[cv2.CAP_PROP_AUTOFOCUS] == 1


def test_a_fixed_focus_that_is_no_better_is_taken_back(scene: Image) -> None:
    shaken = cv2.blur(scene, (1, 25))
    camera = SetCamera(np.asarray(shaken, np.uint8), allows=FOCUS)
    assert tuned(camera).chosen == () and camera.settings[cv2.CAP_PROP_AUTOFOCUS] == 1


def test_what_another_program_has_switched_off_is_switched_on(scene: Image) -> None:
    camera = SetCamera(scene, allows=FOCUS | EXPOSURE, autofocus=0.0, focus=0.0, automatic=1.0)
    assert tuned(camera).chosen == ("autofocus on", "automatic exposure on")
    assert camera.settings[cv2.CAP_PROP_AUTO_EXPOSURE] == 3.0


@pytest.mark.parametrize(("light", "wrong"), [(0.2, "dark"), (6.0, "bright")])
def test_an_exposure_that_suits_is_found_where_the_automatic_one_does_not(
    scene: Image, light: float, wrong: str
) -> None:
    stubborn = tuned(SetCamera(scene, allows=FOCUS, light=light))
    assert stubborn.trouble == wrong and stubborn.chosen == ()
    found = tuned(SetCamera(scene, allows=FOCUS | EXPOSURE, light=light))
    assert found.trouble is None and found.chosen[0].startswith("exposure ")


def test_in_an_exposure_too_long_for_pictures_of_a_hand_a_shorter_one_is_taken_where_it_is_bright_enough(
    scene: Image,
) -> None:
    camera = SetCamera(scene, allows=EXPOSURE, exposure=2000.0, light=0.1)
    found = tuned(camera)
    assert found.fps >= 8 and found.trouble is None and camera.settings[cv2.CAP_PROP_EXPOSURE] < 2000
    dim = tuned(SetCamera(scene, allows=EXPOSURE, exposure=2000.0, light=0.04))
    assert dim.fps < 8 and dim.chosen == ()


def test_a_smaller_picture_is_taken_where_a_large_one_comes_too_seldom(scene: Image) -> None:
    slow = SetCamera(scene, allows=SIZE, ms_per_line=0.18)
    found = tuned(slow)
    assert (found.width, found.height) == (1280, 720) and found.chosen
    useless = SetCamera(scene, allows=SIZE, exposure=1900.0, light=0.08)
    assert tuned(useless).chosen == () and useless.settings[cv2.CAP_PROP_FRAME_HEIGHT] == 1080


def test_a_driver_that_takes_nothing_or_says_so_and_does_not_ends_as_it_began(scene: Image) -> None:
    class Lying(SetCamera):
        def set(self, what: int, value: float) -> bool:
            return True

    for camera in (SetCamera(scene, allows=frozenset(), finds=10.0), Lying(scene, allows=frozenset(), finds=10.0)):
        before = dict(camera.settings)
        assert tuned(camera).chosen == () and camera.settings == before


def test_pictures_that_are_none_and_pictures_of_16_bits_are_passed_on_and_not_measured(scene: Image) -> None:
    camera = SetCamera(scene, allows=FOCUS)
    found = Tuned(camera, clock=lambda: 0.0)
    for given in ((False, None), (True, np.zeros((0, 0), np.uint8)), (True, np.zeros((9, 9), np.uint16))):
        camera.retrieve = lambda given=given: given  # type: ignore[method-assign,misc]
        for _number in range(40):
            assert found.retrieve()[1] is given[1]
    assert found.settings is None
    found.release()
    assert camera.is_released


def test_a_session_gets_every_picture_while_it_is_measured_and_is_told_once_what_was_changed(scene: Image) -> None:
    camera, told = SetCamera(scene, allows=FOCUS, finds=10.0), list[str]()
    machine = Machine("linux", lambda *_asked: camera, lambda _backend: [Camera(0, "Test")])
    with open_camera("0", clock=monotonic_ms, notify=told.append, machine=machine) as source:
        given = [next(frame.number for frame in source if not frame.is_blank)]
        for frame in source:
            given += [] if frame.is_blank else [frame.number]
            if len(told) > 1:
                break
    assert given == list(range(1, len(given) + 1)), "none was kept back"
    assert "focus" in told[1] and told[1].startswith("camera 0 (Test): measured: ") and len(told) == 2


def test_doctor_tells_what_was_measured_and_chosen(scene: Image) -> None:
    camera = SetCamera(scene, allows=FOCUS, finds=10.0)
    machine = Machine("linux", lambda *_asked: camera, lambda _backend: [Camera(0, "Test")])
    cameras, tried = look_at_camera("0", machine)
    assert cameras.found == "0 Test" and tried.health == "ok"
    assert "measured: 1920 x 1080" in tried.found and "chosen: focus " in tried.found
