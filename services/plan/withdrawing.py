"""Taking out of the plan what was planned by mistake."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from custody.chain.planned import Withdrawn
from custody.compose import item_events
from custody.compose.compose import Ref
from custody.errors import N_, ConflictError, InputError, RuleError
from custody.format.events import Event
from custody.plan.places import below
from db.store import Store
from language import _
from language.text import number
from services.plan.planning import branch_to_plan, plan_before, planned_below
from services.records.field_records import withdrawal_rows
from services.seen import version_seen


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
        """Return how many rows are of this sort: place, need or point."""
        return sum(row["row"] == sort for row in self.rows)

    @property
    def version(self) -> str:
        """Return a digest of all of it, by which a confirmation names what was shown."""
        return version_seen(self.rows, self.things, self.labelled, self.sent, self.records)

    @property
    def counts(self) -> dict[str, str]:
        """Return the numbers of places, kinds and points, each as text under its name in messages."""
        sorts = (("places", "place"), ("kinds", "need"), ("points", "point"))
        return {name: number(self.count(sort)) for name, sort in sorts}

    @property
    def words(self) -> str:
        """Return in a sentence what would be withdrawn."""
        return _("To be withdrawn from the plan: places {places}, kinds {kinds}, critical points {points}.").format(
            **self.counts
        )

    @property
    def hanging_words(self) -> str:
        """Return in a sentence what depends on it, and what becomes of that."""
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
    """Return what withdrawing these would take out of the plan; record nothing.

    Args:
        places: codes; all below them goes too.
        kinds: kinds of needs; with `level`, only what places of that level need of them.
        points: names of critical points.

    Raises:
        RuleError: a station that counts stands at one of these places, or the plan is for others to make, or this
            station may plan elsewhere alone.
        InputError: the plan has no such place, need or point.
    """
    plan_before(store)
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


def record_withdrawal(store: Store, found: Withdrawal, *, note: str = "") -> list[Event]:
    """Record that these rows no longer belong to the plan, and return the events.

    Raises:
        RuleError: the plan is for others to make.
    """
    with store.transaction():
        return store.record(item_events.withdraw_events(found.rows, note=note, refs=(*plan_before(store), *found.refs)))


def withdraw_as_seen(store: Store, seen: str, *, note: str = "", **what: Any) -> tuple[Withdrawal, list[Event]]:
    """Withdraw exactly what a person was shown, and return it with its events.

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
