"""What a list of what was to go says of one item in its chain: the facts of that handover, cut to what concerns it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from custody.chain.findings import Finding
from custody.chain.held import Held
from custody.chain.item_state import Link
from custody.format.event_types import Body
from custody.format.events import Event
from custody.handover.handover_facts import handover_facts
from custody.handover.handover_history import around_then, before_then, first_said, known_then, replaced_by
from custody.plan.places import Place

if TYPE_CHECKING:
    from custody.chain.chain import Chain


def _is_by_list(code: str, link: Link) -> bool:
    """Whether a standing record tells an item as absent by a list or as beyond it."""
    event = link.event
    return event.type == "handover" and not link.is_withdrawn and (code in event.absent or code in event.beyond)


def found_by_lists(
    chain: "Chain",
    family: Set[str],
    events: Mapping[str, Event],
    standing: Collection[Event],
    fold: "Callable[[str, Iterable[Event]], Chain]",
    places: Mapping[str, Place],
    met: Collection[str] | None,
    held: Held | None = None,
) -> list[Finding]:
    """Where a list named the item and it did not go (closed once it has), or it went beyond a list.

    Args:
        chain: the item's, with all that is known now.
        family: the item and all that it was ever in.
        events: all that concern these, by leaf.
        standing: those of them that no correction took back.
        fold: the chain of one of the family by some of these events, without what lists say.
        met: the places whose stations' logs are here; None: all are.
        held: how much is held of the logs that count.
    """
    code, found = chain.code, list[Finding]()
    handovers = [event for event in standing if event.type == "handover"]
    corrections = [event for event in events.values() if event.type == "correct"]
    for event in {link.event.leaf: link.event for link in chain.links if _is_by_list(code, link)}.values():
        parts = [other for other in handovers if _handover(other) == _handover(event)]
        parts.sort(key=lambda part: part.seq)
        replaced = replaced_by(parts, corrections, events.get)
        stood = first_said(parts, replaced)
        way, log = _way(event), stood[0].log
        others = [other for other in handovers if other.log != log and _way(other) == way and other not in parts]
        others.sort(key=lambda other: (other.log, other.seq, other.leaf))
        beside = {other.leaf for other in others}
        before = {
            member: fold(member, before_then(member, parts, events.values(), replaced)) for member in sorted(family)
        }
        around = around_then(
            parts,
            before,
            places,
            others=[_cut(other, family) for other in others],
            moved=[code] if any(link.event.leaf in beside and link.has_moved for link in chain.links) else (),
            log=log,
            met_giver=met is None or event.body["from"] in met,
            logs=held,
            events=events.values(),
        )
        facts = handover_facts([_cut(part, family).body for part in parts], (), around, places)
        wanted = "SHORTAGE" if code in event.absent else "EXCESS"
        said = [replace(f, leaf=event.leaf) for f in facts.findings if (f.item, f.code) == (code, wanted)]
        if said and wanted == "SHORTAGE" and _came_since(chain, [*known_then(code, stood, events.values()), *parts]):
            said = [finding.closed() for finding in said]
        found += said
    return _once(found, events)


def _once(found: Iterable[Finding], events: Mapping[str, Event]) -> list[Finding]:
    """The same with one shortage a handover: laptops under one number each list what did not go, and it lacks once."""
    kept: dict[object, Finding] = {}
    for finding in found:
        event = events[finding.leaf or ""]
        of = (finding.code, _way(event)) if finding.code == "SHORTAGE" else finding.leaf
        first = kept.setdefault(of, finding)
        if first is not finding and finding.leaf:
            kept[of] = replace(
                first,
                is_open=first.is_open or finding.is_open,
                is_provisional=first.is_provisional and finding.is_provisional,
                also=(*first.also, finding.leaf),
            )
    return list(kept.values())


def under_same_number(event: Event, events: Iterable[Event]) -> Iterator[Event]:
    """Those events that are handovers of the same number, giver and receiver."""
    return (other for other in events if other.type == "handover" and _way(other) == _way(event))


def _came_since(chain: "Chain", before: Collection[Event]) -> bool:
    """Whether a handover of the item is recorded that was not known then."""
    known = {event.leaf for event in before}
    return any(
        (link.has_moved or link.is_repeat) and link.event.type == "handover" and link.event.leaf not in known
        for link in chain.links
    )


def _way(event: Event) -> tuple[str, str, str]:
    return event.body["bast"], event.body["from"], event.body["to"]


def _handover(event: Event) -> tuple[object, ...]:
    return event.log, event.body["id"], _way(event)


def _cut(event: Event, codes: Set[str]) -> Event:
    """A record of a handover with what it says of these items alone."""
    meant = event.body.get("meant")
    body: Body = {
        **event.body,
        "items": [event.moved[code] for code in sorted(codes) if code in event.moved],
        "refused": [event.rows[code] for code in sorted(codes & event.refused)],
        "extras": [],
        "counted": None,
        "meant": meant and {"absent": sorted(codes & event.absent), "beyond": sorted(codes & event.beyond)},
    }
    return Event(event.leaf, body)
