"""Handovers as lines of a list, and the loads that are under way: what offices ask about their trucks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from custody.chain.findings import moment
from custody.format.events import Event
from custody.handover.handover_facts import offered_in
from custody.measures.truckloads import Aboard, Load
from custody.plan.places import Ways

_SUMMED = ("taken", "refused", "unlabelled")


class HandoverLine(NamedTuple):
    """One handover, or one part of it: its record and BAST number, between whom, when, how much, and who was there.

    `taken` and `refused` count what was scanned, `unlabelled` what was noted without a readable label; `bound` are the
    destinations of a truck.
    """

    log: str
    seq: int
    bast: str
    giver: str
    to: str
    happened: str
    at: str
    taken: int
    refused: int
    people: tuple[str, ...]
    bound: tuple[str, ...]
    unlabelled: int

    @property
    def record(self) -> str:
        """The name by which its record is found."""
        return f"{self.log}:{self.seq}"


def line_of(event: Event) -> HandoverLine:
    """What a list says of a `handover` event."""
    body = event.body
    refused = len(event.refused)
    taken, unlabelled = offered_in(body) - refused, sum(extra["count"] for extra in body["extras"])
    people = (body["parties"]["giver"], body["parties"]["receiver"], *body["witnesses"], body["by"])
    ends = (body["bast"], body["from"], body["to"])
    return HandoverLine(
        event.log, event.seq, *ends, event.happened, event.at, taken, refused, people, tuple(body["bound"]), unlabelled
    )


def whole_handovers(lines: Iterable[HandoverLine]) -> list[HandoverLine]:
    """Each handover once, its parts added up, the newest first."""
    found: dict[tuple[str, ...], HandoverLine] = {}
    for line in sorted(lines, key=lambda line: (line.log, line.seq)):
        key = (line.log, line.bast, line.giver, line.to)
        if (first := found.get(key)) is not None:
            sums = (getattr(first, name) + getattr(line, name) for name in _SUMMED)
            line = first._replace(**dict(zip(_SUMMED, sums, strict=True)))
        found[key] = line
    return sorted(found.values(), key=lambda line: (moment(line.happened), line.log, line.seq), reverse=True)


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """A load that has left and not come off whole: since when, how many things, for which places, and when the first of
    them is due; None: it has no due time.
    """

    load: Load
    left: str
    count: int
    stops: tuple[str, ...]
    due: str | None


def open_loads(
    aboard: Iterable[Aboard],
    lines: Iterable[HandoverLine],
    ways: Ways,
    next_due: Callable[[str], str | None],
) -> list[OpenLoad]:
    """The loads under way, what is due first at the head.

    Args:
        lines: all handovers, for the times at which the loads left.
        next_due: when an item, by its code, is due at its next place.
    """
    groups: dict[Load, list[Aboard]] = {}
    for thing in aboard:
        groups.setdefault(thing.load, []).append(thing)
    left: Mapping[Load, str] = {Load(line.giver, line.to, line.bast): line.happened for line in lines}
    found = []
    for load, things in groups.items():
        dues = [due for thing in things if (due := next_due(thing.code))]
        stops = {_stop(ways, load.giver, thing.to): None for thing in things}
        found.append(OpenLoad(load, left.get(load, ""), len(things), (*stops,), min(dues, key=moment, default=None)))
    return sorted(found, key=lambda one: (one.due is None, moment(one.due) if one.due else "", one.load))


def _stop(ways: Ways, giver: str, to: str) -> str:
    """Where a thing is to come off first: the place right below its giver, else its sub-district or destination."""
    way = [place.code for place in ways.to(to)]
    if giver in way[:-1]:
        return way[way.index(giver) + 1]
    area = ways.area(to)
    return area.code if area else to
