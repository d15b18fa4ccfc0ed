"""Tell whether a station's clock was set, from its time and a count that cannot be set: how long the computer runs.

A clock that is wrong all the time gives no finding; one that jumps between two records does. Time stays a claim: the
order of records is never judged by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from custody.chain.findings import Finding
from custody.compose.compose import NewEvent, parts
from custody.errors import N_
from custody.format.events import Event, rows_in

TOLERANCE = timedelta(seconds=2)
DRIFT = 1e-4
"""What an honest clock may gain or lose, by time passed: 9 s a day. Network time puts that right in small steps."""
CODES_PER_EVENT = 2000
_TOUCHING = frozenset({"handover", "seal", "inspect", "pack", "incident", "reassign"})
"""Records about items in somebody's hands. Of what is registered or printed by the thousand no list is kept."""


@dataclass(frozen=True, slots=True)
class ClockMark:
    """Both at one moment: the time that the clock showed (RFC 3339, UTC), and the milliseconds since the computer
    started.

    `boot` names the run of the computer: the count starts from 0 in each.
    """

    boot: str
    uptime_ms: int
    at: str

    def __str__(self) -> str:
        return f"{self.boot} {self.uptime_ms} {self.at}"

    @classmethod
    def read(cls, text: str | None) -> "ClockMark | None":
        """What `str` wrote; None for no text, or another."""
        words = (text or "").split(" ")
        if len(words) != 3 or not words[1].isdecimal():
            return None
        return cls(words[0], int(words[1]), words[2])


def expected_time(before: ClockMark | None, now: ClockMark | None) -> str | None:
    """Return the time that the clock would show now if it had not been set since `before`.

    None where it shows that time, or where it cannot be known.
    """
    if before is None or now is None or before.boot != now.boot or now.uptime_ms < before.uptime_ms:
        return None
    passed = timedelta(milliseconds=now.uptime_ms - before.uptime_ms)
    try:
        expected = datetime.fromisoformat(before.at) + passed
        jump = datetime.fromisoformat(now.at) - expected
    except (ValueError, OverflowError):
        return None
    if abs(jump) <= TOLERANCE + passed * DRIFT:
        return None
    return expected.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock_events(expected: str, following: Sequence[NewEvent]) -> list[NewEvent]:
    """Return the `clock` events that come before others are recorded under the clock as it is now."""
    codes = list(dict.fromkeys(_codes(following)))
    return [NewEvent("clock", {"expected": expected, "codes": list(piece)}) for piece in parts(codes, CODES_PER_EVENT)]


def judge_clock(event: Event) -> Finding:
    """The finding that a `clock` event is."""
    shown = {"at_utc": event.at, "expected_utc": event.body["expected"]}
    return Finding("CLOCK", N_("the station's clock was set: it showed {at_utc} where {expected_utc} had come"), shown)


BACK = N_("the station's clock went back between two of its own records")


@dataclass(frozen=True, slots=True)
class Stamp:
    """When an entry of a log says that it was recorded (RFC 3339, UTC). `place` is its station's, `event` the entry
    itself where it is of the type `clock`.
    """

    log: str
    place: str
    seq: int
    leaf: str
    at: str
    event: Event | None = None


class ClockSteps:
    """Collect where the clocks of whole logs were set, from `clock` events and from times that go back.

    Call `put` with the entries of each log in their order, all at once or as they come.
    """

    def __init__(self) -> None:
        self._last: dict[str, Stamp] = {}
        self.found: list[tuple[Stamp, Finding]] = []
        """Each with the first record under the clock as it was set."""

    def sizes(self) -> dict[str, int]:
        """The number of the last entry that was put, by log."""
        return {log: stamp.seq for log, stamp in self._last.items()}

    def put(self, stamp: Stamp) -> None:
        """Hold an entry against the one before it in its log."""
        before = self._last.get(stamp.log)
        self._last[stamp.log] = stamp
        if stamp.event is not None:
            self.found.append((stamp, replace(judge_clock(stamp.event), leaf=stamp.leaf)))
        elif before is not None and went_back(before.at, stamp.at):
            self.found.append((stamp, Finding("CLOCK", BACK, leaf=stamp.leaf, also=(before.leaf,))))


def judge_step(before: str | None, now: str) -> Finding | None:
    """The finding that the clock shows a time before that of the record before; None where it does not."""
    return Finding("CLOCK", BACK) if before is not None and went_back(before, now) else None


def went_back(before: str, after: str) -> bool:
    """Whether a record's time is before that of its predecessor by more than an automatic correction of a clock."""
    return datetime.fromisoformat(before) - datetime.fromisoformat(after) > TOLERANCE


def _codes(events: Iterable[NewEvent]) -> Iterator[str]:
    for event in events:
        if event.type in _TOUCHING:
            yield from (str(row["code"]) for row in rows_in(_body(event)))


def _body(event: NewEvent) -> Mapping[str, object]:
    return {"type": event.type, **event.fields}


def hours_between(before: str, after: str) -> int:
    """Whole hours from one RFC 3339 time to another; negative where the clock was set back."""
    return (datetime.fromisoformat(after) - datetime.fromisoformat(before)) // timedelta(hours=1)
