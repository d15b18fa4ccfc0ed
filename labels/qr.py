"""A QR code for a screen: as SVG for a page, as characters for a terminal."""

from typing import Any

import zxingcpp

_QUIET = 4
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
"""Two modules above each other, dark or not, as one character that is twice as high as wide."""


def qr_rows(text: str) -> list[list[bool]]:
    """The modules of a text's code, row by row, the quiet zone included; True is dark."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    pixels: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    side = pixels.shape[1]
    data = bytes(memoryview(pixels))
    empty, edge = [[False] * (side + 2 * _QUIET)] * _QUIET, [False] * _QUIET
    dark = [[pixel == 0 for pixel in data[at : at + side]] for at in range(0, len(data), side)]
    return [*empty, *([*edge, *row, *edge] for row in dark), *empty]


def qr_svg(text: str) -> bytes:
    """The code as an SVG picture, black on white."""
    rows = qr_rows(text)
    side = len(rows)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{8 * side}" height="{8 * side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{dark}"/></svg>'
    ).encode()


def qr_lines(text: str) -> list[str]:
    """The code as lines of characters, to be shown black on white."""
    rows = qr_rows(text)
    rows += [[False] * len(rows)] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALVES[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs]
