"""Which event came before which, by what stations knew and never by their clocks.

X is before Y if X has the lower `seq` in the same log, or if Y reaches X through `refs`. What a station knew counts
even where its record was withdrawn later: a correction takes back a statement, not what was known when it was made.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, takewhile

from custody.format.events import Event

Known = dict[str, int]
"""How far each log was known: log name to the highest `seq`."""


class Order:
    """A set of events being taken one by one, each after all that were before it."""

    def __init__(self, logs: dict[str, list[Event]], left_out: Container[str], loose: Collection[str] = ()) -> None:
        self._events = {event.leaf: event for events in logs.values() for event in events}
        self._logs, self.loose = logs, loose
        self._clocks = _clocks(tuple(event for of_log in logs.values() for event in of_log)) if len(logs) > 1 else {}
        self._queues: dict[str, list[Event]] = {}
        """The waiting events of each log, the next one last."""
        for log, events in logs.items():
            if queue := [event for event in reversed(events) if event.leaf not in left_out]:
                self._queues[log] = queue

    def is_before(self, first: Event, second: Event) -> bool:
        """Whether `second` was recorded by a station that knew `first`, directly or through others."""
        if first.log == second.log:
            return first.seq < second.seq
        return self._clocks[second.leaf].get(first.log, 0) >= first.seq

    def goes_first(self, first: Event, second: Event) -> bool:
        """Whether what `first` tells of happened before what `second` does: its station knew it, and did not key in
        `second` later, when it knew what came after it too.
        """
        return second.leaf not in self.loose and self.is_before(first, second)

    def are_apart(self, one: Event, other: Event) -> bool:
        """Whether neither of two events was recorded by a station that knew the other."""
        return not self.is_before(one, other) and not self.is_before(other, one)

    def was_known_to(self, event: Event, other: Event) -> bool:
        """Whether the log of `event` knew `other` from its own earlier records, apart from what `event` refers to."""
        if other.log == event.log:
            return other.seq < event.seq
        log = self._logs[event.log]
        earlier = bisect_left(log, event.seq, key=_seq)
        return earlier > 0 and self.is_before(other, log[earlier - 1])

    def known_beyond(self, event: Event, code: str, records: Iterable[Event]) -> Event | None:
        """A record that the log of `event` had, later than the one that `after` in the row of `code` names; None where
        the station knew no better.
        """
        after, refs = event.rows[code]["after"], event.body["refs"]
        if after is None or after >= len(refs):
            named = None
        elif (named := self.find(refs[after]["leaf"])) is None:
            return None
        known = (record for record in records if self.was_known_to(event, record))
        return next((e for e in known if named is None or (named is not e and self.is_before(named, e))), None)

    def is_known_in(self, log: str, event: Event) -> bool:
        """Whether an event of that log, among those of the set, was recorded by a station that knew `event`."""
        return any(self.is_before(event, later) for later in self._logs.get(log, ()))

    @property
    def keyed_in_later(self) -> list[Event]:
        """The handovers of the set that were keyed in later than they happened."""
        return [e for e in self._events.values() if e.type == "handover" and e.body["occurred"] is not None]

    def find(self, leaf: str) -> Event | None:
        """The event of that identity, or None where it is not in the set."""
        return self._events.get(leaf)

    @property
    def others(self) -> list[Event]:
        """All of the set but the handovers; those that were withdrawn too."""
        return [event for event in self._events.values() if event.type != "handover"]

    def waiting(self) -> list[Event]:
        """The events not taken yet."""
        return [event for queue in self._queues.values() for event in queue]

    def ready(self) -> list[Event]:
        """The waiting events that no other waiting event is before; never empty while any waits.

        Honest logs cannot refer in a circle. Where a hostile one does, the smallest leaf digest breaks it.
        """
        heads = [event for queue in self._queues.values() for event in self._heads_of(queue)]
        if len(heads) < 2 or (len(self._queues) < 2 and not self.loose):
            return heads
        free = [event for event in heads if not any(self.goes_first(other, event) for other in heads)]
        return free or [min(heads, key=_leaf)]

    def _heads_of(self, queue: list[Event]) -> list[Event]:
        if not self.loose:
            return _next_of(queue)
        firm = [event for event in queue if event.leaf not in self.loose]
        return [*_next_of(firm), *(event for event in queue if event.leaf in self.loose)]

    def take(self, event: Event) -> None:
        """Take an event out of those that wait."""
        queue = self._queues[event.log]
        queue.remove(event) if queue[-1] is not event else queue.pop()
        if not queue:
            del self._queues[event.log]


def causal_order(events: Iterable[Event], left_out: Container[str] = (), loose: Collection[str] = ()) -> Order:
    """Order a set of events by what each one's station knew when it recorded it.

    Args:
        left_out: leaves of events that say what was known and never come up themselves.
        loose: leaves of events that were keyed in later, and may stand before what their station knew by then.
    """
    logs: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.log, event.seq, event.leaf)):
        logs.setdefault(event.log, []).append(event)
    return Order(logs, left_out, loose)


def _log(event: Event) -> str:
    return event.log


def _seq(event: Event) -> int:
    return event.seq


def _leaf(event: Event) -> str:
    return event.leaf


def _next_of(queue: list[Event]) -> list[Event]:
    """The next event of a log; more than one where the log forked and has one `seq` twice."""
    if len(queue) < 2 or queue[-2].seq != queue[-1].seq:
        return queue[-1:]
    return list(takewhile(lambda event: event.seq == queue[-1].seq, reversed(queue)))


@dataclass(slots=True)
class _Reading:
    """One log being read from its beginning: its events, and what all of them up to each `seq` knew together."""

    events: list[Event]
    seqs: list[int] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)

    @property
    def next(self) -> Event | None:
        return self.events[len(self.seqs)] if len(self.seqs) < len(self.events) else None

    def known_at(self, seq: int) -> Known:
        found = bisect_right(self.seqs, seq)
        return self.known[found - 1] if found else {}

    def read(self, event: Event, known: Known) -> None:
        self.seqs.append(event.seq)
        self.known.append(_merged(known, self.known[-1]) if self.known else known)


@lru_cache(maxsize=8)
def _clocks(events: tuple[Event, ...]) -> Mapping[str, Known]:
    """How far each event's station knew each log, directly and through others. What goes together in one handover has
    the same events, one thing after the other.

    Args:
        events: those of each log behind each other, in the order of their numbers.
    """
    readings = {log: _Reading([*of_log]) for log, of_log in groupby(events, key=_log)}
    clocks: dict[str, Known] = {}

    def read(reading: _Reading, event: Event) -> None:
        direct = _direct(event, readings)
        known = direct
        for log, seq in direct.items():
            known = _merged(known, readings[log].known_at(seq))
        clocks[event.leaf] = known
        reading.read(event, known)

    def is_readable(event: Event) -> bool:
        """Whether all that the event refers to is read already."""
        for log, seq in _direct(event, readings).items():
            if log != event.log and (other := readings[log].next) and other.seq <= seq:
                return False
        return True

    while waiting := [(reading, event) for reading in readings.values() if (event := reading.next)]:
        readable = [pair for pair in waiting if is_readable(pair[1])]
        for reading, event in readable or [min(waiting, key=lambda pair: pair[1].leaf)]:
            read(reading, event)
    return clocks


def _direct(event: Event, logs: Container[str]) -> Known:
    """What an event itself says that its station knew of these logs; it may name any number of others."""
    known: Known = {event.log: event.seq - 1}
    for ref in event.body["refs"]:
        if ref["log"] != event.log and ref["log"] in logs:
            known[ref["log"]] = max(known.get(ref["log"], 0), ref["seq"])
    return known


def _merged(mine: Known, other: Known) -> Known:
    return mine | {log: seq for log, seq in other.items() if mine.get(log, 0) < seq}


def rank_of(event: Event) -> int:
    """Which goes first of what moves nothing: a pack is looked at when all that anybody took out is out, and before
    what anybody put in, so that nobody is blamed for what another station did at that time.
    """
    if event.type != "pack":
        return int(event.type != "register")
    return {"remove": 1, "check": 2}.get(event.body["action"], 3)
