"""Labels in the ledger: first prints, reprints, void ones, blanks, and what a blank was claimed for."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from custody.compose import compose, item_events
from custody.errors import N_, InputError, RuleError
from custody.format.codes import ItemLabel, show_code
from custody.format.events import Event
from custody.format.item_facts import Item, Voids
from custody.measures.prints import PRINTING, PrintAccount, print_account
from custody.people import distinct_people
from custody.plan.missing_items import further_items
from db.store import Store

_CLAIMED_PER_EVENT = 100
"""With a reference to another print for each code, this stays under 64 KiB."""


def record_prints(store: Store, codes: Sequence[str], *, sheet: str) -> list[Event]:
    """Record the first print of these items' labels.

    Raises:
        RuleError: one of them was printed already; a reprint needs a reason.
    """
    with store.transaction():
        printed = [item for item in store.state.items_of(codes).values() if item.print]
        if printed:
            raise RuleError(
                N_("the label of {item} was printed already"),
                hint=N_("Print it again with: {way}"),
                way="reprint_printed",
                item=show_code(printed[0].code),
            )
        return store.record(item_events.print_events(codes, number=1, sheet=sheet))


def record_reprints(
    store: Store, numbers: Mapping[str, int], *, sheet: str, reason: str, second: str | None
) -> list[Event]:
    """Record reprints, all or none: a reason and a second person; the older prints are void from here on.

    Args:
        numbers: the new print's number of each code.
        second: None where one person is enough for every one of them (`why_void_in_house`).

    Raises:
        RuleError: one of the items has been printed again meanwhile, or a second person is needed.
    """
    has_two = second is not None and len(distinct_people([store.around.by, second])) == 2
    with store.transaction():
        known = store.state.items_of(numbers)
        codes: dict[int, list[str]] = {}
        for code, number in numbers.items():
            if code not in known or known[code].print + 1 != number:
                raise RuleError(
                    N_("{item} was printed again by somebody else meanwhile"),
                    hint=N_("Try again."),
                    item=show_code(code),
                )
            if not has_two and why_void_in_house(store, code) is None:
                raise RuleError(
                    N_("printing {item} again needs the names of two people"),
                    hint=N_("Write two different names: both answer for it."),
                    item=show_code(code),
                )
            codes.setdefault(number, []).append(code)
        new = [
            event
            for number, some in sorted(codes.items())
            for event in item_events.print_events(some, number=number, sheet=sheet, reason=reason, second=second)
        ]
        return store.record(new)


def why_void_in_house(store: Store, code: str) -> str | None:
    """Why one person may print an item's label again, None where it takes two.

    Its newest print was recorded as spoiled or unused, and the item was never handed over: the label is nowhere but
    where it was printed, and a scan of it would be a finding. A lost label may be on anything. A printer that jams at
    four in the morning has one person at it; if that took two names, people would print around the record.
    """
    chain = store.state.chain(code)
    has_left = any(link.event.type == "handover" and not (link.is_withdrawn or link.is_absent) for link in chain.links)
    if chain.item is None or has_left:
        return None
    reason = dict(chain.voids).get(chain.item.print)
    return reason if reason in ("spoiled", "unused") else None


def record_void(
    store: Store, labels: Sequence[ItemLabel], *, reason: str, note: str = "", second: str | None = None
) -> list[tuple[str, int]]:
    """Record that these prints must not be used, all or none; returns code and number of each, once.

    Args:
        labels: without a number, the newest print is meant.
        reason: `spoiled`, `lost` or `unused`.

    Raises:
        RuleError: no station that is known here made such a print, or it was recorded as void already.
    """
    with store.transaction():
        codes = list(dict.fromkeys(label.code for label in labels))
        known, blanks = store.state.items_of(codes), store.state.blanks(codes)
        found: dict[tuple[str, int], None] = {}
        for label in labels:
            item = known.get(label.code)
            # Print 01 is taken as issued: a receiver often holds the list of items and not the log of the prints.
            newest = max(1, item.print) if item else 1
            number = label.print or newest
            if (item is None and label.code not in blanks) or number > newest:
                raise RuleError(
                    N_("no station that is known here has made print {print} of {item}"),
                    hint=N_("Import the log of the station that printed it: {way}"),
                    way="import",
                    item=show_code(label.code),
                    print=f"{number:02d}",
                )
            voids = item.voids if item else blanks[label.code]
            if number in dict(voids):
                raise RuleError(
                    N_("print {print} of {item} is recorded as void already"),
                    hint=N_("See its records with: {way}"),
                    way="custody",
                    item=show_code(label.code),
                    print=f"{number:02d}",
                )
            found[label.code, number] = None
        new = item_events.void_events(list(found), store.state.latest(codes), reason=reason, note=note, second=second)
        store.record(new)
        return list(found)


def record_blanks(store: Store, codes: Sequence[str], *, sheet: str) -> list[Event]:
    """Record the print of labels that belong to no item yet: an ordinary print of codes that are not registered.

    Raises:
        RuleError: one of the codes is in use.
    """
    with store.transaction():
        for code, events in store.ledger.items.naming(codes).items():
            if events:
                raise RuleError(
                    N_("{item} is in use already"), hint=N_("Blank labels get new codes."), item=show_code(code)
                )
        return store.record(item_events.print_events(codes, number=1, sheet=sheet))


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
        RuleError: a code is registered already, is void, or no print that this station knows of names it.
        InputError: the plan has no such place.
    """
    with store.transaction():
        known, blanks = store.state.items_of(codes), store.state.blanks(codes)
        for code in codes:
            _refuse_unless_blank(code, known, blanks)
        place = store.state.places.tree().get(to)
        if place is None:
            raise InputError(
                N_("an item is bound for a place of the plan, and {place} is none"),
                hint=N_("Choose a place{typed}."),
                typed="--to",
                place=to,
            )
        free = further_items(
            place,
            store.state.need_rules(),
            store.state.slots(to=to),
            kind=kind,
            election=election,
            quantity=quantity,
            held_by=held_by or store.ledger.own_log().place,
        )
        items = [replace(item, code=code) for code, item in zip(codes, free, strict=False)]
        printed = store.state.latest(codes)
        for piece in compose.parts(items, _CLAIMED_PER_EVENT):
            relied_on = dict.fromkeys(printed[item.code] for item in piece)
            store.record(item_events.register_events(piece, refs=tuple(relied_on)))
        return items


def _refuse_unless_blank(code: str, known: Container[str], blanks: Mapping[str, Voids]) -> None:
    """Refuse a code that no blank label bears.

    Args:
        known: the codes that are registered.
        blanks: the codes that were printed blank, and the prints of each that are void.

    Raises:
        RuleError: the code is registered, no print that is known here names it, or its label is void.
    """
    item = show_code(code)
    if code in known:
        raise RuleError(
            N_("{item} is registered already"),
            hint=N_("See what it is with: {way}. Take another blank label."),
            way="custody",
            item=item,
        )
    if code not in blanks:
        raise RuleError(
            N_("no station that is known here has printed a label {item}"),
            hint=N_("Import the log of the station that printed it: {way}"),
            way="import",
            item=item,
        )
    if blanks[code]:
        raise RuleError(N_("the label {item} is recorded as void"), hint=N_("Take another blank label."), item=item)


def account(store: Store) -> PrintAccount:
    """What was printed by every station whose log is held, and what became of it."""
    stations = store.state.stations.now()
    events = (event for event in store.ledger.on_topic(PRINTING) if stations.stands(event))
    return print_account(events, {log: owner.place for log, owner in stations.owners.items()}, stations.correctors)
