"""Opening what a source names: a camera, a video, pictures, a folder, a PDF or a URL."""

from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

from custody.errors import N_, InputError
from scanner.sources import camera, files, pages
from scanner.sources.camera_list import find_camera, is_number
from scanner.sources.camera_open import this_machine
from scanner.sources.frames import PDF_DPI, PICTURES, Clock, FrameSource, Tell, ignore, monotonic_ms

VIDEOS = frozenset({".mp4", ".m4v", ".avi", ".mkv", ".mov", ".webm"})
SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})


def open_source(
    spec: str, *, clock: Clock = monotonic_ms, tell: Tell = ignore, dpi: int = PDF_DPI, patient: bool = False
) -> AbstractContextManager[FrameSource]:
    """Open what `spec` names: a camera's number or name, a file, a folder or a URL.

    Digits alone are always a camera; a file goes before a camera of the same name.

    Args:
        tell: called with a line that the user should see while frames come.
        dpi: how finely the pages of a PDF are rasterised.
        patient: a camera or stream that stops is opened again for as long as somebody waits, not a few times only.

    Raises:
        InputError: the file or folder is missing, empty, broken, or of a kind that holds no frames; or the name fits
            several cameras. A fault inside a file is raised when iteration comes to it.
        CameraError: the camera or the URL does not open; while iterating, it stopped and did not come back.
    """
    if is_number(spec) or _is_url(spec):
        if is_number(spec):
            return camera.open_camera(spec, clock=clock, tell=tell, patient=patient)
        return camera.open_url(spec, clock=clock, tell=tell, patient=patient)
    path = Path(spec)
    if path.is_dir():
        return files.open_folder(path, clock=clock, tell=tell)
    if not path.is_file():
        if find_camera(spec, this_machine().listed()) is not None:
            return camera.open_camera(spec, clock=clock, tell=tell, patient=patient)
        raise InputError(
            N_("There is no file, folder or camera {path}"),
            hint=N_("Give a camera's number (0 is the first) or name, a video, a picture, a folder, a PDF or a URL."),
            path=spec,
        )
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return pages.open_pdf(path, clock=clock, dpi=dpi, tell=tell)
    if suffix in VIDEOS:
        return files.open_video(path, tell)
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
    """Whether this is an address on a network; `C:` is a drive, and what cannot be parsed is no URL."""
    try:
        return urlsplit(spec).scheme.lower() in SCHEMES
    except ValueError:
        return False
