"""Deliveries, obstacles and readiness of places, from their records.

Each is a pure function of the events of its type and of their corrections, whatever order they arrive in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.chain.corrections import Roots, in_place_of, withdrawals
from custody.chain.order import causal_order
from custody.format.event_types import Body
from custody.format.events import Event


def in_force(events: Iterable[Event], roots: Roots = frozenset()) -> list[Event]:
    """The events that stand, each after all that its station knew; what no knowledge orders, by leaf digest.

    An event that says a withdrawn one rightly comes where that one stood.

    Args:
        events: of any types but those that items' chains follow from, and the corrections of them.
        roots: the logs of the election's root, which may withdraw any record.
    """
    unique = {event.leaf: event for event in events}
    withdrawn, _foreign = withdrawals(unique, roots)
    left_out = {leaf for leaf, event in unique.items() if leaf in withdrawn or event.type == "correct"}
    order = causal_order((unique | in_place_of(unique, withdrawn)).values(), left_out)
    standing = []
    while ready := order.ready():
        event = min(ready, key=lambda event: event.leaf)
        order.take(event)
        standing.append(unique[event.leaf])
    return standing


# --- deliveries ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivered:
    """What has come of one contract and kind to one place, over all deliveries; counts of pieces.

    `contracted` is None where no paper said it. `contracts_differ`: the papers say different totals; the newest holds.
    """

    place: str
    vendor: str
    contract: str
    kind: str
    contracted: int | None
    arrived: int
    damaged: int
    events: tuple[Event, ...]
    contracts_differ: bool = False

    @property
    def good(self) -> int:
        """What arrived and is not damaged."""
        return self.arrived - self.damaged

    @property
    def to_come(self) -> int | None:
        """How many the contract still owes; None where its total is not known."""
        return None if self.contracted is None else max(self.contracted - self.arrived, 0)

    @property
    def beyond(self) -> int:
        """How many came beyond the contract."""
        return 0 if self.contracted is None else max(self.arrived - self.contracted, 0)


@dataclass(frozen=True, slots=True)
class Supply:
    """What a place needs of a kind, what came, and what is missing: `short` = need - (arrived - damaged), at least 0.

    `to_come` is what contracts still owe; None where one of them does not say. `uncovered` is what stays short when all
    of that has come without damage.
    """

    kind: str
    need: int
    arrived: int
    damaged: int
    to_come: int | None

    @property
    def short(self) -> int:
        return max(self.need - (self.arrived - self.damaged), 0)

    @property
    def uncovered(self) -> int | None:
        return None if self.to_come is None else max(self.short - self.to_come, 0)


def deliveries(events: Iterable[Event], roots: Roots = frozenset()) -> list[Delivered]:
    """What vendors have delivered, summed over their deliveries; by place, kind, vendor and contract.

    Args:
        events: every known `delivery` and the corrections of them, in any order; others do no harm.
    """
    groups: dict[tuple[str, str, str, str], list[Event]] = {}
    for event in in_force(of_types(events, "delivery"), roots):
        body = event.body
        groups.setdefault((body["place"], body["kind"], body["vendor"], body["contract"]), []).append(event)
    rows = []
    for (place, kind, vendor, contract), found in sorted(groups.items()):
        totals = [event.body["contracted"] for event in found if event.body["contracted"] is not None]
        arrived, damaged = (sum(event.body[name] for event in found) for name in ("arrived", "damaged"))
        rows.append(
            Delivered(
                place,
                vendor,
                contract,
                kind,
                totals[-1] if totals else None,
                arrived,
                damaged,
                tuple(found),
                contracts_differ=len(set(totals)) > 1,
            )
        )
    return rows


def supply(rows: Iterable[Delivered], needs: Mapping[str, int]) -> list[Supply]:
    """What is needed against what came, by kind; kinds that nobody needs come too, with a need of 0.

    Args:
        needs: how many of each kind the place needs, with all below it.
    """
    by_kind: dict[str, list[Delivered]] = {kind: [] for kind in needs}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    found = []
    for kind, delivered in sorted(by_kind.items()):
        owed = [row.to_come for row in delivered]
        known = [count for count in owed if count is not None]
        to_come = sum(known) if len(known) == len(owed) else None
        arrived, damaged = sum(row.arrived for row in delivered), sum(row.damaged for row in delivered)
        found.append(Supply(kind, needs.get(kind, 0), arrived, damaged, to_come))
    return found


# --- obstacles ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Incident:
    """An obstacle: the event that opened it and the one that closed it, None while it is open.

    `opened` is None where only its closing is known: the log that opened it has not been met.
    """

    opened: Event | None
    closed: Event | None

    @property
    def is_open(self) -> bool:
        return self.closed is None

    @property
    def body(self) -> Body:
        """Place, stage, items and text as they were recorded when it was opened."""
        told = self.opened or self.closed
        assert told is not None
        return told.body


def incidents(events: Iterable[Event], roots: Roots = frozenset()) -> list[Incident]:
    """Every obstacle, the open ones first, each in the order in which they were opened. The first closing holds."""
    standing = in_force(of_types(events, "incident"), roots)
    closing: dict[str, Event] = {}
    strays = []
    for event in standing:
        if event.body["action"] == "close":
            if event.body["opened"] is None:
                strays.append(event)
            else:
                closing.setdefault(event.body["opened"], event)
    opened = {event.leaf: event for event in standing if event.body["action"] == "open"}
    found = [Incident(event, closing.get(leaf)) for leaf, event in opened.items()]
    found += [Incident(None, event) for leaf, event in closing.items() if leaf not in opened]
    found += [Incident(None, event) for event in strays]
    return sorted(found, key=lambda incident: not incident.is_open)


# --- readiness ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readiness:
    """The newest checklist of one kind at one place. `missing` are the answers that are not yes."""

    place: str
    about: str
    event: Event

    @property
    def missing(self) -> tuple[Body, ...]:
        return tuple(answer for answer in self.event.body["answers"] if answer["answer"] != "yes")

    @property
    def is_ready(self) -> bool:
        """Whether everything asked was answered with yes, and something was."""
        return bool(self.event.body["answers"]) and not self.missing


def readiness(events: Iterable[Event], roots: Roots = frozenset()) -> list[Readiness]:
    """How each place stands by its newest checklist of each name, in the order of places and names.

    Newest is by what stations knew; of two that knew nothing of each other the one with an answer that is not yes
    holds, for somebody saw that.
    """
    newest: dict[tuple[str, str], Event] = {}
    events = of_types(events, "checklist")
    order = causal_order(events)
    for event in in_force(events, roots):
        key = (event.body["place"], event.body["about"])
        before = newest.get(key)
        if before is not None and not order.is_before(before, event):
            ready = {e.leaf: Readiness(*key, e).is_ready for e in (before, event)}
            if ready[event.leaf] and not ready[before.leaf]:
                continue
        newest[key] = event
    return [Readiness(place, about, event) for (place, about), event in sorted(newest.items())]


def of_types(events: Iterable[Event], *types: str) -> list[Event]:
    """The events of these types, and the corrections."""
    return [event for event in events if event.type in (*types, "correct")]
