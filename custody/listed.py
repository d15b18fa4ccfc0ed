"""What a list of what was to go says of one item: it was meant and did not go, or went and was not meant."""

from collections.abc import Iterable, Iterator, Mapping

from custody.events import Event
from custody.findings import Finding, shortage
from custody.handover_facts import is_own_number
from custody.items import Item
from custody.places import Place
from custody.state import State


def has_gone(code: str, event: Event, states: Mapping[str, State], events: Iterable[Event]) -> bool:
    """Whether an item that its record tells as absent went all the same, was refused, or is no matter of this handover:
    inside another thing, by another laptop under the same number, or by a handover of before.

    Args:
        states: of the item and of all that it was ever in, with this record taken.
        events: all handovers that are known of it, this one too.
    """
    state, to = states[code], event.body["to"]
    same = list(under_same_number(event, events))
    if any(code in other.rows for other in same) or any(outer in event.rows for outer in _outer(code, states)):
        return True
    if state.holder != to:
        return False
    last = state.moves[-1] if state.moves else None
    is_to_confirm = (
        last is not None
        and (last.event.body["from"], last.event.body["to"]) == (event.body["from"], to)
        and event.log not in last.logs
        and last.event not in same
    )
    return not is_to_confirm


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
    if any(is_meant(outer, event) for outer in _outer(code, states, event)):
        return False
    return not any(is_meant(code, other) for other in under_same_number(event, events))


def _outer(code: str, states: Mapping[str, State], event: Event | None = None) -> Iterator[str]:
    """What an item is in, at any height, as far as it moves with that.

    Args:
        event: a record of which some things may have moved just now, before what is in them.
    """
    met, inner = {code}, states[code]
    while (step := inner.parent) is not None and step in states and step not in met:
        if states[step].holder != inner.holder and (event is None or step not in event.moved):
            return
        yield step
        met.add(step)
        inner = states[step]


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
