"""When a thing must be where: by the phase that its kind comes in, where that has a time, else by the place.

A phase's time is that of the places its things are bound for. Further up their way the place's own time holds, as long
as it is no later, and is meant for them: where a phase is due after its destination's own time, the times of the places
are those of goods that come before it.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from custody.chain.findings import Finding, moment
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.item_facts import Item
from custody.plan.levels import BELOW_STORES
from custody.plan.phases import Phase, phase_of
from custody.plan.places import Place, path


class Due(NamedTuple):
    """A time by which a thing must be at a place: RFC 3339, UTC. `phase` is the code of the phase that it is of, empty
    where it is the place's own.
    """

    time: str
    phase: str = ""

    def is_past(self, when: str) -> bool:
        """Whether this moment is later than it."""
        return moment(when) > moment(self.time)


def due_at(place: Place, kind: str, to: Place | None, phase: Phase | None) -> Due | None:
    """When a thing must be at a place; None where nobody said.

    Args:
        to: the place that it is bound for; None where the plan does not have it.
        phase: the one that its kind comes in, as the plan has it where it is bound for; None: none.
    """
    own = Due(place.due) if place.due is not None else None
    time = phase.due_of(kind) if phase is not None else None
    if phase is None or time is None:
        return own
    is_home = to is not None and place.code == to.code
    if not is_home and place.level not in BELOW_STORES:
        return own
    is_after = to is not None and to.due is not None and moment(time) > moment(to.due)
    if own is None or is_home or is_after or not moment(own.time) <= moment(time):
        return Due(time, phase.code)
    return own


@dataclass(frozen=True, slots=True, eq=False)
class Dues:
    """The due times of all things, by the plan. `phases` has those that count at each place for which somebody plans
    phases, and below it, as far as there is no nearer one; empty: everywhere.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    phases: Mapping[str, tuple[Phase, ...]] = field(default_factory=dict)
    _bound: dict[tuple[str, str], Phase | None] = field(default_factory=dict, init=False, repr=False)

    def at(self, place: Place, kind: str, to: str) -> Due | None:
        """When a thing of this kind that is bound for `to` must be at a place; None where nobody said."""
        if not self.phases:
            return Due(place.due) if place.due is not None else None
        if (kind, to) not in self._bound:
            self._bound[kind, to] = phase_of(self.phases.get(branch_of(self.phases, self.places, to), ()), kind)
        return due_at(place, kind, self.places.get(to), self._bound[kind, to])


def branch_of(phases: Container[str], places: Mapping[str, Place], code: str) -> str:
    """The nearest place at or above one for which somebody plans phases; empty where there is none."""
    return next((place.code for place in reversed(path(places, code)) if place.code in phases), "")


NO_DUES = Dues()


# --- What is said of a time that is past ------------------------------------------------------------------------------


def came_late(place: Place, due: Due | None, happened: str) -> list[Finding]:
    """The finding that something came to a place after it was due there; none where it was in time."""
    if due is None or not due.is_past(happened):
        return []
    told = N_("{place} was due {due_utc} and received {happened_utc}")
    if due.phase:
        told = N_("phase {phase} was due at {place} {due_utc}, and was received {happened_utc}")
    shown = {"place": place.name, "due_utc": due.time, "happened_utc": happened}
    return [Finding("LATE", told, shown | ({"phase": due.phase} if due.phase else {}), is_open=False)]


def not_arrived(item: Item, place: Place, due: Due | None, as_of: str) -> list[Finding]:
    """The finding that an item is not where it is bound for, and was due there by that moment."""
    if due is None or not due.is_past(as_of):
        return []
    told = N_("{item} was due at {place} {due_utc} and has not arrived")
    if due.phase:
        told = N_("{item} was due at {place} {due_utc} by phase {phase}, and has not arrived")
    shown = {"item": show_code(item.code), "place": place.name, "due_utc": due.time}
    return [Finding("LATE", told, shown | ({"phase": due.phase} if due.phase else {}), item.code)]
