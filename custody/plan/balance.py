"""Shortage and surplus: which place lacks what, and which neighbour has it to spare. Nearest in the tree first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custody.format.item_facts import Item
from custody.plan.needs import NeedRules
from custody.plan.places import Need, Place, Ways

What = tuple[str, str | None]
"""A kind, and whose election its pieces are for; None where the needs of the kind name none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a place needs of a kind (and election), what it holds, and what is on its way there; counts of pieces.

    Only what was last found good counts. `spare` are the things that could be given, the first to go first.
    """

    place: str
    kind: str
    election: str | None
    need: int
    has: int
    coming: int
    spare: tuple[Item, ...] = ()

    @property
    def short(self) -> int:
        """What it lacks and nothing on the way will bring."""
        return max(self.need - self.has - self.coming, 0)

    @property
    def over(self) -> int:
        """What it has, or will have, beyond its need."""
        return max(self.has + self.coming - self.need, 0)


@dataclass(frozen=True, slots=True)
class Move:
    """A thing that a place with too many could give to one with too few. `giver` is where it counts now."""

    item: Item
    giver: str
    to: str

    @property
    def is_reassigned(self) -> bool:
        """Whether it is bound for the other place already, so that only the handover is missing."""
        return self.item.to == self.to


@dataclass(frozen=True, slots=True)
class Balance:
    """Every place that is short or over, moves that would help, and what stays short after these, in pieces.

    `open` are the places of which it is not known what they need.
    """

    standings: tuple[Standing, ...]
    moves: tuple[Move, ...]
    uncovered: Mapping[tuple[str, str, str | None], int]
    open: tuple[str, ...] = ()


def balance(
    items: Iterable[Item],
    places: Mapping[str, Place],
    needs: Iterable[Need],
    *,
    under: str | None = None,
) -> Balance:
    """Weigh what there is against what is needed, place by place, and propose moves.

    An item counts where it is held, if that place needs its kind; on the way it counts where it is bound for; in a
    store and bound for a store, it is that store's reserve. Kinds of which nothing is registered are left out, and so
    are places whose need is not known: they lack nothing and have nothing to spare (`Balance.open`).

    Args:
        items: every registered item, or every one of some kinds.
        needs: all needs, for one kind may follow another.
        under: only what this place and those below it lack; what they get may come from anywhere.
    """
    wanted = _Wanted(NeedRules(tuple(needs), places), places)
    held: dict[tuple[str, str, str | None], list[Item]] = defaultdict(list)
    kinds = set()
    for item in items:
        kinds.add(item.kind)
        if not item.is_damaged:
            held[wanted.where(item), item.kind, wanted.election(item)].append(item)
    keys, unknown = set(held), set()
    for code, planned in places.items():
        for kind in wanted.rules.at(planned).keys() & kinds:
            if (counts := wanted.at(code, kind)) is None:
                unknown.add(code)
            else:
                keys |= {(code, kind, election) for election in counts}
    standings = []
    for place, kind, election in sorted(keys, key=lambda key: (key[0], key[1], key[2] or "")):
        if (counts := wanted.at(place, kind)) is None:
            continue
        need = counts.get(election, 0)
        found = held.get((place, kind, election), [])
        has = sum(item.quantity for item in found if item.held_by == place)
        total = sum(item.quantity for item in found)
        if total != need:
            spare = _first_to_go(found, place) if total > need else ()
            standings.append(Standing(place, kind, election, need, has, total - has, spare))
    matched = _matched(standings, Ways(places), under)
    return replace(matched, open=tuple(sorted(unknown)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What places need of each kind, by election."""

    rules: NeedRules
    places: Mapping[str, Place]
    elections: dict[str, frozenset[str | None]] = field(default_factory=dict)

    def at(self, code: str, kind: str) -> Mapping[str | None, int] | None:
        """The pieces by election, none where the place needs none; None where that is not known."""
        place = self.places.get(code)
        needed = self.rules.at(place).get(kind) if place else None
        return needed.by_election if needed else {}

    def where(self, item: Item) -> str:
        """The place that an item counts for."""
        holder, goal = self.places.get(item.held_by), self.places.get(item.to)
        if holder is not None and item.kind in self.rules.at(holder):
            return holder.code
        is_awaited = goal is not None and item.kind in self.rules.at(goal)
        is_reserve = holder is not None and holder.level not in ("carrier", "vendor")
        return item.held_by if is_reserve and not is_awaited else item.to

    def election(self, item: Item) -> str | None:
        """Whose election an item counts for; None where no need of its kind names it."""
        if item.kind not in self.elections:
            names = (name for need in self.rules.needs if need.kind == item.kind for name in need.elections)
            self.elections[item.kind] = frozenset(names)
        return item.election if item.election in self.elections[item.kind] else None


