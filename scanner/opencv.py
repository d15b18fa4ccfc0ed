"""OpenCV as Serah uses it: told what it only listens to before it is imported. Import `cv2` from here, late."""

import os

for _name, _value in {
    # Without this, Windows' Media Foundation takes up to 20 s to open a camera (opencv #17687).
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",
    # A picture that claims more pixels than any camera has is an attack on the memory.
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(200_000_000),
    # What is wrong with a file or a camera is said once, by our own error, not by the libraries on stderr.
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
}.items():
    os.environ.setdefault(_name, _value)

import cv2  # noqa: E402

__all__ = ["cv2"]
