"""Where a code's modules are seen when it is stuck on a flat thing or around a bottle: pose, and one bend.

A label bends around one axis only, so a cylinder's curvature and the axis' direction in the label are all that a pose
lacks: eight numbers, of which the known modules of the smallest code tell a hundred times as much. A grid that bends
freely instead follows dirt and glare as gladly as the label.

A shape is x, y (of the symbol's middle, pixels), the logarithm of pixels a module there, tilt about the picture's axes
(2, radians), turn in the picture, curvature (1 / modules; 0 flat, above 0 towards the camera) and the direction in the
label around which it goes (0: its rows go around). Places in the label are modules from its middle: along, down.
"""

import numpy as np

SIZE = 8
"""Numbers of a shape."""
_LEAST_FACING = 0.17
"""Cosine under which the label turns away too far: 80 degrees."""


def turned(tilt: np.ndarray) -> np.ndarray:
    """Rotations by tilt about x, tilt about y (as one vector) after a turn in the picture: k x 3 in, k x 3 x 3 out."""
    about_x, about_y, turn = tilt.T
    angle = np.hypot(about_x, about_y)
    safe = np.maximum(angle, 1e-9)
    x, y = about_x / safe, about_y / safe
    cos, sin = np.cos(angle), np.sin(angle)
    rest = 1 - cos
    zero = np.zeros_like(cos)
    tilted = np.array(
        [
            [cos + x * x * rest, x * y * rest, y * sin],
            [x * y * rest, cos + y * y * rest, -x * sin],
            [-y * sin, x * sin, cos],
        ]
    )
    spin_cos, spin_sin = np.cos(turn), np.sin(turn)
    spin = np.array([[spin_cos, -spin_sin, zero], [spin_sin, spin_cos, zero], [zero, zero, zero + 1]])
    return np.asarray(np.einsum("ijk,jlk->kil", tilted, spin))


def tilt_of(rotations: np.ndarray) -> np.ndarray:
    """The other way: k x 3 x 3 in, k x 3 out."""
    away = rotations[:, :, 2]  # where the label's normal points, of which a turn in the label says nothing
    angle = np.arccos(np.clip(away[:, 2], -1, 1))
    safe = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-9)
    about_x, about_y = -away[:, 1] / safe * angle, away[:, 0] / safe * angle
    tilt = np.column_stack((about_x, about_y, np.zeros_like(angle)))
    spin = np.einsum("kji,kjl->kil", turned(tilt), rotations)
    tilt[:, 2] = np.arctan2(spin[:, 1, 0], spin[:, 0, 0])
    return tilt


def bent(curvature: np.ndarray, direction: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Rotations from the tangent in the label's middle to that at places `along` the bend, modules: k x 3 x 3."""
    angle = curvature * along
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    roll = np.array([[cos, zero, -sin], [zero, zero + 1, zero], [sin, zero, cos]])
    c, s = np.cos(direction), np.sin(direction)
    turn = np.array([[c, -s, zero], [s, c, zero], [zero, zero, zero + 1]])
    return np.asarray(np.einsum("ijk,jlk,mlk->kim", turn, roll, turn))


def solid(shapes: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where places (p x 2) of the label are about its middle, in modules, and the cosine they are seen under: k x p."""
    curvature = np.where(np.abs(shapes[:, 6:7]) < 1e-4, 1e-4, shapes[:, 6:7]).astype(np.float32)
    c, s = np.cos(shapes[:, 7:8]).astype(np.float32), np.sin(shapes[:, 7:8]).astype(np.float32)
    along, down = places.T.astype(np.float32)
    around, beside = c * along + s * down, c * down - s * along
    angle = curvature * around
    sin, cos = np.sin(angle), np.cos(angle)
    across, away = sin / curvature, (1 - cos) / curvature
    rotation = turned(shapes[:, 3:6]).astype(np.float32)[..., None]
    # the label's axes turned so that the first goes around
    first, second, third = rotation[:, :, 0], rotation[:, :, 1], rotation[:, :, 2]
    around_axis, beside_axis = first * c[:, None] + second * s[:, None], second * c[:, None] - first * s[:, None]
    x, y, z = (around_axis[:, row] * across + beside_axis[:, row] * beside + third[:, row] * away for row in range(3))
    return x, y, z, third[:, 2] * cos - around_axis[:, 2] * sin


def seen(shapes: np.ndarray, places: np.ndarray, focal_px: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where places of the label are in the picture, x and y, and the cosine they are seen under; k x p each.

    The cosine is 0 where the label turns away too far; it is how much a place has to say.
    """
    x, y, z, facing = solid(shapes, places)
    size = np.exp(shapes[:, 2:3]).astype(np.float32)
    near = size / np.maximum(1 + z * size / np.float32(focal_px), np.float32(0.2))
    middle_x, middle_y = shapes[:, 0:1].astype(np.float32), shapes[:, 1:2].astype(np.float32)
    return middle_x + near * x, middle_y + near * y, np.where(facing > _LEAST_FACING, facing, np.float32(0))


def begun(middle: np.ndarray, frame: np.ndarray, anchors: np.ndarray, bends: np.ndarray, focal_px: float) -> np.ndarray:
    """Shapes of which one place looks like this: for both tilts that it may have, all anchors and all bends.

    Args:
        middle: where that place is in the picture, 2.
        frame: what a module along and one down is there, in pixels; columns of 2 x 2.
        anchors: which place of the label it may be, and by how many quarters the label is turned: a x 3.
        bends: curvature and direction, b x 2.
    """
    left, size, right = np.linalg.svd(frame)
    tilt = np.arccos(np.clip(size[1] / size[0], 0.17, 1.0))
    spin = left @ right
    turn = np.arctan2(spin[1, 0], spin[0, 0])
    found = []
    for sign in (-1.0, 1.0):
        axis = left[:, 0] * tilt * sign
        for quarter in range(4):
            some = anchors[anchors[:, 2] == quarter]
            if not len(some):
                continue
            number, bend = (each.ravel() for each in np.meshgrid(np.arange(len(some)), np.arange(len(bends))))
            count = len(number)
            here = np.tile((axis[0], axis[1], turn + quarter * np.pi / 2), (count, 1))
            curvature, direction = bends[bend].T
            around = np.cos(direction) * some[number, 0] + np.sin(direction) * some[number, 1]
            back = bent(curvature, direction, around)
            shapes = np.zeros((count, SIZE))
            shapes[:, 2] = np.log(size[0])
            shapes[:, 3:6] = tilt_of(turned(here) @ back.transpose(0, 2, 1))
            shapes[:, 6], shapes[:, 7] = curvature, direction
            x, y = _at_anchor(shapes, some[number, :2], focal_px)
            shapes[:, 0], shapes[:, 1] = middle[0] - x, middle[1] - y
            found.append(shapes)
    return np.concatenate(found)


def _at_anchor(shapes: np.ndarray, anchors: np.ndarray, focal_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Where each shape's own anchor is seen."""
    x, y = np.zeros(len(shapes)), np.zeros(len(shapes))
    for anchor in np.unique(anchors, axis=0):
        here = (anchors == anchor).all(axis=1)
        at_x, at_y, _facing = seen(shapes[here], anchor[None], focal_px)
        x[here], y[here] = at_x[:, 0], at_y[:, 0]
    return x, y
