"""The left column of a handover paper: what was handed over, what is irregular about it, and the items' codes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib import units
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph

from custody.chain.findings import MISSED_BY_PAPER, Finding
from custody.format.codes import show_code
from custody.plan.places import is_carrier
from language import _, ngettext
from language.text import number, printable
from reports.chain.finding_rows import finding_title
from reports.handover.paper_facts import HandoverFacts
from reports.pdf.page import ACCENT, INK, MUTED, RULE, Document, fitted, fonts, text
from reports.words import custodian_name, finding_text, gravity, kind_name

COLUMN_MM = 55.0
mm = float(units.mm)
_HEADING_MM, _FINDINGS_MM = 7.7, 26.0
"""What a heading takes, and what the findings may take of a page that is full of codes."""
_SENTENCES = 3
"""So many findings of one code are told in words."""
_CODE_TYPES = ((8.0, 1), (7.0, 2), (6.0, 2), (5.2, 3), (4.6, 3))
"""Sizes of type in points, each with the columns that it leaves room for."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The findings of one code: in sentences or by their items, and in a line that says how many they are."""

    full: Sequence[Paragraph]
    short: Paragraph

    @property
    def height(self) -> float:
        return float(sum(block.height for block in self.full))


class ContentsColumn:
    """The column of one page."""

    def __init__(self, paper: Document, facts: HandoverFacts, body: Mapping[str, Any], here: str) -> None:
        self.paper, self.facts, self.here = paper, facts, here
        self.number = printable(str(body["bast"]), 80)
        self.giver = str(facts.parts[0].body["from"])
        self.is_loading = is_carrier(facts.places, str(facts.parts[0].body["to"]))
        self.codes = self._in_order(body["items"])
        self.refused = [code for code in self._in_order(body.get("refused", ())) if code in facts.refused]

    def draw(self, top: float, room_mm: float) -> float:
        """Kinds, findings and codes, in type as large as the room allows; returns the height in points."""
        findings = self._findings()
        findings_mm = sum(told.height for told in findings) / mm + 1
        y = self._draw_kinds(top)
        rest_mm = room_mm - (top - y) / mm - 2 * _HEADING_MM
        size, pitch_mm, columns = self._code_size(rest_mm - min(findings_mm, _FINDINGS_MM))
        deep = -(-len(self.codes) // columns)
        y = self._draw_findings(findings, y, (rest_mm - deep * pitch_mm) * mm)
        y = self._draw_heading(_("Codes"), y - 3.5 * mm)
        width = COLUMN_MM / columns * mm
        for place, code in enumerate(self.codes):
            column, line = divmod(place, deep)
            self._draw_code(code, size, self.paper.left + column * width, y - (line + 0.85) * pitch_mm * mm, width)
        return top - y + deep * pitch_mm * mm

    def _draw_code(self, code: str, size: float, x: float, y: float, width: float) -> None:
        """Draw a code, narrower where its letters are wide: columns must not run into each other."""
        shown = show_code(code)
        natural = stringWidth(shown, fonts()[0], size)
        line = self.paper.canvas.beginText(x, y)
        line.setFont(fonts()[0], size)
        line.setFillColor(INK)
        line.setHorizScale(min(100, 100 * (width - 1.2 * mm) / natural))
        line.textOut(shown)
        self.paper.canvas.drawText(line)

    def _code_size(self, room_mm: float) -> tuple[float, float, int]:
        """The largest type with which all codes fit: its size, the lines' distance in mm, and the columns."""
        for size, columns in _CODE_TYPES:
            pitch_mm, deep = size * 0.43, max(-(-len(self.codes) // columns), 1)
            if deep * pitch_mm <= room_mm:
                break
        return size, min(pitch_mm, room_mm / deep), columns

    def _draw_heading(self, words: str, y: float) -> float:
        canvas = self.paper.canvas
        canvas.setFillColor(ACCENT)
        canvas.setFont(fonts()[1], 7.5)
        canvas.drawString(self.paper.left, y - 2.4 * mm, words)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self.paper.left, y - 3.6 * mm, self.paper.left + COLUMN_MM * mm, y - 3.6 * mm)
        return y - 4.2 * mm

    def _draw_kinds(self, top: float) -> float:
        facts, canvas = self.facts, self.paper.canvas
        y = self._draw_heading(_("Contents"), top)
        kinds = Counter(self._kind(code) for code in self.codes)
        right = self.paper.left + COLUMN_MM * mm
        lines = [(kind_name(facts.needs, kind) if kind else _("not registered here"), n) for kind, n in kinds.items()]
        for place, (words, count) in enumerate([*lines, (_("Total"), len(self.codes))]):
            y -= 4.1 * mm
            canvas.setFont(fonts()[int(place == len(lines))], 8)
            canvas.setFillColor(INK)
            canvas.drawString(self.paper.left, y + 1 * mm, fitted(words, 8, (COLUMN_MM - 14) * mm))
            canvas.drawRightString(right, y + 1 * mm, number(count))
        return y

    def _findings(self) -> list[_Told]:
        """A sentence for each finding; of a code that is found often, only the items; last, that it is a part load."""
        here = {*self.codes, *self.refused}
        groups: dict[str, list[Finding]] = {}
        for found in self.facts.findings:
            if found.is_foretold:
                continue
            if found.item is None or found.item in here or found.code == "SHORTAGE":
                groups.setdefault(found.code, []).append(found)
        found_here = []
        rest = [found for found in groups.get("SHORTAGE", []) if found.message != MISSED_BY_PAPER]
        partial: list[_Told] = []
        if self.is_loading and len(rest) > _SENTENCES and len(rest) == len(groups["SHORTAGE"]):
            partial = [_whole(_sized(self._partial_load(len(groups.pop("SHORTAGE")))))]
        for code, group in groups.items():
            lines = self._sentences(group)
            count = f"{gravity(group[0])}: {finding_title(code)} ({number(len(group))})"
            if len(lines) > _SENTENCES:
                lines = [": ".join(filter(None, (count, _codes(found.item for found in group))))]
            listed = f"items --held-by {self.giver}" if code == "SHORTAGE" else "report discrepancies"
            short = count
            if code != "SHORTAGE" or any(found.message != MISSED_BY_PAPER for found in group):
                short += ", " + _("listed by: {command}").format(command=listed)
            found_here.append(_Told([_sized(line) for line in lines], _sized(short)))
        first = self._withdrawn() + self._refused()
        return first + found_here + partial or [_whole(_sized(_("None"), 7.5, color=MUTED))]

    def _sentences(self, group: Sequence[Finding]) -> list[str]:
        """The findings of one code, each sentence once: of many things it may be true in the same words."""
        told = (f"{gravity(found)}: {finding_text(found, self.facts.needs, self.here)}" for found in group)
        return list(dict.fromkeys(told))

    def _withdrawn(self) -> list[_Told]:
        words = _("This record was withdrawn or corrected and does not count; its letter and paper are not valid.")
        return [_whole(_sized(words, 8))] if self.facts.is_withdrawn else []

    def _refused(self) -> list[_Told]:
        """What was refused, each thing by its code and kind."""
        if not self.refused:
            return []
        count = _("Refused, they stay with the giver: {count}").format(count=number(len(self.refused)))
        things = (f"{show_code(code)} {kind_name(self.facts.needs, self._kind(code))}" for code in self.refused)
        full = _sized(f"{count} ({', '.join(map(str.strip, things))})")
        listed = _("listed by: {command}").format(command=f"report bast --number {self.number}")
        return [_Told([full], _sized(f"{count}, {listed}"))]

    def _in_order(self, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        codes = (str(row["code"]) for row in rows)
        return sorted(codes, key=lambda code: (not self._kind(code), self._kind(code), code))

    def _partial_load(self, count: int) -> str:
        """Say that a truck took only a part: the other items stayed, and nothing is missing on the truck."""
        words = ngettext(
            "A part of the load: {count} other thing stayed at {place}.",
            "A part of the load: {count} other things stayed at {place}.",
            count,
        )
        return words.format(count=number(count), place=custodian_name(self.facts.places, self.giver))

    def _draw_findings(self, findings: Sequence[_Told], y: float, room: float) -> float:
        """The findings: those of a code that do not all fit are counted in a line, and codes too many for that are."""
        words = _("Findings at printing") if self.facts.is_reprint else _("Findings")
        y = self._draw_heading(words, y - 3.5 * mm)
        for place, told in enumerate(findings):
            kept = sum(later.short.height for later in findings[place + 1 :])
            if min(told.height, told.short.height) > room:
                rest = _sized(_("and {count} more").format(count=number(len(findings) - place)), color=MUTED)
                rest.drawOn(self.paper.canvas, self.paper.left, y - rest.height)
                return float(y - rest.height)
            for block in told.full if told.height + kept <= room else [told.short]:
                y, room = y - block.height, room - block.height
                block.drawOn(self.paper.canvas, self.paper.left, y)
        return y

    def _kind(self, code: str) -> str:
        item = self.facts.items.get(code)
        return item.kind if item else ""


def _codes(codes: Iterable[str | None]) -> str:
    return ", ".join(show_code(code) for code in codes if code)


def _whole(block: Paragraph) -> _Told:
    return _Told([block], block)


def _sized(words: str, size: float = 6.6, **more: Any) -> Paragraph:
    """A paragraph that knows its height in the column."""
    block = text(words, size, leading=1.22, **more)
    block.wrap(COLUMN_MM * mm, 1000)
    return block
