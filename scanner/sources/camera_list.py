"""Which cameras this computer has, by name. Numbers move when a camera is plugged in again; names stay."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, InputError
from language.text import printable

SYSFS = Path("/sys/class/video4linux")


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera: its number, as OpenCV's backend counts, and its name; empty where the system does not give it."""

    number: int
    name: str = ""


def list_cameras(backend: int, *, platform: str = sys.platform, sysfs: Path = SYSFS) -> list[Camera]:
    """Return the cameras that a backend of OpenCV sees, by number; none where the system does not list them."""
    if platform.startswith("linux"):
        return _linux(sysfs)
    found = []
    with suppress(ImportError, OSError, RuntimeError, NotImplementedError):  # a list is a help, never a need
        from cv2_enumerate_cameras import enumerate_cameras

        found = [Camera(int(one.index), printable(str(one.name))) for one in enumerate_cameras(backend)]
    return sorted(found, key=lambda camera: camera.number)


def find_camera(spec: str, cameras: Sequence[Camera]) -> Camera | None:
    """The camera that `spec` names: by number, by its whole name, or by a part of its name; capitals do not count.

    A number counts even where it is not listed, since lists may be wrong. None: no camera has such a name. Two
    cameras of one model have one name; the first of them is taken.

    Raises:
        InputError: cameras of several names have this part in common.
    """
    if is_number(spec):
        return next((camera for camera in cameras if camera.number == int(spec)), Camera(int(spec)))
    wanted = spec.strip().casefold()
    whole = [camera for camera in cameras if camera.name.casefold() == wanted]
    found = whole or [camera for camera in cameras if wanted and wanted in camera.name.casefold()]
    if len({camera.name for camera in found}) > 1:
        raise InputError(
            N_("Several cameras are called {name}: {cameras}"),
            hint=N_("Give more of the name, or the number."),
            name=spec,
            cameras=in_words(found),
        )
    return found[0] if found else None


def is_number(spec: str) -> bool:
    """Whether a source is a camera's number: digits alone always are."""
    return spec.isascii() and spec.isdigit() and len(spec) < 10


def in_words(cameras: Sequence[Camera]) -> str:
    """Cameras in one line: 0 Integrated Camera, 2 Logitech C920."""
    return ", ".join(f"{camera.number} {camera.name}".strip() for camera in cameras)


def _linux(sysfs: Path) -> list[Camera]:
    """The nodes that give pictures: a camera's other nodes carry only data about them, and have a higher index."""
    found = []
    for folder in sysfs.glob("video*"):
        digits = folder.name.removeprefix("video")
        try:
            if is_number(digits) and int(_line(folder / "index")) == 0:
                found.append(Camera(int(digits), printable(_line(folder / "name"))))
        except (OSError, ValueError):  # unplugged just now
            continue
    return sorted(found, key=lambda camera: camera.number)


def _line(path: Path) -> str:
    return path.read_text("utf-8", "replace").strip()
