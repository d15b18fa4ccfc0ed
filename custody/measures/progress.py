"""How far the supplies of an office have come: sums over the delivery tree, by place and kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from custody.chain.findings import moment
from custody.chain.journey import is_home
from custody.plan.deliveries import DeliveryRow
from custody.plan.levels import ABOVE_ENDS
from custody.plan.needs import NO_NEEDS, Group, NeedRules, Total
from custody.plan.phases import Phase
from custody.plan.places import Place, Ways


@dataclass(frozen=True, slots=True)
class StockGroup:
    """Items alike in destination, kind, holder and way: how many, how many of them have a label, how many have left.

    `sent` counts those that have left where they were registered, wherever they are now. `before` are the codes of the
    other custodians that have held them since they were bound for where they are bound now (`journey.holders_since`).
    `pieces` are those in them, more than `count` where they are packs; None: as many.
    """

    to: str
    kind: str
    held_by: str
    count: int
    labelled: int
    sent: int
    before: tuple[str, ...] = ()
    pieces: int | None = None

    @property
    def amount(self) -> int:
        """The pieces in them."""
        return self.count if self.pieces is None else self.pieces


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """What is bound for a place, or for anywhere below it, of one kind, and how far it has come.

    `arrived`: held by the place or below it, or delivered once to where it is bound for and on the way back since. At
    the top, where supplies start, it means that they have reached the place right below it that they are bound through;
    else everything would have arrived before it left. How far things have come back is `returning.ReturnRow`'s.

    Counts are of things with a label; `need`, `pieces` (registered) and `here` (arrived) are of the pieces in them.
    `need` is None where the plan does not name the kind, and where it is not known at `open` places.
    """

    place: Place
    kind: str
    registered: int
    labelled: int
    sent: int
    arrived: int
    need: int | None = None
    open: int = 0
    pieces: int = 0
    here: int = 0

    @property
    def short(self) -> int | None:
        """The pieces of the need that have not arrived; None where it is not known."""
        return None if self.need is None else max(self.need - self.here, 0)


@dataclass(slots=True)
class _Sum:
    place: Place
    order: tuple[str, ...]
    registered: int = 0
    labelled: int = 0
    sent: int = 0
    arrived: int = 0
    pieces: int = 0
    here: int = 0
    need: Total | None = None

    def add(self, group: StockGroup, *, has_arrived: bool) -> None:
        self.registered += group.count
        self.labelled += group.labelled
        self.sent += group.sent
        self.arrived += group.count if has_arrived else 0
        self.pieces += group.amount
        self.here += group.amount if has_arrived else 0


def progress(
    groups: Iterable[StockGroup],
    places: Mapping[str, Place],
    rules: NeedRules = NO_NEEDS,
    *,
    inside: Iterable[Place] = (),
    kind: str | None = None,
) -> list[ProgressRow]:
    """Sum the stock over the tree: one row for each kind at each place above the ends.

    Rows come in the order of the tree, an area before its groups. What is bound for a place that the tree does
    not have gets rows of its own at the end, under its bare code and the level `unknown`, so that nothing is lost. What
    is needed and not registered has rows too.

    Args:
        rules: what places need.
        inside: the places whose needs count; the stock is what is bound for them.
        kind: the only kind whose needs count; None: all.
    """
    ways = Ways(places)
    sums: dict[tuple[str, str], _Sum] = {}
    for group in groups:
        codes: tuple[str, ...] = ()
        for place, has_arrived in _steps(ways, group):
            codes += (place.code,)
            if place.level not in ABOVE_ENDS and place.level != "unknown":
                continue
            row = sums.get((place.code, group.kind))
            if row is None:
                row = sums[place.code, group.kind] = _Sum(place, codes)
            row.add(group, has_arrived=has_arrived)
    for code, alike in _alike(ways, inside, rules).items():
        for one in rules.kinds_in(alike) if kind is None else {kind}:
            total = rules.total(alike, one)
            if total.lines and (row := sums.get((code, one))) is None and (total.known or total.open):
                row = sums[code, one] = _Sum(places[code], tuple(place.code for place in ways.to(code)))
            if total.lines and row is not None:
                row.need = total
    ordered = sorted(sums.items(), key=lambda entry: (entry[1].place.level == "unknown", entry[1].order, entry[0][1]))
    return [
        ProgressRow(
            row.place,
            kind,
            row.registered,
            row.labelled,
            row.sent,
            row.arrived,
            row.need.count if row.need else None,
            row.need.open if row.need else 0,
            row.pieces,
            row.here,
        )
        for (_code, kind), row in ordered
    ]


def _alike(ways: Ways, places: Iterable[Place], rules: NeedRules) -> dict[str, Counter[Group]]:
    """For each place that has rows, the places at and below it by group."""
    found: dict[str, Counter[Group]] = {}
    for place in places:
        group = rules.group(place)
        for step in ways.to(place.code):
            if step.level in ABOVE_ENDS:
                found.setdefault(step.code, Counter())[group] += 1
    return found


def _steps(ways: Ways, group: StockGroup) -> Iterator[tuple[Place, bool]]:
    """The places from the top to where something is bound for, and whether it has arrived at each."""
    way = ways.to(group.to) or (Place(group.to, group.to, "unknown"),)
    holders = {place.code for place in ways.to(group.held_by)} | {group.held_by}
    was_home = is_home(ways, group.to, group.before)
    for depth, place in enumerate(way):
        gate = way[1] if depth == 0 and len(way) > 1 else place
        yield place, was_home or gate.code in holders


@dataclass(slots=True)
class PhaseRow:
    """How far one kind of a phase has come; `phase` is None for a kind that is in none.

    In pieces: `need` (None: not known), `ordered` by contracts (None: no paper says it), `arrived` from vendors (None:
    no delivery is recorded), the `damaged` ones too, `late` ones of them after the kind was due. In things with a label
    of their own: `registered`, `labelled`, `sent` from where they were registered, and `there`, where they are bound
    for.
    """

    phase: Phase | None
    kind: str
    need: int | None = None
    ordered: int | None = None
    arrived: int | None = None
    damaged: int = 0
    late: int = 0
    registered: int = 0
    labelled: int = 0
    sent: int = 0
    there: int = 0

    @property
    def due(self) -> str | None:
        """When it must be where it is bound for: RFC 3339, UTC; None: nothing is due."""
        return self.phase.due_of(self.kind) if self.phase else None

    @property
    def is_done(self) -> bool:
        """Whether all that is registered, and all that is known to be needed, is where it is bound for."""
        return bool(self.registered) and self.there >= self.registered and (self.arrived or 0) >= (self.ordered or 0)

    def days_left(self, now: str) -> int | None:
        """Whole days until it is due, below 0 from that moment on; None where nothing is due."""
        return (datetime.fromisoformat(self.due) - datetime.fromisoformat(now)).days if self.due else None


def phase_progress(
    phases: Iterable[Phase],
    groups: Iterable[StockGroup],
    delivered: Iterable[DeliveryRow],
    ways: Ways,
    needs: Mapping[str, int | None],
) -> list[PhaseRow]:
    """A row for each kind of each phase, and behind them for the kinds in none; no row where no phase is planned.

    Args:
        groups: the stock.
        delivered: what vendors brought.
        needs: how many of each kind the plan needs there; None where that is not known.
    """
    rows = {kind: PhaseRow(phase, kind, needs.get(kind)) for phase in phases for kind in phase.kinds}
    if not rows:
        return []
    for kind in needs:
        rows.setdefault(kind, PhaseRow(None, kind, needs[kind]))
    for group in groups:
        row = rows.setdefault(group.kind, PhaseRow(None, group.kind))
        row.registered += group.count
        row.labelled += group.labelled
        row.sent += group.sent
        row.there += group.count * [*_steps(ways, group)][-1][1]
    for part in delivered:
        row = rows.setdefault(part.kind, PhaseRow(None, part.kind))
        if part.contracted is not None:
            row.ordered = (row.ordered or 0) + part.contracted
        row.arrived = (row.arrived or 0) + part.supply.arrived
        row.damaged += part.supply.damaged
        row.late += came_late(part, row.due)
    return list(rows.values())


def came_late(part: DeliveryRow, due: str | None) -> int:
    """How many pieces came after this time (RFC 3339, UTC; None: none did): the phase was closed by then."""
    events = (event for contract in part.contracts for event in contract.events)
    return sum(event.body["arrived"] for event in events if due is not None and moment(event.happened) > moment(due))


@dataclass(slots=True)
class Amounts:
    """How many items are bound for a place or below it, have a label, have left where they began, and are there.

    `back`: so many of those that have left stand where supplies start, at the top, again.
    """

    total: int = 0
    labelled: int = 0
    sent: int = 0
    there: int = 0
    back: int = 0

    @property
    def on_the_way(self) -> int:
        """How many have left, are not there and not back."""
        return max(self.sent - self.there - self.back, 0)

    @property
    def share(self) -> int:
        """What is there in whole per cent, rounded down."""
        return 100 * self.there // self.total if self.total else 0

    def add(self, total: int, labelled: int, sent: int, there: int, back: int) -> None:
        """Count so many more; fewer where they are negative."""
        self.total += total
        self.labelled += labelled
        self.sent += sent
        self.there += there
        self.back += back


@dataclass(slots=True)
class Pieces:
    """How many pieces of a kind are bound for a place or below it, and how many of them are there."""

    bound: int = 0
    here: int = 0


class StockSums:
    """The amounts of every place over all kinds."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self.changed: set[str] = set()
        """The codes of places of which something was counted; who has looked at them takes them out."""
        self.amounts: dict[str, Amounts] = {}
        """By place, the ends too. What is bound for a place that the tree does not have is under its code."""
        self.pieces: dict[str, dict[str, Pieces]] = {}
        """By place of a level that has rows (`ABOVE_ENDS`), and kind."""

    def add(self, group: StockGroup) -> None:
        """Count many that are alike."""
        self._count(group, 1)

    def take_out(self, group: StockGroup) -> None:
        """Count them no longer."""
        self._count(group, -1)

    def _count(self, group: StockGroup, by: int) -> None:
        is_back = group.held_by in (place.code for place in self._ways.to(group.to)[:1])
        for place, has_arrived in _steps(self._ways, group):
            known = self.amounts.setdefault(place.code, Amounts())
            self.changed.add(place.code)
            there, back = group.count * has_arrived, group.sent * (is_back and not has_arrived)
            known.add(by * group.count, by * group.labelled, by * group.sent, by * there, by * back)
            if place.level in ABOVE_ENDS:
                pieces = self.pieces.setdefault(place.code, {}).setdefault(group.kind, Pieces())
                pieces.bound += by * group.amount
                pieces.here += by * group.amount * has_arrived
