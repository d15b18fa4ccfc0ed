"""Searching items by what people type of them, page by page; and how far all of them have come."""

from custody.errors import N_, InputError
from custody.format.codes import fold_beginning, show_code
from custody.measures.progress import ProgressRow
from custody.measures.progress import progress as sum_up
from db.state.item_search import FoundItems, Wanted, find_items
from db.store import Store
from services.plan.custodians import find_custodian, find_kind, kinds_beginning, places_beginning

_COMPLETED = 100


def search_items(
    store: Store,
    *,
    kind: str = "",
    to: str = "",
    held_by: str = "",
    begins: str = "",
    after: str | None = None,
    before: str | None = None,
    most: int,
    sort: str = "to",
) -> FoundItems:
    """A page of the items that these words describe, in one of the orders `SORTS`; empty words leave it open.

    Args:
        kind: its code or name.
        to: the place that they are bound for, or that lies above it.
        begins: the first characters of a code, as they were typed.
        after: the code behind which the page begins; None: it is the first page.
        before: the code at which the page ends; goes before `after`.
        most: the most items of a page.

    Raises:
        CodeError, InputError: a word names nothing that there is.
    """
    start = fold_beginning(begins)
    if start is None:
        raise InputError(
            N_("{text} is not the beginning of a code"),
            hint=N_("Codes have digits and capital letters, without I, L, O and U."),
            text=begins,
        )
    under, holder = (find_custodian(store, text) if text else None for text in (to, held_by))
    of_kind = find_kind(store, kind, registered=True) if kind else None
    wanted = Wanted(of_kind, under, holder, start)
    return find_items(store.state, wanted, after=after, before=before, most=most, sort=sort)


def progress_rows(store: Store, top: str | None = None, kind: str | None = None) -> list[ProgressRow]:
    """How far the supplies for a place and all below it have come, by place and kind."""
    groups = (group for group in store.state.stock(top) if kind in (None, group.kind))
    rules, table = store.state.need_rules(), store.state.places
    if top is None:
        tree = table.tree()
        return sum_up(groups, tree, rules, inside=tree.values(), kind=kind)
    table.refresh()
    inside = table.inside(top)  # places elsewhere are looked up one by one
    return sum_up(groups, table, rules, inside=inside, kind=kind)


def codes_beginning(store: Store, typed: str) -> list[tuple[str, str]]:
    """The codes of items that begin as typed, with or without dashes, each with its kind and destination."""
    start = fold_beginning(typed)
    if start is None:
        return []
    show = show_code if "-" in typed or not typed else str
    found = find_items(store.state, Wanted(begins=start), most=_COMPLETED).items
    return [(show(item.code), f"{item.kind}, {item.to}") for item in found]


def beginning(store: Store, sort: str, typed: str) -> list[tuple[str, str]]:
    """What begins as typed, each with words on it: places or kinds by code or name, or codes of items.

    Args:
        sort: `place`, `kind` or `item`.
    """
    find = {"place": places_beginning, "kind": kinds_beginning, "item": codes_beginning}[sort]
    return list(find(store, typed))