def _first_to_go(items: Sequence[Item], place: str) -> tuple[Item, ...]:
    """What is bound elsewhere goes first, then what is there, the last of its like first."""
    return tuple(sorted(items, key=lambda item: (item.to == place, item.held_by != place, -item.k, item.code)))


@dataclass(slots=True)
class _Side:
    """A standing while it is matched: how much of it is left, and what can still be given."""

    standing: Standing
    way: tuple[str, ...]
    left: int
    spare: list[Item] = field(default_factory=list)


def _matched(standings: Sequence[Standing], ways: Ways, under: str | None) -> Balance:
    groups: dict[What, tuple[list[_Side], list[_Side]]] = defaultdict(lambda: ([], []))
    shown = []
    for standing in standings:
        way = tuple(place.code for place in ways.to(standing.place)) or (standing.place,)
        is_inside = under is None or under in way
        if is_inside:
            shown.append(standing)
        takers, givers = groups[standing.kind, standing.election]
        if standing.short and is_inside:
            takers.append(_Side(standing, way, standing.short))
        elif standing.over:
            givers.append(_Side(standing, way, standing.over, list(standing.spare)))
    moves: list[Move] = []
    uncovered: dict[tuple[str, str, str | None], int] = {}
    for (kind, election), (takers, givers) in groups.items():
        moves += _nearest_first(takers, givers)
        uncovered |= {(taker.standing.place, kind, election): taker.left for taker in takers if taker.left}
    moves.sort(key=lambda move: (move.to, move.item.kind, move.item.election or "", move.giver, move.item.code))
    return Balance(tuple(shown), tuple(moves), uncovered)


def _nearest_first(takers: Sequence[_Side], givers: Sequence[_Side]) -> Iterator[Move]:
    """Moves within each village before those within each sub-district, before all others."""
    deepest = max((len(side.way) for side in (*takers, *givers)), default=0)
    for depth in range(deepest, -1, -1):
        areas: dict[tuple[str, ...], tuple[list[_Side], list[_Side]]] = defaultdict(lambda: ([], []))
        for index, sides in enumerate((takers, givers)):
            for side in sides:
                if side.left and len(side.way) >= depth:
                    areas[side.way[:depth]][index].append(side)
        for near_takers, near_givers in areas.values():
            near_givers.sort(key=lambda side: (len(side.way), side.way))
            for taker in sorted(near_takers, key=lambda side: side.way):
                for giver in near_givers:
                    if taker.left and giver.left:
                        yield from _given(giver, taker)


def _given(giver: _Side, taker: _Side) -> Iterator[Move]:
    """Return what one gives the other: whole things only, and no more than its surplus."""
    to = taker.standing.place
    for item in sorted(giver.spare, key=lambda item: item.to != to):  # what is bound for it already goes home first
        if taker.left <= 0:
            return
        if item.quantity <= giver.left:
            giver.spare.remove(item)
            giver.left -= item.quantity
            taker.left = max(taker.left - item.quantity, 0)
            yield Move(item, giver.standing.place, to)
