"""Live sources against captures that are slow, freeze, fail or block, as drivers do; and a server for URLs."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from custody.errors import CameraError
from scanner.simulation.simulate import write_video
from scanner.sources.frames import Image, monotonic_ms
from scanner.sources.live_source import Capture, Connect, Live
from scanner.sources.open_source import open_source

STALL_MS = 400
"""Longer than a busy machine leaves a thread waiting, and short enough for tests."""


class Scripted:
    """A camera that gives `count` pictures, `gap_s` apart, then does what drivers do without one."""

    def __init__(self, count: int, then: str = "fail", *, gap_s: float = 0.002, still: bool = False) -> None:
        self.count, self.then, self.gap_s, self.still = count, then, gap_s, still
        self.given = self.had = 0
        self.is_released = False
        self.unblocked = threading.Event()

    def grab(self) -> bool:
        time.sleep(self.gap_s)
        if self.given >= self.count:
            if self.then == "block":
                self.unblocked.wait(5)
            if self.then == "raise":
                raise cv2.error("unplugged")
            return self.then == "repeat"
        self.given += 1
        return True

    def retrieve(self) -> tuple[bool, Image]:
        self.had += 1
        return True, np.full((32, 32, 3), 1 if self.still else self.given % 251, np.uint8)

    def release(self) -> None:
        self.is_released = True


def live(first: Capture, connect: Connect, told: list[str], attempts: int = 2, gap_ms: float = 0) -> Live:
    return Live(
        "camera 0",
        connect,
        first,
        clock=monotonic_ms,
        notify=told.append,
        stall_ms=STALL_MS,
        attempts=attempts,
        gap_ms=gap_ms,
    )


def take(source: Live, count: int) -> list[int]:
    """The first pixel of the next frames."""
    frames = (frame for frame in source if not frame.is_blank)
    return [int(next(frames).image[0, 0, 0]) for _ in range(count)]


def test_only_the_newest_frame_is_given() -> None:
    camera = Scripted(200, "block")
    with closing(live(camera, lambda: None, [])) as source:
        frames = (frame for frame in source if not frame.is_blank)
        next(frames)
        while camera.given < 200:
            time.sleep(0.01)
        assert int(next(frames).image[0, 0, 0]) == 200
        camera.unblocked.set()


def test_frames_that_nobody_takes_are_not_unpacked() -> None:
    camera = Scripted(10_000)
    with closing(live(camera, lambda: None, [], gap_ms=100)) as source:
        assert len(take(source, 4)) == 4
        assert camera.had < camera.given / 3


class JpegCamera(Scripted):
    """A camera whose pictures nobody has unpacked; every third one is cut off."""

    def retrieve(self) -> tuple[bool, Image]:
        colours = np.full((64, 96, 3), (0, 0, 200), np.uint8)
        data = cv2.imencode(".jpg", colours)[1]
        return True, np.asarray(data[: len(data) // 3] if self.given % 3 == 0 else data, np.uint8).reshape(1, -1)


def test_packed_frames_are_grey_to_read_and_coloured_to_show_and_damaged_ones_are_empty() -> None:
    with closing(live(JpegCamera(10_000), lambda: None, [])) as source:
        frames = [next(iter(source)) for _ in range(20)]
    seen = {(frame.image.shape, frame.colour.shape, frame.small.shape) for frame in frames if not frame.is_blank}
    assert ((64, 96), (64, 96, 3), (8, 12)) in seen
    assert seen <= {((64, 96), (64, 96, 3), (8, 12)), ((0, 0),) * 3}


@pytest.mark.parametrize("end", ["block", *(pytest.param(end, marks=pytest.mark.slow) for end in ("fail", "raise"))])
def test_a_camera_that_stops_is_opened_again(end: str) -> None:
    told: list[str] = []
    first = Scripted(3, end)
    with closing(live(first, lambda: Scripted(10_000), told)) as source:
        assert len(take(source, 10)) == 10
    first.unblocked.set()
    assert len(told) == 1 and "camera 0" in told[0]


def test_a_camera_that_stays_away_ends_in_one_error() -> None:
    told: list[str] = []
    first = Scripted(3)
    with closing(live(first, lambda: None, told)) as source, pytest.raises(CameraError, match="did not come back"):
        take(source, 10)
    assert len(told) == 2 and first.is_released


def test_a_camera_that_only_ever_gives_a_first_frame_is_not_tried_for_ever() -> None:
    told: list[str] = []
    source = live(Scripted(1), lambda: Scripted(1), told)
    with closing(source), pytest.raises(CameraError, match="did not come back"):
        take(source, 10)
    assert len(told) == 2


def test_a_driver_that_repeats_the_last_picture_is_opened_again() -> None:
    told: list[str] = []
    with closing(live(Scripted(3, "repeat"), lambda: Scripted(10_000), told)) as source:
        take(source, 10)
    assert len(told) == 1


def test_a_scene_in_which_nothing_moves_is_doubted_once() -> None:
    told: list[str] = []
    with closing(live(Scripted(10_000, still=True), lambda: Scripted(10_000, still=True), told)) as source:
        take(source, 10)
    assert len(told) == 1


@pytest.mark.slow
def test_a_scene_that_stood_still_and_then_moved_is_doubted_again() -> None:
    told: list[str] = []
    later = [Scripted(100, "repeat"), Scripted(10_000)]
    with closing(live(Scripted(10_000, still=True), lambda: later.pop(0), told)) as source:
        take(source, 150)
    assert len([line for line in told if "gives no pictures" in line]) == 2 and not later


def test_a_camera_that_is_waited_for_patiently_is_never_given_up() -> None:
    told: list[str] = []
    tries: list[Capture | None] = [None] * 3 + [Scripted(100_000)]
    with closing(live(Scripted(3), lambda: tries.pop(0), told, attempts=None)) as source:
        for _frame in source:
            if "camera 0 works again" in told:
                break
    assert [line.partition(":")[0] for line in told] == ["camera 0 gives no pictures", "camera 0 works again"]


def test_while_a_camera_is_opened_again_blank_frames_come() -> None:
    may_open = threading.Event()

    def connect() -> Capture:
        may_open.wait(10)
        return Scripted(10_000)

    kinds = []
    with closing(live(Scripted(3), connect, [])) as source:
        for frame in source:
            kinds.append(frame.is_blank)
            if kinds.count(True) == 3:
                may_open.set()
            if kinds.count(False) == 6:
                break
    assert kinds.count(True) >= 3 and may_open.is_set()


def test_a_closed_source_lets_go_of_its_camera() -> None:
    camera = Scripted(10_000)
    with closing(live(camera, lambda: None, [])) as source:
        take(source, 1)
    assert camera.is_released


def test_a_camera_that_is_not_there_says_what_may_be_wrong() -> None:
    with pytest.raises(CameraError, match="Camera 97") as caught, open_source("97"):
        pass
    assert caught.value.exit_code == 3 and caught.value.hint


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as served:
        threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


def test_a_video_on_a_server_is_read_to_its_end(server: str, tmp_path: Path) -> None:
    write_video(tmp_path / "film.mp4", [np.full((48, 64, 3), 90, np.uint8)] * 12)
    with open_source(f"{server}/film.mp4") as source:
        assert source.kind == "video" and len(list(source)) == 12


def test_a_picture_on_a_server_is_one_still(server: str, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "label.jpg"), np.full((48, 64, 3), 90, np.uint8))
    with open_source(f"{server}/label.jpg") as source:
        assert source.kind == "still" and len(list(source)) == 1


@pytest.mark.parametrize("path", ["/missing.mp4", "/"])
def test_a_url_that_gives_no_video_is_refused(server: str, path: str) -> None:
    with pytest.raises(CameraError, match="does not answer"), open_source(server + path):
        pass


def test_a_password_in_a_url_is_not_shown() -> None:
    with pytest.raises(CameraError) as caught, open_source("rtsp://user:secret@127.0.0.1:9/live"):
        pass
    assert "127.0.0.1:9/live" in str(caught.value) and "secret" not in str(caught.value)
