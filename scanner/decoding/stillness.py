"""Whether anything has moved before a camera since a picture was looked at, so that an empty desk costs little.

Pure. A picture is held against an older one, both made small. What changes without moving is taken out: lamps that
flicker with the mains, which a sensor that reads row after row shows as stripes, and exposure that is readjusted, by a
factor for each row; a hand's tremor, by the brightest and the darkest of the neighbours and by how far these are
apart; a sensor's noise, by its own measure. What is as slow as that is seen by the looks that go on meanwhile.
"""

import cv2
import numpy as np

from scanner.sources.frames import Frame, Image

SETTLING_MS = 1500.0
"""So long after the last movement every frame is looked at: all kinds of second looks have had their turn by then."""
SELDOM_MS = 800.0
"""At rest a frame is looked at once in this time: less than what a reader remembers."""
_CHECK_MS = 250.0
"""While frames are looked at anyway, one in this time is asked whether anything moves."""
_LEAST_LEVELS, _NOISE_TIMES, _MOST_NOISE = 4.0, 6.0, 8.0
"""What is darker or brighter than before by so much has moved: in levels of 255, and in standard deviations of the
noise, which is never taken for more than the last."""
_LEAST_PLACES = 4
"""Of a small picture; the smallest label that is read covers twenty-five."""
_LIGHT = (0.7, 1.4)
"""How much darker or brighter a row may become by flicker or exposure alone."""
_TREMBLES = 0.35
"""So much of what lies between its brightest and its darkest neighbour, a place of a label may change in a hand."""
_NEIGHBOURS = np.ones((5, 5), np.uint8)
_EVERY = 4
"""Of so many places one tells the light of a row, and the noise."""


class Stillness:
    """Says of each frame of one camera whether it is to be looked at."""

    def __init__(self) -> None:
        self._before: Image | None = None
        self._moved_ms = self._checked_ms = self._looked_ms = float("-inf")

    def is_due(self, frame: Frame, *, is_wanted: bool) -> bool:
        """Return whether to look at this frame, which is made small only where it must be compared.

        Args:
            is_wanted: somebody wants frames although nothing moves.
        """
        at_ms = frame.at_ms
        if is_wanted or at_ms - self._moved_ms < SETTLING_MS:
            if at_ms - self._checked_ms >= _CHECK_MS:
                self._has_moved(frame.small, at_ms)
        else:
            now = frame.small
            if not self._has_moved(now, at_ms):
                if at_ms - self._looked_ms < SELDOM_MS:
                    return False
                self._before = now  # slow changes, of daylight, do not add up
        self._looked_ms = at_ms
        return True

    def is_at_rest(self, at_ms: float) -> bool:
        """Return whether nothing has moved for a while."""
        return at_ms - self._moved_ms >= SETTLING_MS

    def _has_moved(self, now: Image, at_ms: float) -> bool:
        self._checked_ms = at_ms
        if self._before is not None and not has_moved(self._before, now):
            return False
        self._before, self._moved_ms = now, at_ms
        return True


def has_moved(before: Image, now: Image) -> bool:
    """Return whether something has come into the second of two small grey pictures; False where that has no pixels."""
    if not now.size:
        return False
    if before.shape != now.shape:
        return True
    old, new = (cv2.blur(small, (3, 3)).astype(np.float32) + 1 for small in (before, now))
    light = np.median(new[:, ::_EVERY] / old[:, ::_EVERY], axis=1, keepdims=True)
    new /= np.clip(light, *_LIGHT).astype(np.float32)
    noise = min(1.4826 * float(np.median(np.abs(new - old)[::_EVERY, ::_EVERY])), _MOST_NOISE)
    darkest, brightest = cv2.erode(old, _NEIGHBOURS), cv2.dilate(old, _NEIGHBOURS)
    beyond = cv2.max(new - brightest, darkest - new) - _TREMBLES * (brightest - darkest)
    return int(np.count_nonzero(beyond > max(_LEAST_LEVELS, _NOISE_TIMES * noise))) >= _LEAST_PLACES
