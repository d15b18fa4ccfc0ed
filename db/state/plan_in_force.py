"""The plan in force of one ledger: what its records come to, and what is registered twice for one need of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from peewee import fn

from custody.chain.branches import Outside
from custody.chain.linking import destinations_named
from custody.chain.planned import PhasesInForce, Plan, Withdrawn, phase_branches, phases_in_force, plan_of
from custody.chain.roster import PLANNING, Roster
from custody.plan.dues import Dues, branch_of
from custody.plan.missing_items import Slot
from custody.plan.phases import Phase
from custody.plan.places import Place, path
from custody.plan.twins import all_outside
from db.log.reader import LedgerReader
from db.log.stored import PHASED
from db.models import Tables
from db.prepared import batches
from db.state.current_roster import RosterTable
from db.state.item_rows import ItemRow
from db.state.place_rows import PlaceTable

_AT_ONCE = 500
_TOPICS = (*PLANNING, "correct")
T = TypeVar("T")


class PlanInForce:
    """What the records of the plan come to, folded again only after a change of the rules."""

    def __init__(self, ledger: LedgerReader, stations: RosterTable, places: PlaceTable) -> None:
        self.ledger, self.stations, self.places = ledger, stations, places

    @property
    def _folded(self) -> Plan:
        return self._remember("plan", lambda trusted: plan_of(self.ledger.on_topic(_TOPICS), trusted))

    def _remember(self, name: str, make: Callable[[Roster], T]) -> T:
        trusted = self.stations.now()
        return self.ledger.memory.remember_plan(name, trusted, lambda: make(trusted))

    @property
    def parents(self) -> Mapping[str, tuple[int, str | None]]:
        """Each place's parent as the highest level that names it says, with that level."""
        return self._folded.parents

    @property
    def placed(self) -> Mapping[str, str | None]:
        """The place above each one, as the plan puts it, or put it before it was withdrawn."""
        return self._folded.placed

    @property
    def outside(self) -> list[Outside]:
        """What is not counted of the plan, for it is of another branch than its station may plan."""
        if not (trusted := self.stations.now()).has_branches:
            return []
        said = self.ledger.on_topic(("point", "withdraw", "correct"))

        def goes(codes: Collection[str]) -> dict[str, set[str]]:
            return {code: destinations_named(code, events) for code, events in self.ledger.items.naming(codes).items()}

        return all_outside(self._folded, said, trusted, goes)

    def withdrawn(self, tops: Sequence[str] | None = None) -> Withdrawn:
        """What was withdrawn from the plan and not planned again; of these places and all below, and perhaps of others.

        Then records of who may plan elsewhere alone are not read: they say nothing of these places that counts.
        """
        if not self._remember("withdraws", lambda _trusted: bool(self.ledger.on_topic(("withdraw",)))):
            return Withdrawn()
        elsewhere = self._elsewhere(tops) if tops is not None else frozenset()
        if not elsewhere:
            return self._folded.withdrawn
        logs = self.stations.now().owners.keys() - elsewhere
        name = f"withdrawn without: {' '.join(sorted(elsewhere))}"
        return self._remember(name, lambda trusted: plan_of(self.ledger.on_topic(_TOPICS, logs), trusted).withdrawn)

    def _elsewhere(self, tops: Sequence[str]) -> frozenset[str]:
        """The logs whose stations may plan below places alone that are neither above nor below one of these."""
        stations = self.stations.now()
        ways = [{place.code for place in path(self.places, top)} for top in tops]

        def is_apart(code: str) -> bool:
            way = {place.code for place in path(self.places, code)}
            return bool(way) and all(code not in of_top and way.isdisjoint(tops) for of_top in ways)

        return frozenset(
            log
            for log in stations.owners
            if (scopes := stations.scopes(log, "plan")) and all(scope and is_apart(scope[-1]) for scope in scopes)
        )

    @property
    def phased(self) -> PhasesInForce:
        """The phases at this station's place, and the kinds that stations which knew nothing of each other have put
        into two.
        """
        if not (branches := self.phase_branches):
            return PhasesInForce()
        own = self.ledger.own_row()
        place = own.place if own else ""
        return self._phases_at(place if place in branches else branch_of(branches, self.places, place))

    def dues(self, places: Mapping[str, Place]) -> Dues:
        """When things are due where, in this tree."""
        branches = self.phase_branches
        return Dues(places, _PhasesByBranch(branches, self._phases_at)) if branches else Dues(places)

    @property
    def phase_branches(self) -> frozenset[str]:
        """The places for which somebody plans phases of their own, and an empty code for all; none without phases."""

        def find(trusted: Roster) -> frozenset[str]:
            told = self.ledger.on_topic((PHASED,))
            return phase_branches(told, trusted) if told else frozenset()

        return self._remember("phase branches", find)

    def _phases_at(self, branch: str) -> PhasesInForce:
        """The phases that count at a branch, by the records of who may plan there."""
        way = ([place.code for place in path(self.places, branch)] or [branch]) if branch else []

        def find(stations: Roster) -> PhasesInForce:
            scopes = {log: stations.scopes(log, "plan") for log in stations.owners}
            logs = [log for log, said in scopes.items() if any(set(way).issuperset(scope) for scope in said)]
            return phases_in_force(self.ledger.on_topic(_TOPICS, logs), stations, way)

        return self._remember(f"phases: {branch}", find)


