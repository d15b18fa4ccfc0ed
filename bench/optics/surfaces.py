"""What a label is printed on and what befell it, as albedo: print, thermal print, ink, water, tears, fingers.

Each function takes and gives a picture of the label, 0 black to 1 white, of `px_mm` pixels a millimetre.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from labels.symbol import QUIET_MODULES
from tests.support.scenes import Label

INK, PAPER = 0.05, 0.82
"""Reflectance of toner and of paper (about L* 27 and 93)."""
THERMAL_DOTS_MM = 8.0
"""A printer of 203 dots an inch."""

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A label as albedo, and where its symbol stands in it, in pixels without the quiet zone."""

    text: str
    albedo: np.ndarray
    px_mm: float
    left: float
    top: float
    side: float
    modules: int

    @property
    def module_px(self) -> float:
        return self.side / self.modules

    @property
    def module_mm(self) -> float:
        return self.module_px / self.px_mm


def printed(label: Label, dpi: float) -> Print:
    """A label that was drawn in black and white with so many dots an inch, as toner on paper."""
    module = label.side / label.modules
    edge = QUIET_MODULES * module
    return Print(
        label.text,
        np.asarray(INK + (PAPER - INK) * label.image.astype(np.float32) / 255, np.float32),
        dpi / 25.4,
        label.left + edge,
        label.top + edge,
        label.side - 2 * edge,
        label.modules - 2 * QUIET_MODULES,
    )


def thermal(label: Print, severity: float, rng: Rng) -> np.ndarray:
    """Printed in dots of a thermal head of which some are dead, others weak, and faded in the sun.

    Dead dots leave lines along the way of the paper, down the label; `severity` from 0 to 1.
    """
    height, width = label.albedo.shape
    dots = THERMAL_DOTS_MM / label.px_mm
    size = max(round(width * dots), 8), max(round(height * dots), 8)
    small = cv2.resize(label.albedo, size, interpolation=cv2.INTER_AREA)
    dark = (small < (INK + PAPER) / 2).astype(np.float32)
    heat = np.ones(size[0], np.float32)
    left, right = (round(edge * dots) for edge in (label.left, label.left + label.side))
    for _line in range(round(2 + 4 * severity)):
        at = int(rng.integers(left, right))
        heat[at : at + int(rng.integers(2, 5 + round(8 * severity)))] = rng.uniform(0.0, 0.15)
    heat *= 1 - 0.35 * severity * rng.random(size[0], np.float32)
    fade = cv2.resize(rng.random((3, 3), np.float32), size, interpolation=cv2.INTER_CUBIC)
    strength = 1 - severity * np.clip(0.35 + 0.6 * fade, 0, 0.92)
    speckle = rng.random((size[1], size[0]), np.float32) > 0.06 + 0.22 * severity
    black = dark * heat * strength * speckle
    paper = PAPER - 0.10 * severity
    drawn = paper - (paper - INK) * np.clip(black, 0, 1)
    soft = cv2.GaussianBlur(drawn, (0, 0), 0.5)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def smeared(label: Print, severity: float, rng: Rng) -> np.ndarray:
    """Wet ink that a thumb drew aside: a dark veil along a line, and the print under it drawn out."""
    height, width = label.albedo.shape
    angle = rng.uniform(0, np.pi)
    length = max(round((1 + 2.5 * severity) * label.module_px), 3)
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    tip = (length + round(length * np.cos(angle)), length + round(length * np.sin(angle)))
    cv2.line(kernel, (length, length), tip, 1.0, 1)
    drawn = cv2.filter2D(label.albedo, -1, kernel / kernel.sum())
    mask = _band(label, rng, angle, (0.15 + 0.2 * severity) * label.side)
    ink = 1 - (0.25 + 0.45 * severity) * mask
    return np.asarray((label.albedo * (1 - mask) + drawn * mask) * ink, np.float32).reshape(height, width)


def torn(label: Print, severity: float, rng: Rng) -> np.ndarray:
    """A corner of the symbol is gone with its paper; what was beneath it shows."""
    module, at = label.module_px, np.array([label.left, label.top])
    corner = np.array([(0, 0), (1, 0), (0, 1)][int(rng.integers(0, 3))], float)
    legs = (2.5 + 5.5 * severity) * module * rng.uniform(0.75, 1.25, 2)
    tip = at + corner * label.side
    inward = 1 - 2 * corner
    out = -inward * 40 * module
    far = 40 * module
    points = [
        tip + out,
        tip + np.array((inward[0] * (legs[0] + far), out[1])),
        tip + np.array((inward[0] * legs[0], 0)),
    ]
    points += [tip + np.array((0, inward[1] * legs[1])), tip + np.array((out[0], inward[1] * (legs[1] + far)))]
    shape = np.round(np.array(points)).astype(np.int32)
    gone = np.zeros(label.albedo.shape, np.uint8)
    cv2.fillPoly(gone, [shape], 1)
    return np.where(gone > 0, np.float32(rng.uniform(0.1, 0.35)), label.albedo)


