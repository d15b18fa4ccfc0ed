"""What is wrong with what comes at a handover. Records nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import islice
from typing import NamedTuple

from custody.chain.chain import Chain
from custody.chain.findings import (
    Finding,
    beyond_paper,
    judge_against_load,
    judge_condition,
    judge_label,
    judge_scan,
    late_entry,
    wrong_destination,
)
from custody.chain.linking import bound_for
from custody.chain.seals import judge_seals
from custody.compose.compose import Handover, NewEvent, Ref, Touch, apart, handover_events
from custody.format.codes import ItemLabel
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.counting import counted
from custody.handover.handover_facts import HandoverFacts, ToGo, handover_facts
from custody.handover.waybill import Waybill
from custody.plan.dues import came_late
from custody.plan.places import Place, goes_astray, is_under
from db.handover_lookup import unlabelled
from db.store import Store
from services.scanning.handover_context import around_now, meant_now, receipts, waybill_for
from services.scanning.handover_past import beside_strangers


class Weighed(NamedTuple):
    """A handover as it would be recorded: its events, what they say of it, and all that is wrong with it."""

    new: list[NewEvent]
    facts: HandoverFacts
    findings: list[Finding]


class Verdict(NamedTuple):
    """What is known of one scanned label, None where nothing is, and what is wrong with handing it over so.

    It hangs on the ledger, the papers, the label and the handover, on no other label. `own` are the findings about the
    thing itself, `inside` those about what moves inside it, by code, `beyond` those by papers and by what is to go.
    """

    label: ItemLabel
    item: Item | None
    own: tuple[Finding, ...]
    inside: Mapping[str, Finding]
    beyond: tuple[Finding, ...] = ()


Judge = Callable[[Sequence[ItemLabel]], Sequence[Verdict]]
"""Gives the verdict on each of some labels."""


def together(verdicts: Sequence[Verdict]) -> tuple[dict[str, Item], list[Finding]]:
    """What is known of all these scanned things, by code, and what is wrong with them; each thing inside others once,
    and what was scanned itself by its own verdict.
    """
    items = {verdict.label.code: verdict.item for verdict in verdicts if verdict.item is not None}
    inside = {code: finding for verdict in verdicts for code, finding in verdict.inside.items() if code not in items}
    found = [finding for verdict in verdicts for finding in verdict.own]
    return items, [*found, *inside.values(), *(finding for verdict in verdicts for finding in verdict.beyond)]


def wrong_by_item(findings: Iterable[Finding]) -> dict[str | None, set[str]]:
    """The codes of the findings about each item, but for those that are for information."""
    found: dict[str | None, set[str]] = {}
    for finding in findings:
        if finding.severity != "info":
            found.setdefault(finding.item, set()).add(finding.code)
    return found


def judge_labels(store: Store, labels: Sequence[ItemLabel], handover: Handover) -> list[Verdict]:
    """What is known of each of many scanned labels, and all that is wrong with handing it over so."""
    store.state.places.refresh()
    waybill = waybill_for(store, handover)
    verdicts = _judge_items(store, labels, handover, waybill)
    items = {verdict.label.code: verdict.item for verdict in verdicts if verdict.item is not None}
    beyond: dict[str, list[Finding]] = {}
    if named := waybill.named:
        received = receipts(store, items.values(), handover.giver, handover.to).keys() | waybill.refs.keys()
        for finding in beyond_paper((label.code for label in labels), named, received, items, handover.giver):
            beyond.setdefault(finding.item or "", []).append(finding)
    if handover.load or handover.kinds:
        listed, kinds = frozenset(handover.load), frozenset(handover.kinds)

        def is_to_go(item: Item) -> bool:
            return item.code in listed or item.kind in kinds

        for label in labels:
            if (
                label.code not in listed
                and (not kinds or label.code in items)
                and not (label.code in items and store.state.contents.is_in_or_inside(items[label.code], is_to_go))
            ):
                finding = judge_against_load(label.code, handover.phase, kinds)
                beyond.setdefault(label.code, []).append(finding)
    return [verdict._replace(beyond=tuple(beyond.get(verdict.label.code, ()))) for verdict in verdicts]


def _judge_items(store: Store, labels: Sequence[ItemLabel], handover: Handover, waybill: Waybill) -> list[Verdict]:
    """The same, but for what papers and a list of what is to go say of them."""
    items = bound_for(store.state.items_of(label.code for label in labels), waybill.redirected)
    blanks = store.state.blanks(label.code for label in labels if label.code not in items)
    received = receipts(store, items.values(), handover.giver, handover.to).keys() | waybill.refs.keys()
    has_met, rules = store.state.has_met(handover.giver), store.state.need_rules()
    is_alone, places = store.state.held is None, store.state.places
    places.refresh()

    def judge(label: ItemLabel) -> list[Finding]:
        item = items.get(label.code)
        needs = rules.where(item.to) if item else None
        found = judge_scan(
            item,
            label,
            places,
            giver=handover.giver,
            to=handover.to,
            bound=handover.bound,
            met_giver=has_met,
            is_alone=is_alone,
            is_recorded=label.code in received,
            blank=blanks.get(label.code),
            needs=needs.by_level if needs else {},
            must_be_sealed=bool(item and needs and item.kind in needs.sealed_kinds),
        )  # of a code that its own giver's paper names, it is known what it is
        return [finding for finding in found if finding.code != "UNKNOWN_CODE" or label.code not in waybill.refs]

    judged = [judge(label) for label in labels]
    settled = iter(beside_strangers(store, _foretold(store, [one for some in judged for one in some]), handover.giver))
    inside = _inside_each(store, items)
    return [
        Verdict(
            label,
            items.get(label.code),
            tuple(islice(settled, len(found))),
            {
                code: wrong_destination(places, code, item.to, handover.to, handover.bound)
                for code, item in inside.get(label.code, {}).items()
                if goes_astray(places, item.to, handover.to, handover.bound)
            },
        )
        for label, found in zip(labels, judged, strict=True)
    ]


def _inside_each(store: Store, items: Mapping[str, Item]) -> dict[str, dict[str, Item]]:
    """What moves inside each of these things that has anything inside, by code; what was scanned itself, too."""
    known = {**items, **store.state.contents.carried(items)}
    outer: set[str] = set()
    for item in known.values():
        parent = item.parent
        while parent in known and parent not in outer:
            outer.add(parent)
            parent = known[parent].parent
    return {code: store.state.contents.carried({code: items[code]}) for code in items.keys() & outer}


def _foretold(store: Store, found: list[Finding]) -> list[Finding]:
    """The same, those as foretold whose item came here as a paper said, before anything is registered here."""
    unknown = [finding.item for finding in found if finding.code == "UNKNOWN_CODE" and finding.item]
    if not unknown or not store.state.is_bare:
        return found
    told = {
        chain.code for chain in store.state.chains(unknown) if any(finding.is_foretold for finding in chain.findings)
    }
    return [
        replace(finding, is_foretold=True) if finding.code == "UNKNOWN_CODE" and finding.item in told else finding
        for finding in found
    ]


def _judge_refused(store: Store, handover: Handover, waybill: Waybill) -> list[Finding]:
    """What is wrong with the labels of what the receiver did not take; it stays where it is."""
    if not handover.refused:
        return []
    items = store.state.items_of(touch.code for touch in handover.refused)
    has_met = store.state.has_met(handover.giver)
    return _foretold(
        store,
        [
            finding
            for touch in handover.refused
            for finding in judge_label(items.get(touch.code), ItemLabel(touch.code, touch.print), met_giver=has_met)
            if finding.code != "UNKNOWN_CODE" or touch.code not in waybill.refs
        ],
    )


def _carried(store: Store, items: Mapping[str, Item]) -> dict[str, Item]:
    """What moves inside these things and was not scanned itself: assumed, not seen; by code."""
    inside = store.state.contents.carried(items)
    return {code: item for code, item in inside.items() if code not in items}


def foresee(
    store: Store, handover: Handover, touches: Sequence[Touch], *, now: str, judge: Judge | None = None
) -> Weighed:
    """What would be recorded now, what it would say, and all that would be found."""
    store.state.places.refresh()
    handover, touches = apart(handover, touches)
    waybill = waybill_for(store, handover)
    return weigh(store, handover, touches, {}, waybill, bast=handover.number, now=now, judge=judge)


def weigh(
    store: Store,
    handover: Handover,
    touches: Sequence[Touch],
    latest: Mapping[str, Ref],
    waybill: Waybill,
    *,
    bast: str,
    now: str,
    judge: Judge | None = None,
) -> Weighed:
    """The events of a handover before they are recorded, what they say of it, and all that is wrong with it.

    Args:
        latest: the newest record that is known of each item, which the events come after.
        waybill: what papers say is to come.
        judge: has verdicts on labels that were kept, each as it is now; None: they are judged here.
    """
    labels = [ItemLabel(touch.code, touch.print) for touch in touches]
    verdicts = judge(labels) if judge else _judge_items(store, labels, handover, waybill)
    items, found = together([verdict._replace(beyond=()) for verdict in verdicts])  # that is in the handover's facts
    found += _judge_refused(store, handover, waybill)
    offered = [touch.code for touch in (*touches, *handover.refused)]
    refused = store.state.items_of(touch.code for touch in handover.refused)
    around = around_now(
        store, replace(handover, number=bast), [*offered, *_carried(store, {**items, **refused})], offered
    )
    to = {code: around.before[code].to for code in offered if code in around.before}
    meant = meant_now(store, handover, around, offered)
    handover = replace(handover, phase=meant.phase, kinds=meant.kinds)
    new = handover_events(handover, touches, latest, bast=bast, destinations=to, meant=meant.codes)
    bodies = [{**event.fields} for event in new if event.type == "handover"]
    for body in bodies:
        del body["expected"]  # it is what follows from them
    looks = [event.fields for event in new if event.type == "inspect"]
    own, happened = store.ledger.require_own_row(), handover.occurred or now
    if any(body["extras"] for body in bodies):
        drafted = [counted(body, own.name, happened, seq=seq) for seq, body in enumerate(bodies, own.size + 1)]
        around = replace(around, unmatched=unlabelled(store.state, drafted))
    facts = handover_facts(bodies, looks, around, store.state.places)
    new = [_with_numbers(event, facts.to_go) for event in new]
    found += beside_strangers(store, list(facts.findings), handover.giver)
    found += waybill.findings
    for code, condition in handover.conditions.items():
        found += judge_condition(code, condition)
    uses = store.state.seals.of(handover.seals) if handover.seals else {}
    for code, look in handover.seals.items():
        on = [row.serial for row in uses.get(code, ()) if row.fate == "on"]
        found += judge_seals(code, on, look.serials, look.result, is_met=store.state.has_met(handover.giver))
    things = {**around.before, **{item.code: item for item in facts.carried}}
    seen = {*offered, *(item.code for item in facts.carried)}
    found += _judge_time(store, {code: things.get(code) for code in seen}, handover, happened)
    return Weighed(new, facts, found)


def _with_numbers(event: NewEvent, to_go: ToGo | None) -> NewEvent:
    """The same event; of a handover, with how much was to go in it."""
    if event.type != "handover" or to_go is None:
        return event
    return replace(event, fields={**event.fields, "expected": asdict(to_go)})


def _judge_time(store: Store, things: Mapping[str, Item | None], handover: Handover, happened: str) -> list[Finding]:
    """That something comes after it was due there, said once, of what was due first; and that it is keyed in later."""
    late: list[Finding] = []
    places = store.state.places  # a few are asked for; all of a province would take longer than all else here
    if (place := places.get(handover.to)) is not None:
        dues = store.state.plan.dues(places)
        due = {
            code: dues.at(place, item.kind if item else "", item.to if item else "") for code, item in things.items()
        }
        past = {code: told for code, told in due.items() if told is not None and told.is_past(happened)}
        for chain in store.state.chains(_may_have_been(store, past, handover.to)) if past else ():
            if _has_been(chain, handover, places):
                del past[chain.code]  # the way back is never late
        first = min(past.values(), default=None if things else dues.at(place, "", ""))
        late = came_late(place, first, happened)
    return [*late, late_entry(happened)] if handover.occurred is not None else late


def _may_have_been(store: Store, codes: Collection[str], to: str) -> list[str]:
    """Those of these things of which some record says that they came to a place or below it, whether it counts or not;
    asked of the records, once of each thing, for folding hundreds of chains takes longer than all else here.
    """
    places, known = store.state.places, dict[str, bool]()

    def is_there(custodian: str) -> bool:
        if custodian not in known:
            known[custodian] = is_under(places, custodian, to)
        return known[custodian]

    def says_so(event: Event) -> bool:
        custodian = event.body.get({"register": "held_by", "handover": "to"}.get(event.type, ""))
        return custodian is not None and is_there(custodian)

    told: dict[str, bool] = store.ledger.memory.remember(f"may have been: {to}", dict)
    new = store.state.families.of((code for code in codes if code not in told), with_strangers=True)
    told |= {code: any(map(says_so, events)) for code, events in new.items()}
    return [code for code in codes if told[code]]


def _has_been(chain: Chain, handover: Handover, places: Mapping[str, Place]) -> bool:
    moves = [link for link in chain.links if link.has_moved and link.event.type == "handover"]
    if moves and chain.held_by == handover.to and (moves[-1].from_, moves[-1].to) == (handover.giver, handover.to):
        moves.pop()  # the other side's record of this very handover
    return any(link.to is not None and is_under(places, link.to, handover.to) for link in moves)
