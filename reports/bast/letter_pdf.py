"""The BAST (Berita Acara Serah Terima) as an official letter: its sections, as the office's template orders them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from custody.format.codes import is_plate
from custody.format.item_facts import NO_CARRIAGE
from custody.format.paper_codes import Sheet
from language import _
from language.in_words import LongDate, in_words, long_date
from language.text import number, printable
from reports.bast.annex import draw_annex, draw_codes
from reports.bast.body import draw_carriage, draw_contents, draw_decisions, draw_differences
from reports.bast.letter_facts import BastFacts, Party
from reports.bast.letter_template import Template
from reports.bast.letter_words import kind_word, party_name
from reports.bast.template_keys import PAGE_SIZES_MM
from reports.pdf.letter import CENTRE, JUSTIFY, Letter, draw_letterhead, picture
from reports.pdf.page import Margins
from reports.words import custodian_name, show_custodian

_DOTS = "." * 42
_SIGN_MM, _DRAWN_MM = 22.0, (52.0, 20.0)
_NAME = 120


def write_bast(
    out: BinaryIO,
    facts: BastFacts,
    template: Template,
    sheets: Sequence[Sheet | None],
    signatures: Mapping[str, bytes] | None = None,
) -> None:
    """Write the letter as a PDF; the same facts, template and sheets give the same bytes.

    Args:
        sheets: of each record what its QR codes carry; None where the log's signed head is not known.
        signatures: drawn ones as PNG or JPEG pictures: `giver`, `receiver`, `driver`, `escort`, `witness-1` ...
    """
    margins = Margins(*(float(template[f"page.margin_{side}_mm"]) for side in ("left", "right", "top", "bottom")))
    title = template.text("title", election=facts.election.upper())
    name = template.text("number", number=facts.number)
    record = facts.records[0]
    paper = Letter(
        out,
        title=f"{printable(facts.number, _NAME)} · {title}",
        author=printable(facts.station, _NAME),
        footer=(f"{title} · {name}", f"{printable(record.log, 90)}:{record.seq} · {record.leaf[:16]}"),
        size_mm=PAGE_SIZES_MM[template["page.size"]],
        margins=margins,
        font=template["page.font"],
        font_size_pt=float(template["page.font_size_pt"]),
    )
    paper.new_page()
    letter = _Bast(paper, facts, template, sheets, signatures or {})
    for section in template["sections.order"]:
        letter.draw(section)
    paper.finish()


class _Bast:
    """One letter being written."""

    def __init__(
        self,
        paper: Letter,
        facts: BastFacts,
        template: Template,
        sheets: Sequence[Sheet | None],
        signatures: Mapping[str, bytes],
    ) -> None:
        self.paper, self.facts, self.template, self.sheets, self.drawn = paper, facts, template, sheets, signatures
        self.text = template.text

    def draw(self, section: str) -> None:
        """Draw a section of that name; nothing where there is nothing to say in it."""
        shared: Mapping[str, Callable[[Letter, BastFacts, Template], None]] = {
            "contents": draw_contents,
            "carriage": draw_carriage,
            "differences": draw_differences,
            "decisions": draw_decisions,
            "annex": draw_annex,
        }
        if section in shared:
            shared[section](self.paper, self.facts, self.template)
            return
        sections: Mapping[str, Callable[[], None]] = {
            "letterhead": self._letterhead,
            "title": self._title,
            "opening": self._opening,
            "parties": self._parties,
            "basis": self._basis,
            "closing": self._closing,
            "signatures": self._signatures,
            "witnesses": self._witnesses,
            "copies": self._copies,
            "codes": lambda: draw_codes(self.paper, self.facts, self.template, self.sheets),
        }
        sections[section]()

    # --- who, when and on what basis ----------------------------------------------------------------------------

    def _letterhead(self) -> None:
        facts = self.facts
        office = custodian_name(facts.places, facts.office)
        draw_letterhead(self.paper, self.template, office=office, election=facts.election, station=facts.station)

    def _title(self) -> None:
        paper, election = self.paper, self.facts.election.upper()
        giver, receiver = (
            party_name(self.facts, self.template, self.facts.giver),
            party_name(self.facts, self.template, self.facts.receiver),
        )
        if self.facts.is_withdrawn:
            words = paper.words(self.text("withdrawn", number=self.facts.number), bold=True, align=CENTRE)
            paper.grid([words], [paper.width_mm], ruled=True, padding_pt=4)
            paper.space(3)
        elif self.facts.replaces:
            records = self.text("replaces", number=self.facts.number, records=", ".join(self.facts.replaces))
            paper.grid([paper.words(records, align=CENTRE, scale=0.85)], [paper.width_mm], ruled=True, padding_pt=4)
            paper.space(3)
        paper.flow(paper.words(self.text("title", election=election), bold=True, align=CENTRE, scale=1.15))
        if subject := self.text("subject", election=election, giver=giver.upper(), receiver=receiver.upper()):
            paper.flow(paper.words(subject, bold=True, align=CENTRE))
        paper.flow(paper.words(self.text("number", number=self.facts.number), align=CENTRE))
        keyed = long_date(self.facts.keyed_in_utc, self.facts.here)
        if keyed is not None:
            late = self.text("late", date=keyed.date, clock=keyed.clock)
            paper.flow(paper.words(late, align=CENTRE, scale=0.85))
        paper.space(4)

    def _opening(self) -> None:
        facts, paper = self.facts, self.paper
        happened = long_date(facts.happened_utc, facts.here)
        words = self.text(
            "opening", **_day(happened), place=custodian_name(facts.places, facts.place), election=facts.election
        )
        paper.flow(paper.words(words, align=JUSTIFY), after_mm=1.5)

    def _parties(self) -> None:
        for mark, party, ending in (
            ("1.", self.facts.giver, "first_party"),
            ("2.", self.facts.receiver, "second_party"),
        ):
            self._party(mark, party, self.text(ending))
        self.paper.space(1)

    def _party(self, mark: str, party: Party, ending: str) -> None:
        paper, office = self.paper, self.template.office(party.code)
        person = self.template.person(party.person)
        code = show_custodian(party.code)
        name = party_name(self.facts, self.template, party)
        is_plate_alone = is_plate(party.code) and party.code not in self.facts.places and not office.get("name")
        where = (self.text("office"), name if code in name else f"{name} ({code})")
        if is_plate_alone:  # a vehicle is no office
            where = (self.text("vehicle"), code)
        lines = [
            (self.text("name"), printable(party.person, _NAME) or _DOTS),
            (self.text("nip"), printable(person.get("nip", ""), 60)),
            (self.text("function"), self._function(party) or _DOTS),
            where,
            (self.text("address"), printable(office.get("address", ""), 400)),
        ]
        first = True
        for label, words in lines:
            if words:
                cells = [paper.words(mark if first else ""), paper.words(label), paper.words(":"), paper.words(words)]
                paper.grid(cells, [7, 28, 4, paper.width_mm - 39], keep_mm=20 if first else 0)
                first = False
        paper.flow(paper.words(ending, left_mm=7), after_mm=1.5)

    def _function(self, party: Party) -> str:
        person, office = self.template.person(party.person), self.template.office(party.code)
        return printable(party.function or person.get("function", "") or office.get("function", ""), 200)

    def _basis(self) -> None:
        if listed := self.template["basis.list"]:
            self.paper.title(self.text("basis"))
            self._numbered(listed)

    def _numbered(self, lines: Sequence[str]) -> None:
        for place, line in enumerate(lines, 1):
            self.paper.numbered(f"{place}.", printable(line, 2500), align=JUSTIFY)

    # --- the end ------------------------------------------------------------------------------------------------

    def _closing(self) -> None:
        paper, copies = self.paper, round(self.template["copies.count"])
        words = self.text("closing", copies=copies, copies_words=in_words(copies), number=self.facts.number)
        block = paper.words(words, align=JUSTIFY)
        paper.space(2.5)
        boxes = self._boxes()
        keep_mm = 4 + (boxes[0].wrap(paper.width, paper.height)[1] / mm if boxes else 0)
        height = block.wrap(paper.width, paper.height)[1]
        if height >= 60 * mm:
            paper.flow(block, after_mm=4)
            return
        if height + keep_mm * mm > paper.room:  # whoever signs a page of its own sees for what
            paper.new_page()
            paper.flow(paper.words(self._in_short(), scale=0.9), after_mm=3)
        paper.place(block, after_mm=4, keep_mm=keep_mm)

    def _in_short(self) -> str:
        """What was handed over under which number, on a line: Nomor: 0042/G/2024 – Kotak suara 4, Tinta 3. Jumlah 7."""
        facts = self.facts
        kinds = ", ".join(f"{kind_word(facts.needs, row.kind)} {number(row.count)}" for row in facts.rows)
        head = self.text("number", number=facts.number)
        total = f"{self.text('total')} {number(len(facts.taken))}."
        return f"{head} – {kinds}. {total}" if kinds else f"{head}. {total}"

    def _signatures(self) -> None:
        for boxes in self._boxes():
            self.paper.place(boxes, after_mm=3)

    def _boxes(self) -> list[Table]:
        """Where people sign, up to three side by side in each."""
        facts, carriage = self.facts, self.facts.carriage
        people = {
            "giver": (facts.giver.person, self._function(facts.giver)),
            "receiver": (facts.receiver.person, self._function(facts.receiver)),
            "driver": (carriage.driver, ""),
            "escort": (carriage.escort, ""),
            "other": ("", ""),
        }
        cells = []
        for signer in self.template["signatures"]:
            who = signer["who"]
            if who in ("driver", "escort") and carriage == NO_CARRIAGE:
                continue
            name, function = people[who]
            name, function = name or signer.get("name", ""), function or signer.get("function", "")
            nip = self.template.person(name).get("nip", "") or signer.get("nip", "")
            cells.append(self._box(signer["title"], name, function, nip, who))
        return [self._beside(cells[first : first + 3]) for first in range(0, len(cells), 3)]

    def _box(self, title: str, name: str, function: str, nip: str, who: str) -> list[Any]:
        """What stands in one column: title, function, the signature, name, NIP."""
        paper, drawn = self.paper, self.drawn.get(who)
        room: Any = Spacer(1, (_SIGN_MM - 5) * mm) if drawn is None else picture(drawn, *_DRAWN_MM)
        told = paper.words(self._acknowledged(who), align=CENTRE, scale=0.75)
        return [
            paper.words(printable(title, 200), align=CENTRE),
            paper.words(printable(function, 200), align=CENTRE),
            room,
            told,
            paper.words(printable(name, _NAME) or _DOTS, bold=bool(name), align=CENTRE),
            paper.words(f"{self.text('nip')} {printable(nip, 60)}" if nip else "", align=CENTRE),
        ]

    def _acknowledged(self, who: str) -> str:
        """That somebody acknowledged it in a way that the letter does not show; there is still room for a pen."""
        row = self.facts.signed.get(who)
        if row is None or row.how == "paper" or (row.how == "drawn" and who in self.drawn):
            return ""
        return self.text(row.how)

    def _beside(self, columns: Sequence[Sequence[Any]]) -> Table:
        """Signatures side by side, names at one height; they stay together."""
        look = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("ALIGN", (0, 0), (-1, -1), "CENTER"),
            ("TOPPADDING", (0, 0), (-1, -1), 0.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
        ]
        widths = [self.paper.width / len(columns)] * len(columns)
        return Table([list(row) for row in zip(*columns, strict=True)], colWidths=widths, style=look)

    def _witnesses(self) -> None:
        self._people()
        if (seen := self.facts.online) is not None:
            words = _("Witnessed online by {names}; the policy asks for {policy}, which is not met.")
            if seen.is_met:
                words = _("Witnessed online by {names}, as many as the policy asks for ({policy}).")
            names = ", ".join(seen.names) or _("nobody")
            self.paper.flow(self.paper.words(words.format(names=names, policy=seen.policy), scale=0.85), after_mm=1.5)

    def _people(self) -> None:
        names = list(self.facts.witnesses)
        names += [""] * (round(self.template["witnesses.lines"]) - len(names))
        if not names:
            return
        paper = self.paper
        paper.title(self.text("witnesses"), keep_mm=16)
        for place, name in enumerate(names, 1):
            drawn = self.drawn.get(f"witness-{place}")
            words = f"{self.text('witness')}: {self._acknowledged(f'witness-{place}') or _DOTS}"
            sign: Any = paper.words(words) if drawn is None else picture(drawn, 40, 12)
            cells = [paper.words(f"{place}."), paper.words(printable(name, _NAME) or _DOTS), sign]
            paper.grid(cells, [7, paper.width_mm / 2 - 7, paper.width_mm / 2], padding_pt=6)

    def _copies(self) -> None:
        if listed := self.template["copies.to"]:
            self.paper.title(self.text("copies"))
            self._numbered(listed)


def _day(day: LongDate | None) -> dict[str, object]:
    """The blanks of a day; lines to fill in by hand where the record has no time that a calendar knows."""
    if day is None:
        return dict.fromkeys(
            ("weekday", "day", "day_words", "month", "year", "year_words", "date", "clock"), "........"
        )
    return {
        "weekday": day.weekday,
        "day": day.day,
        "day_words": in_words(day.day),
        "month": day.month,
        "year": day.year,
        "year_words": in_words(day.year),
        "date": day.date,
        "clock": day.clock,
    }
