"""Judge whether a picture is fit to be read, by a few strips of it: too dark, too bright, blurred.

Pure. A picture in which labels are read counts as good.
"""

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from scanner.sources.frames import Image

if TYPE_CHECKING:
    import numpy as np

Trouble = Literal["dark", "bright", "blurred"]
Kind = TypeVar("Kind")

HOLD_MS = 1000.0
"""So long a trouble must last before it is told, and be gone before it is no longer told."""
_JUDGED_MS = 200.0
"""So often a picture is judged: what must last is seen as well in every third."""
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
        self._judged_ms = float("-inf")

    def see(self, image: Image, at_ms: float, *, is_read: bool) -> Trouble | None:
        """Return what to show now.

        Args:
            is_read: labels are read in this picture, so nothing is wrong with it.
        """
        if is_read:
            return self._told.see(None, at_ms, at_once=True)
        if at_ms - self._judged_ms < _JUDGED_MS:
            return self._told.now
        self._judged_ms = at_ms
        return self._told.see(judge(image, self._told.now), at_ms)


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