class _PhasesByBranch(Mapping[str, tuple[Phase, ...]]):
    """The phases of each branch that has its own, worked out when they are asked for."""

    def __init__(self, branches: frozenset[str], find: Callable[[str], PhasesInForce]) -> None:
        self._branches, self._find = branches, find

    def __getitem__(self, branch: str) -> tuple[Phase, ...]:
        if branch not in self._branches:
            raise KeyError(branch)
        return self._find(branch).phases

    def __contains__(self, branch: object) -> bool:
        return branch in self._branches

    def __iter__(self) -> Iterator[str]:
        return iter(self._branches)

    def __len__(self) -> int:
        return len(self._branches)


class Twins:
    """The things that offices which began apart have registered for one need, those that are not merged yet: the first
    of each row counts, as it has moved, has a label, or has the lower code; the others do not. Of those that two people
    merged each his own way, knowing nothing of each other, that one counts still: a need is left with one.
    """

    def __init__(self, ledger: LedgerReader, tables: Tables, plan: PlanInForce) -> None:
        self.ledger, self.tables, self.plan = ledger, tables, plan
        self.stations, self.places = plan.stations, plan.places

    def __iter__(self) -> Iterator[list[ItemRow]]:
        return iter(self._below(None)[0])

    def uncounted(self, tops: Sequence[str] | None = None) -> frozenset[tuple[str, str]]:
        """Those that do not count, as `Withdrawn.items` has them; of what is bound for these places or below alone."""
        return frozenset((row.code, "") for rows in self._below(tops)[0] for row in rows[1:])

    def kept(self, tops: Sequence[str] | None = None) -> frozenset[str]:
        """The codes that count though somebody took them out, for others took out all their twins; as `uncounted`."""
        return self._below(tops)[1]

    def _below(self, tops: Sequence[str] | None) -> tuple[list[list[ItemRow]], frozenset[str]]:
        if not self.stations.now().joined:
            return [], frozenset()
        return self.ledger.memory.remember(f"twins: {tops}", lambda: self._find(tops))

    def _find(self, tops: Sequence[str] | None) -> tuple[list[list[ItemRow]], frozenset[str]]:
        if not (found := self._in_one_slot(tops)):
            return [], frozenset()
        gone, places = self.plan.withdrawn(tops), self.places.tree()
        planned = replace(gone, items=frozenset())
        naming = self.ledger.items.naming([row.code for rows in found.values() for row in rows])
        logs = {
            code: {event.log for event in events if event.type == "register" and self.stations.now().stands(event)}
            for code, events in naming.items()
        }
        twins, kept = [], set()
        for _slot, rows in sorted(found.items(), key=lambda entry: repr(entry[0])):
            rows = [row for row in rows if not planned.covers(row.kind, row.bound_for, places)]
            rows.sort(key=lambda row: (row.moves == 0, row.print == 0, row.code))
            first = rows[:1]
            rows = [row for row in rows if not gone.covers(row.kind, row.bound_for, places, row.code)]
            if not rows:
                kept |= {row.code for row in first}
            if len(rows) > 1 and any(logs[row.code].isdisjoint(logs[rows[0].code]) for row in rows[1:]):
                twins.append(rows)
        return twins, frozenset(kept)

    def _in_one_slot(self, tops: Sequence[str] | None) -> dict[Slot, list[ItemRow]]:
        """What is registered for each need for which more than one thing is."""
        item = self.tables.item
        alike = (item.kind, item.bound_for, item.election, item.k)
        query = item.select(*alike)
        if tops is not None:
            query = query.where(item.bound_for.in_(self.places.codes_under(*tops)))
        slots = set(query.group_by(*alike).having(fn.COUNT(item.code) > 1).tuples())
        found: dict[Slot, list[ItemRow]] = {slot: [] for slot in slots}
        for places in batches(sorted({slot[1] for slot in slots}), _AT_ONCE):
            for row in map(ItemRow._make, item.select().where(item.bound_for.in_(places)).tuples()):
                if (slot := (row.kind, row.bound_for, row.election, row.k)) in found:
                    found[slot].append(row)
        return found
