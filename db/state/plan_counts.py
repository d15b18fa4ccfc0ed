"""How many items of each kind the ledger has. Counted again only after a change."""

from peewee import JOIN, fn

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
