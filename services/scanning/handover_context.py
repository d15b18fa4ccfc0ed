"""What a ledger knows around a handover, which `custody.handover.handover_facts` takes beside its records.

Before it is recorded that is in the tables of the present state; `custody.handover.handover_history` finds the same in
the records.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from custody.chain.chain import Chain, custody
from custody.chain.linking import bound_for
from custody.compose.compose import Handover
from custody.format.item_facts import Item
from custody.handover.handover_facts import (
    Around,
    bound_here,
    expected_items,
    expected_tops,
    in_order,
    inside_paper,
    is_own_number,
    stated,
    with_giver,
)
from custody.handover.handover_history import still_meant
from custody.handover.waybill import NOTHING, Waybill, is_below
from custody.plan.deliveries import DELIVERIES
from custody.plan.field import deliveries
from custody.plan.phases import NotCome, not_come, not_there
from custody.plan.places import Place, is_carrier
from db.handover_lookup import list_there, loaded_as, numbered_alike
from db.log.memory import Mark
from db.state.plan_counts import goods_of
from db.state.queries import State
from db.store import Store


def around_now(store: Store, handover: Handover, offered: Iterable[str] = (), scanned: Collection[str] = ()) -> Around:
    """Return what is known around a handover, by the ledger and the papers as they are now.

    Args:
        offered: the codes of what was scanned, and of what is inside it.
        scanned: the codes of what was scanned alone.
    """
    state, giver, to = store.state, handover.giver, handover.to
    others = numbered_alike(state, handover.number, giver, to) if handover.number else []
    lists = stated(event.body for event in others)
    is_listed = bool(handover.load) or (lists is not None and not handover.kinds)
    tops = () if is_listed else tops_of(handover, state.places)
    papers = waybill_for(store, handover)
    waybill = NOTHING if is_listed else papers
    stock = _stock(state, giver, tops, papers.redirected)
    known = state.items_of({*offered, *handover.load, *(lists or ())} - stock.keys())
    there = {item.code: item for item in known.values() if item.held_by == to}
    if not is_listed and state.stations.places_met() is not None:
        there |= {item.code: item for item in state.brought_by_others(to, store.ledger.own_log().id)}
    chains, own = receipts(store, there.values(), giver, to), store.ledger.own_row()
    said = list_there(state, (giver, to, own.name if own else ""), chains, waybill, scanned)
    listed = said.codes
    if listed:
        more = state.items_of({*listed} - {*stock, *there})
        known |= more
        chains |= receipts(store, more.values(), giver, to)
    received = {*chains, *papers.refs}
    if own:
        chains = {code: chain for code, chain in chains.items() if chain.is_to_come(giver, to, own.name)}
    paper = {**waybill.items}
    if paper:
        paper |= inside_paper(paper, {**paper, **state.contents.carried(paper)}, tops, state.places)
    done = {code for code, chain in chains.items() if moved_by(chain, [e.leaf for e in others], handover.number)}
    held = bound_for({**paper, **known, **stock, **there}, papers.redirected)
    if handover.load:
        _add_outer(state, held)
    before = held | {code: with_giver(held[code], giver) for code in (*paper, *chains) if code not in stock}
    on_paper = (item.code for item in in_order(paper.values()) if item.code not in stock)
    to_go = [*stock, *on_paper, *(code for code in chains if code not in done)]
    to_go += bound_here((before[code] for code in done), giver, tops, state.places)
    elsewhere = done.union(code for event in others for code in event.rows)
    has_met, to_be_named = state.has_met(giver), (said.phase, said.kinds)
    if said.codes is None and not is_listed and is_carrier(state.places, giver):
        to_be_named = loaded_as(state, giver, [before[code] for code in to_go if code in before], waybill)
    is_alone = not handover.number or (own and is_own_number(own.name, handover.number))
    return Around(
        held,
        before,
        dict.fromkeys(to_go),
        [event.body for event in others],
        elsewhere,
        has_met,
        has_met and bool(is_alone),
        None if listed is None else still_meant(listed, before, to, scanned),
        said.may_change,
        *to_be_named,
        papers=papers.named,
        received=received,
    )


def _stock(state: State, giver: str, tops: Sequence[str], redirected: Mapping[str, str]) -> dict[str, Item]:
    """What the giver holds for these places or below, by code; what goes elsewhere by now is left out."""
    stock = {item.code: item for item in state.expected(giver, tops)} if tops else {}
    if not redirected:
        return stock
    return {code: item for code, item in bound_for(stock, redirected).items() if is_below(state.places, item.to, tops)}


def receipts(store: Store, items: Iterable[Item], giver: str, to: str) -> dict[str, Chain]:
    """The chains of those items whose handover another log has recorded already, so that ours confirms it."""
    arrived = [item.code for item in items if item.held_by == to]
    if not arrived or store.state.stations.places_met() is None:
        return {}
    own = store.ledger.own_log().name
    chains = (
        custody(code, events, roots=store.state.roots) for code, events in store.state.families.of(arrived).items()
    )
    return {chain.code: chain for chain in chains if chain.is_recorded(giver, to, own)}


def ends_of(handover: Handover) -> dict[str, Any]:
    """Who gives, who receives and where a carrier goes, as a record has them."""
    return {"from": handover.giver, "to": handover.to, "bound": handover.bound}


def tops_of(handover: Handover, places: Mapping[str, Place]) -> tuple[str, ...]:
    """The places whose items a handover is for."""
    return expected_tops(ends_of(handover), places)


def _add_outer(state: State, held: dict[str, Item]) -> None:
    """Add what these things are packed in, at any depth: what is inside a listed thing is on the list."""
    while wanted := {item.parent for item in held.values() if item.parent} - held.keys():
        found = state.items_of(wanted)
        if not found:
            return
        held |= found


class Meant(NamedTuple):
    """What is to go in a handover by its own record: the codes, None where it states no list; phase and kinds, empty
    where it names none; and, by code, what is there on paper alone, for no vendor has brought it yet.
    """

    codes: list[str] | None = None
    phase: str = ""
    kinds: tuple[str, ...] = ()
    not_yet: Mapping[str, Item] = MappingProxyType({})


def meant_now(store: Store, handover: Handover, around: Around, offered: Collection[str] = ()) -> Meant:
    """What is to go in a handover, as its record will state it.

    Of a list that somebody made, all that it names, but for what went to the receiver before and is not offered again.
    Where phase or kinds were said, or a plan has phases, all of these kinds that would be expected without a list and
    that has come. A receipt of whom nobody said anything goes by the list of the other side's record.
    """
    phase, kinds, before = handover.phase, handover.kinds, around.before
    if handover.load:
        return Meant(still_meant(dict.fromkeys(handover.load), before, handover.to, offered))
    base: Iterable[str] | None = around.listed
    if base is not None and not kinds:
        return Meant(None, around.phase, around.kinds)
    if base is None and (kinds or stated(around.others) is None):
        base = expected_items(ends_of(handover), None, around, store.state.places)
    if base is None:
        return Meant(None, phase, kinds)
    base = [code for code in base if not kinds or code not in before or before[code].kind in ("", *kinds)]
    held = [item for code in base if (item := around.held.get(code)) and item.held_by == handover.giver]
    not_yet = not_there(held, offered, _not_come(store, handover.giver))
    if not kinds and not not_yet:
        return Meant(None, around.phase, around.kinds)
    codes = [code for code in base if code not in not_yet]
    there = {before[code].kind for code in (*codes, *offered) if code in before}
    return Meant(codes, phase, kinds or tuple(sorted(there - {""})), not_yet)


def _not_come(store: Store, giver: str) -> NotCome:
    """How much of each kind is registered at a place, and no vendor has brought it yet; nothing without phases."""
    state = store.state
    if not state.phases:
        return {}

    def count() -> NotCome:
        goods, stations = goods_of(state, giver), state.stations.now()
        if not any(kind.there for kind in goods.values()):
            return {}
        arrived = Counter[str]()
        events = (event for event in state.ledger.on_topic(DELIVERIES) if stations.stands(event))
        for row in deliveries(events, stations.roots):
            if row.place == giver:
                arrived[row.kind] += row.arrived
        return not_come(goods, arrived, state.phases)

    return state.ledger.memory.remember(f"not come: {giver}", count)


def moved_by(chain: Chain, leaves: Iterable[str], number: str) -> bool:
    """Whether one of these records, or one of that BAST number (empty: not shared), is in a chain and stands."""
    return any(
        link.event.leaf in leaves or (number and link.event.body.get("bast") == number)
        for link in chain.links
        if not link.is_withdrawn
    )


# --- What is to come at a handover, by the ledger and by the papers that were read ------------------------------------


class Expectation(NamedTuple):
    """What is to go in a handover, by code, None where nobody can know; and the codes of those of it that other laptops
    took or refused under the same number. `may_change`: whether it hangs on what is scanned next. `meant`: what the
    record would state. `received`: the codes that the other side's records or papers name. `is_listed`: whether
    somebody listed what is to go.
    """

    items: dict[str, Item] | None
    elsewhere: frozenset[str]
    may_change: bool = False
    meant: Meant = Meant()
    received: Collection[str] = ()
    is_listed: bool = False


def heard_mark(store: Store) -> tuple[Mark, int]:
    """Changes whenever a record or a paper has come, so that what was judged before may be judged otherwise now."""
    return store.ledger.memory.mark(), store.papers.count()


def expected_now(
    store: Store,
    giver: str,
    to: str,
    bound: Sequence[str] = (),
    *,
    load: Sequence[str] = (),
    number: str = "",
    kinds: Sequence[str] = (),
) -> list[Item] | None:
    """What is to go in a handover and has not gone by another laptop yet; None where this station cannot know.

    Args:
        load: the codes that are to go, where somebody has listed them; nothing else is expected then.
        number: a BAST number that several laptops share.
        kinds: the kinds that alone are to go, where somebody said so.
    """
    handover = Handover(giver, to, tuple(bound), load=tuple(load), number=number, kinds=tuple(kinds))
    found = expectation(store, handover)
    return None if found.items is None else [i for c, i in found.items.items() if c not in found.elsewhere]


def expectation(store: Store, handover: Handover, offered: Collection[str] = ()) -> Expectation:
    """What is to go in a handover as the ledger is now, in order.

    Args:
        offered: the codes of what has been scanned so far.
    """
    there = [*offered, *store.state.contents.carried(store.state.items_of(offered))] if offered else ()
    around = around_now(store, handover, there, offered)
    ends = ends_of(handover)
    own = meant_now(store, handover, around, offered)
    lists = stated(around.others)
    meant = around.listed if own.codes is None and lists is None else [*(own.codes or ()), *(lists or ())]
    items = expected_items(ends | {"kinds": own.kinds}, meant, around, store.state.places)
    elsewhere = frozenset(around.elsewhere) & (items or {}).keys()
    return Expectation(items, elsewhere, around.may_change, own, around.received, meant is not None)


def shows_receipt(store: Store, handover: Handover, item: Item | None, found: Expectation) -> bool:
    """Whether a thing that is scanned shows that another log recorded this handover, of which nobody had known."""
    if item is None or not handover.to or item.held_by != handover.to or item.code in found.received:
        return False
    return bool(receipts(store, [item], handover.giver, handover.to))


def waybill_for(store: Store, handover: Handover) -> Waybill:
    """What papers say is to come at this handover."""
    return store.papers.waybill(handover.giver, handover.to, tops_of(handover, store.state.places))
