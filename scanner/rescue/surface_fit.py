"""Fit a surface's shape to a picture by the modules that every code has: finders, timing, alignment.

Least squares after Gauss, Newton and Levenberg, several beginnings at once (Lucas and Kanade, 1981, IJCAI, for the
picture as its own gradient; Huber, 1964, for what is torn or covered and must not count).
"""

from functools import cache

import cv2
import numpy as np

from scanner.rescue.qr_structure import build, side_of
from scanner.rescue.surface import SIZE, seen

STEP = np.array([0.25, 0.25, 0.02, 0.03, 0.03, 0.02, 0.004, 0.02])
"""How far a number is moved to see what it does: about a quarter of a module at the label's edge; x, y in modules."""
_PRIOR = np.array([0, 0, 0, 0, 0, 0, 0.0, 2.0])
"""How strongly a number is held to where it began, where the picture says nothing of it."""
_LEVEL = 0.8
"""Darkness of a module that is seen well."""
_MOST_MISS, _HIDDEN = 1.5, 0.6
"""What a module costs at most, however wrong it is, and what one costs that is turned away."""
_SURE = 0.4
CURVATURES = -0.02, 0.13
"""Of labels, in 1 / modules: from a little hollow to a module of 0.9 mm around 14 mm."""
_TURNED = 0.85
"""Residuals larger than this come of damage, not of a place that is a little off."""


@cache
def known_modules(version: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the fixed modules: places from the label's middle (p x 2), dark 1 and light -1, and their weight."""
    plan = build(version)
    fixed = np.pad(plan.fixed, 1)
    dark = np.pad(plan.dark, 1)
    fixed[0, :9] = fixed[:9, 0] = fixed[0, -9:] = fixed[:9, -1] = fixed[-1, :9] = fixed[-9:, 0] = True
    rows, columns = np.nonzero(fixed)
    weight = np.ones(len(rows))
    side = plan.side
    is_line = (rows == 7) | (columns == 7)
    is_finder = ((rows < 9) & ((columns < 9) | (columns > side - 8))) | ((rows > side - 8) & (columns < 9))
    weight[is_line & ~is_finder] = 2.0
    weight[~is_line & ~is_finder] = 1.5
    places = np.column_stack((columns, rows)) - 1 + 0.5 - side / 2
    return places, np.where(dark[rows, columns], 1.0, -1.0), weight / weight.sum()


def sampled(dark: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The picture at these places, 0 beyond it."""
    return np.asarray(
        cv2.remap(dark, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    )


def fits(dark: np.ndarray, shapes: np.ndarray, version: int, focal_px: float) -> np.ndarray:
    """How well the fixed modules are met, -1 to 1; what turns away counts as met by nothing."""
    places, target, weight = known_modules(version)
    x, y, facing = seen(shapes, places, focal_px)
    return np.asarray((sampled(dark, x, y) * facing) @ (target * weight))


def refined(
    dark: np.ndarray,
    shapes: np.ndarray,
    version: int,
    focal_px: float,
    turns: int,
    *,
    read: np.ndarray | None = None,
) -> np.ndarray:
    """The same shapes, each moved to where the fixed modules fit best.

    Args:
        read: how dark the other modules were read to be, n x n: those that are sure count too.
    """
    places, target, weight = known_modules(version)
    if read is not None:
        rows, columns = np.nonzero(~build(version).fixed & (np.abs(read) > _SURE))
        more = np.column_stack((columns, rows)) + 0.5 - side_of(version) / 2
        places, target = np.concatenate((places, more)), np.concatenate((target, np.sign(read[rows, columns])))
        weight = np.concatenate((weight, np.full(len(rows), 1.0 / len(weight))))
        weight = weight / weight.sum()
    count, points = len(shapes), len(places)
    tried, begun = shapes.copy(), shapes.copy()
    best, error = shapes.copy(), np.full(count, np.inf)
    damping = np.full(count, 0.03)
    square, pull, scale = np.zeros((count, SIZE, SIZE)), np.zeros((count, SIZE)), np.ones((count, SIZE))
    diagonal = np.arange(SIZE)
    for turn in range(turns + 1):
        step = np.tile(STEP, (count, 1))
        step[:, :2] *= np.exp(tried[:, 2:3])
        moved = np.repeat(tried[:, None], SIZE + 1, axis=1)
        moved[:, diagonal + 1, diagonal] += step
        x, y, facing = seen(moved.reshape(-1, SIZE), places, focal_px)
        light = sampled(dark, x, y).reshape(count, SIZE + 1, points)
        facing = facing.reshape(count, SIZE + 1, points)[:, 0]
        miss = _LEVEL * target - light[:, 0]
        now = (np.minimum(miss**2, _MOST_MISS) * weight * facing).sum(axis=1) + _HIDDEN * (weight * ~facing).sum(axis=1)
        now += (_PRIOR * (tried - begun) ** 2).sum(axis=1)
        is_better = now < error
        best[is_better], error[is_better] = tried[is_better], now[is_better]
        if turn == turns:
            break
        damping = np.where(is_better, damping * 0.4, damping * 5)
        trust = weight * facing / (1 + (miss / _TURNED) ** 4)
        slope = (light[:, 1:] - light[:, :1]).transpose(0, 2, 1)  # k x p x 8, for one step each
        weighed = (slope * trust[..., None]).transpose(0, 2, 1)
        square[is_better] = (weighed @ slope)[is_better]
        pull[is_better] = ((weighed @ miss[..., None])[..., 0] - _PRIOR * (tried - begun) * step)[is_better]
        scale[is_better] = step[is_better]
        whole = square.copy()
        whole[:, diagonal, diagonal] += (
            damping[:, None] * (whole[:, diagonal, diagonal] + 1e-3) + _PRIOR * scale**2 + 1e-5
        )
        change = np.linalg.solve(whole, pull[..., None])[..., 0]
        change /= np.maximum(np.abs(change).max(axis=1, keepdims=True) / 5.0, 1.0)
        tried = best + change * scale
        tried[:, 6] = np.clip(tried[:, 6], *CURVATURES)
    return best


def half_modules(
    dark: np.ndarray, shape: np.ndarray, version: int, focal_px: float, around: int
) -> tuple[np.ndarray, np.ndarray]:
    """Darkness at every half module, with so many more around, and which modules face the camera, n x n."""
    side = side_of(version)
    steps = np.arange(-around, 2 * side - 1 + around) / 2 + 0.5 - side / 2
    along, down = np.meshgrid(steps, steps)
    x, y, facing = seen(shape[None], np.column_stack((along.ravel(), down.ravel())), focal_px)
    fine = (sampled(dark, x, y) * facing).reshape(len(steps), len(steps))
    shown = facing.reshape(len(steps), len(steps))[around : len(steps) - around : 2, around : len(steps) - around : 2]
    return fine.astype(float), shown
