"""How many of each kind a place needs and how each number came about: the one rule that every count follows.

Needs may hold below a place alone, its branch: of each kind those of the nearest branch that says anything of it count.
Whole numbers only; a reserve is rounded up for each place and election. What cannot be known (a place without its
number of voters, kinds that follow each other in a circle) is None, never zero.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from custody.plan.places import Need, Place, path

Group = tuple[str, int | None, str]
"""Places that need the same: their level, number of voters (None: not known), and nearest branch with needs of its own,
empty where there is none.
"""
Groups = Mapping[Group, int]
"""How many places there are of each group."""

WHOLE = 10_000
"""A reserve counts hundredths of a per cent: 200 is 2 %."""
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the needs at one place, for one election: `base` times `each`, and the reserve on top.

    `base` is 1 for the place itself, its voters, or the pieces or elections of the kind that the row follows; None
    where that is not known, be it (`lacks_voters`) that nobody told how many voters the place has. `source` is how the
    followed kind's own number came about; None where the row follows none, or a circle.
    """

    need: Need
    election: str | None
    each: int
    base: int | None
    source: "Needed | None" = None
    lacks_voters: bool = False

    @property
    def reserve(self) -> int | None:
        """The pieces of the reserve, rounded up; None where the base is not known."""
        return None if self.base is None else -(-self.base * self.each * self.need.reserve // WHOLE)

    @property
    def count(self) -> int | None:
        """All pieces of the row; None where the base is not known."""
        return None if self.base is None or self.reserve is None else self.base * self.each + self.reserve


@dataclass(frozen=True)
class Needed:
    """What one place needs of one kind: the explanation, and the number that follows from it, worked out once."""

    kind: str
    terms: tuple[Term, ...]

    @cached_property
    def count(self) -> int | None:
        """All pieces; None where one term is not known."""
        counts = [term.count for term in self.terms]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    @cached_property
    def by_election(self) -> Mapping[str | None, int] | None:
        """The pieces for each election, in the order of the rows; None where they are not known."""
        if self.count is None:
            return None
        counts: Counter[str | None] = Counter()
        for term in self.terms:
            counts[term.election] += term.count or 0
        return counts

    @property
    def lacks_voters(self) -> bool:
        """Whether the number is open because nobody told how many voters the place has."""
        return any(term.lacks_voters for term in self.terms)

    @property
    def pack(self) -> int | None:
        """The pieces in a full pack; None where packs are not planned, or two rows say two sizes."""
        sizes = {term.need.pack for term in self.terms if term.need.pack and term.need.tracked_as == "pack"}
        return sizes.pop() if len(sizes) == 1 else None


@dataclass(slots=True)
class Line:
    """One row of the needs over many places, for one election: the sums of its terms where they are known.

    `places` are those that it asks something of; at `open` of them that is not known.
    """

    need: Need
    election: str | None
    each: int
    places: int = 0
    open: int = 0
    base: int = 0
    reserve: int = 0
    count: int = 0
    lacks_voters: bool = False

    def add(self, term: Term, places: int) -> None:
        """Count the term of so many places that are alike."""
        self.places += places
        if term.base is None:
            self.open += places
            self.lacks_voters |= term.lacks_voters
        else:
            self.base += places * term.base
            self.reserve += places * (term.reserve or 0)
            self.count += places * (term.count or 0)


@dataclass(slots=True)
class Total:
    """What many places need of a kind: what is known of it, at how many places it is `open`, and how it came about.

    `packs` are those that hold what is known, each place and election with a last one of its own; 0 where the plan does
    not say how many a full one has.
    """

    known: int = 0
    open: int = 0
    lacks_voters: bool = False
    packs: int = 0
    full: int | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def count(self) -> int | None:
        """All pieces; None while it is open at any place."""
        return None if self.open else self.known


def needed_at(needs: Iterable[Need], level: str, voters: int | None) -> dict[str, Needed]:
    """What a place of this level with so many voters (None: nobody told how many) needs of each kind, and why.

    A row that follows a kind which the place does not need asks for nothing there.
    """
    rows: dict[str, list[Need]] = {}
    for need in needs:
        if need.is_for(level):
            rows.setdefault(need.kind, []).append(need)
    order = _in_order(rows)
    found: dict[str, Needed] = {}
    for kind in order:
        if terms := tuple(_terms(rows[kind], voters, found)):
            found[kind] = Needed(kind, terms)
    for kind in rows.keys() - set(order):
        found[kind] = Needed(kind, tuple(Term(need, None, need.per_place, None) for need in rows[kind]))
    return {kind: found[kind] for kind in rows if kind in found}


def _terms(rows: Iterable[Need], voters: int | None, found: Mapping[str, Needed]) -> Iterator[Term]:
    for need in rows:
        base: int | None = 1
        source = found.get(need.source)
        if need.source:
            if source is None:
                continue
            named = {term.election for term in source.terms if term.election is not None}
            base = (len(named) or 1) if need.per == "election" else source.count
            lacks = base is None and source.lacks_voters
        elif need.per == "voter":
            base, lacks = voters, voters is None
        else:
            lacks = False
        each = Counter(need.elections) if need.elections else {None: need.per_place}
        for election, count in each.items():
            yield Term(need, election, count, base, source, lacks)


def circular_kinds(needs: Iterable[Need]) -> list[str]:
    """The kinds of a plan that follow each other in a circle, and those that hang on these."""
    rows: dict[str, list[Need]] = {}
    for need in needs:
        rows.setdefault(need.kind, []).append(need)
    return sorted(rows.keys() - set(_in_order(rows)))


def _in_order(rows: Mapping[str, Sequence[Need]]) -> list[str]:
    """These kinds, each behind those it follows; what is in a circle, or hangs on one, is left out."""
    sorter = TopologicalSorter({kind: [need.source for need in own if need.source] for kind, own in rows.items()})
    with suppress(CycleError):
        sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        order += [kind for kind in ready if kind in rows]
        sorter.done(*ready)
    return order


def needs_in_force(needs: Sequence[Need], way: Iterable[str]) -> tuple[Need, ...]:
    """The needs that count in a branch: of each kind those of the nearest branch that says anything of it.

    Args:
        way: the branch and all places above it, the nearest first.
    """
    stating: dict[str, set[str]] = {}
    for need in needs:
        stating.setdefault(need.kind, set()).add(need.under)
    steps = (*way, "")
    nearest = {kind: next((step for step in steps if step in branches), None) for kind, branches in stating.items()}
    return tuple(need for need in needs if need.under == nearest[need.kind])


@dataclass(frozen=True)
class BranchNeeds:
    """The needs that count in one branch (`code`; empty: outside of all that have needs of their own)."""

    code: str
    needs: tuple[Need, ...]

    @cached_property
    def by_level(self) -> Mapping[tuple[str, str], Need]:
        """Those that a place or a thing has of itself, by kind and level."""
        return {(need.kind, need.level): need for need in self.needs if not need.follows}

    @cached_property
    def sealed_kinds(self) -> frozenset[str]:
        """The kinds of which each piece needs seals: those that the needs name in place of a level of the tree.

        A row `plastic seal, box, 6` says that each box needs six: so boxes may not go without. How many, and on what,
        differs from election to election, so it is in the plan and nowhere else.
        """
        return frozenset(need.source for need in self.needs if need.per == "place" and need.source)


@dataclass(slots=True)
class NeedRules:
    """The needs of a plan, asked place by place. What places of one group need is worked out once.

    So a whole country takes one pass and little memory. `places` is the tree; without it, needs of branches count
    nowhere.
    """

    needs: tuple[Need, ...]
    places: Mapping[str, Place] = field(default_factory=dict)
    _known: dict[Group, dict[str, Needed]] = field(default_factory=dict)
    _follow_voters: dict[tuple[str, str], bool] = field(default_factory=dict)
    _in_force: dict[str, BranchNeeds] = field(default_factory=dict)
    _branch: dict[str, str] = field(default_factory=dict)
    branches: frozenset[str] = field(init=False)
    """The places that have needs of their own."""

    def __post_init__(self) -> None:
        self.branches = frozenset(need.under for need in self.needs if need.under)

    def branch(self, place: Place) -> str:
        """The nearest branch with needs of its own that a place is or lies in; empty where there is none."""
        if not self.branches or place.code in self.branches:
            return place.code if self.branches else ""
        parent = place.parent or ""
        if parent not in self._branch:
            way = reversed(path(self.places, parent))
            self._branch[parent] = next((step.code for step in way if step.code in self.branches), "")
        return self._branch[parent]

    def in_force(self, branch: str) -> tuple[Need, ...]:
        """The needs that count in a branch with needs of its own, or outside of all (empty)."""
        return self._of(branch).needs

    def where(self, code: str) -> BranchNeeds:
        """The needs that count at the place of that code; outside of all branches where it is not known."""
        place = self.places.get(code) if self.branches else None
        return self._of("" if place is None else self.branch(place))

    def _of(self, branch: str) -> BranchNeeds:
        if branch not in self._in_force:
            way = (place.code for place in reversed(path(self.places, branch))) if branch else ()
            self._in_force[branch] = BranchNeeds(branch, needs_in_force(self.needs, (branch, *way)))
        return self._in_force[branch]

    def group(self, place: Place) -> Group:
        """The group that a place is counted in."""
        return place.level, place.voters, self.branch(place)

    def like(self, level: str, voters: int | None, branch: str = "") -> Mapping[str, Needed]:
        """What a place of this group needs, by kind."""
        if (level, branch) not in self._follow_voters:
            open_one = needed_at(self.in_force(branch), level, None)
            self._follow_voters[level, branch] = any(needed.lacks_voters for needed in open_one.values())
        key = level, voters if self._follow_voters[level, branch] else None, branch
        if key not in self._known:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = needed_at(self.in_force(branch), *key[:2])
        return self._known[key]

    def at(self, place: Place) -> Mapping[str, Needed]:
        """What a place needs, by kind, and why."""
        return self.like(*self.group(place))

    @property
    def kinds(self) -> list[str]:
        """The kinds that the plan names, in its order."""
        return list(dict.fromkeys(need.kind for need in self.needs))

    def kinds_in(self, groups: Iterable[Group]) -> list[str]:
        """Those kinds that any branch of these groups has needs for, in the plan's order."""
        named = {need.kind for branch in {group[2] for group in groups} for need in self.in_force(branch)}
        return [kind for kind in self.kinds if kind in named]

    def total(self, groups: Groups, kind: str) -> Total:
        """What many places need of a kind, and how it came about."""
        total, lines = Total(), dict[tuple[object, ...], Line]()
        for group, places in groups.items():
            if needed := self.like(*group).get(kind):
                counts = needed.by_election
                total.known += places * (needed.count or 0)
                total.open += places * (counts is None)
                total.lacks_voters |= needed.lacks_voters
                if needed.pack:
                    total.full = needed.pack
                    total.packs += places * sum(-(-count // needed.pack) for count in (counts or {}).values())
                for term in needed.terms:
                    line = Line(term.need, term.election, term.each)
                    lines.setdefault((term.need.under, term.need.key, term.election), line).add(term, places)
        total.lines = list(lines.values())
        return total

    def totals(self, groups: Groups, kind: str | None = None) -> dict[str, Total]:
        """What many places need of each kind, or of one."""
        return {one: self.total(groups, one) for one in self.kinds_in(groups) if kind in (None, one)}

    def lacking(self, places: Iterable[Place], kind: str | None = None) -> Iterator[Place]:
        """The places whose number of voters must be known for their needs (of this kind) and is not."""
        for place in places:
            if place.voters is None:
                needed = self.at(place)
                kinds = needed if kind is None else needed.keys() & {kind}
                if any(needed[one].lacks_voters for one in kinds):
                    yield place


NO_NEEDS = NeedRules(())


def grouped(places: Iterable[Place], rules: NeedRules = NO_NEEDS) -> Groups:
    """How many of these places there are of each group."""
    return Counter(map(rules.group, places))
