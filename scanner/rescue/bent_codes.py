"""Labels that are bent, blurred or half hidden, read from one finder pattern on: pose and bend, blur undone, text sure.

`scanner.rescue.rescue` begins with two finder patterns and corrects bytes; this is for what it leaves, and for the
labels of items alone. Its texts count as zxing-cpp's, like those.
"""

from collections.abc import Generator, Iterator, Sequence

import cv2
import numpy as np

from scanner.decoding.engines import ZXING, is_inside
from scanner.decoding.renderings import as_image
from scanner.reads import Corners, Read
from scanner.rescue.equaliser import REACH, equalised
from scanner.rescue.expected_codes import NOTHING, Expected
from scanner.rescue.finder_frames import CLOSE, LEAST_FRAME, View, darkness, finder_frames, sampled
from scanner.rescue.finders import Finder
from scanner.rescue.lattice import Steps, followed, settled
from scanner.rescue.payload_code import read_item
from scanner.rescue.qr_structure import side_of
from scanner.rescue.surface import begun, seen
from scanner.rescue.surface_fit import as_read, drawn_to, fits, fixed_met, half_modules, known_modules, refined
from scanner.sources.frames import Image

VERSIONS = (2, 1)
"""Of labels of items, the likeliest first."""
_SOFT_PX = 3.2
_AMOUNT = 3.0
FOCAL = 1.1
"""Of the picture's longer side, as cameras of 49 degrees have it; a label is so small that it hardly matters."""
_REACH, _FARTHEST, _MOST_UNLIKE, _MOST_NEAR = 34.0, 26.0, 2.0, 6
_BENDS = np.array([(0, 0), *((curved, way) for curved in (0.025, 0.04, 0.055, 0.085) for way in (0, np.pi / 2))])
"""Curvature and direction to begin from: modules of 0.9 mm around 72, 45, 33 and 21 mm."""
_MOST_BEGUN, _MOST_REFINED, _MOST_READ = 9, 3, 5
_FLAT, _FLAT_FIT = 0.02, 0.55
_SOFTER_PX, _BEGUN_FLAT, _REFINED_FLAT, _TILTS = 4.5, (6, 3), (3, 4), 6
_READ_FLAT, _ALIKE = 2, 0.05
"""Of flat labels: how many shapes are moved how often, of a shape the first six numbers; how many are read that fit so
nearly alike, as they do where the third finder pattern is not seen."""
_TURNS_SOFT, _TURNS, _TURNS_AGAIN, _READINGS = 5, 9, 6, 2
_LEAST_FIT, _SURE_FIT = 0.3, 0.45
_LEAST_MET, _READABLE = 0.35, 0.5
"""How far the fixed modules must be met (`fixed_met`): to look once more where the modules are, and to decode. On
frames of `bench/hard.py` of other seeds the least from which a text came were 0.36 and 0.57."""
_LEAST_CLEAR, _SURE_CLEAR = 0.2, 0.6
_CLEAR_FRAME = 0.7
"""A finder pattern that fits so well is not blurred: nothing is gained by sharpening there."""
_HANDICAP = 0.1
"""A code of version 1 has fewer known modules, so that more fits by chance."""


def anchors(version: int) -> np.ndarray:
    """Where a finder pattern may be in the label, and how the label may be turned: 12 x 3."""
    away = side_of(version) / 2 - 3.5
    corners = ((-away, -away), (away, -away), (-away, away))
    return np.array([(*corner, quarter) for corner in corners for quarter in range(4)])


def sharp(gray: Image, module_px: float) -> Image:
    """The picture with what blur took from single modules given back threefold: finder patterns show again."""
    return as_image(cv2.addWeighted(gray, 1 + _AMOUNT, cv2.GaussianBlur(gray, (0, 0), module_px), -_AMOUNT, 0))


def read_bent(
    gray: Image,
    finders: Sequence[Finder],
    focal_px: float,
    *,
    most: int,
    is_sharpened: bool = False,
    is_brief: bool = False,
    within: Corners | None = None,
    expected: Expected = NOTHING,
) -> Iterator[Read | None]:
    """Read labels of items from these finder patterns of a picture on, each label once; None: a pause.

    Args:
        focal_px: of the camera, in pixels of this picture.
        most: the number of finder patterns to begin from, about 100 ms each.
        is_sharpened: fit to the sharpened picture, for strong blur; what is read comes from the picture as it is.
        is_brief: take half the time where modules are followed, for moving pictures.
        within: only from finder patterns that lie here.
        expected: the texts from which one that is not read surely may be completed.
    """
    found: list[Read] = []
    tried = 0
    for finder in finders:
        at = (finder.x, finder.y)
        if any(is_inside(at, read.corners) for read in found) or (within and not is_inside(at, within)):
            continue
        if tried == most:
            break
        tried += 1
        read = yield from _read_from(gray, finder, finders, focal_px, is_sharpened, is_brief, expected)
        if read is not None:
            found.append(read)
        yield read


