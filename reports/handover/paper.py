"""The handover paper (surat serah terima): what went from whom to whom, for people to sign and a laptop to read.

One page for each record, so for up to 200 items. Its QR codes carry the signed record itself, and by itself the log's
signed head: with the paper anybody can show later that the log once held it.
"""

from collections.abc import Mapping
from typing import Any, BinaryIO

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Spacer

from custody.format.item_facts import carriage_of
from custody.format.paper_codes import pack_sheet, paper_id, parts
from language import _, ngettext
from language.text import local_time, number, printable
from reports.handover.column import COLUMN_MM, ContentsColumn
from reports.handover.paper_facts import HandoverFacts, Part
from reports.pdf.data_qr import Grid, choose_grid, draw_grid, draw_symbol, spread
from reports.pdf.page import ACCENT, BOTTOM_MM, MUTED, RULE, TINT, Document, fitted, fonts, row, text
from reports.words import (
    custodian_name,
    decided_words,
    kind_name,
    meant_words,
    place_path,
    show_custodian,
    tally_words,
    zone_code,
)

WIDTH_MM = 174.0
HEAD_QR_MM = 44.0
_QR_MM = WIDTH_MM - COLUMN_MM - 3
_SIGN_MM = 29.0
_VALUE_PT = float(2 * 56 * mm)
"""The longest that a value may be: two lines of its cell, each a word less."""
_NAME = 80
_BOTTOM = float(BOTTOM_MM * mm)


def write_handover_paper(out: BinaryIO, facts: HandoverFacts) -> None:
    """Write the paper as a PDF: a page for each record, and more where its codes need them."""
    first = facts.parts[0].body
    here = zone_code(first["to"], *first["bound"], first["from"])
    made = _("Made {time} by {name}, from the ledger of station {station}").format(
        time=local_time(facts.made_at_utc, here),
        name=printable(facts.made_by, _NAME),
        station=printable(facts.station, _NAME),
    )
    title = f"{_('Handover paper')} {printable(first['bast'], _NAME)}"
    election = printable(facts.election, _NAME)
    paper = Document(
        out, title=title, author=printable(facts.made_by, _NAME), footer=(" · ".join((title, election)), made)
    )
    for part in facts.parts:
        _Page(paper, facts, part, here).draw()
    paper.finish()


