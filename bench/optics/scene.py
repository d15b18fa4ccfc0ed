"""A pinhole camera before labels on flat things and on bottles: light, lens, shutter, sensor and JPEG, in that order.

Everything is in millimetres and linear light. Each pixel's ray is met with the plane or the cylinder (one root of a
quadratic), so perspective, foreshortening and what turns away are as they are; blur and noise happen in linear light.
`scanner.simulation` and `tests/support/scenes.py` bend and blur pictures instead, and passes were chosen on those.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from bench.optics import surfaces
from bench.optics.surfaces import Print, Rng
from scanner.sources.frames import Image

WIDTH, HEIGHT = 640, 480
FOCAL_PX = 1.1 * WIDTH
"""A webcam of 49 degrees."""
_FINE = 2
"""Rays for each pixel along each side."""
_SHOWN_COS = np.cos(np.radians(80))
"""What is seen more slantwise than this counts as not shown."""
LEAST_SHOWN = 0.6
"""Of a symbol on a bottle; what shows less is drawn again."""

_LEFT = 1.2
"""How far around a bottle a label goes to the left of its symbol at most, in radians; it goes on to the right."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Hardship:
    """What makes a frame hard; each range is drawn from evenly. Lengths in modules of the label held flat.

    `defocus` is the radius of the lens's disc, `motion` the way while the shutter is open, `white_electrons` what a
    sensor's cell holds of white paper, `gain` how many times too bright, `glare` the radius of a lamp's image that
    blinds the sensor, `wrap` streaks on film around it, `print_flaw` a function of `surfaces` and how severe, `turned`
    how far around a bottle a label is at most, in radians.
    """

    name: str
    module_px: Range = (3.0, 4.0)
    tilt_deg: Range = (0.0, 25.0)
    defocus: Range = (0.1, 0.25)
    motion: Range = (0.0, 0.15)
    white_electrons: Range = (2500, 6000)
    gain: Range = (0.9, 1.1)
    glare: Range = (0.0, 0.0)
    wrap: Range = (0.0, 0.0)
    print_flaw: str = ""
    severity: Range = (0.0, 0.0)
    radius_mm: float = 0.0
    count: int = 1
    jpeg: tuple[int, int] = (60, 85)
    screen_px: Range = (0.0, 0.0)
    least_shown: float = LEAST_SHOWN
    turned: float = 1.5


