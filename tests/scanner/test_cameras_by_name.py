"""Cameras are found by name, opened with what they can give, found again when their number moves, and say why not."""

import errno
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from custody.errors import CameraError, CustodyError, InputError
from scanner.sources.camera import open_camera
from scanner.sources.camera_list import Camera, find_camera, list_cameras
from scanner.sources.camera_open import Machine, Opening, given
from scanner.sources.frames import Image, monotonic_ms
from scanner.sources.open_source import open_source
from tests.support.portable import needs_links

MJPG, YUYV = (float(cv2.VideoWriter.fourcc(*letters)) for letters in ("MJPG", "YUYV"))
INSIDE, LOGITECH = Camera(0, "Integrated Camera"), Camera(2, "HD Pro Webcam C920")


class Fake:
    """A camera that gives what it likes whatever is asked for."""

    def __init__(self, width: int = 1920, height: int = 1080, format: float = MJPG, *, opens: bool = True) -> None:
        self.given = {
            cv2.CAP_PROP_FRAME_WIDTH: float(width),
            cv2.CAP_PROP_FRAME_HEIGHT: float(height),
            cv2.CAP_PROP_FOURCC: format,
            cv2.CAP_PROP_FPS: 30.0,
        }
        self.opens, self.is_released, self.count = opens, False, 0

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def get(self, what: int) -> float:
        return self.given.get(what, -1.0)

    def set(self, what: int, value: float) -> bool:
        self.given[what] = value
        return True

    def grab(self) -> bool:
        return True

    def retrieve(self) -> tuple[bool, Image]:
        self.count += 1
        return True, np.full((32, 32, 3), self.count % 251, np.uint8)

    def release(self) -> None:
        self.is_released = True


class Shop:
    """A machine's cameras, and what was asked of it."""

    def __init__(
        self,
        give: Callable[[int, int, dict[int, int]], Fake],
        cameras: Sequence[Camera] = (INSIDE, LOGITECH),
        *,
        platform: str = "linux",
        folder: Path = Path("/nowhere"),
    ) -> None:
        self.asked: list[tuple[int, int, dict[int, int]]] = []
        self.devices: list[Fake] = []
        self.cameras = list(cameras)
        self.give = give
        self.machine = Machine(platform, self.open, lambda _backend: self.cameras, folder / "dev", folder / "proc")

    def open(self, number: int, backend: int, parameters: Sequence[int]) -> Fake:
        wishes = dict(zip(parameters[::2], parameters[1::2], strict=True))
        self.asked.append((number, backend, wishes))
        self.devices.append(self.give(number, backend, wishes))
        return self.devices[-1]


def as_asked(_number: int, _backend: int, wishes: dict[int, int]) -> Fake:
    return Fake(wishes.get(cv2.CAP_PROP_FRAME_WIDTH, 640), wishes.get(cv2.CAP_PROP_FRAME_HEIGHT, 480))


def closed(_number: int, _backend: int, _wishes: dict[int, int]) -> Fake:
    return Fake(opens=False)


def refusal(shop: Shop, spec: str = "0") -> CameraError:
    with (
        pytest.raises(CameraError) as caught,
        open_camera(spec, clock=monotonic_ms, notify=print, machine=shop.machine),
    ):
        pass
    assert caught.value.exit_code == 3 and caught.value.hint
    return caught.value


def test_linux_lists_the_nodes_that_give_pictures(tmp_path: Path) -> None:
    for number, index, name in ((10, 0, "Logitech\x1b[2J"), (2, 0, "Kamera — ñ"), (3, 1, "Kamera — ñ")):
        folder = tmp_path / f"video{number}"
        folder.mkdir()
        (folder / "index").write_text(f"{index}\n")
        (folder / "name").write_text(f"{name}\n", "utf-8")
    (tmp_path / "video4").mkdir()
    found = list_cameras(cv2.CAP_V4L2, platform="linux", sysfs=tmp_path)
    assert found == [Camera(2, "Kamera — ñ"), Camera(10, "Logitech[U+001B][2J")]
    assert list_cameras(cv2.CAP_V4L2, platform="linux", sysfs=tmp_path / "none") == []


def test_a_list_that_cannot_be_had_is_empty() -> None:
    assert list_cameras(cv2.CAP_AVFOUNDATION, platform="win32") == []


@pytest.mark.parametrize(
    ("spec", "found"),
    [("0", INSIDE), ("7", Camera(7)), ("c920", LOGITECH), ("INTEGRATED", INSIDE), ("Brio", None), (" ", None)],
)
def test_a_camera_is_named_by_number_or_part_of_its_name(spec: str, found: Camera | None) -> None:
    assert find_camera(spec, [INSIDE, LOGITECH]) == found


def test_a_name_of_several_cameras_is_refused_with_their_names() -> None:
    with pytest.raises(InputError, match=r"0 Integrated Camera, 2 HD Pro"):
        find_camera("ca", [INSIDE, Camera(2, "HD Pro Webcam C920")])
    same = [Camera(4, "BRIO"), Camera(6, "BRIO")]
    assert find_camera("brio", same) == same[0]
    assert find_camera("cam", [Camera(1, "Cam 2"), Camera(2, "Cam")]) == Camera(2, "Cam")


@drawn(st.text())
def test_any_text_names_a_camera_or_none(spec: str) -> None:
    try:
        found = find_camera(spec, [INSIDE, LOGITECH])
    except CustodyError as error:
        assert error.hint
    else:
        assert found is None or found.number >= 0


