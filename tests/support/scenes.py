"""Labels before a camera under one hardship at a time: single frames and short sequences of them.

Where `scanner.simulation.simulate` films sheets as in a real session, a scene holds everything still but for the hand
and varies one thing, so that readers can be compared. The same seed gives the same pictures. It stands in for no real
camera.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.simulation.simulate import line_kernel
from scanner.sources.frames import Image

_DESK = 118
_BLACK, _WHITE = 38, 222
"""How dark and how bright a camera shows print and paper; its noise needs room on both sides."""
_OVERSAMPLED = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A label as printed: its text, its grey picture, and where its symbol stands, quiet zone included, in pixels."""

    text: str
    image: Image
    left: int
    top: int
    side: int
    modules: int
    """Along the symbol's side, with the quiet zone."""

    def symbol_alone(self, margin_modules: float = 2.0) -> "Label":
        """The label cut down to its symbol and a margin of paper."""
        margin = round(margin_modules * self.side / self.modules)
        padded = np.pad(self.image, margin, constant_values=255)
        whole = self.side + 2 * margin
        cut = padded[self.top : self.top + whole, self.left : self.left + whole]
        return Label(self.text, np.asarray(cut, np.uint8), margin, margin, self.side, self.modules)


@dataclass(frozen=True, slots=True)
class Condition:
    """What makes a scene hard; every field but the name has an easy value. Lengths are in modules where not said.

    `bend_deg` is how far a symbol reaches around a bottle to each side; `contrast` is the share of a good picture's
    distance between black and white that is left; `torn` is the share of one finder that is gone; `dirt` the share of
    the symbol that is covered; `glare` the radius of a spot that blinds the camera.
    """

    name: str
    module_px: float = 3.5
    tilt_deg: float = 12.0
    defocus: float = 0.15
    motion: float = 0.0
    noise: float = 4.0
    contrast: float = 1.0
    glare: float = 0.0
    dirt: float = 0.0
    torn: float = 0.0
    bend_deg: float = 0.0


def film_scene(
    labels: Sequence[Label], condition: Condition, *, seed: int, size: tuple[int, int], frames: int
) -> Iterator[Image]:
    """Grey frames of these labels side by side, each tilted its own way, as a hand holds the camera still.

    Args:
        size: width and height in pixels. Labels that do not fit beside each other are cut down to their symbols.
    """
    random = np.random.default_rng(seed)
    shown = _fitting(labels, condition, size)
    ready = [_hardened(label, condition, random) for label in shown]
    poses = [_Pose.draw(condition, random) for _label in ready]
    places = _places(len(ready), size, random)
    spots = random.uniform(-0.35, 0.35, (len(ready), 2)) * 25 * condition.module_px
    drift = random.uniform(0, 2 * np.pi, 4)
    desk = _desk(size, random)
    grain = random.standard_normal((size[1] + 64, size[0] + 64), np.float32) * condition.noise
    for number in range(frames):
        sway = np.sin(number * np.array([0.31, 0.23, 0.19, 0.27]) + drift)
        frame = desk.copy()
        middles = [
            _put(frame, label, pose, place + sway[:2] * 2.5, sway[2:] * 2.0)
            for label, pose, place in zip(ready, poses, places, strict=True)
        ]
        lit = _seen(frame, condition, [middle + spot for middle, spot in zip(middles, spots, strict=True)], random)
        y, x = random.integers(0, 64, 2)
        noisy = np.clip(lit + grain[y : y + size[1], x : x + size[0]], 0, 255).astype(np.uint8)
        yield _through_cable(noisy)


@dataclass(frozen=True, slots=True)
class _Pose:
    """How a label lies before the camera: turned in the picture, and tilted about an axis in its plane."""

    turn_deg: float
    axis_deg: float
    tilt_deg: float

    @staticmethod
    def draw(condition: Condition, random: np.random.Generator) -> "_Pose":
        turn = random.normal(0, 12) + 90 * random.integers(0, 4)
        return _Pose(turn, random.uniform(0, 180), condition.tilt_deg * random.uniform(0.8, 1.0))


