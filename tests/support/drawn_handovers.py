"""Handovers that are drawn and done at several stations, and all that tells of one held against each other."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from commands.scan.handover_result import recorded_json
from custody.chain.findings import BROKEN
from custody.compose.compose import Extra, Handover, Touch
from custody.errors import InputError, RuleError
from custody.format.codes import ItemLabel, parse_entry
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.draft import RecordedHandover
from custody.handover.handover_facts import HandoverFacts
from custody.plan.phases import Phase
from db.handover_lookup import find_handover
from db.log.merge import merge
from db.store import Store
from evidence.entry import RawEntry
from reports.bast.letter_file import bast_json
from services.plan.planning import record_plan
from services.plan.registering import register_items
from services.records.correcting import correct
from services.records.handovers import record_handover
from services.records.membership import admit
from services.records.packing import record_packing
from services.records.vendor_deliveries import record_delivery
from services.reporting.bast_letters import letter_facts
from services.scanning.draft_details import keep_details
from services.scanning.handover_desk import DraftDesk
from services.scanning.handover_papers import facts_now, found_in
from services.scanning.handover_past import told_of
from tests.support.drawn_epcis import epcis
from tests.support.judged import judge_handover
from tests.support.ledger_examples import (
    TPS,
    TRUCK,
    WAREHOUSE,
    Clock,
    absorb,
    boxes,
    card_of,
    empty_ledger,
    planned_station,
    touched,
)

PPK, PPK_2 = "51.08.01", "51.08.02"
WAYS = (
    (WAREHOUSE, TRUCK, (PPK,)),
    (WAREHOUSE, TRUCK, (PPK, PPK_2)),
    (WAREHOUSE, TRUCK, ()),
    (WAREHOUSE, PPK, ()),
    (TRUCK, PPK, ()),
    (TRUCK, PPK_2, ()),
    (PPK, TPS[0], ()),
    (PPK, WAREHOUSE, ()),
)
NUMBERS = ("", "", "0007/TRUK-1/2024", "newest of root")
"""The numbers that laptops share; the last is one that root gave by itself, and that another one joins."""
GOODS = (("", ()), ("I", ("box",)), ("II", ("booth",)), ("", ("booth",)))
"""The phases and kinds that are said to be to go."""
STATIONS = ("root", "second", "district", "stranger")


@dataclass(frozen=True)
class Step:
    """One handover: who records it, its way, what is scanned, refused and listed (numbers of things), and the rest.

    `goods`: which of `GOODS` is said to be to go. `phased`: before it, root plans the phases and boxes arrive, so many.
    `off`: by how much the giver's count is wrong, None where nobody counts. `meet`: what happens before: bundles go
    round, or a paper is read. `undo`: whether it is withdrawn afterwards, or has its first thing taken out. `look`: the
    condition that is noted of the first thing scanned or refused, empty: none.
    """

    by: str
    way: int
    taken: tuple[int, ...]
    refused: tuple[int, ...] = ()
    load: tuple[int, ...] = ()
    off: int | None = None
    extras: int = 0
    number: int = 0
    meet: str = ""
    undo: str = ""
    look: str = ""
    goods: int = 0
    phased: int | None = None


things = st.lists(st.integers(0, 12), unique=True, max_size=8).map(tuple)
few = st.lists(st.integers(0, 12), unique=True, max_size=2).map(tuple)
steps = st.builds(
    Step,
    st.sampled_from(STATIONS),
    st.integers(0, len(WAYS) - 1),
    things,
    few,
    st.one_of(st.just(()), things),
    st.none() | st.integers(-1, 1),
    st.integers(0, 2),
    st.integers(0, len(NUMBERS) - 1),
    st.sampled_from(("", "", "bundle", "paper")),
    st.sampled_from(("", "", "", "withdraw", "remove")),
    st.sampled_from(("", "good", "heavy")),
    st.integers(0, 3),
    st.none() | st.integers(0, 13),
)


class Field:
    """A root with a second laptop beside it, a sub-district's station, and one that nobody admitted; and 13 things:
    boxes for two sub-districts, a set with two boxes in it and a box within one of these.
    """

    def __init__(self, folder: Any, stack: ExitStack) -> None:
        root = stack.enter_context(planned_station(f"sqlite:///{folder / 'root.db'}", 1))
        self.codes = [*boxes(root, 9), *boxes(root, 4, TPS[-1])]
        record_packing(root, Touch(self.codes[0], None, "typed"), touched(self.codes[1:3]), "add")
        record_packing(root, Touch(self.codes[1], None, "typed"), touched(self.codes[3:4]), "add")
        self.stores, fingerprint = {"root": root}, root.ledger.own_log().root
        for seed, (name, place) in enumerate((("second", WAREHOUSE), ("district", PPK), ("stranger", PPK_2)), 2):
            store = stack.enter_context(empty_ledger(f"sqlite:///{folder / name}.db", seed))
            store.begin(election="Pemilu 2024", station=name, place=place, root=fingerprint)
            self.stores[name] = store
            if name != "stranger":
                admit(root, card_of(store, seed))
        booths = [Item(root.around.new_code(), "booth", to, held_by=WAREHOUSE) for to in (TPS[0], TPS[0], TPS[-1])]
        register_items(root, booths)
        self.codes[6:8], self.codes[10] = [booth.code for booth in booths[:2]], booths[2].code
        absorb(self.stores["second"], root)
        self.auditor = stack.enter_context(empty_ledger(f"sqlite:///{folder / 'auditor'}.db", 5))
        self.auditor.begin(election="Pemilu 2024", station="auditor", place=PPK_2, root=fingerprint)
        clock = Clock(20_000)  # one for all: what was known is told by clocks between logs
        for store in self.stores.values():
            store.around = replace(store.around, now_utc=clock)
        self.papers: list[Any] = []
        self.signed: list[tuple[Store, RecordedHandover]] = []
        self.given = defaultdict[str, set[str]](set)
        """Who recorded a handover under each number."""

    def work(self, step: Step) -> None:
        """Record one handover and hold together what is said of it."""
        store = self.stores[step.by]
        if step.meet == "bundle":
            self.meet()
        if step.meet == "paper":
            for sheet in self.papers:
                store.papers.take(sheet, at=store.around.now_utc())
        if step.phased is not None:
            self.plan_phases(step.phased)
        giver, to, bound = WAYS[step.way]
        number = NUMBERS[step.number]
        if step.number == 3:
            given = self.stores["root"].papers.recent(1) if step.by != "root" else []
            number = str(given[0]["bast"]) if given else ""
        codes = [self.codes[at] for at in step.taken]
        refused = tuple(touched(dict.fromkeys(self.codes[at] for at in step.refused)))
        handover = Handover(
            giver,
            to,
            bound,
            refused=refused,
            extras=(Extra("box", step.extras),) if step.extras else (),
            counted=None if step.off is None else max(len({*step.taken, *step.refused}) + step.extras + step.off, 0),
            number=number,
            load=tuple(self.codes[at] for at in step.load),
            phase="" if step.load else GOODS[step.goods][0],
            kinds=() if step.load else GOODS[step.goods][1],
            conditions={self.codes[at]: step.look for at in (*step.taken, *step.refused)[:1] if step.look},
        )
        with suppress(InputError, RuleError):  # nothing was scanned, or a number was given already
            recorded = self._record(store, handover, codes)
            held_together(store, recorded)
            self.given[recorded.bast].add(step.by)
            assert handover.conditions.items() <= recorded.facts.noted.items(), "what was said now is what holds"
            if not step.undo:
                self.signed.append((store, recorded))
            if step.by == "root":
                self.papers += [sheet for _body, sheet in store.papers.sheets(recorded.bast)]
            if step.undo:
                kept = codes[:1] if step.undo == "remove" and len(codes) > 1 else []
                reason = "incorrect_data" if kept else "did_not_occur"
                correct(store, recorded.events[0], reason=reason, remove=kept)

    def _record(self, store: Store, handover: Handover, codes: Sequence[str]) -> RecordedHandover:
        at = store.around.now_utc()
        draft = store.drafts.open(store.around.new_id(), handover.giver, handover.to, handover.bound, at=at).id
        keep_details(store, draft, handover)
        live = DraftDesk(store, draft)
        for touch in touched(codes):
            live.take(ItemLabel(touch.code, touch.print), touch.how)
        tally = DraftDesk(store, draft).tally
        assert live.tally == tally, "what a session shows while it is scanned is what it shows when it goes on"
        foreseen = judge_handover(store, handover, touched(codes), now=store.around.now_utc())
        recorded = record_handover(store, handover, (), draft=draft)
        assert told(foreseen) == told(f for f in recorded.findings if f.code != "CLOCK"), (
            "the review says what is found"
        )
        facts = recorded.facts
        assert (tally.expected, tally.refused) == (facts.expected, len(facts.refused))
        if facts.expected is not None:
            assert tally.missing == len(facts.missing) and tally.elsewhere == facts.elsewhere
        assert tally.assumed == len(facts.carried)
        return recorded

    def plan_phases(self, arrived: int) -> None:
        """Root plans two phases, and so many boxes come from a vendor: of the other kind nobody says that it came."""
        root = self.stores["root"]
        phases = [Phase("I", "Tahap I", ("box",)), Phase("II", "Tahap II", ("booth",))]
        record_plan(root, (), (), phases=phases, source="phases.csv", digest="0" * 64)
        record_delivery(root, vendor="PT Kotak", kind="box", arrived=arrived, damaged=0)

    def still_told(self, *stores: Store) -> None:
        """Each of these tells of every handover that it holds the number that was signed, whatever else it holds."""
        for _own, recorded in self.signed:
            [part] = {event.leaf: event for event in recorded.events if event.type == "handover"}.values()
            signed = part.body["expected"]
            assert (signed is None) == (recorded.facts.expected is None or part.body["meant"] is not None)
            for store in stores:
                if store.ledger.find(part.leaf) is None:
                    continue
                now = told_of(store, [part]).facts
                if signed is None and part.body["meant"] is None:
                    assert now.basis in ("", "since", "list"), "nobody could know the number when it was recorded"
                elif len(self.given[recorded.bast]) == 1:  # else others may list more, and have taken what is missing
                    was = recorded.facts
                    assert (now.expected, now.basis) == (was.expected, was.basis), (signed, now, was)
                    assert signed is None or now.missing_count == recorded.facts.missing_count
                elif signed is not None and now.basis == "signed":
                    assert now.expected == signed["count"]

    def late_arrivals(self, order: Sequence[tuple[int, int]]) -> None:
        """An auditor takes in what all hold, piece by piece in this order: of which log, how many entries."""
        held: dict[str, dict[RawEntry, None]] = {}
        for store in self.stores.values():
            for event in store.ledger.entries():
                entry = RawEntry(*event)
                held.setdefault(json.loads(entry.body)["log"], {})[entry] = None
        waiting = {log: sorted(entries, key=lambda one: json.loads(one.body)["seq"]) for log, entries in held.items()}
        for at, count in (*order, *((0, 9999) for _log in held)):
            if waiting:
                log = [*waiting][at % len(waiting)]
                merge(self.auditor, waiting[log][:count])
                self.still_told(self.auditor)
                waiting[log] = waiting[log][count:]
                waiting = {log: entries for log, entries in waiting.items() if entries}

    def meet(self) -> None:
        """Everybody takes in what all hold, each entry once: that repeats change nothing, the tests of merging say."""
        entries = {RawEntry(*entry): None for store in self.stores.values() for entry in store.ledger.entries()}
        for store in self.stores.values():
            merge(store, entries)
            assert {RawEntry(*entry) for entry in store.ledger.entries()} == {*entries}


def told(findings: Any) -> Counter[tuple[str, str | None, bool]]:
    return Counter((finding.code, finding.item, finding.is_provisional) for finding in findings)


def figures(facts: HandoverFacts) -> dict[str, Any]:
    """What facts say, as it is compared."""
    return {
        "expected": facts.expected,
        "meant": None if facts.meant is None else set(facts.meant),
        "phase": facts.phase,
        "kinds": facts.kinds,
        "taken": {*facts.taken},
        "refused": set(facts.refused),
        "missing": {item.code for item in facts.missing},
        "carried": {item.code for item in facts.carried},
        "beyond": set(facts.beyond),
        "elsewhere": facts.elsewhere,
        "counted": facts.counted,
        "extras": facts.extras,
        "conditions": {**facts.conditions},
        "offered": facts.offered,
        "findings": told(facts.findings),
    }


def held_together(store: Store, recorded: RecordedHandover) -> None:
    """Every surface at the station that recorded it, at once."""
    parts = find_handover(store.state, recorded.bast).parts
    facts = recorded.facts
    then = told_of(store, parts).facts
    assert figures(then) == figures(facts), "as of then the records say what was said when they were recorded"
    said = recorded_json(store, recorded)
    assert (said["scanned"], said["expected"]) == (len(facts.taken), facts.expected)
    assert Counter(f["code"] for f in said["findings"]) == Counter(f.code for f in recorded.findings)
    assert said.get("conditions", {}) == facts.noted
    assert (said.get("phase", ""), tuple(said.get("kinds", ()))) == (facts.phase, facts.kinds)
    assert len(said.get("refused", ())) == len(facts.refused) and said.get("assumed", 0) == len(facts.carried)
    on_the_whole = {"COUNT", "SHORTAGE"}
    whole = Counter(f.code for f in facts.findings if f.code in on_the_whole)
    assert Counter(f["code"] for f in said["findings"] if f["code"] in on_the_whole) == whole
    letter(store, parts, facts)
    reprinted = facts_now(store, store.papers.sheets(recorded.bast))
    assert figures(reprinted.told) == figures(facts), "the paper and the page say later what was said at once"
    again = Counter(f.code for f in found_in(reprinted))
    assert {code: again[code] for code in on_the_whole} == {code: whole[code] for code in on_the_whole}
    assert unlabelled(then) == unlabelled(facts) == unlabelled(reprinted.told)
    assert unlabelled(facts) == [str(f) for f in recorded.findings if (f.code, f.item) == ("EXCESS", None)]
    epcis(parts, facts)
    broken = {f.item: f.is_provisional for f in recorded.findings if f.code == "NOT_HELD"}
    breaks = [f for f in reprinted.findings if f.code in BROKEN and f.item in broken and f.also]
    assert {f.item: f.is_provisional for f in breaks}.items() <= broken.items(), "custody breaks as surely on both"


def unlabelled(facts: HandoverFacts) -> list[str]:
    """What is found of things without a readable label."""
    return [str(finding) for finding in facts.findings if (finding.code, finding.item) == ("EXCESS", None)]


def letter(store: Store, parts: Sequence[Event], facts: HandoverFacts) -> None:
    written = bast_json(letter_facts(store, find_handover(store.state, f"{parts[0].log}:{parts[0].seq}")))
    assert (written["total"], written["expected"], written["counted"]) == (
        len(facts.taken),
        facts.expected,
        facts.counted,
    )
    assert {parse_entry(row["code"]).code: row["condition"] for row in written["items"]} == dict(facts.conditions)
    assert written.get("elsewhere", 0) == facts.elsewhere
    assert (written["phase"], tuple(written["kinds"])) == (facts.phase, facts.kinds)
    assert {row["code"] for row in written["missing"]} == {item.code for item in facts.missing}
    counts = Counter(finding.code for finding in facts.findings)
    found = Counter(finding["code"] for finding in written["findings"])
    assert found["COUNT"] == counts["COUNT"] and found["SHORTAGE"] == 0
    assert {f["item"] for f in written["findings"] if f["code"] == "EXCESS" and f["item"]} >= set(facts.beyond)
    assert [(f["code"], f["item"]) for f in written["findings"]].count(("EXCESS", None)) == len(unlabelled(facts))


class _UndoneError(Exception):
    pass


@contextmanager
def undone(field: Field) -> Iterator[None]:
    """What is recorded in the block is as if it had never been: the next example begins where this one did."""
    with suppress(_UndoneError), ExitStack() as stack:
        for store in (*field.stores.values(), field.auditor):
            stack.enter_context(store.transaction())
        try:
            yield
        finally:
            field.papers.clear()
            field.signed.clear()
            field.given.clear()
        raise _UndoneError