def _read_from(
    gray: Image,
    finder: Finder,
    finders: Sequence[Finder],
    focal_px: float,
    is_sharpened: bool,
    is_brief: bool,
    expected: Expected,
) -> Steps[Read | None]:
    view = View.around(finder, gray, _REACH)
    scale, module_px = view.scale, view.scale * finder.module_px
    dark, close = darkness(view.image, module_px), darkness(view.image, CLOSE * module_px)
    fitted = darkness(sharp(view.image, module_px), module_px) if is_sharpened else dark
    near = [each for each in finders if each is not finder and _may_belong(finder, each)][:_MOST_NEAR]
    placed = [view.placed(each) for each in (finder, *near)]
    focal_px *= scale
    if is_sharpened and finder_frames(dark, placed[:1])[0][2] > _CLEAR_FRAME:
        return None

    def tried() -> Generator[tuple[np.ndarray, int, np.ndarray] | None, None, None]:
        yield None
        if not is_sharpened:
            for seen_in, look in ((dark, flat), (close, on_lattice)):
                middle, frame, fit = finder_frames(seen_in, placed[:1])[0]
                if fit >= LEAST_FRAME:
                    yield None
                    found = yield from look(seen_in, middle, frame, focal_px, is_brief)
                    yield from ((seen_in, *each) for each in found)
        found = yield from candidates(fitted, placed, focal_px)
        yield from ((dark, *each) for each in found)

    for each in tried():
        yield
        if each is None:
            continue
        seen_in, version, shape = each
        text = yield from text_of(seen_in, version, shape, focal_px)
        is_completed = text is None
        if is_completed:
            text = completed(seen_in, version, shape, focal_px, expected)
        if text is not None:
            half = side_of(version) / 2
            edges = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
            x, y, _facing = seen(shape[None], edges, focal_px)
            at = (np.column_stack((x[0], y[0])) + 0.5) / scale - 0.5 + view.low
            first, second, third, fourth = ((round(float(px)), round(float(py))) for px, py in at)
            return Read(text, (first, second, third, fourth), ZXING, is_completed=is_completed)
    return None


def _may_belong(one: Finder, other: Finder) -> bool:
    """Whether two finder patterns may be of one label, by their sizes and how far apart they are."""
    alike = max(one.module_px, other.module_px) < _MOST_UNLIKE * min(one.module_px, other.module_px)
    return alike and float(np.hypot(one.x - other.x, one.y - other.y)) < _FARTHEST * one.module_px


def flat(
    dark: np.ndarray, middle: np.ndarray, frame: np.ndarray, focal_px: float, _is_brief: bool
) -> Steps[list[tuple[int, np.ndarray]]]:
    """Versions and shapes that may be the code of a finder pattern that lies so (`finder_frames`) where it is flat:
    most are, and soon found.
    """
    softer = np.asarray(cv2.GaussianBlur(dark, (0, 0), _SOFTER_PX))
    for version in VERSIONS:
        shapes, known = begun(middle, frame, anchors(version), _BENDS[:1], focal_px), known_modules(version)
        fit_of = fits(softer, shapes, version, focal_px).reshape(2, -1)  # tilted either way, nearly the same
        shapes = shapes[np.arange(fit_of.shape[1]) + fit_of.shape[1] * fit_of.argmax(axis=0)]
        for seen_in, most, turns in ((softer, *_BEGUN_FLAT), (dark, *_REFINED_FLAT)):
            chosen = shapes[np.argsort(-fits(seen_in, shapes, version, focal_px))[:most]]
            shapes = refined(seen_in, chosen, known, focal_px, turns, free=_TILTS)
            yield
        fit_of = fits(dark, shapes, version, focal_px) / _in_view(dark, shapes, version, focal_px)
        best = np.argsort(-fit_of)[:_READ_FLAT]
        if fit_of.max() > _FLAT_FIT:
            return [(version, shapes[index]) for index in best if fit_of[index] > fit_of.max() - _ALIKE]
    return []


def _in_view(dark: np.ndarray, shapes: np.ndarray, version: int, focal_px: float) -> np.ndarray:
    """How much of the fixed modules lies within the picture, at least half."""
    known = known_modules(version)
    x, y, _facing = seen(shapes, known.places, focal_px)
    return np.asarray(np.maximum(sampled(np.ones_like(dark), x, y) @ known.weight, 0.5))


