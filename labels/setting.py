"""How the texts of a label are set in its layout. Pure: must not know PDF."""

from collections.abc import Iterator

from labels.content import LabelContent
from labels.layout import PT_PER_MM, Layout, Slot
from labels.typeset import LEADING, LEAST_PT, Line, Measure, Paragraph, set_slot

_ROOM_TO_WRITE = 1.1
"""The air above a line to write on, in sizes of its type: a felt pen needs it."""

_WIDE = 4
"""A box this many times as wide as high takes a name and what it is of on one line."""

_STRIP = 8
"""A box less wide than this many times its height has two lines for a code."""

_LINES = 3
"""A box too low for so many lines names the village alone: the whole name is better than a piece of it and more."""


def filled_slots(content: LabelContent, layout: Layout) -> Iterator[tuple[str, ...]]:
    """The slots that a label fills, but for the code's, each with its texts; a low label has not all of them."""
    for name, *texts in _filled(content):
        if name == "title" and not content.corner and "title alone" in layout.slots:
            name = "title alone"
        if name in layout.slots:
            yield name, *texts


def _filled(content: LabelContent) -> Iterator[tuple[str, ...]]:
    yield "title", content.title
    yield "corner", content.corner
    yield "footer", content.footer
    yield "what", content.badge, *content.details
    if content.ruled:
        yield "ruled", *content.ruled
    elif content.headline.isdigit():
        yield "headline", content.lead, content.headline
        yield "lines", *content.lines
    else:
        yield "place", content.lead, content.headline, *content.lines


def set_texts(slot: Slot, name: str, texts: tuple[str, ...], measure: Measure) -> tuple[Line, ...]:
    """The lines of one slot.

    Raises:
        TooTightError: a text that must stay whole does not fit.
    """
    return set_slot(_paragraphs(slot, name, texts, measure), slot, measure)


def set_label(content: LabelContent, layout: Layout, measure: Measure) -> dict[str, tuple[Line, ...]]:
    """The lines of every slot of a label.

    Raises:
        TooTightError: a text that must stay whole does not fit.
    """
    filled = [("code", content.code), *filled_slots(content, layout)]
    return {name: set_texts(layout.slots[name], name, tuple(texts), measure) for name, *texts in filled}


def _paragraphs(slot: Slot, name: str, texts: tuple[str, ...], measure: Measure) -> list[Paragraph]:
    """What is bold, what may wrap, what must stay whole: a station's number, k/n and the code."""
    match name, texts:
        case "headline", (lead, number):
            return [Paragraph(number, bold=True, lead=lead, whole=True)]
        case "place", (lead, headline, *lines) if slot.box.width_mm > _WIDE * slot.box.height_mm:
            return [
                Paragraph(headline, bold=True, max_lines=1 if lead else 2, lead=lead),
                Paragraph(", ".join(lines), ratio=0.5, below=True),
            ]
        case "place", (lead, headline, *lines):
            return [
                Paragraph(lead, bold=True, ratio=0.4),
                Paragraph(headline, bold=True, max_lines=3),
                *(Paragraph(text, ratio=0.5, max_lines=2, below=True) for text in lines),
            ]
        case "lines", (first, *rest):
            if slot.box.height_mm * PT_PER_MM < _LINES * LEADING * LEAST_PT:
                rest = []
            return [
                Paragraph(first, bold=True, max_lines=3),
                *(Paragraph(text, ratio=0.75, max_lines=2, below=True) for text in rest),
            ]
        case "what", (badge, *details):
            return [
                Paragraph(badge, bold=True, inverse=True),
                *(Paragraph(text, bold=i == 0, ratio=0.9, max_lines=2, below=i > 0) for i, text in enumerate(details)),
            ]
        case "ruled", lines:
            return [Paragraph(text, air=_ROOM_TO_WRITE) for text in lines]
        case (("title" | "title alone"), (title,)):
            # A kind whole is better than a kind bold.
            has_lines = slot.box.height_mm * PT_PER_MM >= 2 * LEADING * LEAST_PT
            fits_bold = measure(title, True) * LEAST_PT <= slot.box.width_mm * PT_PER_MM
            return [Paragraph(title, bold=has_lines or fits_bold, max_lines=2)]
        case "code", (text,):
            is_strip = slot.box.width_mm > _STRIP * slot.box.height_mm
            return [Paragraph(text, bold=True, whole=True, max_lines=1 if is_strip else 2)]
        case "corner", (text,):
            return [Paragraph(text, bold=True, whole=True)]
    return [Paragraph(text) for text in texts]
