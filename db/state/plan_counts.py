"""What the plan and the ledger have, counted: places by level, items by kind. Counted again only after a change."""

from peewee import fn

from custody.plan.needs import Groups
from db.state.queries import State


def places_alike(state: State) -> Groups:
    """How many places of each level and number of voters the plan has."""
    place = state.tables.place
    query = place.select(place.level, place.voters, fn.COUNT(place.code)).group_by(place.level, place.voters)

    def count() -> Groups:
        return {(level, voters): places for level, voters, places in query.tuples()}

    return state.ledger.memory.remember_rule("places alike", count)


def items_by_kind(state: State) -> dict[str, tuple[int, int]]:
    """How many items of each kind are registered, and the pieces in them."""
    item = state.tables.item
    query = item.select(item.kind, fn.COUNT(item.code), fn.SUM(item.quantity)).group_by(item.kind)

    def count() -> dict[str, tuple[int, int]]:
        return {kind: (items, int(pieces)) for kind, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by kind", count)
