"""Chains of custody on paper: what an item is, who holds it, every handover, and what is irregular.

Says what it proves and what it does not, in the same type as the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from custody.chain import Chain
from custody.codes import show_code
from language import _
from reports.chain_blocks import ItemQr, SeverityMark, StepBlock, draw_node
from reports.chain_cover import Cover
from reports.finding_rows import FindingRow, finding_rows, finding_summary
from reports.paper import ACCENT, MUTED, RULE, TINT, Paper, row, text
from reports.steps import NAME_LIMIT, Step, condition, headline, holder, identity, steps
from reports.words import Needs, Places, local_time, number, printable, show_custodian, zone_code

QR_MM = 34.0


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far a log was known when the report was made: its name and station, its size, its root hash in hex."""

    log: str
    station: str
    size: int
    root_hex: str


def write_chain_pdf(
    out: BinaryIO,
    chains: Iterable[Chain],
    places: Places,
    needs: Needs,
    *,
    made_at_utc: str,
    made_by: str,
    election: str,
    station: str,
    heads: Sequence[LogHead] = (),
    scope: str | None = None,
) -> None:
    """Write the chains to a PDF, one after another; two or more get a cover that lists them.

    Args:
        chains: walked twice where there is a cover. Give something that folds them anew on each walk (not an iterator,
            which is kept in a list), and memory stays flat however many there are.
        heads: how far each log was known; printed, so that a paper witnesses what it was made from.
        scope: the place that the list is about, for the cover.
    """
    if isinstance(chains, Iterator):
        chains = list(chains)
    first = [chain for chain, _index in zip(chains, range(2), strict=False)]
    here = zone_code(scope, *(chain.item.to for chain in first if chain.item), *(chain.held_by for chain in first))
    made_at = local_time(made_at_utc, here)
    made = _("Made {time} by {name}, from the ledger of station {station}").format(
        time=made_at, name=printable(made_by, NAME_LIMIT), station=printable(station, NAME_LIMIT)
    )
    title = _("Chain of custody")
    shown = show_code(first[0].code) if len(first) == 1 else ""
    footer = " · ".join(part for part in (title, shown, printable(election, NAME_LIMIT)) if part)
    paper = Paper(out, title=f"{title} {shown}".strip(), author=printable(made_by, NAME_LIMIT), footer=(footer, made))
    cover = Cover(paper, places, needs, scope) if len(first) != 1 else None
    if cover:
        cover.draw(chains, election=printable(election, NAME_LIMIT))
    for chain in chains:
        _draw_chain(paper, chain, places, needs, printable(election, NAME_LIMIT))
        if cover:
            cover.found(chain, paper.page)
        else:
            _draw_statement(paper, printable(station, NAME_LIMIT), made_at)
            _draw_heads(paper, heads)
    if cover:
        _draw_statement(paper, printable(station, NAME_LIMIT), made_at)
        _draw_heads(paper, heads)
        cover.finish()
    paper.finish()
