"""Where things stand on a label, in millimetres. Pure geometry: must not know fonts, PDF or what a label says.

Four arrangements serve every stock: one symbol beside the text, two symbols flanking it, on tall labels the text
above the symbols, and on low ones symbols of the full height. Every size follows from the label's own, so a new stock
needs no new numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

PT_PER_MM = 72 / 25.4

QUIET_SHARE = 4 / 33
"""The quiet zone's part of a symbol's square: 4 modules of 25 + 8 in version 2, which nearly all labels have."""

_CLEAR_MM = 0.3
"""Between a quiet zone and the text at its side: type has no exact edge."""

_GOOD_SIDE_MM = 19.85
"""A symbol of version 2 with modules of 0.6 mm: worth some of the banner's height above a pair of symbols."""

_LOW_MM = {False: 24.0, True: 28.0}
"""Lower labels, with one symbol or two, have no height to give to a strip of text under the symbol."""

_PAIR_TEXT_MM = 26.0
"""A low label of two symbols leaves this to the text between them, or less where the symbols would be too small."""

_PAIR_LEAST_MM = 17.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a label: its left and top edge from the label's own, its width and height."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        """The right edge in mm."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Its bottom edge, measured downwards from the label's top."""
        return self.top_mm + self.height_mm

    def rows(self, *shares: float) -> list["Box"]:
        """The box cut from top to bottom into parts of these shares of its height, which add up to 1."""
        edges = [sum(shares[:i]) for i in range(len(shares) + 1)]
        return [
            Box(self.left_mm, self.top_mm + a * self.height_mm, self.width_mm, (b - a) * self.height_mm)
            for a, b in pairwise(edges)
        ]

    def columns(self, *shares: float) -> list["Box"]:
        """The box cut from left to right into parts of these shares of its width, which add up to 1."""
        edges = [sum(shares[:i]) for i in range(len(shares) + 1)]
        return [
            Box(self.left_mm + a * self.width_mm, self.top_mm, (b - a) * self.width_mm, self.height_mm)
            for a, b in pairwise(edges)
        ]


@dataclass(frozen=True, slots=True)
class Slot:
    """A box for text: the largest type it takes, and to which side and edge the text keeps."""

    box: Box
    size_pt: float
    align: Literal["left", "center", "right"] = "left"
    anchor: Literal["top", "middle", "bottom"] = "middle"


@dataclass(frozen=True, slots=True)
class Layout:
    """One arrangement: squares for the symbols, quiet zone included, and a slot for each text of a label."""

    width_mm: float
    height_mm: float
    symbols: tuple[Box, ...]
    slots: Mapping[str, Slot]


@cache
def arrange(width_mm: float, height_mm: float, twice: bool) -> Layout:
    """Return the layout of a label of this size, with one symbol or two.

    Its slots: `title` and `corner` are kind and k/n, `headline` and `lines` a polling station and where it is,
    `place` both of these as one for a destination without a number, `ruled` lines to write on instead, `what` badge
    and details, `code`, `footer`. A low label has only those of them that matter, and `title alone` for one without
    k/n beside it.
    """
    short_mm = min(width_mm, height_mm)
    if width_mm >= height_mm and height_mm < _LOW_MM[twice]:
        return _low(width_mm, height_mm, twice)
    inset_mm = min(max(0.045 * short_mm, 1.2), 3)
    strip_mm = min(max(0.105 * short_mm, 3.2), 9)
    # The symbols' own quiet zones are margin enough: their squares reach half way into the label's.
    field = Box(inset_mm / 2, inset_mm / 2, width_mm - inset_mm, height_mm - 1.5 * inset_mm - strip_mm)
    build = _stacked if height_mm > width_mm else _flanked if twice else _beside
    symbols, slots = build(field, inset_mm, twice)
    # Text below a symbol begins where its dark modules do.
    left_mm = field.left_mm + QUIET_SHARE * symbols[0].width_mm
    right_mm = slots["place"].box.right_mm
    code, _gutter, footer = Box(left_mm, field.bottom_mm, right_mm - left_mm, strip_mm).columns(0.71, 0.03, 0.26)
    slots["code"] = Slot(code, _type(strip_mm, 0.78), anchor="bottom")
    slots["footer"] = Slot(footer, _type(strip_mm, 0.56), "right", "bottom")
    return Layout(width_mm, height_mm, symbols, slots)


def _type(height_mm: float, share: float) -> float:
    """The type size that takes this share of a height, in points to a half."""
    return round(2 * share * height_mm * PT_PER_MM) / 2


def _beside(field: Box, inset_mm: float, twice: bool) -> tuple[tuple[Box, ...], dict[str, Slot]]:
    """One symbol on the left, all text in a column on its right."""
    side_mm = min(field.height_mm, 0.48 * field.width_mm)
    symbol = Box(field.left_mm, field.top_mm + (field.height_mm - side_mm) / 2, side_mm, side_mm)
    left_mm = symbol.right_mm + _CLEAR_MM
    column = Box(left_mm, inset_mm, field.right_mm - inset_mm / 2 - left_mm, field.bottom_mm - inset_mm)
    head, headline, lines, _gap, what = column.rows(0.14, 0.31, 0.36, 0.015, 0.175)
    place = column.rows(0.18, 0.64, 0.18)[1]
    title, _gutter, corner = head.columns(0.73, 0.03, 0.24)
    return (symbol,), {
        "title": Slot(title, _type(head.height_mm, 0.84), anchor="bottom"),
        "corner": Slot(corner, _type(head.height_mm, 0.84), "right", "bottom"),
        "headline": Slot(headline, _type(headline.height_mm, 1.2)),
        "lines": Slot(lines, _type(lines.height_mm, 0.34), anchor="top"),
        "place": Slot(place, _type(place.height_mm, 0.36), anchor="top"),
        "ruled": Slot(column.rows(0.14, 0.86)[1], _type(place.height_mm, 0.18)),
        "what": Slot(what, _type(what.height_mm, 0.62), anchor="bottom"),
    }


def _flanked(field: Box, inset_mm: float, twice: bool) -> tuple[tuple[Box, ...], dict[str, Slot]]:
    """The destination across the top; under it a symbol at either end and the rest between them."""
    wanted_mm = max(0.7 * field.height_mm, _GOOD_SIDE_MM if 0.75 * field.height_mm >= _GOOD_SIDE_MM else 0)
    side_mm = min(wanted_mm, 0.365 * field.width_mm)
    top_mm = field.bottom_mm - side_mm
    left = Box(field.left_mm, top_mm, side_mm, side_mm)
    right = Box(field.right_mm - side_mm, top_mm, side_mm, side_mm)
    quiet_mm = QUIET_SHARE * side_mm
    banner = Box(field.left_mm + quiet_mm, inset_mm, field.width_mm - 2 * quiet_mm, top_mm - inset_mm)
    headline, _gutter, lines = banner.columns(0.42, 0.035, 0.545)
    middle_mm = right.left_mm - left.right_mm - 2 * _CLEAR_MM
    middle = Box(left.right_mm + _CLEAR_MM, top_mm, middle_mm, side_mm)
    _gap, title, corner, what, _gap = middle.rows(0.05, 0.29, 0.22, 0.4, 0.04)
    return (left, right), {
        "headline": Slot(headline, _type(headline.height_mm, 1.0)),
        "lines": Slot(lines, _type(lines.height_mm, 0.36)),
        "place": Slot(banner, _type(banner.height_mm, 0.55)),
        "ruled": Slot(banner, _type(banner.height_mm, 0.45)),
        "title": Slot(title, _type(middle.width_mm, 0.16), "center", "top"),
        "corner": Slot(corner, _type(corner.height_mm, 0.8), "center"),
        "what": Slot(what, _type(middle.width_mm, 0.15), "center", "bottom"),
    }


def _stacked(field: Box, inset_mm: float, twice: bool) -> tuple[tuple[Box, ...], dict[str, Slot]]:
    """Text across the top; under it two symbols, or one and k/n large beside it."""
    side_mm = field.width_mm / 2 if twice else min(0.64 * field.width_mm, 0.5 * field.height_mm)
    top_mm = field.bottom_mm - side_mm
    left = Box(field.left_mm, top_mm, side_mm, side_mm)
    margin_mm = field.left_mm + QUIET_SHARE * side_mm
    text = Box(margin_mm, inset_mm, field.width_mm + inset_mm - 2 * margin_mm, top_mm - inset_mm)
    head, headline, lines, _gap, what = text.rows(0.13, 0.34, 0.36, 0.02, 0.15)
    place = text.rows(0.17, 0.67, 0.16)[1]
    if twice:
        symbols: tuple[Box, ...] = (left, Box(field.right_mm - side_mm, top_mm, side_mm, side_mm))
        title, _gutter, corner = head.columns(0.75, 0.05, 0.2)
    else:
        symbols, title = (left,), head
        corner = Box(left.right_mm + _CLEAR_MM, top_mm, text.right_mm - left.right_mm - _CLEAR_MM, side_mm)
    return symbols, {
        "title": Slot(title, _type(head.height_mm, 0.84), anchor="bottom"),
        "corner": Slot(corner, _type(head.height_mm, 0.84 if twice else 1.6), "right", "bottom" if twice else "middle"),
        "headline": Slot(headline, _type(headline.height_mm, 1.2)),
        "lines": Slot(lines, _type(lines.height_mm, 0.34), anchor="top"),
        "place": Slot(place, _type(place.height_mm, 0.34), anchor="top"),
        "ruled": Slot(text.rows(0.13, 0.87)[1], _type(place.height_mm, 0.18)),
        "what": Slot(what, _type(what.height_mm, 0.62), anchor="bottom"),
    }


def _low(width_mm: float, height_mm: float, twice: bool) -> Layout:
    """Symbols of the full height; beside them, or between them where two have room, what a loader needs."""
    inset_mm = 1.2
    field = Box(inset_mm / 2, inset_mm / 2, width_mm - inset_mm, height_mm - inset_mm)
    side_mm = min(field.height_mm, 0.48 * field.width_mm)
    symbols = [Box(field.left_mm, field.top_mm + (field.height_mm - side_mm) / 2, side_mm, side_mm)]
    pair_mm = min(field.height_mm, max((field.width_mm - _PAIR_TEXT_MM) / 2, min(_GOOD_SIDE_MM, field.height_mm)))
    if twice and field.width_mm - 2 * pair_mm >= _PAIR_LEAST_MM:
        top_mm = field.top_mm + (field.height_mm - pair_mm) / 2
        symbols = [Box(x_mm, top_mm, pair_mm, pair_mm) for x_mm in (field.left_mm, field.right_mm - pair_mm)]
    left_mm = symbols[0].right_mm + _CLEAR_MM
    right_mm = symbols[1].left_mm - _CLEAR_MM if len(symbols) > 1 else width_mm - inset_mm
    column = Box(left_mm, inset_mm, right_mm - left_mm, height_mm - 2 * inset_mm)
    head, headline, lines, code = column.rows(0.175, 0.27, 0.265, 0.29)
    title, corner = head.columns(0.66, 0.34)
    place = column.rows(0.19, 0.52, 0.29)[1]
    slots = {
        "title": Slot(title, _type(head.height_mm, 0.84), anchor="bottom"),
        "title alone": Slot(head, _type(head.height_mm, 0.84), anchor="bottom"),
        "corner": Slot(corner, _type(head.height_mm, 0.84), "right", "bottom"),
        "headline": Slot(headline, _type(headline.height_mm, 1.15)),
        "lines": Slot(lines, _type(lines.height_mm, 0.5)),
        "place": Slot(place, _type(place.height_mm, 0.36)),
        "ruled": Slot(place, _type(place.height_mm, 0.22)),
        "code": Slot(code, _type(code.height_mm, 0.5), anchor="bottom"),
    }
    return Layout(width_mm, height_mm, tuple(symbols), slots)
