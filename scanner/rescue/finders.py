"""Find finder patterns, the three squares in the corners of a QR code.

Any line through the middle of one crosses dark, light, dark, light, dark as 1:1:3:1:1. A decoder needs three of them;
here they show where a code is that no decoder finds, and two of them are enough to look for a torn third.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from scanner.decoding.renderings import smoothed, thresholded
from scanner.sources.frames import Image

_LEAST_MODULE_PX = 1.2
_LEAST_CONTRAST = 10.0
"""Levels of grey between the light ring and the dark middle."""
_MOST, _MOST_TRIED = 200, 6000
"""Finder patterns in one picture that are kept, and places that are tried."""
_CELL_PX = 4
_TURNS = (1.0, 0.85, 0.71)
"""A line across a square that is turned is longer, up to its diagonal: the modules are smaller than it says."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A finder pattern: its middle, how wide and high its modules are, and how large between the two, in pixels."""

    x: float
    y: float
    wide_px: float
    high_px: float
    module_px: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "module_px", (self.wide_px + self.high_px) / 2)


def find_finders(gray: Image, *, block_px: int | None = None) -> list[Finder]:
    """Return the finder patterns of a grey picture, the surest first.

    Args:
        block_px: side of the neighbourhood that tells dark from light; None: a fifth of the picture's shorter side.
    """
    if min(gray.shape) < 16:
        return []
    block = block_px or max(min(gray.shape) // 5, 25)
    soft = smoothed(gray, 0.8)
    dark = thresholded(soft, block | 1, 4) == 0
    across = _crossings(dark)
    down = _crossings(np.ascontiguousarray(dark.T))[:, [1, 0, 2]]
    if not len(across) or not len(down):
        return []
    met = _joined(across, down, gray.shape)
    return _surest(soft, np.concatenate([met * (1, 1, turn, turn) for turn in _TURNS]))


def _crossings(dark: np.ndarray) -> np.ndarray:
    """Where rows cross something as 1:1:3:1:1: x, y and module size of each crossing, n x 3.

    The outer dark runs may be longer, where no quiet zone parts them from dark ground, or half as long, where torn.
    """
    height, width = dark.shape
    padded = np.zeros((height, width + 2), bool)
    padded[:, 1:-1] = dark
    is_edge = padded[:, 1:] != padded[:, :-1]  # each row has as many beginnings as ends of dark runs
    rows, edges = np.divmod(np.flatnonzero(is_edge), width + 1)
    if len(edges) < 6:
        return np.zeros((0, 3))
    lengths = np.diff(edges).astype(np.float32)
    same_row = rows[:-1] == rows[1:]
    lengths[~same_row] = 1e6  # ends whatever would reach over into the next row
    begin = np.arange(0, len(edges) - 5, 2)  # dark runs begin at even edges
    begin = begin[rows[begin] == rows[begin + 5]]
    a, b, c, d, e = (lengths[begin + offset] for offset in range(5))
    module = (b + c + d) / 5
    slack = module * 0.55 + 0.5
    fits = (
        (module >= _LEAST_MODULE_PX)
        & (np.abs(b - module) < slack)
        & (np.abs(d - module) < slack)
        & (np.abs(c - 3 * module) < 1.6 * slack)
        & (np.minimum(a, e) > module * 0.4 - 0.3)
        & (np.minimum(a, e) < module * 2 + 1)
    )
    begin = begin[fits]
    x = (edges[begin + 2] + edges[begin + 3]) / 2.0
    return np.column_stack((x, rows[begin], module[fits]))


def _joined(across: np.ndarray, down: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Crossings that meet: x, y, and how wide and high the modules are, n x 4."""
    side = shape[0] // _CELL_PX + 1, shape[1] // _CELL_PX + 1
    count, total = (cv2.boxFilter(each, -1, (3, 3), normalize=False) for each in _in_cells(down, side))
    column, row = (across[:, :2].T / _CELL_PX).astype(int)
    met = count[row, column] > 0
    across, row, column = across[met], row[met], column[met]
    places = np.zeros(side, np.uint8)
    places[row, column] = 1
    which = cv2.connectedComponents(places)[1][row, column]
    here = np.maximum(np.bincount(which), 1)
    x, y, wide, high = (
        np.bincount(which, values) / here for values in (*across.T, total[row, column] / count[row, column])
    )
    is_square = np.flatnonzero((wide > 0.5 * high) & (wide < 2.0 * high))
    return np.column_stack((x, y, wide, high))[is_square[:_MOST_TRIED]]


def _in_cells(crossings: np.ndarray, side: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """How many crossings lie in each cell of the picture, and the sum of their module sizes."""
    column, row = (crossings[:, :2].T / _CELL_PX).astype(int)
    cell = row * side[1] + column
    count = np.bincount(cell, minlength=side[0] * side[1]).reshape(side)
    total = np.bincount(cell, crossings[:, 2], minlength=side[0] * side[1]).reshape(side)
    return count.astype(np.float32), total.astype(np.float32)


_ANGLES = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_RADII = np.array([0.0, 0.7, 1.1, 2.3, 2.8, 3.1, 3.5, 3.9, 4.3])
"""In modules: three in the middle, one in the light ring, the others where the dark ring must be met."""


def _surest(soft: Image, found: np.ndarray) -> list[Finder]:
    """Those that look like one all around in a smoothed picture, the clearest first."""
    if not len(found):
        return []
    rays = np.stack((np.cos(_ANGLES), np.sin(_ANGLES)), axis=-1)[:, None] * _RADII[:, None]
    at = (found[:, None, None, :2] + found[:, None, None, 2:] * rays).astype(np.float32)
    flat = at.reshape(len(found), -1, 2)
    light = np.asarray(
        cv2.remap(soft, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    light = light.reshape(len(found), len(_ANGLES), len(_RADII))
    inside = np.percentile(light[..., :3], 80, axis=(1, 2))
    ring = np.sort(light[..., 3], axis=1)
    contrast = ring[:, 8] - inside
    middle = (ring[:, 8] + inside) / 2
    is_ring = (light[..., 3] > middle[:, None]).sum(axis=1) >= 14
    is_rim = (light[..., 4:].min(axis=2) < middle[:, None]).sum(axis=1) >= 12
    surest: list[Finder] = []
    taken = np.zeros((0, 3))  # x, y, reach
    for index in np.argsort(-contrast, kind="stable"):
        if contrast[index] >= _LEAST_CONTRAST and is_ring[index] and is_rim[index]:
            one = Finder(*map(float, found[index]))
            away = np.maximum(np.abs(taken[:, 0] - one.x), np.abs(taken[:, 1] - one.y))
            if np.all(away > taken[:, 2]):
                surest.append(one)
                taken = np.vstack((taken, (one.x, one.y, 2.5 * one.module_px)))
                if len(surest) == _MOST:
                    break
    return surest
