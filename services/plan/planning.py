"""The items that the needs ask for and that are not registered yet: count and register them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from custody.chain.planned import Withdrawn
from custody.compose import compose
from custody.compose.compose import Ref
from custody.errors import N_, ConflictError, InputError, RuleError
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.missing_items import missing_items
from custody.plan.needs import Total, circular_kinds, needs_in_force
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, below, is_under, path
from db.state.plan_counts import items_by_branch
from db.store import Store
from language import _
from language.text import number
from services.progress_bar import Progress, unseen
from services.records.field_records import withdrawal_rows

SHOWN_PLACES = 10


@dataclass(frozen=True, slots=True)
class Missing:
    """The items that are needed and not registered, the kinds of packs that no table of items has named yet, and the
    totals of the kinds of which it is not known how many are needed.
    """

    items: Sequence[Item]
    packs: Sequence[str]
    open: Mapping[str, Total]
    top: str | None = None
    """The place below which it was counted; None: everywhere."""

    @property
    def by_kind(self) -> Mapping[str, int]:
        """How many of each kind."""
        return Counter(item.kind for item in self.items)


@dataclass(frozen=True, slots=True)
class NeedCount:
    """A row of the needs, how many pieces its kind needs in all, and how many are registered, in how many things."""

    need: Need
    asked: Total
    registered: int
    pieces: int


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How much the plan has: places by level, and the needs counted."""

    places: Mapping[str, int]
    needs: Sequence[NeedCount]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a place needs with all below it, by kind, and how it came about; some of the places without their voters."""

    place: Place
    totals: Mapping[str, Total]
    lacking: tuple[Place, ...]


def plan_counts(store: Store) -> PlanCounts:
    """What the plan has by now."""
    groups, items, rules = store.state.places.alike(), items_by_branch(store.state), store.state.need_rules()
    counted = []
    for need in rules.needs:
        inside = {branch for _l, _v, branch in groups if need in rules.in_force(branch)}
        asked = rules.total({group: count for group, count in groups.items() if group[2] in inside}, need.kind)
        there = [items.get((need.kind, branch), (0, 0)) for branch in inside]
        counted.append(NeedCount(need, asked, sum(one[0] for one in there), sum(one[1] for one in there)))
    levels: Counter[str] = Counter()
    for (level, _voters, _branch), count in groups.items():
        levels[level] += count
    return PlanCounts(levels, counted)


def explained(store: Store, top: str, kind: str | None = None) -> Explanation:
    """What a place and all below it need of each kind, or of one, and how each number came about.

    Raises:
        InputError: the plan has no such place.
    """
    inside, rules = store.state.places.inside(top), store.state.need_rules()
    if not inside:
        raise InputError(N_("there is no place {code} in the plan"), code=top)
    groups = store.state.places.alike(top)
    totals = {one: rules.total(groups, one) for one in rules.kinds if kind in (None, one)}
    lacking = rules.lacking(inside, kind)
    shown = {one: total for one, total in totals.items() if total.lines}
    return Explanation(inside[0], shown, tuple(islice(lacking, SHOWN_PLACES)))


def own_top(store: Store) -> str | None:
    """The place below which this station counts what is missing if nobody names one: where alone it may plan, or the
    branch with needs of its own that it stands in; None: everywhere.
    """
    tops = planned_below(store)
    return tops[0] if len(tops) == 1 else store.state.branch(store.ledger.own_log().place) or None


def planned_below(store: Store) -> list[str]:
    """The places below which alone this station may plan; none where it may plan everywhere, or nowhere."""
    scopes = store.state.stations.now().scopes(store.ledger.own_log().name, "plan")
    return [] if () in scopes else sorted({scope[-1] for scope in scopes})


def missing(store: Store, top: str | None = None, kind: str | None = None) -> Missing:
    """What is needed at a place and below it, of a kind, and does not exist yet; nothing is recorded.

    Args:
        top: None: below the place that this station counts (`own_top`).
    """
    store.state.places.refresh()
    top = own_top(store) if top is None else top
    items = unregistered_items(store, under=top, kind=kind)
    there = {serials[0] for serials in store.state.serial_ranges()}
    groups, rules = store.state.places.alike(top), store.state.need_rules()
    needs = {need for branch in {group[2] for group in groups} for need in rules.in_force(branch)}
    packed = [need for need in needs if need.tracked_as == "pack" and kind in (None, need.kind)]
    there |= {need.kind for need in packed if need.pack}
    totals = {one: rules.total(groups, one) for one in rules.kinds if kind in (None, one)}
    unknown = {one: total for one, total in totals.items() if total.open}
    return Missing(items, sorted({need.kind for need in packed} - there), unknown, top)


def register_missing(
    store: Store,
    top: str | None = None,
    kind: str | None = None,
    *,
    seen: int | None = None,
    progress: Progress = unseen,
) -> tuple[Missing, Sequence[Event]]:
    """Register the missing items, all or none.

    Args:
        seen: the number that was shown to the user; None: none was.

    Raises:
        ConflictError: it is another number by now; nothing was registered.
    """
    # Under the write lock from the first look on: two that plan at once would register everything twice.
    with store.transaction():
        found = missing(store, top, kind)
        if seen is not None and seen != len(found.items):
            raise ConflictError(
                N_("the plan was changed since this was shown, so nothing was registered"), hint=N_("Look at it again.")
            )
        with progress(len(found.items), _("Registering")) as done:
            return found, register_items(store, found.items, progress=done)


# --- Recording what should exist: the plan's places and needs, and the items that they ask for ------------------------


def branch_to_plan(store: Store, under: str | None) -> str | None:
    """The place below which a table of the plan counts: the one that is named, or where alone this station may plan;
    None: everywhere.

    Raises:
        RuleError: this station may not plan there.
        InputError: it may plan below several places, and none is named.
    """
    scopes = store.state.stations.now().scopes(store.ledger.own_log().name, "plan")
    tops = planned_below(store)
    if under is None and len(tops) > 1:
        raise InputError(
            N_("this station may plan below several places: {places}"),
            hint=N_("Say below which one."),
            places=", ".join(tops),
        )
    tree = store.state.places.tree()
    if under is None or not tops or any(all(is_under(tree, under, top) for top in scope) for scope in scopes):
        return under if under is not None or not tops else tops[0]
    raise RuleError(
        N_("{under} does not lie below {places}, where alone this station may plan"),
        hint=N_("Let that branch, or the election's root, load it."),
        under=under,
        places=", ".join(tops),
    )


def record_plan(
    store: Store,
    places: Sequence[Place],
    needs: Sequence[Need],
    *,
    source: str,
    digest: str,
    phases: Sequence[Phase] = (),
    under: str | None = None,
) -> list[Event]:
    """Record these rows of the plan, new or changed. Nothing is recorded for no rows.

    Args:
        under: the place below which they count (`branch_to_plan`); the needs say the same.

    Raises:
        RuleError: a place would lie below itself, kinds would follow each other, or the plan is for others to make.
    """
    if not places and not needs and not phases:
        return []
    with store.transaction():
        store.state.places.refuse_circle(places)
        _refuse_circle(store, needs, under)
        known = store.state.stations.plan_known_to(store.ledger.own_log().name)
        return store.record(
            compose.plan_events(places, needs, phases=phases, source=source, digest=digest, refs=known, under=under)
        )


def _refuse_circle(store: Store, needs: Sequence[Need], under: str | None) -> None:
    way = [place.code for place in reversed(path(store.state.places.tree(), under or ""))]
    known = {(need.key, need.under): need for need in (*store.state.needs(), *needs)}
    if needs and (kinds := circular_kinds(needs_in_force([*known.values()], way))):
        raise RuleError(
            N_("the needs of these kinds follow each other in a circle: {kinds}"),
            hint=N_("Give one of them for each place or each voter."),
            kinds=", ".join(kinds)[:200],
        )


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What would be withdrawn from the plan, and what hangs on it: things registered, those of them that have a label
    and that were handed over, and records of deliveries, obstacles, checklists and critical points.
    """

    rows: Sequence[dict[str, Any]]
    refs: tuple[Ref, ...] = ()
    things: int = 0
    labelled: int = 0
    sent: int = 0
    records: int = 0

    def count(self, sort: str) -> int:
        """How many rows are of this sort: place, need or point."""
        return sum(row["row"] == sort for row in self.rows)

    @property
    def version(self) -> str:
        """A digest of all of it: who confirms it has seen this and nothing else."""
        said = repr((self.rows, self.things, self.labelled, self.sent, self.records))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @property
    def counts(self) -> dict[str, str]:
        """How many places, kinds and points, by the names that texts give them."""
        sorts = (("places", "place"), ("kinds", "need"), ("points", "point"))
        return {name: number(self.count(sort)) for name, sort in sorts}

    @property
    def words(self) -> str:
        """What would be withdrawn, in a sentence."""
        return _("To be withdrawn from the plan: places {places}, kinds {kinds}, critical points {points}.").format(
            **self.counts
        )

    @property
    def hanging_words(self) -> str:
        """What hangs on it, and what becomes of that."""
        words = _(
            "Things registered for it: {things} (with a label: {labelled}, handed over: {sent}); records that name it: "
            "{records}. They stay in the chain, and no report counts or expects them any more."
        )
        return words.format(**{n: number(getattr(self, n)) for n in ("things", "labelled", "sent", "records")})


