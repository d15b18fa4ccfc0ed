"""Photographs of goods as they are kept: upright, small enough, and without metadata on who took them and where."""

from contextlib import suppress
from pathlib import Path

from custody.errors import N_, InputError, unreadable
from scanner.sources.frames import Image, Notify, ignore
from tables.sandbox.child_process import OverLimitError, bounded

MAX_FILE_BYTES = 40 * 1024 * 1024
"""More than a phone's largest picture; what is larger is no photograph."""
LONGEST_SIDE_PX = 1600
MAX_PHOTO_BYTES = 500 * 1024
"""What is kept is no larger: a thousand photographs are half a gigabyte at most."""
_QUALITIES = (88, 80, 70, 55, 40, 25)
"""Of JPEG, until it fits; the last one fits whatever the picture shows."""
_SETTLING_FRAMES = 8
"""A camera sets its exposure by its first frames."""


def clean_photo(data: bytes) -> bytes:
    """Return a photograph as it is kept, from the bytes of any picture file: JPEG, at most `MAX_PHOTO_BYTES`.

    Its pixels are drawn again, upright as its file says, so that nothing else of the file is kept: no place, no name,
    no thumbnail. The same bytes give the same photograph.

    Raises:
        InputError: it is no picture, or far too large.
    """
    if 0 < len(data) <= MAX_FILE_BYTES:
        with bounded("scanner.sources.picture_child:photo", len(data), {}, data) as pieces, suppress(OverLimitError):
            head, photo = next(pieces)
            if "fault" not in head:
                return bytes(photo)
    raise InputError(
        N_("the photograph is no picture that can be read, or larger than {limit} MiB"),
        hint=N_("Take it again as JPEG or PNG. An iPhone's HEIC: Settings, Camera, Formats, Most Compatible."),
        limit=MAX_FILE_BYTES // 1024**2,
    )


def photo_of(image: Image) -> bytes:
    """A picture (grey, or blue-green-red) as the JPEG that is kept of it."""
    import cv2
    import numpy as np

    scale = LONGEST_SIDE_PX / max(image.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in image.shape[:2])
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    data = b""
    for quality in _QUALITIES:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(data) <= MAX_PHOTO_BYTES:
            break
    return data


def read_photo(path: Path) -> bytes:
    """The photograph in a file, as it is kept.

    Raises:
        InputError: the file cannot be read, or holds no picture.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    return clean_photo(data)


def take_photo(source: str, notify: Notify = ignore) -> bytes:
    """What a camera (or any source of frames) shows now, as it is kept; of a file the first picture.

    Raises:
        CameraError, InputError: it does not open or gives no picture.
    """
    from scanner.sources.open_source import open_source  # with OpenCV, which a photograph in a file does not need here

    with open_source(source, notify=notify) as frames:
        newest: Image | None = None
        seen = 0
        for frame in frames:
            if frame.is_blank:
                continue
            newest, seen = frame.colour, seen + 1
            if frames.kind != "live" or seen >= _SETTLING_FRAMES:
                break
    if newest is None:
        raise InputError(N_("{source} gave no picture"), hint=N_("Give the photograph as a file."), source=source)
    return photo_of(newest)
