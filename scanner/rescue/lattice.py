"""Follow the modules of a label from one finder pattern outwards, whatever they say, and so find how the label bends.

Light and dark modules lie on a lattice: where a shape is right its modules' middles are surely dark or light, and the
borders between them are not. So every module tells where the lattice lies, not only those that are known, and a shape
is corrected by what its modules look like, a few more of them at a time, as a modem keeps time by the symbols that it
decides on (Mueller and Muller, 1976, IEEE Trans. Commun. 24:5). Near the finder pattern every bend fits, so each is
held until the lattice has been followed halfway. Which corner of a label the pattern is comes last.
"""

from collections.abc import Generator
from functools import cache
from typing import TypeVar

import numpy as np

from scanner.rescue.finder_frames import sampled
from scanner.rescue.qr_structure import side_of
from scanner.rescue.surface import SIZE, begun, bent, seen, solid, tilt_of, turned
from scanner.rescue.surface_fit import Pattern, all_modules, fits, other_modules, refined

Result = TypeVar("Result")
Steps = Generator[None, None, Result]
"""Work that pauses every few milliseconds, so that whoever runs it may stop there, or go on later."""

_BENDS = np.array([(0, 0), *((curved, way) for curved in (0.02, 0.035, 0.05, 0.065, 0.085) for way in (0, np.pi / 2))])
_QUARTERS = np.array([(0, 0, quarter) for quarter in range(4)])
_STAGES = ((6, 48, 3, 6), (9, 40, 3, 6), (12, 24, 2, 6), (16, 16, 3, SIZE))
_BRIEF_STAGES = ((6, 24, 2, 6), (9, 16, 2, 6), (12, 12, 2, 6), (16, 8, 3, SIZE))
"""How many modules far, how many shapes are kept, turns of the fit, and how many numbers of a shape are moved."""
_MOST_FITTED, _MOST_BRIEFLY, _MOST_SETTLED, _TURNS, _TURNS_BRIEFLY = 16, 10, 6, 8, 6
_PROBE, _ALIKE = 18.0, 0.35
"""Shapes that say the same of places so far away, within so many modules, are one."""
_BORDERS = np.array([(0.5, 0), (0, 0.5)])


@cache
def _corner(reach: int) -> tuple[Pattern, np.ndarray]:
    """A finder pattern with its surroundings, of which the label lies right and below, and what of it is unknown."""
    along, down = (each.ravel() for each in np.meshgrid(np.arange(-4.0, reach + 1), np.arange(-4.0, reach + 1)))
    away = np.maximum(np.abs(along), np.abs(down))
    places, is_known = np.column_stack((along, down)), away <= 4
    target = np.where((away <= 1) | (away == 3), 1.0, -1.0)[is_known]
    known = Pattern(places[is_known], target, np.full(len(target), 1 / len(target)))
    return known.and_unknown(places[~is_known]), places[~is_known]


def _clearness(dark: np.ndarray, shapes: np.ndarray, places: np.ndarray, focal_px: float) -> np.ndarray:
    """How much surer the middles of these modules are than their borders, as a mean; about 0 off any lattice."""
    sure = []
    for shift in (np.zeros(2), *_BORDERS):
        x, y, facing = seen(shapes, places + shift, focal_px)
        sure.append(((sampled(dark, x, y) * facing) ** 2).mean(axis=1))
    return np.asarray(sure[0] - (sure[1] + sure[2]) / 2)


def _met(dark: np.ndarray, shapes: np.ndarray, pattern: Pattern, focal_px: float) -> np.ndarray:
    """How well the known places are met, as a mean."""
    is_known = pattern.target != 0
    x, y, facing = seen(shapes, pattern.places[is_known], focal_px)
    light = sampled(dark, x, y) * facing
    return np.asarray((pattern.target[is_known] * light * np.abs(light)).mean(axis=1))


def followed(
    dark: np.ndarray,
    middle: np.ndarray,
    frame: np.ndarray,
    focal_px: float,
    *,
    is_brief: bool = False,
) -> Steps[np.ndarray]:
    """Shapes about a finder pattern, of labels to the right of it and below, the likeliest first; k x 8.

    Args:
        is_brief: keep fewer shapes, for half the time.
    """
    shapes = begun(middle, frame, _QUARTERS, _BENDS, focal_px)
    for reach, most, turns, free in _BRIEF_STAGES if is_brief else _STAGES:
        pattern, unknown = _corner(reach)
        shapes = refined(dark, shapes, pattern, focal_px, turns, free=free)
        share = len(unknown) / len(pattern.places)
        clear = share * _clearness(dark, shapes, unknown, focal_px)
        clear += (1 - share) * _met(dark, shapes, pattern, focal_px)
        shapes = shapes[_distinct(shapes, clear, focal_px)[:most]]
        yield
    return shapes


def _distinct(shapes: np.ndarray, score: np.ndarray, focal_px: float) -> list[int]:
    """Which shapes are not nearly the same as a better one, the best first."""
    x, y, _facing = seen(shapes, _PROBE * np.array([(1, 1), (1, 0), (0, 1)]), focal_px)
    at = np.stack((x, y), axis=-1)
    reach = _ALIKE * np.exp(shapes[:, 2])
    kept: list[int] = []
    for index in np.argsort(-score):
        if not kept or (np.abs(at[kept] - at[index]).max(axis=(1, 2)) > reach[index]).all():
            kept.append(int(index))
    return kept


def _of_symbol(shapes: np.ndarray, version: int, focal_px: float) -> np.ndarray:
    """Shapes about a finder pattern as shapes about the symbol's middle, for each corner that it may be in: 3k x 8."""
    away = np.full(2, side_of(version) / 2 - 3.5)
    x, y, _facing = seen(shapes, away[None], focal_px)
    depth = solid(shapes, away[None])[2][:, 0]
    found = shapes.copy()
    found[:, 0], found[:, 1] = x[:, 0], y[:, 0]
    size = np.exp(shapes[:, 2])
    found[:, 2] -= np.log(np.maximum(1 + depth * size / focal_px, 0.2))
    around = away[0] * (np.cos(shapes[:, 7]) + np.sin(shapes[:, 7]))
    found[:, 3:6] = tilt_of(turned(shapes[:, 3:6]) @ bent(shapes[:, 6], shapes[:, 7], around))
    quarters = np.repeat(np.array([0, 1, 3]) * np.pi / 2, len(found))
    found = np.tile(found, (3, 1))
    found[:, 5] += quarters
    found[:, 7] -= quarters
    return found


def settled(
    dark: np.ndarray,
    shapes: np.ndarray,
    version: int,
    focal_px: float,
    *,
    is_brief: bool = False,
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """What `followed` found as shapes of symbols of this version, fitted to all modules; with how well each fits."""
    found = _of_symbol(shapes, version, focal_px)
    fit = _fit(dark, found, version, focal_px)
    found = found[np.argsort(-fit)[: _MOST_BRIEFLY if is_brief else _MOST_FITTED]]
    yield
    found = refined(dark, found, all_modules(version), focal_px, _TURNS_BRIEFLY if is_brief else _TURNS)
    yield
    fit = _fit(dark, found, version, focal_px)
    order = np.argsort(-fit)[:_MOST_SETTLED]
    return found[order], fit[order]


def _fit(dark: np.ndarray, shapes: np.ndarray, version: int, focal_px: float) -> np.ndarray:
    clear = _clearness(dark, shapes, other_modules(version), focal_px)
    return np.asarray(fits(dark, shapes, version, focal_px) + clear)
