"""QR symbols: which version and level a payload gets, and its modules as bits. Must not know about paper."""

import re
from dataclasses import dataclass
from math import floor

import zxingcpp

from custody.errors import N_, LabelError

QUIET_MODULES = 4
"""White modules on each side of a symbol (ISO/IEC 18004 §9.1)."""

GOOD_MODULE_MM = 0.6
"""From here on a webcam at arm's length tells one module from the next, and damage is the greater risk: level H."""

LEAST_MODULE_MM = 0.5
"""Below this a laser or thermal printer's dot gain closes modules: no label is made."""

_HAIR = 1e-6
"""Of a dot: what floating point loses."""

_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """A size of QR symbol at one level of error correction, and how many alphanumeric characters it takes."""

    number: int
    level: str
    capacity: int

    @property
    def modules(self) -> int:
        """Modules along one side, without the quiet zone."""
        return 17 + 4 * self.number

    def module_mm(self, side_mm: float, dots_per_mm: float | None = None) -> float:
        """The size of a module when the symbol and its quiet zone fill a square of this side.

        With a printer's dots it is the largest whole number of them that fits.
        """
        module_mm = side_mm / (self.modules + 2 * QUIET_MODULES)
        return module_mm if dots_per_mm is None else floor(module_mm * dots_per_mm + _HAIR) / dots_per_mm


# ISO/IEC 18004 table 7, alphanumeric. Version 1 is not among the strong ones: its level H holds ten characters, and
# pyzbar misses up to a tenth of version 1 symbols where it reads every version 2.
_STRONG = (Version(2, "H", 20), Version(3, "H", 35), Version(4, "H", 50))
_SMALL = (Version(1, "Q", 16), Version(2, "Q", 29), Version(3, "Q", 47))


def choose_version(length: int, side_mm: float, dots_per_mm: float | None = None) -> Version | None:
    """The version for a payload on a square of this side: level H while modules stay good, else a smaller symbol.

    With a printer's dots to the millimetre, modules are whole dots. None when they would be too small to print, or the
    payload is longer than 50 characters.
    """
    for versions, least_mm in ((_STRONG, GOOD_MODULE_MM), (_SMALL, LEAST_MODULE_MM)):
        version = next((v for v in versions if v.capacity >= length), None)
        if version is not None and version.module_mm(side_mm, dots_per_mm) >= least_mm:
            return version
    return None


_BITS = bytes([ord("0")]) + bytes([ord("1")]) * 255


def symbol_of(job: tuple[str, Version]) -> str:
    """`symbol_hex` of a payload and its version as one argument, so that other processes can be given many."""
    return symbol_hex(*job)


def symbol_hex(payload: str, version: Version) -> str:
    """The symbol's modules, row by row from the top, as hexadecimal: a dark module is a 0 bit, rows fill whole bytes.

    That is what a PDF image mask paints by default (ISO 32000-1 §8.9.6.2).

    Raises:
        LabelError: a character that QR's alphanumeric mode lacks (ISO/IEC 18004 §7.4.4), or too many.
    """
    if not _ALPHANUMERIC.fullmatch(payload) or len(payload) > version.capacity:
        raise LabelError(
            N_("{payload} cannot be a label's QR code: it takes up to {capacity} digits and capital letters"),
            hint=N_("Check the code of the place in the places table."),
            payload=payload[:60],
            capacity=version.capacity,
        )
    barcode = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=version.level, version=version.number
    )
    side = version.modules
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    bits = bytes(image).translate(_BITS)  # type: ignore[call-overload]  # its stub hides that it is a buffer
    padding = b"1" * (-side % 8)
    rows = (bits[start : start + side] + padding for start in range(0, side * side, side))
    return f"{int(b''.join(rows), 2):0{side * (side + len(padding)) // 4}x}"
