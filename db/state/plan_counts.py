"""How many items of each kind the ledger has. Counted again only after a change."""

from collections.abc import Mapping

from peewee import JOIN, Case, fn

from custody.plan.phases import Goods
from db.state.queries import State


def items_by_branch(state: State) -> dict[tuple[str, str], tuple[int, int]]:
    """The same by kind and the branch with needs of its own that the place they are bound for lies in."""
    item, place = state.tables.item, state.tables.place
    where = fn.COALESCE(place.branch, "")
    query = item.select(item.kind, where, fn.COUNT(item.code), fn.SUM(item.quantity))
    query = query.join(place.model, JOIN.LEFT_OUTER, on=(place.code == item.bound_for)).group_by(item.kind, where)

    if uncounted := state.uncounted():
        query = query.where(item.code.not_in(uncounted))

    def count() -> dict[tuple[str, str], tuple[int, int]]:
        return {(kind, branch): (items, int(pieces)) for kind, branch, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by branch", count)


def items_by_kind(state: State) -> dict[str, tuple[int, int]]:
    """How many items of each kind are registered, and the pieces in them."""
    item = state.tables.item
    query = item.select(item.kind, fn.COUNT(item.code), fn.SUM(item.quantity)).group_by(item.kind)

    def count() -> dict[str, tuple[int, int]]:
        return {kind: (items, int(pieces)) for kind, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by kind", count)


def goods_of(state: State, place: str) -> Mapping[str, Goods]:
    """What was registered for a place and below it, by kind: held by it as it was registered, and gone since."""
    item = state.tables.item
    is_there = (item.held_by == place) & (item.moves == 0)
    cases = (is_there, is_there & (item.print > 0), item.moves > 0)
    sums = (fn.SUM(Case(None, [(case, item.quantity)], 0)) for case in cases)
    query = item.select(item.kind, *sums).where(item.bound_for.in_(state.places.codes_under(place))).group_by(item.kind)

    def count() -> Mapping[str, Goods]:
        return {kind: Goods(*map(int, found)) for kind, *found in query.tuples()}

    return state.ledger.memory.remember(f"goods: {place}", count)
