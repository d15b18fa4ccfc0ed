"""What a list of what was to go says of one item: it was meant and did not go, or went and was not meant."""

from collections.abc import Iterable, Iterator, Mapping

from custody.events import Event
from custody.findings import Finding, shortage
from custody.handover_facts import is_own_number
from custody.items import Item
from custody.places import Place
from custody.state import State


def missed(
    code: str, state: State, event: Event, places: Mapping[str, Place], met: frozenset[str] | None
) -> Finding:  # fmt: skip
    """The finding that an item was to go in this handover and was not scanned.

    Args:
        met: the places whose stations' logs are here; None: all are.
    """
    is_final = (met is None or event.body["from"] in met) and is_own_number(event.log, event.body["bast"])
    return shortage(state.item(code) or Item(code, "", ""), places, is_listed=True, is_final=is_final)


def is_beyond(code: str, event: Event, states: Mapping[str, State], events: Iterable[Event]) -> bool:
    """Whether an item that its record tells as beyond the list is so: what it is in is not meant, nor does another
    laptop's list under the same number name it.

    Args:
        states: of the item and of all that it was ever in.
        events: all handovers that are known of it, this one too.
    """
    if code not in event.beyond:
        return False
    met, inner = {code}, states[code]
    while (step := inner.parent) is not None and step in states and step not in met:
        if states[step].holder != inner.holder and step not in event.moved:  # it may have moved just now
            break
        if is_meant(step, event):
            return False
        met.add(step)
        inner = states[step]
    return not any(is_meant(code, other) for other in under_same_number(event, events))


def is_meant(code: str, event: Event) -> bool:
    """Whether the list that a record states names an item."""
    is_stated = event.body.get("meant") is not None
    return is_stated and (code in event.absent or (code in event.rows and code not in event.beyond))


def under_same_number(event: Event, events: Iterable[Event]) -> Iterator[Event]:
    """Those events that are handovers of the same number, giver and receiver."""
    same = ("bast", "from", "to")
    for other in events:
        if other.type == "handover" and all(other.body[name] == event.body[name] for name in same):
            yield other
