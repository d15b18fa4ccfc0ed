"""Branches of the plan: which rows count of stations that may plan below some places alone."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from custody.chain.roster import Scope
from custody.errors import N_
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.levels import BESIDE

_ELSEWHERE = N_("{station} plans {what}, which does not lie below {under}, where alone it may plan: not counted")
_BRANCH = N_(
    "{station} plans for {what}, which does not lie below {under}, where alone it may plan: nothing is counted"
)
_MOVED = N_("{station} puts {what} under another place than who plans above it: its place in the tree stays")
_TAKEN = N_("{station} plans {what}, which another branch planned as its own: not counted")


@dataclass(frozen=True, slots=True)
class Outside:
    """A row of a plan that is not counted, or not where it says: the record and its station, what it is about, the
    places below which that station may plan, and a sentence that says so.
    """

    event: Event
    station: str
    what: str
    under: str
    message: str

    @property
    def values(self) -> dict[str, str]:
        """What fills the blanks of the message."""
        return {"station": self.station, "what": self.what, "under": self.under}


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A record of the plan, how far its station may plan, and at which level: 0 where it may everywhere."""

    event: Event
    scopes: tuple[Scope, ...]
    rank: int
    station: str


@dataclass(frozen=True, slots=True)
class CountedRows:
    """The rows of a record that count, and the branches that a withdrawal of needs is about; None: all of them."""

    rows: Sequence[Body]
    branches: frozenset[str] | None = None


