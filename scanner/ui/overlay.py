"""What the window shows: the picture with its labels outlined, and beside it, to be read from two metres, the count,
what came last, and what to do.

OpenCV 5 brings a font of its own; a character that it lacks shows as a question mark.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from scanner.aim.adviser import NO_ADVICE, Advice, Aim
from scanner.outcomes import Mark, Tally
from scanner.reads import Corners, Read
from scanner.sources.frames import Image

Colour = tuple[int, int, int]

SIZE_PX = (1280, 720)
"""Of the whole; the window scales it to the screen."""
_PICTURE_PX = (896, 504)
_FOOT_PX = SIZE_PX[1] - _PICTURE_PX[1]
_MARGIN_PX = 24

COLOURS: dict[Mark | None, Colour] = {  # blue, green, red
    "taken": (80, 200, 60),
    "finding": (0, 176, 255),
    "wrong": (70, 70, 240),
    None: (200, 200, 200),
}
_WHITE: Colour = (255, 255, 255)
_GROUND: Colour = (32, 28, 24)
_PANEL: Colour = (48, 42, 36)
_FONT = cv2.FONT_HERSHEY_DUPLEX
_COUNT_SCALE, _OF_SCALE, _LINE_SCALE, _ITEM_SCALE, _SMALL_SCALE = 4.2, 1.5, 1.45, 0.72, 0.66
_SMALLEST_LINE_SCALE = 1.0
_FLASH_STRENGTH = 0.8


@dataclass(frozen=True, slots=True)
class Line:
    """A line in the colour of its mark."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands beside the picture.

    `last` is what came last, the newest first. `advice` is what to do now: more light, come closer. `is_fresh` lights
    the foot up in the colour of what came last, so that it is seen from afar and from the corner of an eye.
    """

    tally: Tally
    last: tuple[Line, ...] = ()
    remark: str = ""
    advice: Advice = NO_ADVICE
    keys: str = ""
    is_fresh: bool = False


def outline(
    image: Image,
    reads: Sequence[Read],
    mark: Callable[[str], Mark | None],
    unread: Sequence[tuple[Corners, str]] = (),
) -> Image:
    """A copy of the picture with its labels outlined: green taken, amber irregular, red wrong, grey not sure yet.

    Args:
        mark: how to outline the label with this text; `ScanSession.mark`.
        unread: outlines of labels that are seen and not read, of which only the corners are drawn, and what would help.
    """
    drawn = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    unit = max(min(drawn.shape[:2]) / 720, 0.3)
    for corners, hint in unread:
        around = _around(corners)
        _draw_corners(drawn, around, unit)
        if hint:
            _draw_hint(drawn, around, hint, unit)
    for read in reads:
        around = _around(read.corners).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(drawn, [around], True, _GROUND, max(round(9 * unit), 3), cv2.LINE_AA)
        cv2.polylines(drawn, [around], True, COLOURS[mark(read.text)], max(round(6 * unit), 2), cv2.LINE_AA)
    return np.asarray(drawn, np.uint8)


def compose(picture: Image | None, panel: Panel) -> Image:
    """The picture at the left, the count and the items before at the right, what came last and what to do below.

    Args:
        picture: as `outline` gives it; None or without pixels while there is none.
    """
    whole = _without_picture(panel).copy()
    if picture is not None and picture.size:
        _place(whole[: _PICTURE_PX[1], : _PICTURE_PX[0]], picture)
    return whole


@lru_cache(maxsize=4)
def _without_picture(panel: Panel) -> Image:
    """All that stands beside the picture; kept, since writing takes longer than all else and changes seldom."""
    whole = np.full((SIZE_PX[1], SIZE_PX[0], 3), _GROUND, np.uint8)
    side = whole[: _PICTURE_PX[1], _PICTURE_PX[0] :]
    side[:] = _PANEL
    _draw_count(side, panel.tally)
    _draw_items(side, panel.last[1:])
    _draw_foot(whole[_PICTURE_PX[1] :], panel)
    return whole


def _around(corners: Corners) -> np.ndarray:
    """An outline a little outside of the code."""
    points = np.array(corners, np.float64)
    middle = points.mean(axis=0)
    return np.asarray(np.round(middle + (points - middle) * 1.14))


def _draw_corners(drawn: np.ndarray, around: np.ndarray, unit: float) -> None:
    for corner, before, after in zip(around, np.roll(around, 1, 0), np.roll(around, -1, 0), strict=True):
        bracket = np.array([corner + (before - corner) * 0.25, corner, corner + (after - corner) * 0.25])
        for colour, width in ((_GROUND, 7), (_WHITE, 4)):
            points = [np.round(bracket).astype(np.int32)]
            cv2.polylines(drawn, points, False, colour, max(round(width * unit), 2), cv2.LINE_AA)


def _draw_hint(drawn: np.ndarray, around: np.ndarray, hint: str, unit: float) -> None:
    """The hint above the label, or below where there is no room above, on a ground that shows on any picture."""
    scale, pad = 1.3 * unit, round(8 * unit)
    width, height = _width_px(hint, scale), round(34 * unit)
    left, top = around.min(axis=0)
    y = round(top) - pad if top > height + 2 * pad else round(around[:, 1].max()) + height + pad
    x = int(np.clip(round(left), pad, max(drawn.shape[1] - width - pad, pad)))
    cv2.rectangle(drawn, (x - pad, y - height), (x + width + pad, y + pad), _GROUND, -1)
    _write(drawn, hint, (x, y), scale, COLOURS["finding"])


def _place(room: np.ndarray, picture: np.ndarray) -> None:
    """Put the picture into the middle of its room, as large as fits."""
    height, width = picture.shape[:2]
    scale = min(room.shape[1] / width, room.shape[0] / height)
    wide, high = max(round(width * scale), 1), max(round(height * scale), 1)
    how = cv2.INTER_AREA if scale < 0.4 else cv2.INTER_LINEAR  # averaging a camera's picture would take 10 ms
    x, y = (room.shape[1] - wide) // 2, (room.shape[0] - high) // 2
    room[y : y + high, x : x + wide] = cv2.resize(picture, (wide, high), interpolation=how)


def _draw_count(side: np.ndarray, tally: Tally) -> None:
    """The count, as large as fits, above how many are expected, and how many came that are not."""
    count = str(tally.right)
    room_px = side.shape[1] - 2 * _MARGIN_PX
    scale = _COUNT_SCALE * min(room_px / max(_width_px(count, _COUNT_SCALE), 1), 1.0)
    _write(side, count, (_MARGIN_PX, 140), scale, _count_colour(tally))
    if tally.expected is not None:
        of = f"/ {tally.expected}"
        _write(side, of, (_MARGIN_PX, 206), _OF_SCALE, COLOURS[None])
        if tally.extra:
            beside = _MARGIN_PX + _width_px(of + " ", _OF_SCALE)
            _write(side, f"+{tally.extra}", (beside, 206), _OF_SCALE, COLOURS["finding"])


def _count_colour(tally: Tally) -> Colour:
    """White while labels are missing or the number is not known, green when all are here, amber with others too."""
    if tally.is_whole:
        return COLOURS["taken"]
    return COLOURS["finding"] if tally.expected is not None and tally.extra else _WHITE


def _draw_items(side: np.ndarray, last: Sequence[Line]) -> None:
    """What came before the last, two rows each, as many as there is room for."""
    y, room_px = 250, side.shape[1] - 2 * _MARGIN_PX - 16
    for line in last:
        rows = _wrapped(line.text, room_px, _ITEM_SCALE, 2)
        if y + 28 * len(rows) > side.shape[0] - 4:
            return
        cv2.rectangle(side, (_MARGIN_PX, y - 20), (_MARGIN_PX + 5, y + 28 * len(rows) - 24), COLOURS[line.mark], -1)
        for row in rows:
            _write(side, row, (_MARGIN_PX + 16, y), _ITEM_SCALE, _WHITE)
            y += 28
        y += 14


def _draw_foot(foot: np.ndarray, panel: Panel) -> None:
    """What came last in large type, what is wrong with it or what to do, and the keys."""
    room_px = foot.shape[1] - 2 * _MARGIN_PX
    newest = panel.last[0] if panel.last else Line("")
    colour = COLOURS[newest.mark]
    if panel.is_fresh and newest.text:
        foot[:] = np.array(colour) * _FLASH_STRENGTH
        colour = _WHITE
    lower = panel.advice.words or panel.remark
    scale, rows = _as_large_as_fits(newest.text, room_px, 1 if lower else 2)
    y = 58
    for row in rows:
        _write(foot, row, (_MARGIN_PX, y), scale, colour)
        y += 58
    if lower:
        lower_colour = _WHITE if panel.is_fresh else COLOURS["finding"]
        left = _MARGIN_PX + (_draw_icon(foot, panel.advice.aim, lower_colour) if panel.advice.aim else 0)
        scale, rows = _as_large_as_fits(lower, foot.shape[1] - _MARGIN_PX - left, 1)
        if rows[0] != lower:
            rows = _wrapped(lower, foot.shape[1] - _MARGIN_PX - left, scale, 2)
        for number, row in enumerate(rows):
            _write(foot, row, (left, 116 + 40 * number), scale, lower_colour)
    keys = panel.keys
    _write(foot, keys, (_MARGIN_PX, _FOOT_PX - 24), _SMALL_SCALE, _WHITE if panel.is_fresh else COLOURS[None])


_SYMBOL = ((-4, -4), (4, -4), (4, 4), (-4, 4), (-4, -4))
_ICONS: dict[Aim, tuple[tuple[tuple[int, int], ...], ...]] = {  # lines about the middle, 10 to each side
    "closer": (_SYMBOL, ((-10, -3), (-7, 0), (-10, 3)), ((10, -3), (7, 0), (10, 3))),
    "farther": (_SYMBOL, ((-7, -3), (-10, 0), (-7, 3)), ((7, -3), (10, 0), (7, 3))),
    "still": (_SYMBOL, ((-8, -8), (-8, 8)), ((8, -8), (8, 8))),
    "glare": (
        ((-6, 9), (2, 1), (8, 7), (0, 15), (-6, 9)),
        ((-9, -9), (-3, -3)),
        ((0, -10), (0, -5)),
        ((-10, 0), (-5, 0)),
    ),
    "dark": (
        ((-4, 5), (-6, 0), (-4, -5), (0, -7), (4, -5), (6, 0), (4, 5), (-4, 5)),
        ((-3, 9), (3, 9)),
        ((-9, -9), (9, 9)),
    ),
    "bright": (_SYMBOL, ((0, -10), (0, -7)), ((0, 10), (0, 7)), ((-10, 0), (-7, 0)), ((10, 0), (7, 0))),
    "blurred": (_SYMBOL, ((-10, -7), (-7, -9), (-7, 9), (-10, 7)), ((10, -7), (7, -9), (7, 9), (10, 7))),
}
_ICON_PX = 56


def _draw_icon(foot: np.ndarray, aim: Aim, colour: Colour) -> int:
    """Draw what is wrong before the words; returns how much room it takes in pixels."""
    middle = np.array((_MARGIN_PX + _ICON_PX // 2, 104))
    lines = [np.round(middle + np.array(line) * 2.2).astype(np.int32) for line in _ICONS[aim]]
    cv2.polylines(foot, lines, False, colour, 3, cv2.LINE_AA)
    return _ICON_PX + _MARGIN_PX // 2


def _as_large_as_fits(text: str, room_px: int, most_rows: int) -> tuple[float, list[str]]:
    """The text at the largest size at which it fits into so many rows, or cut at the smallest."""
    scale = _LINE_SCALE
    while scale > _SMALLEST_LINE_SCALE and _width_px(text, scale) > room_px * most_rows * 0.95:
        scale *= 0.93
    return scale, _wrapped(text, room_px, scale, most_rows)


def _wrapped(text: str, room_px: int, scale: float, most_rows: int) -> list[str]:
    """The text in rows of whole words; what does not fit into the last one is cut with an ellipsis."""
    words, rows = text.split(" "), list[str]()
    while words and len(rows) < most_rows - 1:
        row = words.pop(0)
        while words and _width_px(f"{row} {words[0]}", scale) <= room_px:
            row += " " + words.pop(0)
        rows.append(_fitting(row, room_px, scale))
    return [*rows, _fitting(" ".join(words), room_px, scale)] if words or not rows else rows


def _fitting(text: str, room_px: int, scale: float) -> str:
    """As much of the text as fits into the room."""
    shown = text
    while shown and _width_px(shown, scale) > room_px:
        shown = shown[:-2].rstrip() + "…" if len(shown) > 2 else ""
    return shown


def _width_px(text: str, scale: float) -> int:
    return int(cv2.getTextSize(text, _FONT, scale, _thickness(scale))[0][0])


def _thickness(scale: float) -> int:
    return max(round(1.6 * scale), 1)


def _write(drawn: np.ndarray, text: str, at: tuple[int, int], scale: float, colour: Colour) -> None:
    """Write a line with its foot at `at`."""
    cv2.putText(drawn, text, at, _FONT, scale, colour, _thickness(scale), cv2.LINE_AA)
