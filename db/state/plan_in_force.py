"""The plan in force of one ledger: what its records come to, and what is registered twice for one need of it."""

from collections.abc import Iterator, Mapping

from peewee import fn

from custody.chain.branches import Outside
from custody.chain.planned import PhasesInForce, Plan, Withdrawn, phases_by_branch, plan_of
from custody.chain.roster import PLANNING
from custody.plan.dues import Dues, branch_of
from custody.plan.missing_items import Slot
from custody.plan.places import Place, path
from db.log.reader import LedgerReader
from db.log.stored import PHASED
from db.models import Tables
from db.prepared import batches
from db.state.current_roster import RosterTable
from db.state.item_rows import ItemRow
from db.state.place_rows import PlaceTable

_AT_ONCE = 500
_TOPICS = (*PLANNING, "correct")


class PlanInForce:
    """What the records of the plan come to, folded again only after a change of the rules."""

    def __init__(self, ledger: LedgerReader, stations: RosterTable, places: PlaceTable) -> None:
        self.ledger, self.stations, self.places = ledger, stations, places

    @property
    def _folded(self) -> Plan:
        return self.ledger.memory.remember_rule(
            "plan", lambda: plan_of(self.ledger.on_topic(_TOPICS), self.stations.now())
        )

    @property
    def parents(self) -> Mapping[str, tuple[int, str | None]]:
        """Each place's parent as the highest level that names it says, with that level."""
        return self._folded.parents

    @property
    def outside(self) -> list[Outside]:
        """The rows of the plan that are not counted, for they are of another branch than their station may plan."""
        return self._folded.outside if self.stations.now().has_branches else []

    @property
    def withdrawn(self) -> Withdrawn:
        """What was withdrawn from the plan and not planned again."""
        has_any = self.ledger.memory.remember_rule("withdraws", lambda: bool(self.ledger.on_topic(("withdraw",))))
        return self._folded.withdrawn if has_any else Withdrawn()

    @property
    def phased(self) -> PhasesInForce:
        """The phases at this station's place, and the kinds that stations which knew nothing of each other have put
        into two.
        """
        if not (by_branch := self._phases):
            return PhasesInForce()
        own = self.ledger.own_row()
        place = own.place if own else ""
        return by_branch[place if place in by_branch else branch_of(by_branch, self.places, place)]

    def dues(self, places: Mapping[str, Place]) -> Dues:
        """When things are due where, in this tree."""
        return Dues(places, {branch: found.phases for branch, found in self._phases.items()})

    @property
    def _phases(self) -> Mapping[str, PhasesInForce]:
        return self.ledger.memory.remember_rule("phases", self._phases_by_branch)

    def _phases_by_branch(self) -> Mapping[str, PhasesInForce]:
        if not self.ledger.on_topic((PHASED,)):
            return {}

        def way_to(code: str) -> list[str]:
            return [place.code for place in path(self.places, code)] or [code]

        return phases_by_branch(self.ledger.on_topic(_TOPICS), self.stations.now(), way_to)


class Twins:
    """The things that offices which began apart have registered for one need, those that are not merged yet: the first
    of each row counts, as it has moved, has a label, or has the lower code; the others do not.
    """

    def __init__(self, ledger: LedgerReader, tables: Tables, plan: PlanInForce) -> None:
        self.ledger, self.tables, self.plan = ledger, tables, plan
        self.stations, self.places = plan.stations, plan.places

    def __iter__(self) -> Iterator[list[ItemRow]]:
        if not self.stations.now().joined:
            return iter(())
        return iter(self.ledger.memory.remember("twins", self._find))

    @property
    def uncounted(self) -> frozenset[tuple[str, str]]:
        """Those that do not count, as `Withdrawn.items` has them."""
        return frozenset((row.code, "") for rows in self for row in rows[1:])

    def _find(self) -> list[list[ItemRow]]:
        found, gone, places = self._in_one_slot(), self.plan.withdrawn, self.places.tree()
        naming = self.ledger.naming([row.code for rows in found.values() for row in rows])
        logs = {
            code: {event.log for event in events if event.type == "register" and self.stations.now().stands(event)}
            for code, events in naming.items()
        }
        twins = []
        for _slot, rows in sorted(found.items(), key=lambda entry: repr(entry[0])):
            rows = [row for row in rows if not gone.covers(row.kind, row.bound_for, places, row.code)]
            rows.sort(key=lambda row: (row.moves == 0, row.print == 0, row.code))
            if len(rows) > 1 and any(logs[row.code].isdisjoint(logs[rows[0].code]) for row in rows[1:]):
                twins.append(rows)
        return twins

    def _in_one_slot(self) -> dict[Slot, list[ItemRow]]:
        """What is registered for each need for which more than one thing is."""
        item = self.tables.item
        alike = (item.kind, item.bound_for, item.election, item.k)
        slots = set(item.select(*alike).group_by(*alike).having(fn.COUNT(item.code) > 1).tuples())
        found: dict[Slot, list[ItemRow]] = {slot: [] for slot in slots}
        for places in batches(sorted({slot[1] for slot in slots}), _AT_ONCE):
            for row in map(ItemRow._make, item.select().where(item.bound_for.in_(places)).tuples()):
                if (slot := (row.kind, row.bound_for, row.election, row.k)) in found:
                    found[slot].append(row)
        return found
