"""How many items of each kind the ledger has. Counted again only after a change."""

from collections.abc import Collection, Iterator, Mapping

from peewee import JOIN, Case, fn

from custody.plan.missing_items import PackStock
from custody.plan.phases import Goods
from db.state.queries import State


def items_by_branch(state: State) -> dict[tuple[str, str], tuple[int, int]]:
    """The same by kind and the branch with needs of its own that the place they are bound for lies in."""
    item, place = state.tables.item, state.tables.place
    things = item.select(
        item.kind, item.bound_for, fn.COUNT(item.code).alias("items"), fn.SUM(item.quantity).alias("q")
    )
    if uncounted := state.uncounted():
        things = things.where(item.code.not_in(uncounted))
    things = things.group_by(item.bound_for, item.kind)  # first: one look for the branch of all that is bound for one
    kind, where = things.c.kind, fn.COALESCE(place.branch, "")
    query = things.select_from(kind, where, fn.SUM(things.c.items), fn.SUM(things.c.q))
    query = query.join(place.model, JOIN.LEFT_OUTER, on=(place.code == things.c.bound_for)).group_by(kind, where)

    def count() -> dict[tuple[str, str], tuple[int, int]]:
        return {(kind, branch): (int(items), int(pieces)) for kind, branch, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by branch", count)


def items_by_kind(state: State) -> dict[str, tuple[int, int]]:
    """How many items of each kind are registered, and the pieces in them."""
    item = state.tables.item
    query = item.select(item.kind, fn.COUNT(item.code), fn.SUM(item.quantity)).group_by(item.kind)

    def count() -> dict[str, tuple[int, int]]:
        return {kind: (items, int(pieces)) for kind, items, pieces in query.tuples()}

    return state.ledger.memory.remember("items by kind", count)


def serial_ranges(state: State) -> set[tuple[str, str, int, int]]:
    """Kind, prefix, first and last serial number of every registered pack."""
    item = state.tables.item
    columns = (item.kind, item.serial_prefix, item.serial_first, item.serial_last)
    return set(item.select(*columns).where(item.serial_first.is_null(False)).tuples())


def pack_stock(state: State, under: str | None = None) -> dict[tuple[str, str], PackStock]:
    """The packs of kinds whose needs say how many a full one has, by kind and destination."""
    item, need, found = state.tables.item, state.tables.need, dict[tuple[str, str], PackStock]()
    alike = (item.kind, item.bound_for, item.election)
    columns = (*alike, fn.MAX(item.k), fn.SUM(item.quantity))
    query = item.select(*columns) if under is None else state.bound_under([under], *columns)
    query = query.where(item.kind.in_(need.select(need.kind).where(need.pack.is_null(False))))
    if uncounted := state.uncounted(under):
        query = query.where(item.code.not_in(uncounted))
    for kind, to, election, highest, pieces in query.group_by(*alike).tuples():
        there = found.setdefault((kind, to), PackStock())
        there.highest, there.pieces[election] = max(there.highest, highest), int(pieces)
    return found


def last_serials(state: State) -> Iterator[tuple[str, str, int, int]]:
    """Of all serial numbers of each kind and prefix that registered packs hold, the last: kind, prefix, and it twice.
    Asked once the first is taken.
    """
    item = state.tables.item
    columns = (item.kind, item.serial_prefix, fn.MAX(item.serial_last))
    query = item.select(*columns).where(item.serial_first.is_null(False)).group_by(item.kind, item.serial_prefix)
    for kind, prefix, last in query.tuples():
        yield kind, prefix, last, last


def kinds_with_serials(state: State, kinds: Collection[str]) -> set[str]:
    """Those of these kinds of which a pack with serial numbers is registered."""
    item = state.tables.item
    query = item.select(item.kind).where(item.kind.in_(list(kinds)) & item.serial_first.is_null(False)).distinct()
    return {kind for (kind,) in query.tuples()} if kinds else set()


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


def destinations(state: State) -> Iterator[str]:
    """Every place that anything is bound for."""
    item = state.tables.item
    return (code for (code,) in item.select(item.bound_for).distinct().tuples().iterator())
