"""Records of stations that root has not admitted: shown beside an item's chain, and counted nowhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from custody.chain.findings import BROKEN, Finding
from custody.chain.item_state import Link

if TYPE_CHECKING:
    from custody.chain.chain import Chain

_EXPLAINABLE = BROKEN | {"SHORTAGE", "UNKNOWN_CODE", "LATE"}


def beside_strangers(chain: "Chain", with_all: "Chain", strangers: Mapping[str, str]) -> "Chain":
    """The chain with the strangers' records beside it.

    A finding that is there without these records and not with them is provisional, and names the one before it.

    Args:
        chain: of the records that count.
        with_all: of all records, as if the strangers were admitted.
        strangers: the logs that are not admitted, by name, and their stations.
    """
    numbers = {link.event.leaf: number for number, link in enumerate(chain.links, start=1)}
    aside, before = list[tuple[int, Link]](), 0
    for link in (*with_all.links, *map(Link, with_all.corrections)):
        if link.event.log in strangers:
            aside.append((before, replace(link, stranger=strangers[link.event.log] or link.event.log)))
        else:
            before = max(before, numbers.get(link.event.leaf, 0))
    left = {_kind(finding) for finding in with_all.findings if finding.is_open}
    findings = tuple(
        _provisional(finding, with_all, strangers)
        if finding.is_open and finding.code in _EXPLAINABLE and _kind(finding) not in left
        else finding
        for finding in chain.findings
    )
    return replace(chain, findings=findings, aside=tuple(aside))


def told_otherwise(finding: Finding, chain: "Chain", giver: str) -> Finding:
    """A finding at the moment of scanning as it is where a stranger's record would explain it: provisional, named.

    It would where it says that the giver got what others hold (`NOT_HELD`), or gave away what is missing (`SHORTAGE`).
    """
    links = [link for _before, link in chain.aside if not (link.is_withdrawn or link.is_refused)]
    end = {"NOT_HELD": "to", "SHORTAGE": "from_"}.get(finding.code)
    told = [link for link in links if end is not None and getattr(link, end) == giver]
    if not told:
        return finding
    also = (*finding.also, told[-1].event.leaf)
    return replace(finding, is_provisional=True, also=also, stranger=told[-1].stranger)


def _kind(finding: Finding) -> tuple[str, str | None]:
    """What is compared: that custody broke at a record is one thing, however it did."""
    return ("broken" if finding.code in BROKEN else finding.code, finding.leaf)


def _provisional(finding: Finding, with_all: "Chain", strangers: Mapping[str, str]) -> Finding:
    """The finding, explained by the last stranger's record before it; by the first one where none is before it."""
    leaves = [link.event.leaf for link in with_all.links]
    at = leaves.index(finding.leaf) if finding.leaf in leaves else len(leaves)
    events = [link.event for link in with_all.links if link.event.log in strangers]
    known = [event for event in events if leaves.index(event.leaf) < at]
    event = known[-1] if known else events[0] if events else None
    if event is None:  # only a stranger's correction takes a stranger's record back
        return finding
    also = (*(leaf for leaf in finding.also if leaf != event.leaf), event.leaf)
    return replace(finding, is_provisional=True, also=also, stranger=strangers[event.log] or event.log)
