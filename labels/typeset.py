"""Set texts into the slots of a label: shrink, then wrap, then cut with an ellipsis.

Pure: type is measured by a function. Lengths are points. A line's origin is the left end of its baseline, from the
slot's left and top edge.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from labels.content import LabelContent
from labels.layout import PT_PER_MM, Layout, Slot

Measure = Callable[[str, bool], float]
"""The width of a text set in one-point type, regular (False) or bold (True)."""
LEAST_PT = 4.8
"""Smaller print is a smudge on a thermal printer."""
LEADING = 1.16
ASCENT = 0.76
DESCENT = 0.24
"""What a line takes above and below its baseline, in sizes: capitals of Vera reach 0.73, its descenders 0.236."""
LEAD_RATIO = 0.4
GAP = 0.14
"""The air above a paragraph that belongs to the one above it, in sizes."""
PLATE_X = 0.4
PLATE_Y = 0.18
"""How far the black plate of an inverse line reaches beyond its text, in sizes."""
_SHRINK = 0.97
_WORTH_A_BREAK = 1.25
"""A text is broken over one line more only where that makes its type larger by this."""
_SPACES = re.compile(r"[ \t\r\n]+")
_PARTS = re.compile(r"[^-/.]*[-/.]*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and how it wants to be set: its size relative to the slot's and the lines it may take.

    `lead` stands small before the text on the same baseline; `air` stays free above it, in sizes. A text `below` is
    never set larger than the one above it, a `whole` one never cut; an `inverse` one is white on a black plate.
    """

    text: str
    bold: bool = False
    ratio: float = 1.0
    max_lines: int = 1
    lead: str = ""
    air: float = 0.0
    below: bool = False
    whole: bool = False
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One run of text in its place."""

    text: str
    bold: bool
    size_pt: float
    x_pt: float
    y_pt: float
    width_pt: float
    inverse: bool = False


class TooTightError(ValueError):
    """A text that must stay whole does not fit its slot at the smallest size."""


def set_slot(paragraphs: Sequence[Paragraph], slot: Slot, measure: Measure) -> tuple[Line, ...]:
    """Set paragraphs one under another, each as large as its slot and its own text allow.

    Raises:
        TooTightError: a text that must stay whole does not fit.
    """
    width_pt, height_pt = slot.box.width_mm * PT_PER_MM, slot.box.height_mm * PT_PER_MM
    used = [replace(p, text=_SPACES.sub(" ", p.text.strip())) for p in paragraphs if p.text.strip()]
    limit_pt = slot.size_pt
    while True:
        fitted: list[tuple[float, list[str]]] = []
        for p in used:
            # What stands below is never larger than what it belongs to.
            above_pt = fitted[-1][0] if fitted and p.below else limit_pt
            fitted.append(_fit(p, max(min(limit_pt * p.ratio, above_pt), LEAST_PT), width_pt, measure))
        heights_pt = [_height(p, size_pt, len(texts)) for p, (size_pt, texts) in zip(used, fitted, strict=True)]
        spare_pt = height_pt - sum(heights_pt)
        if spare_pt >= -0.01:
            break
        if all(size_pt <= LEAST_PT for size_pt, _ in fitted):
            used = _shorter(used, [len(texts) for _, texts in fitted])
        limit_pt *= _SHRINK
    top_pt = spare_pt * {"top": 0.0, "middle": 0.5, "bottom": 1.0}[slot.anchor]
    lines: list[Line] = []
    for paragraph, (size_pt, texts), taken_pt in zip(used, fitted, heights_pt, strict=True):
        lines += _place(paragraph, size_pt, texts, top_pt, width_pt, slot.align, measure)
        top_pt += taken_pt
    return tuple(lines)


def _fit(paragraph: Paragraph, size_pt: float, width_pt: float, measure: Measure) -> tuple[float, list[str]]:
    """The size up to this one and the lines of a paragraph; each further line must be worth its break.

    Raises:
        TooTightError: the text must stay whole and does not fit.
    """
    lead = measure(paragraph.lead + " ", paragraph.bold) * LEAD_RATIO if paragraph.lead else 0.0
    margin = lead + (2 * PLATE_X if paragraph.inverse else 0.0)
    best: tuple[float, list[str]] | None = None
    for count in range(1, paragraph.max_lines + 1):
        step_pt = size_pt
        while best is None or step_pt > best[0] * _WORTH_A_BREAK:
            room = width_pt / step_pt - margin
            texts = list(_wrap(paragraph.text, paragraph.bold, room, measure))
            if len(texts) <= count and all(measure(text, paragraph.bold) <= room for text in texts):
                best = step_pt, texts
                break
            if step_pt <= LEAST_PT:
                break
            step_pt = max(step_pt * _SHRINK, LEAST_PT)
    if best is not None:
        return best
    if paragraph.whole:
        raise TooTightError(paragraph.text)
    room = width_pt / LEAST_PT - margin
    texts = list(_wrap(paragraph.text, paragraph.bold, room, measure))
    kept = texts[: paragraph.max_lines]
    cut_at = len(kept) - 1 if len(texts) > len(kept) else -1
    return LEAST_PT, [_cut(text, i == cut_at, paragraph.bold, room, measure) for i, text in enumerate(kept)]


def _wrap(text: str, bold: bool, room: float, measure: Measure) -> Iterator[str]:
    """Break between words, and after hyphens, slashes and dots only in a word too wide for a line of its own."""
    line = ""
    for word in text.split(" "):
        parts = [word] if measure(word, bold) <= room else _PARTS.findall(word)
        for i, part in enumerate(parts):
            glue = " " if line and i == 0 else ""
            if line and measure(line + glue + part, bold) > room:
                yield line
                line, glue = "", ""
            line += glue + part
    yield line


def _cut(text: str, more: bool, bold: bool, room: float, measure: Measure) -> str:
    """The text, or its beginning and an ellipsis where it is too wide or where more would follow."""
    if not more and measure(text, bold) <= room:
        return text
    while text and measure(text + "…", bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _height(paragraph: Paragraph, size_pt: float, count: int) -> float:
    air = paragraph.air + (2 * PLATE_Y if paragraph.inverse else 0.0) + (GAP if paragraph.below else 0.0)
    return size_pt * (ASCENT + DESCENT + LEADING * (count - 1) + air)


def _shorter(paragraphs: list[Paragraph], counts: list[int]) -> list[Paragraph]:
    """Give up a line where nothing can shrink: the last that can be spared, for the first say most.

    Raises:
        TooTightError: none can be spared.
    """
    for i in reversed(range(len(paragraphs))):
        if counts[i] > 1 and not paragraphs[i].whole:
            return [*paragraphs[:i], replace(paragraphs[i], max_lines=counts[i] - 1), *paragraphs[i + 1 :]]
    if len(paragraphs) == 1 or paragraphs[-1].whole:
        raise TooTightError(paragraphs[-1].text)
    return paragraphs[:-1]


def _place(
    paragraph: Paragraph, size_pt: float, texts: list[str], top_pt: float, width_pt: float, align: str, measure: Measure
) -> Iterator[Line]:
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    pad_x, pad_y = (PLATE_X * size_pt, PLATE_Y * size_pt) if paragraph.inverse else (0.0, 0.0)
    y_pt = top_pt + pad_y + (ASCENT + paragraph.air + (GAP if paragraph.below else 0.0)) * size_pt
    for text in texts:
        line_pt = measure(text, paragraph.bold) * size_pt
        lead_pt = measure(paragraph.lead + " ", paragraph.bold) * size_pt * LEAD_RATIO if paragraph.lead else 0.0
        x_pt = share * (width_pt - line_pt - lead_pt - 2 * pad_x) + pad_x
        if paragraph.lead:
            yield Line(paragraph.lead + " ", paragraph.bold, size_pt * LEAD_RATIO, x_pt, y_pt, lead_pt)
        yield Line(text, paragraph.bold, size_pt, x_pt + lead_pt, y_pt, line_pt, paragraph.inverse)
        y_pt += LEADING * size_pt


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