@dataclass(frozen=True, eq=False)
class Pose:
    """Where a label is: its axes in the camera's (columns: along, down, out of it), its middle in mm, the bottle's
    radius (0: flat), how far around it is, and how slantwise it was stuck on.
    """

    axes: np.ndarray
    middle: np.ndarray
    radius_mm: float = 0.0
    around: float = 0.0
    skew: float = 0.0

    def onto(self, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Where rays meet it: mm along and down from the symbol's middle, the normal's cosine, whether they do."""
        from_eye = -self.middle @ self.axes
        ray = rays @ self.axes
        if not self.radius_mm:
            depth = -from_eye[2] / np.where(np.abs(ray[..., 2]) < 1e-6, 1e-6, ray[..., 2])
            along, down = from_eye[0] + depth * ray[..., 0], from_eye[1] + depth * ray[..., 1]
            return along, down, np.abs(ray[..., 2]) / np.linalg.norm(ray, axis=-1), depth > 0
        up = from_eye[2] + self.radius_mm  # from the axis outwards
        a = ray[..., 0] ** 2 + ray[..., 2] ** 2
        b = from_eye[0] * ray[..., 0] + up * ray[..., 2]
        root = b**2 - a * (from_eye[0] ** 2 + up**2 - self.radius_mm**2)
        met = root > 0
        depth = (-b - np.sqrt(np.maximum(root, 0))) / a
        x, out = from_eye[0] + depth * ray[..., 0], up + depth * ray[..., 2]
        angle = np.arctan2(x, out)
        around = (angle - self.around + _LEFT) % (2 * np.pi) - _LEFT
        along, down = self.radius_mm * around, from_eye[1] + depth * ray[..., 1]
        cos, sin = np.cos(self.skew), np.sin(self.skew)
        facing = -(x * ray[..., 0] + out * ray[..., 2]) / self.radius_mm / np.linalg.norm(ray, axis=-1)
        return cos * along - sin * down, sin * along + cos * down, facing, met

    def seen(self, along: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where points of the label are in the picture, n x 2, and the cosines under which they are seen."""
        if self.radius_mm:
            cos, sin = np.cos(self.skew), np.sin(self.skew)
            along, down = cos * along + sin * down, -sin * along + cos * down
            angle = along / self.radius_mm + self.around
            local = np.stack((self.radius_mm * np.sin(angle), down, self.radius_mm * (np.cos(angle) - 1)), axis=-1)
            normal = np.stack((np.sin(angle), np.zeros_like(angle), np.cos(angle)), axis=-1)
        else:
            local = np.stack((along, down, np.zeros_like(along)), axis=-1)
            normal = np.broadcast_to((0.0, 0.0, 1.0), local.shape)
        solid = local @ self.axes.T + self.middle
        facing = -(solid * (normal @ self.axes.T)).sum(axis=-1) / np.linalg.norm(solid, axis=-1)
        return solid[..., :2] / solid[..., 2:] * FOCAL_PX + (WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5), facing


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame, the texts in it, and for each where the middles of its modules are: n x n x 2, in pixels."""

    image: Image
    texts: tuple[str, ...]
    places: tuple[np.ndarray, ...]
    shown: float


def shoot(labels: Sequence[Print], hardship: Hardship, seed: int) -> Frame:
    """One frame of these labels under this hardship."""
    rng = np.random.default_rng(seed)

    def draw(some: Range) -> float:
        return float(rng.uniform(*some))

    module_px = draw(hardship.module_px)
    light, facing = _desk(rng), np.ones((HEIGHT * _FINE, WIDTH * _FINE), np.float32)
    rays = _rays()
    places, shown = [], 1.0
    for number, label in enumerate(labels):
        pose, at, shown = _pose(label, hardship, module_px, number, len(labels), rng)
        places.append(at)
        albedo = _befallen(label, hardship, module_px, rng)
        along, down, cosine, met = pose.onto(rays)
        x = (along * label.px_mm + label.left + label.side / 2 - 0.5).astype(np.float32)
        y = (down * label.px_mm + label.top + label.side / 2 - 0.5).astype(np.float32)
        paper = cv2.remap(albedo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1.0)
        body = rng.uniform(0.08, 0.7)
        tall = (np.abs(down) < 34.0) if pose.radius_mm else met
        is_paper = met & (paper >= 0)
        light = np.where(is_paper, paper, np.where(met & tall, body, light) if pose.radius_mm else light)
        facing = np.where(is_paper | (met & tall & (pose.radius_mm > 0)), cosine, facing).astype(np.float32)
    lamp = _lamp(rng)
    lit = light * lamp * (0.35 + 0.65 * facing)
    middle = np.mean([at.reshape(-1, 2).mean(axis=0) for at in places], axis=0)
    reach = module_px * labels[0].modules
    _shine(lit, hardship, middle, reach, module_px, rng)
    if hardship.radius_mm:
        lit += 0.25 * np.clip((facing - 0.985) / 0.015, 0, 1) * rng.uniform(0, 1)  # a window along the bottle
    exposed = _through_lens(
        lit.astype(np.float32), draw(hardship.defocus) * module_px, draw(hardship.motion) * module_px, rng
    )
    image = _sensed(exposed * draw(hardship.gain), draw(hardship.white_electrons), rng)
    quality = int(rng.integers(*hardship.jpeg))
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return Frame(
        np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8),
        tuple(label.text for label in labels),
        tuple(places),
        shown,
    )


def _rays() -> np.ndarray:
    x = ((np.arange(WIDTH * _FINE) + 0.5) / _FINE - WIDTH / 2) / FOCAL_PX
    y = ((np.arange(HEIGHT * _FINE) + 0.5) / _FINE - HEIGHT / 2) / FOCAL_PX
    across, down = np.meshgrid(x, y)
    return np.stack((across, down, np.ones_like(across)), axis=-1)


def _pose(
    label: Print, hardship: Hardship, module_px: float, number: int, count: int, rng: Rng
) -> tuple[Pose, np.ndarray, float]:
    """A pose in which the symbol lies within the frame and shows enough; its modules' places; the share it shows."""
    steps = ((np.arange(label.modules) + 0.5) / label.modules - 0.5) * label.modules * label.module_mm
    along, down = np.meshgrid(steps, steps)
    for _try in range(500):
        turn, axis = rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
        tilt = np.radians(rng.uniform(*hardship.tilt_deg))
        tilted = np.asarray(cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0]) * tilt)[0])
        spin = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]])
        axes = tilted @ spin @ np.diag((1.0, 1.0, -1.0))  # out of the label is towards the camera
        depth = FOCAL_PX * label.module_mm / module_px
        cell = WIDTH / count
        seen_x = rng.uniform(-0.12, 0.12) * cell + (number + 0.5 - count / 2) * cell
        seen_y = rng.uniform(-0.15, 0.15) * HEIGHT
        middle = np.array([seen_x * depth / FOCAL_PX, seen_y * depth / FOCAL_PX, depth])
        around = rng.uniform(-hardship.turned, hardship.turned) if hardship.radius_mm else 0.0
        pose = Pose(axes, middle, hardship.radius_mm, around, np.radians(rng.normal(0, 2)) if hardship.radius_mm else 0)
        at, facing = pose.seen(along, down)
        shown = float((facing > _SHOWN_COS).mean())
        visible = at[facing > 0]
        inside = (visible > 6).all() and (visible < (WIDTH - 7, HEIGHT - 7)).all()
        if shown >= hardship.least_shown and inside:
            return pose, at, shown
    raise RuntimeError(f"no pose of {hardship.name} has its label within the frame")


