"""A list of handovers as a table for offices."""

from collections.abc import Iterable

from custody.measures.traffic import HandoverLine
from language import _
from reports.words import Places, custodian_name
from tables.output.write import Cell, Sheet

HEADERS = (
    "bast",
    "happened_utc",
    "recorded_utc",
    "from",
    "from_name",
    "to",
    "to_name",
    "taken",
    "refused",
    "unlabelled",
    "giver",
    "receiver",
    "record",
)


def handover_sheet(lines: Iterable[HandoverLine], places: Places, *, with_staff: bool) -> Sheet:
    """One row for each handover; without the names of people unless `with_staff`."""
    rows: list[list[Cell]] = [
        [
            line.bast,
            line.happened,
            line.at,
            line.giver,
            custodian_name(places, line.giver),
            line.to,
            custodian_name(places, line.to),
            line.taken,
            line.refused,
            line.unlabelled,
            *(line.people[:2] if with_staff else ("", "")),
            line.record,
        ]
        for line in lines
    ]
    return Sheet(_("Handovers"), HEADERS, rows)
