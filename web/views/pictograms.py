"""Pictograms beside words, never the only sign of anything: one family of lines in `web/static/pictograms.svg`."""

import re
from functools import cache

from markupsafe import Markup

from web.site import HERE

KINDS = frozenset(
    {"answer_sheet", "ballot", "booth", "box", "envelope", "exam_box", "form", "ink", "lock_seal"}
    | {"paper_seal", "plastic_seal", "vehicle"}
)
"""Kinds of the profiles that come with Serah. Any other kind has `thing`."""
CONDITIONS = frozenset({"good", "light", "heavy", "wet", "missing"})
FINDINGS = {
    "UNKNOWN_CODE": "unknown",
    "BAD_CHECK": "unknown",
    "VOID_LABEL": "void",
    "SUSPECTED_COPY": "copy",
    "NOT_HELD": "gap",
    "GAP": "gap",
    "WRONG_DESTINATION": "astray",
    "SHORTAGE": "shortage",
    "EXCESS": "excess",
    "COUNT": "count",
    "DAMAGED": "heavy",
    "MISSING": "missing",
    "LATE": "clock",
    "LATE_ENTRY": "clock",
    "CLOCK": "clock",
    "FORK": "fork",
    "SEAL_BROKEN": "opened",
    "UNSEALED": "opened",
    "SEAL_MISMATCH": "mismatch",
    "DISPUTED": "mismatch",
    "CORRECTED": "record",
    "UNWITNESSED": "unseen",
    "PHOTO": "photo",
    "UNKNOWN_STATION": "key",
    "TAMPERED": "tampered",
    "INCOMPLETE": "tampered",
}
"""What stands for a finding, by its code."""
FORMS = {
    "inspect": "seen",
    "seal": "lock_seal",
    "incident": "warning",
    "incident-close": "good",
    "checklist": "plan",
    "delivery": "vehicle",
    "deliveries": "vehicle",
    "pack": "thing",
    "split": "copy",
    "reassign": "place",
    "balance": "meet",
    "void": "void",
    "claim": "label",
    "point": "clock",
    "points": "clock",
    "correct": "record",
    "revoke": "key",
    "drop": "void",
    "profile": "plan",
}
"""What stands for a form of the page Records, by its name."""
PAGES = {
    "/": "home",
    "/scan": "scan",
    "/items": "thing",
    "/dashboard": "dashboard",
    "/meet": "meet",
    "/labels": "label",
    "/plan": "plan",
    "/records": "record",
    "/reports": "report",
    "/first": "home",
}
"""What stands for a page of the navigation."""


@cache
def symbols() -> frozenset[str]:
    """Return the names of all that are drawn."""
    return frozenset(re.findall(r'<symbol id="(\w+)"', (HERE / "static" / "pictograms.svg").read_text()))


@cache
def pictogram(name: str) -> Markup:
    """Return the drawing of this name for a template, hidden from screen readers: the words stand beside it.

    Raises:
        KeyError: nothing of this name is drawn.
    """
    if name not in symbols():
        raise KeyError(name)
    href = f"/static/pictograms.svg#{name}"
    return Markup('<svg class="pic" aria-hidden="true" focusable="false"><use href="{}"/></svg>').format(href)


def kind_pictogram(kind: str) -> Markup:
    """Return the drawing of a kind of thing by its code in the plan; a neutral one for a kind of a profile's own."""
    return pictogram(kind if kind in KINDS else "thing")


def condition_pictogram(condition: str) -> Markup:
    """Return the drawing of a condition by its code; for one that nobody has said, an eye that is crossed out."""
    return pictogram(condition if condition in CONDITIONS else "unseen")


def finding_pictogram(code: str) -> Markup:
    """Return the drawing of a finding by its code; a warning sign for one that has none of its own."""
    return pictogram(FINDINGS.get(code, "warning"))


def page_pictogram(way: str) -> Markup:
    """Return the drawing of a page of the navigation by its address."""
    return pictogram(PAGES[way])


def form_pictogram(name: str) -> Markup:
    """Return the drawing of a form of the page Records by its name; a pen for one that has none of its own."""
    return pictogram(FORMS.get(name, "record"))


PICTOGRAMS = (pictogram, kind_pictogram, condition_pictogram, finding_pictogram, page_pictogram, form_pictogram)
"""What templates call, by these names."""
