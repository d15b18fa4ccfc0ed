"""What the PDF of a chain is drawn with: the item's QR, the mark of a finding, and one step of the timeline."""

from collections.abc import Sequence
from typing import Any

import zxingcpp
from PIL import Image
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from custody.format.codes import item_payload
from language import _
from reports.chain.finding_rows import FindingRow
from reports.chain.steps import Party, Step
from reports.pdf.page import ACCENT, INK, MUTED, RULE, TINT, WHITE, fitted, fonts, text

SEVERITY_COLOR = {"critical": HexColor("#A11A1A"), "warning": HexColor("#8A5A00"), "info": HexColor("#2F4B7C")}
DATE_MM, RAIL_MM, CONTENT_MM, WIDTH_MM = 29.0, 34.5, 41.0, 174.0
_NODE_MM, _TITLE_MM, _ARROW_MM, _PAD_MM, _GAP_MM = 2.8, 5.4, 12.0, 2.2, 4.2


def draw_mark(canvas: Canvas, severity: str, x: float, y: float, size: float, color: Any = None) -> None:
    """Draw a severity as a shape: filled triangle, open triangle or circle, so that no one needs its colour."""
    canvas.saveState()
    canvas.setFillColor(color or SEVERITY_COLOR[severity])
    canvas.setStrokeColor(color or SEVERITY_COLOR[severity])
    canvas.setLineWidth(size / 12)
    if severity == "info":
        canvas.circle(x + size / 2, y + size / 2, size * 0.44, fill=0)
    else:
        shape = canvas.beginPath()
        shape.moveTo(x + size / 2, y + size * 0.95)
        shape.lineTo(x + size, y + size * 0.06)
        shape.lineTo(x, y + size * 0.06)
        shape.close()
        canvas.setLineJoin(1)
        canvas.drawPath(shape, fill=int(severity == "critical"))
    if severity == "critical":
        canvas.setFillColor(WHITE)
    canvas.setFont(fonts()[1], size * 0.6)
    low = y + size * (0.29 if severity == "info" else 0.17)
    canvas.drawCentredString(x + size / 2, low, "i" if severity == "info" else "!")
    canvas.restoreState()


class SeverityMark(Flowable):  # type: ignore[misc]
    """The mark of a severity as a block, grey where what it stands for is settled."""

    def __init__(self, severity: str, size_mm: float = 4.2, *, is_open: bool = True) -> None:
        super().__init__()
        self.severity, self.is_open = severity, is_open
        self.width = self.height = size_mm * mm

    def draw(self) -> None:
        draw_mark(self.canv, self.severity, 0, 0, self.height, None if self.is_open else MUTED)


class ItemQr(Flowable):  # type: ignore[misc]
    """The QR of an item, as its newest label has it, with the quiet zone that readers need."""

    def __init__(self, code: str, print_number: int, size_mm: float) -> None:
        super().__init__()
        self.width = self.height = size_mm * mm
        symbol = zxingcpp.create_barcode(
            item_payload(code, print_number), zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2
        )
        # One pixel a module, one bit a pixel: what stays sharp at any size (ISO/IEC 18004, four modules of quiet zone).
        pixels: Any = symbol.to_image(scale=1, add_quiet_zones=True)
        height, width = pixels.shape
        self._image = Image.frombytes("L", (width, height), bytes(memoryview(pixels))).convert("1")

    def draw(self) -> None:
        self.canv.drawInlineImage(self._image, 0, 0, self.width, self.height)


