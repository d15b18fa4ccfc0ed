"""The server's camera: read in one thread, drawn in another, shown on any number of pages.

Reading labels never waits for a picture: the reading thread only stores the newest frame, and a slow painter or page
misses some.
"""

import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, cast

from custody.errors import CustodyError
from language import _
from language.text import error_text, hint_text
from scanner.aim.adviser import Adviser
from scanner.outcomes import Mark, Outcome
from scanner.reads import Corners, Read, Seen, hint_words
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from scanner.typed_lines import Command
from web.live.server_events import Bell
from web.live.sessions import Sessions

_WIDEST_PX = 960
_JPEG_QUALITY = 72
_GONE_MS = 1500.0
_PATIENCE_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CameraState:
    """What the camera does: `off`, `opening`, `on`, `lost` (no picture comes), `ended`, `failed`; and what to do: in
    words, and what is wrong in one word (`scanner.aim.adviser.Aim`).
    """

    state: str
    words: str = ""
    advice: str = ""
    aim: str = ""


class CameraStreams:
    """One camera at a time, for one session at a time."""

    def __init__(self, sessions: Sessions, source: str) -> None:
        """Make it ready; `source` is used where a page chooses none."""
        self._sessions, self._default = sessions, source
        self._lock = threading.Lock()
        self._camera: _Camera | None = None

    def start(self, draft: str, source: str = "") -> None:
        """Read labels into a session from a camera; another one that ran is stopped."""
        with self._lock:
            self._stop()
            self._camera = _Camera(self._sessions, draft, source or self._default)
            self._camera.begin()  # only now: the page asks for the picture as soon as the event comes

    def stop(self, draft: str) -> None:
        """Close the camera if it reads into this session."""
        with self._lock:
            if self._camera and self._camera.draft == draft:
                self._stop()

    def close(self) -> None:
        """Close the camera."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._camera:
            self._camera.stop()

    def wake(self) -> None:
        """Let those who watch look up."""
        if self._camera:
            self._camera.bell.ring()

    @property
    def is_reading(self) -> bool:
        """Whether some session has the camera."""
        return self._camera is not None and not self._camera.is_over

    def state(self, draft: str) -> CameraState:
        """What the camera does for a session."""
        camera = self._camera
        return camera.state if camera and camera.draft == draft else CameraState("off")

    def newest(self, draft: str) -> Image | None:
        """What the camera that reads into a session shows now; None where none does."""
        camera = self._camera
        if camera is None or camera.draft != draft or camera.state.state != "on" or camera.newest is None:
            return None
        return camera.newest.colour

    async def stream(self, draft: str, is_closing: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The picture as parts of a multipart answer, as fast as they are taken, until the camera stops."""
        camera = self._camera
        if camera is None or camera.draft != draft:
            return
        number = 0
        yield b"--frame\r\n"
        while not is_closing():
            is_all = camera.is_all_shown  # asked before looking, so that the last picture is not left out
            shown = camera.shown
            if shown is not None and shown[0] > number:
                number, jpeg = shown
                # with the next one's boundary at once: a browser shows a part when it has seen its end
                yield b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n--frame\r\n" % (len(jpeg), jpeg)
            elif is_all:
                return
            seen = number
            await camera.bell.hear(lambda: camera.is_all_shown or (camera.shown or (0,))[0] > seen, 1.0)  # noqa: B023


