"""The picture with what was read in it: labels outlined by what came of them, and how many are taken of how many.

OpenCV 5 brings a font of its own; a character that it lacks shows as a question mark.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import numpy as np

from custody.errors import N_, CameraError
from language import _
from scanner.frames import Frame, Image
from scanner.opencv import cv2
from scanner.outcomes import Mark, Outcome, Tally
from scanner.reads import Read
from scanner.run import Command
from scanner.session import ScanSession

Colour = tuple[int, int, int]

_COLOURS: dict[Mark | None, Colour] = {  # blue, green, red
    "taken": (80, 200, 60),
    "finding": (0, 176, 255),
    "wrong": (60, 60, 230),
    None: (200, 200, 200),
}
_WHITE: Colour = (255, 255, 255)
_BAND: Colour = (32, 28, 24)
_FONT = cv2.FONT_HERSHEY_DUPLEX
_KEYS: dict[int, Command] = {ord("q"): "finish", ord("u"): "undo", 27: "abort"}
_TITLE = "Serah"
_REFERENCE_PX = 720.0
"""The picture height for which the sizes below are given."""


def annotate(
    image: Image,
    reads: Sequence[Read],
    mark: Callable[[str], Mark | None],
    *,
    tally: Tally | None = None,
    line: str = "",
    line_mark: Mark | None = None,
    small_line: str = "",
) -> Image:
    """A copy of the picture with its labels outlined: green taken, amber irregular, red wrong, grey not sure yet.

    Args:
        mark: how to outline the label with this text; `ScanSession.mark`.
        tally: shown large in a band below the picture, which hides nothing of it.
        line: one line beside the tally, in the colour of `line_mark`; `small_line` stands below it.
    """
    drawn = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    unit = max(min(drawn.shape[:2]) / _REFERENCE_PX, 0.3)
    for read in reads:
        _outline(drawn, read, _COLOURS[mark(read.text)], unit)
    if tally is not None:
        drawn = np.vstack((drawn, _band(drawn.shape[1], unit, tally, line, _COLOURS[line_mark], small_line)))
    return np.asarray(drawn, np.uint8)


def _outline(drawn: np.ndarray, read: Read, colour: Colour, unit: float) -> None:
    """Draw the outline a little outside of the code, on a dark rim that shows on any ground."""
    corners = np.array(read.corners, np.float64)
    middle = corners.mean(axis=0)
    around = np.round(middle + (corners - middle) * 1.14).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(drawn, [around], True, _BAND, max(round(7 * unit), 3), cv2.LINE_AA)
    cv2.polylines(drawn, [around], True, colour, max(round(4 * unit), 2), cv2.LINE_AA)


def _band(width_px: int, unit: float, tally: Tally, line: str, colour: Colour, small_line: str) -> np.ndarray:
    """The band below the picture: the count, large; what came last; the keys."""
    height_px, margin_px = round(84 * unit), round(20 * unit)
    band = np.full((height_px, width_px, 3), _BAND, np.uint8)
    count = str(tally.taken) if tally.expected is None else f"{tally.taken}/{tally.expected}"
    x = margin_px + _write(band, count, (margin_px, round(58 * unit)), 1.7 * unit, _count_colour(tally))
    x += margin_px + round(8 * unit)
    room_px = width_px - x - margin_px
    y = round((36 if small_line else 52) * unit)
    _write(band, _fitting(line, room_px, 0.8 * unit), (x, y), 0.8 * unit, colour)
    _write(band, _fitting(small_line, room_px, 0.55 * unit), (x, round(66 * unit)), 0.55 * unit, _COLOURS[None])
    return band


def _count_colour(tally: Tally) -> Colour:
    """White while labels are missing or nobody knows how many come, green when all are here, amber when too many."""
    if tally.expected is None or tally.taken < tally.expected:
        return _WHITE
    return _COLOURS["taken" if tally.taken == tally.expected else "finding"]


def _write(drawn: np.ndarray, text: str, at: tuple[int, int], scale: float, colour: Colour) -> int:
    """Write a line with its foot at `at`; returns its width in pixels."""
    thickness = max(round(1.6 * scale), 1)
    cv2.putText(drawn, text, at, _FONT, scale, colour, thickness, cv2.LINE_AA)
    return int(cv2.getTextSize(text, _FONT, scale, thickness)[0][0])


def _fitting(text: str, room_px: int, scale: float) -> str:
    """As much of the text as fits into the room."""
    shown = text
    while shown and cv2.getTextSize(shown, _FONT, scale, max(round(1.6 * scale), 1))[0][0] > room_px:
        shown = shown[:-2].rstrip() + "…" if len(shown) > 2 else ""
    return shown


class Window:
    """A window for one session; hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, session: ScanSession) -> None:
        """Open it.

        Raises:
            CameraError: there is no display.
        """
        if not _has_display():
            raise CameraError(
                N_("There is no display to show a window on"),
                hint=N_("Leave --window away; the terminal shows the same."),
            )
        self._session = session
        self._last: Outcome | None = None
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self._is_sized = False

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, *_error: object) -> None:
        cv2.destroyAllWindows()

    def on_outcome(self, outcome: Outcome) -> None:
        """Remember what came last, for the line below the picture."""
        self._last = outcome

    def on_frame(self, frame: Frame, reads: Sequence[Read]) -> Command | None:
        """Show a frame; returns what the user's key asks for. A window that is closed means finish."""
        last = self._last
        shown = annotate(
            frame.image,
            reads,
            self._session.mark,
            tally=self._session.tally,
            line=last.text if last else "",
            line_mark=last.mark if last else None,
            small_line=(last.remark if last else "") or _("q finish   u undo   Esc abort"),
        )
        if not self._is_sized:
            cv2.resizeWindow(_TITLE, shown.shape[1], shown.shape[0])
            self._is_sized = True
        cv2.imshow(_TITLE, shown)
        command = _KEYS.get(cv2.waitKey(1) & 0xFF)
        is_closed = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1
        return command or ("finish" if is_closed else None)


def _has_display() -> bool:
    """Whether a window can be opened. Where X may be missing, another process tries: Qt ends the one that fails."""
    if not sys.platform.startswith("linux"):
        return True
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    trial = [sys.executable, "-c", "import cv2; cv2.namedWindow('x'); cv2.destroyAllWindows()"]
    try:
        return subprocess.run(trial, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
