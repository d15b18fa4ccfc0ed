"""Which of several handovers that no knowledge orders came first: the order in which custody breaks least.

A station that was offline knows only what came to it; the rest of the order is in the handovers themselves, where
one's `to` is another's `from`. Ties go by leaf digest, so every station finds the same order. Likewise a handover may
tell a destination that no other record here names: its station knew of it, and its record is still to come.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from custody.chain.findings import Finding, name_of
from custody.chain.item_state import Move, State
from custody.chain.order import Order
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.places import Place

Holders = tuple[str | None, ...]
Trip = tuple[str, tuple[str, ...]]
"""The leaf of the record that moved the item, and those of all records of this one handover."""
Trips = tuple[Trip, ...]
Taking = tuple[Event, bool]
"""A handover to take next, and whether as one that went there once more, though it could be a repeat."""
Cost = tuple[int, int]
"""How many links break, then how many moves it takes: of two orders without a break, the one is likelier in which a
second record is the receipt of a handover than the one in which the item went there twice. What was refused counts
once more where somebody else had it then: it was loaded first, though the station had not met that record."""

MAX_WAITING = 32
MAX_STEPS = 1000
"""Past these, which no honest item comes near, the next handover is the first whose giver holds the item."""


class _TooManyError(Exception):
    pass


class Linking:
    """The handovers of one item's family, and the ways to put those in order that still wait.

    `is_thorough`: whether to try also that what may be a repeat went there once more, or is a repeat of a later record.
    """

    def __init__(self, handovers: Sequence[Event], order: Order, *, is_thorough: bool = False) -> None:
        self._order, self._is_thorough = order, is_thorough
        self._all = {event.leaf: event for event in handovers}
        self._before = {e.leaf: {o.leaf for o in handovers if order.goes_first(o, e)} for e in handovers}
        self._gone_on = {e.leaf: {o for o in self._before[e.leaf] if gave_on(self._all[o], e)} for e in handovers}
        self._members: list[str] = []
        self._children: dict[int, list[int]] = {}
        self._steps = 0
        self._costs: dict[tuple[frozenset[str], Holders, frozenset[Trip], int], Cost] = {}

    def first(self, ready: Sequence[Event], waiting: Iterable[Event], states: Mapping[str, State]) -> Taking:
        """The one of `ready` to take next, and whether it went there once more, though it could be a repeat."""
        left, start = frozenset(event.leaf for event in waiting), self._stand(states)
        ready = sorted(ready, key=lambda event: event.leaf)
        repeats = (event for event in ready if self._repeated(event, left, *start) is not None)
        if not self._is_thorough and (repeat := next(repeats, None)) is not None:
            return repeat, False
        self._steps = len(self._costs)
        try:
            if len(left) > MAX_WAITING:
                raise _TooManyError
            for spare in range(len(left)) if self._is_thorough else (len(self._all),):
                cost, taking = self._best(ready, left, *start, spare)
                if cost[0] <= spare:
                    return taking
        except _TooManyError:
            pass
        return min(((event, False) for event in ready), key=lambda taking: self._step(taking, left, *start)[0])

    def _stand(self, states: Mapping[str, State]) -> tuple[Holders, Trips]:
        """Who holds what now, and the trips that are taken."""
        self._members = sorted(states)
        children = {
            i: [j for j, child in enumerate(self._members) if states[child].parent == parent]
            for i, parent in enumerate(self._members)
        }
        if children != self._children:
            self._children = children
            self._costs.clear()
        moves: dict[str, set[str]] = {}
        for move in (move for state in states.values() for move in state.moves):
            moves.setdefault(move.event.leaf, set()).update(event.leaf for event in move.logs.values())
        holders = tuple(states[member].known_holder for member in self._members)
        return holders, tuple((leaf, tuple(sorted(leaves))) for leaf, leaves in moves.items())

    def _cost(self, left: frozenset[str], holders: Holders, trips: Trips, spare: int) -> Cost:
        """The fewest breaks, and with them the fewest moves, with which what is left can follow; more breaks than there
        are records where it cannot follow with so few as `spare`.
        """
        found = self._costs.get(key := (left, holders, frozenset(trips), spare))
        if found is not None:
            return found
        if len(self._costs) > self._steps + MAX_STEPS:
            raise _TooManyError
        leaves = sorted(leaf for leaf in left if self._before[leaf].isdisjoint(left)) or sorted(left)[:1]
        best = self._best([self._all[leaf] for leaf in leaves], left, holders, trips, spare)[0] if left else (0, 0)
        self._costs[key] = best
        return best

    def _best(
        self, events: Sequence[Event], left: frozenset[str], holders: Holders, trips: Trips, spare: int
    ) -> tuple[Cost, Taking]:
        """Which of these to take next, and what that and all that is left costs. A repeat moves nothing, so nothing is
        lost by taking it now, where what is left can follow.
        """
        takings: list[Taking] = []
        for event in events:
            if self._repeated(event, left, holders, trips) is None:
                takings.append((event, False))
                continue
            cost = self._cost_of((event, False), left, holders, trips, spare)
            if cost[0] <= spare:
                return cost, (event, False)
            if all(holder == event.body["from"] for holder in self._held(event, holders)):
                takings.append((event, True))
        as_own = (self._cost_of((event, True), left, holders, trips, spare) for event, _is_again in takings)
        costs = zip(as_own, takings, strict=True)  # none is a repeat here, which need not be asked again
        return min(costs, key=itemgetter(0), default=((len(self._all) + 1, 0), (events[0], False)))

    def _cost_of(self, taking: Taking, left: frozenset[str], holders: Holders, trips: Trips, spare: int) -> Cost:
        (breaks, moves), then_with, then_trips = self._step(taking, left, holders, trips)
        if breaks > spare:
            return len(self._all) + 1, 0
        more_breaks, more_moves = self._cost(
            left - {taking[0].leaf}, then_with, then_trips, spare - breaks * self._is_thorough
        )
        return breaks + more_breaks, moves + more_moves

    def _step(
        self, taking: Taking, left: frozenset[str], holders: Holders, trips: Trips
    ) -> tuple[Cost, Holders, Trips]:
        """What it costs if this comes next, and who holds what then, after which trips."""
        event, is_once_more = taking
        if not is_once_more and (at := self._repeated(event, left, holders, trips)) is not None:
            leaf, leaves = trips[at]
            kept = (other for other in leaves if self._all[other].log != event.log)
            return (0, 0), holders, (*trips[:at], (leaf, tuple(sorted((*kept, event.leaf)))), *trips[at + 1 :])
        giver, to = event.body["from"], event.body["to"]
        after, breaks, misplaced = list(holders), 0, 0
        for i, member in enumerate(self._members):
            if member not in event.moved:
                misplaced += member in event.refused and holders[i] not in (None, giver, to)
                continue
            breaks += holders[i] not in (None, giver)
            after[i] = to
            for child in self._children[i]:
                if holders[child] == holders[i]:
                    after[child] = to
        return (breaks, 1 + misplaced), tuple(after), (*trips, (event.leaf, (event.leaf,)))

    def _repeated(self, event: Event, left: frozenset[str], holders: Holders, trips: Trips) -> int | None:
        """The trip of which this is one more record, by its place; None if it is a trip of its own."""
        held = self._held(event, holders)
        is_with_giver = all(holder == event.body["from"] for holder in held)
        if is_with_giver and not self._gone_on[event.leaf] <= left:
            return None
        is_there = all(holder == event.body["to"] for holder in held)
        for at, (leaf, leaves) in enumerate(trips):
            first = self._all[leaf]
            own = next((self._all[other] for other in leaves if self._all[other].log == event.log), None)
            is_alike = not first.moved.keys().isdisjoint(event.moved)
            if is_alike and is_one_more_record(event, first, own, self._order, is_there=is_there):
                return at
        return None

    def _held(self, event: Event, holders: Holders) -> list[str | None]:
        return [holders[i] for i, member in enumerate(self._members) if member in event.moved]


def gave_on(earlier: Event, event: Event) -> bool:
    """Whether by this record an item had left the place that it now goes to."""
    return earlier.body["from"] == event.body["to"] and not earlier.moved.keys().isdisjoint(event.moved)


def same_move(
    event: Event, state: State, taken: Iterable[Event], once_more: Container[str], order: Order
) -> Move | None:
    """The move that an event records once more, if it does: the same way, by a log that has not recorded it (of a
    forked one: in another history), not knowing of it or confirming it while the item is there. What its station
    knew to have left there, and the giver holds, goes there once more.

    Args:
        taken: the handovers that were taken in before, this one may be among them.
        once_more: leaves of those that went there once more, though they could be repeats.
    """
    gone_on = (earlier for earlier in taken if gave_on(earlier, event) and order.goes_first(earlier, event))
    if event.leaf in once_more or (state.holder == event.body["from"] and any(gone_on)):
        return None
    is_there = state.holder == event.body["to"]
    for move in state.moves:
        if is_one_more_record(event, move.event, move.logs.get(event.log), order, is_there=is_there):
            return move
    return None


def is_one_more_record(event: Event, first: Event, own: Event | None, order: Order, *, is_there: bool) -> bool:
    """Whether an event records a move once more: the same way, by a log that has not recorded it (of a forked one: in
    another history), not knowing of it or confirming it while the item is there still.

    Args:
        first: the record by which it moved.
        own: the newest record of it by the event's log; None where that has none.
    """
    if (event.body["from"], event.body["to"]) != (first.body["from"], first.body["to"]):
        return False
    return (own is None or order.are_apart(own, event)) and (is_there or not order.is_before(first, event))


TOLD_ALONE = N_("{item} is for {to} by this handover's record alone, for {destination} by all others here")
"""What `WRONG_DESTINATION` says of a destination that one handover tells; no way that the item goes ends it."""


def bound_for(items: Mapping[str, Item], redirected: Mapping[str, str]) -> dict[str, Item]:
    """Items by code, those of them that go elsewhere by now with their new destination."""
    return {code: replace(item, to=redirected[code]) if code in redirected else item for code, item in items.items()}


def is_named(code: str, to: str, events: Iterable[Event]) -> bool:
    """Whether one of these records names this destination for an item, withdrawn since or not."""
    return to in destinations_named(code, events)


def destinations_named(code: str, events: Iterable[Event]) -> set[str]:
    """All destinations that these records name for an item."""
    return {to for event in events if code in event.rows and (to := _destination_in(event, code))}


def _destination_in(event: Event, code: str) -> str | None:
    match event.type:
        case "register":
            return str(event.rows[code]["to"])
        case "reassign":
            return str(event.body["to"])
        case _:
            return event.destinations.get(code)


def goes_as_told(
    code: str, event: Event, state: State, taken: Iterable[Event], order: Order, places: Mapping[str, Place]
) -> list[Finding]:
    """Let an item be bound for where a handover says it is, if that is the first record here that names this place for
    it, and return the finding that it is: foretold where its station had it by a paper.

    Args:
        taken: the handovers that were taken in before, this one may be among them.
    """
    told, before = event.destinations.get(code), state.to
    if not told or told == before or state.row is None:
        return []
    if is_named(code, told, (other for other in (*order.others, *taken) if other is not event)):
        return []
    state.to = told
    shown = {"item": show_code(code), "to": name_of(places, told), "destination": name_of(places, before or "")}
    found = Finding("WRONG_DESTINATION", TOLD_ALONE, shown, code, is_provisional=True)
    return [replace(found, is_foretold=True).closed() if is_after_unknown(code, event, order) else found]


def is_after_unknown(code: str, event: Event, order: Order) -> bool:
    """Whether an item's row names as what came before it a record of another log that is not here."""
    after, refs = event.rows[code]["after"], event.body["refs"]
    if after is None or after >= len(refs):
        return False
    return refs[after]["log"] != event.log and order.find(refs[after]["leaf"]) is None
