"""Cameras of browsers: a phone or a second laptop sends pictures one by one, and is answered what was read in each."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from custody.errors import N_, ConflictError, InputError
from custody.handover.draft import Seer
from scanner.aim.adviser import Adviser
from scanner.outcomes import Mark
from scanner.reads import Read, hint_words
from scanner.sources.frames import Frame, monotonic_ms
from web.live.sessions import Sessions
from web.live.shared_session import SharedSession

MOST_CAMERAS = 4
_NOWHERE = ""
"""In place of a session's id, for a camera that only reads."""
_Taken = tuple[bool, dict[str, Mark | None]]
"""Whether nothing is taken just now, and how each text that was read is outlined."""
_IDLE_S = 15.0
_LARGEST_PX = 16_000_000


@dataclass
class _BrowserCamera:
    """One browser's camera: what reads its pictures, and when it was last used.

    `barcodes` is None where none can mean anything; `lock` is held while a picture is read.
    """

    draft: str
    looker: Any
    adviser: Any
    barcodes: Any
    stack: ExitStack
    last_s: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class BrowserCameras:
    """The cameras of all browsers that scan at this station. Any thread may call it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._cameras: dict[str, _BrowserCamera] = {}
        self._lock = threading.Lock()

    def see(self, draft: str, name: str, jpeg: bytes, seer: Seer | None = None) -> dict[str, Any]:
        """Read one picture into a session; return where each label is, what came of it, and advice.

        Args:
            name: what the browser calls its camera; a camera's pictures come one after the other.
            seer: the device that it belongs to; None: the station itself.

        Raises:
            InputError: it is no picture, or the session is gone.
            ConflictError: so many cameras read already, or the one before is still being read.
        """

        def take(reads: Sequence[Read], at_ms: float) -> _Taken:
            return self._sessions.at(draft, partial(_seen, seer, name, reads, at_ms))

        return self._look(draft, name, jpeg, take)

    def read(self, name: str, jpeg: bytes) -> dict[str, Any]:
        """Read one picture and keep nothing; return the same as `see`, and the `texts` that were read.

        Raises:
            InputError, ConflictError: as `see`.
        """
        texts: dict[str, None] = {}

        def note(reads: Sequence[Read], _at_ms: float) -> _Taken:
            texts.update(dict.fromkeys(read.text for read in reads))
            return False, {read.text: "taken" for read in reads}

        return self._look(_NOWHERE, name, jpeg, note) | {"texts": list(texts)}

    def _look(
        self, draft: str, name: str, jpeg: bytes, take: Callable[[Sequence[Read], float], _Taken]
    ) -> dict[str, Any]:
        from scanner.decoding.looks import in_view

        image = _decoded(jpeg)
        camera = self._camera(draft, name)
        if not camera.lock.acquire(blocking=False):
            raise ConflictError(N_("the picture before is still being read"), hint=N_("Send one after the other."))
        try:
            at_ms = monotonic_ms()
            looks = camera.looker.inspect(image, at_ms)
            if camera.barcodes is not None:
                looks = camera.barcodes.beside(looks, image, at_ms)
            marks: dict[str, Mark | None] = {}
            is_paused = False
            for look in looks:
                is_paused, found = take(look.reads, look.at_ms)
                marks |= found
            reads = in_view(looks)
            advice = camera.adviser.see(Frame(image, name, 0, at_ms), reads, camera.looker.unread)
            hinted = [(hint.corners, None, hint_words(hint.hint)) for hint in camera.adviser.unread]
            labels = [(read.corners, marks.get(read.text), "") for read in reads] + hinted
            return {
                "width": image.shape[1],
                "height": image.shape[0],
                "advice": advice.words,
                "aim": advice.aim or "",
                "paused": is_paused,
                "labels": [
                    {"corners": [[round(x), round(y)] for x, y in corners], "mark": mark, "words": words}
                    for corners, mark, words in labels
                ],
            }
        finally:
            camera.last_s = time.monotonic()
            camera.lock.release()

    def close(self, name: str | None = None) -> None:
        """Close one camera by its name; None closes all."""
        with self._lock:
            for other in list(self._cameras) if name is None else [name]:
                if camera := self._cameras.pop(other, None):
                    camera.stack.close()

    def _camera(self, draft: str, name: str) -> _BrowserCamera:
        is_new = name not in self._cameras  # asked before the lock: the session has a thread of its own
        wants_barcodes = is_new and (draft == _NOWHERE or self._sessions.at(draft, _wants_barcodes))
        from scanner.barcodes import open_reading

        expected = self._sessions.at(draft, _completable) if is_new and draft != _NOWHERE else ()
        now_s = time.monotonic()
        with self._lock:
            for other, camera in list(self._cameras.items()):
                is_idle = now_s - camera.last_s > _IDLE_S and not camera.lock.locked()
                if is_idle or (other == name and camera.draft != draft):
                    self._cameras.pop(other).stack.close()
            if name not in self._cameras:
                if len(self._cameras) >= MOST_CAMERAS:
                    raise ConflictError(
                        N_("{count} cameras of browsers read already"),
                        hint=N_("Stop one of them, or type the codes."),
                        count=len(self._cameras),
                    )
                stack = ExitStack()
                reading = open_reading(None, "live", wants_barcodes=wants_barcodes, expected=expected)
                looker, barcodes = stack.enter_context(reading)
                self._cameras[name] = _BrowserCamera(draft, looker, Adviser(), barcodes, stack, now_s)
            return self._cameras[name]


def _completable(session: SharedSession) -> Sequence[str]:
    return session.scan.completable


def _wants_barcodes(session: SharedSession) -> bool:
    return session.scan.wants_barcodes


def _seen(seer: Seer | None, name: str, reads: Sequence[Read], at_ms: float, session: SharedSession) -> _Taken:
    with session.seen_by(seer):
        return session.is_paused, session.see_beside(name, reads, at_ms)


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
