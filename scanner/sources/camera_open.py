"""Opening one camera on any system, the same one again after it was unplugged, and why it does not open.

What differs between systems is in `Machine`, which is passed in, so that all of them can be tried on any.
"""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from custody.errors import N_, CameraError
from language import _
from language.text import number
from scanner.sources.camera_list import Camera, find_camera, in_words, list_cameras

SIZES_PX = ((1920, 1080), (1280, 720))
"""What is asked for, the best first."""
_RAW = frozenset({"YUYV", "YUY2", "UYVY", "NV12", "RGB3", "BGR3"})
"""Formats without compression: of more than 720 lines, USB 2 carries some five pictures a second of them."""


class Device(Protocol):
    """What opening a camera needs of OpenCV's VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802 -- OpenCV's name
    def get(self, what: int) -> float: ...
    def set(self, what: int, value: float) -> bool: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


def refusal_of(path: Path) -> int:
    """The error number with which the system refuses the device; 0 when it does not."""
    try:
        os.close(os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0)))
    except OSError as error:
        return error.errno or 0
    return 0


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer's cameras: its system, how one is opened (number, backend, parameters), and which there are.

    `dev` and `proc` are Linux's folders of devices and of processes; `refusal` says how a device there refuses.
    """

    platform: str
    open: Callable[[int, int, Sequence[int]], Device]
    cameras: Callable[[int], Sequence[Camera]]
    dev: Path = Path("/dev")
    proc: Path = Path("/proc")
    refusal: Callable[[Path], int] = refusal_of

    @property
    def backends(self) -> tuple[int, ...]:
        """OpenCV's backends in the order in which they are tried."""
        import cv2

        match self.platform:
            case "win32":
                return cv2.CAP_MSMF, cv2.CAP_DSHOW
            case "darwin":
                return (cv2.CAP_AVFOUNDATION,)
            case "linux":
                return (cv2.CAP_V4L2,)
            case _:
                return (cv2.CAP_ANY,)

    def listed(self) -> Sequence[Camera]:
        """The cameras that the first backend sees."""
        return self.cameras(self.backends[0])


def this_machine() -> Machine:
    """The computer that this runs on."""
    import cv2

    return Machine(sys.platform, cv2.VideoCapture, list_cameras)


