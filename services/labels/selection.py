"""Which items' labels are printed: those that have none yet, those that are printed again, and who answers for it."""

from collections.abc import Iterable, Sequence

from custody.errors import N_, CodeError, InputError, RuleError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from db.store import Store
from labels.content import leaving_order
from services.records.label_prints import why_void_in_house
from services.records.vendor_deliveries import account


def in_order(store: Store, items: Iterable[Item]) -> list[Item]:
    """The items as they leave the warehouse."""

    return leaving_order(items, store.state.places.tree())


def known_items(store: Store, codes: Iterable[str]) -> list[Item]:
    """The items of these codes, each once.

    Raises:
        CodeError: one is registered nowhere.
    """
    wanted = list(dict.fromkeys(codes))
    found = store.state.items_of(wanted)
    if unknown := [code for code in wanted if code not in found]:
        raise _unknown(unknown[0])
    return [found[code] for code in wanted]


def reprintable(store: Store, codes: Iterable[str]) -> list[Item]:
    """The items of these codes, each with a label that can be printed again.

    Raises:
        CodeError: one is registered nowhere.
        RuleError: one has no label yet.
    """

    items = known_items(store, codes)
    for item in items:
        if not item.print:
            raise RuleError(
                N_("{item} has no label yet, so there is none to print again"),
                hint=N_("Print it with: {way}"),
                way="labels",
                item=show_code(item.code),
            )
    return items


def delivered_items(store: Store, note: str, kind: str | None = None) -> list[Item]:
    """The items for what came whole with a delivery note, in the order in which they leave: as many without a label as
    there are pieces of it that have none yet.

    Args:
        kind: only of this kind; None: of all that came with it.

    Raises:
        InputError: nothing is recorded under that number at this station's place.
        RuleError: all of it has labels, or too little is registered.
    """
    own = store.ledger.own_log().place
    parts = [row for row in account(store).rows if row.place == own and kind in (None, row.kind)]
    found, came = list[Item](), 0
    for row in parts:
        events = [event for part in row.contracts for event in part.events if event.body["paper"] == note]
        items = list(store.state.find_items(kind=row.kind, under=own)) if events else []
        bare = row.usable - sum(item.quantity for item in items if item.print)
        left = min(sum(event.body["arrived"] - event.body["damaged"] for event in events), bare)
        came += len(events)
        for item in in_order(store, (item for item in items if not item.print)):
            if item.quantity <= left:
                left -= item.quantity
                found.append(item)
    if not came:
        raise InputError(
            N_("no delivery is recorded here under the delivery note {note}"),
            hint=N_("Record it with receive, under the number that stands on the note."),
            note=note,
        )
    if not found:
        raise RuleError(
            N_("no label was printed: all that came with the delivery note {note} has one, or is not registered"),
            hint=N_("Register what came with it by plan, if it is not."),
            note=note,
        )
    return in_order(store, found)


def spoiled_items(store: Store) -> list[Item]:
    """The items whose newest print was recorded as spoiled or unused and that never left.

    Raises:
        RuleError: there is none.
    """

    items = [item for item in store.state.with_voids() if why_void_in_house(store, item.code)]
    if not items:
        raise RuleError(
            N_("no label is recorded as spoiled or unused and not printed again"),
            hint=N_("Record it first: {way}"),
            way="void",
        )
    return in_order(store, items)


def reason_to_reprint(store: Store, items: Sequence[Item], reason: str, names: Sequence[str]) -> str:
    """Return why labels are printed again: the given reason, else the one of their `void` records.

    Raises:
        InputError: there is no reason, or it takes two people and fewer are named.
    """

    if len(names) > 1 and reason:
        return reason
    recorded = {why_void_in_house(store, item.code) for item in items}
    if not reason and None in recorded:
        raise InputError(N_("a reprint needs a reason"), hint=N_("Write why: lost, torn, smudged."))
    if len(names) < 2 and None in recorded:
        raise InputError(
            N_("a reprint needs the names of two people"), hint=N_("Write two different names: both answer for it.")
        )
    return reason or ", ".join(sorted(why for why in recorded if why))


def _unknown(code: str) -> CodeError:
    return CodeError(
        N_("{code} is registered nowhere that this station knows of"),
        hint=N_("List what is registered with: {way}"),
        way="items",
        code=show_code(code),
    )