def on_lattice(
    dark: np.ndarray, middle: np.ndarray, frame: np.ndarray, focal_px: float, is_brief: bool
) -> Steps[list[tuple[int, np.ndarray]]]:
    """Versions and shapes that may be the code of a finder pattern that lies so by following its modules, the best
    first.
    """
    begun_there = yield from followed(dark, middle, frame, focal_px, is_brief=is_brief)
    found: list[tuple[float, int, np.ndarray]] = []
    for version in VERSIONS:
        shapes, clear = yield from settled(dark, begun_there, version, focal_px, is_brief=is_brief)
        found += [(float(each), version, shape) for each, shape in zip(clear, shapes, strict=True)]
        if clear[0] > _SURE_CLEAR:
            break
    found.sort(key=_unlikely)
    return [each[1:] for each in found if each[0] > _LEAST_CLEAR][:_MOST_READ]


def candidates(dark: np.ndarray, finders: Sequence[Finder], focal_px: float) -> Steps[list[tuple[int, np.ndarray]]]:
    """Versions and shapes that may be the code of the first of these finder patterns, the best first."""
    frames = finder_frames(dark, finders)
    middle, frame, fit = frames[0]
    if fit < LEAST_FRAME:
        return []
    frames = [each for each in frames if each[2] > LEAST_FRAME]
    soft = np.asarray(cv2.GaussianBlur(dark, (0, 0), _SOFT_PX))
    found: list[tuple[float, int, np.ndarray]] = []
    for version in VERSIONS:
        shapes = begun(middle, frame, anchors(version), _BENDS, focal_px)
        if len(frames) > 1:
            shapes = np.concatenate((shapes, drawn_to(shapes, anchors(version)[::4, :2], frames, focal_px)))
        known = known_modules(version)
        yield
        chosen = _best_of_each(soft, shapes, version, focal_px, _MOST_BEGUN)
        yield
        nearer = refined(soft, chosen, known, focal_px, _TURNS_SOFT)
        yield
        better = refined(dark, _best_of_each(dark, nearer, version, focal_px, _MOST_REFINED), known, focal_px, _TURNS)
        best = fits(dark, better, version, focal_px)
        found += [(float(fit), version, shape) for fit, shape in zip(best, better, strict=True) if fit > _LEAST_FIT]
        yield
        if best.max() > _SURE_FIT:
            break
    found.sort(key=_unlikely)
    first = {_kind(shape): index for index, (_fit, _version, shape) in reversed(list(enumerate(found)))}
    best_of_all = sorted({*first.values(), *range(min(len(found), _MOST_READ - len(first)))})
    return [found[index][1:] for index in best_of_all]


def _best_of_each(dark: np.ndarray, shapes: np.ndarray, version: int, focal_px: float, most: int) -> np.ndarray:
    """So many of the flat shapes that fit best, of those that bend along, and of those that bend down.

    What is flat and a little off fits as well as a bend that is not yet found, and would crowd it out.
    """
    fit, kinds = fits(dark, shapes, version, focal_px), np.array([_kind(shape) for shape in shapes])
    order = np.argsort(-fit)
    return np.concatenate([shapes[order[kinds[order] == kind][:most]] for kind in (0, 1, 2)])


def _kind(shape: np.ndarray) -> int:
    """0: flat, or nearly; 1: bent along; 2: bent down."""
    return 0 if shape[6] < _FLAT else 1 if abs(np.sin(shape[7])) < 0.7 else 2


def _unlikely(candidate: tuple[float, int, np.ndarray]) -> float:
    fit, version, _shape = candidate
    return _HANDICAP * (version == 1) - fit


def text_of(dark: np.ndarray, version: int, shape: np.ndarray, focal_px: float) -> Steps[str | None]:
    """What the modules at these places say, blur undone or as they are; None where they do not bear out any text.

    Where they do not, what was read surely says once more where the modules are.
    """
    for number in range(_READINGS):
        fine, shown = half_modules(dark, shape, version, focal_px, REACH)
        plain = fine[REACH:-REACH:2, REACH:-REACH:2]
        met = fixed_met(plain, version)
        if met < _LEAST_MET:
            return None
        soft = equalised(fine, version, is_seen=shown) * shown
        yield
        for read in (soft, plain) if met > _READABLE else ():
            found = read_item(read, version)
            yield
            if found is not None:
                return found
        if number < _READINGS - 1:
            shape = refined(dark, shape[None], as_read(version, soft), focal_px, _TURNS_AGAIN)[0]
    return None


def completed(dark: np.ndarray, version: int, shape: np.ndarray, focal_px: float, expected: Expected) -> str | None:
    """The expected text that the modules at these places bear out against every other; None where there is none."""
    if not expected.texts:
        return None
    fine, shown = half_modules(dark, shape, version, focal_px, REACH)
    return expected.complete(equalised(fine, version, is_seen=shown) * shown, version)
