"""The form of a handover for when nothing works: printed ahead, filled in by pen, keyed in later.

It looks like the office's other papers. Each item has its code and a QR symbol that says "from a form", so that it is
never taken for a label that was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from reportlab.lib.colors import HexColor, black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from custody.format.codes import form_payload, show_code
from custody.format.item_facts import Item
from language import _
from language.text import command_line, local_time, number, printable
from reports.bast.letter_template import Template
from reports.bast.template_keys import PAGE_SIZES_MM
from reports.chain.steps import headline
from reports.output import Made
from reports.pdf.data_qr import draw_symbol
from reports.pdf.letter import CENTRE, JUSTIFY, Letter, draw_letterhead
from reports.pdf.page import Margins
from reports.words import Needs, Places, custodian_name, place_path, show_custodian

_QR_MM, _SIGN_MM = 14.0, 20.0
_DOTS = "." * 60
_MARGINS = Margins(18, 15, 13, 21)
_SHADE = HexColor("#EDEDED")
_SCALE = 0.82
_WIDTHS = (8.0, 17.0, 62.0, 16.0, 30.0, 16.0)
"""Number, symbol, thing, taken, condition, seals; the remark has the rest."""


@dataclass(frozen=True, slots=True)
class Form:
    """One handover to come: who gives (empty: filled in by hand), who receives, and what is expected.

    `bound` are the places that a vehicle goes to.
    """

    giver: str
    to: str
    items: Sequence[Item]
    bound: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FormPaper:
    """What all forms of one file share: the office's template, names of places and kinds, and how many empty rows."""

    template: Template
    places: Places
    needs: Needs
    made: Made
    empty_rows: int


def write_forms(out: BinaryIO, forms: Sequence[Form], shared: FormPaper) -> None:
    """Write the forms as a PDF, each on pages of its own; the same facts give the same bytes."""
    made, template = shared.made, shared.template
    title = _("Handover form for when nothing works")
    printed = _("Printed {time} at station {station}").format(
        time=local_time(made.at_utc, made.here), station=printable(made.station)
    )
    paper = Letter(
        out,
        title=title,
        author=printable(made.station),
        footer=(title, printed),
        size_mm=PAGE_SIZES_MM[template.values["page.size"]],
        margins=_MARGINS,
        font=template.values["page.font"],
        font_size_pt=min(float(template.values["page.font_size_pt"]), 10.5),
    )
    for form in forms:
        paper.running, paper.column_heads = "", None
        paper.new_page()
        _Drawn(paper, form, shared).draw()
    paper.finish()


