"""Decodes a video in a child process (`tables.sandbox.child_process`), as frames for `scanner.sources.files`."""

import time
from pathlib import Path
from typing import Any

import cv2

from tables.sandbox.child_process import Send, limited

_MOST_FRAME_PX = 12_500_000
"""Half more than 4K; a frame that claims to be larger would take all memory for it."""
_CPU_S, _CPU_S_PER_BYTE = 2.0, 12e-6
"""The processor's time for all frames: what changes takes far less for its bytes, a scene in which nothing moves half
of it."""
cv2.setNumThreads(1)  # each thread takes 64 MB of the address space that is limited


def frames(told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Send how many frames the video at `path` says it has, and how many a second; then each, in grey, as nobody needs
    the rest and it is twice as much, with the processor's time that it took. Or what is wrong with it.
    """
    size = Path(told["path"]).stat().st_size
    step = limited(size, _CPU_S + _CPU_S_PER_BYTE * size)
    capture = cv2.VideoCapture(told["path"], cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    if not capture.isOpened():
        send(fault="damaged")
        return
    if capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT) > _MOST_FRAME_PX:
        send(fault="large")
        return
    send(count=capture.get(cv2.CAP_PROP_FRAME_COUNT), fps=capture.get(cv2.CAP_PROP_FPS))
    while True:
        step()
        began_s = time.process_time()
        try:
            is_read, image = capture.read()
        except cv2.error:
            return
        if not is_read:
            return
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        send(gray, height=gray.shape[0], width=gray.shape[1], decoding_s=time.process_time() - began_s)
