"""The page that a self-test ends in, to be signed and kept: what was found, and the camera's picture."""

import io
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from language import _
from reports.listing import Listing, Section
from services.health import Check, Health
from tables.output.write import Sheet

if TYPE_CHECKING:
    from reports.pdf.page import Document

_WIDTHS_MM = (45.0, 22.0, 110.0, 84.0)
_PICTURE_MM = 60.0


def self_test_listing(checks: Sequence[Check], picture: bytes) -> Listing:
    """The checks as a report; `picture` is the camera's, as JPEG, empty where there is none."""
    words = _health_words()
    found = Counter(check.health for check in checks)
    summary = " · ".join(f"{words[health]}: {found[health]}" for health in words)
    rows = [(check.name, words[check.health], check.found, _remedy(check)) for check in checks]
    grave = frozenset(at for at, check in enumerate(checks) if check.health != "ok")
    titles = (_("What was checked"), _("Result"), _("Found"), _("What to do"))
    sections = [
        Section(_("Checks"), titles, rows, _WIDTHS_MM, left=4, grave=grave),
        Section(_("Looked at by"), ("",), [("",)], (261.0,), draw=_draw_signature),
    ]
    if picture:
        sections.insert(1, Section(_("The camera's last picture"), ("",), [("",)], (261.0,), draw=_drawing(picture)))
    meaning = _(
        "What was measured on this laptop, and what somebody said who sat at it. Keep this page with the laptop."
    )
    facts = [
        {"check": check.name, "health": check.health, "found": check.found, "remedy": check.remedy} for check in checks
    ]
    sheet = Sheet(_("Checks"), titles, rows, (40.0, 15.0, 90.0, 70.0))
    return Listing(
        _("Self-test of {computer}").format(computer=platform.node() or _("this computer")),
        meaning,
        [summary],
        sections,
        [sheet],
        {"checks": facts},
    )


def _health_words() -> dict[Health, str]:
    return {"ok": _("good"), "warning": _("look at it"), "broken": _("broken"), "unseen": _("not looked at")}


def _remedy(check: Check) -> str:
    return check.remedy if check.health != "ok" else ""


def _drawing(picture: bytes) -> "Callable[[Document, Section], None]":
    """What draws a picture below its heading."""

    def draw(paper: "Document", _section: Section) -> None:
        from reportlab.lib.units import mm
        from reportlab.lib.utils import ImageReader
        from reportlab.platypus import Image

        wide, high = ImageReader(io.BytesIO(picture)).getSize()
        scale = _PICTURE_MM * mm / high
        paper.place(Image(io.BytesIO(picture), wide * scale, high * scale, hAlign="LEFT"))

    return draw


def _draw_signature(paper: "Document", _section: Section) -> None:
    from reportlab.lib.units import mm
    from reportlab.platypus import Spacer

    paper.place(Spacer(1, 16 * mm))
    paper.rule(after_mm=1)