class _Arrow(Flowable):  # type: ignore[misc]
    """From the giver to the receiver."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = 7 * mm, 3 * mm

    def draw(self) -> None:
        canvas, middle, tip = self.canv, self.height / 2, self.width - 1.5 * mm
        canvas.setStrokeColor(ACCENT)
        canvas.setFillColor(ACCENT)
        canvas.setLineWidth(1.4)
        canvas.line(0.5 * mm, middle, tip - 2 * mm, middle)
        shape = canvas.beginPath()
        shape.moveTo(tip, middle)
        shape.lineTo(tip - 2.4 * mm, middle + 1.4 * mm)
        shape.lineTo(tip - 2.4 * mm, middle - 1.4 * mm)
        shape.close()
        canvas.drawPath(shape, stroke=0, fill=1)


class _Page:
    """The page of one record."""

    def __init__(self, paper: Document, facts: HandoverFacts, part: Part, here: str) -> None:
        self.paper, self.facts, self.body, self.sheet, self.here = paper, facts, part.body, part.sheet, here
        self.data = pack_sheet(part.sheet)
        self.name = paper_id(self.data)

    def draw(self) -> None:
        paper = self.paper
        paper.running = ""
        paper.new_page()
        self._draw_top()
        self._draw_meta()
        top = _BOTTOM + paper.room
        room_mm = paper.room / mm - _SIGN_MM
        grid = choose_grid(len(self.data), _QR_MM, room_mm - 5)
        left_pt = ContentsColumn(paper, self.facts, self.body, self.here).draw(top, room_mm)
        used_mm = left_pt / mm
        if grid is not None:
            self._draw_hint(top, _("show these codes to the camera first, in any order"))
            x = paper.right - grid.columns * grid.side_mm * mm
            texts = parts(self.data, grid.count)
            draw_grid(paper.canvas, grid, texts, self._captions(grid, range(grid.count)), x, top - 5 * mm)
            used_mm = max(used_mm, grid.height_mm + 5)
        else:
            self._draw_hint(top, _("its codes are on the next pages"))
        paper.place(Spacer(1, used_mm * mm), after_mm=2)
        self._draw_signatures()
        if grid is None:
            self._draw_pages_of_codes()

    # --- the head of the page -----------------------------------------------------------------------------------

    def _draw_top(self) -> None:
        """Title, number, time and the two parties; the log's head on the right."""
        paper, body, facts = self.paper, self.body, self.facts
        canvas, side = paper.canvas, HEAD_QR_MM * mm
        top = _BOTTOM + paper.room
        # The quiet zone is white paper: let it stand out of the margins, so that the modules line up with the text.
        edge = 2.4 * mm
        draw_symbol(canvas, self.sheet.head, paper.right - side + edge, top - side + edge, side)
        canvas.setFont(fonts()[0], 6)
        canvas.setFillColor(MUTED)
        size = self.sheet.head.split("\n")[1]
        words = _("Signed head, records: {count}").format(count=number(int(size)))
        canvas.drawCentredString(paper.right - side / 2 + edge, top - side + edge - 1 * mm, words)
        happened = body["occurred"] or body["at"]
        part = _("part {part} of {parts}").format(part=body["part"], parts=body["parts"])
        told = [
            text(printable(facts.election, _NAME).upper(), 7.5, face=1, color=MUTED),
            Spacer(1, 1.2 * mm),
            text(_("Handover paper"), 19, face=1, color=ACCENT, leading=1.15),
            Spacer(1, 1.2 * mm),
            text(
                " · ".join(
                    words
                    for words in (
                        _("No. {number}").format(number=printable(body["bast"], _NAME)),
                        local_time(happened, self.here),
                        self._tally(),
                        part if body["parts"] > 1 else "",
                    )
                    if words
                ),
                8.5,
                face=1,
            ),
            Spacer(1, 2.2 * mm),
            self._parties(),
        ]
        paper.place(row([told], [WIDTH_MM - HEAD_QR_MM - 1], padding_pt=0))
        below = paper.room - (top - side - _BOTTOM) - 1 * mm
        if below > 0:
            paper.place(Spacer(1, below))

    def _tally(self) -> str:
        """What was scanned, or taken and refused; with what was to go and what is inside, where a page tells it all."""
        body, told = self.body, self.facts.told
        count = len(body["items"])
        words = ngettext("{count} item", "{count} items", count).format(count=number(count))
        if refused := sum(row["code"] in self.facts.refused for row in body.get("refused", ())):
            words = decided_words(count, refused)
        if told is not None and body["parts"] == 1:
            words = tally_words(told)
            words += _(", which nobody listed") if told.is_derived else ""
            words += "; " + _("{count} more inside").format(count=number(len(told.carried))) if told.carried else ""
        return words.replace(" ", "\u00a0")

    def _parties(self) -> Any:
        body = self.body
        cells = [
            self._party(_("From"), body["from"], body["parties"]["giver"]),
            _Arrow(),
            self._party(_("To"), body["to"], body["parties"]["receiver"]),
        ]
        box = [
            ("BACKGROUND", (0, 0), (0, 0), TINT),
            ("BACKGROUND", (2, 0), (2, 0), TINT),
            ("LINEABOVE", (0, 0), (0, 0), 1.4, ACCENT),
            ("LINEABOVE", (2, 0), (2, 0), 1.4, ACCENT),
            ("LEFTPADDING", (0, 0), (0, 0), 5),
            ("LEFTPADDING", (2, 0), (2, 0), 5),
            ("VALIGN", (1, 0), (1, 0), "MIDDLE"),
        ]
        return row(cells, [59, 9, 59], *box, padding_pt=4)

    def _party(self, role: str, code: str, person: str) -> list[Any]:
        name = printable(custodian_name(self.facts.places, code), 60)
        shown = show_custodian(code)
        over = role if shown in name else f"{role} · {shown}"
        return [text(over, 6.5, color=MUTED), text(name, 9, face=1), text(printable(person, 60) or "\u2026" * 12, 8.5)]

    def _draw_meta(self) -> None:
        """Vehicle, destinations, witnesses, count and note: where they are given."""
        body, places = self.body, self.facts.places
        counted, carriage = body["counted"], carriage_of(body)
        facts = [
            (_("Vehicle"), carriage.vehicle),
            (_("Driver"), carriage.driver),
            (_("Escort"), carriage.escort),
            (_("Stops"), ", ".join(carriage.stops)),
            (_("Goes to"), ", ".join(place_path(places, code) for code in body["bound"])),
            (_("What was to go"), meant_words(body.get("phase") or "", body.get("kinds", ()), self.facts.needs)),
            (_("Witnessed by"), ", ".join(body["witnesses"])),
            (_("Giver's count"), "" if counted is None else number(counted)),
            (_("Without a label"), ", ".join(self._extra(extra) for extra in body["extras"])),
            (_("Remark"), body["note"]),
            (_("Late entry, made"), local_time(body["at"], self.here) if body["occurred"] else ""),
        ]
        line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
        shown = [(label, printable(value, 400)) for label, value in facts if value]
        for left, right in zip(shown[::2], [*shown[1::2], ("", "")], strict=False):
            cells = [
                text(left[0], 6.5, color=MUTED),
                text(fitted(left[1], 8, _VALUE_PT), 8),
                text(right[0], 6.5, color=MUTED),
                text(fitted(right[1], 8, _VALUE_PT), 8),
            ]
            self.paper.place(row(cells, [24, 63, 24, 63], line, padding_pt=2))
        self.paper.place(Spacer(1, 2 * mm))

    def _extra(self, extra: Mapping[str, Any]) -> str:
        words = f"{number(extra['count'])} {kind_name(self.facts.needs, extra['kind'])}"
        return f"{words} ({extra['note']})" if extra["note"] else words

    # --- the codes that a camera reads --------------------------------------------------------------------------

    def _draw_hint(self, top: float, words: str) -> None:
        canvas, left = self.paper.canvas, self.paper.right - _QR_MM * mm
        canvas.setFillColor(ACCENT)
        canvas.setFont(fonts()[1], 7.5)
        title = _("For the receiving laptop")
        canvas.drawString(left + 2 * mm, top - 2.4 * mm, title)
        canvas.setFillColor(MUTED)
        canvas.setFont(fonts()[0], 6.5)
        room = _QR_MM * mm - stringWidth(title, fonts()[1], 7.5) - 6 * mm
        canvas.drawRightString(self.paper.right, top - 2.4 * mm, fitted(words, 6.5, room))
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(left + 2 * mm, top - 3.6 * mm, self.paper.right, top - 3.6 * mm)
        canvas.setFont(fonts()[0], 6.5)

    def _captions(self, grid: Grid, numbers: range) -> list[str]:
        return [f"{self.name}  {place + 1}/{grid.count}" for place in numbers]

    def _draw_pages_of_codes(self) -> None:
        """The codes on pages of their own: of a record that rests on more events than its page has room for."""
        paper = self.paper
        paper.running = " · ".join((_("Handover paper"), printable(self.body["bast"], _NAME), _("continued")))
        height_mm = 220.0
        grid, pages = spread(len(self.data), WIDTH_MM, height_mm)
        texts = parts(self.data, grid.count)
        for shown in pages:
            paper.new_page()
            paper.canvas.setFont(fonts()[0], 6.5)
            paper.canvas.setFillColor(MUTED)
            x = paper.left + (WIDTH_MM - grid.columns * grid.side_mm) * mm / 2
            draw_grid(
                paper.canvas, grid, [texts[i] for i in shown], self._captions(grid, shown), x, _BOTTOM + paper.room
            )

    # --- signatures ---------------------------------------------------------------------------------------------

    def _draw_signatures(self) -> None:
        """Three boxes to sign in, at the foot of what has been drawn."""
        body = self.body
        witness = body["witnesses"][0] if body["witnesses"] else ""
        people = (
            (_("Handed over by"), body["parties"]["giver"]),
            (_("Received by"), body["parties"]["receiver"]),
            (_("Witness"), witness),
        )
        cells = [
            [
                text(role, 7, color=MUTED),
                Spacer(1, 13 * mm),
                text(f"( {printable(name, 40) or '.' * 34} )", 8, align=1),
                text(_("name, signature, date"), 6, color=MUTED, align=1),
            ]
            for role, name in people
        ]
        box: list[tuple[Any, ...]] = [("BOX", (place, 0), (place, 0), 0.6, RULE) for place in range(3)]
        box += [("LEFTPADDING", (0, 0), (-1, -1), 5)]
        self.paper.place(row(cells, [58, 58, 58], *box, padding_pt=3))
