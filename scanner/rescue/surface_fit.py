"""Fit a surface's shape to a picture by the modules that every code has: finders, timing, alignment.

Least squares after Gauss, Newton and Levenberg, several beginnings at once (Lucas and Kanade, 1981, IJCAI, for the
picture as its own gradient; Huber, 1964, for what is torn or covered and must not count).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from scanner.rescue.finder_frames import sampled
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
CURVATURES = 0.0, 0.1
"""Of labels, in 1 / modules: from flat to a module of 0.9 mm around 9 mm."""
_TURNED = 0.85
"""Residuals larger than this come of damage, not of a place that is a little off."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """Places of a label in modules from its middle (p x 2), what they are (dark 1, light -1, unknown 0), their weight.

    The unknown ones are taken for what they look like, anew with each turn of a fit.
    """

    places: np.ndarray
    target: np.ndarray
    weight: np.ndarray

    def and_unknown(self, places: np.ndarray) -> "Pattern":
        """The same with other modules, each as weighty as the known ones are on average."""
        count = len(places)
        weight = np.concatenate((self.weight, np.full(count, self.weight.mean())))
        target = np.concatenate((self.target, np.zeros(count)))
        return Pattern(np.concatenate((self.places, places)), target, weight / weight.sum())


@cache
def known_modules(version: int) -> Pattern:
    """The fixed modules and the quiet zone beside finder patterns."""
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
    return Pattern(places, np.where(dark[rows, columns], 1.0, -1.0), weight / weight.sum())


@cache
def other_modules(version: int) -> np.ndarray:
    """Places of the modules that say something, p x 2."""
    rows, columns = np.nonzero(~build(version).fixed)
    return np.column_stack((columns, rows)) + 0.5 - side_of(version) / 2


@cache
def all_modules(version: int) -> Pattern:
    """The fixed modules, and the others as unknown."""
    return known_modules(version).and_unknown(other_modules(version))


def fits(dark: np.ndarray, shapes: np.ndarray, version: int, focal_px: float) -> np.ndarray:
    """How well the fixed modules are met, -1 to 1; what turns away counts as met by nothing."""
    known = known_modules(version)
    x, y, facing = seen(shapes, known.places, focal_px)
    return np.asarray((sampled(dark, x, y) * (facing > 0)) @ (known.target * known.weight))


def fixed_met(read: np.ndarray, version: int) -> float:
    """Return how far the fixed modules are as they must be, -1 to 1; `read`: how dark each module is, n x n."""
    plan = build(version)
    there = read[plan.fixed]
    return float(np.where(plan.dark[plan.fixed], there, -there).sum() / max(np.abs(there).sum(), 1e-9))


def as_read(version: int, read: np.ndarray) -> Pattern:
    """The fixed modules, and of the others those that were read surely; `read`: how dark, n x n."""
    known = known_modules(version)
    rows, columns = np.nonzero(~build(version).fixed & (np.abs(read) > _SURE))
    more = np.column_stack((columns, rows)) + 0.5 - side_of(version) / 2
    weight = np.concatenate((known.weight, np.full(len(rows), 1.0 / len(known.weight))))
    target = np.concatenate((known.target, np.sign(read[rows, columns])))
    return Pattern(np.concatenate((known.places, more)), target, weight / weight.sum())


def refined(
    dark: np.ndarray, shapes: np.ndarray, pattern: Pattern, focal_px: float, turns: int, *, free: int = SIZE
) -> np.ndarray:
    """The same shapes, each moved to where the pattern fits best; only the first `free` numbers of each are moved."""
    places, weight, is_known = pattern.places, pattern.weight, pattern.target != 0
    count, points = len(shapes), len(places)
    tried, begun = shapes.copy(), shapes.copy()
    best, error = shapes.copy(), np.full(count, np.inf)
    damping = np.full(count, 0.03)
    square, pull, scale = np.zeros((count, free, free)), np.zeros((count, free)), np.ones((count, free))
    diagonal = np.arange(free)
    prior = _PRIOR[:free]
    for turn in range(turns + 1):
        step = np.tile(STEP[:free], (count, 1))
        step[:, :2] *= np.exp(tried[:, 2:3])
        columns = free + 1 if turn < turns else 1
        moved = np.repeat(tried[:, None], columns, axis=1)
        if turn < turns:
            moved[:, diagonal + 1, diagonal] += step
        x, y, facing = seen(moved.reshape(-1, SIZE), places, focal_px)
        light = sampled(dark, x, y).reshape(count, columns, points)
        facing = facing.reshape(count, columns, points)[:, 0]
        target = np.where(is_known, pattern.target, np.sign(light[:, 0]))
        miss = _LEVEL * target - light[:, 0]
        now = ((np.minimum(miss**2, _MOST_MISS) * facing + _HIDDEN * (1 - facing)) * weight).sum(axis=1)
        now += (prior * (tried - begun)[:, :free] ** 2).sum(axis=1)
        is_better = now < error
        best[is_better], error[is_better] = tried[is_better], now[is_better]
        if turn == turns:
            break
        damping = np.where(is_better, damping * 0.4, damping * 5)
        sure = np.where(is_known, 1.0, np.minimum(1.5 * np.abs(light[:, 0]), 1.0))
        trust = weight * facing * sure / (1 + (miss / _TURNED) ** 4)
        slope = (light[:, 1:] - light[:, :1]).transpose(0, 2, 1)  # k x p x 8, for one step each
        weighed = (slope * trust[..., None]).transpose(0, 2, 1)
        square[is_better] = (weighed @ slope)[is_better]
        pull[is_better] = ((weighed @ miss[..., None])[..., 0] - prior * (tried - begun)[:, :free] * step)[is_better]
        scale[is_better] = step[is_better]
        whole = square.copy()
        whole[:, diagonal, diagonal] += (
            damping[:, None] * (whole[:, diagonal, diagonal] + 1e-3) + prior * scale**2 + 1e-5
        )
        change = np.linalg.solve(whole, pull[..., None])[..., 0]
        change /= np.maximum(np.abs(change).max(axis=1, keepdims=True) / 5.0, 1.0)
        tried = best.copy()
        tried[:, :free] += change * scale
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
    fine = (sampled(dark, x, y) * (facing > 0)).reshape(len(steps), len(steps))
    shown = (facing > 0).reshape(len(steps), len(steps))[
        around : len(steps) - around : 2, around : len(steps) - around : 2
    ]
    return fine.astype(float), shown


_DRAWN, _HELD = 5, 0.003
_SPOTS = np.array([(0, 0), (3, 0), (-3, 0), (0, 3), (0, -3)], float)
_NEAR = 6.5
"""Modules within which a finder pattern is taken for the one that a shape expects there."""
_QUARTERS = [np.array([[c, -s], [s, c]], float) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))]


def drawn_to(
    shapes: np.ndarray, corners: np.ndarray, frames: Sequence[tuple[np.ndarray, np.ndarray, float]], focal_px: float
) -> np.ndarray:
    """The same shapes, each moved so that the finder patterns nearest to where it expects some lie as they do.

    Args:
        corners: where a label has finder patterns, 3 x 2.
    """
    count = len(shapes)
    places = (corners[:, None] + _SPOTS).reshape(-1, 2)
    x, y, _facing = seen(shapes, places, focal_px)
    at = np.stack((x, y), axis=-1).reshape(count, len(corners), len(_SPOTS), 2)
    middles = np.array([middle for middle, _frame, _fit in frames])
    seen_as = np.array([[middle + _SPOTS @ (frame @ turn).T for turn in _QUARTERS] for middle, frame, _fit in frames])
    away = np.linalg.norm(at[:, :, None, 0] - middles, axis=-1)  # k x 3 x f
    which = away.argmin(axis=2)
    module = np.exp(shapes[:, 2])
    is_met = np.take_along_axis(away, which[..., None], axis=2)[..., 0] < _NEAR * module[:, None]
    choices = seen_as[which]  # k x 3 x 4 x 5 x 2
    relative = choices - choices[:, :, :, :1]
    unlike = ((relative - (at - at[:, :, :1])[:, :, None]) ** 2).sum(axis=(3, 4))
    target = np.take_along_axis(choices, unlike.argmin(axis=2)[:, :, None, None, None], axis=2)[:, :, 0]
    weight = np.repeat(is_met, len(_SPOTS), axis=1)[..., None] / module[:, None, None] ** 2
    return _moved_to(shapes, places, target.reshape(count, -1, 2), weight, focal_px)


def _moved_to(
    shapes: np.ndarray, places: np.ndarray, target: np.ndarray, weight: np.ndarray, focal_px: float
) -> np.ndarray:
    """Least squares of a few places: k x p x 2 pixels each, with their weight, k x p x 1."""
    begun, index = shapes, np.arange(SIZE)
    for _turn in range(_DRAWN):
        step = np.tile(STEP, (len(shapes), 1))
        step[:, :2] *= np.exp(shapes[:, 2:3])
        moved = np.repeat(shapes[:, None], SIZE + 1, axis=1)
        moved[:, index + 1, index] += step
        x, y, _facing = seen(moved.reshape(-1, SIZE), places, focal_px)
        at = np.stack((x, y), axis=-1).reshape(len(shapes), SIZE + 1, len(places), 2).astype(float)
        slope = ((at[:, 1:] - at[:, :1]) * np.sqrt(weight)[:, None]).reshape(len(shapes), SIZE, -1)
        miss = ((target - at[:, 0]) * np.sqrt(weight)).reshape(len(shapes), -1, 1)
        square = slope @ slope.transpose(0, 2, 1) + np.eye(SIZE) * _HELD
        change = np.linalg.solve(square, slope @ miss - (_HELD * (shapes - begun) / step)[..., None])[..., 0]
        change /= np.maximum(np.abs(change).max(axis=1, keepdims=True) / 8.0, 1.0)
        shapes = shapes + change * step
        shapes[:, 6] = np.clip(shapes[:, 6], *CURVATURES)
    return shapes
