"""Cameras and addresses on a network as sources of frames."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import cv2

from custody.errors import N_, CameraError
from language import _
from scanner.aim.camera_settings import Settings, Tuned
from scanner.sources.camera_open import Machine, Opening, given, this_machine
from scanner.sources.files import Video
from scanner.sources.frames import PICTURES, Clock, FrameSource, Notify
from scanner.sources.live_source import ATTEMPTS, STALL_MS, Capture, Live


@contextmanager
def open_camera(
    spec: str,
    *,
    clock: Clock,
    notify: Notify,
    patient: bool = False,
    machine: Machine | None = None,
    on_settings: Callable[[Settings], None] | None = None,
) -> Iterator[FrameSource]:
    """Open a camera by its number, 0 the first, or by its name or a part of it; its format is reported.

    Args:
        patient: when it stops, go on opening it as long as frames are asked for.
        machine: the computer whose camera it is; None: this one.
        on_settings: told what was measured and chosen; None: `notify` is, where anything was changed.

    Raises:
        InputError: several cameras are called so.
        CameraError: it is not there, another program has it, or the system does not allow it.
    """
    opening = Opening(spec, machine or this_machine())
    tuning: list[Tuned] = []

    def connect() -> Tuned | None:
        device = opening()
        if device is None:
            return None
        tuning[:] = [Tuned(device, clock=clock)]
        return tuning[0]

    def look_up() -> None:
        if tuning and (settings := tuning[0].settings) is not None:
            tuning.clear()
            if on_settings is not None:
                on_settings(settings)
            elif settings.chosen:
                notify(_("{source}: {given}").format(source=opening.title, given=settings.in_words()))

    device = opening()  # in the main thread: macOS asks for permission only there
    if device is None:
        raise opening.trouble()
    notify(_("{source}: {given}").format(source=opening.title, given=given(device)))
    attempts = None if patient else ATTEMPTS
    tuning.append(Tuned(device, clock=clock))
    with closing(
        Live(opening.title, connect, tuning[0], clock=clock, notify=notify, attempts=attempts, look_up=look_up)
    ) as live:
        yield live


@contextmanager
def open_url(url: str, *, clock: Clock, notify: Notify, patient: bool = False) -> Iterator[FrameSource]:
    """Open a stream, or a video or picture on a server. What has an end is read from its beginning, frame by frame.

    Args:
        patient: when a stream stops, go on opening it for as long as somebody waits.

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
        attempts = None if patient else ATTEMPTS
        with closing(Live(title, connect, capture, clock=clock, notify=notify, attempts=attempts)) as live:
            yield live


def _without_password(url: str) -> str:
    """The URL as it may be shown: without a user's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