def rained_on(label: Print, severity: float, rng: Rng) -> np.ndarray:
    """Drops that show what is beneath them smaller and upside down, with a lamp in each; wet paper is darker."""
    found = label.albedo.copy()
    height, width = found.shape
    for _drop in range(round(6 + 26 * severity)):
        radius = rng.uniform(0.8, 1.2 + 1.9 * severity) * label.module_px
        x, y = np.array([label.left, label.top]) + rng.uniform(-0.05, 1.05, 2) * label.side
        low_x, low_y = max(int(x - radius), 0), max(int(y - radius), 0)
        high_x, high_y = min(int(x + radius) + 1, width), min(int(y + radius) + 1, height)
        if high_x - low_x < 3 or high_y - low_y < 3:
            continue
        columns, rows = np.meshgrid(
            np.arange(low_x, high_x, dtype=np.float32), np.arange(low_y, high_y, dtype=np.float32)
        )
        away = np.hypot(columns - x, rows - y) / radius
        beneath = cv2.remap(
            label.albedo,
            np.float32(x) - (columns - np.float32(x)) * np.float32(1.4),
            np.float32(y) - (rows - np.float32(y)) * np.float32(1.4),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        lamp = np.exp(-(((columns - x + 0.4 * radius) ** 2 + (rows - y + 0.4 * radius) ** 2) / (0.12 * radius**2)))
        part = found[low_y:high_y, low_x:high_x]
        part[:] = np.where(away < 1, beneath * 0.85 + 1.5 * lamp, part)
    return found


def under_a_finger(label: Print, severity: float, rng: Rng) -> np.ndarray:
    """A thumb over one side of the symbol, which holds it."""
    height, width = label.albedo.shape
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([label.left, label.top]) + label.side / 2
    reach = (0.14 + 0.26 * severity) * label.side  # of the tip, past the symbol's side
    edge = label.side / 2 / np.abs(way).max()
    tip = middle + way * (edge - reach)
    tip = tip + np.array([-way[1], way[0]]) * rng.uniform(-0.25, 0.25) * label.side
    broad = rng.uniform(0.24, 0.34) * label.side
    thumb = np.zeros((height, width), np.float32)
    ends = [tuple(int(value) for value in np.round(each)) for each in (tip + way * broad, tip + way * 4 * label.side)]
    cv2.line(thumb, ends[0], ends[1], 1.0, round(2 * broad), cv2.LINE_AA)
    shadow = cv2.GaussianBlur(thumb, (0, 0), 1.2 * label.module_px)
    skin = 0.33 + 0.05 * cv2.resize(rng.standard_normal((8, 8), np.float32), (width, height))
    return np.asarray(np.where(thumb > 0.5, skin, label.albedo * (1 - 0.5 * shadow)), np.float32)


def on_a_screen(label: Print, severity: float, pitch_px: float, rng: Rng) -> np.ndarray:
    """Shown by a display whose pixels, `pitch_px` of the picture wide, stand apart: it beats with the camera's."""
    height, width = label.albedo.shape
    rows = 0.5 + 0.5 * np.cos(2 * np.pi * (np.arange(height, dtype=np.float32) / pitch_px + rng.random()))
    columns = 0.5 + 0.5 * np.cos(2 * np.pi * (np.arange(width, dtype=np.float32) / pitch_px + rng.random()))
    depth = 0.35 + 0.45 * severity
    return np.asarray(label.albedo * (1 - depth * rows[:, None]) * (1 - depth * columns), np.float32) * np.float32(1.6)


def _band(label: Print, rng: Rng, angle: float, broad: float) -> np.ndarray:
    """A soft stripe across the symbol, 0 to 1."""
    height, width = label.albedo.shape
    x0, y0 = np.array([label.left, label.top]) + rng.uniform(0.25, 0.75, 2) * label.side
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.abs((columns - x0) * np.sin(angle) - (rows - y0) * np.cos(angle))
    return np.asarray(np.clip(1.5 - away / max(broad / 2, 1), 0, 1), np.float32)
