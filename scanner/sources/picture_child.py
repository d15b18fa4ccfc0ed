"""Reads pictures in a child process (`tables.sandbox.child_process`): as frames for `scanner.sources.files`, as what
is kept for `scanner.sources.photo`.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from scanner.sources.frames import Image
from scanner.sources.photo import photo_of
from tables.sandbox.child_process import Send, limited

_LEAST_PX, _PX_PER_BYTE = 12_500_000, 8
"""How large a picture is given back, for the file's bytes: a photograph has a byte for two pixels at the least. What is
larger, like a plain page at 600 dpi, is made smaller."""
_CPU_S, _CPU_S_PER_BYTE = 1.2, 1.5e-6
"""The processor's time for one picture: 12 million pixels of a photograph take 0.2 s."""
_NO_MEMORY = -4
cv2.setNumThreads(1)  # each thread takes 64 MB of the address space that is limited


def pictures(told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Send each of the pictures at `paths`, blue, green, red; or what is wrong with it."""
    for name in told["paths"]:
        _send_picture(Path(name), send)


def _send_picture(path: Path, send: Send) -> None:
    try:
        size = path.stat().st_size
        step = limited(size, _CPU_S + _CPU_S_PER_BYTE * size)
        data = np.fromfile(path, np.uint8)  # not cv2.imread: on Windows it cannot open names beyond ASCII
    except OSError as error:
        send(fault="system", reason=error.strerror or str(error))
        return
    step()
    image = decoded(data)
    if image is None:
        send(fault="damaged" if data.size else "empty")
    else:
        send(image, height=image.shape[0], width=image.shape[1])


def photo(_told: dict[str, Any], send: Send, payload: bytes) -> None:
    """Send the photograph in a file's bytes as it is kept; or that it is none."""

    limited(len(payload))
    image = decoded(np.frombuffer(payload, np.uint8))
    if image is None:
        send(fault="damaged")
    else:
        send(photo_of(image))


def decoded(data: np.ndarray) -> Image | None:
    """The picture in a file's bytes, no larger than they can honestly hold; None where there is none.

    Raises:
        MemoryError: it claims to be larger than memory allows.
    """
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error as error:
        if error.code == _NO_MEMORY or "MAX_IMAGE" in str(error):
            raise MemoryError from error
        return None
    if image is None or not image.size:
        return None
    most_px = _LEAST_PX + _PX_PER_BYTE * data.size
    scale = (most_px / (image.shape[0] * image.shape[1])) ** 0.5
    if scale < 1:
        height, width = (max(1, int(side * scale)) for side in image.shape[:2])
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return image.astype(np.uint8, copy=False)
