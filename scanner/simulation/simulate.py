"""A simulated camera: someone holds it over sheets of labels and moves from one part to the next.

Each frame has what a cheap camera adds: tilt, a shaking hand, motion blur, soft focus, uneven light and noise. The
same seed gives the same film. For the demo, the tests and the benches; it stands in for no real camera.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from custody.errors import N_, InputError
from scanner.sources.frames import Image

SIZE_PX = (1280, 720)
_DESK_BGR = (92, 112, 128)
_SHARE_OF_VIEW_MOVED = 0.55
"""From one view to the next, so that what is cut by the edge of one is whole in another."""
_GRAIN_PX = 64
"""So far the noise of one frame is shifted at most against that of another: drawn afresh, it takes half of the time."""
_CODECS = {".avi": "MJPG", ".mp4": "mp4v", ".mkv": "mp4v"}


@dataclass(frozen=True, slots=True)
class Flaws:
    """How bad the camera is: tilt in degrees, shake and blur in pixels of the frame, noise in levels of 255."""

    tilt_deg: float = 12.0
    shake_px: float = 5.0
    blur_px: float = 0.7
    noise: float = 5.0
    shade: float = 0.35


def simulate(
    pages: Sequence[Image],
    *,
    seed: int,
    size: tuple[int, int] = SIZE_PX,
    fps: float = 15.0,
    seconds_per_view: float = 1.6,
    scale: float = 0.8,
    flaws: Flaws = Flaws(),
) -> Iterator[Image]:
    """Film the pages, one after the other, part by part.

    Args:
        pages: sheets of labels, for example the pages of a PDF at 150 dots an inch; see `lay_out` for single labels.
        size: width and height of the frames in pixels.
        seconds_per_view: how long the camera stays over one part; moving on takes half of it.
        scale: pixels of the frame for one pixel of a page. At 0.8 an A4 sheet of 21 labels at 150 dots an inch shows
            about 4 pixels a module, some 9 labels at once.
    """
    random = np.random.default_rng(seed)
    frames_per_view = max(round(seconds_per_view * fps), 2)
    frames_per_move = max(frames_per_view // 2, 1)
    light = _light(size, flaws.shade, random)
    grain = random.standard_normal((size[1] + _GRAIN_PX, size[0] + _GRAIN_PX, 3), np.float32) * flaws.noise
    for page in pages:
        sheet = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if page.ndim == 2 else page
        path = _path(_views(sheet.shape[1], sheet.shape[0], size, scale), frames_per_view, frames_per_move)
        hand = _hand(len(path), random)
        places = path + hand[:, :2] * flaws.shake_px / scale
        angles = np.radians(hand[:, 2:] * flaws.tilt_deg)
        moves = np.gradient(places, axis=0) * scale if len(places) > 1 else np.zeros_like(places)
        for place, angle, move in zip(places, angles, moves, strict=True):
            seen = _seen(sheet, place, angle, size, scale)
            right, down = random.integers(0, _GRAIN_PX, 2)
            noise = grain[down : down + size[1], right : right + size[0]]
            yield _flawed(seen, move, light, flaws.blur_px, noise)


def lay_out(labels: Sequence[Image], *, per_page: int = 9, gap_px: int = 40) -> list[Image]:
    """Put single labels on pages of the desk's colour, row by row, for `simulate` to film."""
    pages = []
    columns = int(np.ceil(np.sqrt(per_page)))
    height = max(label.shape[0] for label in labels) + gap_px
    width = max(label.shape[1] for label in labels) + gap_px
    for first in range(0, len(labels), per_page):
        group = labels[first : first + per_page]
        page = np.full((height * -(-len(group) // columns) + gap_px, width * columns + gap_px, 3), _DESK_BGR, np.uint8)
        for index, label in enumerate(group):
            y, x = (index // columns) * height + gap_px, (index % columns) * width + gap_px
            picture = cv2.cvtColor(label, cv2.COLOR_GRAY2BGR) if label.ndim == 2 else label
            page[y : y + label.shape[0], x : x + label.shape[1]] = picture
        pages.append(page)
    return pages


def write_video(path: Path, frames: Iterable[Image], fps: float = 15.0) -> int:
    """Write frames as a video, `.avi` or `.mp4`; returns how many.

    Raises:
        InputError: there are no frames, or the file cannot be written.
    """
    writer, count = None, 0
    try:
        for frame in frames:
            if writer is None:
                codec = cv2.VideoWriter.fourcc(*_CODECS.get(path.suffix.lower(), "MJPG"))
                writer = cv2.VideoWriter(str(path), codec, fps, (frame.shape[1], frame.shape[0]))
                if not writer.isOpened():
                    raise InputError(N_("The video {path} cannot be written"), path=str(path))
            writer.write(frame)
            count += 1
    finally:
        if writer is not None:
            writer.release()
    if not count:
        raise InputError(N_("There are no frames for the video {path}"), path=str(path))
    return count


def _views(width: int, height: int, size: tuple[int, int], scale: float) -> np.ndarray:
    """The middles of the views that cover a page, in pixels of the page, to and fro like a reader's eye."""
    view = np.array(size) / scale
    rows = [_stops(side, part) for side, part in zip((width, height), view, strict=True)]
    return np.array([(x, y) for row, y in enumerate(rows[1]) for x in (rows[0] if row % 2 == 0 else rows[0][::-1])])


def _stops(side: float, part: float) -> np.ndarray:
    """Where to stop along one side so that parts of this length cover it and overlap."""
    if side <= part * 0.85:
        return np.array([side / 2])
    first, last = part * 0.4, side - part * 0.4
    count = int(np.ceil(max(last - first, 1.0) / (part * _SHARE_OF_VIEW_MOVED))) + 1
    return np.linspace(first, last, count)


def _path(views: np.ndarray, stay: int, move: int) -> np.ndarray:
    """Where the camera looks in each frame: it stays over a view and glides to the next."""
    glide = (1 - np.cos(np.pi * np.arange(1, move + 1) / (move + 1))) / 2
    steps = [np.repeat(views[:1], stay, axis=0)]
    for here, there in pairwise(views):
        steps += [here + glide[:, None] * (there - here), np.repeat(there[None], stay, axis=0)]
    return np.concatenate(steps)


def _hand(count: int, random: np.random.Generator) -> np.ndarray:
    """Four slow wanderings from about -1 to 1, one value a frame: aside, up, and two tilts."""
    time = np.arange(count)[:, None, None]
    periods = random.uniform(14.0, 60.0, (1, 4, 3))
    phases = random.uniform(0.0, 2 * np.pi, (1, 4, 3))
    wander: np.ndarray = np.sin(2 * np.pi * time / periods + phases).mean(axis=2)
    return wander * 1.6


def _seen(sheet: np.ndarray, place: np.ndarray, angle: np.ndarray, size: tuple[int, int], scale: float) -> np.ndarray:
    """The sheet through a pinhole camera over `place`, tilted by `angle` about the two axes of the frame."""
    width, height = size
    focal = 1.1 * width
    around_x, around_y = angle
    tilt_x = np.array([[1, 0, 0], [0, np.cos(around_x), -np.sin(around_x)], [0, np.sin(around_x), np.cos(around_x)]])
    tilt_y = np.array([[np.cos(around_y), 0, np.sin(around_y)], [0, 1, 0], [-np.sin(around_y), 0, np.cos(around_y)]])
    onto_plane = np.array([[scale, 0, -scale * place[0]], [0, scale, -scale * place[1]], [0, 0, 1]])
    turned = (tilt_y @ tilt_x)[:, :2]
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    homography = lens @ np.column_stack((turned, [0, 0, focal])) @ onto_plane
    seen = cv2.warpPerspective(
        sheet, homography, size, flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR, borderValue=_DESK_BGR
    )
    return np.asarray(seen)


def _light(size: tuple[int, int], shade: float, random: np.random.Generator) -> np.ndarray:
    """How bright each part of the frame is, from 1 - shade to 1: a lamp on one side, darker corners."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    direction = random.uniform(0, 2 * np.pi)
    slope = (x * np.cos(direction) + y * np.sin(direction)) / np.sqrt(2)
    corners = (x**2 + y**2) / 2
    light: np.ndarray = 1 - shade * (0.35 + 0.4 * slope + 0.25 * corners)
    return np.repeat(light.astype(np.float32)[..., None], 3, axis=2)


def _flawed(seen: np.ndarray, move: np.ndarray, light: np.ndarray, blur_px: float, noise: np.ndarray) -> Image:
    """The frame as the sensor gives it: smeared along the move, soft, unevenly lit, noisy."""
    smear_px = float(np.hypot(*move)) * 0.25  # the shutter is open for a quarter of the time between frames
    if smear_px >= 1.0:
        seen = cv2.filter2D(seen, -1, line_kernel(smear_px, float(np.arctan2(move[1], move[0]))))
    seen = cv2.GaussianBlur(seen, (0, 0), blur_px)
    lit = cv2.multiply(seen, light, dtype=cv2.CV_32F)
    return np.asarray(cv2.add(lit, noise, dtype=cv2.CV_8U))  # keeps within 0 to 255


def line_kernel(length_px: float, angle: float) -> np.ndarray:
    """A kernel that smears along a line of this length and direction."""
    side = 2 * int(np.ceil(length_px / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    middle = side / 2 - 0.5
    reach = np.array([np.cos(angle), np.sin(angle)]) * length_px / 2
    start, end = (np.round(middle + sign * reach).astype(int) for sign in (-1, 1))
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0, 1)
    return np.asarray(kernel / kernel.sum())
