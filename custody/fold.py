"""One pass over the events of an item's family: who holds what after each, and what is irregular about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from custody.codes import ItemLabel, show_code
from custody.errors import N_
from custody.events import Body, Event
from custody.findings import Finding, goes_astray, judge_condition, judge_label, judge_time, name_of, wrong_destination
from custody.items import Item, SerialRange
from custody.order import Order
from custody.places import Place


@dataclass(frozen=True, slots=True)
class Link:
    """One event in an item's chain.

    `from_` and `to` are custodians, None where the event moved nothing. `how` is how the label was read, None where no
    label was. `is_seen` is False where the item only moved with its parent. `is_withdrawn`: a correction took it back.
    """

    event: Event
    from_: str | None = None
    to: str | None = None
    how: str | None = None
    is_seen: bool = True
    is_withdrawn: bool = False

    @property
    def via(self) -> str | None:
        """How the move is known where the item itself was not seen."""
        return None if self.is_seen else "parent"


@dataclass
class State:
    """What the fold knows of one item of the family so far."""

    item: Item | None = None
    holder: str | None = None
    parent: str | None = None
    holder_event: Event | None = None
    prints: dict[int, str] = field(default_factory=dict)
    moves: list[Event] = field(default_factory=list)


class Fold:
    """One pass over the events in an order that respects what each station knew."""

    def __init__(
        self, code: str, family: set[str], places: Mapping[str, Place], met: frozenset[str] | None, order: Order
    ) -> None:
        self.code, self.places, self.met, self.order = code, places, met, order
        self.states = {member: State() for member in sorted(family)}
        self.links: list[Link] = []
        self.findings: list[Finding] = []

    def run(self) -> None:
        while ready := self.order.ready():
            event = self._pick(ready)
            self.order.take(event)
            self._apply(event)

    def _pick(self, ready: list[Event]) -> Event:
        """Among events that no station's knowledge orders, follow custody: first what is no handover, then a handover
        by whoever holds the item, then one whose giver waits for no other handover; ties go by leaf digest."""
        if len(ready) == 1:
            return ready[0]
        receivers = {event.body["to"] for event in self.order.waiting() if event.type == "handover"}

        def rank(event: Event) -> tuple[int, str]:
            if event.type != "handover":
                return (0, event.leaf)
            giver = event.body["from"]
            named = [self.states[member] for member in event.rows if member in self.states]
            if named and all(state.holder == giver for state in named):
                return (1, event.leaf)
            return (3 if giver in receivers else 2, event.leaf)

        return min(ready, key=rank)

    def _apply(self, event: Event) -> None:
        match event.type:
            case "register":
                self._register(event)
            case "print":
                self._print(event)
            case "handover":
                self._handover(event)
            case "pack":
                self._pack(event)
            case "reassign":
                self._reassign(event)
            case "inspect":
                self._inspect(event)

    # --- one method for each type -------------------------------------------------------------------------------

    def _register(self, event: Event) -> None:
        for member, state in self._named(event):
            if state.item is None:
                if state.holder is None:
                    state.holder, state.holder_event = event.body["held_by"], event
                state.item = read_item(event.rows[member], state.holder)
                if member == self.code:
                    self._close("UNKNOWN_CODE")
            if member == self.code:
                self.links.append(Link(event, None, event.body["held_by"]))

    def _print(self, event: Event) -> None:
        number = event.body["print"]
        for member, state in self._named(event):
            first_log = state.prints.setdefault(number, event.log)
            if state.item is not None:
                state.item = replace(state.item, print=max(number, state.item.print))
            if member == self.code:
                self.links.append(Link(event))
                if first_log != event.log:
                    self._find(event, Finding("SUSPECTED_COPY", N_("print {print} of {item} was made by two stations: suspected copy"),
                                              {"item": show_code(member), "print": f"{number:02d}"}, member))  # fmt: skip

    def _handover(self, event: Event) -> None:
        giver, to = event.body["from"], event.body["to"]
        for member, state in self._named(event):
            row = event.rows[member]
            if member == self.code:
                self.links.append(Link(event, giver, to, row["how"]))
                for finding in self._irregular(event, state, ItemLabel(member, row["print"])):
                    self._find(event, finding)
            self._move(event, state, to)
            for child, child_state in self._descendants(member):
                if child in event.rows:
                    continue
                if child == self.code:
                    self.links.append(Link(event, child_state.holder, to, None, is_seen=False))
                self._move(event, child_state, to)

    def _pack(self, event: Event) -> None:
        add = event.body["action"] == "add"
        for child in event.body["children"]:
            if child in self.states:
                self.states[child].parent = event.body["parent"] if add else None
        if self.code in event.rows:
            self.links.append(Link(event))

    def _reassign(self, event: Event) -> None:
        for member, state in self._named(event):
            if state.item is not None:
                state.item = replace(state.item, to=event.body["to"])
            if member == self.code:
                self.links.append(Link(event))
                self._close("WRONG_DESTINATION")

    def _inspect(self, event: Event) -> None:
        for member, state in self._named(event):
            condition = event.body["condition"]
            if state.item is not None:
                state.item = replace(state.item, condition=condition)
            if member == self.code:
                self.links.append(Link(event, how=event.rows[member]["how"]))
                self._close("DAMAGED", "MISSING")
                for finding in judge_condition(member, condition):
                    self._find(event, finding)

    # --- what is irregular about a handover ---------------------------------------------------------------------

    def _irregular(self, event: Event, state: State, label: ItemLabel) -> list[Finding]:
        giver, to = event.body["from"], event.body["to"]
        has_met = self.met is None or giver in self.met
        found = judge_label(state.item, label, met_giver=has_met)
        if state.holder is not None and state.holder != giver:
            found += self._broken_link(event, state, has_met)
        if state.item is not None and self.places:
            if goes_astray(self.places, state.item.to, to, event.body["bound"]):
                found.append(wrong_destination(self.places, label.code, state.item.to, to))
            elif to in self.places:
                self._close("WRONG_DESTINATION")
        found += judge_time(self.places.get(to), event.happened, is_late_entry=event.body["occurred"] is not None)
        if state.moves and state.moves[-1].log == event.log and event.at < state.moves[-1].at:
            found.append(Finding("CLOCK", N_("the station's clock went back between two of its own records")))
        if self._is_stale(event, label.code):
            found.append(Finding("FORK", N_("{item} was recorded as if its station had not known an event that it had recorded"),
                                 {"item": show_code(label.code)}))  # fmt: skip
        return [replace(finding, item=label.code) for finding in found]

    def _broken_link(self, event: Event, state: State, has_met: bool) -> list[Finding]:
        giver, to = event.body["from"], event.body["to"]
        shown = {"item": show_code(self.code), "giver": self._name(giver), "to": self._name(to)}
        shown["holder"] = self._name(state.holder or "")
        apart = [move for move in state.moves if not self.order.is_before(move, event)]
        same_giver = [move for move in apart if move.body["from"] == giver]
        if any(move.body["to"] == to for move in same_giver):
            return []  # both sides recorded one handover
        if same_giver:
            shown["other"] = self._name(same_giver[0].body["to"])
            return [
                Finding(
                    "FORK",
                    N_("{giver} gave {item} to {to} and to {other}, and neither record knows of the other"),
                    shown,
                )
            ]
        if state.holder_event in apart:
            return [
                Finding(
                    "SUSPECTED_COPY",
                    N_(
                        "{item} is with {holder} and was given by {giver} to {to}, and no handover joins the two: suspected copy"
                    ),
                    shown,
                )
            ]
        return [
            Finding(
                "GAP",
                N_("{giver} gave {item}, but the one before it left with {holder}"),
                shown,
                is_provisional=not has_met,
            )
        ]

    def _is_stale(self, event: Event, code: str) -> bool:
        """Whether `after` names an event that this log knew a later one of: the same station knew better."""
        row, refs = event.rows[code], event.body["refs"]
        if row["after"] is None or row["after"] >= len(refs):
            named = None
        else:
            named = self.order.find(refs[row["after"]]["leaf"])
            if named is None:
                return False
        known = (move for move in self.states[code].moves if self.order.was_known_to(event, move))
        return any(named is None or (named is not move and self.order.is_before(named, move)) for move in known)

    # --- small steps --------------------------------------------------------------------------------------------

    def _name(self, custodian: str) -> str:
        return name_of(self.places, custodian)

    def _named(self, event: Event) -> list[tuple[str, State]]:
        return [(member, state) for member, state in self.states.items() if member in event.rows]

    def _descendants(self, parent: str) -> list[tuple[str, State]]:
        found: list[tuple[str, State]] = []
        level = {parent}
        while level:
            children = [(code, state) for code, state in self.states.items() if state.parent in level]
            children = [pair for pair in children if pair not in found]
            found += children
            level = {code for code, _ in children}
        return found

    def _move(self, event: Event, state: State, to: str) -> None:
        state.holder, state.holder_event = to, event
        state.moves.append(event)
        if state.item is not None:
            state.item = replace(state.item, held_by=to)

    def _find(self, event: Event, finding: Finding) -> None:
        self.findings.append(replace(finding, leaf=event.leaf))

    def _close(self, *codes: str) -> None:
        self.findings = [f.closed() if f.code in codes else f for f in self.findings]


def read_item(row: Body, held_by: str) -> Item:
    """The item that a row of a `register` event says exists."""
    serials = row["range"]
    return Item(
        code=row["code"], kind=row["kind"], to=row["to"], k=row["k"], n=row["n"], election=row["election"],
        quantity=row["quantity"], serials=SerialRange(**serials) if serials else None, held_by=held_by,
    )  # fmt: skip


def family_of(code: str, events: list[Event]) -> set[str]:
    """The item and everything it was ever inside of."""
    family, grew = {code}, True
    packs = [event.body for event in events if event.type == "pack"]
    while grew:
        parents = {pack["parent"] for pack in packs if not family.isdisjoint(pack["children"])}
        grew = not parents <= family
        family |= parents
    return family