def _befallen(label: Print, hardship: Hardship, module_px: float, rng: Rng) -> np.ndarray:
    """The label's albedo after what befell it."""
    if not hardship.print_flaw:
        return label.albedo
    severity = float(rng.uniform(*hardship.severity))
    if hardship.print_flaw == "on_a_screen":
        pitch = rng.uniform(*hardship.screen_px) * label.module_px / module_px
        return surfaces.on_a_screen(label, severity, pitch, rng)
    return np.asarray(getattr(surfaces, hardship.print_flaw)(label, severity, rng), np.float32)


def _desk(rng: Rng) -> np.ndarray:
    """Wood, cloth or a form with lines of type, as albedo."""
    size = (WIDTH * _FINE, HEIGHT * _FINE)
    cloud = cv2.resize(rng.standard_normal((6, 8), np.float32), size, interpolation=cv2.INTER_CUBIC)
    ground = rng.uniform(0.12, 0.5) + 0.03 * cloud
    kind = rng.integers(0, 3)
    if kind == 0:
        grain = cv2.resize(rng.standard_normal((size[1] // 4, 10), np.float32), size, interpolation=cv2.INTER_LINEAR)
        ground = ground + 0.05 * grain
    elif kind == 1:
        weave = np.sin(np.arange(size[0]) * 0.9)[None] * np.sin(np.arange(size[1]) * 0.9)[:, None]
        ground = ground + 0.06 * weave
    else:
        ground = np.full(size[::-1], 0.75) + 0.02 * cloud
        for line in range(24, size[1] - 20, 34):
            for start in range(int(rng.integers(10, 60)), size[0] - 80, 14):
                if rng.random() < 0.75:
                    top, wide = int(rng.integers(0, 6)), int(rng.integers(3, 11))
                    ground[line + top : line + 18, start : start + wide] = 0.12
    return np.asarray(np.clip(ground, 0.03, 0.9), np.float32)


def _lamp(rng: Rng) -> np.ndarray:
    """How bright each part of the scene is lit, 0.45 to 1."""
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH * _FINE), np.linspace(-1, 1, HEIGHT * _FINE))
    way = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0.05, 0.4)
    return np.asarray(0.78 + slope * (x * np.cos(way) + y * np.sin(way)) / 2, np.float32)