class Opening:
    """One camera that a user named; calling it opens the camera, wherever its number has moved meanwhile."""

    def __init__(self, spec: str, machine: Machine) -> None:
        """Find the camera.

        Raises:
            InputError: the name fits several cameras.
            CameraError: it fits none.
        """
        self._machine = machine
        cameras = machine.listed()
        found = find_camera(spec, cameras)
        if found is None:
            raise CameraError(
                N_("No camera is called {name}. There are: {cameras}"),
                hint=N_("Give a number or a part of a name."),
                name=spec,
                cameras=in_words(cameras) or "-",
            )
        self._camera = found

    @property
    def title(self) -> str:
        """The camera in words: camera 0 (Logitech C920)."""
        number, name = self._camera.number, self._camera.name
        if not name:
            return _("camera {number}").format(number=number)
        return _("camera {number} ({name})").format(number=number, name=name)

    def __call__(self) -> Device | None:
        """Open it with the best picture that it gives fast; None when it does not open."""
        for backend in self._machine.backends:
            number = self._number_at(backend)
            if number is not None and (device := self._open(number, backend)) is not None:
                return device
        return None

    def trouble(self) -> CameraError:
        """Why it does not open, and what to do."""
        return why_not(self._camera, self._machine)

    def _number_at(self, backend: int) -> int | None:
        """Its number now: its old one if it still has its name, else that of another camera of this name."""
        cameras = self._machine.cameras(backend)
        if not self._camera.name or not cameras:
            return self._camera.number
        same = [camera.number for camera in cameras if camera.name == self._camera.name]
        return self._camera.number if self._camera.number in same else next(iter(same), None)

    def _open(self, number: int, backend: int) -> Device | None:
        """Open it with what is wished for; a camera that refuses every wish is opened without."""
        import cv2

        for width, height in SIZES_PX:
            wishes = [
                *(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
                *(cv2.CAP_PROP_FRAME_WIDTH, width, cv2.CAP_PROP_FRAME_HEIGHT, height),
            ]
            device = self._machine.open(number, backend, wishes)
            is_slow = device.isOpened() and _format(device) in _RAW and device.get(cv2.CAP_PROP_FRAME_HEIGHT) > 720
            if device.isOpened() and not is_slow:
                if backend == cv2.CAP_V4L2 and _format(device) == "MJPG":
                    device.set(cv2.CAP_PROP_CONVERT_RGB, 0)  # as packed: a live source unpacks what is looked at
                return device
            device.release()
        device = self._machine.open(number, backend, [])
        return device if device.isOpened() else None


def given(device: Device) -> str:
    """What a camera really gives, in words: 1920 x 1080, MJPG, 30 pictures a second."""
    import cv2

    width, height = (int(device.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    fps = device.get(cv2.CAP_PROP_FPS)
    parts = [f"{width} x {height}", _format(device)]
    if 1 <= fps <= 1000:
        parts.append(_("{count} pictures a second").format(count=number(round(fps))))
    return ", ".join(part for part in parts if part)


def _format(device: Device) -> str:
    """Return the four letters of the picture format; empty where the backend does not give them."""
    import cv2

    code = int(device.get(cv2.CAP_PROP_FOURCC))
    letters = code.to_bytes(4, "little") if 0 < code < 1 << 32 else b""
    return letters.decode("ascii").strip() if letters.isalnum() else ""


def why_not(camera: Camera, machine: Machine) -> CameraError:
    """Return why a camera does not open, as far as the system shows, and what to do."""
    number = camera.number
    others = [other for other in machine.listed() if other.number != number]
    if machine.platform.startswith("linux"):
        path = machine.dev / f"video{number}"
        refused = machine.refusal(path)
        holder = _holder(path, machine.proc)
        if refused in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
            return _not_there(number, others)
        if refused in (errno.EACCES, errno.EPERM):
            return CameraError(
                N_("Camera {number} may not be used by this user: {path} is for the group video"),
                hint=N_("Run: sudo usermod -aG video $USER - then log out and in again."),
                number=number,
                path=str(path),
            )
        if holder or refused == errno.EBUSY:
            return CameraError(
                N_("Camera {number} is busy: {program} uses it"),
                hint=N_("Close {program}, then start again. Or type the codes: --source -"),
                number=number,
                program=holder or _("another program"),
            )
    elif others and not camera.name:  # the list is there, and this number is not in it
        return _not_there(number, others)
    return CameraError(
        N_("Camera {number} does not open: another program uses it, or it is not allowed"),
        hint=_PRIVACY.get(machine.platform, N_("Close other programs that use the camera, and pull its plug once.")),
        number=number,
    )


_PRIVACY = {
    "win32": N_(
        "Close Zoom, Teams and the browser. Then look at Settings > Privacy > Camera: apps must be allowed to use it."
    ),
    "darwin": N_(
        "Close Zoom, Teams and the browser. Then look at System Settings > Privacy & Security > Camera: "
        "the terminal must be allowed to use it."
    ),
}


def _not_there(number: int, others: Sequence[Camera]) -> CameraError:
    if not others:
        return CameraError(
            N_("Camera {number} is not there; no camera is"),
            hint=N_("Plug one in and start again, or type the codes: --source -"),
            number=number,
        )
    return CameraError(
        N_("Camera {number} is not there. There are: {cameras}"),
        hint=N_("Check the plug, or take another one: --source {other}"),
        number=number,
        cameras=in_words(others),
        other=others[0].number,
    )


def _holder(path: Path, proc: Path) -> str:
    """Return the other program that has the device open; empty where none is known.

    Linux lets several programs open a camera and refuses the second one that wants pictures, so opening proves nothing.
    """
    for link in proc.glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == path and link.parts[-3] != str(os.getpid()):
                return (link.parent.parent / "comm").read_text("utf-8", "replace").strip()
        except OSError:  # another user's, or gone just now
            continue
    return ""
