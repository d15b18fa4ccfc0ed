"""What a BAST letter says, section by section, as the office's template words it: blocks that a `Letter` draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Spacer

from custody.format.codes import is_plate
from custody.format.item_facts import NO_CARRIAGE
from custody.format.paper_codes import Sheet
from language import _
from language.in_words import LongDate, in_words, long_date
from language.text import number, printable
from reports.bast.annex import SignedRecord, annex, signed_records
from reports.bast.letter_facts import BastFacts, Party
from reports.bast.letter_template import Template
from reports.bast.letter_words import (
    carried_text,
    conditions_text,
    destination_text,
    extra_lines,
    finding_lines,
    kind_word,
    line_text,
    missing_lines,
    party_name,
    remark_text,
    unit_word,
)
from reports.bast.template_keys import DAY_BLANKS
from reports.handover.handover_words import counted_words, derived_words, scanned_words
from reports.pdf.letter import CENTRE, JUSTIFY, RIGHT, Block, Boxes, Heads, Picture, Row, Space, Text, Title, Words
from reports.words import custodian_name, meant_words, show_custodian

_DOTS = "." * 42
_SIGN_MM, _DRAWN_MM = 22.0, (52.0, 20.0)
_NAME = 120
_SHADE = HexColor("#EDEDED")
_SMALL = 0.9
"""The size of type in the table of the letter."""


class Closing(NamedTuple):
    """The last sentence, which stays with the first boxes; `in_short` stands above it on a page of its own."""

    words: Words
    in_short: Words
    boxes: Sequence[Boxes]


class LetterContent:
    """The sections of one letter.

    Args:
        sheets: of each record what its QR codes carry; None where the log's signed head is not known.
        drawn: signatures as PNG or JPEG pictures: `giver`, `receiver`, `driver`, `escort`, `witness-1` ...
        width_mm: between the margins.
    """

    def __init__(
        self,
        facts: BastFacts,
        template: Template,
        sheets: Sequence[Sheet | None],
        drawn: Mapping[str, bytes],
        width_mm: float,
    ) -> None:
        self.facts, self.template, self.sheets, self.drawn, self.width_mm = facts, template, sheets, drawn, width_mm
        self.values, self.taken = template.values, facts.taken
        giver, receiver = (party_name(facts, template, party) for party in (facts.giver, facts.receiver))
        self.names = {facts.giver: giver, facts.receiver: receiver}
        self.boxes = list(self._boxes())

    def blocks(self) -> list[Block | Closing | SignedRecord]:
        """All sections in the order of the template; one without anything to say has no block."""
        sections: Mapping[str, Callable[[], Iterator[Block | Closing | SignedRecord]]] = {
            "letterhead": self._letterhead,
            "title": self._title,
            "opening": self._opening,
            "parties": self._parties,
            "basis": self._basis,
            "contents": self._contents,
            "carriage": self._carriage,
            "differences": self._differences,
            "decisions": self._decisions,
            "closing": self._closing,
            "signatures": lambda: iter(self.boxes),
            "witnesses": self._witnesses,
            "copies": self._copies,
            "annex": lambda: annex(self.facts, self.text, self.width_mm),
            "codes": lambda: signed_records(self.sheets, self.text),
        }
        return [block for name in self.values["sections.order"] for block in sections[name]()]

    def text(self, key: str, **blanks: object) -> str:
        """A text of the template; the number and the election are known to all of them."""
        return self.template.text(key, **{"number": self.facts.number, "election": self.facts.election, **blanks})

    # --- who, when and on what basis ----------------------------------------------------------------------------

    def _letterhead(self) -> Iterator[Block]:
        facts = self.facts
        office = custodian_name(facts.places, facts.office)
        yield self.template.letterhead(office=office, election=facts.election, station=facts.station)

    def _title(self) -> Iterator[Block]:
        facts, election = self.facts, self.facts.election.upper()
        giver, receiver = self.names[facts.giver].upper(), self.names[facts.receiver].upper()
        if facts.is_withdrawn:
            yield Row([Words(self.text("withdrawn"), bold=True, align=CENTRE)], [self.width_mm], True, 4)
            yield Space(3)
        elif facts.replaces:
            records = self.text("replaces", records=", ".join(facts.replaces))
            yield Row([Words(records, align=CENTRE, scale=0.85)], [self.width_mm], True, 4)
            yield Space(3)
        yield Text(Words(self.text("title", election=election), bold=True, align=CENTRE, scale=1.15))
        if subject := self.text("subject", election=election, giver=giver, receiver=receiver):
            yield Text(Words(subject, bold=True, align=CENTRE))
        yield Text(Words(self.text("number"), align=CENTRE))
        keyed = long_date(facts.keyed_in_utc, facts.here)
        if keyed is not None:
            yield Text(Words(self.text("late", date=keyed.date, clock=keyed.clock), align=CENTRE, scale=0.85))
        yield Space(4)

    def _opening(self) -> Iterator[Block]:
        facts = self.facts
        blanks = {**_day(long_date(facts.happened_utc, facts.here)), "place": custodian_name(facts.places, facts.place)}
        yield Text(Words(self.text("opening", **blanks), align=JUSTIFY), 1.5)

    def _parties(self) -> Iterator[Block]:
        yield from self._party("1.", self.facts.giver, self.text("first_party"))
        yield from self._party("2.", self.facts.receiver, self.text("second_party"))
        yield Space(1)

    def _party(self, mark: str, party: Party, ending: str) -> Iterator[Block]:
        office, person = self.template.office(party.code), self.template.person(party.person)
        name, code = self.names[party], show_custodian(party.code)
        where = (self.text("office"), name if code in name else f"{name} ({code})")
        if is_plate(party.code) and party.code not in self.facts.places and not office.get("name"):
            where = (self.text("vehicle"), code)  # a vehicle is no office
        lines = [
            (self.text("name"), printable(party.person, _NAME) or _DOTS),
            (self.text("nip"), printable(person.get("nip", ""), 60)),
            (self.text("function"), self._function(party) or _DOTS),
            where,
            (self.text("address"), printable(office.get("address", ""), 400)),
        ]
        for at, (label, words) in enumerate(line for line in lines if line[1]):
            cells = [Words("" if at else mark), Words(label), Words(":"), Words(words)]
            yield Row(cells, [7, 28, 4, self.width_mm - 39], keep_mm=0 if at else 20)
        yield Text(Words(ending, left_mm=7), 1.5)

    def _function(self, party: Party) -> str:
        person, office = self.template.person(party.person), self.template.office(party.code)
        return printable(party.function or person.get("function", "") or office.get("function", ""), 200)

    def _basis(self) -> Iterator[Block]:
        return self._listed("basis", self.values["basis.list"])

    def _copies(self) -> Iterator[Block]:
        return self._listed("copies", self.values["copies.to"])

    def _listed(self, title: str, lines: Sequence[str]) -> Iterator[Block]:
        if lines:
            yield Title(self.text(title))
        for place, line in enumerate(lines, 1):
            yield self._numbered(f"{place}.", printable(line, 2500), JUSTIFY)

    def _numbered(self, mark: str, words: str, align: int = 0) -> Row:
        """One entry of a list, its mark in front."""
        return Row([Words(mark), Words(words, align=align)], [7, self.width_mm - 7])

    # --- what was handed over, what carried it, what differs, and what was decided --------------------------------

    def _contents(self) -> Iterator[Block]:
        """What was handed over: a row for each kind, and the total."""
        facts, count = self.facts, len(self.taken)
        yield Space(1)
        words = self.text(
            "handing",
            giver=self.names[facts.giver],
            receiver=self.names[facts.receiver],
            count=number(count),
            count_words=in_words(count),
            destination=destination_text(facts),
        )
        yield Text(Words(words, align=JUSTIFY), 2)
        if not facts.rows:
            yield Text(Words(self.text("nothing")), 2)
            return
        widths = [9.0, 40.0, 17.0, 17.0, 30.0, self.width_mm - 113]
        titles = ("number", "kind", "quantity", "unit", "condition", "remark")
        heads = [Words(self.text(f"column_{name}"), bold=True, align=CENTRE, scale=_SMALL) for name in titles]
        yield Heads(Row(heads, widths, True, 2.5, shade=_SHADE), keep_mm=12)
        for place, row in enumerate(facts.rows, 1):
            cells = [
                Words(f"{place}.", align=CENTRE, scale=_SMALL),
                Words(kind_word(facts.needs, row.kind), scale=_SMALL),
                Words(number(row.count), align=RIGHT, scale=_SMALL),
                Words(unit_word(facts.needs, row.kind), align=CENTRE, scale=_SMALL),
                Words(conditions_text(row, self.text("unnoted")), scale=_SMALL),
                Words(remark_text(row, facts.needs), scale=_SMALL),
            ]
            yield Row(cells, widths, True, 2)
        yield Heads(None)
        total = [
            Words(self.text("total"), bold=True, align=CENTRE, scale=_SMALL),
            Words(number(count), bold=True, align=RIGHT, scale=_SMALL),
            "",
        ]
        yield Row(total, [49, 17, self.width_mm - 66], True, 2)
        yield Space(1.5)
        if facts.told.carried:
            words = self.text("carried", count=number(len(facts.told.carried)), kinds=carried_text(facts))
            yield Text(Words(words, align=JUSTIFY), 1.5)

    def _carriage(self) -> Iterator[Block]:
        """Vehicle, driver, escort, stops, destination and note, as far as they are known."""
        facts, carriage = self.facts, self.facts.carriage
        vehicle = carriage.vehicle
        if facts.carrier:
            known = facts.carrier in facts.places
            named = custodian_name(facts.places, facts.carrier) if known else show_custodian(facts.carrier)
            vehicle = f"{vehicle} ({named})" if vehicle else named
        lines = {
            "vehicle": vehicle,
            "driver": carriage.driver,
            "escort": carriage.escort,
            "stops": " – ".join(carriage.stops),
            "bound": destination_text(facts) if facts.bound else "",
            "note": facts.note,
        }
        if any(lines.values()):
            yield Title(self.text("carriage"))
        for label, words in lines.items():
            if words:
                cells = [Words(self.text(label)), Words(":"), Words(printable(words, 2500))]
                yield Row(cells, [30, 4, self.width_mm - 30 - 4])

    def _differences(self) -> Iterator[Block]:
        """What was counted, scanned, expected and is still to come, and what is irregular."""
        facts = self.facts
        yield Title(self.text("differences"))
        found = finding_lines(facts)
        yield Text(Words(" ".join(self._difference(found)), align=JUSTIFY), 0.5)
        # Above the list of what is missing, of which they would seem to be a part below it.
        yield from self._bullets(found)
        if facts.told.missing:
            yield Text(Words(self.text("missing", missing=number(len(facts.told.missing)))))
            yield from self._bullets(missing_lines(facts))

    def _difference(self, found: Sequence[str]) -> Iterator[str]:
        facts, foretold = self.facts, self.facts.foretold
        offered = scanned_words(facts.told)
        if facts.told.counted is not None:
            yield self.text("counts", counted=number(facts.told.counted), scanned=counted_words(facts.told))
        if to_go := meant_words(facts.told.phase, facts.told.kinds, facts.needs):
            yield self.text("to_go", what=to_go)
        missing = number(len(facts.told.missing))
        if facts.told.expected is None:
            yield self.text("unknown_expected")
        elif foretold is not None:
            papers, others = printable(", ".join(foretold.basts), 200), number(len(facts.lines) - foretold.scanned)
            named = number(facts.told.expected)
            yield self.text("foretold", papers=papers, named=named, scanned=offered, others=others, missing=missing)
        else:
            yield self.text("expected", expected=number(facts.told.expected), scanned=offered, missing=missing)
        if foretold is None and (derived := derived_words(facts.told)):
            yield derived
        if facts.told.expected is not None and (elsewhere := facts.told.elsewhere):
            yield self.text("elsewhere", elsewhere=number(elsewhere))
        is_as_told = foretold is None or foretold.scanned == len(facts.lines)
        is_even = facts.told.expected is None or facts.told.expected == len(facts.lines) + facts.told.elsewhere
        if not found and not facts.told.missing and not facts.told.refused and is_as_told and is_even:
            yield self.text("no_differences")

    def _bullets(self, lines: Sequence[str]) -> Iterator[Block]:
        return (self._numbered("–", line) for line in lines)

    def _decisions(self) -> Iterator[Block]:
        """What the receiver refused, took with a remark, or matched; and what came without a label."""
        facts = self.facts
        lists = {
            "refused": [line_text(line, facts) for line in facts.lines if line.is_refused],
            "remarked": [line_text(line, facts) for line in self.taken if line.remark],
            "matched": [line_text(line, facts) for line in facts.lines if line.how == "matched" and not line.remark],
            "extras": extra_lines(facts),
        }
        if any(lists.values()):
            yield Title(self.text("decisions"))
        for name, lines in lists.items():
            if lines:
                count = sum(extra.count for extra in facts.told.extras) if name == "extras" else len(lines)
                yield Text(Words(self.text(name, count=number(count))), keep_mm=6)
                yield from self._bullets(lines)

    # --- the end ------------------------------------------------------------------------------------------------

    def _closing(self) -> Iterator[Closing]:
        facts, copies = self.facts, round(self.values["copies.count"])
        words = self.text("closing", copies=copies, copies_words=in_words(copies))
        # Nomor: 0042/G/2024 – Kotak suara 4, Tinta 3. Jumlah 7.
        kinds = ", ".join(f"{kind_word(facts.needs, row.kind)} {number(row.count)}" for row in facts.rows)
        head, total = self.text("number"), f"{self.text('total')} {number(len(self.taken))}."
        in_short = f"{head} – {kinds}. {total}" if kinds else f"{head}. {total}"
        yield Closing(Words(words, align=JUSTIFY), Words(in_short, scale=0.9), self.boxes)

    def _boxes(self) -> Iterator[Boxes]:
        """Where people sign, up to three side by side in each, names at one height."""
        facts, carriage = self.facts, self.facts.carriage
        people = {
            "giver": (facts.giver.person, self._function(facts.giver)),
            "receiver": (facts.receiver.person, self._function(facts.receiver)),
            "driver": (carriage.driver, ""),
            "escort": (carriage.escort, ""),
            "other": ("", ""),
        }
        columns = []
        for signer in self.values["signatures"]:
            who = signer["who"]
            if who in ("driver", "escort") and carriage == NO_CARRIAGE:
                continue
            name, function = people[who]
            name, function = name or signer.get("name", ""), function or signer.get("function", "")
            nip = self.template.person(name).get("nip", "") or signer.get("nip", "")
            columns.append(self._box(signer["title"], name, function, nip, who))
        for first in range(0, len(columns), 3):
            beside = columns[first : first + 3]
            yield Boxes([list(row) for row in zip(*beside, strict=True)])

    def _box(self, title: str, name: str, function: str, nip: str, who: str) -> list[Any]:
        """What stands in one column: title, function, the signature, name, NIP."""
        room = Picture(self.drawn[who], *_DRAWN_MM) if who in self.drawn else Spacer(1, (_SIGN_MM - 5) * mm)
        return [
            Words(printable(title, 200), align=CENTRE),
            Words(printable(function, 200), align=CENTRE),
            room,
            Words(self._acknowledged(who), align=CENTRE, scale=0.75),
            Words(printable(name, _NAME) or _DOTS, bold=bool(name), align=CENTRE),
            Words(f"{self.text('nip')} {printable(nip, 60)}" if nip else "", align=CENTRE),
        ]

    def _acknowledged(self, who: str) -> str:
        """That somebody acknowledged it in a way that the letter does not show; there is still room for a pen."""
        row = self.facts.signed.get(who)
        if row is None or row.how == "paper" or (row.how == "drawn" and who in self.drawn):
            return ""
        return self.text(row.how)

    def _witnesses(self) -> Iterator[Block]:
        names = [*self.facts.witnesses]
        names += [""] * (round(self.values["witnesses.lines"]) - len(names))
        if names:
            yield Title(self.text("witnesses"), 16)
        for place, name in enumerate(names, 1):
            who = f"witness-{place}"
            words = f"{self.text('witness')}: {self._acknowledged(who) or _DOTS}"
            sign = Picture(self.drawn[who], 40, 12) if who in self.drawn else Words(words)
            cells = [Words(f"{place}."), Words(printable(name, _NAME) or _DOTS), sign]
            yield Row(cells, [7, self.width_mm / 2 - 7, self.width_mm / 2], padding_pt=6)
        if (seen := self.facts.online) is not None:
            words = _("Witnessed online by {names}; the policy asks for {policy}, which is not met.")
            if seen.is_met:
                words = _("Witnessed online by {names}, as many as the policy asks for ({policy}).")
            online = ", ".join(seen.names) or _("nobody")
            yield Text(Words(words.format(names=online, policy=seen.policy), scale=0.85), 1.5)


def _day(day: LongDate | None) -> dict[str, object]:
    """The blanks of a day; lines to fill in by hand where the record has no time that a calendar knows."""
    if day is None:
        return dict.fromkeys(DAY_BLANKS, "........")
    told = {name: getattr(day, name) for name in ("weekday", "day", "month", "year", "date", "clock")}
    return {**told, "day_words": in_words(day.day), "year_words": in_words(day.year)}
