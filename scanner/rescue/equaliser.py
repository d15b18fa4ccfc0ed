"""Undo what lens, shutter and printer did to a code's modules, learnt from those modules that every code has.

Blur of any shape makes of each module a sum of itself and its neighbours. The fixed modules, a third of a small code,
say what each sum should have been, so the sum that undoes it best is found by least squares, as a modem learns its
line from a known beginning (Lucky, 1965, Bell Syst. Tech. J. 44:4); the ridge keeps noise small and is chosen by
leaving each module out in turn (Allen, 1974, Technometrics 16:1). How far it misses there says how sure the others are.
"""

import numpy as np

from scanner.rescue.qr_structure import build

REACH = 4
"""Half modules around a module's middle that count, to each side."""
_RIDGES = (0.03, 0.3, 3.0)
_SURE = 0.6


def equalised(fine: np.ndarray, version: int, *, is_seen: np.ndarray | None = None) -> np.ndarray:
    """How dark each module is, about -1 to 1 and more, n x n.

    Args:
        fine: darkness at every half module and REACH more on each side: 2n - 1 + 2 REACH squared, 0 for unknown.
        is_seen: which modules to learn from, n x n; None: all.
    """
    plan = build(version)
    windows = np.lib.stride_tricks.sliding_window_view(fine, (2 * REACH + 1, 2 * REACH + 1))[::2, ::2]
    taps = windows.reshape(plan.side, plan.side, -1)
    taps = np.concatenate((taps, np.ones((plan.side, plan.side, 1))), axis=2)
    learnt = plan.fixed if is_seen is None else plan.fixed & is_seen
    target = np.where(plan.dark, 1.0, -1.0)
    soft = _fitted(taps, learnt, target)
    # what is surely said teaches more
    level = np.quantile(np.abs(soft[~plan.fixed]), _SURE)
    sure = ~plan.fixed & (np.abs(soft) > max(level, 0.5))
    again = np.where(plan.fixed, target, np.sign(soft))
    if sure.sum() > 30:
        soft = _fitted(taps, learnt | sure, again)
    return soft


def _fitted(taps: np.ndarray, learnt: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Every module by the sum that misses the learnt ones least when each is left out in turn."""
    x, y = taps[learnt], target[learnt]
    best, found = np.inf, np.zeros(taps.shape[-1])
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    turned, wanted = x @ vectors, vectors.T @ (x.T @ y) / len(x)
    for ridge in _RIDGES:
        weight = wanted / (values + ridge * 0.1)
        hat = (turned**2 / (values + ridge * 0.1)).sum(axis=1) / len(x)
        left_out = (y - turned @ weight) / np.maximum(1 - hat, 0.05)
        error = float((left_out**2).mean())
        if error < best:
            best, found = error, vectors @ weight
    return np.asarray(taps @ found)