def _shine(
    lit: np.ndarray, hardship: Hardship, middle: np.ndarray, reach_px: float, module_px: float, rng: Rng
) -> None:
    """Add what is mirrored: a lamp that blinds, and streaks of it in the folds of film."""
    rows, columns = np.mgrid[0 : lit.shape[0], 0 : lit.shape[1]].astype(np.float32)
    x, y = columns / _FINE, rows / _FINE
    if hardship.glare[1]:
        radius = rng.uniform(*hardship.glare) * module_px
        at = middle + rng.uniform(-0.42, 0.42, 2) * reach_px
        stretch, way = rng.uniform(1.0, 2.2), rng.uniform(0, np.pi)
        along = (x - at[0]) * np.cos(way) + (y - at[1]) * np.sin(way)
        aside = -(x - at[0]) * np.sin(way) + (y - at[1]) * np.cos(way)
        away = np.hypot(along / stretch, aside) / radius
        lit += 3.0 * np.exp(-(np.maximum(away - 0.8, 0) ** 2) * 6)
    if hardship.wrap[1]:
        for _fold in range(int(rng.integers(3, 7))):
            way = rng.uniform(0, np.pi)
            at = middle + rng.uniform(-0.5, 0.5, 2) * reach_px
            wave = rng.uniform(0.2, 1.0) * module_px * np.sin((x + y) / (rng.uniform(4, 12) * module_px))
            aside = np.abs(-(x - at[0]) * np.sin(way) + (y - at[1]) * np.cos(way) + wave)
            broad = rng.uniform(*hardship.wrap) * module_px
            lit += rng.uniform(0.5, 2.2) * np.exp(-((aside / broad) ** 2))
        lit += 0.04


def _through_lens(lit: np.ndarray, disc_px: float, motion_px: float, rng: Rng) -> np.ndarray:
    """Blurred by the lens's disc and by the hand's way, then summed up to the sensor's cells."""
    side = 2 * int(np.ceil(max(disc_px, motion_px / 2) * _FINE + 2)) + 1
    middle = side // 2
    y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1].astype(np.float32)
    disc = np.clip(disc_px * _FINE + 0.5 - np.hypot(x, y), 0, 1)
    lit = cv2.filter2D(lit, -1, disc / max(disc.sum(), 1e-6)) if disc.sum() > 0 else lit
    if motion_px > 0.3:
        way, arc = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25)
        trace = np.zeros((side + 2, side + 2), np.float32)
        for step in np.linspace(-0.5, 0.5, 65):
            angle = way + arc * step
            px = (side + 1) / 2 + step * motion_px * _FINE * np.cos(angle)
            py = (side + 1) / 2 + step * motion_px * _FINE * np.sin(angle)
            column, row = int(px), int(py)
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
                weight = (1 - abs(px - column - dx)) * (1 - abs(py - row - dy))
                trace[min(row + dy, side + 1), min(column + dx, side + 1)] += weight
        lit = cv2.filter2D(lit, -1, trace / trace.sum())
    lit = cv2.GaussianBlur(lit, (0, 0), 0.55 * _FINE)  # lens, filter and cell
    return np.asarray(cv2.resize(lit, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))


def _sensed(light: np.ndarray, white_electrons: float, rng: Rng) -> np.ndarray:
    """Photons counted, read with noise, clipped, and spread by the usual gamma."""
    counted = rng.poisson(np.clip(light, 0, 4) * white_electrons) + rng.normal(0, 3.5, light.shape)
    signal = np.clip(counted / white_electrons, 0, 1)
    return np.asarray(np.round(255 * signal ** (1 / 2.2)), np.uint8)
