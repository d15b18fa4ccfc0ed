"""What a session answers: lines, sounds, the window, and advice on light and focus. All of it may be missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import numpy as np

from language import _
from scanner.decoding.engines import is_same_place, middle
from scanner.outcomes import Outcome
from scanner.reads import Corners, Hint, Read, Seen, hint_words
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from scanner.typed_lines import Command
from scanner.ui.sound import Speaker
from scanner.ui.terminal import TerminalView

if TYPE_CHECKING:
    import numpy as np

    from scanner.ui.window import Window


# --- Judge whether a picture is fit to be read, by a few strips of it: too dark, too bright, blurred ------------------
# Pure. A picture in which labels are read counts as good.

Trouble = Literal["dark", "bright", "blurred"]
Kind = TypeVar("Kind")

HOLD_MS = 1000.0
"""So long a trouble must last before it is told, and be gone before it is no longer told."""
_EVERY_PX = 8
_STRIPS = 12

# Where a trouble begins, and where it ends: levels of 255 and shares, set on scenes whose labels are just unreadable.
_DARK = (70.0, 90.0)
"""The brightest parts of the picture, where paper would be."""
_BRIGHT = (0.45, 0.35)
"""The share of the picture that blinds the sensor."""
_BLURRED = (0.36, 0.46)
"""How much of an edge's height is passed within two pixels."""
_BLINDED = 250
_NOISE_QUARTILES = 8.0
"""The mean of the highest thousandth of Gaussian noise's steps, in lower quartiles of all its steps."""
_EDGE_LEVELS = 50.0
"""Edges lower than this tell nothing of sharpness."""


def judge(image: Image, known: Trouble | None = None) -> Trouble | None:
    """Return what is wrong with a picture, grey or blue-green-red; None: nothing, or it cannot be judged.

    Args:
        known: what was wrong with the picture before; that one ends later than it begins, so that it does not flicker.
    """
    import numpy as np

    if not _is_picture(image):
        return None
    small = _gray(image[::_EVERY_PX, ::_EVERY_PX])
    if np.percentile(small, 98) < _DARK[known == "dark"]:
        return "dark"
    if np.mean(small >= _BLINDED) > _BRIGHT[known == "bright"]:
        return "bright"
    sharp = sharpness(image)
    return "blurred" if sharp is not None and sharp < _BLURRED[known == "blurred"] else None


def _is_picture(image: Image) -> bool:
    is_gray, is_colour = image.ndim == 2, image.ndim == 3 and image.shape[2] in (3, 4)
    return image.dtype == "uint8" and (is_gray or is_colour) and min(image.shape[:2]) >= 4 * _STRIPS


