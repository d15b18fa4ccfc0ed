"""The texts in one picture: zxing-cpp first, pyzbar as second opinion, several labels a frame.

The first look is cheap and happens on every frame. Second looks cost more and find what it missed: on stills all of
them, on moving pictures one at a time, and only while nothing new turns up. No look is left out because another one
read something: that loses labels wherever there are several.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from custody.errors import N_, CameraError
from scanner.frames import Image
from scanner.opencv import cv2
from scanner.reads import Corners, Read

ZXING, PYZBAR = "zxing-cpp", "pyzbar"

_QUIET_FRAMES = 3
"""A moving picture gets a second look after this many frames with nothing new, and again after as many."""
_REMEMBERED_FRAMES = 30
"""Texts not seen for so many frames count as new again."""
_DOUBLED_UP_TO_PX = 4_000_000
"""Larger pictures have modules enough; they are halved instead, which takes out noise and keeps the time bounded."""
_SLOW_UP_TO_PX = 8_000_000
"""pyzbar takes seconds on larger pictures, so they are halved before the threshold."""

# What decoders raise on pictures they choke on: nanobind turns C++ exceptions into ValueError, IndexError and
# RuntimeError (zxing-cpp #773); pyzbar divides by the size (ZeroDivisionError) and wraps zbar's own as RuntimeError.
_ENGINE_ERRORS = (ValueError, IndexError, RuntimeError, ArithmeticError, TypeError, cv2.error)

__all__ = ["PYZBAR", "ZXING", "Engine", "PyzbarEngine", "Read", "Reader", "ZxingEngine", "available_engines", "engines"]

log = logging.getLogger(__name__)


class Engine(Protocol):
    """A QR decoder: its name, and what it reads in a grey picture."""

    @property
    def name(self) -> str: ...
    def read(self, gray: Image) -> list[Read]: ...


class ZxingEngine:
    """zxing-cpp, asked for full QR codes only: its wider family invents Micro QR codes in damaged labels."""

    name = ZXING

    def __init__(self) -> None:
        import zxingcpp

        self._zxingcpp = zxingcpp

    def read(self, gray: Image) -> list[Read]:
        zxing = self._zxingcpp
        found = zxing.read_barcodes(
            gray,
            formats=zxing.BarcodeFormats(zxing.BarcodeFormat.QRCodeModel2),  # kept, it would leak loudly at exit
            text_mode=zxing.TextMode.Plain,  # the default writes control characters as words
        )
        return [Read(code.text, _zxing_corners(code.position), ZXING) for code in found]


class PyzbarEngine:
    """pyzbar; needs the system's libzbar, and stands in for zxing-cpp where a finder corner is torn."""

    name = PYZBAR

    def __init__(self) -> None:
        from pyzbar import pyzbar, pyzbar_error  # without libzbar: ImportError; on Windows OSError

        self._pyzbar, self._error = pyzbar, pyzbar_error.PyZbarError

    def read(self, gray: Image) -> list[Read]:
        try:
            found = self._pyzbar.decode(gray, symbols=[self._pyzbar.ZBarSymbol.QRCODE])
        except self._error as error:
            raise RuntimeError(str(error)) from error
        return [Read(code.data.decode("utf-8", "replace"), _pyzbar_corners(code), PYZBAR) for code in found]


def available_engines() -> list[Engine]:
    """The engines that this computer has, the best first."""
    found: list[Engine] = []
    for make in (ZxingEngine, PyzbarEngine):
        try:
            found.append(make())
        except (ImportError, OSError) as error:
            log.info("%s is not available: %s", make.name, error)
    return found


def engines() -> list[str]:
    """The names of the engines that this computer has, the best first."""
    return [engine.name for engine in available_engines()]


@dataclass(frozen=True)
class _Look:
    """One engine on one rendering of the picture, which is `scale` times as large."""

    engine: Engine
    render: Callable[[Image], tuple[Image, float]]

    def reads(self, gray: Image) -> list[Read]:
        """What this look finds, in the picture's own pixels; nothing when the engine chokes on the picture."""
        try:
            rendered, scale = self.render(gray)
            found = self.engine.read(rendered)
        except _ENGINE_ERRORS as error:
            log.debug("%s failed on a picture: %r", self.engine.name, error)
            return []
        return found if scale == 1.0 else [_scaled(read, 1.0 / scale) for read in found]


