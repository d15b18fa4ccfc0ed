"""Chains of custody as a table: one row for each record, for spreadsheets and other programs."""

from collections.abc import Iterable, Iterator

from custody.chain.chain import Chain
from custody.format.item_facts import how_told
from language import _
from language.text import local_time
from reports.chain.finding_rows import finding_rows
from reports.chain.steps import steps
from reports.words import Needs, Places, finding_text, kind_name, zone_code
from tables.output.write import Cell, Sheet

HEADERS = (
    "code",
    "kind",
    "destination",
    "step",
    "type",
    "at_utc",
    "local_time",
    "from",
    "from_name",
    "to",
    "to_name",
    "giver",
    "receiver",
    "how",
    "seen",
    "by",
    "bast",
    "note",
    "log",
    "seq",
    "leaf",
    "withdrawn",
    "findings",
    "keyed_in_later_utc",
    "admitted",
    "refused",
    "repeat",
    "vendor_codes",
)
FINDING_HEADERS = ("code", "finding", "severity", "open", "provisional", "detail", "leaf", "also")
"""Column names stay English, as JSON's do, so that what reads them need not know the reader's language."""


def chain_rows(chains: Iterable[Chain], places: Places, needs: Needs) -> Iterator[list[Cell]]:
    """One row for each record of each chain, in the order of custody; `findings` are the codes that rest on it.

    Findings that rest on no record of the chain get a last row of the type `finding`.
    """
    for chain in chains:
        yield from _rows_of(chain, places, needs)


def chain_sheets(chains: Iterable[Chain], places: Places, needs: Needs) -> list[Sheet]:
    """The workbook: a sheet of records, a sheet of findings. Chains are walked twice."""
    chains = list(chains) if isinstance(chains, Iterator) else chains
    records = (row for row in chain_rows(chains, places, needs) if row[4] != "finding")
    findings = (row for chain in chains for row in _finding_rows(chain, needs))
    return [Sheet(_("Records"), HEADERS, records), Sheet(_("Findings"), FINDING_HEADERS, findings)]


def _rows_of(chain: Chain, places: Places, needs: Needs) -> Iterator[list[Cell]]:
    item = chain.item
    what: list[Cell] = [chain.code, kind_name(needs, item.kind) if item else "", item.to if item else ""]
    earned: dict[int, list[str]] = {}
    for finding in finding_rows(chain, places, needs):
        for number in finding.steps or (0,):
            earned.setdefault(number, []).append(finding.code)
    told = zip(chain.shown, steps(chain, places, needs), strict=True)
    for number, (link, step) in enumerate(told, start=1):
        event, giver, receiver = link.event, step.giver, step.receiver
        people = event.body.get("parties") or {}
        here = zone_code(link.to, link.from_, item.to if item else None)
        yield [
            *what,
            number,
            event.type,
            event.happened,
            local_time(event.happened, here),
            link.from_,
            giver.name if giver else "",
            link.to,
            receiver.name if receiver else "",
            people.get("giver", ""),
            people.get("receiver", ""),
            how_told(event.body, chain.code, link.how, event.rows.get(chain.code, {})),
            link.is_seen,
            event.body["by"],
            event.body.get("bast", ""),
            event.body.get("note", ""),
            event.log,
            event.seq,
            event.leaf,
            link.is_withdrawn,
            " ".join(earned.get(number, [])),
            event.at if event.body.get("occurred") else "",
            not link.is_stranger,
            link.is_refused,
            link.is_repeat,
            "; ".join(chain.vendor_codes),
        ]
    if 0 in earned:
        yield [
            *what,
            None,
            "finding",
            *[""] * (len(HEADERS) - 11),
            " ".join(earned[0]),
            *[""] * 4,
            "; ".join(chain.vendor_codes),
        ]


def _finding_rows(chain: Chain, needs: Needs) -> Iterator[list[Cell]]:
    here = zone_code(chain.item.to if chain.item else None, chain.held_by)
    for finding in chain.findings:
        yield [
            chain.code,
            finding.code,
            finding.severity,
            finding.is_open,
            finding.is_provisional,
            finding_text(finding, needs, here),
            finding.leaf,
            " ".join(finding.also),
        ]
