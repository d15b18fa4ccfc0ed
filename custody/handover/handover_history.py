"""What was known around a handover when it was recorded, found in the records themselves, at any station, later too."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from custody.chain.findings import moment
from custody.chain.held import Held
from custody.chain.item_state import has_no_station
from custody.chain.order import causal_order
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.handover_facts import (
    Around,
    bound_here,
    expected_tops,
    inside_paper,
    is_own_number,
    stated,
    with_giver,
)
from custody.plan.places import Place

if TYPE_CHECKING:
    from custody.chain.chain import Chain


def known_then(code: str, records: Sequence[Event], events: Collection[Event]) -> list[Event]:
    """Those of an item's events that had been recorded when a handover was, with its own session.

    What its station knew comes first: its log, what the record refers to, and what those knew. What knew of the record
    came later. The rest neither knew of the other, and goes by clocks.

    Args:
        records: all its parts, in order; those that name the item say what was known of it, all where none does.
    """
    told = [record for record in records if code in record.named] or records
    last = told[-1]
    at, order = moment(last.at), causal_order({event.leaf: event for event in (*events, *told)}.values())
    session = last.log, last.body["id"]
    return [
        event
        for event in events
        if (event.log, event.body["id"]) == session
        or order.is_before(event, last)
        or (moment(event.at) <= at and not order.is_before(last, event))
    ]


def before_then(
    code: str, records: Sequence[Event], events: Collection[Event], replaced: Sequence[Event] = ()
) -> list[Event]:
    """An item's events as of a handover, without its own records and those that these say rightly.

    Args:
        replaced: the withdrawn records that these say rightly, the first ones first: what was known then counts.
    """
    left_out = {event.leaf for event in (*records, *replaced)}
    return [event for event in known_then(code, first_said(records, replaced), events) if event.leaf not in left_out]


def replaced_by(
    records: Iterable[Event], corrections: Collection[Event], find: Callable[[str], Event | None]
) -> list[Event]:
    """The withdrawn handovers that these records say rightly, and those that these replaced, the first ones first."""
    found: dict[str, Event] = {}
    own = newest = {record.leaf: record.log for record in records}
    while newest:
        said = {
            event.body["target"]
            for event in corrections
            if any(newest.get(leaf) == event.log for leaf in event.body["corrective"])
        }
        events = [event for leaf in said - found.keys() - own.keys() if (event := find(leaf)) is not None]
        events = sorted((event for event in events if event.type == "handover"), key=lambda event: event.seq)
        found = {event.leaf: event for event in events} | found
        newest = {event.leaf: event.log for event in events}
    return list(found.values())


def first_said(records: Sequence[Event], replaced: Sequence[Event]) -> Sequence[Event]:
    """The records at whose moment and place a handover stands: its own, or the withdrawn ones that it first had.

    Args:
        replaced: the withdrawn records that these say rightly, the first ones first; empty: they correct none.
    """
    if not replaced:
        return records
    first = replaced[0]
    same = (first.log, first.body["id"], first.body["bast"])
    return [event for event in replaced if (event.log, event.body["id"], event.body["bast"]) == same]


def looks_of(records: Sequence[Event], histories: Mapping[str, Sequence[Event]]) -> list[Event]:
    """The looks at conditions that a handover's own session recorded, in order.

    Args:
        histories: by code, every known event of the item.
    """
    session = records[0].log, records[0].body["id"]
    found = {
        event.leaf: event
        for events in histories.values()
        for event in events
        if event.type == "inspect" and (event.log, event.body["id"]) == session
    }
    return sorted(found.values(), key=lambda event: event.seq)


def around_then(
    records: Sequence[Event],
    chains: "Mapping[str, Chain]",
    places: Mapping[str, Place],
    *,
    others: Sequence[Event] = (),
    moved: Collection[str] = (),
    log: str = "",
    listed: Collection[str] | None = None,
    paper: Mapping[str, Item] | None = None,
    met_giver: bool = True,
    logs: Held | None = None,
    events: Iterable[Event] = (),
) -> Around:
    """What is known around a recorded handover, as of then.

    Args:
        records: all its parts, in order.
        chains: as of then and without its records, of each item that it names, of what is in these and around them,
            and of each that might have been expected.
        others: the records of other laptops under the same number, as they are known now.
        moved: the codes that these moved, by the chains as they are now.
        log: where they stand, if that is not their own log: they correct what another one recorded.
        listed: what the other side's record of this handover lists, where nobody of its own side does.
        paper: what papers that had been read then said was to come and no record here tells of.
        met_giver: whether the giver's own log is here.
        logs: how much is held of the logs that count; None: the station is alone.
        events: all that is known now of the items, by which it is seen how far these logs knew the records.
    """
    first, log = records[0].body, log or records[0].log
    giver, to, number = (str(first[name]) for name in ("from", "to", "bast"))
    received = {code: chain for code, chain in _recorded(chains, giver, to, log).items() if chain.item}
    is_listed = stated([*(record.body for record in records), *(event.body for event in others)]) is not None
    tops = () if is_listed else expected_tops(first, places)
    held = {code: chain.item for code, chain in chains.items() if chain.item is not None}
    before, told = dict(held), dict[str, None]()
    elsewhere = {*moved, *(code for event in others for code in event.rows)}
    for code, chain in received.items():
        if not chain.is_to_come(giver, to, log):
            continue
        before[code] = with_giver(held[code], giver)
        is_done = any(link.event.body.get("bast") == number for link in chain.links if not link.is_withdrawn)
        elsewhere.add(code) if is_done else told.update({code: None})
    named = {**(paper := paper or {}), **inside_paper(paper, held, tops, places)}
    foretold = {code: before.get(code) or with_giver(item, giver) for code, item in named.items()}
    to_go = [*bound_here(before.values(), giver, tops, places), *foretold, *told] if tops else []
    if listed is not None:
        listed = still_meant(listed, before, to, [code for record in records for code in record.rows])
    return Around(
        held,
        before | foretold,
        dict.fromkeys(to_go),
        [event.body for event in others],
        elsewhere,
        met_giver,
        met_giver and (is_own_number(log, number) or _has_all(records, logs, events, places)),
        listed,
        received=received,
    )


def _has_all(records: Sequence[Event], logs: Held | None, events: Iterable[Event], places: Mapping[str, Place]) -> bool:
    """Whether no further record under the number of a handover is to come: each log of its two places (where one is a
    truck, each log), and one besides its own, is held up to a record that was made knowing these.
    """
    if logs is None:
        return False
    first, way = records[0], (records[0].body["from"], records[0].body["to"])
    is_anywhere = any(has_no_station(places, end) for end in way)
    there = {log for place in (logs.logs if is_anywhere else way) for log in logs.logs.get(place, ())}
    order = causal_order({event.leaf: event for event in (*events, *records)}.values())
    return bool(there - {first.log}) and logs.is_past(records, None if is_anywhere else [way], order, places)


# --- The list that the other side's record of a handover states: a receipt of it expects that, and derives nothing ----


class Sent(NamedTuple):
    """Which handover of another log: the log, its session and its BAST number."""

    log: str
    id: str
    bast: str


def sent_by(record: Body) -> Sent:
    """The handover that a record is a part of."""
    return Sent(str(record["log"]), str(record["id"]), str(record["bast"]))


def waiting_in(chains: "Mapping[str, Chain]", giver: str, to: str, log: str) -> dict[str, Event]:
    """The newest record of other logs by which each thing came, of those that `log` has not confirmed; by code."""
    return {
        code: [
            link.event
            for link in chain.links
            if (link.from_, link.to) == (giver, to) and link.event.log != log and not link.is_withdrawn
        ][-1]
        for code, chain in _recorded(chains, giver, to, log).items()
    }


def _recorded(chains: "Mapping[str, Chain]", giver: str, to: str, log: str) -> "dict[str, Chain]":
    """The chains of what another log recorded as gone this way, and `log` has not (`Chain.is_recorded`)."""
    return {code: chain for code, chain in chains.items() if chain.is_recorded(giver, to, log)}


def confirmed(waiting: Mapping[str, Sent], scanned: Collection[str]) -> set[Sent]:
    """The handovers that a receipt confirms: those by which something came that was scanned; before the first scan all.

    Args:
        waiting: by code, the handover by which a thing came that the receiver has not confirmed.
        scanned: the codes that were taken or refused.
    """
    return {waiting[code] for code in scanned if code in waiting} if scanned else set(waiting.values())


def listed_there(records: Iterable[Body]) -> dict[str, None] | None:
    """The codes that by these records of the other side were to go; None where one of them states no list: what was to
    go in that one follows from plan and events.
    """
    records = list(records)
    return stated(records) if all(body.get("meant") is not None for body in records) else None


def still_meant(codes: Iterable[str], before: Mapping[str, Item], to: str, scanned: Collection[str]) -> list[str]:
    """Those of these codes that the receiver does not have by an earlier record, or that are offered again."""
    again = frozenset(scanned)
    return [code for code in codes if code in again or code not in before or before[code].held_by != to]
