"""The plan in force: which rows of the plan count, and below which place each does.

Who may plan everywhere may say everything, as root. A station that may plan below a place says what is needed there and
adds places to it; where its place lies, and which places of others lie in it, only higher levels tell it. So a branch
neither grows by its own word nor takes a place from another, and the order of arrival decides nothing.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from custody.chain.branches import Branches, CountedRows, Outside, PlanRecord
from custody.chain.corrections import in_place_of, withdrawals
from custody.chain.order import causal_order
from custody.chain.roster import PLANNING, Roster, Scope
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.phases import Phase, phases_of
from custody.plan.places import Place, path

Name = tuple[str, ...]
"""What a row of a plan is about: ("place", code), ("need", kind, level, branch), ("kind", kind, branch), or ("item",
code, branch).
"""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn from the plan and not planned again: codes of places, (kind, branch), (kind, level, branch) of
    needs, and (code, branch) of items, of which a branch takes out what is bound for a place in it. An empty branch:
    everywhere. `planned` are the kinds that still have needs, with their branches; `is_split`: some branch has, or had,
    needs of its own.
    """

    places: frozenset[str] = frozenset()
    kinds: frozenset[tuple[str, str]] = frozenset()
    needs: frozenset[tuple[str, str, str]] = frozenset()
    items: frozenset[tuple[str, str]] = frozenset()
    planned: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    is_split: bool = False

    def __bool__(self) -> bool:
        return bool(self.places or self.kinds or self.needs or self.items)

    def covers(self, kind: str, to: str, places: Mapping[str, Place], code: str = "") -> bool:
        """Whether a thing of this kind, bound for that place, is none that the plan still has."""
        if to in self.places:
            return True
        place, is_gone = places.get(to), False
        way = reversed(path(places, to)) if self.is_split or self.items else ()
        branches = (*(step.code for step in way), "")
        if self.items and any((code, branch) in self.items for branch in branches):
            return True
        for branch in branches:
            at_level = place is not None and (kind, place.level, branch) in self.needs
            is_gone |= at_level or (kind, branch) in self.kinds
            if (kind, branch) in self.planned:  # the nearest branch that still says what is needed of it
                return at_level
        return is_gone


@dataclass(frozen=True)
class Plan:
    """What the events of the plan come to: its rows, each with the `under` of its branch where it is a need; what was
    withdrawn and not planned again; what is not counted; each place's parent as the highest level that names it says,
    with that level (0: whoever may plan everywhere); and each place's parent in the rows, or in them before it was
    withdrawn.
    """

    rows: list[Body] = field(default_factory=list)
    gone: set[Name] = field(default_factory=set)
    outside: list[Outside] = field(default_factory=list)
    parents: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    placed: dict[str, str | None] = field(default_factory=dict)

    @property
    def withdrawn(self) -> Withdrawn:
        """What the plan lacks because somebody who may plan withdrew it."""
        by = {sort: [name[1:] for name in self.gone if name[0] == sort] for sort in ("place", "kind", "need", "item")}
        planned = frozenset((row["kind"], row["under"]) for row in self.rows if row["row"] == "need")
        return Withdrawn(
            frozenset(code for (code,) in by["place"]),
            frozenset((kind, under) for kind, under in by["kind"]),
            frozenset((kind, level, under) for kind, level, under in by["need"]),
            frozenset((code, under) for code, under in by["item"]),
            planned,
            is_split=any(branch for *_what, branch in (*planned, *by["kind"], *by["need"])),
        )


def plan_of(plans: Iterable[Event], trusted: Roster) -> Plan:
    """Fold the events of the plan that count, each after those that its station knew; of two rows for one thing the
    last holds.

    Rows of stations that may not plan, and those that were withdrawn, are left out; a corrective plan stands where the
    withdrawn one stood. A `withdraw` takes away the rows that come before it. What no knowledge orders goes by the
    level of who may plan below a place alone, then by leaf digest.

    Args:
        plans: the `plan`, `withdraw` and `correct` events, in any order.
    """
    plan, said = Plan(), list(_in_order(plans, trusted))
    counted: dict[str, CountedRows] = {}
    for rank in sorted({one.rank for one in said}):
        level = [one for one in said if one.rank == rank]
        counted |= (
            Branches(level, plan.parents, plan.outside).counted()
            if rank
            else {one.event.leaf: _everywhere(one) for one in level}
        )
        _follow(plan.parents, rank, ((one.event.type, counted[one.event.leaf].rows) for one in level))
    rows = plan.rows
    for one in said:
        told = counted[one.event.leaf]
        if one.event.type == "plan":
            new = [_in_place(row, one.rank, plan.parents) for row in told.rows]
            rows += new
            plan.placed.update((row["code"], row.get("parent")) for row in new if row["row"] == "place")
            plan.gone.difference_update(*map(_names_of, told.rows))
        else:
            names = _withdrawn_by(told, rows)
            rows[:] = [row for row in rows if names.isdisjoint(_names_of(row))]
            plan.gone.update(names)
    return plan


class PhasesInForce(NamedTuple):
    """The phases of the plan in force; `overlaps` has the other phases, by kind, in which stations that may plan and
    knew nothing of each other have put a kind.
    """

    phases: tuple[Phase, ...] = ()
    overlaps: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def phase_branches(plans: Iterable[Event], trusted: Roster) -> frozenset[str]:
    """The places for which somebody who may plan there plans phases of its own; empty: everywhere, whether anybody does
    or not.

    Args:
        plans: those that tell phases, in any order.
    """
    return frozenset({"", *(place for one in _in_order(plans, trusted) for place in _branches_of(one))})


