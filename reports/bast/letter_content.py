"""The BAST (Berita Acara Serah Terima) as an official letter in a PDF, section by section, as the office words it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Spacer

from custody.format.paper_codes import Sheet
from language import _
from language.in_words import in_words
from language.text import number, printable
from reports.bast.letter_facts import BastFacts
from reports.bast.letter_template import Template
from reports.bast.letter_words import LetterWords, PartyWords, SignerWords, letter_words
from reports.bast.template_keys import PAGE_SIZES_MM
from reports.pdf.letter import (
    CENTRE,
    JUSTIFY,
    RIGHT,
    Block,
    Boxes,
    Closing,
    Heads,
    Letter,
    Page,
    Picture,
    Row,
    SignedRecord,
    Space,
    Text,
    Title,
    Words,
)
from reports.pdf.page import Margins

_DOTS = "." * 42
_SIGN_MM, _DRAWN_MM = 22.0, (52.0, 20.0)
_SHADE = HexColor("#EDEDED")
_SMALL, _SMALLEST = 0.9, 0.82
"""The sizes of type in the table of the letter and among the codes."""
_KIND_MM, _COLUMNS = 34.0, 3
"""The column of a kind beside its codes, and how many codes stand side by side."""


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
        words: LetterWords,
        template: Template,
        sheets: Sequence[Sheet | None],
        drawn: Mapping[str, bytes],
        width_mm: float,
    ) -> None:
        self.facts, self.words, self.template, self.sheets = facts, words, template, sheets
        self.drawn, self.width_mm, self.values, self.taken = drawn, width_mm, template.values, len(facts.taken)
        self.boxes = list(self._boxes())

    def blocks(self) -> list[Block]:
        """All sections in the order of the template; one without anything to say has no block."""
        sections: Mapping[str, Callable[[], Iterator[Block]]] = {
            "letterhead": lambda: iter([self.words.head]),
            "title": self._title,
            "opening": self._opening,
            "parties": self._parties,
            "basis": lambda: self._listed("basis", self.words.basis),
            "contents": self._contents,
            "carriage": self._carriage,
            "differences": self._differences,
            "decisions": self._decisions,
            "closing": self._closing,
            "signatures": lambda: iter(self.boxes),
            "witnesses": self._witnesses,
            "copies": lambda: self._listed("copies", self.words.copies),
            "annex": self._annex,
            "codes": self._codes,
        }
        return [block for name in self.values["sections.order"] for block in sections[name]()]

    def text(self, key: str, **blanks: object) -> str:
        """A text of the template; the number and the election are known to all of them."""
        return self.template.text(key, **{"number": self.facts.number, "election": self.facts.election, **blanks})

    # --- who, when and on what basis ----------------------------------------------------------------------------

    def _title(self) -> Iterator[Block]:
        facts, election = self.facts, self.facts.election.upper()
        giver, receiver = self.words.giver.name.upper(), self.words.receiver.name.upper()
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
        if (keyed := self.words.keyed_in) is not None:
            yield Text(Words(self.text("late", date=keyed.date, clock=keyed.clock), align=CENTRE, scale=0.85))
        yield Space(4)

    def _opening(self) -> Iterator[Block]:
        words = self.text("opening", **self.words.day, place=self.words.place)
        yield Text(Words(words, align=JUSTIFY), 1.5)

    def _parties(self) -> Iterator[Block]:
        yield from self._party("1.", self.words.giver, self.text("first_party"))
        yield from self._party("2.", self.words.receiver, self.text("second_party"))
        yield Space(1)

    def _party(self, mark: str, party: PartyWords, ending: str) -> Iterator[Block]:
        where = (self.text("office"), party.name if party.code in party.name else f"{party.name} ({party.code})")
        if party.is_vehicle:
            where = (self.text("vehicle"), party.code)
        lines = [
            (self.text("name"), party.person or _DOTS),
            (self.text("nip"), party.nip),
            (self.text("function"), party.function or _DOTS),
            where,
            (self.text("address"), party.address),
        ]
        for at, (label, words) in enumerate(line for line in lines if line[1]):
            cells = [Words("" if at else mark), Words(label), Words(":"), Words(words)]
            yield Row(cells, [7, 28, 4, self.width_mm - 39], keep_mm=0 if at else 20)
        yield Text(Words(ending, left_mm=7), 1.5)

    def _listed(self, title: str, lines: Sequence[str]) -> Iterator[Block]:
        if lines:
            yield Title(self.text(title))
        for place, line in enumerate(lines, 1):
            yield self._numbered(f"{place}.", line, JUSTIFY)

    def _numbered(self, mark: str, words: str, align: int = 0) -> Row:
        """One entry of a list, its mark in front."""
        return Row([Words(mark), Words(words, align=align)], [7, self.width_mm - 7])

    # --- what was handed over, what carried it, what differs, and what was decided --------------------------------

    def _contents(self) -> Iterator[Block]:
        """What was handed over: a row for each kind, and the total."""
        told, count = self.words, self.taken
        yield Space(1)
        words = self.text(
            "handing",
            giver=told.giver.name,
            receiver=told.receiver.name,
            count=number(count),
            count_words=in_words(count),
            destination=told.destination,
        )
        yield Text(Words(words, align=JUSTIFY), 2)
        if not told.rows:
            yield Text(Words(self.text("nothing")), 2)
            return
        widths = [9.0, 40.0, 17.0, 17.0, 30.0, self.width_mm - 113]
        titles = ("number", "kind", "quantity", "unit", "condition", "remark")
        heads = [Words(self.text(f"column_{name}"), bold=True, align=CENTRE, scale=_SMALL) for name in titles]
        yield Heads(Row(heads, widths, True, 2.5, shade=_SHADE), keep_mm=12)
        for place, row in enumerate(told.rows, 1):
            cells = [
                Words(f"{place}.", align=CENTRE, scale=_SMALL),
                Words(row.kind, scale=_SMALL),
                Words(row.count, align=RIGHT, scale=_SMALL),
                Words(row.unit, align=CENTRE, scale=_SMALL),
                Words(row.condition, scale=_SMALL),
                Words(row.remark, scale=_SMALL),
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
        if carried := self.facts.told.carried:
            words = self.text("carried", count=number(len(carried)), kinds=told.carried)
            yield Text(Words(words, align=JUSTIFY), 1.5)

    def _carriage(self) -> Iterator[Block]:
        if self.words.carriage:
            yield Title(self.text("carriage"))
        for label, words in self.words.carriage.items():
            yield Row([Words(self.text(label)), Words(":"), Words(words)], [30, 4, self.width_mm - 30 - 4])

    def _differences(self) -> Iterator[Block]:
        """What was counted, scanned, expected and is still to come, and what is irregular."""
        missing = self.facts.told.missing
        yield Title(self.text("differences"))
        yield Text(Words(" ".join(self._difference()), align=JUSTIFY), 0.5)
        # Above the list of what is missing, of which they would seem to be a part below it.
        yield from self._bullets(self.words.found)
        if missing:
            yield Text(Words(self.text("missing", missing=number(len(missing)))))
            yield from self._bullets(self.words.missing)

    def _difference(self) -> Iterator[str]:
        facts, foretold, words = self.facts, self.facts.foretold, self.words
        if facts.told.counted is not None:
            yield self.text("counts", counted=number(facts.told.counted), scanned=words.counted)
        if words.to_go:
            yield self.text("to_go", what=words.to_go)
        missing = number(facts.told.missing_count)
        if facts.told.expected is None:
            yield self.text("unknown_expected")
        elif foretold is not None:
            others, named = number(len(facts.lines) - foretold.scanned), number(facts.told.expected)
            told = {"papers": words.papers, "named": named, "scanned": words.scanned, "others": others}
            yield self.text("foretold", **told, missing=missing)
        else:
            yield self.text("expected", expected=number(facts.told.expected), scanned=words.scanned, missing=missing)
        if foretold is None and words.derived:
            yield words.derived
        if facts.told.expected is not None and (elsewhere := facts.told.elsewhere):
            yield self.text("elsewhere", elsewhere=number(elsewhere))
        is_as_told = foretold is None or foretold.scanned == len(facts.lines)
        is_even = facts.told.expected is None or facts.told.expected == len(facts.lines) + facts.told.elsewhere
        if not words.found and not facts.told.missing_count and not facts.told.refused and is_as_told and is_even:
            yield self.text("no_differences")

    def _bullets(self, lines: Sequence[str]) -> Iterator[Block]:
        return (self._numbered("–", line) for line in lines)

    def _decisions(self) -> Iterator[Block]:
        """What the receiver refused, took with a remark, or matched; and what came without a label."""
        lists = self.words.decisions
        if lists:
            yield Title(self.text("decisions"))
        for name, lines in lists.items():
            count = sum(extra.count for extra in self.facts.told.extras) if name == "extras" else len(lines)
            yield Text(Words(self.text(name, count=number(count))), keep_mm=6)
            yield from self._bullets(lines)

    # --- the end ------------------------------------------------------------------------------------------------

    def _closing(self) -> Iterator[Closing]:
        copies = round(self.values["copies.count"])
        kinds = ", ".join(f"{row.kind} {row.count}" for row in self.words.rows)
        words = self.text("closing", copies=copies, copies_words=in_words(copies))
        # Nomor: 0042/G/2024 – Kotak suara 4, Tinta 3. Jumlah 7.
        head, total = self.text("number"), f"{self.text('total')} {number(self.taken)}."
        in_short = f"{head} – {kinds}. {total}" if kinds else f"{head}. {total}"
        yield Closing(Words(words, align=JUSTIFY), Words(in_short, scale=0.9), self.boxes)

    def _boxes(self) -> Iterator[Boxes]:
        """Where people sign, up to three side by side in each, names at one height."""
        columns = [self._box(signer) for signer in self.words.signers]
        for first in range(0, len(columns), 3):
            beside = columns[first : first + 3]
            yield Boxes([list(row) for row in zip(*beside, strict=True)])

    def _box(self, signer: SignerWords) -> list[Any]:
        """What stands in one column: title, function, the signature, name, NIP."""
        drawn = self.drawn.get(signer.who)
        return [
            Words(signer.title, align=CENTRE),
            Words(signer.function, align=CENTRE),
            Spacer(1, (_SIGN_MM - 5) * mm) if drawn is None else Picture(drawn, *_DRAWN_MM),
            Words(self._acknowledged(signer.who), align=CENTRE, scale=0.75),
            Words(signer.name or _DOTS, bold=bool(signer.name), align=CENTRE),
            Words(f"{self.text('nip')} {signer.nip}" if signer.nip else "", align=CENTRE),
        ]

    def _acknowledged(self, who: str) -> str:
        """That somebody acknowledged it in a way that the letter does not show; there is still room for a pen."""
        row = self.facts.signed.get(who)
        if row is None or row.how == "paper" or (row.how == "drawn" and who in self.drawn):
            return ""
        return self.text(row.how)

    def _witnesses(self) -> Iterator[Block]:
        names = [*self.words.witnesses]
        names += [""] * (round(self.values["witnesses.lines"]) - len(names))
        if names:
            yield Title(self.text("witnesses"), 16)
        for place, name in enumerate(names, 1):
            who = f"witness-{place}"
            words = f"{self.text('witness')}: {self._acknowledged(who) or _DOTS}"
            sign = Picture(self.drawn[who], 40, 12) if who in self.drawn else Words(words)
            cells = [Words(f"{place}."), Words(name or _DOTS), sign]
            yield Row(cells, [7, self.width_mm / 2 - 7, self.width_mm / 2], padding_pt=6)
        if (seen := self.facts.online) is not None:
            words = _("Witnessed online by {names}; the policy asks for {policy}, which is not met.")
            if seen.is_met:
                words = _("Witnessed online by {names}, as many as the policy asks for ({policy}).")
            online = ", ".join(seen.names) or _("nobody")
            yield Text(Words(words.format(names=online, policy=seen.policy), scale=0.85), 1.5)

    # --- the codes of all things, and of the signed records -----------------------------------------------------

    def _annex(self) -> Iterator[Block]:
        """The codes of all that was taken or refused, on pages of their own."""
        if not self.facts.lines:
            return
        yield Page()
        yield Text(Words(self.text("annex_title"), bold=True, align=CENTRE), 2)
        words = self.text("annex", count=number(len(self.facts.lines)))
        yield Text(Words(words, align=JUSTIFY, scale=_SMALLEST), 2)
        for place in self.words.coded:
            yield from _heading(place.where, place.count)
            for kind, codes in place.kinds:
                yield from self._kind(f"{kind} ({number(len(codes))})", codes)
        if carried := self.facts.told.carried:
            yield from _heading(_("Inside, not seen one by one"), len(carried))
        for told in self.words.inside:
            cells = [Words(words, scale=_SMALLEST) for words in told]
            yield Row(cells, [_KIND_MM, self.width_mm - _KIND_MM], padding_pt=0.3)

    def _kind(self, name: str, codes: Sequence[str]) -> Iterator[Block]:
        column_mm = (self.width_mm - _KIND_MM) / _COLUMNS
        for first in range(0, len(codes), _COLUMNS):
            shown = codes[first : first + _COLUMNS]
            cells: list[Words | str] = [Words(words, scale=_SMALLEST) for words in ("" if first else name, *shown)]
            cells += [""] * (_COLUMNS - len(shown))
            yield Row(cells, [_KIND_MM] + [column_mm] * _COLUMNS, padding_pt=0.3, is_whole=True)

    def _codes(self) -> Iterator[SignedRecord]:
        """The records of which the log's signed head is known."""
        for place, sheet in enumerate(self.sheets, 1):
            if sheet is not None:
                of_all = f" ({place}/{len(self.sheets)})" if len(self.sheets) > 1 else ""
                size = int(sheet.head.split("\n")[1])
                yield SignedRecord(
                    Words(self.text("codes_title") + of_all, bold=True, align=CENTRE),
                    Words(self.text("codes"), align=JUSTIFY),
                    self.text("head", count=number(size)),
                    sheet,
                    is_alone=not of_all,
                )


def _heading(words: str, count: int) -> Iterator[Block]:
    yield Space(1)
    yield Text(Words(f"{words} ({number(count)})", bold=True, scale=_SMALLEST), 0.4, keep_mm=6)


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
    words, values = letter_words(facts, template), template.values
    margins = Margins(*(float(values[f"page.margin_{side}_mm"]) for side in ("left", "right", "top", "bottom")))
    record = facts.records[0]
    paper = Letter(
        out,
        title=f"{printable(facts.number, _NAME)} · {words.title}",
        author=printable(facts.station, _NAME),
        footer=(f"{words.title} · {words.number}", f"{printable(record.log, 90)}:{record.seq} · {record.leaf[:16]}"),
        size_mm=PAGE_SIZES_MM[values["page.size"]],
        margins=margins,
        font=values["page.font"],
        font_size_pt=float(values["page.font_size_pt"]),
    )
    paper.new_page()
    for block in LetterContent(facts, words, template, sheets, signatures or {}, paper.width_mm).blocks():
        paper.draw(block)
    paper.finish()