def withdrawal_of(
    store: Store,
    *,
    places: Sequence[str] = (),
    kinds: Sequence[str] = (),
    level: str | None = None,
    points: Sequence[str] = (),
) -> Withdrawal:
    """What withdrawing these would take out of the plan; nothing is recorded.

    Args:
        places: codes; all below them goes too.
        kinds: kinds of needs; with `level`, only what places of that level need of them.
        points: names of critical points.

    Raises:
        RuleError: a station that counts stands at one of these places, or the plan is for others to make, or this
            station may plan elsewhere alone.
        InputError: the plan has no such place, need or point.
    """
    store.state.stations.plan_known_to(store.ledger.own_log().name)
    tree, tops = store.state.places.all(), planned_below(store)
    needs = [need for need in store.state.needs() if not tops or need.under in tops]
    for code in places:
        if code not in tree:
            raise InputError(N_("there is no place {place} in the plan"), place=code)
        branch_to_plan(store, code)
    codes = dict.fromkeys(place.code for top in places for place in below(tree, top))
    _refuse_where_stations_stand(store, codes)
    for kind in kinds:
        if not any(need.kind == kind and level in (None, need.level) for need in needs):
            raise InputError(N_("the plan has no need of {kind} at that level"), kind=kind)
    rows: list[dict[str, Any]] = [{"row": "place", "code": code} for code in codes]
    rows += [{"row": "need", "kind": kind, "level": level} for kind in kinds]
    named, refs = withdrawal_rows(store, points)
    pairs = {(kind, branch) for kind in kinds for branch in tops or ("",)}
    gone = Withdrawn(
        frozenset(codes),
        frozenset(pairs if level is None else ()),
        frozenset((kind, level, branch) for kind, branch in pairs if level is not None),
        frozenset((need.kind, need.under) for need in store.state.needs() if tops)
        - (pairs if level is None else set()),
        is_split=bool(tops),
    )
    groups = [group for group in store.state.stock() if gone.covers(group.kind, group.to, tree)]
    records = sum(
        event.body.get("place") in codes or (event.body.get("kind") in kinds and level is None)
        for event in store.ledger.on_topic(("delivery", "incident", "checklist", "point"))
    )
    things, labelled, sent = (sum(getattr(group, name) for group in groups) for name in ("count", "labelled", "sent"))
    return Withdrawal([*rows, *named], refs, things, labelled, sent, records)


