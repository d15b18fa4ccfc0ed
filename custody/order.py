"""Which event came before which, by what stations knew and never by their clocks.

X is before Y if X has the lower `seq` in the same log, or if Y reaches X through `refs`.
"""

from collections.abc import Iterable

from custody.events import Event

Known = dict[str, int]
"""How far each log was known: log name to the highest `seq`."""


class Order:
    """A set of events being taken one by one, each after all that were before it."""

    def __init__(self, events: list[Event], known: dict[str, Known]) -> None:
        self._events = {event.leaf: event for event in events}
        self._known = known
        self._waiting = dict(self._events)
        self._is_one_log = len({event.log for event in events}) == 1

    def is_before(self, first: Event, second: Event) -> bool:
        """Whether `second` was recorded by a station that knew `first`, directly or through others."""
        if first.log == second.log:
            return first.seq < second.seq
        return self._known_before(second).get(first.log, 0) >= first.seq

    def was_known_to(self, event: Event, other: Event) -> bool:
        """Whether the log of `event` knew `other` from its own earlier records, apart from what `event` refers to."""
        if other.log == event.log:
            return other.seq < event.seq
        earlier = [e for e in self._events.values() if e.log == event.log and e.seq < event.seq]
        return any(self.is_before(other, e) for e in earlier)

    def find(self, leaf: str) -> Event | None:
        """The event of that identity, or None where it is not in the set."""
        return self._events.get(leaf)

    def waiting(self) -> Iterable[Event]:
        """The events not taken yet."""
        return self._waiting.values()

    def ready(self) -> list[Event]:
        """The waiting events that no other waiting event is before; never empty while any waits.

        Honest logs cannot refer in a circle. Where a hostile one does, the smallest leaf digest breaks it.
        """
        waiting = list(self._waiting.values())
        if len(waiting) < 2 or self._is_one_log:
            return waiting[:1]  # `causal_order` sorted them by `seq`
        free = [
            event
            for event in waiting
            if not any(self.is_before(other, event) for other in waiting if other is not event)
        ]
        return free or [self._waiting[min(self._waiting)]]

    def take(self, event: Event) -> None:
        """Take an event out of those that wait."""
        del self._waiting[event.leaf]

    def _known_before(self, event: Event) -> Known:
        return self._known[event.leaf] if event.leaf in self._known else _direct(event)


def causal_order(events: Iterable[Event]) -> Order:
    """Order a set of events by what each one's station knew when it recorded it."""
    ordered = sorted(events, key=lambda event: (event.log, event.seq, event.leaf))
    known = {event.leaf: _direct(event) for event in ordered}
    if len({event.log for event in ordered}) > 1:
        _spread(ordered, known)
    return Order(ordered, known)


def _direct(event: Event) -> Known:
    known: Known = {event.log: event.seq - 1}
    for ref in event.body["refs"]:
        known[ref["log"]] = max(known.get(ref["log"], 0), ref["seq"])
    return known


def _spread(ordered: list[Event], known: dict[str, Known]) -> None:
    """Let each event know what the events that it knows knew, until nothing new is learnt."""
    grew = True
    while grew:
        grew = False
        for event in ordered:
            mine = known[event.leaf]
            for other in ordered:
                if other is event or mine.get(other.log, 0) < other.seq:
                    continue
                for log, seq in known[other.leaf].items():
                    if mine.get(log, 0) < seq:
                        mine[log] = seq
                        grew = True
