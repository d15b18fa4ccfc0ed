"""Frames of a live source: a camera, or a stream from a URL. Only the newest frame counts.

Drivers queue old frames, repeat the last one, or block for ever when the plug is pulled, and report no error. So a
thread of its own grabs without pause, and only the frames show whether the source works.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from custody.errors import N_, CameraError
from language import _
from scanner.sources.frames import Clock, Frame, Image, Notify, Packed

STALL_MS = 3000.0
OPENING_MS = 10_000.0
"""Longest that opening again may take before it counts as blocked."""
ATTEMPTS = 5
FRAME_GAP_MS = 60.0
"""At most one frame in this time: reading more often only warms the laptop."""
BLANK_GAP_MS = 150.0
"""While no frame comes, a blank one in this time."""
_LETTING_GO_MS = 1000.0
_NAP_S = 0.05
_LIVELY_FRAMES = 30
"""So many frames in a row that all differ come from a sensor; if it stands still after them, it is suspected again."""
_NOTHING: Image = np.zeros((0, 0, 3), np.uint8)


_EARLY_MS = 10.0
"""A frame that comes so much before its time is taken: the next one would come later by more."""
_JPEG = bytes((0xFF, 0xD8))


class Capture(Protocol):
    """What a live source needs of OpenCV's VideoCapture: to take the next picture, and to have the one taken."""

    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


Connect = Callable[[], Capture | None]
"""Opens the camera or the stream; None when it does not open."""


def _nothing() -> None:
    """Do nothing."""


class _Grabber(threading.Thread):
    """Takes an open camera's pictures until it fails or is stopped; `newest` is the last that was had, its number and
    when it came. Only from `wanted_ms` on they are had, since it costs far more than to take them.
    """

    def __init__(self, connect: Connect, capture: Capture | None, clock: Clock, news: threading.Condition) -> None:
        super().__init__(daemon=True, name="camera")  # daemon: a blocked driver must not keep the program alive
        self.newest: tuple[int, Image | Packed, float] | None = None
        self.wanted_ms = float("-inf")
        self.is_over = False
        self.must_stop = False
        self._connect, self._capture, self._clock, self._news = connect, capture, clock, news

    def run(self) -> None:
        try:
            self._grab()
        finally:
            with self._news:
                self.is_over = True
                self._news.notify_all()

    def _grab(self) -> None:
        capture = self._capture or self._connect()
        number = 0
        while capture is not None and not self.must_stop:
            try:
                if not capture.grab():
                    break
                at_ms = self._clock()
                if at_ms < self.wanted_ms:
                    continue
                is_read, image = capture.retrieve()
            except cv2.error:
                break
            if not is_read or image is None or not image.size:
                break
            number += 1
            with self._news:
                self.newest = (number, as_given(image), at_ms)
                self._news.notify_all()
        if capture is not None:
            capture.release()


