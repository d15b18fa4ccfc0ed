"""What the template of a BAST letter may say: its keys, the form of each value, and the blanks that a text may have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from custody.errors import N_

SECTIONS = (
    "letterhead",
    "title",
    "opening",
    "parties",
    "basis",
    "contents",
    "carriage",
    "differences",
    "decisions",
    "closing",
    "signatures",
    "witnesses",
    "copies",
    "annex",
    "codes",
)
"""The sections of the letter, in the order of the shipped template."""
SIGNERS = ("giver", "receiver", "driver", "escort", "other")
PAGE_SIZES_MM = {"A4": (210.0, 297.0), "F4": (215.0, 330.0), "Letter": (215.9, 279.4)}
"""Sizes of paper in mm. F4 (folio) is what offices in Indonesia print letters on."""
MAX_TEXT, MAX_ROWS = 2000, 60

DAY_BLANKS = ("weekday", "day", "day_words", "month", "year", "year_words", "date", "clock")
_PARTIES = ("giver", "receiver")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "title": ("election",),
    "subject": ("election", "giver", "receiver"),
    "number": ("number",),
    "withdrawn": ("number",),
    "replaces": ("number", "records"),
    "opening": (*DAY_BLANKS, "place", "election"),
    "late": ("date", "clock"),
    "name": (),
    "nip": (),
    "function": (),
    "office": (),
    "address": (),
    "first_party": (),
    "second_party": (),
    "basis": (),
    "handing": (*_PARTIES, "election", "count", "count_words", "destination"),
    "column_number": (),
    "column_kind": (),
    "column_quantity": (),
    "column_unit": (),
    "column_condition": (),
    "column_remark": (),
    "total": (),
    "unnoted": (),
    "nothing": (),
    "carried": ("count", "kinds"),
    "carriage": (),
    "vehicle": (),
    "driver": (),
    "escort": (),
    "stops": (),
    "bound": (),
    "note": (),
    "differences": (),
    "no_differences": (),
    "counts": ("scanned", "counted"),
    "to_go": ("what",),
    "expected": ("expected", "scanned", "missing"),
    "elsewhere": ("elsewhere",),
    "missing": ("missing",),
    "unknown_expected": (),
    "foretold": ("papers", "named", "scanned", "others", "missing"),
    "decisions": (),
    "refused": ("count",),
    "remarked": ("count",),
    "extras": ("count",),
    "matched": ("count",),
    "closing": ("copies", "copies_words", "number"),
    "witnesses": (),
    "witness": (),
    "drawn": (),
    "pin": (),
    "copies": (),
    "annex_title": ("number",),
    "annex": ("number", "count"),
    "codes_title": ("number",),
    "codes": ("number",),
    "head": ("count",),
}
"""The texts of the letter, each with the blanks that it may have."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The form of one key's value: what to say where it has another, and whether it has it."""

    message: str
    holds: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAX_ROWS and all(map(_is_text, value))


def _number(least: float, most: float) -> Rule:
    message = N_("{key} must be a number from {least} to {most}")
    return Rule(message, lambda value: type(value) in (int, float) and least <= value <= most)


def _choice(*words: str) -> Rule:
    return Rule(N_("{key} must be one of: {choices}"), lambda value: value in words)


def _tables(fields: tuple[str, ...], needed: tuple[str, ...] = ()) -> Callable[[Any], bool]:
    """Whether a value is a table with only these texts."""
    return lambda value: (
        isinstance(value, dict)
        and value.keys() <= set(fields)
        and value.keys() >= set(needed)
        and all(map(_is_text, value.values()))
    )


def _is_signature(value: Any) -> bool:
    return _tables(("who", "title", "name", "function", "nip"), ("who", "title"))(value) and value["who"] in SIGNERS


def _is_order(value: Any) -> bool:
    return _is_texts(value) and set(value) <= set(SECTIONS) and len(set(value)) == len(value)


_TEXT = Rule(N_("{key} must be a text in quotation marks, of at most 2000 characters"), _is_text)
_TEXTS = Rule(N_('{key} must be a list of texts: ["one", "two"]'), _is_texts)

LIMITS: Mapping[str, tuple[float, float]] = {
    "page.font_size_pt": (8, 14),
    "page.margin_left_mm": (10, 50),
    "page.margin_right_mm": (10, 50),
    "page.margin_top_mm": (8, 60),
    "page.margin_bottom_mm": (18, 60),
    "letterhead.logo_height_mm": (5, 40),
    "copies.count": (1, 99),
    "witnesses.lines": (0, 9),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "page.size": tuple(PAGE_SIZES_MM),
    "page.font": ("serif", "sans"),
    "sections.order": SECTIONS,
    "signatures": SIGNERS,
}
"""What the faults of these keys name."""

RULES: Mapping[str, Rule] = {
    "page.size": _choice(*PAGE_SIZES_MM),
    "page.font": _choice("serif", "sans"),
    **{key: _number(*limits) for key, limits in LIMITS.items()},
    "sections.order": Rule(N_("{key} must be a list of these, each at most once: {choices}"), _is_order),
    "letterhead.lines": _TEXTS,
    "letterhead.address": _TEXTS,
    "letterhead.logo": _TEXT,
    "basis.list": _TEXTS,
    "copies.to": _TEXTS,
    "offices": Rule(
        N_('{key} must be tables like [offices."51.08"] with name, function and address'),
        lambda value: isinstance(value, dict) and all(map(_tables(("name", "function", "address")), value.values())),
    ),
    "people": Rule(
        N_('{key} must be tables like [people."Made Arya"] with nip and function'),
        lambda value: isinstance(value, dict) and all(map(_tables(("nip", "function")), value.values())),
    ),
    "signatures": Rule(
        N_("{key} must be tables [[signatures]] with who and title; who is one of: {choices}"),
        lambda value: isinstance(value, list) and len(value) <= 9 and all(map(_is_signature, value)),
    ),
    **{f"texts.{name}": _TEXT for name in TEXTS},
}

_LETTERHEAD = ("office", "election", "station")
BLANKS: Mapping[str, tuple[str, ...]] = {
    **{f"texts.{name}": blanks for name, blanks in TEXTS.items()},
    "letterhead.lines": _LETTERHEAD,
    "letterhead.address": _LETTERHEAD,
}
"""The blanks that the texts of a key may have; those of other keys have none."""
