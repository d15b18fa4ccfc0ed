"""What is to come at a handover, and what is wrong with what comes. Records nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from custody.chain.chain import Chain, custody
from custody.chain.findings import (
    Finding,
    goes_astray,
    judge_condition,
    judge_label,
    judge_scan,
    judge_time,
    name_of,
    wrong_destination,
)
from custody.chain.seals import judge_seals
from custody.chain.unadmitted import told_otherwise
from custody.compose.compose import Handover, NewEvent, Ref, Touch, apart, handover_events
from custody.errors import N_, InputError, RuleError
from custody.format.codes import ItemLabel, is_plate, parse_custodian
from custody.format.item_facts import Item
from custody.handover.handover_facts import HandoverFacts, expected_items, expected_tops, handover_facts, stated
from custody.handover.waybill import judge_against_load, judge_against_paper
from custody.plan.places import Need, Place, is_carrier, is_official, is_under
from db.handover_context import around_now, meant_now
from db.log.memory import Mark
from db.log.paper_records import Papers, Waybill
from db.log.reader import LedgerReader
from db.state.queries import State


class Expectation(NamedTuple):
    """What is to go in a handover, by code, None where nobody can know; and the codes of those of it that other laptops
    took or refused under the same number. `may_change`: whether it hangs on what is scanned next.
    """

    items: dict[str, Item] | None
    elsewhere: frozenset[str]
    may_change: bool = False


class Weighed(NamedTuple):
    """A handover as it would be recorded: its events, what they say of it, and all that is wrong with it."""

    new: list[NewEvent]
    facts: HandoverFacts
    findings: list[Finding]


class Judging:
    """What one ledger, and the papers read at it, say of a handover before it is recorded."""

    def __init__(self, ledger: LedgerReader, state: State, papers: Papers) -> None:
        self.ledger, self.state, self.papers = ledger, state, papers

    def mark(self) -> tuple[Mark, int]:
        """Changes whenever a record or a paper has come, so that what was judged before may be judged otherwise now."""
        return self.ledger.memory.mark(), self.papers.count()

    def custodian(self, text: str) -> str:
        """The code of a place, vendor or carrier that exists; any number plate is a carrier.

        Places that the plan does not have, or not yet, count where a station stands at them or a paper that was read
        names them: a laptop that never met the sender can receive before the plan comes. It can hand on, too: where
        no plan is known at all, every code that is formed as official ones are is taken.

        Raises:
            CodeError: no custodian can have this code.
            InputError: neither the plan has it nor does it count so.
        """
        code = parse_custodian(text)
        self.state.places.refresh()
        if code not in self.state.places and not is_plate(code) and not self.is_named(code):
            hint, way = self._way_to_a_place()
            raise InputError(N_("there is no place {place} in the plan"), hint=hint, way=way, place=code)
        return code

    @property
    def has_plan(self) -> bool:
        """Whether any place of the delivery tree is known here."""
        return self.state.has_plan

    def unplanned(self, custodians: Iterable[str]) -> list[str]:
        """Those of these codes that no plan known here tells of; never number plates, nor empty ones."""
        return [
            code for code in dict.fromkeys(custodians) if code and not is_plate(code) and code not in self.state.places
        ]

    @property
    def may_plan(self) -> bool:
        """Whether tables of places and needs are loaded here; else the plan is taken in with another log."""
        own = self.ledger.own_row()
        return own is None or self.state.stations.now().may(own.name, "plan")

    def is_named(self, code: str) -> bool:
        """Whether a place counts without the plan: a station stands there, a paper that was read names it, or there is
        no plan that could say otherwise of a well-formed code.
        """
        if not self.has_plan and is_official(code):
            return True
        own = self.ledger.own_row()
        stations = self.state.stations.places_met() or frozenset({own.place} if own else ())
        return code in stations or code in self.papers.named_places()

    def _way_to_a_place(self) -> tuple[str, str]:
        """What to do about a place that is not known here, and the way: who may not plan can load no table."""
        if self.may_plan:
            return N_("Look the code up in the places table, or load the table that has it: {way}"), "load"
        if self.has_plan:
            return N_("Look the code up, or take in a bundle with the newest plan: {way}"), "import"
        return N_(
            "The plan is not here yet. Write the place by its official code, for example 51.08.06.1024, or take in a "
            "bundle that has the plan: {way}"
        ), "import"

    def is_carrier(self, custodian: str) -> bool:
        """Whether a custodian is a truck and no place."""
        return is_carrier(self.state.places, custodian)

    def has_met(self, giver: str) -> bool:
        """Whether what the giver's own station recorded is known here, or all that any station did."""
        met = self.state.met
        return met is None or giver in met

    def expected(
        self, giver: str, to: str, bound: Sequence[str] = (), *, load: Sequence[str] = (), number: str = ""
    ) -> list[Item] | None:
        """What is to go in a handover and has not gone by another laptop yet; None where this station cannot know.

        Args:
            load: the codes that are to go, where somebody has listed them; nothing else is expected then.
            number: a BAST number that several laptops share.
        """
        found = self.expectation(Handover(giver, to, tuple(bound), load=tuple(load), number=number))
        return None if found.items is None else [i for c, i in found.items.items() if c not in found.elsewhere]

    def expectation(self, handover: Handover, offered: Collection[str] = ()) -> Expectation:
        """What is to go in a handover as the ledger is now, in order.

        Args:
            offered: the codes of what has been scanned so far.
        """
        around = around_now(self, handover, scanned=offered)
        ends = {"from": handover.giver, "to": handover.to, "bound": handover.bound}
        own = meant_now(handover, around, offered)
        lists = stated(around.others)
        meant = around.listed if own is None and lists is None else [*(own or ()), *(lists or ())]
        items = expected_items(ends, meant, around, self.state.places)
        return Expectation(items, frozenset(around.elsewhere) & (items or {}).keys(), around.may_change)

    def tops(self, handover: Handover) -> tuple[str, ...]:
        """The places whose items a handover is for."""
        ends = {"from": handover.giver, "to": handover.to, "bound": handover.bound}
        return expected_tops(ends, self.state.places)

    def waybill(self, handover: Handover) -> Waybill:
        """What papers say is to come at this handover."""
        return self.papers.waybill(handover.giver, handover.to, self.tops(handover))

    def judge(self, label: ItemLabel, handover: Handover) -> tuple[Item | None, list[Finding]]:
        """What is known of a scanned item, and all that is wrong with handing it over so."""
        self.state.places.refresh()
        items, found = self.judge_labels([label], handover)
        return items.get(label.code), found

    def check_handover(self, handover: Handover) -> None:
        """Refuse a handover that cannot be true.

        Raises:
            RuleError: somebody hands over to himself, or a condition is noted for an item that is not there.
        """
        if handover.giver == handover.to:
            raise RuleError(
                N_("{place} cannot hand over to itself"),
                hint=N_("Choose another receiver with --to."),
                place=name_of(self.state.places, handover.giver),
            )

    def judge_labels(self, labels: Sequence[ItemLabel], handover: Handover) -> tuple[dict[str, Item], list[Finding]]:
        """What is known of many scanned items, by code, and all that is wrong with handing them over so."""
        items, found = self._judge_items(labels, handover)
        if handover.load:
            listed = frozenset(handover.load)
            found += [
                judge_against_load(label.code)
                for label in labels
                if label.code not in listed
                and not (label.code in items and self.state.contents.is_inside(items[label.code], listed))
            ]
        return items, found

    def _judge_items(self, labels: Sequence[ItemLabel], handover: Handover) -> tuple[dict[str, Item], list[Finding]]:
        """The same, but for what a list of what is to go says of them."""
        items = self.state.items_of(label.code for label in labels)
        blanks = self.state.blanks(label.code for label in labels if label.code not in items)
        waybill = self.waybill(handover)
        receipts = self.receipts(items.values(), handover.giver, handover.to).keys() | waybill.refs.keys()
        has_met = self.has_met(handover.giver)
        needs, sealed = self._needs(), self.state.sealed_kinds
        found = [
            finding
            for label in labels
            for finding in judge_scan(
                items.get(label.code),
                label,
                self.state.places,
                giver=handover.giver,
                to=handover.to,
                bound=handover.bound,
                met_giver=has_met,
                is_recorded=label.code in receipts,
                blank=blanks.get(label.code),
                needs=needs,
                must_be_sealed=label.code in items and items[label.code].kind in sealed,
            )
            if finding.code != "UNKNOWN_CODE" or label.code not in waybill.refs  # its own giver's paper names it
        ]
        found = self._foretold(found)
        found += [
            wrong_destination(self.state.places, code, item.to, handover.to, handover.bound)
            for code, item in self.carried(items).items()
            if goes_astray(self.state.places, item.to, handover.to, handover.bound)
        ]
        if waybill.items:
            found += [
                judge_against_paper(label.code, waybill.named)
                for label in labels
                if label.code not in receipts
                and not (label.code in items and items[label.code].held_by == handover.giver)
            ]
        return items, self._beside_strangers(found, handover.giver)

    def _beside_strangers(self, found: list[Finding], giver: str) -> list[Finding]:
        """The same, those as provisional that a kept record of a station that is not admitted would explain."""
        codes = [finding.item for finding in found if finding.code in ("NOT_HELD", "SHORTAGE") and finding.item]
        if not codes or not self.state.stations.now().strangers:
            return found
        chains = {chain.code: chain for chain in self.state.chains(list(dict.fromkeys(codes)))}
        return [
            told_otherwise(finding, chains[finding.item], giver) if finding.item in chains else finding
            for finding in found
        ]

    def _foretold(self, found: list[Finding]) -> list[Finding]:
        """The same, those as foretold whose item came here as a paper said, before anything is registered here."""
        unknown = [finding.item for finding in found if finding.code == "UNKNOWN_CODE" and finding.item]
        if not unknown or not self.state.is_bare:
            return found
        told = {
            chain.code for chain in self.state.chains(unknown) if any(finding.is_foretold for finding in chain.findings)
        }
        return [
            replace(finding, is_foretold=True) if finding.code == "UNKNOWN_CODE" and finding.item in told else finding
            for finding in found
        ]

    def _judge_refused(self, handover: Handover) -> list[Finding]:
        """What is wrong with the labels of what the receiver did not take; it stays where it is."""
        items = self.state.items_of(touch.code for touch in handover.refused)
        has_met = self.has_met(handover.giver)
        return [
            finding
            for touch in handover.refused
            for finding in judge_label(items.get(touch.code), ItemLabel(touch.code, touch.print), met_giver=has_met)
        ]

    def carried(self, items: Mapping[str, Item]) -> dict[str, Item]:
        """What moves inside these things and was not scanned itself: assumed, not seen; by code."""
        inside = self.state.contents.carried(items)
        return {code: item for code, item in inside.items() if code not in items}

    def _needs(self) -> Mapping[tuple[str, str], Need]:
        """What places need, by kind and level."""
        return self.ledger.memory.remember_rule(
            "needs", lambda: {(need.kind, need.level): need for need in self.state.needs()}
        )

    def _relied_on(self, handover: Handover, touches: Sequence[Touch]) -> dict[str, Ref]:
        """The newest event of each item that this station knows of, from its ledger or from the giver's paper."""
        known = self.state.latest([touch.code for touch in touches])
        for code, ref in self.waybill(handover).refs.items():
            if code not in known or known[code].log != ref.log or known[code].seq < ref.seq:
                known[code] = ref
        return known

    def receipts(self, items: Iterable[Item], giver: str, to: str) -> dict[str, Chain]:
        """The chains of those items whose handover another log has recorded already, so that ours confirms it."""
        arrived = [item.code for item in items if item.held_by == to]
        if not arrived or self.state.stations.places_met() is None:
            return {}
        own = self.ledger.own_log().name
        chains = (
            custody(code, events, roots=self.state.roots) for code, events in self.state.families.of(arrived).items()
        )
        return {chain.code: chain for chain in chains if chain.is_recorded(giver, to, own)}

    def judge_handover(self, handover: Handover, touches: Sequence[Touch], *, now: str) -> list[Finding]:
        """All that would be found if this were recorded now."""
        return self.foresee(handover, touches, now=now).findings

    def foresee(self, handover: Handover, touches: Sequence[Touch], *, now: str) -> Weighed:
        """What would be recorded now, what it would say, and all that would be found."""
        self.state.places.refresh()
        handover, touches = apart(handover, touches)
        return self.weigh(handover, touches, {}, bast=handover.number, now=now)

    def weigh(
        self, handover: Handover, touches: Sequence[Touch], latest: Mapping[str, Ref], *, bast: str, now: str
    ) -> Weighed:
        """The events of a handover before they are recorded, what they say of it, and all that is wrong with it."""
        items, found = self._judge_items([ItemLabel(touch.code, touch.print) for touch in touches], handover)
        found += self._judge_refused(handover)
        offered = [touch.code for touch in (*touches, *handover.refused)]
        refused = self.state.items_of(touch.code for touch in handover.refused)
        around = around_now(
            self, replace(handover, number=bast), [*offered, *self.carried({**items, **refused})], offered
        )
        to = {code: around.before[code].to for code in offered if code in around.before}
        new = handover_events(
            handover, touches, latest, bast=bast, destinations=to, meant=meant_now(handover, around, offered)
        )
        bodies = [event.fields for event in new if event.type == "handover"]
        looks = [event.fields for event in new if event.type == "inspect"]
        facts = handover_facts(bodies, looks, around, self.state.places)
        found += self._beside_strangers(list(facts.findings), handover.giver)
        found += self.waybill(handover).findings
        for code, condition in handover.conditions.items():
            found += judge_condition(code, condition)
        uses = self.state.seals.of(handover.seals) if handover.seals else {}
        for code, look in handover.seals.items():
            on = [row.serial for row in uses.get(code, ()) if row.fate == "on"]
            found += judge_seals(code, on, look.serials, look.result, is_met=self.has_met(handover.giver))
        happened = handover.occurred or now
        late = judge_time(self.state.places.get(handover.to), happened, is_late_entry=handover.occurred is not None)
        seen = {*offered, *(item.code for item in facts.carried)}
        if any(finding.code == "LATE" for finding in late) and self._all_come_back(seen, handover):
            late = [finding for finding in late if finding.code != "LATE"]
        return Weighed(new, facts, found + late)

    def _all_come_back(self, codes: Collection[str], handover: Handover) -> bool:
        """Whether each of these has been at the receiving place, or below it, before: the way back is never late."""
        places = self.state.places  # a few are asked for; all of a province would take longer than all else here
        return bool(codes) and all(_has_been(chain, handover, places) for chain in self.state.chains(list(codes)))


def _has_been(chain: Chain, handover: Handover, places: Mapping[str, Place]) -> bool:
    moves = [link for link in chain.links if link.has_moved and link.event.type == "handover"]
    if moves and chain.held_by == handover.to and (moves[-1].from_, moves[-1].to) == (handover.giver, handover.to):
        moves.pop()  # the other side's record of this very handover
    return any(link.to is not None and is_under(places, link.to, handover.to) for link in moves)