@dataclass(frozen=True, slots=True)
class Twins:
    """Things that offices which began apart registered for one need: the one that counts, and the others; with the
    station that registered each, by code.
    """

    counted: Item
    others: tuple[Item, ...]
    stations: Mapping[str, str]

    @property
    def codes(self) -> list[str]:
        """Of all of them, the one that counts first."""
        return [self.counted.code, *(item.code for item in self.others)]


def twins_of(store: Store, under: str | None = None) -> list[Twins]:
    """The things that were registered twice for one need, by offices that began apart, and that nobody has merged."""
    places, owners = store.state.places.tree(), store.state.stations.now().owners
    rows = [rows for rows in store.state.twins if under is None or is_under(places, rows[0].bound_for, under)]
    naming = store.ledger.naming([row.code for one in rows for row in one])
    by = {
        code: ", ".join(sorted({owners[event.log].station for event in events if event.type == "register"}))
        for code, events in naming.items()
    }
    return [
        Twins(one[0].item, tuple(row.item for row in one[1:]), {row.code: by[row.code] for row in one}) for one in rows
    ]


def merge_twins(store: Store, keep: str, under: str | None = None) -> tuple[list[Event], int]:
    """Take the twins of what is kept out of the plan, and say how many were left as they are: those of which another
    one has been handed over too, which are named one by one.

    Args:
        keep: the code of a thing, or the name of the station that registered what is kept.

    Raises:
        InputError: no twin has that code, or was registered by that station.
        RuleError: the plan is for others to make.
    """
    with store.transaction():
        found = twins_of(store, under)
        is_code = any(keep in one.codes for one in found)
        moved = {row.code for rows in store.state.twins for row in rows if row.moves}
        rows, left = list[dict[str, Any]](), 0
        for one in found:
            kept = [code for code in one.codes if keep in (code, one.stations[code])]
            gone = [code for code in one.codes if code not in kept]
            if kept and (is_code or moved.isdisjoint(gone)):
                rows += [{"row": "item", "code": code} for code in gone]
            left += bool(kept) and not is_code and not moved.isdisjoint(gone)
        if not rows and not left:
            raise InputError(
                N_("nothing that was registered twice has the code or the station {keep}"),
                hint=N_("See all of it with: {way}"),
                way="twins",
                keep=keep,
            )
        known = store.state.stations.plan_known_to(store.ledger.own_log().name)
        return store.record(compose.withdraw_events(rows, refs=known)) if rows else [], left