def sharpness(image: Image) -> float | None:
    """The share of the steepest edges' height that lies within two pixels, from 0 to about 1; None without edges.

    A soft edge of Gaussian width s has erf(1 / (s sqrt 2)) of it. The duller of the two directions counts, since a
    moving camera blurs along its way only.
    """
    height, width = image.shape[:2]
    rows = _gray(image[height // (2 * _STRIPS) :: height // _STRIPS])
    columns = _gray(image[:, width // (2 * _STRIPS) :: width // _STRIPS]).T
    found = [share for share in (_within_two(rows), _within_two(columns)) if share is not None]
    return min(found, default=None)


def _within_two(lines: "np.ndarray") -> float | None:
    import numpy as np

    signed = lines.astype(np.int16)
    narrow, wide = (np.abs(signed[:, gap:] - signed[:, :-gap]).ravel() for gap in (2, 16))
    noise = _NOISE_QUARTILES * float(np.percentile(narrow, 25))
    highest = _highest(wide) - noise
    return max(_highest(narrow) - noise, 0.0) / highest if highest > _EDGE_LEVELS else None


def _highest(steps: "np.ndarray") -> float:
    """The mean of the highest steps, in a thousandth of the places."""
    import numpy as np

    count = max(steps.size // 1000, 1)
    return float(np.partition(steps, steps.size - count)[-count:].mean())


def _gray(part: "np.ndarray") -> "np.ndarray":
    """A part of the picture in grey."""
    import cv2
    import numpy as np

    solid = np.ascontiguousarray(part)
    return solid if solid.ndim == 2 else np.asarray(cv2.cvtColor(solid[..., :3], cv2.COLOR_BGR2GRAY))


class LightWatch:
    """Tells a trouble of moving pictures once it lasts, and until it is over for good."""

    def __init__(self) -> None:
        self._told: Lasting[Trouble] = Lasting()

    def see(self, image: Image, at_ms: float, *, is_read: bool) -> Trouble | None:
        """Return what to show now.

        Args:
            is_read: labels are read in this picture, so nothing is wrong with it.
        """
        found = None if is_read else judge(image, self._told.now)
        return self._told.see(found, at_ms, at_once=is_read)


class Lasting(Generic[Kind]):
    """Follows a state that comes and goes, without flicker; `now` is what to show."""

    def __init__(self) -> None:
        self.now: Kind | None = None
        self._coming: Kind | None = None
        self._since_ms = float("-inf")

    def see(self, found: Kind | None, at_ms: float, *, at_once: bool = False) -> Kind | None:
        """Return what to show after this was found: what has lasted for a while, or this if it counts at once."""
        if found != self._coming:
            self._coming, self._since_ms = found, at_ms
        if at_once or at_ms - self._since_ms >= HOLD_MS:
            self.now = found
        return self.now


# --- Select the unread labels to show: those that stay in place and have a plausible outline --------------------------
# A search for finder patterns sometimes finds a label by chance; a hint that jumps about does not help.

STEADY_MS = 700.0
_LOST_MS = 350.0
"""A search finds it not in every frame; so long it may be missing."""
_LEAST_SIDE_PX, _MOST_UNEQUAL = 16.0, 3.0
"""Of the sides of an outline; one more oblique than this is out of reach, or no label."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """Something seen and not read: as it was last, since when, and when last."""

    seen: Seen
    since_ms: float
    last_ms: float


class SteadyHints:
    """Follows what is seen and not read from frame to frame."""

    def __init__(self) -> None:
        self._followed: list[_Followed] = []

    def see(self, unread: Sequence[Seen], reads: Sequence[Read], at_ms: float) -> list[Seen]:
        """What has been seen long enough, where it is now."""
        fresh = [seen for seen in unread if is_plausible(seen.corners, reads)]
        kept: list[_Followed] = []
        for old in self._followed:
            new = next((seen for seen in fresh if is_same_place(seen.corners, old.seen.corners)), None)
            if new is not None:
                fresh.remove(new)
                kept.append(replace(old, seen=new, last_ms=at_ms))
            elif at_ms - old.last_ms < _LOST_MS and is_plausible(old.seen.corners, reads):
                kept.append(old)
        self._followed = kept + [_Followed(seen, at_ms, at_ms) for seen in fresh]
        return [each.seen for each in self._followed if each.last_ms - each.since_ms >= STEADY_MS]


def is_plausible(corners: Corners, reads: Sequence[Read]) -> bool:
    """Whether this can be the outline of an unread label: a convex, fairly even shape with no read label in it."""
    points = np.array(corners, np.float64)
    sides = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if lengths.min() < _LEAST_SIDE_PX or lengths.max() > _MOST_UNEQUAL * lengths.min():
        return False
    turns = _cross(sides, np.roll(sides, -1, axis=0))
    if not (np.all(turns > 0) or np.all(turns < 0)):
        return False
    return not any(_holds(points, sides, np.array(middle(read.corners))) for read in reads)


def _holds(points: np.ndarray, sides: np.ndarray, place: np.ndarray) -> bool:
    """Whether a place lies within a convex outline."""
    beside = _cross(sides, place - points)
    return bool(np.all(beside > 0) or np.all(beside < 0))


def _cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


# --- What a session answers: lines, sounds, the window, and advice on light and focus. All of it may be missing -------


class Feedback:
    """Hand `on_outcome` and `on_frame` to `scan_frames`."""

    def __init__(self, session: ScanSession, view: TerminalView, speaker: Speaker | None = None) -> None:
        """Answer on this view and by this speaker; a window may be added when there is one."""
        self.view, self.speaker = view, speaker
        self.window: Window | None = None
        self._session = session
        self._adviser: Adviser | None = None

    def on_outcome(self, outcome: Outcome) -> None:
        """Show and sound one outcome."""
        if self.speaker:
            self.speaker.ring(outcome.beep)
        self.view.show(outcome)
        if self.window:
            self.window.on_outcome(outcome)

    def on_frame(self, frame: Frame, reads: Sequence[Read]) -> Command | None:
        """Look at the light of a moving picture, show what to do, and show the picture."""
        self._adviser = self._adviser or Adviser()
        advice = self._adviser.see(frame, reads, self._session.unread)
        self.view.show_advice(advice)
        return self.window.on_frame(frame, reads, self._adviser.unread, advice) if self.window else None


class Adviser:
    """Says in words what would help the camera: more light, hold still, come closer. Nothing while all goes well."""

    def __init__(self) -> None:

        self._light, self._steady = LightWatch(), SteadyHints()
        self._hints: Lasting[Hint] = Lasting()
        self._advice = ""
        self.unread: Sequence[Seen] = ()
        """What is seen and not read for long enough to be told."""

    def see(self, frame: Frame, reads: Sequence[Read], unread: Sequence[Seen]) -> str:
        """What to do now; where no picture came, what was to do before."""

        if not frame.is_blank:
            trouble = self._light.see(frame.image, frame.at_ms, is_read=bool(reads))
            self.unread = self._steady.see(unread, reads, frame.at_ms)
            hint = self._hints.see(self.unread[0].hint if self.unread else None, frame.at_ms)
            self._advice = _words(trouble)
            if hint and trouble != "dark":
                self._advice = _("Seen, not read: {hint}").format(hint=hint_words(hint))
        return self._advice


def _words(trouble: Trouble | None) -> str:
    match trouble:
        case "dark":
            return _("Too dark: bring more light")
        case "bright":
            return _("Too bright: turn away from the lamp")
        case "blurred":
            return _("Blurred: hold still, or a little farther away")
    return ""
