"""The decoders: zxing-cpp, and pyzbar as second opinion. They read one grey picture; what they choke on they raise."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from scanner.reads import Corners, Read
from scanner.sources.frames import Image

ZXING, PYZBAR = "zxing-cpp", "pyzbar"

# What decoders raise on pictures they choke on: nanobind turns C++ exceptions into ValueError, IndexError and
# RuntimeError (zxing-cpp #773); pyzbar divides by the size (ZeroDivisionError) and wraps zbar's own as RuntimeError.
ENGINE_ERRORS = (ValueError, IndexError, RuntimeError, ArithmeticError, TypeError, cv2.error)

Fault = Literal["checksum", "format"]
"""Why a code was found and not read: too many modules misread, or its frame of reference misjudged."""

log = logging.getLogger(__name__)
cv2.setNumThreads(1)  # frames are small: its threads wait for each other longer than they work


@dataclass(frozen=True, slots=True)
class Unread:
    """A QR code that was found in a picture and not read: its corners in pixels, and why."""

    corners: Corners
    fault: Fault


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
        return self.inspect(gray)[0]

    def inspect(
        self, gray: Image, *, inverted: bool = True, histogram: bool = False
    ) -> tuple[list[Read], list[Unread]]:
        """What it reads, and what it finds without being able to read it.

        Args:
            inverted: look for light codes on dark ground too, for a fifth more time.
            histogram: one threshold for whole rows instead of one for each neighbourhood.
        """
        zxing = self._zxingcpp
        found = zxing.read_barcodes(
            gray,
            formats=zxing.BarcodeFormats(zxing.BarcodeFormat.QRCodeModel2),  # kept, it would leak loudly at exit
            text_mode=zxing.TextMode.Plain,  # the default writes control characters as words
            binarizer=zxing.Binarizer.GlobalHistogram if histogram else zxing.Binarizer.LocalAverage,
            try_invert=inverted,
            return_errors=True,  # costs nothing that can be measured
        )
        reads = [Read(code.text, corners_of(code.position), ZXING) for code in found if code.valid]
        unread = [Unread(corners_of(code.position), _fault(code)) for code in found if not code.valid]
        return reads, unread


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
        return [Read(_said(code.data.decode("utf-8", "replace")), _pyzbar_corners(code), PYZBAR) for code in found]


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


def middle(corners: Corners) -> tuple[float, float]:
    """The middle of an outline."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4


def moved(corners: Corners, across: int, down: int) -> Corners:
    """An outline so many pixels farther to the right and down."""
    first, second, third, fourth = ((x + across, y + down) for x, y in corners)
    return first, second, third, fourth


def within(shape: tuple[int, ...], places: Sequence[Corners]) -> list[Corners]:
    """Those whose middle lies within a picture of this height and width."""
    height, width = shape
    return [each for each in places if 0 <= middle(each)[0] < width and 0 <= middle(each)[1] < height]


def is_same_place(one: Corners, other: Corners) -> bool:
    """Whether the middle of one lies within the other's outline, roughly: half its longer diagonal from its middle."""
    (x, y), (other_x, other_y) = middle(one), middle(other)
    return max(abs(x - other_x), abs(y - other_y)) <= longest_px(other) / 2


def apart(places: Sequence[Corners], read: Sequence[Corners] = ()) -> list[Corners]:
    """The places where nothing was read, each once."""
    found: list[Corners] = []
    for corners in places:
        if not any(is_same_place(corners, other) for other in (*found, *read)):
            found.append(corners)
    return found


def is_inside(point: tuple[float, float], corners: Corners) -> bool:
    """Whether a point lies within an outline or close around it."""
    centre = np.array(middle(corners))
    around = centre + (np.array(corners, float) - centre) * 1.3
    return bool(cv2.pointPolygonTest(around.astype(np.float32), point, measureDist=False) >= 0)


def longest_px(corners: Corners) -> float:
    """The longer diagonal, along the picture's axes."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return max(abs(ax - cx), abs(ay - cy), abs(bx - dx), abs(by - dy))


@dataclass(frozen=True)
class Glance:
    """What a first look at a picture gives: the picture in grey, what was read, and what was found and not read."""

    gray: Image
    reads: list[Read] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def united(known: Sequence[Read], more: Sequence[Read]) -> list[Read]:
    """Both lists as one, with the same text at the same place once.

    zbar guesses at characters beyond ASCII and often guesses wrong, so where another engine has read the same place
    its guess counts for nothing, whichever came first.
    """
    both = list(known)
    for read in more:
        here = [index for index, other in enumerate(both) if is_same_place(read.corners, other.corners)]
        same = next((index for index in here if both[index].text == read.text), None)
        if same is not None:
            names = sorted(both[same].engines | read.engines, reverse=True)
            looks, is_completed = both[same].looks + read.looks, both[same].is_completed and read.is_completed
            both[same] = Read(read.text, both[same].corners, "+".join(names), looks, is_completed=is_completed)
        elif _is_guess(read):
            if not here:
                both.append(read)
        else:
            both = [other for index, other in enumerate(both) if index not in here or not _is_guess(other)]
            both.append(read)
    return both


def _is_guess(read: Read) -> bool:
    return read.engine == PYZBAR and not read.text.isascii()


def _fault(code: Any) -> Fault:
    return "checksum" if "hecksum" in str(code.error) else "format"


def corners_of(position: Any) -> Corners:
    """The four corners of a code as zxing-cpp gives them."""
    top_left, top_right = position.top_left, position.top_right
    bottom_right, bottom_left = position.bottom_right, position.bottom_left
    return (
        (top_left.x, top_left.y),
        (top_right.x, top_right.y),
        (bottom_right.x, bottom_right.y),
        (bottom_left.x, bottom_left.y),
    )


_GUESSES = ("cp932", "big5", "gb18030", "latin-1")
"""Character sets that zbar guesses where a code does not name one, Shift-JIS before UTF-8."""


def _said(text: str) -> str:
    """What zbar has read, put back into the code's own bytes where these are UTF-8; ASCII is the same in all sets."""
    if text.isascii():
        return text
    for charset in _GUESSES:
        with suppress(UnicodeError):
            return text.encode(charset).decode("utf-8")
    return text


def _pyzbar_corners(code: Any) -> Corners:
    """The four corners; the upright box around them where zbar found more or fewer."""
    if len(code.polygon) == 4:
        first, second, third, fourth = ((point.x, point.y) for point in code.polygon)
        return first, second, third, fourth
    left, top, width, height = code.rect
    return (left, top), (left + width, top), (left + width, top + height), (left, top + height)