def record_withdrawal(store: Store, found: Withdrawal, *, note: str = "") -> list[Event]:
    """Record that these rows are no part of the plan.

    Raises:
        RuleError: the plan is for others to make.
    """
    with store.transaction():
        known = store.state.stations.plan_known_to(store.ledger.own_log().name)
        return store.record(compose.withdraw_events(found.rows, note=note, refs=(*known, *found.refs)))


def withdraw_as_seen(store: Store, seen: str, *, note: str = "", **what: Any) -> tuple[Withdrawal, list[Event]]:
    """Withdraw what was looked at before.

    Args:
        seen: the version of the withdrawal that was shown.
        what: as `withdrawal_of` takes it.

    Raises:
        ConflictError: something else hangs on it by now; nothing was recorded.
        RuleError, InputError: as `withdrawal_of`.
    """
    with store.transaction():
        found = withdrawal_of(store, **what)
        if found.version != seen:
            raise ConflictError(
                N_("the plan was changed since this was shown, so nothing was withdrawn"), hint=N_("Look at it again.")
            )
        return found, record_withdrawal(store, found, note=note)


def _refuse_where_stations_stand(store: Store, codes: Container[str]) -> None:
    stations = store.state.stations.now()
    own = store.ledger.own_log()
    standing = {own.place: own.station} | {
        owner.place: owner.station
        for log, owner in stations.owners.items()
        if stations.counts(log) and stations.last_good(log) is None
    }
    for place, station in standing.items():
        if place in codes:
            raise RuleError(
                N_("the station {station} stands at {place}, so that place stays in the plan"),
                hint=N_("Withdraw the places below it one by one, or revoke the station first."),
                station=station,
                place=place,
            )


def unregistered_items(store: Store, *, under: str | None = None, kind: str | None = None) -> list[Item]:
    """The items and packs that the needs ask for and that nobody registered yet, each with a new code, in our hands."""
    state = store.state
    places = list(state.places.all().values()) if under is None else state.places.inside(under)
    return missing_items(
        places,
        state.need_rules(),
        state.slots(under=under),
        state.pack_stock(under),
        state.serial_ranges(),
        kind=kind,
        held_by=store.ledger.own_log().place,
        draw_code=store.around.new_code,
    )


def register_items(
    store: Store, items: Sequence[Item], *, progress: Callable[[int], None] | None = None
) -> list[Event]:
    """Record that these items exist, all or none.

    Args:
        progress: called with the number of items done since the last call.
    """
    events: list[Event] = []
    with store.transaction():
        for new in compose.register_events(items):
            events += store.record([new])
            if progress:
                progress(len(new.fields["items"]))
    return events
