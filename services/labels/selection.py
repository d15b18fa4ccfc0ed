"""Which items' labels are printed: those that have none yet, those that are printed again, and who answers for it."""

from collections.abc import Iterable, Sequence

from custody.errors import N_, CodeError, InputError, RuleError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from db.store import Store
from labels.content import leaving_order
from services.records.label_prints import why_void_in_house


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
