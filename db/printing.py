"""Labels in the ledger: first prints, reprints, blanks, and what a blank was claimed for."""

from collections.abc import Sequence
from dataclasses import replace

from custody import compose
from custody.codes import show_code
from custody.errors import N_, RuleError
from custody.events import Event
from custody.items import Item
from custody.planning import further_items
from custody.prints import PRINTING, PrintAccount, print_account
from db.store import Store

_CLAIMED_PER_EVENT = 100
"""With a reference to another print for each code, this stays under 64 KiB."""


def record_prints(store: Store, codes: Sequence[str], *, sheet: str) -> list[Event]:
    """Record the first print of these items' labels.

    Raises:
        RuleError: one of them was printed already; a reprint needs a reason.
    """
    with store.ledger.transaction():
        printed = [item for item in store.state.items_of(codes).values() if item.print]
        if printed:
            raise RuleError(
                N_("the label of {item} was printed already"),
                hint=N_(
                    "Print it again with: python main.py reprint CODE --reason TEXT --by NAME --by NAME --out FILE"
                ),
                item=show_code(printed[0].code),
            )
        return store._record(compose.print_events(codes, number=1, sheet=sheet))


def record_reprint(store: Store, code: str, *, number: int, sheet: str, reason: str, second: str) -> list[Event]:
    """Record a reprint: a reason and a second person; the older prints are void from here on.

    Raises:
        RuleError: the item has been printed again meanwhile.
    """
    with store.ledger.transaction():
        item = store.state.item(code)
        if item is None or item.print + 1 != number:
            raise RuleError(
                N_("{item} was printed again by somebody else meanwhile"),
                hint=N_("Try again."),
                item=show_code(code),
            )
        return store._record(compose.print_events([code], number=number, sheet=sheet, reason=reason, second=second))


def record_blanks(store: Store, codes: Sequence[str], *, sheet: str) -> list[Event]:
    """Record the print of labels that belong to no item yet: an ordinary print of codes that nobody registered.

    Raises:
        RuleError: one of the codes is in use.
    """
    with store.ledger.transaction():
        for code, events in store.ledger.naming(codes).items():
            if events:
                raise RuleError(
                    N_("{item} is in use already"), hint=N_("Blank labels get new codes."), item=show_code(code)
                )
        return store._record(compose.print_events(codes, number=1, sheet=sheet))


def claim(
    store: Store,
    codes: Sequence[str],
    *,
    kind: str,
    to: str,
    quantity: int = 1,
    election: str | None = None,
    held_by: str | None = None,
) -> list[Item]:
    """Register items under codes that were printed blank, all or none; returns them.

    They take what is planned for the place and not registered yet, then further numbers.

    Args:
        held_by: who answers for them; None: this station's place.

    Raises:
        RuleError: a code is registered already, or no print that this station knows of names it.
    """
    with store.ledger.transaction():
        known, blanks = store.state.items_of(codes), store.state.blanks(codes)
        for code in codes:
            if code in known:
                raise RuleError(
                    N_("{item} is registered already"),
                    hint=N_("See what it is with: python main.py custody CODE. Take another blank label."),
                    item=show_code(code),
                )
            if code not in blanks:
                raise RuleError(
                    N_("no station that is known here has printed a label {item}"),
                    hint=N_("Import the log of the station that printed it: python main.py import FILE"),
                    item=show_code(code),
                )
        place = store.state.places.all()[to]
        free = further_items(
            place, store.state.needs(), store.state.slots(to=to), kind=kind, election=election, quantity=quantity,
            held_by=held_by or store.ledger.own_log().place,
        )  # fmt: skip
        items = [replace(item, code=code) for code, item in zip(codes, free, strict=False)]
        printed = store.state.latest(codes)
        for piece in compose.parts(items, _CLAIMED_PER_EVENT):
            relied_on = dict.fromkeys(printed[item.code] for item in piece)
            store._record(compose.register_events(piece, refs=tuple(relied_on)))
        return items


def account(store: Store) -> PrintAccount:
    """What was printed by every station whose log is held, and what became of it."""
    stations = store.state.stations.now()
    events = (event for event in store.ledger.on_topic(PRINTING) if not stations.is_quarantined(event))
    return print_account(events, {log: owner.place for log, owner in stations.owners.items()}, stations.roots)
