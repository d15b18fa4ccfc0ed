"""The build of a QR code (ISO/IEC 18004): which modules are fixed, where its bytes lie, and how errors are corrected.

It adds what decoders lack: correction with *erasures*. A byte known to be doubtful costs one check byte, an unknown
wrong byte costs two; so a code that is dirty or in glare may lose nearly twice as much.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from reedsolo import ReedSolomonError, RSCodec

MOST_VERSION = 14
"""Larger codes have so many modules that the grid found here is not true enough."""

_CHECK_BYTES = {  # per block, versions 1 to 14
    "L": (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30),
    "M": (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24),
    "Q": (13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20),
    "H": (17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24),
}
_BLOCKS = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16),
}
_LEVELS = ("M", "L", "H", "Q")
"""By the two bits of the format."""
_LEAST_FORMAT = 0.5
"""How far both copies of the format must bear it out; what is no code seldom does, and costs no time then."""
_SPARE = 3
"""Check bytes of each block that must be left over, so that a wrong correction is next to impossible."""


@dataclass(frozen=True, eq=False)
class Build:
    """The fixed part of a version: `fixed` says which modules are, `dark` which of those are dark; n x n."""

    side: int
    fixed: np.ndarray
    dark: np.ndarray
    path: np.ndarray
    """Where the bits of the bytes lie, in order: m x 2, row and column."""


def side_of(version: int) -> int:
    """Return the number of modules along one side."""
    return 17 + 4 * version


@cache
def build(version: int) -> Build:
    """The build of a version from 1 to 14."""
    side = side_of(version)
    fixed, dark, kept = (np.zeros((side, side), bool) for _ in range(3))
    for row, column in ((0, 0), (0, side - 7), (side - 7, 0)):
        _ring(fixed, dark, row + 3, column + 3, 3)
        low_row, low_column = max(row - 1, 0), max(column - 1, 0)
        fixed[low_row : row + 8, low_column : column + 8] = True
    at = _alignments(version)
    for row in at:
        for column in at:
            if not fixed[row, column]:
                _ring(fixed, dark, row, column, 2)
    for index in range(8, side - 8):
        fixed[6, index] = fixed[index, 6] = True
        dark[6, index] = dark[index, 6] = index % 2 == 0
    kept |= fixed
    kept[:9, 8] = kept[8, :9] = kept[8, side - 8 :] = kept[side - 8 :, 8] = True
    fixed[side - 8, 8] = dark[side - 8, 8] = True
    if version >= 7:
        kept[:6, side - 11 : side - 8] = kept[side - 11 : side - 8, :6] = True
        dark[:6, side - 11 : side - 8] = _version_bits(version)
        dark[side - 11 : side - 8, :6] = _version_bits(version).T
    return Build(side, fixed, dark, _path(kept))


def _ring(fixed: np.ndarray, dark: np.ndarray, row: int, column: int, reach: int) -> None:
    """Draw a finder (reach 3) or an alignment pattern (reach 2) about a module."""
    away = np.maximum(*(np.abs(each) for each in np.mgrid[-reach : reach + 1, -reach : reach + 1]))
    where = slice(row - reach, row + reach + 1), slice(column - reach, column + reach + 1)
    fixed[where] = True
    dark[where] = away != reach - 1


def _version_bits(version: int) -> np.ndarray:
    """The 18 bits that name a version from 7 on: 6 x 3, as they stand at the upper right."""
    rest = version << 12
    for shift in range(5, -1, -1):
        if rest >> (shift + 12) & 1:
            rest ^= 0b1111100100101 << shift
    word = version << 12 | rest
    return np.array([[word >> (3 * row + column) & 1 for column in range(3)] for row in range(6)], bool)


def _alignments(version: int) -> list[int]:
    """The rows, and columns, of the middles of the alignment patterns."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *sorted(side_of(version) - 7 - step * index for index in range(count - 1))]


def _path(kept: np.ndarray) -> np.ndarray:
    """Up and down in pairs of columns from the right, past the column of the timing pattern."""
    side = len(kept)
    path = []
    is_up = True
    for right in (*range(side - 1, 6, -2), 5, 3, 1):
        for row in range(side - 1, -1, -1) if is_up else range(side):
            path += [(row, column) for column in (right, right - 1) if not kept[row, column]]
        is_up = not is_up
    return np.array(path)