def phases_in_force(plans: Iterable[Event], trusted: Roster, way: Sequence[str] = ()) -> PhasesInForce:
    """The phases of the plan that counts at a place. Of two words on one kind the one for the nearer branch holds, then
    the one whose station knew the other; what no knowledge orders goes as in the plan, and is told as an overlap.

    Args:
        plans: as for `plan_of`.
        way: the codes from the top down to the place: what a branch plans counts below its own place alone.
    """
    records = [one for one in _in_order(plans, trusted) if _is_for(one, way)]
    depth = {code: at for at, code in enumerate(way)}
    nearness = {
        one.event.leaf: max((depth.get(place, -1) for place in _branches_of(one)), default=-1) for one in records
    }
    order = causal_order(one.event for one in records)
    said: dict[str, list[tuple[Event, Body]]] = {}
    for event in (one.event for one in records):
        if event.type == "plan":
            for row in event.body.get("phases", ()):
                said.setdefault(row["kind"], []).append((event, row))
        else:
            for row in event.body["rows"]:
                if row["row"] == "need" and row["level"] is None:
                    said.pop(row["kind"], None)
    overlaps, rows = {}, []
    for kind, all_told in said.items():
        nearest = max(nearness[event.leaf] for event, _row in all_told)
        told = [(event, row) for event, row in all_told if nearness[event.leaf] == nearest]
        last, held = told[-1]
        rows.append(held)
        apart = (row["phase"] for event, row in told if order.are_apart(event, last))
        if others := sorted({phase for phase in apart if phase != held["phase"]}):
            overlaps[kind] = tuple(others)
    return PhasesInForce(phases_of(rows), overlaps)


def _branches_of(one: PlanRecord) -> tuple[str, ...]:
    """The places below which a record of the plan counts alone; none where it counts everywhere."""
    under = one.event.body.get("under")
    return (under,) if under else tuple(scope[-1] for scope in one.scopes) if one.rank else ()


def _is_for(one: PlanRecord, way: Container[str]) -> bool:
    """Whether a record of the plan speaks of a place with this way."""
    under = one.event.body.get("under")
    may = one.rank == 0 or any(all(code in way for code in scope) for scope in one.scopes)
    return may and (under is None or under in way)


def _in_order(plans: Iterable[Event], trusted: Roster) -> Iterator[PlanRecord]:
    """The events of the plan that count, each after those that its station knew."""
    events = {event.leaf: event for event in plans if trusted.stands(event)}
    withdrawn, _disputed = withdrawals(events, trusted.correctors)
    placed = in_place_of(events, withdrawn)
    said: dict[str, PlanRecord] = {}
    for leaf, event in events.items():
        scopes = () if event.type not in PLANNING or leaf in withdrawn else _reach(trusted, event)
        if scopes:
            rank = trusted.rank(event.log, "plan", event.seq)
            said[leaf] = PlanRecord(placed.get(leaf, event), scopes, rank, trusted.owners[event.log].station)
    order = causal_order(one.event for one in said.values())
    while ready := order.ready() if order.waiting() else []:
        first = min((said[event.leaf] for event in ready), key=lambda one: (one.rank, one.event.leaf))
        order.take(first.event)
        yield first


def _reach(trusted: Roster, event: Event) -> tuple[Scope, ...]:
    return tuple(trusted.scopes(event.log, "plan", event.seq))


def _everywhere(one: PlanRecord) -> CountedRows:
    """The rows of a record whose station may plan everywhere."""
    return CountedRows(with_branch(one.event) if one.event.type == "plan" else one.event.body["rows"])


def with_branch(plan: Event) -> list[Body]:
    """The rows of a `plan` event, the needs among them with the place below which they hold; empty: everywhere."""
    branch = plan.body.get("under") or ""
    return [{**row, "under": branch} if row["row"] == "need" else row for row in plan.body["rows"]]


def _in_place(row: Body, rank: int, parents: Mapping[str, tuple[int, str | None]]) -> Body:
    """A row of the plan; a place that a higher level names too is where that one puts it."""
    if not rank or row["row"] != "place" or parents.get(row["code"], (rank, None))[0] >= rank:
        return row
    return {**row, "parent": parents[row["code"]][1]}


def _follow(parents: dict[str, tuple[int, str | None]], rank: int, told: Iterable[tuple[str, Sequence[Body]]]) -> None:
    """Note where the rows of one level put places that no higher one names."""
    for type_, rows in told:
        for row in rows:
            if row["row"] != "place" or parents.get(row["code"], (rank, None))[0] < rank:
                continue
            if type_ == "plan":
                parents[row["code"]] = (rank, row.get("parent"))
            else:
                parents.pop(row["code"], None)


def _names_of(row: Body) -> tuple[Name, ...]:
    if row["row"] == "place":
        return (("place", row["code"]),)
    if row["row"] != "need":
        return ()
    return (("need", row["kind"], row["level"], row["under"]), ("kind", row["kind"], row["under"]))


def _withdrawn_by(told: CountedRows, rows: Iterable[Body]) -> set[Name]:
    """What a withdrawal takes out of the plan; who may plan everywhere takes a need out of every branch."""
    gone: set[Name] = {("place", row["code"]) for row in told.rows if row["row"] == "place"}
    for row in (row for row in told.rows if row["row"] == "item"):
        gone |= {("item", row["code"], branch) for branch in ({""} if told.branches is None else told.branches)}
    for row in (row for row in told.rows if row["row"] == "need"):
        branches = told.branches
        if branches is None:
            branches = frozenset({"", *(one["under"] for one in rows if one.get("kind") == row["kind"])})
        for branch in branches:
            gone.add(
                ("kind", row["kind"], branch) if row["level"] is None else ("need", row["kind"], row["level"], branch)
            )
    return gone
