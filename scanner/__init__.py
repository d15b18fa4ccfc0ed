"""Reading labels: frames from anywhere, the texts in them, and the session that takes each label once.

Knows pictures and codes; knows nothing of the database, which the caller hands to the session as a `Desk`.
"""

import os

# OpenCV listens to these only as it is imported; whoever imports it has this package before.
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
