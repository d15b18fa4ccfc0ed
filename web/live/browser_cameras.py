"""Cameras of browsers: a phone or a second laptop sends pictures one by one, and is answered what was read in each."""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from custody.errors import N_, ConflictError, InputError
from scanner.outcomes import Mark
from scanner.reads import Read, hint_words
from scanner.sources.frames import Frame, monotonic_ms
from scanner.ui.feedback import Adviser
from web.live.sessions import Rooms
from web.live.shared_session import Scanning

MOST_EYES = 4
_IDLE_S = 15.0
_LARGEST_PX = 16_000_000


@dataclass
class _Eye:
    """One browser's camera: what reads it, and when it was last used. `lock` is held while a picture is read."""

    draft: str
    looker: Any
    adviser: Any
    stack: ExitStack
    last_s: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class Eyes:
    """The cameras of all browsers that scan at this station. Any thread may ask."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._eyes: dict[str, _Eye] = {}
        self._lock = threading.Lock()

    def see(self, draft: str, name: str, jpeg: bytes) -> dict[str, Any]:
        """Read one picture into a session; where each label is in it and what came of it, and what would help.

        Args:
            name: what the browser calls its camera; a camera's pictures come one after the other.

        Raises:
            InputError: it is no picture, or the session is gone.
            ConflictError: so many cameras read already, or the one before is still being read.
        """
        from scanner.decoding.looks import in_view

        image = _decoded(jpeg)
        eye = self._eye(draft, name)
        if not eye.lock.acquire(blocking=False):
            raise ConflictError(N_("the picture before is still being read"), hint=N_("Send one after the other."))
        try:
            at_ms = monotonic_ms()
            looks = eye.looker.look(image, at_ms)
            marks: dict[str, Mark | None] = {}
            is_paused = False
            for look in looks:
                seen = self._rooms.at(draft, lambda room, look=look: _seen(room, name, look.reads, look.at_ms))  # type: ignore[misc]
                is_paused, found = seen
                marks |= found
            reads = in_view(looks)
            advice = eye.adviser.see(Frame(image, name, 0, at_ms), reads, eye.looker.unread)
            hinted = [(hint.corners, None, hint_words(hint.hint)) for hint in eye.adviser.unread]
            labels = [(read.corners, marks.get(read.text), "") for read in reads] + hinted
            return {
                "width": image.shape[1],
                "height": image.shape[0],
                "advice": advice,
                "paused": is_paused,
                "labels": [
                    {"corners": [[round(x), round(y)] for x, y in corners], "mark": mark, "words": words}
                    for corners, mark, words in labels
                ],
            }
        finally:
            eye.last_s = time.monotonic()
            eye.lock.release()

    def close(self, name: str | None = None) -> None:
        """Let go of one camera, or of all."""
        with self._lock:
            for other in list(self._eyes) if name is None else [name]:
                if eye := self._eyes.pop(other, None):
                    eye.stack.close()

    def _eye(self, draft: str, name: str) -> _Eye:
        from scanner.decoding.live_reader import open_looks

        now_s = time.monotonic()
        with self._lock:
            for other, eye in list(self._eyes.items()):
                is_idle = now_s - eye.last_s > _IDLE_S and not eye.lock.locked()
                if is_idle or (other == name and eye.draft != draft):
                    self._eyes.pop(other).stack.close()
            if name not in self._eyes:
                if len(self._eyes) >= MOST_EYES:
                    raise ConflictError(
                        N_("{count} cameras of browsers read already"),
                        hint=N_("Stop one of them, or type the codes."),
                        count=len(self._eyes),
                    )
                stack = ExitStack()
                looker = stack.enter_context(open_looks(None, "live"))
                self._eyes[name] = _Eye(draft, looker, Adviser(), stack, now_s)
            return self._eyes[name]


def _seen(room: Scanning, name: str, reads: Sequence[Read], at_ms: float) -> tuple[bool, dict[str, Mark | None]]:
    return room.is_paused, room.see_beside(name, reads, at_ms)


def _decoded(jpeg: bytes) -> Any:
    """The picture of a JPEG file, no larger than a camera makes them.

    Raises:
        InputError: it is none.
    """
    from io import BytesIO

    import cv2
    import numpy as np
    from PIL import Image

    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as header:  # reads the size alone, not the picture
            is_fine = header.width * header.height <= _LARGEST_PX
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        is_fine = False
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if is_fine else None
    if image is None:
        raise InputError(N_("what the camera sent is no picture"), hint=N_("Stop the camera and start it again."))
    return image
