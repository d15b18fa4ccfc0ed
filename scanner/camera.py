"""Frames from what runs by itself: a camera, or a stream from a URL. Only the newest frame counts.

Drivers queue old frames, repeat the last one, or block for ever when the plug is pulled, and say that all is well. So
a thread of its own grabs without pause, and whoever waits for frames judges by the frames alone.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import numpy as np

from custody.errors import N_, CameraError
from language import _
from scanner.files import Video
from scanner.frames import PICTURES, Clock, Frame, FrameSource, Image, Tell
from scanner.opencv import cv2

WIDTH_PX, HEIGHT_PX = 1280, 720
STALL_MS = 3000.0
OPENING_MS = 10_000.0
"""Longest that opening again may take before it counts as blocked."""
ATTEMPTS = 5
FRAME_GAP_MS = 60.0
"""At most one frame in this time: reading more often only warms the laptop."""
_NAP_S = 0.05

_BACKENDS = {
    "win32": (cv2.CAP_MSMF, cv2.CAP_DSHOW),
    "darwin": (cv2.CAP_AVFOUNDATION,),
    "linux": (cv2.CAP_V4L2,),
}


class Capture(Protocol):
    """What a live source needs of OpenCV's VideoCapture."""

    def read(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


Connect = Callable[[], Capture | None]
"""Opens the camera or the stream; None when it does not open."""


class _Grabber(threading.Thread):
    """Reads one opening of the camera until it fails or is told to stop; `newest` is the last frame and its number."""

    def __init__(self, connect: Connect, capture: Capture | None, clock: Clock, news: threading.Condition) -> None:
        super().__init__(daemon=True, name="camera")  # daemon: a blocked driver must not keep the program alive
        self.newest: tuple[int, Image, float] | None = None
        self.is_over = False
        self.must_stop = False
        self._connect, self._capture, self._clock, self._news = connect, capture, clock, news

    def run(self) -> None:
        capture = self._capture or self._connect()
        number = 0
        while capture is not None and not self.must_stop:
            try:
                is_read, image = capture.read()
            except cv2.error:
                break
            if not is_read or image is None or not image.size:
                break
            number += 1
            with self._news:
                self.newest = (number, image, self._clock())
                self._news.notify_all()
        if capture is not None:
            capture.release()
        with self._news:
            self.is_over = True
            self._news.notify_all()


class Live:
    """The newest frames of something that runs by itself, opened again when it stops, a bounded number of times."""

    kind: Literal["live"] = "live"
    total: int | None = None

    def __init__(
        self,
        title: str,
        connect: Connect,
        capture: Capture,
        *,
        clock: Clock,
        tell: Tell,
        stall_ms: float = STALL_MS,
        attempts: int = ATTEMPTS,
        gap_ms: float = FRAME_GAP_MS,
    ) -> None:
        self.title = title
        self._connect = connect
        self._clock, self._tell = clock, tell
        self._stall_ms, self._attempts, self._gap_ms = stall_ms, attempts, gap_ms
        self._number = 0
        self._suspects_freeze = True
        self._news = threading.Condition()
        self._grabber = self._start(capture)

    def __iter__(self) -> Iterator[Frame]:
        """The newest frame, again and again.

        Raises:
            CameraError: no frame came, and opening again did not help.
        """
        failures = 0
        while True:
            began_ms = self._clock()
            for frame in self._until_it_stops(max(self._stall_ms, OPENING_MS if failures else 0.0)):
                yield frame
                if self._clock() - began_ms > self._stall_ms:
                    failures = 0  # it works again; one that only ever gives a first frame must not be tried for ever
            failures += 1
            self._open_again(failures)

    def _until_it_stops(self, patience_ms: float) -> Iterator[Frame]:
        """The newest frames of one opening, until none comes for too long; the first may take `patience_ms`."""
        last: Image | None = None
        seen, is_frozen = 0, False
        waiting_since_ms = self._clock()
        while (now_ms := self._clock()) - waiting_since_ms < patience_ms:
            newest = self._next(seen)
            if newest is None:
                if self._grabber.is_over:
                    break
                continue
            seen, image, at_ms = newest
            is_frozen = self._suspects_freeze and last is not None and _is_same(image, last)
            if is_frozen:
                continue
            last, patience_ms = image, self._stall_ms
            self._number += 1
            yield Frame(image, self.title, self._number, at_ms)
            self._rest(now_ms)
            waiting_since_ms = self._clock()
        # A driver that lost its camera may repeat the last picture. Opening again tells: if it still shows the same,
        # nothing moves before the lens, and it must not be suspected a second time.
        self._suspects_freeze = self._suspects_freeze and not is_frozen

    def close(self) -> None:
        """Let go of the camera; a driver that blocks is left behind."""
        self._grabber.must_stop = True
        self._grabber.join(timeout=1.0)

    def _start(self, capture: Capture | None = None) -> _Grabber:
        grabber = _Grabber(self._connect, capture, self._clock, self._news)
        grabber.start()
        return grabber

    def _next(self, seen: int) -> tuple[int, Image, float] | None:
        """The newest frame if it is newer than `seen`; waits a moment for it, and no longer, so Ctrl-C is heard."""
        with self._news:
            newest = self._grabber.newest
            if (newest is None or newest[0] == seen) and not self._grabber.is_over:
                self._news.wait(_NAP_S)
                newest = self._grabber.newest
        return newest if newest is not None and newest[0] != seen else None

    def _rest(self, since_ms: float) -> None:
        left_ms = self._gap_ms - (self._clock() - since_ms)
        if left_ms > 0:
            threading.Event().wait(left_ms / 1000.0)

    def _open_again(self, failures: int) -> None:
        self.close()
        if failures > self._attempts:
            raise CameraError(
                N_("{source} stopped and did not come back"),
                hint=N_("What was scanned is kept. Check the plug or the network, then start again."),
                source=self.title,
            )
        self._tell(
            _("{source} gives no pictures; opening it again ({attempt} of {attempts})").format(
                source=self.title, attempt=failures, attempts=self._attempts
            )
        )
        if failures > 1:
            threading.Event().wait(self._stall_ms / 1000.0)
        self._grabber = self._start()


def _is_same(one: Image, other: Image) -> bool:
    """Whether two frames are bit for bit the same where looked at; a real sensor's noise never repeats."""
    return bool(np.array_equal(one[::16, ::16], other[::16, ::16]))


@contextmanager
def open_camera(number: int, *, clock: Clock, tell: Tell) -> Iterator[FrameSource]:
    """Open a camera by its number, 0 the first.

    Raises:
        CameraError: it is not there, another program has it, or the system does not allow it.
    """

    def connect() -> Capture | None:
        wanted = [
            *(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw pictures of this size choke USB 2
            *(cv2.CAP_PROP_FRAME_WIDTH, WIDTH_PX, cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT_PX),
        ]
        for backend in _BACKENDS.get(sys.platform, (cv2.CAP_ANY,)):
            for parameters in (wanted, []):  # a camera that refuses a wish is opened without wishes
                capture = cv2.VideoCapture(number, backend, parameters)
                if capture.isOpened():
                    return capture
        return None

    capture = connect()  # in the main thread: macOS asks for permission only there
    if capture is None:
        raise CameraError(
            N_("Camera {number} does not open: it is missing, another program uses it, or it is not allowed"),
            hint=N_(
                "Close other programs that use the camera, check the plug and the privacy settings, or try {other}."
            ),
            number=number,
            other=number + 1 if number == 0 else 0,
        )
    title = _("camera {number}").format(number=number)
    with closing(Live(title, connect, capture, clock=clock, tell=tell)) as live:
        yield live


@contextmanager
def open_url(url: str, *, clock: Clock, tell: Tell) -> Iterator[FrameSource]:
    """Open a stream, or a video or picture on a server. What has an end is read from its beginning, frame by frame.

    Raises:
        CameraError: nothing answers there, or what answers is no video.
    """
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(STALL_MS)]

    def connect() -> Capture | None:
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeouts)
        return capture if capture.isOpened() else None

    title = _without_password(url)
    capture: Any = connect()
    if capture is None:
        raise CameraError(
            N_("{url} does not answer, or what it gives is no video"),
            hint=N_("Check the address and the network; open it in a browser to see whether it answers."),
            url=title,
        )
    is_picture = PurePosixPath(urlsplit(url).path).suffix.lower() in PICTURES
    if is_picture or capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
        try:
            yield Video(title, capture, kind="still" if is_picture else "video")
        finally:
            capture.release()
    else:
        with closing(Live(title, connect, capture, clock=clock, tell=tell)) as live:
            yield live


def _without_password(url: str) -> str:
    """The URL as it may be shown: without a user's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
