"""What the plan and the ledger have, counted: places by level, items by kind. Counted again only after a change."""

from peewee import fn

from db.state.queries import State


def places_by_level(state: State) -> dict[str, int]:
    """How many places of each level the plan has."""
    place = state.tables.place
    query = place.select(place.level, fn.COUNT(place.code)).group_by(place.level)
    return state.ledger.memory.remember_rule("places by level", lambda: dict(query.tuples()))


def items_by_kind(state: State) -> dict[str, int]:
    """How many items of each kind are registered."""
    item = state.tables.item
    query = item.select(item.kind, fn.COUNT(item.code)).group_by(item.kind)
    return state.ledger.memory.remember("items by kind", lambda: dict(query.tuples()))
