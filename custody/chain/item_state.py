"""What the fold knows of one item so far, and what it means that a giver gives what another holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from custody.chain.findings import Finding, districts_apart, name_of
from custody.chain.held import Held
from custody.chain.order import Order
from custody.chain.seals import Seals
from custody.errors import N_
from custody.format.codes import is_plate, show_code
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item, SerialRange, Voids
from custody.plan.levels import CARRIER, VENDOR
from custody.plan.places import Place, is_under


@dataclass(frozen=True, slots=True)
class Link:
    """One event in an item's chain.

    `from_` and `to` are custodians, None where the event moved nothing. `how` is how the label was read, None where no
    label was. `is_seen` is False where the item only moved with its parent. `is_withdrawn`: a correction took it back.
    `is_repeat`: another log's record of a handover that is in the chain already; it moved nothing. `is_refused`: the
    receiver did not take it, so it stayed with the giver. `is_absent`: it was to go by a list, and was not scanned.
    `stranger`: the station that recorded it, where root has not admitted it, so that it counts for nothing; else empty.
    """

    event: Event
    from_: str | None = None
    to: str | None = None
    how: str | None = None
    is_seen: bool = True
    is_withdrawn: bool = False
    is_repeat: bool = False
    is_refused: bool = False
    is_absent: bool = False
    stranger: str = ""

    @property
    def is_stranger(self) -> bool:
        """Whether its station is not admitted: nothing follows from it."""
        return bool(self.stranger)

    @property
    def has_moved(self) -> bool:
        """Whether this link changed who holds the item."""
        return self.to is not None and not (self.is_withdrawn or self.is_repeat or self.is_refused or self.stranger)


@dataclass(slots=True)
class Move:
    """One handover that moved the item: its first record, and the newest one of each log that recorded it."""

    event: Event
    logs: dict[str, Event]


@dataclass(slots=True)
class State:
    """What the fold knows of one item of the family so far.

    `origins` holds the `held_by` of each registration: stations that loaded the same list each say that they hold it.
    `registered` is the event of `row`, `packed` the one that put it into `parent`. `prints` has the event that first
    made each print, `void` the first that said why a print must not be used. `is_loose`: it moved on its own since it
    was packed. `records` are the handovers that saw it, repeats too.
    """

    row: Body | None = None
    registered: Event | None = None
    to: str | None = None
    holder: str | None = None
    holder_event: Event | None = None
    parent: str | None = None
    packed: Event | None = None
    is_loose: bool = False
    condition: str = ""
    origins: list[str] = field(default_factory=list)
    prints: dict[int, Event] = field(default_factory=dict)
    void: dict[int, Event] = field(default_factory=dict)
    seals: Seals = field(default_factory=Seals)
    refusals: list[Event] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    records: list[Event] = field(default_factory=list)

    def item(self, code: str) -> Item | None:
        """The item as it is now; None where no event registers it."""
        if self.row is None:
            return None
        row, serials = self.row, self.row["range"]
        return Item(
            code=code,
            kind=row["kind"],
            to=self.to or row["to"],
            k=row["k"],
            n=row["n"],
            election=row["election"],
            quantity=row["quantity"],
            serials=SerialRange(**serials) if serials else None,
            held_by=self.holder or "",
            condition=self.condition,
            print=self.newest_print,
            voids=self.voids,
            seal=self.seals.status,
            parent=self.parent or "",
        )

    @property
    def voids(self) -> Voids:
        """The prints that were recorded as void, and why."""
        return tuple(sorted((number, str(event.body["reason"])) for number, event in self.void.items()))

    @property
    def newest_print(self) -> int:
        """The newest print that was recorded; 1 where nobody here recorded it and it is void, for then it was made."""
        return max(self.prints, default=1 if 1 in self.void else 0)

    def is_newest(self, number: int | None) -> bool:
        """Whether nothing can be wrong with a label of this print (None: not known), as with nearly all: the thing is
        registered, no print of it is void, and none is newer.
        """
        return self.row is not None and not self.void and number in (None, self.newest_print or 1)

    @property
    def known_holder(self) -> str | None:
        """Who holds it; None while nobody is known to, or several stations say that they have it to give."""
        return None if not self.moves and len(self.origins) > 1 else self.holder

    def came_by(self, event: Event, log: str) -> bool:
        """Whether it moved by this event, and `log` has no record of its own that it did."""
        return any(move.event is event and log not in move.logs for move in self.moves)


def is_inside(states: Mapping[str, State], code: str, parent: str) -> bool:
    """Whether an item lies in `parent`, directly or inside others."""
    met = {code}
    while (step := states[code].parent) is not None and step in states and step not in met:
        if step == parent:
            return True
        met.add(step)
        code = step
    return False


def broken_link(
    code: str,
    state: State,
    event: Event,
    order: Order,
    places: Mapping[str, Place],
    met: frozenset[str] | None,
    held: Held | None = None,
) -> Finding:
    """What it is when `event` hands over an item whose holder is somebody else.

    Two handovers by one giver that do not know of each other: FORK. A holder that the giver's station did not know of,
    nor does the way down from it lead to the giver: two hold it, SUSPECTED_COPY. Otherwise a record is missing: GAP.
    Each is provisional as long as more of a log on the way between the two could bring a record that joins them.
    """
    giver, to, holder = event.body["from"], event.body["to"], state.holder or ""
    shown = {
        "item": show_code(code),
        "giver": name_of(places, giver),
        "to": name_of(places, to),
        "holder": name_of(places, holder),
    }
    apart = [move.event for move in state.moves if order.are_apart(move.event, event)]
    other = next((e for e in apart if e.body["from"] == giver and e.body["to"] != to), None)

    ways = [(holder, giver), *((e.body["from"], end) for e in apart for end in (giver, to))]
    is_anywhere = any(has_no_station(places, end) for end in chain.from_iterable(ways))
    others = (*(move.event for move in state.moves), *order.keyed_in_later)
    records = [event, *(other for other in others if not order.is_before(other, event))]
    is_final = held is None or held.is_past(records, None if is_anywhere else ways, order, places)
    if other is not None:
        return Finding(
            "FORK",
            N_("{giver} gave {item} to {to} and to {other}, and neither record knows of the other"),
            shown | {"other": name_of(places, other.body["to"])},
            code,
            is_provisional=not is_final and other.log != event.log,  # two histories of one log: nothing joins them
            also=(other.leaf,),
        )
    before = leaves_of(state.holder_event)
    has_met = met is None or (holder if has_no_station(places, giver) else giver) in met
    if has_met and state.holder_event in apart and not _may_lead(places, holder, giver, to):
        unjoined = N_(
            "{item} is with {holder} and was given by {giver} to {to}, and no handover joins the two: suspected copy"
        )
        return Finding("SUSPECTED_COPY", unjoined, shown, code, is_provisional=not is_final, also=before)
    return Finding(
        "GAP",
        N_("{giver} gave {item}, but the one before it left with {holder}"),
        shown,
        code,
        is_provisional=not (has_met and is_final),
        also=before,
    )


def leaves_of(*events: Event | None) -> tuple[str, ...]:
    """The leaves of these events, those that there are."""
    return tuple(event.leaf for event in events if event is not None)


def refused_and_given(code: str, given: Event, places: Mapping[str, Place], also: tuple[str, ...]) -> Finding:
    """The finding that one side's record says handed over, and the other side's says refused."""
    giver, to = given.body["from"], given.body["to"]
    both = N_("{giver} recorded {item} as handed over to {to}, which recorded it as refused: it stayed with {giver}")
    shown = {"item": show_code(code), "giver": name_of(places, giver), "to": name_of(places, to)}
    return Finding("DISPUTED", both, shown, code, also=also)


def judge_packing(
    code: str, event: Event, before: str | None, states: Mapping[str, State], places: Mapping[str, Place]
) -> list[Finding]:
    """What is wrong with putting an item into a parent, or with what a look inside found.

    Args:
        before: the parent that it was in until now.
        states: of the item and all its parents.
    """
    body, found = event.body, []
    parent, item = body["parent"], states[code].item(code)
    is_named = code in body["children"]
    shown = {"item": show_code(code), "parent": show_code(parent)}
    if body["action"] == "check":
        if is_named and before != parent:
            found.append(
                Finding("EXCESS", N_("{item} was found in {parent}, and nobody had packed it there"), shown, code)
            )
        if body["scope"] == "full" and not is_named and before == parent:
            lost = N_("{item} was not found in {parent}, where it was packed")
            found.append(Finding("SHORTAGE", lost, shown, code, also=leaves_of(states[code].packed)))
    other = states[parent].item(parent) if parent in states else None
    if body["action"] in ("add", "check") and is_named and item is not None and other is not None:
        found += judge_contents(item, other, places)
    return found


def judge_contents(item: Item, parent: Item, places: Mapping[str, Place]) -> list[Finding]:
    """The finding that an item was put into something that goes elsewhere, or is for another election."""
    shown = {"item": show_code(item.code), "parent": show_code(parent.code)}
    if item.to in places and parent.to in places and not is_under(places, item.to, parent.to):
        astray = N_("{item} is for {destination} and was packed into {parent}, which is for {to}")
        shown |= {"destination": name_of(places, item.to), "to": name_of(places, parent.to)}
        if apart := districts_apart(places, item.to, (parent.to,)):
            shown |= apart
            astray = N_(
                "{item} is for {destination} in the electoral district {dapil} and was packed into {parent}, "
                "which is for {to} in {other_dapil}"
            )
        return [Finding("WRONG_DESTINATION", astray, shown, item.code)]
    if item.election and parent.election and item.election != parent.election:
        mixed = N_("{item} is for the election {election} and was packed into {parent}, which is for {other}")
        shown |= {"election": item.election, "other": parent.election}
        return [Finding("WRONG_DESTINATION", mixed, shown, item.code)]
    return []


def registered_twice(code: str, state: State) -> Finding:
    """The finding that two registrations of one code name different things."""
    twice = N_("{item} was registered twice, as different things: suspected copy")
    return Finding("SUSPECTED_COPY", twice, {"item": show_code(code)}, code, also=leaves_of(state.registered))


def has_no_station(places: Mapping[str, Place], custodian: str) -> bool:
    """Whether a custodian keeps no log (a carrier or vendor): the one who gave to it explains what it gives."""
    place = places.get(custodian)
    return is_plate(custodian) if place is None else place.level in (CARRIER, VENDOR)


def _may_lead(places: Mapping[str, Place], holder: str, giver: str, to: str) -> bool:
    """Whether a handover that nobody recorded would join the two: off a carrier (or a mistyped plate), or on the way
    down from the holder.
    """
    if has_no_station(places, holder):
        return True
    return is_under(places, to if has_no_station(places, giver) else giver, holder)