class _Symbol(Flowable):  # type: ignore[misc]
    """A thing's QR symbol, with its quiet zone."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.width, self.height = text, _QR_MM * mm, _QR_MM * mm

    def draw(self) -> None:
        draw_symbol(self.canv, self.text, 0, 0, self.width, version=2, level="H")


class _Boxes(Flowable):  # type: ignore[misc]
    """Boxes to tick, each with a word after it, one below the other or single."""

    def __init__(self, words: Sequence[str], paper: Letter) -> None:
        super().__init__()
        self.words, self.paper = words, paper
        self.height, self.width = len(words) * 4.3 * mm, 26 * mm

    def draw(self) -> None:
        canvas, side = self.canv, 3.2 * mm
        canvas.setStrokeColor(black)
        canvas.setLineWidth(0.7)
        for at, word in enumerate(self.words):
            y = self.height - (at + 1) * 4.3 * mm + 0.6 * mm
            canvas.rect(0.5 * mm, y, side, side)
            label = self.paper.words(word, scale=0.72)
            label.wrap(24 * mm, 5 * mm)
            label.drawOn(canvas, 5 * mm, y + 0.1 * mm)


class _Drawn:
    """One form being drawn."""

    def __init__(self, paper: Letter, form: Form, shared: FormPaper) -> None:
        self.paper, self.form, self.shared = paper, form, shared
        self.receiver = self._name(form.to)

    def draw(self) -> None:
        paper, made = self.paper, self.shared.made
        office = custodian_name(self.shared.places, made.here)
        draw_letterhead(
            paper, self.shared.template.letterhead(office=office, election=made.election, station=made.station)
        )
        self._title()
        self._parties()
        self._table()
        self._end()

    def _name(self, code: str) -> str:
        name = custodian_name(self.shared.places, code)
        shown = show_custodian(code)
        return name if shown in name else f"{name} ({shown})"

    def _title(self) -> None:
        paper = self.paper
        paper.flow(paper.words(_("HANDOVER FORM"), bold=True, align=CENTRE, scale=1.2))
        paper.flow(paper.words(self.shared.made.election.upper(), bold=True, align=CENTRE))
        paper.flow(paper.words(_("Number: {dots}").format(dots="." * 40), align=CENTRE), after_mm=2)
        words = _(
            "Only for when laptop, power or camera fail. Fill it in by pen. Tick what you see yourself, thing by "
            "thing; sign nothing that you have not seen. It is keyed in later and stays marked as a late entry."
        )
        paper.grid([paper.words(words, align=JUSTIFY, scale=0.85)], [paper.width_mm], ruled=True, padding_pt=3)
        paper.space(2)
        words = _("On {day} the {date}, at {clock}, at {place}:").format(
            day="." * 18, date="." * 34, clock="." * 14, place="." * 40
        )
        paper.flow(paper.words(words), after_mm=1)

    def _parties(self) -> None:
        paper, form = self.paper, self.form
        giver = self._name(form.giver) if form.giver else ""
        half = paper.width_mm / 2
        heads = (_("FIRST PARTY, who hands over"), _("SECOND PARTY, who receives"))
        rows = [heads, (self._line(_("Office"), giver), self._line(_("Office"), self.receiver))]
        rows += [(line, line) for line in (self._line(_("Name"), ""), self._line(_("Function"), ""))]
        for row in rows:
            cells = [paper.words(words, bold=row is heads, scale=0.9) for words in row]
            paper.place(paper.row_of(cells, [half, half], padding_pt=2.8))
        goes_to = ", ".join(place_path(self.shared.places, code) for code in form.bound)
        carriage = _("Vehicle {dots} driver {dots} escort {dots}").format(dots="." * 26)
        paper.space(1)
        paper.flow(paper.words(carriage, scale=0.9))
        if goes_to:
            paper.flow(paper.words(_("Goes to: {places}").format(places=goes_to), scale=0.9))
        paper.space(2)

    def _line(self, label: str, words: str) -> str:
        return f"{label}: {words or '.' * 46}"

    def _table(self) -> None:
        paper, form = self.paper, self.form
        widths = [*_WIDTHS, paper.width_mm - sum(_WIDTHS)]
        titles = [_("No."), _("QR"), _("Thing and destination"), _("Received"), _("Condition"), _("Seals"), _("Remark")]
        cells = [paper.words(title, bold=True, align=CENTRE, scale=_SCALE) for title in titles]
        heads = paper.row_of(cells, widths, ruled=True, shade=_SHADE, padding_pt=2)
        paper.place(heads, keep_mm=18)
        paper.running = _("Handover form to {receiver}").format(receiver=self.receiver)
        paper.column_heads = heads
        for at, item in enumerate(form.items, 1):
            paper.place(self._row(widths, at, _Symbol(form_payload(item.code)), self._thing(item)))
        for at in range(len(form.items) + 1, len(form.items) + 1 + self.shared.empty_rows):
            words = _("Code: {dots}").format(dots="." * 32)
            kind = _("Kind, destination: {dots}").format(dots="." * 20)
            told = [paper.words(words, scale=_SCALE), paper.words(kind, scale=_SCALE)]
            paper.place(self._row(widths, at, "", told))
        paper.column_heads = None

    def _thing(self, item: Item) -> list[Any]:
        paper = self.paper
        told = [
            paper.words(headline(item, self.shared.needs), bold=True, scale=_SCALE),
            paper.words(place_path(self.shared.places, item.to), scale=0.76),
            paper.words(show_code(item.code), scale=0.95),
        ]
        if item.serials:
            told.append(paper.words(printable(str(item.serials), 60), scale=0.76))
        return told

    def _row(self, widths: Sequence[float], at: int, symbol: Any, thing: Sequence[Any]) -> Any:
        paper = self.paper
        cells = [
            paper.words(f"{number(at)}.", scale=_SCALE),
            symbol,
            list(thing),
            _Boxes([_("yes")], paper),
            _Boxes([_("good"), _("damaged"), _("wet")], paper),
            _Boxes([_("intact"), _("broken")], paper),
            "",
        ]
        return paper.row_of(cells, widths, ruled=True, padding_pt=1.2)

    def _end(self) -> None:
        paper, form = self.paper, self.form
        paper.space(3)
        count = _("Ticked: {dots} ({words}) of {count} that are printed here; without a readable label: {dots}").format(
            dots="." * 10, words="." * 34, count=number(len(form.items))
        )
        paper.place(paper.words(count), after_mm=2, keep_mm=60)
        roles = (_("SECOND PARTY,"), _("FIRST PARTY,"), _("Witness,"))
        boxes = [
            [paper.words(role, align=CENTRE), Spacer(1, _SIGN_MM * mm), paper.words(f"( {'.' * 34} )", align=CENTRE)]
            for role in roles
        ]
        paper.place(paper.row_of(boxes, [paper.width_mm / 3] * 3), after_mm=3)
        bound = "".join(f" --bound {_quoted(code)}" for code in form.bound)
        command = command_line("key_in", giver=_quoted(form.giver) or "...", to=_quoted(form.to), bound=bound)
        words = _(
            "For whoever keys it in: only what is ticked, by USB scanner or by typing the codes; the time is that of "
            "the handover. Or read whole pages with the camera (scan) and take out what is not ticked with -CODE."
        )
        keyed = _("Keyed in on {dots} by {dots} as record {dots}").format(dots="." * 26)
        told = [paper.words(words, scale=0.8), paper.words(command, scale=0.8), paper.words(keyed, scale=0.8)]
        paper.place(paper.row_of([told], [paper.width_mm], ruled=True, padding_pt=3))


def _quoted(code: str) -> str:
    return code if code.isalnum() or all(char.isalnum() or char in ".-_/" for char in code) else f'"{code}"'
