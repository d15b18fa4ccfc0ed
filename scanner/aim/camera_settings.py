"""Focus, exposure and size of a camera's picture, chosen by measuring its first pictures, where the driver allows.

What is taken while it measures is read like any other picture, so nobody waits for it. Automatic focus and exposure
stay wherever they do well, since light and distance change; what another program has switched off is switched on.
Drivers refuse or ignore what they do not know, so what counts is the value that is read back, and the next pictures.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

import cv2

from language import _
from language.text import number
from scanner.aim.dim_codes import find_dim_code
from scanner.decoding.engines import ZxingEngine
from scanner.decoding.hints import guess_module_px, measure_sharpness
from scanner.decoding.light import Trouble, judge
from scanner.decoding.renderings import gray_of
from scanner.reads import Corners
from scanner.sources.frames import Clock, Image, Packed
from scanner.sources.live_source import as_given

_SETTLING, _JUDGED = 3, 2
"""So many pictures after the first, or after a change, tell nothing yet; so many then are measured."""
_SLOW_FPS, _FASTER = 8.0, 1.5
"""Fewer pictures a second are too few to read what a hand holds; a smaller picture must give so many times more."""
_SMALLER_PX = (1280, 720)
_SHARP, _SHARPER = 1.0, 1.15
"""A label as sharp as this is left to the autofocus (`measure_sharpness`); a fixed focus must be so much sharper."""
_FOCUSES = (0.0, 20.0, 45.0, 80.0, 130.0, 200.0, 255.0)
_FINER = (-15.0, 15.0)
_MANUAL_V4L2, _AUTO_V4L2, _MANUAL, _AUTO = 1.0, 3.0, 0.25, 0.75
"""What backends mean by CAP_PROP_AUTO_EXPOSURE."""
_STOPS = {"dark": (1, 2, 3), "bright": (-1, -2, -3, -4)}
"""By how many halvings or doublings an exposure is tried that is too short or too long."""
_SHORTER = (-1, -2, -3)


class Device(Protocol):
    """What this needs of OpenCV's VideoCapture."""

    def get(self, what: int) -> float: ...
    def set(self, what: int, value: float) -> bool: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What was measured: size in pixels, pictures a second, what is wrong with the light, how sharp a label is (None:
    none was in view); and what was chosen, in words.
    """

    width: int
    height: int
    fps: float
    trouble: Trouble | None
    sharpness: float | None
    chosen: tuple[str, ...] = ()

    def in_words(self) -> str:
        """In a line."""
        lights = {None: _("light right"), "dark": _("too dark"), "bright": _("too bright"), "blurred": _("blurred")}
        measured = [
            f"{self.width} x {self.height}",
            _("{count} pictures a second").format(count=number(round(self.fps))),
            lights[self.trouble],
        ]
        if self.sharpness is not None:
            measured.append(_("label sharp") if self.sharpness >= _SHARP else _("label not sharp"))
        words = _("measured: {measured}").format(measured=", ".join(measured))
        chosen = ", ".join(self.chosen) or _("nothing to change")
        return words + "; " + _("chosen: {chosen}").format(chosen=chosen)


_Code = tuple[Corners, float]
"""Where a code is in the picture, and its module size in pixels."""
_Course = Generator[None, Image, Settings]


class Tuned:
    """A camera that is set by its own first pictures; `settings` is None until it is done."""

    def __init__(self, device: Device, *, clock: Clock) -> None:
        """Begin with the next picture."""
        self.settings: Settings | None = None
        self._device, self._clock = device, clock
        self._grabbed: list[float] = []
        self._course: _Course | None = self._measure()
        next(self._course)

    def grab(self) -> bool:
        is_taken = self._device.grab()
        if self._course is not None:
            self._grabbed.append(self._clock())
        return is_taken

    def retrieve(self) -> tuple[bool, Any]:
        is_read, given = self._device.retrieve()
        if self._course is not None and is_read and given is not None and given.size:
            taken = as_given(given)
            gray = gray_of(taken.gray if isinstance(taken, Packed) else taken)
            if gray is not None:
                try:
                    self._course.send(gray)
                except StopIteration as done:
                    self.settings, self._course = done.value, None
        return is_read, given

    def release(self) -> None:
        self._device.release()

    def _measure(self) -> _Course:
        chosen: list[str] = []
        yield from self._next()
        self._switch_on(chosen)
        pictures = yield from self._next()
        trouble = judge(pictures[-1])
        if trouble in _STOPS:
            pictures, trouble = yield from self._expose(pictures, trouble, chosen)
        fps = self._fps()
        if fps < _SLOW_FPS:
            pictures = yield from self._speed_up(pictures, trouble, chosen)
        code, sharpness = _find_code(pictures[-1]), None
        if code is not None:
            sharpness = measure_sharpness(pictures[-1], *code)
            if sharpness < _SHARP:
                sharpness = yield from self._focus(code, sharpness, chosen)
        width, height = (int(self._device.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        return Settings(width, height, self._fps(), judge(pictures[-1]), sharpness, tuple(chosen))

    def _next(self) -> Generator[None, Image, list[Image]]:
        """The next pictures that tell something."""
        for _number in range(_SETTLING):
            yield
        self._grabbed = self._grabbed[-1:]
        pictures = []
        for _number in range(_JUDGED):
            pictures.append((yield))
        return pictures

    def _fps(self) -> float:
        took_ms = self._grabbed[-1] - self._grabbed[0] if len(self._grabbed) > 1 else 0.0
        return 1000.0 * (len(self._grabbed) - 1) / took_ms if took_ms > 0 else 1000.0

    def _sets(self, what: int, value: float) -> bool:
        """Whether the driver has taken this value."""
        return bool(self._device.set(what, value)) and abs(self._device.get(what) - value) < 0.01

    def _switch_on(self, chosen: list[str]) -> None:
        """Switch on what another program has left switched off."""
        if self._device.get(cv2.CAP_PROP_AUTOFOCUS) == 0 and self._sets(cv2.CAP_PROP_AUTOFOCUS, 1):
            chosen.append(_("autofocus on"))
        automatic = {_MANUAL_V4L2: _AUTO_V4L2, _MANUAL: _AUTO}.get(self._device.get(cv2.CAP_PROP_AUTO_EXPOSURE))
        if automatic is not None and self._sets(cv2.CAP_PROP_AUTO_EXPOSURE, automatic):
            chosen.append(_("automatic exposure on"))

    def _expose(
        self, pictures: list[Image], trouble: Trouble | None, chosen: list[str]
    ) -> Generator[None, Image, tuple[list[Image], Trouble | None]]:
        """Try exposures where the automatic one does badly; return the pictures then, and what is wrong with them."""
        assert trouble is not None
        found = yield from self._try_exposures(_STOPS[trouble], lambda seen: judge(seen[-1]) is None)
        if found is None:
            return pictures, trouble
        value, pictures = found
        chosen.append(_("exposure {value}").format(value=f"{value:g}"))
        return pictures, None

    def _try_exposures(
        self, stops: Sequence[int], does_well: Callable[[list[Image]], bool]
    ) -> Generator[None, Image, tuple[float, list[Image]] | None]:
        """The first of these exposures that does well, with its pictures; None: none does, so it is automatic again."""
        before, exposure = (self._device.get(what) for what in (cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE))
        manual = {_AUTO_V4L2: _MANUAL_V4L2, _AUTO: _MANUAL}.get(before)
        if manual is None or exposure == 0 or not self._sets(cv2.CAP_PROP_AUTO_EXPOSURE, manual):
            return None
        for stop in stops:
            # V4L2 counts in steps of 100 us, the others in powers of two of a second
            value = exposure + stop if exposure < 0 else max(round(exposure * 2.0**stop), 1.0)
            if self._sets(cv2.CAP_PROP_EXPOSURE, value):
                pictures = yield from self._next()
                if does_well(pictures):
                    return value, pictures
        self._device.set(cv2.CAP_PROP_EXPOSURE, exposure)
        self._device.set(cv2.CAP_PROP_AUTO_EXPOSURE, before)
        yield from self._next()  # as fast as before again
        return None

    def _speed_up(
        self, pictures: list[Image], trouble: Trouble | None, chosen: list[str]
    ) -> Generator[None, Image, list[Image]]:
        """Expose for less long, else take smaller pictures, where either gives more of them."""
        if trouble is None:
            found = yield from self._try_exposures(
                _SHORTER, lambda seen: judge(seen[-1]) is None and self._fps() >= _SLOW_FPS
            )
            if found is not None:
                chosen.append(_("exposure {value}").format(value=f"{found[0]:g}"))
                return found[1]
        sides = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        before, size = self._fps(), [self._device.get(side) for side in sides]
        if size[1] > _SMALLER_PX[1] and all(self._sets(*each) for each in zip(sides, _SMALLER_PX, strict=True)):
            smaller = yield from self._next()
            if self._fps() >= _FASTER * before:
                chosen.append(_("{width} x {height}, which gives more pictures").format(width=1280, height=720))
                return smaller
            for each in zip(sides, size, strict=True):
                self._device.set(*each)
            pictures = yield from self._next()
        return pictures

    def _focus(self, code: _Code, sharpness: float, chosen: list[str]) -> Generator[None, Image, float]:
        """Try fixed focuses on a label that the autofocus leaves blurred; return how sharp it is then."""
        if self._device.get(cv2.CAP_PROP_AUTOFOCUS) != 1 or not self._sets(cv2.CAP_PROP_AUTOFOCUS, 0):
            return sharpness
        found: dict[float, float] = {}
        yield from self._try_focuses(code, _FOCUSES, found)
        if found:
            best = max(found, key=lambda value: found[value])
            yield from self._try_focuses(code, [best + step for step in _FINER if best + step >= 0], found)
            best = max(found, key=lambda value: found[value])
            if found[best] >= _SHARPER * sharpness and self._sets(cv2.CAP_PROP_FOCUS, best):
                chosen.append(_("focus {value}").format(value=f"{best:g}"))
                return found[best]
        self._device.set(cv2.CAP_PROP_AUTOFOCUS, 1)
        return sharpness

    def _try_focuses(
        self, code: _Code, values: Sequence[float], found: dict[float, float]
    ) -> Generator[None, Image, None]:
        for value in values:
            if self._sets(cv2.CAP_PROP_FOCUS, value):
                pictures = yield from self._next()
                found[value] = median(measure_sharpness(picture, *code) for picture in pictures)


def _find_code(gray: Image) -> _Code | None:
    """Return a code in the picture; None where none is in view."""
    reads, unread = ZxingEngine().inspect(gray)
    for corners in [each.corners for each in reads] + [each.corners for each in unread]:
        return corners, guess_module_px(corners)
    code = find_dim_code(gray)
    return None if code is None else (code.corners, code.module_px)
