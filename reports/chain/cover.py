"""The cover of a report on many items: how they stand, and a list of them with the page each begins on."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from custody.chain.chain import Chain
from custody.format.codes import show_code
from language import _
from language.text import number, printable
from reports.chain.blocks import SeverityMark
from reports.chain.finding_rows import finding_rows, finding_summary
from reports.chain.steps import NAME_LIMIT, headline, holder
from reports.output import Colophon
from reports.pdf.colophon import draw_colophon
from reports.pdf.page import ACCENT, INK, MUTED, RULE, TINT, Document, Spot, fonts, row, text
from reports.words import Needs, Places, place_path

_WIDTHS_MM = [36.0, 53.0, 37.0, 5.0, 32.0, 11.0]
_LINE = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the list keeps of a chain; `gravest` is the severity of its gravest open finding, empty for none."""

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
        *,
        election: str,
        scope: str | None,
        colophon: Colophon,
    ) -> None:
        self._paper = paper
        self._spots: list[Spot] = []
        self._pages: list[int] = []
        paper.running = ""
        paper.new_page()
        paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
        paper.place(text(_("Chains of custody"), 22, face=1, color=ACCENT, leading=1.15), after_mm=2)
        if scope:
            paper.place(text(_("Items for {place}").format(place=place_path(places, scope)), 11), after_mm=3)
        rows = list(_rows(chains, places, needs))
        self._draw_totals(rows)
        draw_colophon(paper, colophon)
        paper.heading(_("Items"), keep_mm=20)
        paper.running = _("Chains of custody")
        self._draw_list(rows)

    def note_page(self, code: str, page: int) -> None:
        """Say on which page the next chain of the list begins."""
        self._pages.append(page)

    def finish(self) -> None:
        """Write the page numbers into the list, one form for each page of it."""
        canvas = self._paper.canvas
        for page in sorted({spot.page for spot in self._spots}):
            canvas.beginForm(f"list-{page}")
            canvas.setFont(fonts()[0], 8)
            canvas.setFillColor(INK)
            for spot, begins in zip(self._spots, self._pages, strict=False):
                if spot.page == page:
                    canvas.drawRightString(spot.right - 2, spot.top - 2 - 8, str(begins))
            canvas.endForm()

    def _draw_totals(self, rows: list[_Row]) -> None:
        counts = Counter(row.gravest for row in rows)
        cells: list[Flowable | list[Flowable]] = [
            [text(_("Items"), 7, color=MUTED), Spacer(1, 0.8 * mm), text(number(len(rows)), 15, face=1)]
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

    def _draw_list(self, rows: list[_Row]) -> None:
        paper = self._paper
        titles = [_("Code"), _("Item"), _("Held now by"), "", _("Findings"), _("Page")]
        head = [text(title, 7, color=MUTED, align=2 if title == titles[-1] else 0) for title in titles]
        paper.place(row(head, _WIDTHS_MM, _LINE), keep_mm=10)
        for entry in rows:
            cells = [
                text(show_code(entry.code), 8, face=1),
                text(entry.what, 8),
                text(entry.holder, 8),
                SeverityMark(entry.gravest, 3.4) if entry.gravest else "",
                text(entry.findings, 8),
                "",
            ]
            spot = paper.place(row(cells, _WIDTHS_MM, _LINE))
            if not self._spots or self._spots[-1].page != spot.page:
                paper.canvas.doForm(f"list-{spot.page}")
            self._spots.append(spot)
            paper.canvas.linkRect("", entry.code, (spot.left, spot.bottom, spot.right, spot.top))


def _rows(chains: Iterable[Chain], places: Places, needs: Needs) -> Iterator[_Row]:
    for chain in chains:
        found = finding_rows(chain, places, needs)
        gravest = next((finding.severity for finding in found if finding.is_open), "")
        who = printable(holder(chain, places), NAME_LIMIT)
        yield _Row(chain.code, headline(chain.item, needs), who, finding_summary(found), gravest)