def test_compressed_full_hd_is_asked_for_at_once_and_what_is_given_is_told() -> None:
    shop, told = Shop(as_asked), list[str]()
    with open_camera("0", clock=monotonic_ms, notify=told.append, machine=shop.machine) as source:
        assert next(iter(source)).image.shape == (32, 32, 3)
        assert source.title == "camera 0 (Integrated Camera)"
    (_number, backend, wishes), *more = shop.asked
    assert backend == cv2.CAP_V4L2 and not more
    assert list(wishes.values()) == [MJPG, 1920, 1080]
    assert shop.devices[0].given[cv2.CAP_PROP_CONVERT_RGB] == 0
    assert told == ["camera 0 (Integrated Camera): 1920 x 1080, MJPG, 30 pictures a second"]


def test_a_camera_that_gives_full_hd_only_raw_is_asked_for_720_lines() -> None:
    devices: list[Fake] = []

    def give(_number: int, _backend: int, wishes: dict[int, int]) -> Fake:
        devices.append(Fake(wishes[cv2.CAP_PROP_FRAME_WIDTH], wishes[cv2.CAP_PROP_FRAME_HEIGHT], YUYV))
        return devices[-1]

    device = Opening("0", Shop(give).machine)()
    assert cv2.CAP_PROP_CONVERT_RGB not in devices[-1].given
    assert device is devices[-1] and given(devices[-1]).startswith("1280 x 720, YUYV")
    assert [one.is_released for one in devices] == [True, False]


def test_a_camera_that_refuses_every_wish_is_opened_without() -> None:
    shop = Shop(lambda _number, _backend, wishes: Fake(640, 480, 0.0, opens=not wishes))
    device = Opening("0", shop.machine)()
    assert device is not None and len(shop.asked) == 3
    assert given(Fake(640, 480, 0.0)) == "640 x 480, 30 pictures a second"


def test_windows_tries_directshow_where_media_foundation_fails() -> None:
    shop = Shop(
        lambda _number, backend, wishes: (
            as_asked(0, backend, wishes) if backend == cv2.CAP_DSHOW else Fake(opens=False)
        ),
        platform="win32",
    )
    assert Opening("0", shop.machine)() is not None
    assert [backend for _number, backend, _wishes in shop.asked] == [cv2.CAP_MSMF] * 3 + [cv2.CAP_DSHOW]


def test_no_wish_touches_the_exposure() -> None:
    shop = Shop(as_asked)
    Opening("0", shop.machine)()
    assert not {cv2.CAP_PROP_EXPOSURE, cv2.CAP_PROP_AUTO_EXPOSURE} & set(shop.asked[0][2])


@pytest.mark.parametrize("spec", ["2", "c920"])
def test_a_camera_is_found_again_by_its_name_when_its_number_moved(spec: str) -> None:
    shop = Shop(as_asked)
    opening = Opening(spec, shop.machine)
    shop.cameras = [Camera(0, "Other"), Camera(5, LOGITECH.name)]
    assert opening() is not None and shop.asked[-1][0] == 5
    shop.cameras = [Camera(2, "Other")]
    assert opening() is None and len(shop.asked) == 1
    shop.cameras = []
    assert opening() is not None and shop.asked[-1][0] == 2


def test_a_name_that_no_camera_has_is_said_with_those_that_are() -> None:
    with pytest.raises(CameraError, match=r"Brio.*2 HD Pro"):
        Opening("Brio", Shop(as_asked).machine)
    with pytest.raises(InputError, match="camera Brio"), open_source("Brio"):
        pass


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    (tmp_path / "proc").mkdir()
    return tmp_path


def test_a_camera_that_is_not_there_is_said_with_those_that_are(linux: Path) -> None:
    assert "There are: 2 HD Pro" in str(refusal(Shop(closed, [LOGITECH], folder=linux)))
    assert "no camera is" in str(refusal(Shop(closed, [], folder=linux)))
    assert "There are: 0 Integrated" in str(refusal(Shop(closed, platform="win32"), "7"))


@needs_links()
def test_a_busy_camera_is_said_with_the_program_that_uses_it(linux: Path) -> None:
    node = linux / "dev" / "video0"
    node.touch()
    (linux / "proc" / "4711" / "fd").mkdir(parents=True)
    (linux / "proc" / "4711" / "comm").write_text("zoom\n")
    (linux / "proc" / "4711" / "fd" / "9").symlink_to(node)
    error = refusal(Shop(closed, folder=linux))
    assert "busy: zoom" in str(error) and "{program}" in error.hint


@pytest.mark.parametrize(
    ("refused", "said", "remedy"),
    [
        (errno.EACCES, "group video", "usermod -aG video"),
        (errno.EBUSY, "busy: another program", "Close"),
        (errno.ENXIO, "is not there", "Check the plug"),
    ],
)
def test_what_the_system_refuses_with_is_said_with_what_to_do(
    linux: Path, refused: int, said: str, remedy: str
) -> None:
    shop = Shop(closed, folder=linux)
    shop.machine = replace(shop.machine, refusal=lambda _path: refused)
    error = refusal(shop)
    assert said in str(error) and remedy in error.hint


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_where_causes_cannot_be_told_apart_both_are_named(linux: Path, platform: str) -> None:
    (linux / "dev" / "video0").touch()
    error = refusal(Shop(closed, [INSIDE], platform=platform, folder=linux))
    assert "another program uses it" in str(error) and "not allowed" in str(error)
    assert ("rivacy" in error.hint) == (platform != "linux")
