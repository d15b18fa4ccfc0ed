"""Chains of custody on paper: what an item is, who holds it, every handover, and what is irregular.

Says what it proves and what it does not, in the same type as the rest.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from custody.chain.chain import Chain
from custody.format.codes import show_code
from language import _
from language.in_words import time_in_words
from language.text import number, printable
from reports.chain.blocks import SEVERITY_COLOR, WIDTH_MM, ItemQr, Legend, SeverityMark, StepBlock
from reports.chain.finding_rows import FindingRow, finding_rows, finding_summary, named_finding
from reports.chain.steps import NAME_LIMIT, Step, condition, headline, holder, identity, steps
from reports.output import PROOF_NAME, Colophon, LogHead, Made
from reports.pdf.page import ACCENT, INK, MUTED, RULE, TINT, Document, draw_colophon, draw_waiting, fonts, row, text
from reports.words import Needs, Places, place_path, show_custodian, zone_code

QR_MM = 34.0


def write_chain_pdf(
    out: BinaryIO,
    chains: Iterable[Chain],
    places: Places,
    needs: Needs,
    made: Made,
    *,
    heads: Sequence[LogHead] = (),
    scope: str | None = None,
    proof: bytes | None = None,
) -> None:
    """Write the chains to a PDF, one after another; two or more get a cover that lists them.

    Args:
        chains: walked twice where there is a cover. Give something that folds them again on each walk (not an iterator,
            which is kept in a list), and none is kept: a chain costs some 100 bytes of memory, its places in the file.
        heads: how far each log was known; printed, so that a paper witnesses what it was made from.
        scope: the place that the list is about, for the cover.
        proof: a proof file (evidence.custody_proof) to travel inside the PDF.
    """
    if isinstance(chains, Iterator):
        chains = list(chains)
    first = [chain for chain, _index in zip(chains, range(2), strict=False)]
    here = zone_code(scope, *(chain.item.to for chain in first if chain.item), *(chain.held_by for chain in first))
    title, election = _("Chain of custody"), printable(made.election, NAME_LIMIT)
    shown = show_code(first[0].code) if len(first) == 1 else ""
    names = printable(made.station, NAME_LIMIT), printable(made.by, NAME_LIMIT)
    colophon = Colophon(*names, time_in_words(made.at_utc, here), heads, has_proof=proof is not None)
    paper = Document(
        out,
        title=f"{title} {shown}".strip(),
        author=colophon.made_by,
        footer=(" · ".join(part for part in (title, shown, election) if part), colophon.sentence),
    )
    if len(first) == 1:
        draw_chain(paper, first[0], places, needs, election, waiting=made.waiting)
        draw_colophon(paper, colophon)
    else:
        cover = Cover(paper, chains, places, needs, made.waiting, election=election, scope=scope, colophon=colophon)
        for at, chain in enumerate(chains, 1):
            cover.note_page(paper.page + 1)
            draw_chain(paper, chain, places, needs, election, at=at)
        cover.finish()
    if proof is not None:
        paper.attach(PROOF_NAME, proof)
    paper.finish()


def draw_chain(
    paper: Document, chain: Chain, places: Places, needs: Needs, election: str, *, at: int = 1, waiting: str = ""
) -> None:
    """Draw one chain, the `at`th of the file counted from 1, beginning on a new page; `waiting` as in `Made`."""
    found = finding_rows(chain, places, needs)
    shown, what = show_code(chain.code), headline(chain.item, needs)
    paper.running = ""
    paper.new_page()
    paper.canvas.bookmarkPage(f"item-{at}")
    paper.canvas.add_to_outline(f"{shown}  {what}", f"item-{at}")
    paper.running = " · ".join((_("Chain of custody"), shown, what, _("continued")))
    _draw_head(paper, chain, election, shown, what)
    draw_waiting(paper, waiting)
    _draw_state(paper, chain, places, found)
    _draw_identity(paper, identity(chain, places, needs))
    _draw_timeline(paper, list(steps(chain, places, needs)), found)
    _draw_findings(paper, found)


def _draw_head(paper: Document, chain: Chain, election: str, shown: str, what: str) -> None:
    print_number = max(1, chain.item.print) if chain.item else 1
    words = [
        text(election.upper(), 7.5, face=1, color=MUTED),
        Spacer(1, 2 * mm),
        text(_("Chain of custody"), 22, face=1, color=ACCENT, leading=1.15),
        Spacer(1, 3.5 * mm),
        text(shown, 15, face=1),
        Spacer(1, 1 * mm),
        text(what, 11),
    ]
    # The quiet zone is white paper: let it stand out of the margin, so that the modules line up with the text.
    widths = [WIDTH_MM - QR_MM + 3, QR_MM]
    paper.place(row([words, ItemQr(chain.code, print_number, QR_MM)], widths, padding_pt=0), after_mm=1)


def _draw_state(paper: Document, chain: Chain, places: Places, found: list[FindingRow]) -> None:
    """The three answers that a reader looks for first."""
    code = f" ({show_custodian(chain.held_by)})" if chain.held_by else ""
    cells = [
        _answer(_("Held now by"), f"{printable(holder(chain, places), NAME_LIMIT)}{code}"),
        _answer(_("Condition"), condition(chain)),
        _answer(_("Findings"), finding_summary(found), mark=next((f.severity for f in found if f.is_open), "")),
    ]
    box = [
        ("BACKGROUND", (0, 0), (-1, -1), TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 1.6, ACCENT),
        ("LINEAFTER", (0, 0), (1, 0), 0.6, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
    ]
    paper.place(row(cells, [76, 40, 58], *box, padding_pt=6), after_mm=3)


def _answer(label: str, value: str, mark: str = "") -> list[Flowable]:
    shown: Flowable = text(value, 10.5, face=1)
    if mark:
        shown = row([SeverityMark(mark, 4), shown], [5.5, 49], padding_pt=0)
    return [text(label, 7, color=MUTED), Spacer(1, 0.8 * mm), shown]


def _draw_identity(paper: Document, facts: list[tuple[str, str]]) -> None:
    """The first fact over the whole width, the others two by two."""
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
    label, value = facts[0]
    paper.place(row([text(label, 7.5, color=MUTED), text(value, 9, face=1)], [36, 138], line, padding_pt=3))
    rest = facts[1:]
    for left, right in zip_longest(rest[::2], rest[1::2], fillvalue=("", "")):
        cells = [text(left[0], 7.5, color=MUTED), text(left[1]), text(right[0], 7.5, color=MUTED), text(right[1])]
        paper.place(row(cells, [36, 51, 36, 51], line, padding_pt=3))


def _draw_timeline(paper: Document, timeline: list[Step], found: list[FindingRow]) -> None:
    paper.heading(_("Records in order of custody"), keep_mm=45)
    if not timeline:
        paper.place(text(_("No record of this item has been met.")))
        return
    paper.place(Legend(timeline), after_mm=3)
    standing = sum(not step.is_withdrawn for step in timeline)
    for index, step in enumerate(timeline):
        if index == standing:
            paper.place(text(_("Withdrawn, and so not part of the chain:"), 8.5, face=2), after_mm=3, keep_mm=40)
        earned = [finding for finding in found if index + 1 in finding.steps]
        is_last = index == standing - 1 or step.is_withdrawn
        paper.place(StepBlock(index + 1, step, earned, is_first=index == 0 or step.is_withdrawn, is_last=is_last))


def _draw_findings(paper: Document, found: list[FindingRow]) -> None:
    paper.heading(_("Findings"))
    if not found:
        paper.place(text(_("None: the records that were met agree with each other and with the plan.")))
    for finding in found:
        small = " · ".join(part for part in (named_finding(finding.code), finding.state, finding.where) if part)
        cells = [
            SeverityMark(finding.severity, is_open=finding.is_open),
            text(finding.word, 9, face=1, color=SEVERITY_COLOR[finding.severity] if finding.is_open else MUTED),
            [text(finding.text), text(small, 7.5, color=MUTED)],
        ]
        line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
        paper.place(row(cells, [7, 25, 142], line, padding_pt=4))


# --- The cover of a report on many items: how they stand, and a list of them with the page each begins on -------------

_WIDTHS_MM = [40.0, 50.0, 37.0, 5.0, 28.0, 14.0]
_LINE = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)


class _Row(NamedTuple):
    """What the list shows of a chain; `gravest` is the severity of its gravest open finding, empty for none."""

    code: str
    what: str
    holder: str
    findings: str
    gravest: str


class Cover:
    """Draws the cover at once, and the page numbers of its list at the end, when they are known."""

    def __init__(
        self,
        paper: Document,
        chains: Iterable[Chain],
        places: Places,
        needs: Needs,
        waiting: str,
        *,
        election: str,
        scope: str | None,
        colophon: Colophon,
    ) -> None:
        self._paper = paper
        self._tops = array("d")
        self._begins = array("L")
        self._sheets: list[tuple[int, int]] = []
        paper.running = ""
        paper.new_page()
        paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
        paper.place(text(_("Chains of custody"), 22, face=1, color=ACCENT, leading=1.15), after_mm=2)
        if scope:
            paper.place(text(_("Items for {place}").format(place=place_path(places, scope)), 11), after_mm=3)
        draw_waiting(paper, waiting)
        counts: Counter[str] = Counter()
        with TemporaryFile("w+", encoding="ascii") as rows:  # the totals stand before the list
            for found in _rows(chains, places, needs):
                counts[found.gravest] += 1
                rows.write(json.dumps(found) + "\n")
            self._draw_totals(counts)
            draw_colophon(paper, colophon)
            paper.heading(_("Items"), keep_mm=20)
            paper.running = _("Chains of custody")
            rows.seek(0)
            self._draw_list(_Row(*json.loads(line)) for line in rows)

    def note_page(self, page: int) -> None:
        """Say on which page the next chain of the list begins."""
        self._begins.append(page)

    def finish(self) -> None:
        """Write the page numbers into the list, one form for each page of it."""
        canvas, right = self._paper.canvas, self._paper.right
        ends = [*(first for _page, first in self._sheets[1:]), len(self._begins)]
        for (page, first), end in zip(self._sheets, ends, strict=False):
            canvas.beginForm(f"list-{page}")
            canvas.setFont(fonts()[0], 8)
            canvas.setFillColor(INK)
            for at in range(first, end):
                canvas.drawRightString(right - 2, self._tops[at] - 2 - 8, str(self._begins[at]))
            canvas.endForm()

    def _draw_totals(self, counts: Counter[str]) -> None:
        cells: list[Flowable | list[Flowable]] = [
            [text(_("Items"), 7, color=MUTED), Spacer(1, 0.8 * mm), text(number(counts.total()), 15, face=1)]
        ]
        for severity, label in (
            ("critical", _("Critical findings")),
            ("warning", _("Warnings")),
            ("info", _("Notes only")),
            ("", _("Nothing open")),
        ):
            count: Flowable = text(number(counts[severity]), 15, face=1)
            if severity:
                count = row([SeverityMark(severity, 4.6), count], [6.5, 22], padding_pt=0)
            cells.append([text(label, 7, color=MUTED), Spacer(1, 0.8 * mm), count])
        box = [
            ("BACKGROUND", (0, 0), (-1, -1), TINT),
            ("LINEABOVE", (0, 0), (-1, 0), 1.6, ACCENT),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ]
        self._paper.place(row(cells, [26, 37, 37, 37, 37], *box, padding_pt=6))

    def _draw_list(self, rows: Iterable[_Row]) -> None:
        paper = self._paper
        titles = [_("Code"), _("Item"), _("Held now by"), "", _("Findings"), _("Page")]
        head = [text(title, 7, color=MUTED, align=2 if title == titles[-1] else 0) for title in titles]
        paper.place(row(head, _WIDTHS_MM, _LINE), keep_mm=10)
        for at, entry in enumerate(rows):
            cells = [
                text(show_code(entry.code), 8, face=1),
                text(entry.what, 8),
                text(entry.holder, 8),
                SeverityMark(entry.gravest, 3.4) if entry.gravest else "",
                text(entry.findings, 8),
                "",
            ]
            spot = paper.place(row(cells, _WIDTHS_MM, _LINE))
            if not self._sheets or self._sheets[-1][0] != spot.page:
                paper.canvas.doForm(f"list-{spot.page}")
                self._sheets.append((spot.page, at))
            self._tops.append(spot.top)
            paper.canvas.linkRect("", f"item-{at + 1}", (spot.left, spot.bottom, spot.right, spot.top))


def _rows(chains: Iterable[Chain], places: Places, needs: Needs) -> Iterator[_Row]:
    for chain in chains:
        found = finding_rows(chain, places, needs)
        gravest = next((finding.severity for finding in found if finding.is_open), "")
        who = printable(holder(chain, places), NAME_LIMIT)
        yield _Row(chain.code, headline(chain.item, needs), who, finding_summary(found), gravest)
