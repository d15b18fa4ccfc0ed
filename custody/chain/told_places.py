"""A destination that no record here names but a handover's: its station knew of it, and its record is still to come."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from custody.chain.findings import Finding, name_of
from custody.chain.item_state import State
from custody.chain.order import Order
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.places import Place

TOLD_ALONE = N_("{item} is for {to} by this handover's record alone, for {destination} by all others here")
"""What `WRONG_DESTINATION` says of a destination that one handover tells; no way that the item goes ends it."""


def bound_for(items: Mapping[str, Item], redirected: Mapping[str, str]) -> dict[str, Item]:
    """Items by code, those of them that go elsewhere by now with their new destination."""
    return {code: replace(item, to=redirected[code]) if code in redirected else item for code, item in items.items()}


def is_named(code: str, to: str, events: Iterable[Event]) -> bool:
    """Whether one of these records names this destination for an item, withdrawn since or not."""
    return to in destinations_named(code, events)


def destinations_named(code: str, events: Iterable[Event]) -> set[str]:
    """All destinations that these records name for an item."""
    return {to for event in events if code in event.rows and (to := _destination_in(event, code))}


def _destination_in(event: Event, code: str) -> str | None:
    match event.type:
        case "register":
            return str(event.rows[code]["to"])
        case "reassign":
            return str(event.body["to"])
        case _:
            return event.destinations.get(code)


def goes_as_told(
    code: str, event: Event, state: State, taken: Iterable[Event], order: Order, places: Mapping[str, Place]
) -> list[Finding]:
    """Let an item be bound for where a handover says it is, if that is the first record here that names this place for
    it, and return the finding that it is: foretold where its station had it by a paper.

    Args:
        taken: the handovers that were taken in before, this one may be among them.
    """
    told, before = event.destinations.get(code), state.to
    if not told or told == before or state.row is None:
        return []
    if is_named(code, told, (other for other in (*order.others, *taken) if other is not event)):
        return []
    state.to = told
    shown = {"item": show_code(code), "to": name_of(places, told), "destination": name_of(places, before or "")}
    found = Finding("WRONG_DESTINATION", TOLD_ALONE, shown, code, is_provisional=True)
    return [replace(found, is_foretold=True).closed() if is_after_unknown(code, event, order) else found]


def is_after_unknown(code: str, event: Event, order: Order) -> bool:
    """Whether an item's row names as what came before it a record of another log that is not here."""
    after, refs = event.rows[code]["after"], event.body["refs"]
    if after is None or after >= len(refs):
        return False
    return refs[after]["log"] != event.log and order.find(refs[after]["leaf"]) is None