def _fitting(labels: Sequence[Label], condition: Condition, size: tuple[int, int]) -> list[Label]:
    """The labels whole where each has room whichever way it is turned, else their symbols alone."""
    if not labels:
        return []
    columns, rows = _grid(len(labels), size)
    room_px = min(size[0] / columns, size[1] / rows)
    longest = max(max(label.image.shape) * label.modules / label.side for label in labels) * condition.module_px
    if condition.bend_deg or longest * 1.1 > room_px:
        return [label.symbol_alone() for label in labels]
    return list(labels)


def _grid(count: int, size: tuple[int, int]) -> tuple[int, int]:
    columns = max(1, round(np.sqrt(max(count, 1) * size[0] / size[1])))
    return columns, max(-(-count // columns), 1)


def _places(count: int, size: tuple[int, int], random: np.random.Generator) -> list[np.ndarray]:
    """The middles of the labels, each a little off its place in the grid."""
    columns, rows = _grid(count, size)
    cell = np.array([size[0] / columns, size[1] / rows])
    found = []
    for index in range(count):
        row, column = divmod(index, columns)
        found.append((np.array([column, row]) + 0.5) * cell + random.uniform(-3, 3, 2))
    return found


def _desk(size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """A wooden desk: coarse blotches and long grain."""
    blotches = cv2.resize(random.standard_normal((9, 16), np.float32), size, interpolation=cv2.INTER_CUBIC)
    lines = cv2.resize(random.standard_normal((size[1] // 3, 12), np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(_DESK + 10 * blotches + 7 * lines, 0, 255), np.uint8)


def _hardened(label: Label, condition: Condition, random: np.random.Generator) -> Label:
    """The label as its surface is: dirty, torn, bent; in a camera's range of grey, some pixels a module too many."""
    scale = _OVERSAMPLED * condition.module_px * label.modules / label.side
    image = cv2.resize(label.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else 1)
    image = (_BLACK + image.astype(np.float32) * (_WHITE - _BLACK) / 255).astype(np.uint8)
    left, top, side = (round(part * scale) for part in (label.left, label.top, label.side))
    if condition.dirt:
        _soil(image, (left, top, side), condition.dirt, random)
    if condition.torn:
        _tear(image, (left, top, side), label.modules, condition.torn, random)
    if condition.bend_deg:
        image = _bent(image, side, condition.bend_deg)
        left = (image.shape[1] - side) // 2
    return Label(label.text, np.asarray(image, np.uint8), left, top, side, label.modules)


def _soil(image: np.ndarray, symbol: tuple[int, int, int], share: float, random: np.random.Generator) -> None:
    """Drops of mud and grease until they cover this share of the symbol."""
    left, top, side = symbol
    covered = np.zeros((side, side), np.uint8)
    while np.count_nonzero(covered) < share * covered.size:
        at = tuple(int(part) for part in random.integers(0, side, 2))
        radius = int(random.uniform(0.02, 0.06) * side) + 1
        cv2.circle(covered, at, radius, 1, -1)
        cv2.circle(image, (left + at[0], top + at[1]), radius, int(random.integers(50, 190)), -1, cv2.LINE_AA)


def _tear(
    image: np.ndarray, symbol: tuple[int, int, int], modules: int, share: float, random: np.random.Generator
) -> None:
    """Tear off one finder's outer corner, so that this share of the finder is gone and the desk shows."""
    left, top, side = symbol
    module = side / modules
    legs = np.sqrt(2 * share) * 7 * module  # of the right-angled triangle that is gone from the finder
    corner = int(random.integers(0, 3))
    x, y = (side if corner == 1 else 0), (side if corner == 2 else 0)
    inward_x, inward_y = (-1 if x else 1), (-1 if y else 1)
    reach = legs + 8 * module  # two quiet zones, seen from the symbol's own corner along each side
    points = [(x, y), (x + inward_x * reach, y), (x, y + inward_y * reach)]
    shape = np.array([(left + px, top + py) for px, py in points])
    outward = np.array([left + x, top + y]) - np.array([left + side / 2, top + side / 2])
    shape[0] += outward  # the paper beyond the symbol goes too
    cv2.fillPoly(image, [np.round(shape).astype(np.int32)], _DESK, cv2.LINE_AA)


def _bent(image: np.ndarray, side: int, bend_deg: float) -> np.ndarray:
    """The label around a bottle, as seen from the front: narrower and darker towards its sides."""
    half = side / 2
    radius = half / np.radians(bend_deg)
    reach = min(radius * 0.98, radius * np.sin(min(image.shape[1] / 2 / radius, 1.45)))
    x = np.arange(-int(reach), int(reach) + 1, dtype=np.float32)
    around = np.arcsin(x / radius)
    middle = image.shape[1] / 2
    height = image.shape[0]
    map_x = np.tile((middle + around * radius).astype(np.float32), (height, 1))
    map_y = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, x.size))
    seen = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen * (0.45 + 0.55 * np.cos(around)), np.uint8)


def _put(frame: np.ndarray, label: Label, pose: _Pose, place: np.ndarray, sway_deg: np.ndarray) -> np.ndarray:
    """Draw a label into the frame through a pinhole camera; returns where the middle of its symbol is seen."""
    height, width = label.image.shape
    focal = 1.1 * frame.shape[1]
    turn, axis = np.radians(pose.turn_deg + sway_deg[0]), np.radians(pose.axis_deg)
    tilt = np.radians(pose.tilt_deg + sway_deg[1])
    spin = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    tilted, _jacobian = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0]) * tilt)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    flat = (corners - [width / 2, height / 2]) / _OVERSAMPLED
    solid = np.column_stack((flat, np.zeros(4))) @ (np.asarray(tilted) @ spin).T
    seen = (solid[:, :2] * focal / (focal + solid[:, 2:]) + place).astype(np.float32)
    low = np.maximum(np.floor(seen.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(seen.max(axis=0)).astype(int) + 2, [frame.shape[1], frame.shape[0]])
    if (high <= low).any():
        return place
    way = cv2.getPerspectiveTransform(corners, (seen - low).astype(np.float32))
    box = tuple(int(part) for part in high - low)
    drawn = cv2.warpPerspective(label.image, way, box, flags=cv2.INTER_LINEAR)
    paper = cv2.warpPerspective(np.full((height, width), 255, np.uint8), way, box, flags=cv2.INTER_LINEAR)
    part = frame[low[1] : high[1], low[0] : high[0]]
    part[:] = np.where(paper > 127, drawn, part)
    middle = np.array([[[label.left + label.side / 2, label.top + label.side / 2]]], np.float32)
    seen_middle: np.ndarray = np.asarray(cv2.perspectiveTransform(middle, way)).reshape(2) + low
    return seen_middle


def _seen(
    frame: np.ndarray, condition: Condition, spots: Sequence[np.ndarray], random: np.random.Generator
) -> np.ndarray:
    """The frame as the lens and the light give it, with glare at the spots."""
    sigma_px = float(np.hypot(0.6, condition.defocus * condition.module_px))
    soft = cv2.GaussianBlur(frame, (0, 0), sigma_px)
    if condition.motion:
        kernel = line_kernel(condition.motion * condition.module_px, float(random.uniform(0, np.pi)))
        soft = cv2.filter2D(soft, -1, kernel)
    lit = 16 + (np.asarray(soft, np.float32) - 16) * condition.contrast
    if condition.glare:
        for spot in spots:
            _blind(lit, spot, condition.glare * condition.module_px)
    return np.asarray(lit)


def _blind(lit: np.ndarray, at: np.ndarray, radius_px: float) -> None:
    """A lamp's reflection: white out to the radius, and fading over as much again."""
    reach = int(radius_px * 3) + 1
    x0, y0 = (max(int(part) - reach, 0) for part in at)
    part = lit[y0 : int(at[1]) + reach, x0 : int(at[0]) + reach]
    y, x = np.ogrid[: part.shape[0], : part.shape[1]]
    distance = np.hypot(x + x0 - at[0], y + y0 - at[1]) / radius_px
    part += 260 * np.exp(-(np.maximum(distance - 1, 0) ** 2) * 3)


def _through_cable(frame: Image) -> Image:
    """As USB carries it: JPEG of a cheap camera's quality."""
    packed = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
