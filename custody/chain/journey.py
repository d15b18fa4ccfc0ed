"""How far an item has come on its way down the tree, and which record brought it to each place of that way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.chain.chain import Chain
from custody.chain.findings import moment
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.dues import Due
from custody.plan.places import Place, Ways


@dataclass(frozen=True, slots=True)
class Journey:
    """An item on the way to where it is bound.

    `way` are the places from below the top down to its destination. `reached` has, for each of them that it ever came
    to, the record that first brought it there or below it. `there` are those at which it counts as present: it is
    there or below, or it has been at its destination since it was bound for that, and is on the way back. `dues` has
    those at which it is due.
    """

    item: Item
    way: tuple[Place, ...]
    reached: Mapping[str, Event]
    there: frozenset[str]
    dues: Mapping[str, Due]


def holders_since(chain: Chain, *, as_of: str | None = None) -> tuple[str, ...]:
    """The custodians that have held an item since it was bound for where it is bound now, the present one too.

    Args:
        as_of: the moment (RFC 3339, UTC) after which nothing counts as moved yet; None: all that is recorded.

    Returns:
        Their codes, each once, in the order of last coming there; the last holds it.
    """
    limit = moment(as_of) if as_of is not None else None
    found: dict[str, None] = {}
    for link in chain.links:
        if limit is not None and moment(link.event.happened) > limit:
            continue
        if link.event.type == "reassign" and not link.is_withdrawn:
            found = dict.fromkeys(list(found)[-1:])
        if link.to is not None and link.has_moved:
            found.pop(link.to, None)
            found[link.to] = None
    return tuple(found)


def moves_of(chain: Chain) -> int:
    """How many handovers moved an item; none where all that offered it were refused, so that it never left."""
    return sum(link.event.type == "handover" and link.has_moved for link in chain.links)


def is_home(ways: Ways, to: str, holders: Iterable[str]) -> bool:
    """Whether one of these custodians is where something is bound for, or below it."""
    return any(holder == to or any(place.code == to for place in ways.to(holder)) for holder in holders)


def journey(chain: Chain, ways: Ways, *, as_of: str | None = None) -> Journey | None:
    """Return the item's way to its present destination; None where no event registers it.

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
    home = way[-1].code if way else None
    has_been_home = home in reached and is_home(ways, home, holders_since(chain, as_of=as_of))
    there = frozenset(place.code for place in way if has_been_home or place.code in holders)
    dues = {place.code: due for place in way if (due := chain.dues.at(place, item.kind, item.to)) is not None}
    return Journey(item, way, reached, there, dues)