class Live:
    """The newest frames of a live source, which is opened again when it stops.

    While none comes, because a camera is slow or is being opened again, blank frames are given, so that the caller is
    never blocked and can read the keyboard meanwhile.
    """

    kind: Literal["live"] = "live"
    total: int | None = None

    def __init__(
        self,
        title: str,
        connect: Connect,
        capture: Capture,
        *,
        clock: Clock,
        notify: Notify,
        stall_ms: float = STALL_MS,
        attempts: int | None = ATTEMPTS,
        gap_ms: float = FRAME_GAP_MS,
        look_up: Callable[[], None] = _nothing,
    ) -> None:
        """Start to grab frames.

        Args:
            connect: opens it again; called in a thread of its own.
            stall_ms: how long no changed frame may come before it counts as stopped.
            attempts: how often to open it again without success before giving up; None: never give up.
            look_up: called now and then, in the thread that takes the frames.
        """
        self.title = title
        self._connect = connect
        self._clock, self._notify = clock, notify
        self._stall_ms, self._attempts, self._gap_ms = stall_ms, attempts, gap_ms
        self._number, self._look_up = 0, look_up
        self._suspects_freeze = True
        self._news = threading.Condition()
        self._grabber = self._start(capture)

    def __iter__(self) -> Iterator[Frame]:
        """The newest frame, again and again, and blank ones while there is none.

        Raises:
            CameraError: no frame came, and opening again did not help.
        """
        failures = 0
        while True:
            began_ms = self._clock()
            for frame in self._until_it_stops(max(self._stall_ms, OPENING_MS if failures else 0.0)):
                if failures and not frame.is_blank and self._clock() - began_ms > self._stall_ms:
                    failures = 0  # only now: one that only ever gives a first frame must not be tried for ever
                    self._notify(_("{source} works again").format(source=self.title))
                yield frame
            failures += 1
            yield from self._open_again(failures)

    def _until_it_stops(self, patience_ms: float) -> Iterator[Frame]:
        """The newest frames of one opening, until none comes for too long; the first may take `patience_ms`."""
        last: Image | Packed | None = None
        seen, changes, is_frozen = 0, 0, False
        waiting_since_ms = given_ms = self._clock()
        while (now_ms := self._clock()) - waiting_since_ms < patience_ms:
            if now_ms - given_ms >= BLANK_GAP_MS:
                given_ms = now_ms
                yield self._blank()
            newest = self._next(seen)
            if newest is None:
                if self._grabber.is_over:
                    break
                continue
            seen, image, at_ms = newest
            self._grabber.wanted_ms = now_ms + self._gap_ms - _EARLY_MS
            is_same = last is not None and _is_same(image, last)
            changes = 0 if is_same else changes + 1
            self._suspects_freeze = self._suspects_freeze or changes > _LIVELY_FRAMES
            is_frozen = self._suspects_freeze and is_same
            if is_frozen:
                continue
            last, patience_ms = image, self._stall_ms
            self._number += 1
            self._look_up()
            yield Frame(image, self.title, self._number, at_ms)
            self._rest(now_ms)
            waiting_since_ms = given_ms = self._clock()
        # A driver that lost its camera may repeat the last picture. Opening again tells: if it still shows the same,
        # nothing moves before the lens, and it must not be suspected a second time.
        self._suspects_freeze = self._suspects_freeze and not is_frozen

    def close(self) -> None:
        """Let go of the camera; a driver that blocks is left behind."""
        self._grabber.must_stop = True
        self._grabber.join(timeout=_LETTING_GO_MS / 1000.0)

    def _start(self, capture: Capture | None = None) -> _Grabber:
        grabber = _Grabber(self._connect, capture, self._clock, self._news)
        grabber.start()
        return grabber

    def _next(self, seen: int) -> tuple[int, Image | Packed, float] | None:
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

    def _open_again(self, failures: int) -> Iterator[Frame]:
        """Close the camera and open it again, with blank frames meanwhile."""
        self._grabber.must_stop = True
        yield from self._blanks_for(_LETTING_GO_MS, lambda: self._grabber.is_over)
        if self._attempts is not None and failures > self._attempts:
            raise CameraError(
                N_("{source} stopped and did not come back"),
                hint=N_("What was scanned is kept. Check the plug or the network, then start again."),
                source=self.title,
            )
        self._tell_failure(failures)
        if failures > 1:
            yield from self._blanks_for(self._stall_ms, lambda: False)
        self._grabber = self._start()

    def _tell_failure(self, failures: int) -> None:
        if self._attempts is not None:
            words = _("{source} gives no pictures; opening it again ({attempt} of {attempts})")
            self._notify(words.format(source=self.title, attempt=failures, attempts=self._attempts))
        elif failures == 1:
            words = _("{source} gives no pictures: check its plug. Codes can be typed meanwhile.")
            self._notify(words.format(source=self.title))

    def _blanks_for(self, most_ms: float, is_over: Callable[[], bool]) -> Iterator[Frame]:
        """Blank frames until it is over, or for so long at most."""
        began_ms = self._clock()
        while not is_over() and self._clock() - began_ms < most_ms:
            yield self._blank()
            with self._news:
                self._news.wait(min(BLANK_GAP_MS, most_ms) / 1000.0)

    def _blank(self) -> Frame:
        return Frame(_NOTHING, self.title, self._number, self._clock())


def as_given(image: Image) -> Image | Packed:
    """A camera's picture, or its bytes as one row where nobody has unpacked them."""
    is_packed = image.shape[0] == 1 and image.reshape(-1)[: len(_JPEG)].tobytes() == _JPEG
    return Packed(image.reshape(-1)) if is_packed else image


def _is_same(one: Image | Packed, other: Image | Packed) -> bool:
    """Whether two frames are bit for bit the same where looked at; a real sensor's noise never repeats."""
    if isinstance(one, Packed) and isinstance(other, Packed):
        return bool(np.array_equal(one.data, other.data))
    if isinstance(one, Packed) or isinstance(other, Packed):
        return False
    return bool(np.array_equal(one[::16, ::16], other[::16, ::16]))