class StepBlock(Flowable):  # type: ignore[misc]
    """One record of the timeline: when, a numbered node on the rail, and what it says.

    A filled node is a handover whose label was read, a dashed one a move without a scan, an open one any other
    record, a struck one a record that was withdrawn or whose station is not admitted.
    """

    def __init__(self, number: int, step: Step, marks: Sequence[FindingRow], *, is_first: bool, is_last: bool) -> None:
        super().__init__()
        self.number, self.step, self.marks = number, step, marks
        self.is_first, self.is_last = is_first, is_last
        tone = INK if step.counts else MUTED
        title = f"{step.title} ({step.mark})" if step.mark else step.title
        self._date = [text(step.day, 7.5, face=1, color=tone, align=2), text(step.clock, 7.5, color=tone, align=2)]
        self._title, self._tone = title, tone
        self._parties: list[list[Any]] = []
        if step.giver and step.receiver:
            self._parties = [_party(step.giver, _("From"), tone), _party(step.receiver, _("To"), tone)]
        self._below = [text(step.sentence, 9, color=tone)] if step.sentence else []
        if step.note:
            self._below.append(text(step.note, 8, face=2, color=tone))
        self._below.append(text(" · ".join(step.remarks), 7.5, color=MUTED))

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        content = (WIDTH_MM - CONTENT_MM) * mm
        self._cell = (content - _ARROW_MM * mm) / 2
        for block in self._date:
            block.wrap(DATE_MM * mm, available_height)
        height = _TITLE_MM * mm
        self._card = 0.0
        if self._parties:
            inner = self._cell - 2 * _PAD_MM * mm
            self._card = max(_stack_height(party, inner) for party in self._parties) + 2 * _PAD_MM * mm
            height += self._card + 1.2 * mm
        height += _stack_height(self._below, content) + _GAP_MM * mm
        self.width, self.height = WIDTH_MM * mm, max(height, 13 * mm)
        return self.width, self.height

    def draw(self) -> None:
        canvas, top = self.canv, self.height
        self._draw_rail(canvas, top)
        _draw_stack(canvas, self._date, 0, top)
        x = CONTENT_MM * mm
        self._draw_title(canvas, x, top)
        y = top - _TITLE_MM * mm
        if self._parties:
            self._draw_card(canvas, x, y)
            y -= self._card + 1.2 * mm
        _draw_stack(canvas, self._below, x, y)

    def _draw_title(self, canvas: Canvas, x: float, top: float) -> None:
        canvas.setFillColor(MUTED)
        canvas.setFont(fonts()[0], 7)
        record = fitted(self.step.record, 7, 80 * mm)
        canvas.drawRightString(WIDTH_MM * mm, top - 9.5, record)
        canvas.setFillColor(self._tone)
        canvas.setFont(fonts()[1], 9.5)
        canvas.drawString(x, top - 9.5, self._title)
        x += canvas.stringWidth(self._title) + 2 * mm
        for finding in self.marks:
            draw_mark(canvas, finding.severity, x, top - 10.5, 3.8 * mm, None if finding.is_open else MUTED)
            x += 4.8 * mm

    def _draw_card(self, canvas: Canvas, x: float, top: float) -> None:
        right = x + self._cell + _ARROW_MM * mm
        for left, party in ((x, self._parties[0]), (right, self._parties[1])):
            canvas.setFillColor(TINT if self.step.counts else WHITE)
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.6)
            canvas.setDash(*(() if self.step.counts else (2, 1.6)))
            canvas.roundRect(left, top - self._card, self._cell, self._card, 2, fill=1)
            _draw_stack(canvas, party, left + _PAD_MM * mm, top - _PAD_MM * mm)
        canvas.setDash()
        middle = top - self._card / 2
        tail, head = x + self._cell + 2.5 * mm, right - 2.5 * mm
        color = ACCENT if self.step.counts else MUTED
        canvas.setStrokeColor(color)
        canvas.setFillColor(color)
        canvas.setLineWidth(1.4)
        if not self.step.is_seen:
            canvas.setDash(2, 1.6)
        canvas.line(tail, middle, head - 1.8 * mm, middle)
        canvas.setDash()
        tip = canvas.beginPath()
        tip.moveTo(head, middle)
        tip.lineTo(head - 2.4 * mm, middle + 1.4 * mm)
        tip.lineTo(head - 2.4 * mm, middle - 1.4 * mm)
        tip.close()
        canvas.drawPath(tip, stroke=0, fill=1)

    def _draw_rail(self, canvas: Canvas, top: float) -> None:
        x, y = RAIL_MM * mm, top - 2.2 * mm
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(1.2)
        canvas.line(x, top if not self.is_first else y, x, y if self.is_last else 0)
        draw_node(canvas, self.step, str(self.number), x, y)


class Legend(Flowable):  # type: ignore[misc]
    """What the nodes of a timeline mean; only those that it has."""

    def __init__(self, timeline: list[Step]) -> None:
        super().__init__()
        self.width, self.height = WIDTH_MM * mm, 4 * mm
        seen: dict[str, Step] = {}
        for step in timeline:
            seen.setdefault(_node_word(step), step)
        self._entries = list(seen.items())

    def draw(self) -> None:
        radius = 1.7 * mm
        x, y = radius, self.height / 2
        for words, step in self._entries:
            draw_node(self.canv, step, "", x, y, radius)
            self.canv.setFillColor(MUTED)
            self.canv.setFont(fonts()[0], 7.5)
            self.canv.drawString(x + 3 * mm, y - 2.6, words)
            x += 10 * mm + self.canv.stringWidth(words)


def _node_word(step: Step) -> str:
    if step.mark:
        return step.mark
    if step.giver is None or step.is_repeat:
        return _("other record")
    return _("handover") if step.is_seen else _("moved with its parent, not seen")


def draw_node(canvas: Canvas, step: Step, words: str, x: float, y: float, radius: float = _NODE_MM * mm) -> None:
    """Draw the node of a step around a point: filled, dashed, open or struck (see `StepBlock`)."""
    is_filled = step.giver is not None and step.is_seen and step.counts and not step.is_repeat
    color = ACCENT if step.counts else MUTED
    canvas.saveState()
    canvas.setStrokeColor(color)
    canvas.setFillColor(color if is_filled else WHITE)
    canvas.setLineWidth(1.1)
    if not step.is_seen:
        canvas.setDash(1.6, 1.2)
    canvas.circle(x, y, radius, fill=1)
    canvas.setDash()
    if not step.counts:
        reach = radius * 1.1
        canvas.line(x - reach, y - reach, x + reach, y + reach)
    canvas.setFillColor(WHITE if is_filled else color)
    canvas.setFont(fonts()[1], 7 if len(words) < 3 else 5.5)
    canvas.drawCentredString(x, y - 2.5, words)
    canvas.restoreState()


def _party(party: Party, role: str, tone: Any) -> list[Any]:
    over = f"{role} · {party.code}" if party.code not in ("", party.name) else role
    blocks = [text(over, 7, color=MUTED), text(party.name, 9, face=1, color=tone)]
    if party.person:
        blocks.append(text(party.person, 8.5, color=tone))
    return blocks


def _stack_height(blocks: list[Any], width: float) -> float:
    return float(sum(block.wrap(width, 10_000)[1] for block in blocks))


def _draw_stack(canvas: Canvas, blocks: list[Any], x: float, top: float) -> None:
    for block in blocks:
        top -= block.height
        block.drawOn(canvas, x, top)
