"""Frames through one interface: a camera, a video, pictures, a folder, a PDF or a URL.

Live sources give the newest frame and drop what nobody had time for; files give every frame, in order.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from custody.errors import N_, InputError

if TYPE_CHECKING:
    from scanner.effort import Effort

Image = NDArray[np.uint8]
"""Grey (height, width) or blue-green-red (height, width, 3), 8 bits."""

Clock = Callable[[], float]
"""Milliseconds from an arbitrary beginning, never going back."""

Tell = Callable[[str], None]
"""Takes a line for the user that is no error: a picture left out, a camera opened again."""

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
VIDEOS = frozenset({".mp4", ".m4v", ".avi", ".mkv", ".mov", ".webm"})
SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})
PDF_DPI = 150


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: where it came from, its number there from 1, and when it was seen.

    `at_ms` follows the video's own time in a video and the clock elsewhere, so that how long a label was in view does
    not depend on how fast it was read.

    A blank frame has no pixels. A live source gives one now and then while no picture comes, with the number of the
    last picture, so that who iterates can do other things meanwhile.

    `effort` is the file's whose looks are timed; None for cameras and videos.
    """

    image: Image
    source: str
    number: int
    at_ms: float
    effort: "Effort | None" = None

    @property
    def is_blank(self) -> bool:
        """Whether this is no picture, only a sign that none has come."""
        return not self.image.size


class FrameSource(Protocol):
    """An open source of frames; iterating over it gives them, once.

    `kind` is `live` (only the newest frame counts), `video` (every frame, neighbours alike) or `still` (each picture
    stands alone). `total` is the number of frames where it is known, for a progress bar.
    """

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> Literal["live", "video", "still"]: ...
    @property
    def total(self) -> int | None: ...
    def __iter__(self) -> Iterator[Frame]: ...


def monotonic_ms() -> float:
    """The clock of a real session."""
    return time.monotonic() * 1000.0


def ignore(_line: str) -> None:
    """Tell nobody."""


def open_source(
    spec: str, *, clock: Clock = monotonic_ms, tell: Tell = ignore, dpi: int = PDF_DPI, patient: bool = False
) -> AbstractContextManager[FrameSource]:
    """Open what `spec` names: a camera's number or name, a file, a folder or a URL.

    Digits alone are always a camera; a file goes before a camera of the same name.

    Args:
        tell: is told what the user should know while frames come.
        dpi: how finely the pages of a PDF are rasterised.
        patient: a camera or stream that stops is opened again for as long as somebody waits, not a few times only.

    Raises:
        InputError: the file or folder is missing, empty, broken, or of a kind that holds no frames; or the name fits
            several cameras. A fault inside a file is raised when iteration comes to it.
        CameraError: the camera or the URL does not open; while iterating, it stopped and did not come back.
    """
    from scanner.camera_list import is_number

    if is_number(spec) or _is_url(spec):
        from scanner import camera

        if is_number(spec):
            return camera.open_camera(spec, clock=clock, tell=tell, patient=patient)
        return camera.open_url(spec, clock=clock, tell=tell, patient=patient)
    from scanner import files

    path = Path(spec)
    if path.is_dir():
        return files.open_folder(path, clock=clock, tell=tell)
    if not path.is_file():
        from scanner.camera_list import find_camera
        from scanner.camera_open import this_machine

        if find_camera(spec, this_machine().listed()) is not None:
            from scanner import camera

            return camera.open_camera(spec, clock=clock, tell=tell, patient=patient)
        raise InputError(
            N_("There is no file, folder or camera {path}"),
            hint=N_("Give a camera's number (0 is the first) or name, a video, a picture, a folder, a PDF or a URL."),
            path=spec,
        )
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from scanner import pages

        return pages.open_pdf(path, clock=clock, dpi=dpi, tell=tell)
    if suffix in VIDEOS:
        return files.open_video(path)
    if suffix in PICTURES:
        return files.open_pictures(path.name, [path], clock=clock, tell_short=tell)
    raise InputError(
        N_("{path} is no kind of file that holds frames"),
        hint=N_("Pictures: {pictures}. Videos: {videos}. Pages: .pdf."),
        path=spec,
        pictures=" ".join(sorted(PICTURES)),
        videos=" ".join(sorted(VIDEOS)),
    )


def _is_url(spec: str) -> bool:
    """Whether this is an address on a network; `C:` is a drive, and what cannot be parsed is a file nobody has."""
    try:
        return urlsplit(spec).scheme.lower() in SCHEMES
    except ValueError:
        return False
