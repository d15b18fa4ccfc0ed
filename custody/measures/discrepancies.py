"""All that is irregular in a ledger: each finding with the place that it is about and the record it rests on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from custody.chain.chain import Chain
from custody.chain.clocks import ClockSteps
from custody.chain.findings import Finding, had_happened
from custody.chain.roster import Roster
from custody.handover.counting import Counted, count_findings, unmatched
from custody.plan.places import Place


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A finding about an item or a handover. `place`: where the thing is bound for, or who has it, or who received it.

    `record` is `log:seq` of the record that it rests on and `happened` its time (UTC); both are empty where it rests on
    none. `bast` is the number of the handover that it is about.
    """

    finding: Finding
    place: str
    record: str = ""
    happened: str = ""
    bast: str = ""


def discrepancies_of(chain: Chain, *, as_of: str | None) -> Iterator[Discrepancy]:
    """What is irregular about an item, as far as it had happened at a moment; what is only for the record too."""
    about = {event.leaf: event for event in (*(link.event for link in chain.shown), *chain.corrections)}
    place = (
        chain.item.to
        if chain.item
        else chain.held_by or next((link.to for link in reversed(chain.links) if link.to), "")
    )
    for finding in chain.listed:
        event = about.get(finding.leaf or "")
        if event is None:
            yield Discrepancy(finding, place)
        elif had_happened(event.happened, as_of):
            bast = str(event.body["bast"]) if event.type == "handover" else ""
            yield Discrepancy(finding, place, f"{event.log}:{event.seq}", event.happened, bast)


def of_clocks(
    steps: ClockSteps, told: Iterable[Finding], trusted: Roster, *, as_of: str | None
) -> Iterator[Discrepancy]:
    """Where the clocks of stations that count were set: once for a record, and not where items' chains have told it."""
    known = {finding.leaf for finding in told if finding.code == "CLOCK"}
    for stamp, finding in steps.found:
        last = trusted.last_good(stamp.log)
        counts = trusted.counts(stamp.log) and (last is None or stamp.seq <= last)
        if counts and stamp.leaf not in known and had_happened(stamp.at, as_of):
            yield Discrepancy(finding, stamp.place, f"{stamp.log}:{stamp.seq}", stamp.at)


def of_handovers(
    counted: Iterable[Counted],
    told: Iterable[tuple[Counted, Finding]],
    places: Mapping[str, Place],
    *,
    as_of: str | None,
) -> Iterator[Discrepancy]:
    """What handovers as a whole show: counted otherwise than scanned, without a label, and what is `told` of them."""
    parts = [part for part in counted if had_happened(part.happened, as_of)]
    for part, finding in (*count_findings(parts), *unmatched(parts, places), *told):
        yield Discrepancy(finding, part.key.to, part.record, part.happened, part.key.bast)
