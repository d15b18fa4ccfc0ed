"""Which of several handovers that no knowledge orders came first: the order in which custody breaks least.

A station that was offline knows only what came to it; the rest of the order is in the handovers themselves, where
one's `to` is another's `from`. Ties go by leaf digest, so every station finds the same order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from custody.chain.item_state import Move, State
from custody.chain.order import Order
from custody.format.events import Event

Holders = tuple[str | None, ...]
Trip = tuple[str, tuple[str, ...]]
"""The leaf of the record that moved the item, and those of all records of this one handover."""
Trips = tuple[Trip, ...]
Taking = tuple[Event, bool]
"""A handover to take next, and whether as one that went there once more, though it could be a repeat."""
Cost = tuple[int, int]
"""How many links break, then how many moves it takes: of two orders without a break, the one is likelier in which a
second record is the receipt of a handover than the one in which the item went there twice."""

MAX_WAITING = 32
MAX_STEPS = 1000
"""Past these, which no honest item comes near, the next handover is the first whose giver holds the item."""


class _TooManyError(Exception):
    pass


class Linking:
    """The handovers of one item's family that still wait, and the ways to put them in order.

    `is_thorough`: whether to try also that what may be a repeat went there once more, or is a repeat of a later record.
    """

    def __init__(
        self,
        waiting: Sequence[Event],
        taken: Sequence[Event],
        states: Mapping[str, State],
        order: Order,
        *,
        is_thorough: bool = False,
    ) -> None:
        self._order, self._is_thorough, self._spare = order, is_thorough, len(waiting)
        self._members = sorted(states)
        self._children = {
            i: [j for j, child in enumerate(self._members) if states[child].parent == parent]
            for i, parent in enumerate(self._members)
        }
        self._events = {event.leaf: event for event in waiting}
        self._all = {event.leaf: event for event in taken} | self._events
        self._before = {e.leaf: {o.leaf for o in waiting if order.goes_first(o, e)} for e in waiting}
        self._gone_on = {
            e.leaf: [o.leaf for o in self._all.values() if gave_on(o, e) and order.goes_first(o, e)] for e in waiting
        }
        moves: dict[str, set[str]] = {}
        for move in (move for state in states.values() for move in state.moves):
            moves.setdefault(move.event.leaf, set()).update(event.leaf for event in move.logs.values())
        self._start = (
            tuple(states[member].known_holder for member in self._members),
            tuple((leaf, tuple(sorted(leaves))) for leaf, leaves in moves.items()),
        )
        self._costs: dict[tuple[frozenset[str], Holders, Trips, int], Cost] = {}

    def first(self, ready: Sequence[Event]) -> Taking:
        """The one of `ready` to take next, and whether it went there once more, though it could be a repeat."""
        left = frozenset(self._events)
        ready = sorted(ready, key=lambda event: event.leaf)
        takings = list(self._takings(ready, left, *self._start))
        if not self._is_thorough and self._repeated(takings[0][0], left, *self._start) is not None:
            return takings[0]
        try:
            if len(left) > MAX_WAITING:
                raise _TooManyError
            for self._spare in range(len(left)) if self._is_thorough else (len(left),):
                self._costs.clear()
                costs = ((self._cost_of(taking, left, *self._start), taking) for taking in takings)
                cost, taking = min(costs, key=itemgetter(0))
                if cost[0] <= self._spare:
                    return taking
        except _TooManyError:
            pass
        return min(takings, key=lambda taking: self._step(taking, left, *self._start)[0])

    def _cost(self, left: frozenset[str], holders: Holders, trips: Trips, broken: int) -> Cost:
        """The fewest breaks, and with them the fewest moves, with which what is left can follow; more than there are
        records where it cannot follow with so few as are looked for.
        """
        found = self._costs.get((left, holders, trips, broken))
        if found is not None:
            return found
        if len(self._costs) > MAX_STEPS:
            raise _TooManyError
        leaves = sorted(leaf for leaf in left if self._before[leaf].isdisjoint(left)) or sorted(left)[:1]
        takings = self._takings((self._events[leaf] for leaf in leaves), left, holders, trips)
        costs = (self._cost_of(taking, left, holders, trips, broken) for taking in takings)
        best = self._costs[left, holders, trips, broken] = min(costs, default=(0, 0))
        return best

    def _takings(
        self, events: Iterable[Event], left: frozenset[str], holders: Holders, trips: Trips
    ) -> Iterator[Taking]:
        """How these can be taken next. A repeat moves nothing: little is lost by taking it now, and nothing else."""
        events = list(events)
        repeats = [event for event in events if self._repeated(event, left, holders, trips) is not None]
        if repeats and not self._is_thorough:
            events = repeats[:1]
        yield from ((event, False) for event in events)
        for event in repeats if self._is_thorough else ():
            if all(holder == event.body["from"] for holder in self._held(event, holders)):
                yield event, True

    def _cost_of(
        self, taking: Taking, left: frozenset[str], holders: Holders, trips: Trips, broken: int = 0
    ) -> Cost:
        (breaks, moves), then_with, then_trips = self._step(taking, left, holders, trips)
        if broken + breaks > self._spare:
            return len(self._events) + 1, 0
        more_breaks, more_moves = self._cost(left - {taking[0].leaf}, then_with, then_trips, broken + breaks)
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
        after, breaks = list(holders), 0
        for i, member in enumerate(self._members):
            if member not in event.moved:
                continue
            breaks += holders[i] not in (None, giver)
            after[i] = to
            for child in self._children[i]:
                if holders[child] == holders[i]:
                    after[child] = to
        return (breaks, 1), tuple(after), (*trips, (event.leaf, (event.leaf,)))

    def _repeated(self, event: Event, left: frozenset[str], holders: Holders, trips: Trips) -> int | None:
        """The trip of which this is one more record, by its place; None if it is a trip of its own."""
        held = self._held(event, holders)
        if all(holder == event.body["from"] for holder in held):
            if any(leaf not in left for leaf in self._gone_on[event.leaf]):
                return None
        is_there = all(holder == event.body["to"] for holder in held)
        for at, (leaf, leaves) in enumerate(trips):
            first = self._all[leaf]
            if first.moved.keys().isdisjoint(event.moved):
                continue
            move = Move(first, {other.log: other for other in map(self._all.__getitem__, leaves)})
            if is_one_more_record(event, move, self._order, is_there=is_there):
                return at
        return None

    def _held(self, event: Event, holders: Holders) -> list[str | None]:
        return [holders[i] for i, member in enumerate(self._members) if member in event.moved]


def gave_on(earlier: Event, event: Event) -> bool:
    """Whether by this record an item had left the place that it now goes to."""
    return earlier.body["from"] == event.body["to"] and not earlier.moved.keys().isdisjoint(event.moved)


def is_one_more_record(event: Event, move: Move, order: Order, *, is_there: bool) -> bool:
    """Whether an event records a move once more: the same way, by a log that has not recorded it (of a forked one: in
    another history), not knowing of it or confirming it while the item `is_there` still.
    """
    if any(event.body[name] != move.event.body[name] for name in ("from", "to")):
        return False
    own = move.logs.get(event.log)
    return (own is None or order.are_apart(own, event)) and (is_there or not order.is_before(move.event, event))