class _Camera:
    """A camera from its opening to its end."""

    def __init__(self, sessions: Sessions, draft: str, source: str) -> None:
        self.draft, self.state, self.is_over = draft, CameraState("opening"), False
        self.shown: tuple[int, bytes] | None = None
        self.newest: Frame | None = None
        self.bell = Bell()
        self._sessions, self._source, self._events = sessions, source, sessions.events(draft)
        self._must_stop = False
        self._last_ms: float | None = None
        self._painting = threading.Condition()
        self._to_paint: tuple[Frame, Sequence[Read], dict[str, Mark | None], list[tuple[Corners, str]]] | None = None
        self._adviser: Adviser | None = None
        context = copy_context()  # it speaks the language of who started it
        self._session = _Distant(sessions, draft)
        self._thread = threading.Thread(target=context.run, args=(self._read,), daemon=True, name="reading")
        self._painter = threading.Thread(target=self._paint, daemon=True, name="painting")

    def begin(self) -> None:
        """Publish that the camera opens, and open it."""
        self._say(CameraState("opening"))
        self._thread.start()
        self._painter.start()

    @property
    def is_all_shown(self) -> bool:
        """Whether no further picture will be drawn."""
        return self.is_over and not self._painter.is_alive()

    def stop(self) -> None:
        """End soon; a driver that blocks is left behind."""
        self._must_stop = True
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_S)

    def _read(self) -> None:
        from scanner.frame_loop import scan_source

        try:
            session = cast("ScanSession", self._session)
            scan_source(
                self._source, session, _ignore, notify=self._notify, patient=True, watch=lambda _source: self._on_frame
            )
            self._say(CameraState("off" if self._must_stop else "ended", _("No more pictures come.")))
        except CustodyError as error:
            self._say(CameraState("failed", f"{error_text(error)}. {hint_text(error)}"))
        except Exception as error:  # whatever a driver does, the page is told and goes on without it
            self._say(CameraState("failed", _("The camera failed: {reason}").format(reason=type(error).__name__)))
        finally:
            self.is_over = True
            with self._painting:
                self._painting.notify()
            self.bell.ring()

    def _notify(self, line: str) -> None:
        self._say(CameraState(self.state.state, line))

    def _say(self, state: CameraState) -> None:
        if state != self.state or state.state == "opening":
            self.state = state
            self._events.publish("camera", state=state.state, words=state.words, advice=state.advice, aim=state.aim)

    def _on_frame(self, frame: Frame, reads: Sequence[Read]) -> Command | None:
        if self._must_stop:
            return "finish"
        if not frame.is_blank:
            self._last_ms, self.newest = frame.at_ms, frame
            self._adviser = self._adviser or Adviser()
            advice = self._adviser.see(frame, reads, self._session.unread)
            self._say(CameraState("on", frame.source, advice.words, advice.aim or ""))
            hinted = [(seen.corners, hint_words(seen.hint)) for seen in self._adviser.unread]
            with self._painting:
                self._to_paint = (frame, reads, dict(self._session.marks), hinted)
                self._painting.notify()
        elif self.state.state == "on" and frame.at_ms - (self._last_ms or 0.0) > _GONE_MS:
            self._say(
                CameraState("lost", _("No picture comes. Check the camera's plug; codes can be typed meanwhile."))
            )
        return None

    def _paint(self) -> None:
        number = 0
        while True:
            with self._painting:
                while self._to_paint is None and not self.is_over:
                    self._painting.wait(1.0)
                job, self._to_paint = self._to_paint, None
            if job is None:
                return
            try:
                jpeg = _painted(*job)
            except Exception as error:  # without a picture it still counts
                log.warning("a frame could not be drawn: %r", error)
                continue
            number += 1
            self.shown = (number, jpeg)
            self.bell.ring()


class _Distant:
    """What the frame loop sees of a session that belongs to the ledger's thread."""

    def __init__(self, sessions: Sessions, draft: str) -> None:
        self.unread: Sequence[Seen] = ()
        self.marks: dict[str, Mark | None] = {}
        self._sessions, self._draft = sessions, draft

    def forget_view(self) -> None:
        self._sessions.do(self._draft, lambda session: session.scan.forget_view())

    @property
    def wants_barcodes(self) -> bool:
        return self._sessions.do(self._draft, lambda session: session.scan.wants_barcodes)

    @property
    def completable(self) -> Sequence[str]:
        return self._sessions.do(self._draft, lambda session: session.scan.completable)

    def see(self, reads: Sequence[Read], at_ms: float, *, is_still: bool = False) -> list[Outcome]:
        if reads:
            self.marks |= self._sessions.do(self._draft, lambda session: session.see(reads, at_ms, is_still=is_still))
        return []


def _ignore(_outcome: Outcome) -> None:
    """Do nothing: the session has published the outcome already."""


def _painted(
    frame: Frame, reads: Sequence[Read], marks: dict[str, Mark | None], hinted: Sequence[tuple[Corners, str]]
) -> bytes:
    """The picture with its labels outlined, as JPEG."""
    import cv2

    from scanner.ui.overlay import outline

    drawn: Any = outline(frame.colour, reads, marks.get, hinted)
    if drawn.shape[1] > _WIDEST_PX:
        high = round(drawn.shape[0] * _WIDEST_PX / drawn.shape[1])
        drawn = cv2.resize(drawn, (_WIDEST_PX, high), interpolation=cv2.INTER_AREA)
    _is_done, jpeg = cv2.imencode(".jpg", drawn, [int(cv2.IMWRITE_JPEG_QUALITY), _JPEG_QUALITY])
    return bytes(jpeg)