def format_places(side: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns of both copies of the 15 bits of the format, highest bit first: 2 x 15 each."""
    near = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    far = [(side - 1 - i, 8) for i in range(7)] + [(8, side - 8 + i) for i in range(8)]
    both = np.array([near, far])
    return both[..., 0], both[..., 1]


@cache
def formats() -> np.ndarray:
    """The 32 formats, 1 for a dark module and -1 for a light one: 32 x 15."""
    made = []
    for data in range(32):
        rest = data << 10
        for shift in range(4, -1, -1):
            if rest >> (shift + 10) & 1:
                rest ^= 0b10100110111 << shift
        word = (data << 10 | rest) ^ 0b101010000010010
        made.append([1 if word >> (14 - index) & 1 else -1 for index in range(15)])
    return np.array(made)


def mask(pattern: int, side: int) -> np.ndarray:
    """Which modules this mask turns over."""
    i, j = np.mgrid[0:side, 0:side]
    rules = (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )
    return np.asarray(rules[pattern] == 0)


def corrected(soft: np.ndarray, version: int) -> np.ndarray | None:
    """The code that these modules are read from, whole and clean; None where too much of it is lost.

    Args:
        soft: how dark each module is, n x n from -1 (surely light) to 1 (surely dark); 0 says nothing.

    Returns:
        Which modules are dark, n x n, the fixed ones as they should be.
    """
    plan = build(version)
    rows, columns = format_places(plan.side)
    seen = soft[rows, columns].sum(axis=0)
    likeness = (formats() * seen).sum(axis=1) / max(float(np.abs(soft[rows, columns]).sum()), 1e-6)
    for index in np.argsort(-likeness)[:2]:
        if likeness[index] < _LEAST_FORMAT:
            break
        level, turned = _LEVELS[index >> 3], mask(int(index) & 7, plan.side)
        signs = np.where(turned, -1.0, 1.0)
        bits = (soft * signs)[plan.path[:, 0], plan.path[:, 1]]
        data = _correct_bytes(bits[: len(bits) // 8 * 8].reshape(-1, 8), version, level)
        if data is None:
            continue
        dark = plan.dark.copy()
        whole = np.zeros(len(bits), bool)  # the few bits after the last byte are light before the mask
        whole[: data.size * 8] = np.unpackbits(data).astype(bool)
        dark[plan.path[:, 0], plan.path[:, 1]] = whole ^ turned[plan.path[:, 0], plan.path[:, 1]]
        dark[rows, columns] = formats()[index] > 0
        dark[plan.side - 8, 8] = True
        return dark
    return None


def _correct_bytes(bits: np.ndarray, version: int, level: str) -> np.ndarray | None:
    """The bytes in the order of the path, corrected block by block; `bits` is m x 8, above 0 for 1."""
    read = np.packbits(bits > 0, axis=1)[:, 0]
    doubt = np.sort(np.abs(bits), axis=1)[:, :2].sum(axis=1)
    blocks, checks = _BLOCKS[level][version - 1], _CHECK_BYTES[level][version - 1]
    data = len(read) - blocks * checks
    short, longer = data // blocks, data % blocks
    owner = np.array([index % blocks for index in range(short * blocks)] + list(range(blocks - longer, blocks)))
    owner = np.concatenate((owner, np.arange(blocks * checks) % blocks))
    whole = read.copy()
    for block in range(blocks):
        where = np.flatnonzero(owner == block)
        fixed = correct_block(read[where], doubt[where], checks)
        if fixed is None:
            return None
        whole[where] = fixed
    return whole


def correct_block(read: np.ndarray, doubt: np.ndarray, checks: int) -> np.ndarray | None:
    """One block corrected, trying first without erasures, then with more and more of the least sure bytes erased.

    Args:
        read: the bytes, highest power first; the last `checks` are check bytes.
        doubt: how sure each byte is; the lowest are erased first.
    """
    least_sure = np.argsort(doubt, kind="stable")
    for erased in range(0, max(checks - _SPARE, 0) + 1, 2):
        fixed = _correct(read, [int(index) for index in least_sure[:erased]], checks)
        if fixed is not None:
            return fixed
    return None


def _correct(read: np.ndarray, erased: list[int], checks: int) -> np.ndarray | None:
    """Correct errors and erasures; None where there are too many, or where too few check bytes are left over."""
    try:
        _data, whole, found = _codec(checks).decode(bytes(read.tolist()), erase_pos=erased)
    except ReedSolomonError:
        return None
    errors = len(set(found) - set(erased))
    if 2 * errors + len(erased) > checks - min(_SPARE, checks // 4):
        return None
    return np.frombuffer(whole, np.uint8)


@cache
def _codec(checks: int) -> RSCodec:
    """Return the code of QR blocks with so many check bytes: over x^8 + x^4 + x^3 + x^2 + 1, from the power 0."""
    return RSCodec(checks, fcr=0, prim=0x11D)
