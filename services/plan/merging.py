"""What offices that began apart registered twice for one need, and merging it: a person says which one is kept."""

from collections.abc import Sequence

from custody.compose import item_events
from custody.errors import N_, ConflictError, InputError, RuleError
from custody.format.events import Event
from custody.plan.places import is_under
from custody.plan.twins import Twins, beside
from db.store import Store
from services.plan.planning import may_plan_at, plan_before, planned_below
from services.seen import version_seen


def twins_of(store: Store, under: str | None = None, kind: str | None = None) -> list[Twins]:
    """The things (at a place and below it, of a kind) that were registered twice for one need, by offices that began
    apart, and that nobody has merged.
    """
    places, owners = store.state.places.tree(), store.state.stations.now().owners
    rows = [
        rows
        for rows in store.state.twins
        if kind in (None, rows[0].kind) and (under is None or is_under(places, rows[0].bound_for, under))
    ]
    naming = store.ledger.items.naming([row.code for one in rows for row in one])
    by = {
        code: ", ".join(sorted({owners[event.log].station for event in events if event.type == "register"}))
        for code, events in naming.items()
    }
    return [
        Twins(
            one[0].item,
            tuple(row.item for row in one[1:]),
            {row.code: by[row.code] for row in one},
            frozenset(row.code for row in one if row.moves),
        )
        for one in rows
    ]


def twins_to_merge(store: Store, under: str | None = None, kind: str | None = None) -> list[Twins]:
    """Those of `twins_of` that this station may merge: bound for a place for which it may plan."""
    return [one for one in twins_of(store, under, kind) if may_plan_at(store, one.counted.to)]


def version_of_twins(found: Sequence[Twins]) -> str:
    """A digest of what was shown to be registered twice."""
    return version_seen([(one.codes, sorted(one.moved)) for one in found])


def merge_twins(
    store: Store, keep: str, under: str | None = None, kind: str | None = None, *, seen: str | None = None
) -> tuple[list[Event], int]:
    """Take the twins of what is kept out of the plan, and say how many were left as they are.

    Args:
        keep: the code of a thing, or the name of the station that registered what is kept.
        seen: the version of the twins that were shown to the user; None: none was.

    Raises:
        InputError: no twin has that code, or was registered by that station.
        ConflictError: others are registered twice by now; nothing was merged.
        RuleError: the plan is for others to make, or that of these places.
    """
    with store.transaction():
        known = plan_before(store)
        found = twins_to_merge(store, under, kind)
        if seen is not None and seen != version_of_twins(found):
            raise ConflictError(
                N_("what is registered twice changed since this was shown, so nothing was merged"),
                hint=N_("Look at it again."),
            )
        gone, left = beside(found, keep)
        if not gone and not left:
            _refuse(store, keep, under, kind)
        rows = [{"row": "item", "code": code} for code in gone]
        return store.record(item_events.withdraw_events(rows, refs=known)) if rows else [], left


def _refuse(store: Store, keep: str, under: str | None, kind: str | None) -> None:
    """Say why nothing is merged: it is for another branch, or nothing is called so."""
    for one in twins_of(store, under, kind):
        if any(keep in (code, one.stations[code]) for code in one.codes):
            raise RuleError(
                N_(
                    "{place}, for which this was registered twice, does not lie below {places}, where alone this "
                    "station may plan"
                ),
                hint=N_("Let that branch, or the election's root, merge it."),
                place=one.counted.to,
                places=", ".join(planned_below(store)),
            )
    raise InputError(
        N_("nothing that was registered twice has the code or the station {keep}"),
        hint=N_("See all of it with: {way}"),
        way="twins",
        keep=keep,
    )
