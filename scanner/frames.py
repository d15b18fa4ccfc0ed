"""Frames through one interface: a camera, a video, pictures, a folder, a PDF or a URL.

Live sources give the newest frame and drop what nobody had time for; files give every frame, in order.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from custody.errors import N_, InputError

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
    """

    image: Image
    source: str
    number: int
    at_ms: float


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
    spec: str, *, clock: Clock = monotonic_ms, tell: Tell = ignore, dpi: int = PDF_DPI
) -> AbstractContextManager[FrameSource]:
    """Open what `spec` names: a camera number, a file, a folder or a URL. Digits alone are always a camera.

    Args:
        tell: is told what the user should know while frames come.
        dpi: how finely the pages of a PDF are rasterised.

    Raises:
        InputError: the file or folder is missing, empty, broken, or of a kind that holds no frames. A fault inside a
            file is raised when iteration comes to it.
        CameraError: the camera or the URL does not open; while iterating, it stopped and did not come back.
    """
    is_camera = spec.isascii() and spec.isdigit()
    if is_camera or _is_url(spec):
        from scanner import camera

        if is_camera:
            return camera.open_camera(int(spec), clock=clock, tell=tell)
        return camera.open_url(spec, clock=clock, tell=tell)
    from scanner import files

    path = Path(spec)
    if path.is_dir():
        return files.open_folder(path, clock=clock, tell=tell)
    if not path.is_file():
        raise InputError(
            N_("There is no file or folder {path}"),
            hint=N_("Give a camera number (0 is the first), a video, a picture, a folder, a PDF or a URL."),
            path=spec,
        )
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from scanner import pages

        return pages.open_pdf(path, clock=clock, dpi=dpi)
    if suffix in VIDEOS:
        return files.open_video(path)
    if suffix in PICTURES:
        return files.open_pictures(path.name, [path], clock=clock)
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
