"""One pass over the events of an item's family: who holds what after each, and what is irregular about it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from custody.chain.clocks import BACK, judge_clock
from custody.chain.findings import (
    BROKEN,
    Finding,
    judge_condition,
    judge_label,
    late_entry,
    moment,
    unsealed,
    wrong_destination,
)
from custody.chain.held import Held
from custody.chain.item_state import Link as Link
from custody.chain.item_state import (
    Move,
    State,
    broken_link,
    is_inside,
    judge_packing,
    leaves_of,
    refused_and_given,
    registered_twice,
)
from custody.chain.linking import TOLD_ALONE, Linking, goes_as_told, is_after_unknown, same_move
from custody.chain.order import Order, rank_of
from custody.chain.seals import OPEN_SEAL
from custody.errors import N_
from custody.format.codes import ItemLabel, show_code
from custody.format.events import Event
from custody.handover.listed import under_same_number
from custody.plan.dues import NO_DUES, Dues, came_late
from custody.plan.levels import VENDOR
from custody.plan.places import Place, goes_astray, is_store, is_under


class Fold:
    """One pass over the events in an order that respects what each station knew."""

    def __init__(
        self,
        code: str,
        family: set[str],
        places: Mapping[str, Place],
        met: frozenset[str] | None,
        order: Order,
        sealed_kinds: frozenset[str] = frozenset(),
        held: Held | None = None,
        dues: Dues = NO_DUES,
        *,
        is_thorough: bool = False,
    ) -> None:
        self.code, self.places, self.met, self.order, self.sealed_kinds = code, places, met, order, sealed_kinds
        self.held, self.is_thorough, self.dues = held, is_thorough, dues
        self._linking: Linking | None = None
        self._once_more: set[str] = set()
        self.states = {member: State() for member in sorted(family)}
        self.links: list[Link] = []  # written so, for `list[Link]()` takes three times as long
        self.findings: list[Finding] = []
        self._taken: list[Event] = []
        self._latest: dict[str, Event] = {}
        """Of each log, that of its records about the item which has the latest time."""

    def run(self) -> None:
        while ready := self.order.ready():
            event = ready[0] if len(ready) == 1 and not self.is_thorough else self._pick(ready)
            self.order.take(event)
            self._apply(event)

    @property
    def breaks(self) -> int:
        """How often custody breaks, or seems to: what another order of late entries might end."""
        return sum(finding.code in BROKEN for finding in self.findings)

    def _pick(self, ready: list[Event]) -> Event:
        """Among events that no station's knowledge orders: registrations, then what moves nothing (`rank_of`), then
        handovers in the order in which custody breaks least; ties go by leaf digest.
        """
        still = [event for event in ready if event.type != "handover"]
        if still:
            return min(still, key=lambda event: (rank_of(event), event.leaf))
        waiting = [event for event in self.order.waiting() if event.type == "handover"]
        if self._linking is None:
            self._linking = Linking([*waiting, *self._taken], self.order, is_thorough=self.is_thorough)
        event, is_once_more = self._linking.first(ready, waiting, self.states)
        if is_once_more:
            self._once_more.add(event.leaf)
        return event

    def _apply(self, event: Event) -> None:
        match event.type:
            case "register":
                self._register(event)
            case "print":
                self._print(event)
            case "void":
                self._void(event)
            case "handover":
                self._handover(event)
            case "pack":
                self._pack(event)
            case "reassign":
                self._reassign(event)
            case "inspect":
                self._inspect(event)
            case "clock":
                if self.code in event.rows:
                    self.links.append(Link(event))
                    self._find(event, judge_clock(event))
            case "seal":
                self._seal(event)
            case "incident" if self.code in event.rows:
                self.links.append(Link(event, how=event.rows[self.code]["how"]))
        if self.code in event.rows and event.type != "clock":
            self._judge_clock(event)

    # --- one method for each type -------------------------------------------------------------------------------

    def _register(self, event: Event) -> None:
        held_by = event.body["held_by"]
        for member, state in self._named(event):
            if is_first := state.holder is None:
                state.holder, state.holder_event = held_by, event
            state.origins.append(held_by)
            row = event.rows[member]
            if state.row is None:
                state.row, state.registered = row, event
                state.to = state.to or row["to"]
            if member == self.code:
                self._close("UNKNOWN_CODE")
                self.links.append(Link(event, None, held_by if is_first else None))
                if row != state.row:
                    self._find(event, registered_twice(member, state))

    def _print(self, event: Event) -> None:
        number = event.body["print"]
        for member, state in self._named(event):
            first = state.prints.setdefault(number, event)
            if member == self.code:
                self.links.append(Link(event))
                if first.log != event.log:
                    twice = N_("print {print} of {item} was made by two stations: suspected copy")
                    shown = {"item": show_code(member), "print": f"{number:02d}"}
                    self._find(event, Finding("SUSPECTED_COPY", twice, shown, also=(first.leaf,)))

    def _void(self, event: Event) -> None:
        for row in event.body["labels"]:
            if (state := self.states.get(row["code"])) is not None:
                state.void.setdefault(row["print"], event)
        if self.code in event.rows:
            self.links.append(Link(event))

    def _handover(self, event: Event) -> None:
        self._taken.append(event)
        giver, to = event.body["from"], event.body["to"]
        for member, state in self._named(event):
            if member in event.refused:
                self._refuse(event, member, state)
                continue
            told_alone = goes_as_told(member, event, state, self._taken, self.order, self.places)
            known = same_move(event, state, self._taken, self._once_more, self.order)
            if known is None and (refusal := self._refusal_of(event, state)) is not None:
                self._contest(event, member, state, refusal)
                continue
            if member == self.code:
                self.links.append(Link(event, giver, to, event.rows[member]["how"], is_repeat=known is not None))
                self._judge(event, state, is_repeat=known is not None)
                self._find(event, *told_alone)
                state.records.append(event)
            carried = list(self._carried(event, member, state.holder))
            if known is not None:
                known.logs[event.log] = event
                if any(child == self.code and inner.came_by(known.event, event.log) for child, inner in carried):
                    self.links.append(Link(event, giver, to, is_seen=False, is_repeat=True))
                continue
            self._move(event, state)
            state.is_loose = True
            for child, child_state in carried:
                if child == self.code:
                    self.links.append(Link(event, giver, to, None, is_seen=False))
                    self._judge_way(event, child_state)
                self._move(event, child_state)
        if self.code in event.absent and not any(link.event is event for link in self.links):  # it went inside
            self.links.append(Link(event, is_seen=False, is_absent=True))

    def _refuse(self, event: Event, member: str, state: State) -> None:
        """The receiver did not take it: it stays with the giver, also where the giver's own record says it went."""
        giver, to = event.body["from"], event.body["to"]
        given = same_move(event, state, self._taken, self._once_more, self.order)
        if member == self.code:
            self.links.append(Link(event, giver, to, event.rows[member]["how"], is_refused=True))
            self._judge_label(event, state)
            state.records.append(event)
        state.refusals.append(event)
        if given is None:
            return
        came = [code for code, inner in self.states.items() if inner.holder_event is given.event]
        inside = [code for code in came if code not in event.moved and is_inside(self.states, code, member)]
        back = [member, *inside]
        for code in back:
            inner = self.states[code]
            inner.holder, inner.holder_event = giver, event
            inner.moves = [move for move in inner.moves if move.event is not given.event]
        if self.code in back:
            self.links = [replace(link, is_refused=True) if link.event is given.event else link for link in self.links]
            self._find(event, refused_and_given(self.code, event, self.places, (given.event.leaf,)))

    def _refusal_of(self, event: Event, state: State) -> Event | None:
        """The other side's record, which this one does not know, that says this very handover was refused; or None."""
        way = (event.body["from"], event.body["to"])
        return next(
            (
                refusal
                for refusal in state.refusals
                if (refusal.body["from"], refusal.body["to"]) == way
                and refusal.log != event.log
                and not self.order.is_before(refusal, event)
            ),
            None,
        )

    def _contest(self, event: Event, member: str, state: State, refusal: Event) -> None:
        """A giver's record of what the receiver refused: it moves nothing, and both records are shown."""
        if member == self.code:
            giver, to = event.body["from"], event.body["to"]
            self.links.append(Link(event, giver, to, event.rows[member]["how"], is_refused=True))
            state.records.append(event)
            self._find(event, refused_and_given(member, event, self.places, (refusal.leaf,)))

    def _seal(self, event: Event) -> None:
        for member, state in self._named(event):
            came_by = state.holder_event
            is_same = came_by is not None and (came_by.log, came_by.body["id"]) == (event.log, event.body["id"])
            had_it = came_by.body.get("from") if came_by is not None and is_same else state.holder  # as it came in
            is_met = self.met is None or had_it is None or had_it in self.met
            found, is_settled = state.seals.take(member, event, is_met=is_met)
            if member == self.code:
                self.links.append(Link(event, how=event.rows[member]["how"]))
                if is_settled:
                    self._close(*OPEN_SEAL)
                self._find(event, *found)

    def _pack(self, event: Event) -> None:
        parent, action = event.body["parent"], event.body["action"]
        before = self.states[self.code].parent
        for child in event.body["children"]:
            if (state := self.states.get(child)) is None:
                continue
            if action in ("add", "check") and state.parent != parent:
                state.parent, state.packed, state.is_loose = parent, event, False
            elif action == "add":
                state.is_loose = False
            elif action == "remove" and state.parent == parent:
                state.parent = None
        if action == "open" or event.body.get("scope") == "full":
            for code, state in self.states.items():
                if state.parent == parent and (action == "open" or code not in event.body["children"]):
                    state.parent = None
        is_seen = self.code in event.rows
        if is_seen or (before == parent and action in ("open", "check")):
            how = event.rows[self.code].get("how") if is_seen else None
            self.links.append(Link(event, how=how, is_seen=is_seen))
            self._find(event, *judge_packing(self.code, event, before, self.states, self.places))

    def _reassign(self, event: Event) -> None:
        for member, state in self._named(event):
            before, state.to = state.to or "", event.body["to"]
            if member == self.code:
                if before != state.to and before in self.places and is_under(self.places, before, event.body["to"]):
                    self._close("DAMAGED", "MISSING")  # drawn back to a store above: another takes its place
                self.links.append(Link(event, how=event.rows[member]["how"]))
                if state.holder is None or not goes_astray(self.places, state.to, state.holder):
                    self._close("WRONG_DESTINATION")

    def _inspect(self, event: Event) -> None:
        condition = event.body["condition"]
        for member, state in self._named(event):
            state.condition = condition
            if member == self.code:
                self.links.append(Link(event, how=event.rows[member]["how"]))
                found = judge_condition(member, condition)
                self._close(*(finding.code for finding in found) if found else ("DAMAGED", "MISSING"))
                self._find(event, *found)

    def _judge_clock(self, event: Event) -> None:
        """A record of the item is earlier, by its station's clock, than one that the same station made of it before."""
        ahead = self._latest.setdefault(event.log, event)
        if moment(event.at) >= moment(ahead.at):
            self._latest[event.log] = event
        elif event.seq > ahead.seq:  # else the log has two histories
            self._find(event, Finding("CLOCK", BACK, also=(ahead.leaf,)))

    # --- what is irregular about a handover ---------------------------------------------------------------------

    def _judge(self, event: Event, state: State, *, is_repeat: bool) -> None:
        """Findings about a handover at which the item itself was seen. A repeat says nothing new about the move."""
        giver = event.body["from"]
        self._judge_label(event, state)
        if not is_repeat:
            self._judge_seal(event, state)
            if state.holder not in (None, giver) and (state.moves or giver not in state.origins):
                self._find(event, broken_link(self.code, state, event, self.order, self.places, self.met, self.held))
            self._judge_way(event, state)
        if event.body["occurred"] is not None:
            self._find(event, late_entry(event.happened))
        if (newer := self.order.known_beyond(event, self.code, state.records)) is not None:
            stale = N_("{item} was recorded as if its station had not known an event that it had recorded")
            self._find(event, Finding("FORK", stale, {"item": show_code(self.code)}, also=(newer.leaf,)))

    def _judge_label(self, event: Event, state: State) -> None:
        if state.is_newest(number := event.rows[self.code]["print"]):
            return
        has_met = self.met is None or event.body["from"] in self.met
        label, blank = ItemLabel(self.code, number), state.voids if state.prints else None
        found = judge_label(state.item(self.code), label, met_giver=has_met, blank=blank)
        if self._is_foretold(event):
            found = [replace(f, is_foretold=True) if f.code == "UNKNOWN_CODE" else f for f in found]
        made_void = leaves_of(state.void.get(label.print or 0) or state.prints.get(state.newest_print))
        self._find(event, *(replace(f, also=made_void) if f.code == "VOID_LABEL" else f for f in found))

    def _is_foretold(self, event: Event) -> bool:
        """Whether a handover, or one of its item before it, names another log's record by which the item came, while
        nothing is registered here: a paper said so, and the log that registered it all has not been met.
        """
        if self.met != frozenset():
            return False
        if any(finding.is_foretold for finding in self.findings):
            return True
        return is_after_unknown(self.code, event, self.order)

    def _judge_seal(self, event: Event, state: State) -> None:
        """It goes without the seals that it had, or must have; said once, until it is sealed again. What is bound for a
        store is stock and needs none.
        """
        if state.to is not None and is_store(self.places, state.to):
            return
        is_empty = (giver := self.places.get(event.body["from"])) is not None and giver.level == VENDOR  # as made
        must_be = state.row is not None and state.row["kind"] in self.sealed_kinds and not is_empty
        is_open = state.seals.status == "open" or (must_be and not state.seals.status)
        if is_open and not any(finding.is_open and finding.code in OPEN_SEAL for finding in self.findings):
            self._find(event, replace(unsealed(self.code), also=state.seals.leaves("off")))

    def _judge_way(self, event: Event, state: State) -> None:
        """Findings about where the item goes and when, whether it was seen or moved with its parent."""
        to, bound = event.body["to"], event.body["bound"]
        place = self.places.get(to)
        if self.places and state.to is not None and (state.row is not None):
            if goes_astray(self.places, state.to, to, bound):
                self._find(event, wrong_destination(self.places, self.code, state.to, to, bound))
            elif place is not None:
                self._close("WRONG_DESTINATION")
        if place and not any(is_under(self.places, move.event.body["to"], to) for move in state.moves):
            due = self.dues.at(place, state.row["kind"] if state.row else "", state.to or "")
            self._find(event, *came_late(place, due, event.happened))  # the way back up is never late

    # --- small steps --------------------------------------------------------------------------------------------

    def _named(self, event: Event) -> list[tuple[str, State]]:
        return [(member, state) for member, state in self.states.items() if member in event.rows]

    def _carried(self, event: Event, parent: str, holder: str | None) -> Iterator[tuple[str, State]]:
        """What moves with `parent`, whom `holder` held until now: all inside it that is not seen at this handover and
        has not left it, moved on its own to another holder.
        """
        level, met = [(parent, holder)], {parent}
        for container, held_by in level:
            for child, state in self.states.items():
                if state.parent != container or child in met or (state.is_loose and state.holder != held_by):
                    continue
                met.add(child)
                if not self._is_seen(child, event):
                    level.append((child, state.holder))
                    yield child, state

    def _is_seen(self, code: str, event: Event) -> bool:
        """Whether the label was read at this handover, in whichever of the parts and records that share its number."""
        if code in event.rows or not event.body["bast"]:
            return code in event.rows  # refused, it was seen as well, and stayed behind
        return any(code in other.rows for other in under_same_number(event, (*self._taken, *self.order.waiting())))

    def _move(self, event: Event, state: State) -> None:
        state.holder, state.holder_event = event.body["to"], event
        state.moves.append(Move(event, {event.log: event}))

    def _find(self, event: Event, *found: Finding) -> None:
        self.findings += [replace(finding, item=self.code, leaf=event.leaf) for finding in found]

    def _close(self, *codes: str) -> None:
        if self.findings:
            self.findings = [f.closed() if f.code in codes and f.message != TOLD_ALONE else f for f in self.findings]