class Branches:
    """The records of one level whose stations may plan below some places alone, judged by the levels above it."""

    def __init__(
        self, said: Sequence[PlanRecord], parents: Mapping[str, tuple[int, str | None]], outside: list[Outside]
    ) -> None:
        """Args:
        parents: each place's parent as the highest level that names it says, with that level.
        outside: takes what does not count.
        """
        self.said, self.outside = said, outside
        self.above = {code: parent for code, (_rank, parent) in parents.items()}
        """Where the levels above put each place."""
        self.mine: dict[tuple[Scope, ...], dict[str, str | None]] = {}
        """Where the stations of each branch put places, by their last word."""
        for one in self._of("plan"):
            places = (row for row in one.event.body["rows"] if row["row"] == "place")
            self.mine.setdefault(one.scopes, {}).update((row["code"], row["parent"]) for row in places)
        self.limits = {one.event.leaf: self._limits(one) for one in said}
        """The places below which each record counts, the narrowest last; none where it is for another branch."""
        self.owners: dict[str, tuple[Scope, ...]] = self._owners()

    def counted(self) -> dict[str, CountedRows]:
        """What counts of each record, by its leaf."""
        found = {one.event.leaf: self._places(one, self.limits[one.event.leaf]) for one in self._of("plan")}
        tree = dict(self.above)
        for one in self._of("plan"):
            tree |= {row["code"]: row["parent"] for row in found[one.event.leaf] if row["code"] in self.owners}
        counted = {}
        for one in self._of("plan"):  # what seemed to lie in the branch before all of this level was read
            rows, limits = (
                list[Body](),
                [limit for limit in self.limits[one.event.leaf] if self._is_ours(one, limit, tree)],
            )
            for row in found[one.event.leaf]:
                if row["code"] not in self.owners or _is_beside(row) or within(tree, row["code"], limits):
                    rows.append(row)
                else:
                    self._leave(one, row["code"], _ELSEWHERE)
            for branch in dict.fromkeys(limit[-1] for limit in limits):
                rows += [{**row, "under": branch} for row in one.event.body["rows"] if row["row"] == "need"]
            if not limits:
                self._leave(one, str(one.event.body.get("under") or one.scopes[0][-1]), _BRANCH)
            counted[one.event.leaf] = CountedRows(rows)
        for one in self._of("withdraw"):
            limits = self.limits[one.event.leaf]
            rows = [row for row in one.event.body["rows"] if self._may_withdraw(one, limits, tree, row)]
            counted[one.event.leaf] = CountedRows(rows, frozenset(limit[-1] for limit in limits))
        return counted

    def _of(self, type_: str) -> Iterator[PlanRecord]:
        return (one for one in self.said if one.event.type == type_)

    def _limits(self, one: PlanRecord) -> list[Scope]:
        under = one.event.body.get("under")
        scopes = [scope for scope in one.scopes if within(self.above, scope[-1], [scope])]
        limits = [scope if under in (None, scope[-1]) else (*scope, under) for scope in scopes]
        mine = ChainMap(self.above, self.mine.get(one.scopes, {}))
        return [limit for limit in limits if within(mine, limit[-1], [limit])]

    def _is_ours(self, one: PlanRecord, limit: Scope, tree: Mapping[str, str | None]) -> bool:
        """Whether the place that a plan is for lies in the branch, now that all of this level was read."""
        is_own = limit in one.scopes or limit[-1] in self.above or self.owners.get(limit[-1]) == one.scopes
        return is_own and within(tree, limit[-1], [limit])

    def _places(self, one: PlanRecord, limits: Sequence[Scope]) -> list[Body]:
        """The places of a plan that count, as far as one can tell before those of other branches are known."""
        rows: list[Body] = []
        tops = {scope[-1] for scope in one.scopes}
        for row in one.event.body["rows"] if limits else ():
            if row["row"] == "place" and (why := self._why_not(one, limits, row)):
                self._leave(one, row["code"], why)
            elif row["row"] == "place":
                code = row["code"]
                if code in self.above and row["parent"] != self.above[code] and code not in tops:
                    self._leave(one, code, _MOVED)
                rows.append({**row, "parent": None} if code in tops and code not in self.above else row)
        return rows

    def _why_not(self, one: PlanRecord, limits: Sequence[Scope], row: Body) -> str | None:
        """Why a row of a place does not count; None where it does, and the place, if it is new, is this branch's."""
        code = row["code"]
        if code in self.above:
            return None if within(self.above, code, limits) else _ELSEWHERE
        if not self._fits(one, limits, row):
            return _ELSEWHERE
        return None if self.owners[code] == one.scopes else _TAKEN

    def _fits(self, one: PlanRecord, limits: Sequence[Scope], row: Body) -> bool:
        """Whether a new place lies in the branch by what its own stations say, or stands beside the tree."""
        mine = ChainMap(self.above, {row["code"]: row["parent"]}, self.mine[one.scopes])
        return _is_beside(row) or within(mine, row["code"], limits)

    def _owners(self) -> dict[str, tuple[Scope, ...]]:
        """The branch that each new place belongs to: the one whose code its own begins with, else the first that put it
        below its own place.
        """
        first: dict[str, tuple[bool, int, tuple[Scope, ...]]] = {}
        for number, one in enumerate(self._of("plan")):
            limits = self.limits[one.event.leaf]
            tops = tuple(f"{limit[-1]}." for limit in limits)
            for row in one.event.body["rows"] if limits else ():
                if row["row"] == "place" and row["code"] not in self.above and self._fits(one, limits, row):
                    claim = (not f"{row['code']}.".startswith(tops), number, one.scopes)
                    first[row["code"]] = min(claim, first.get(row["code"], claim))
        return {code: scopes for code, (_is_foreign, _number, scopes) in first.items()}

    def _may_withdraw(
        self, one: PlanRecord, limits: Sequence[Scope], tree: Mapping[str, str | None], row: Body
    ) -> bool:
        if row["row"] != "place":
            return True
        inner = [limit for limit in limits if row["code"] != limit[-1]]
        if self.owners.get(row["code"]) == one.scopes or within(tree, row["code"], inner):
            return True
        self._leave(one, row["code"], _ELSEWHERE)
        return False

    def _leave(self, one: PlanRecord, what: str, why: str) -> None:
        under = ", ".join(sorted({scope[-1] for scope in one.scopes}))
        self.outside.append(Outside(one.event, one.station, what, under, why))


def _is_beside(row: Body) -> bool:
    """Whether a row is of a vendor or carrier, which stand beside the tree and so in no branch."""
    return row.get("level") in BESIDE and row["parent"] is None


def within(parents: Mapping[str, str | None], code: str, limits: Iterable[Scope]) -> bool:
    """Whether a place is, or lies below, all places of one of these scopes."""
    way: dict[str, None] = {}
    step: str | None = code
    while step is not None and step not in way:
        way[step] = None
        step = parents.get(step)
    return any(all(place in way for place in limit) for limit in limits)
