"""Recording what should exist: the plan's places and needs, and the items that they ask for."""

from collections.abc import Callable, Sequence

from custody.compose import compose
from custody.errors import N_, RuleError
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.missing_items import missing_items
from custody.plan.needs import circular_kinds
from custody.plan.places import Need, Place, below
from db.store import Store


def record_plan(
    store: Store, places: Sequence[Place], needs: Sequence[Need], *, source: str, digest: str
) -> list[Event]:
    """Record these rows of the plan, new or changed. Nothing is recorded for no rows.

    Raises:
        RuleError: a place would lie below itself, kinds would follow each other, or the plan is for others to make.
    """
    if not places and not needs:
        return []
    with store.transaction():
        store.state.places.refuse_circle(places)
        _refuse_circle(store, needs)
        known = store.state.stations.plan_known_to(store.ledger.own_log().name)
        return store.record(compose.plan_events(places, needs, source=source, digest=digest, refs=known))


def _refuse_circle(store: Store, needs: Sequence[Need]) -> None:
    known = {need.key: need for need in (*store.state.needs(), *needs)}
    if needs and (kinds := circular_kinds(known.values())):
        raise RuleError(
            N_("the needs of these kinds follow each other in a circle: {kinds}"),
            hint=N_("Give one of them for each place or each voter."),
            kinds=", ".join(kinds)[:200],
        )


def unregistered_items(store: Store, *, under: str | None = None, kind: str | None = None) -> list[Item]:
    """The items and packs that the needs ask for and that nobody registered yet, each with a new code, in our hands."""
    state, tree = store.state, store.state.places.all()
    places = list(tree.values()) if under is None else list(below(tree, under))
    return missing_items(
        places,
        state.need_rules(),
        state.slots(),
        state.pack_stock(),
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
