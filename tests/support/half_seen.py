"""Labels as modules, and pictures of labels whose data is half lost in noise while all that is fixed is clear."""

import numpy as np

from scanner.rescue.expected_codes import bits_of
from scanner.rescue.payload_code import SIZES, code_of
from scanner.rescue.qr_structure import build, format_places, formats, mask
from scanner.sources.frames import Image

_LEVELS = {"M": 0, "L": 1, "H": 2, "Q": 3}


def modules_of(text: str, version: int = 2, level: str = "H", number: int = 3) -> np.ndarray:
    """A label's modules with this mask, 1 for dark and -1 for light."""
    plan, size = build(version), SIZES[version, level]
    code, rows = code_of(*size), plan.path
    bits = np.zeros(len(rows), bool)
    bits[: 8 * sum(size)] = code.known ^ (bits_of([text]) @ code.rows.astype(np.int32) & 1)[0]
    dark = np.where(plan.dark, 1.0, -1.0)
    dark[rows[:, 0], rows[:, 1]] = np.where(bits ^ mask(number, plan.side)[rows[:, 0], rows[:, 1]], 1, -1)
    dark[format_places(plan.side)] = formats()[_LEVELS[level] << 3 | number]
    return dark


def half_seen(text: str, right: float, seed: int) -> Image:
    """A picture of a label of which so much of the right signal is left where its data is, the rest noise."""
    modules, random = modules_of(text), np.random.default_rng(seed)
    where = build(2).path
    data = modules[where[:, 0], where[:, 1]]
    noisy = right * data + np.sqrt(1 - right**2) * random.standard_normal(len(data))
    modules[where[:, 0], where[:, 1]] = np.clip(0.6 * noisy, -1, 1)
    gray = np.kron(128 - 100 * modules, np.ones((8, 8)))
    return np.asarray(np.pad(gray, 80, constant_values=228), np.uint8)
