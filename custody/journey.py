"""How far an item has come on its way down the tree, and which record brought it to each place of that way."""

from collections.abc import Mapping
from dataclasses import dataclass

from custody.chain import Chain
from custody.events import Event
from custody.findings import moment
from custody.items import Item
from custody.places import Place, Ways


@dataclass(frozen=True, slots=True)
class Journey:
    """An item on the way to where it is bound.

    `way` are the places from below the top down to its destination. `reached` has, for each of them that it ever came
    to, the record that first brought it there or below it. `there` are those at which it counts as present: it is
    there or below, or it has been at its destination and is on the way back.
    """

    item: Item
    way: tuple[Place, ...]
    reached: Mapping[str, Event]
    there: frozenset[str]


def journey(chain: Chain, ways: Ways, *, as_of: str | None = None) -> Journey | None:
    """What the chain says of the way to the present destination; None where nobody registered the item.

    Args:
        as_of: the moment (RFC 3339, UTC) after which nothing counts as moved yet; None: all that is recorded.
    """
    item = chain.item
    if item is None:
        return None
    way = ways.to(item.to)
    way = way[1:] if len(way) > 1 else way
    limit = moment(as_of) if as_of is not None else None
    reached: dict[str, Event] = {}
    holder = ""
    for link in chain.links:
        if link.to is None or not link.has_moved or (limit is not None and moment(link.event.happened) > limit):
            continue
        holder = link.to
        above = {place.code for place in ways.to(holder)}
        for place in way:
            if place.code in above:
                reached.setdefault(place.code, link.event)
    holders = {place.code for place in ways.to(holder)}
    has_been_home = bool(way) and way[-1].code in reached
    there = frozenset(place.code for place in way if has_been_home or place.code in holders)
    return Journey(item, way, reached, there)
