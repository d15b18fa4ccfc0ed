"""Reports for outsiders: what names staff is left out, but for the letters, where both sides signed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reports.listing import Listing, Section
from tables.output.write import Cell, Sheet

PEOPLE = frozenset(
    {
        "by",
        "second",
        "giver",
        "receiver",
        "names",
        "owner",
        "opened_by",
        "closed_by",
        "witnesses",
        "witness",
        "driver",
        "escort",
        "recorded_by",
    }
)
"""The headers of columns that name people."""


def without_people(listing: Listing) -> Listing:
    """The same report without the columns that name people, and without the facts for programs, which name them too."""
    sections = [_section(section) for section in listing.sections]
    return replace(listing, sections=sections, sheets=[nameless(sheet) for sheet in listing.sheets], facts={})


def nameless(sheet: Sheet) -> Sheet:
    """The same table without the columns that name people."""
    kept = [at for at, header in enumerate(sheet.headers) if header not in PEOPLE]
    if len(kept) == len(sheet.headers):
        return sheet

    def rows() -> Iterator[Sequence[Cell]]:
        for row in sheet.rows:
            yield [row[at] for at in kept]

    widths = [sheet.widths[at] for at in kept if at < len(sheet.widths)]
    return replace(sheet, headers=[sheet.headers[at] for at in kept], rows=rows(), widths=widths)


def _section(section: Section) -> Section:
    if not section.people:
        return section
    kept = [at for at in range(len(section.titles)) if at not in section.people]
    return replace(
        section,
        titles=[section.titles[at] for at in kept],
        rows=[[row[at] for at in kept] for row in section.rows],
        widths_mm=[section.widths_mm[at] for at in kept],
        left=sum(at < section.left for at in kept),
        people=frozenset(),
    )
