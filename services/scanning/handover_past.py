"""What a recorded handover says of itself and what was known around it then, by this ledger."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

from custody.chain.chain import Chain, chains_then, folded, told_otherwise
from custody.chain.corrections import Roots
from custody.chain.findings import NOT_ON_PAPER, Finding, had_happened
from custody.chain.linking import bound_for
from custody.compose.compose import NewEvent
from custody.format.events import Event
from custody.handover.counting import Counted, HandoverKey, counted_in
from custody.handover.handover_facts import HandoverFacts, ToGo, expected_tops, handover_facts, is_own_number, stated
from custody.handover.handover_history import around_then, first_said, looks_of, replaced_by
from custody.handover.waybill import NOTHING, Waybill
from custody.measures.direct import Direct
from custody.measures.truckloads import Truckloads
from db.handover_lookup import list_there, numbered_alike, standing, unlabelled
from db.state.queries import State
from db.store import Store


class Told(NamedTuple):
    """A recorded handover as of then: its facts, the chains of the items that it names, by code, and the withdrawn
    records that it says rightly, the first ones first.
    """

    facts: HandoverFacts
    then: dict[str, Chain]
    replaced: Sequence[Event]


def told_of(store: Store, parts: Sequence[Event]) -> Told:
    """What one recorded handover says.

    Args:
        parts: all of its records, in order.
    """
    past = _past(store, parts)
    facts, then = _told(store, past)
    found = beside_strangers(store, list(facts.findings), str(parts[0].body["from"]))
    return Told(replace(facts, findings=tuple(found)), then, past.replaced)


def put_right(store: Store, withdrawn: Sequence[Event], right: Sequence[NewEvent]) -> list[NewEvent]:
    """What takes the place of a handover's records, with how much was to go: where the receiver stays the same, what
    the withdrawn records state of it, but for what is left out or taken in.
    """
    said = [{**event.body, **new.fields} for event, new in zip(withdrawn, right, strict=True)]
    before = withdrawn[0].body
    for body in said:
        del body["expected"]
    to_go = told_of(store, [Event(event.leaf, body) for event, body in zip(withdrawn, said, strict=True)]).facts.to_go
    if before["to"] == said[0]["to"] and "expected" in before:
        stated = before["expected"] and ToGo(**before["expected"])
        gone = to_go.count - to_go.absent if stated and to_go else 0
        to_go = replace(stated, absent=max(stated.count - gone, 0)) if stated and to_go else stated
    expected = to_go and asdict(to_go)
    return [replace(new, fields={**new.fields, "expected": expected}) for new in right]


def told_beside(
    store: Store, counted: Iterable[Counted], loads: Truckloads, direct: Direct, *, as_of: str | None
) -> list[tuple[Counted, Finding]]:
    """What handovers show of single things and no chain tells, as sure as their letters say it: what is on a truck
    still, what a receiver's record does not have of what its giver's says went straight to it, and what came, or did
    not come, otherwise than papers say whose records are not here.

    Args:
        counted: all handovers that count, part by part.
    """
    tree = store.state.places.tree()
    short = [*loads.left_aboard(tree), *direct.not_received(tree)]
    shared = {part.key for part, _finding in short if not is_own_number(part.key.log, part.key.bast)}
    awaited, own, keys = store.papers.awaited(), store.ledger.own_row(), dict[HandoverKey, list[Counted]]()
    for part in counted:
        is_by_paper = part.key.giver in awaited and own is not None and part.key.log == own.name
        if part.key in shared or (is_by_paper and had_happened(part.happened, as_of)):
            keys.setdefault(part.key, []).append(part)
    found: dict[tuple[str, str | None], tuple[Counted, Finding]] = {}
    unsure: dict[HandoverKey, set[str | None]] = {}
    for key, parts in sorted(keys.items(), key=lambda entry: entry[1][0].happened):
        parts.sort(key=lambda part: part.part)
        events = [event for part in parts if (event := store.ledger.find(part.leaf))]
        facts = told_of(store, events).facts
        unsure[key] = {f.item for f in facts.findings if f.code == "SHORTAGE" and f.is_provisional}
        if key.giver in awaited:  # of several handovers of one way the newest tells
            found |= {(f.code, f.item): (parts[-1], f) for f in _by_papers(store, events, facts)}
    for part, finding in short:
        is_sure = store.state.has_met(part.key.giver, part.key.log) and finding.item not in unsure.get(part.key, ())
        found[finding.code, finding.item] = (part, finding if is_sure else replace(finding, is_provisional=True))
    return list(found.values())


def beside_strangers(store: Store, found: list[Finding], giver: str) -> list[Finding]:
    """The same, those as provisional that a kept record of a station that is not admitted would explain."""
    codes = [finding.item for finding in found if finding.code in ("NOT_HELD", "SHORTAGE") and finding.item]
    if not codes or not store.state.stations.now().strangers:
        return found
    chains = {chain.code: chain for chain in store.state.chains(list(dict.fromkeys(codes)))}
    return [
        told_otherwise(finding, chains[finding.item], giver) if finding.item in chains else finding for finding in found
    ]


def _by_papers(store: Store, events: Sequence[Event], facts: HandoverFacts) -> Iterator[Finding]:
    """Of the findings about a handover of this station those that rest on papers whose records are not here, and that
    no list tells in the thing's own chain.
    """
    tops = expected_tops(events[0].body, store.state.places)
    papers = store.papers.waybill(events[0].body["from"], events[0].body["to"], tops, before=events)
    still = store.papers.waybill(events[0].body["from"], events[0].body["to"], tops).items.keys() & papers.items
    still -= {code for event in events for code in event.absent}
    for finding in facts.findings:
        if finding.message == NOT_ON_PAPER or (finding.code == "SHORTAGE" and finding.item in still):
            yield finding


class Past(NamedTuple):
    """What is looked at to tell a recorded handover: its parts, the withdrawn records that they say rightly, the first
    ones of these, the records of others under its number, by code what is known of each thing in and around it, and
    what papers said that had been read by then.

    `log`: where it stands. `met_giver`: the giver's own log is here. `lists` are the codes that were listed, None if
    none was.
    """

    parts: Sequence[Event]
    replaced: Sequence[Event]
    others: Sequence[Event]
    histories: dict[str, list[Event]]
    lists: Mapping[str, None] | None
    papers: Waybill
    log: str
    met_giver: bool


def _past(store: Store, parts: Sequence[Event]) -> Past:
    state, first = store.state, parts[0].body
    giver, to, number, places = first["from"], first["to"], first["bast"], state.places.tree()
    named = dict.fromkeys(code for part in parts for code in part.rows)
    replaced = replaced_by(parts, state.ledger.on_topic(("correct",)), state.ledger.find)
    stood, leaves = first_said(parts, replaced), {part.leaf for part in parts}
    log = stood[0].log
    others = [event for event in numbered_alike(state, number, giver, to, log) if event.leaf not in leaves]
    lists = stated([*(part.body for part in parts), *(event.body for event in others)])
    tops = expected_tops(first, places)
    papers = store.papers.waybill(stood[0].body["from"], stood[0].body["to"], tops, before=stood)
    asked, met_giver = named | (lists or {}), state.has_met(giver, log)
    if lists is None:
        for top in tops:
            asked |= dict.fromkeys(item.code for item in state.find_items(under=top))
        asked |= dict.fromkeys(item.code for item in state.brought_by_others(to, state.ledger.log_id(log)))
    heard = frozenset({log, parts[0].log})  # it tells what its own station recorded, admitted or not
    histories = state.families.of(asked, heard=heard) | state.families.of(named, with_children=True, heard=heard)
    if lists is not None:
        _add_families(state, histories, parts)
    return Past(parts, replaced, others, histories, lists, papers, log, met_giver)


def _told(store: Store, past: Past) -> tuple[HandoverFacts, dict[str, Chain]]:
    state, parts, histories, waybill, log = store.state, past.parts, past.histories, past.papers, past.log
    waybill = waybill if past.lists is None else NOTHING
    giver, to, number = (parts[0].body[name] for name in ("from", "to", "bast"))
    places, own = state.places.tree(), {part.leaf for part in parts}
    named = dict.fromkeys(code for part in parts for code in part.rows)
    extras = any(part.body["extras"] for part in parts)
    unmatched = unlabelled(store.state, list(map(counted_in, parts))) if extras else []
    before, then = chains_then(parts, histories, state.roots, past.replaced)
    before = (
        {code: _redirected(chain, waybill.redirected) for code, chain in before.items()}
        if waybill.redirected
        else before
    )
    listed = list_there(state, (giver, to, log), before, waybill, named).codes if past.lists is None else None
    if listed:
        more = state.families.of({*listed} - histories.keys(), heard=frozenset({log, parts[0].log}))
        histories = histories | more
        before |= chains_then(parts, more, state.roots, past.replaced)[0]
    beside = {event.leaf: event for event in past.others}
    for event in {e.leaf: e for events in histories.values() for e in events if e.type == "handover"}.values():
        told = (event.body["from"], event.body["to"], event.body["bast"])
        if event.log != log and event.leaf not in own and told == (giver, to, number):
            beside.setdefault(event.leaf, event)
    others = standing(state, beside.values())
    looks = [look.body for look in looks_of(parts, histories)]
    around = around_then(
        parts,
        before,
        places,
        others=others,
        moved=_moved(histories, beside, state.roots) if others else (),
        log=log,
        listed=listed,
        paper=waybill.items,
        met_giver=past.met_giver,
        logs=state.held,
        events=[event for events in histories.values() for event in events],
    )
    around = replace(
        around,
        unmatched=unmatched,
        papers=past.papers.named,
        received={*around.received, *past.papers.refs},
    )
    return handover_facts([part.body for part in parts], looks, around, places), then


def _add_families(state: State, histories: dict[str, list[Event]], parts: Sequence[Event]) -> None:
    """Add the histories of what things beyond a list were packed in: what is inside a listed thing is on the list."""
    codes = {code for part in parts for code in part.beyond}
    parents = {
        str(event.body["parent"]) for code in codes for event in histories.get(code, ()) if event.type == "pack"
    } - histories.keys()
    histories |= state.families.of(parents) if parents else {}


def _moved(histories: Mapping[str, Sequence[Event]], others: Container[str], roots: Roots) -> set[str]:
    """The items that moved by one of these records, seen or inside others."""
    return {
        code
        for code, events in histories.items()
        if any(link.event.leaf in others and link.has_moved for link in folded(code, events, roots).links)
    }


def _redirected(chain: Chain, redirected: Mapping[str, str]) -> Chain:
    return replace(chain, item=bound_for({chain.code: chain.item}, redirected)[chain.code]) if chain.item else chain
