"""How many items of each kind the ledger has. Counted again only after a change."""

from peewee import fn

from db.state.queries import State


def items_by_kind(state: State) -> dict[str, tuple[int, int]]:
    """How many items of each kind are registered, and the pieces in them."""
    item = state.tables.item
    query = item.select(item.kind, fn.COUNT(item.code), fn.SUM(item.quantity)).group_by(item.kind)

    def count() -> dict[str, tuple[int, int]]:
        return {kind: (items, int(pieces)) for kind, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by kind", count)
