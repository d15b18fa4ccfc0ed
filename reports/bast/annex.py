"""The annexes of a BAST: every code by destination and kind, and the QR codes that carry the signed record."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

from custody.format.codes import show_code
from custody.format.paper_codes import Sheet
from language import _, chosen
from language.text import number
from reports.bast.letter_facts import BastFacts, Line
from reports.bast.letter_words import kind_word
from reports.pdf.letter import CENTRE, JUSTIFY, Block, Page, Row, Space, Text, Words
from reports.words import place_path

HOW: Mapping[str, Mapping[str, str]] = {
    "id": {"camera": "K", "wedge": "P", "typed": "T", "matched": "C"},
    "en": {"camera": "C", "wedge": "S", "typed": "T", "matched": "M"},
}
"""How a label was read, as a letter behind its code."""
_SCALE = 0.82
_KIND_MM, _COLUMNS = 34.0, 3


class Wording(Protocol):
    """The texts of a letter by key, with their blanks filled."""

    def __call__(self, key: str, **blanks: object) -> str: ...


class SignedRecord(NamedTuple):
    """A signed record as QR codes beside its log's signed head; one of several begins a page of its own."""

    title: Words
    words: Words
    head: str
    sheet: Sheet
    is_alone: bool


def annex(facts: BastFacts, text: Wording, width_mm: float) -> Iterator[Block]:
    """The codes of all that was taken or refused, on pages of their own."""
    if not facts.lines:
        return
    yield Page()
    yield Text(Words(text("annex_title"), bold=True, align=CENTRE), 2)
    words = text("annex", count=number(len(facts.lines)))
    yield Text(Words(words, align=JUSTIFY, scale=_SCALE), 2)
    flagged = {finding.item for finding in facts.findings if "item" in finding.values}  # not what all share
    for to, goods in groupby(facts.lines, key=lambda line: line.to):
        lines = list(goods)
        where = place_path(facts.places, to) if to else _("not registered here")
        yield from _heading(where, len(lines))
        for kind, of_kind in groupby(lines, key=lambda line: line.kind):
            yield from _kind(facts, kind, list(of_kind), flagged, width_mm)
    if facts.told.carried:
        yield from _heading(_("Inside, not seen one by one"), len(facts.told.carried))
    by_kind = sorted(facts.told.carried, key=lambda item: item.kind)
    for kind, inside in groupby(by_kind, key=lambda item: item.kind):
        codes = ", ".join(show_code(item.code) for item in inside)
        cells = [Words(kind_word(facts.needs, kind), scale=_SCALE), Words(codes, scale=_SCALE)]
        yield Row(cells, [_KIND_MM, width_mm - _KIND_MM], padding_pt=0.3)


def _kind(
    facts: BastFacts, kind: str, lines: Sequence[Line], flagged: set[str | None], width_mm: float
) -> Iterator[Block]:
    column_mm = (width_mm - _KIND_MM) / _COLUMNS
    name = f"{kind_word(facts.needs, kind)} ({number(len(lines))})"
    for first in range(0, len(lines), _COLUMNS):
        shown = lines[first : first + _COLUMNS]
        cells: list[Words | str] = [Words("" if first else name, scale=_SCALE)]
        cells += [Words(_code_text(line, line.code in flagged), scale=_SCALE) for line in shown]
        cells += [""] * (_COLUMNS - len(shown))
        yield Row(cells, [_KIND_MM] + [column_mm] * _COLUMNS, padding_pt=0.3, is_whole=True)


def signed_records(sheets: Sequence[Sheet | None], text: Wording) -> Iterator[SignedRecord]:
    """The records of which the log's signed head is known."""
    for place, sheet in enumerate(sheets, 1):
        if sheet is not None:
            of_all = f" ({place}/{len(sheets)})" if len(sheets) > 1 else ""
            size = int(sheet.head.split("\n")[1])
            yield SignedRecord(
                Words(text("codes_title") + of_all, bold=True, align=CENTRE),
                Words(text("codes"), align=JUSTIFY),
                text("head", count=number(size)),
                sheet,
                is_alone=not of_all,
            )


def _heading(words: str, count: int) -> Iterator[Block]:
    yield Space(1)
    yield Text(Words(f"{words} ({number(count)})", bold=True, scale=_SCALE), 0.4, keep_mm=6)


def _code_text(line: Line, is_flagged: bool) -> str:
    print_ = "–" if line.print is None else f"{line.print:02d}"
    marks = f"{' ×' if line.is_refused else ''}{' !' if is_flagged else ''}"
    return f"{show_code(line.code)} {print_} {HOW[chosen()].get(line.how, '?')}{marks}"
