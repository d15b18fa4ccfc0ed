"""The way back after the vote: what has not come back, who holds it, and what was seen of its seals on the way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from custody.chain.chain import Chain
from custody.chain.item_state import Link
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.levels import ABOVE_ENDS
from custody.plan.places import Place, Ways, is_store

ReturnState = Literal["there", "on_the_way", "back", "stock", "gone"]
STATES: tuple[ReturnState, ...] = ("there", "on_the_way", "back", "stock", "gone")
"""Still where it was delivered; left there; back at the top; back, and bound for a store as stock; out of our hands,
as what was destroyed is.
"""
SealLook = Literal["intact", "faulty", "unchecked"]


@dataclass(frozen=True, slots=True)
class Return:
    """An item that was delivered to `home`, and how far it has come back.

    `holder_event` is the record by which its holder has it. `seals` says how they were found since it left home: None
    where no seal was on it then, or it has not left. Since it came back to a store: `is_emptied`, its seals were taken
    off or it was opened; `is_looked_at`, its condition was recorded, as when boxes are folded.
    """

    item: Item
    home: str
    state: ReturnState
    holder: str
    holder_event: Event
    seals: SealLook | None = None
    is_emptied: bool = False
    is_looked_at: bool = False


def way_back(chain: Chain, ways: Ways) -> Return | None:
    """How far an item has come back; None where it was never delivered to where it was bound for."""
    if chain.item is None:
        return None
    goal, home, left = "", "", 0
    last: Link | None = None
    links = [link for link in chain.links if not link.is_withdrawn]
    for at, link in enumerate(links):
        body = link.event.body
        if link.event.type == "register":
            goal = goal or link.event.rows[chain.code]["to"]
        elif link.event.type == "reassign":
            goal = body["to"]
        if link.has_moved and link.event.type == "handover":
            last = link
            if link.to == goal and not is_store(ways.places, goal):
                home, left = goal, at + 1
    if not home or last is None or chain.held_by is None:
        return None
    state = _state(chain.item, home, chain.held_by, ways)
    is_away = state != "there"
    since = _in_store(links[left:], ways)
    return Return(
        chain.item,
        home,
        state,
        chain.held_by,
        last.event,
        _seals(links, left) if is_away else None,
        is_emptied=any(_empties(link.event, chain.code) for link in since),
        is_looked_at=any(link.event.type == "inspect" for link in since),
    )


def _in_store(links: Sequence[Link], ways: Ways) -> Sequence[Link]:
    """What was recorded after the thing last came to a store; nothing where it has not."""
    came = [at for at, link in enumerate(links) if link.has_moved and is_store(ways.places, str(link.to))]
    return links[came[-1] + 1 :] if came else ()


def _empties(event: Event, code: str) -> bool:
    if event.type == "seal":
        return bool(event.body["action"] == "remove")
    return event.type == "pack" and event.body["action"] == "open" and event.body["parent"] == code


def _state(item: Item, home: str, holder: str, ways: Ways) -> ReturnState:
    if holder == home:
        return "there"
    place = ways.places.get(holder)
    if place is not None and place.level == "vendor":
        return "gone"
    if is_store(ways.places, holder):
        return "stock" if is_store(ways.places, item.to) else "back"
    return "on_the_way"


def _seals(links: Sequence[Link], left: int) -> SealLook | None:
    """How the seals were found since it left home: the worst of all looks before they were taken off."""
    is_sealed, looks = False, []
    for at, link in enumerate(links):
        if link.event.type != "seal":
            continue
        action, result = link.event.body["action"], link.event.body["result"]
        if action in ("apply", "replace"):
            is_sealed = True
        elif action == "remove" and at < left:
            is_sealed = False
        elif action == "check" and at >= left:
            looks.append(result)
    if looks:
        return "intact" if all(look == "intact" for look in looks) else "faulty"
    return "unchecked" if is_sealed else None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What was delivered to a place, or to those below it, of one kind; and how far that has come back, in things."""

    place: Place
    kind: str
    counts: Mapping[ReturnState, int]
    seals: Mapping[SealLook, int]

    @property
    def delivered(self) -> int:
        """The number of pieces that were delivered."""
        return sum(self.counts.values())

    @property
    def not_back(self) -> int:
        """How many have not come back and are in somebody's hands on the way."""
        return self.counts["there"] + self.counts["on_the_way"]


def return_rows(returns: Iterable[Return], ways: Ways) -> list[ReturnRow]:
    """Sums over the tree: a row for each kind at each place above the ends, in the tree's order."""
    counts: dict[tuple[tuple[str, ...], str], tuple[Place, Counter[ReturnState], Counter[SealLook]]] = {}
    for one in returns:
        way = ways.to(one.home)
        for depth, place in enumerate(way):
            if place.level not in ABOVE_ENDS:
                continue
            key = (tuple(step.code for step in way[: depth + 1]), one.item.kind)
            _place, states, looks = counts.setdefault(key, (place, Counter(), Counter()))
            states[one.state] += 1
            if one.seals is not None:
                looks[one.seals] += 1
    return [ReturnRow(place, kind, states, looks) for (_way, kind), (place, states, looks) in sorted(counts.items())]
