"""Which of several handovers that no knowledge orders came first: the order in which custody breaks least.

A station that was offline knows only what came to it; the rest of the order is in the handovers themselves, where
one's `to` is another's `from`. Ties go by leaf digest, so every station finds the same order.
"""

from collections.abc import Mapping, Sequence

from custody.events import Event
from custody.order import Order

Holders = tuple[str | None, ...]
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
        self, waiting: Sequence[Event], taken: Sequence[Event], parents: Mapping[str, str | None], order: Order
    ) -> None:
        self._members = sorted(parents)
        self._children = {
            i: [j for j, child in enumerate(self._members) if parents[child] == parent]
            for i, parent in enumerate(self._members)
        }
        self._events = {event.leaf: event for event in waiting}
        self._before = {e.leaf: {o.leaf for o in waiting if order.is_before(o, e)} for e in waiting}
        self._twins = {e.leaf: [o for o in (*waiting, *taken) if _is_twin(e, o)] for e in waiting}
        self._apart = {e.leaf: {o.leaf for o in self._twins[e.leaf] if not order.is_before(o, e)} for e in waiting}
        self._own = {
            e.leaf: sum(_same_way(e, o) and o.log == e.log and o.seq < e.seq for o in (*waiting, *taken))
            for e in waiting
        }
        self._costs: dict[tuple[frozenset[str], Holders], Cost] = {}

    def first(self, ready: Sequence[Event], holders: Mapping[str, str | None]) -> Event:
        """The one of `ready` to take next."""
        ready = sorted(ready, key=lambda event: event.leaf)
        start = tuple(holders[member] for member in self._members)
        left = frozenset(self._events)
        for event in ready:
            if self._is_repeat(event, left, start):
                return event
        try:
            if len(left) > MAX_WAITING:
                raise _TooManyError
            return min(ready, key=lambda event: self._cost_from(event, left, start))
        except _TooManyError:
            return min(ready, key=lambda event: self._step(event, left, start)[0])

    def _cost(self, left: frozenset[str], holders: Holders) -> Cost:
        """The fewest breaks, and with them the fewest moves, with which what is left can follow."""
        found = self._costs.get((left, holders))
        if found is not None:
            return found
        if len(self._costs) > MAX_STEPS:
            raise _TooManyError
        options = sorted(leaf for leaf in left if self._before[leaf].isdisjoint(left)) or sorted(left)[:1]
        best: Cost | None = None
        for leaf in options:
            event = self._events[leaf]
            if self._is_repeat(event, left, holders):
                best = self._cost(left - {leaf}, holders)  # moves nothing, so nothing is lost by taking it now
                break
        if best is None:
            best = min((self._cost_from(self._events[leaf], left, holders) for leaf in options), default=(0, 0))
        self._costs[left, holders] = best
        return best

    def _cost_from(self, event: Event, left: frozenset[str], holders: Holders) -> Cost:
        (breaks, moves), after = self._step(event, left, holders)
        more_breaks, more_moves = self._cost(left - {event.leaf}, after)
        return breaks + more_breaks, moves + more_moves

    def _step(self, event: Event, left: frozenset[str], holders: Holders) -> tuple[Cost, Holders]:
        """What it costs if `event` comes next, and who holds what then."""
        if self._is_repeat(event, left, holders):
            return (0, 0), holders
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
        return (breaks, 1), tuple(after)

    def _is_repeat(self, event: Event, left: frozenset[str], holders: Holders) -> bool:
        """Whether another log's record of the same handover was taken, and this log's own has not answered to it.

        It either did not know of it, or confirms it while the item is still there (a receipt).
        """
        named = (holders[i] for i, member in enumerate(self._members) if member in event.moved)
        is_there = all(holder == event.body["to"] for holder in named)
        counts: dict[str, int] = {}
        for twin in self._twins[event.leaf]:
            if twin.leaf not in left and (is_there or twin.leaf in self._apart[event.leaf]):
                counts[twin.log] = counts.get(twin.log, 0) + 1
        return max(counts.values(), default=0) > self._own[event.leaf]


def _same_way(one: Event, other: Event) -> bool:
    return bool(
        one.body["from"] == other.body["from"]
        and one.body["to"] == other.body["to"]
        and not one.moved.keys().isdisjoint(other.moved)
    )


def _is_twin(one: Event, other: Event) -> bool:
    return one.log != other.log and _same_way(one, other)
