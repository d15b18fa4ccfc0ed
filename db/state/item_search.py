"""Items found page by page, in the order of their destinations at the same cost wherever the page is, or in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Case, Tuple, fn

from custody.format.item_facts import Item
from db.state.item_rows import ItemRow
from db.state.queries import State

SORTS = ("to", "kind", "held_by", "condition", "code")
"""What items can be ordered by, and then by destination, kind, number and code; by condition, not good first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: of a kind, bound for a place or below it, held by somebody, with a code that begins so.

    None, and empty for the code, leave it open.
    """

    kind: str | None = None
    under: str | None = None
    held_by: str | None = None
    begins: str = ""


@dataclass(frozen=True, slots=True)
class FoundItems:
    """One page of what was found, how many there are in all, and whether any come before and after the page."""

    items: Sequence[Item]
    total: int
    has_before: bool
    has_after: bool


def find_items(
    state: State, wanted: Wanted, *, after: str | None = None, before: str | None = None, most: int, sort: str = "to"
) -> FoundItems:
    """A page of items, in one of the orders `SORTS`.

    Args:
        after: the code behind which the page begins; None: it is the first page.
        before: the code at which the page ends; goes before `after`.
        most: the most items of a page.
    """
    item, anchor = state.tables.item, before or after
    columns = _columns(item, sort)
    query = _chosen(state, wanted, item.select())
    at = item.select(*columns).where(item.code == anchor).tuples().first() if anchor else None
    is_back = before is not None and at is not None
    if at is not None:
        edge = columns[0] <= at[0] if is_back else columns[0] >= at[0]
        beyond = Tuple(*columns) < Tuple(*at) if is_back else Tuple(*columns) > Tuple(*at)
        query = query.where(edge & beyond)
    elif sort == "to":  # said so that the database walks the index of destinations and stops when the page is full
        query = query.where(item.bound_for >= "")
    order = [column.desc() for column in columns] if is_back else columns
    rows = [ItemRow(*row).item for row in query.order_by(*order).limit(most + 1).tuples()]
    has_more, rows = len(rows) > most, rows[:most]
    if is_back:
        rows.reverse()
    return FoundItems(rows, _count(state, wanted), has_more if is_back else at is not None, is_back or has_more)


def _columns(item: Any, sort: str) -> tuple[Any, ...]:
    """What a list in this order is ordered by; the last tells any two items apart."""
    place = (item.bound_for, item.kind, item.k, item.code)
    is_well = Case(None, [(item.condition.in_(["", "good"]), 1)], 0)
    return {
        "kind": (item.kind, item.bound_for, item.k, item.code),
        "held_by": (item.held_by, *place),
        "condition": (is_well, item.condition, *place),
        "code": (item.code,),
    }.get(sort, place)


def _chosen(state: State, wanted: Wanted, query: Any, *, is_count: bool = False) -> Any:
    item = state.tables.item
    if wanted.under is not None:
        query = query.where(item.bound_for.in_(state.places.codes_under(wanted.under)))
    if wanted.kind is not None:
        query = query.where(item.kind == wanted.kind)
    if wanted.held_by is not None:
        # A page is walked in the order of destinations: by the index of holders, all that somebody holds, often
        # nearly everything, would be read and sorted for each page. A function of the column keeps from it.
        holder = item.held_by if is_count and wanted.under is None else fn.COALESCE(item.held_by, "")
        query = query.where(holder == wanted.held_by)
    if wanted.begins:
        query = query.where((item.code >= wanted.begins) & (item.code < wanted.begins + "\x7f"))
    return query


def _count(state: State, wanted: Wanted) -> int:
    item = state.tables.item
    query = _chosen(state, wanted, item.select(fn.COUNT(item.code)), is_count=True)
    return state.ledger.memory.remember(f"items found: {wanted}", lambda: int(query.scalar()))
