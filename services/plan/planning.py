"""Recording the plan: below which places this station may, and the rows that it adds or changes."""

from collections.abc import Sequence

from custody.chain.roster import Scope
from custody.compose import compose
from custody.compose.compose import Ref
from custody.errors import N_, InputError, RuleError
from custody.format.events import Event
from custody.plan.needs import circular_kinds, needs_in_force
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, is_under, path
from db.store import Store


def own_top(store: Store) -> str | None:
    """The place below which this station counts what is missing if nobody names one: where alone it may plan, or the
    branch with needs of its own that it stands in; None: everywhere.
    """
    tops = planned_below(store)
    return tops[0] if len(tops) == 1 else store.state.need_rules().where(store.ledger.own_log().place).code or None


def planned_below(store: Store) -> list[str]:
    """The places below which alone this station may plan; none where it may plan everywhere, or nowhere."""
    scopes = _scopes(store)
    return [] if () in scopes else sorted({scope[-1] for scope in scopes})


def may_plan_at(store: Store, place: str) -> bool:
    """Whether this station may plan everywhere, or for that place."""
    scopes, tree = _scopes(store), store.state.places.tree()
    return any(all(is_under(tree, place, top) for top in scope) for scope in scopes)


def _scopes(store: Store) -> list[Scope]:
    return store.state.stations.now().scopes(store.ledger.own_log().name, "plan")


def plan_before(store: Store) -> tuple[Ref, ...]:
    """The newest records of the plan in other logs, which one of this station comes after.

    Raises:
        RuleError: the plan is for others to make.
    """
    return store.state.stations.plan_known_to(store.ledger.own_log().name)


def branch_to_plan(store: Store, under: str | None) -> str | None:
    """The place below which a table of the plan counts: the one that is named, or where alone this station may plan;
    None: everywhere.

    Raises:
        RuleError: this station may not plan there.
        InputError: it may plan below several places, and none is named.
    """
    tops = planned_below(store)
    if under is None and len(tops) > 1:
        raise InputError(
            N_("this station may plan below several places: {places}"),
            hint=N_("Say below which one."),
            places=", ".join(tops),
        )
    if under is None or not tops or may_plan_at(store, under):
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
        known = plan_before(store)
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
