"""What came aboard a truck and did not come off where the rest of its load did; what came off without a label.

Neither shows in the chain of the thing itself: it is the records of other things that say so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain as joined
from typing import NamedTuple

from custody.chain.chain import Chain
from custody.chain.findings import Finding, had_happened, name_of
from custody.errors import N_
from custody.format.codes import show_code
from custody.handover.counting import Counted, counted_in
from custody.plan.places import Place, is_carrier, is_under

_LEFT = N_(
    "{item} for {destination} was loaded onto {truck} and did not come off at {to}, where others of its load did"
)


class Load(NamedTuple):
    """What was loaded together: who gave it, onto which truck, under which BAST number."""

    giver: str
    truck: str
    bast: str


@dataclass(frozen=True, slots=True)
class Aboard:
    """A thing on a truck: its load, what it is called and where it is bound for.

    `taken_off`: a record of a station that is not admitted which says that it came off, and the name of that station.
    `refused`: of each record by which it was offered and refused since: where, by which log, under which number.
    """

    load: Load
    code: str
    to: str
    taken_off: tuple[str, str] | None = None
    refused: frozenset[tuple[str, str, str]] = frozenset()

    def was_offered_in(self, record: Counted) -> bool:
        """Whether it was offered and refused where others of its load came off: by that log, or under that number."""
        key = record.key
        return any(to == key.to and (log == key.log or bast == key.bast) for to, log, bast in self.refused)


class Truckloads:
    """The loads of all trucks, added up item by item."""

    def __init__(self) -> None:
        self._aboard: dict[str, Aboard] = {}
        self._unloaded: dict[str, tuple[tuple[Load, Counted], ...]] = {}
        self._stops: dict[Load, dict[str, Counted]] | None = None

    def put(self, chain: Chain, places: Mapping[str, Place], *, as_of: str | None) -> None:
        """Take in an item, in place of what was known of it, by what had happened at a moment."""
        self._aboard.pop(chain.code, None)
        if self._unloaded.pop(chain.code, None) is not None:
            self._stops = None
        load: Load | None = None
        unloaded: list[tuple[Load, Counted]] = []
        refused: set[tuple[str, str, str]] = set()
        for link in chain.links:
            event = link.event
            if event.type != "handover" or not had_happened(event.happened, as_of):
                continue
            giver, to = event.body["from"], event.body["to"]
            if link.is_refused and load is not None and giver == load.truck:
                refused.add((to, event.log, event.body["bast"]))
            if not link.has_moved:
                continue
            refused.clear()
            if load is not None and giver == load.truck and not is_carrier(places, to):
                unloaded.append((load, counted_in(event)))
            load = Load(giver, to, str(event.body["bast"])) if is_carrier(places, to) else None
        if unloaded:
            self._unloaded[chain.code] = tuple(unloaded)
            self._stops = None
        if load is not None and chain.item is not None:
            told = next(
                (
                    (link.event.leaf, link.stranger)
                    for _before, link in chain.aside
                    if link.from_ == load.truck and not (link.is_withdrawn or link.is_refused)
                ),
                None,
            )
            self._aboard[chain.code] = Aboard(load, chain.code, chain.item.to, told, frozenset(refused))

    def aboard(self) -> Iterable[Aboard]:
        """Everything that is on a truck now."""
        return self._aboard.values()

    def left_aboard(self, places: Mapping[str, Place]) -> Iterator[tuple[Counted, Finding]]:
        """A finding for each thing that is on a truck still, though others of its load came off where it is bound for;
        with the record by which they did, the first of several.
        """
        if self._stops is None and self._aboard:
            self._stops = _stops(joined.from_iterable(self._unloaded.values()))
        for thing in self._aboard.values():
            for stop, record in sorted((self._stops or {}).get(thing.load, {}).items()):
                if is_under(places, thing.to, stop) and not thing.was_offered_in(record):
                    yield record, _left(places, thing, record)
                    break


def _stops(unloaded: Iterable[tuple[Load, Counted]]) -> dict[Load, dict[str, Counted]]:
    """Where things of each load came off, with the first record that says so."""
    stops: dict[Load, dict[str, Counted]] = {}
    for load, record in unloaded:
        at = stops.setdefault(load, {})
        first = at.get(record.key.to)
        if first is None or (record.happened, record.leaf) < (first.happened, first.leaf):
            at[record.key.to] = record
    return stops


def _left(places: Mapping[str, Place], thing: Aboard, record: Counted) -> Finding:
    shown = {
        "item": show_code(thing.code),
        "destination": name_of(places, thing.to),
        "truck": name_of(places, thing.load.truck),
        "to": name_of(places, record.key.to),
    }
    leaf, stranger = thing.taken_off or ("", "")
    return Finding(
        "SHORTAGE",
        _LEFT,
        shown,
        thing.code,
        record.leaf,
        is_provisional=bool(stranger),
        also=(leaf,) if leaf else (),
        stranger=stranger,
    )