class Reader:
    """Reads QR codes, picture after picture; remembers only what is new, to spend second looks where they help."""

    def __init__(self, engines: Sequence[Engine] | None = None) -> None:
        """Use these engines, the best first; None: those that this computer has.

        Raises:
            CameraError: there is none.
        """
        chosen = list(available_engines() if engines is None else engines)
        if not chosen:
            raise CameraError(
                N_("There is nothing here that reads QR codes"),
                hint=N_("Install zxing-cpp: pip install -r requirements.txt"),
            )
        best, *others = chosen
        self._first = _Look(best, _plain)
        self._second = [_Look(best, render) for render in (_resized, _thresholded, _even)]
        self._second += [_Look(other, _thresholded) for other in others]
        self._turn = 0
        self._insists = False
        self._frame = self._quiet_frames = 0
        self._last_seen: dict[str, int] = {}

    def read(self, image: Image, *, thorough: bool = False) -> list[Read]:
        """Every QR code found, ours or not, once for each text and place.

        Args:
            image: grey or blue-green-red, 8 bits; a picture without pixels has no codes.
            thorough: take every look; for stills, which do not come again.
        """
        gray = _gray(image)
        if gray is None:
            return []
        found = self._first.reads(gray)
        if thorough:
            for look in self._second:
                found = _united(found, look.reads(gray))
            return found
        if self._is_due(found):
            found = self._look_again(gray, found)
        self._notice(found)
        return found

    def _is_due(self, found: Sequence[Read]) -> bool:
        """Whether it is time for a second look at a moving picture: nothing new for some frames."""
        self._frame += 1
        is_new = any(read.text not in self._last_seen for read in found)
        self._quiet_frames = 0 if is_new else self._quiet_frames + 1
        return self._insists or (self._quiet_frames > 0 and self._quiet_frames % _QUIET_FRAMES == 0)

    def _look_again(self, gray: Image, found: Sequence[Read]) -> list[Read]:
        """Add what the second look whose turn it is finds; one that finds something new also gets the next frame.

        A session believes only what it sees twice, so what one look alone can read must come twice, and soon.
        """
        united = _united(found, self._second[self._turn].reads(gray))
        self._insists = any(read.text not in self._last_seen for read in united[len(found) :])
        if not self._insists:
            self._turn = (self._turn + 1) % len(self._second)
        return united

    def _notice(self, found: Sequence[Read]) -> None:
        self._last_seen.update((read.text, self._frame) for read in found)
        if self._frame % _REMEMBERED_FRAMES == 0:
            oldest = self._frame - _REMEMBERED_FRAMES
            self._last_seen = {text: frame for text, frame in self._last_seen.items() if frame > oldest}


def _gray(image: Image) -> Image | None:
    """The picture in grey and contiguous, or None when it is no 8-bit picture or has no pixels."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or not image.size:
        return None
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    match image.shape[2]:
        case 1:
            return np.ascontiguousarray(image[..., 0])
        case 3:
            return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        case 4:
            return cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY).astype(np.uint8, copy=False)
    return None


def _plain(gray: Image) -> tuple[Image, float]:
    return gray, 1.0


def _resized(gray: Image) -> tuple[Image, float]:
    """Twice as large, for small modules; half as large where the picture is big already."""
    scale, how = (2.0, cv2.INTER_CUBIC) if gray.size <= _DOUBLED_UP_TO_PX else (0.5, cv2.INTER_AREA)
    return _as_image(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how)), scale


def _even(gray: Image) -> tuple[Image, float]:
    """With contrast made even from place to place, for shadow and glare."""
    return _as_image(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(gray)), 1.0


def _thresholded(gray: Image) -> tuple[Image, float]:
    """Black and white by a wide neighbourhood: for glare, and for pyzbar, which else misses most labels of a crowd."""
    scale = 1.0 if gray.size <= _SLOW_UP_TO_PX else 0.5
    if scale != 1.0:
        gray = _as_image(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    binary = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 75, 5)
    return _as_image(binary), scale


def _as_image(array: Any) -> Image:
    return np.asarray(array, np.uint8)


def _zxing_corners(position: Any) -> Corners:
    top_left, top_right = position.top_left, position.top_right
    bottom_right, bottom_left = position.bottom_right, position.bottom_left
    return (
        (top_left.x, top_left.y),
        (top_right.x, top_right.y),
        (bottom_right.x, bottom_right.y),
        (bottom_left.x, bottom_left.y),
    )


def _pyzbar_corners(code: Any) -> Corners:
    """The four corners; the upright box around them where zbar found more or fewer."""
    if len(code.polygon) == 4:
        first, second, third, fourth = ((point.x, point.y) for point in code.polygon)
        return first, second, third, fourth
    left, top, width, height = code.rect
    return (left, top), (left + width, top), (left + width, top + height), (left, top + height)


def _scaled(read: Read, factor: float) -> Read:
    first, second, third, fourth = ((round(x * factor), round(y * factor)) for x, y in read.corners)
    return Read(read.text, (first, second, third, fourth), read.engine)


def _united(known: Sequence[Read], more: Sequence[Read]) -> list[Read]:
    """Both lists as one, with the same text at the same place once.

    zbar guesses at characters beyond ASCII and often guesses wrong, so where another engine has read the same place
    its guess counts for nothing.
    """
    united = list(known)
    for read in more:
        here = [index for index, other in enumerate(united) if _is_same_place(read, other)]
        same = next((index for index in here if united[index].text == read.text), None)
        if same is not None:
            names = sorted(united[same].engines | read.engines, reverse=True)
            united[same] = Read(read.text, united[same].corners, "+".join(names))
        elif not (here and read.engine == PYZBAR and not read.text.isascii()):
            united.append(read)
    return united


def _is_same_place(one: Read, other: Read) -> bool:
    """Whether the middle of one lies within the other's outline, roughly: half its longer diagonal from its middle."""
    (x, y), (other_x, other_y) = _middle(one), _middle(other)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = other.corners
    reach = max(abs(ax - cx), abs(ay - cy), abs(bx - dx), abs(by - dy)) / 2
    return max(abs(x - other_x), abs(y - other_y)) <= reach


def _middle(read: Read) -> tuple[float, float]:
    return sum(x for x, _ in read.corners) / 4, sum(y for _, y in read.corners) / 4
