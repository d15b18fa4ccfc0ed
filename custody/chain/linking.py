"""Which of several handovers that no knowledge orders came first: the order in which custody breaks least.

A station that was offline knows only what came to it; the rest of the order is in the handovers themselves, where
one's `to` is another's `from`. Ties go by leaf digest, so every station finds the same order.
"""

from collections.abc import Iterable, Mapping, Sequence

from custody.chain.item_state import State
from custody.chain.order import Order
from custody.format.events import Event

Holders = tuple[str | None, ...]
Went = tuple[int, ...]
"""How often the item has gone each way so far."""
Cost = tuple[int, int]
"""How many links break, then how many moves it takes: of two orders without a break, the one is likelier in which a
second record is the receipt of a handover than the one in which the item went there twice."""

MAX_WAITING = 32
MAX_STEPS = 1000
"""Past these, which no honest item comes near, the next handover is the first whose giver holds the item."""


class _TooManyError(Exception):
    pass


class Linking:
    """The handovers of one item's family that still wait, and the ways to put them in order."""

    def __init__(
        self, waiting: Sequence[Event], taken: Sequence[Event], states: Mapping[str, State], order: Order
    ) -> None:
        self._members = sorted(states)
        self._children = {
            i: [j for j, child in enumerate(self._members) if states[child].parent == parent]
            for i, parent in enumerate(self._members)
        }
        self._events = {event.leaf: event for event in waiting}
        self._before = {e.leaf: {o.leaf for o in waiting if order.is_before(o, e)} for e in waiting}
        self._twins = {e.leaf: [o for o in (*waiting, *taken) if _is_twin(e, o)] for e in waiting}
        self._apart = {e.leaf: {o.leaf for o in self._twins[e.leaf] if not order.is_before(o, e)} for e in waiting}
        self._own = {e.leaf: _earlier(e, (*waiting, *taken)) for e in waiting}
        self._ways = sorted({_way(e) for e in waiting})
        moves = {move.event.leaf: _way(move.event) for state in states.values() for move in state.moves}
        gone = list(moves.values())
        self._start = (
            tuple(states[member].known_holder for member in self._members),
            tuple(gone.count(way) for way in self._ways),
        )
        self._costs: dict[tuple[frozenset[str], Holders, Went], Cost] = {}

    def first(self, ready: Sequence[Event]) -> Event:
        """The one of `ready` to take next."""
        ready, start = sorted(ready, key=lambda event: event.leaf), self._start
        left = frozenset(self._events)
        for event in ready:
            if self._is_repeat(event, left, *start):
                return event
        try:
            if len(left) > MAX_WAITING:
                raise _TooManyError
            return min(ready, key=lambda event: self._cost_from(event, left, *start))
        except _TooManyError:
            return min(ready, key=lambda event: self._step(event, left, *start)[0])

    def _cost(self, left: frozenset[str], holders: Holders, went: Went) -> Cost:
        """The fewest breaks, and with them the fewest moves, with which what is left can follow."""
        found = self._costs.get((left, holders, went))
        if found is not None:
            return found
        if len(self._costs) > MAX_STEPS:
            raise _TooManyError
        options = sorted(leaf for leaf in left if self._before[leaf].isdisjoint(left)) or sorted(left)[:1]
        best: Cost | None = None
        for leaf in options:
            event = self._events[leaf]
            if self._is_repeat(event, left, holders, went):
                best = self._cost(left - {leaf}, holders, went)  # moves nothing, so nothing is lost by taking it now
                break
        if best is None:
            best = min((self._cost_from(self._events[leaf], left, holders, went) for leaf in options), default=(0, 0))
        self._costs[left, holders, went] = best
        return best

    def _cost_from(self, event: Event, left: frozenset[str], holders: Holders, went: Went) -> Cost:
        (breaks, moves), then_with, then_went = self._step(event, left, holders, went)
        more_breaks, more_moves = self._cost(left - {event.leaf}, then_with, then_went)
        return breaks + more_breaks, moves + more_moves

    def _step(self, event: Event, left: frozenset[str], holders: Holders, went: Went) -> tuple[Cost, Holders, Went]:
        """What it costs if `event` comes next, who holds what then, and how often it has gone each way."""
        if self._is_repeat(event, left, holders, went):
            return (0, 0), holders, went
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
        way = self._ways.index(_way(event))
        return (breaks, 1), tuple(after), (*went[:way], went[way] + 1, *went[way + 1 :])

    def _is_repeat(self, event: Event, left: frozenset[str], holders: Holders, went: Went) -> bool:
        """Whether another log's record of the same handover was taken, and this log's own has not answered to it.

        It either did not know of it, or confirms it while the item is still there (a receipt). What its station knew to
        have left there, and the giver holds, goes there once more.
        """
        named = [holders[i] for i, member in enumerate(self._members) if member in event.moved]
        is_there = all(holder == event.body["to"] for holder in named)
        recorded, known = self._own[event.leaf]
        answered = known if all(holder == event.body["from"] for holder in named) else recorded
        return went[self._ways.index(_way(event))] > answered and any(
            twin.leaf not in left and (is_there or twin.leaf in self._apart[event.leaf])
            for twin in self._twins[event.leaf]
        )


def gave_on(earlier: Event, event: Event) -> bool:
    """Whether by this record an item had left the place that it now goes to."""
    return earlier.body["from"] == event.body["to"] and not earlier.moved.keys().isdisjoint(event.moved)


def _way(event: Event) -> tuple[str, str]:
    return event.body["from"], event.body["to"]


def _earlier(event: Event, events: Iterable[Event]) -> tuple[int, int]:
    """How often the item went this way before: as the same log recorded it, and as far as it knew by this; it went once
    more where it left again and had not been recorded as coming.
    """
    recorded = known = 0
    is_there = False
    for other in sorted((o for o in events if o.log == event.log and o.seq < event.seq), key=lambda o: o.seq):
        if _same_way(other, event):
            recorded, known = recorded + 1, known + 1
        if gave_on(other, event):
            known, is_there = known + (not is_there), False
        elif other.body["to"] == event.body["to"]:
            is_there = True
    return recorded, known


def _same_way(one: Event, other: Event) -> bool:
    return bool(
        one.body["from"] == other.body["from"]
        and one.body["to"] == other.body["to"]
        and not one.moved.keys().isdisjoint(other.moved)
    )


def _is_twin(one: Event, other: Event) -> bool:
    return one.log != other.log and _same_way(one, other)
