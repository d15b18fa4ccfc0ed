"""What a station may say for good that has a part of each log: nothing that a later record of an honest one ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.chain import Chain, custody
from custody.chain.findings import Finding
from custody.chain.held import Held
from custody.format.events import Event
from tests.support.custody_notation import PLACES, code_of, event, ledger, record

STATIONS = {"WH": "R", "PPK": "A", "PPS": "B", "PPK2": "C", "PPS2": "D"}
"""The log of each place's station; polling stations and trucks have none."""
PLACE_OF = {log: place for place, log in STATIONS.items()}
ITEMS = "XY"
BROKEN = {"GAP", "FORK", "SUSPECTED_COPY"}
TRUCK = "DK1TR"


@dataclass
class Field:
    """Stations that record what truly happens, each with what it knows: its own records and what was brought to it."""

    logs: dict[str, list[Event]] = field(default_factory=lambda: {log: [] for log in PLACE_OF})
    known: dict[str, set[str]] = field(default_factory=lambda: {log: set() for log in PLACE_OF})
    told: dict[str, list[Event]] = field(default_factory=lambda: {item: [] for item in ITEMS})
    holder: dict[str, str] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)
    moved: list[Event] = field(default_factory=list)

    def register(self) -> None:
        rows = [
            {
                "code": code_of(item),
                "kind": "box",
                "to": "TPS1" if item == "X" else "TPS9",
                "k": 1,
                "n": 1,
                "quantity": 1,
                "election": None,
                "range": None,
            }
            for item in ITEMS
        ]
        self._keep("R", record("register", "R", 1, items=rows, held_by="WH", out_of=None), *ITEMS)
        self.holder = dict.fromkeys(ITEMS, "WH")
        for log in self.known:
            self.learn(log, "R")

    def learn(self, log: str, other: str) -> None:
        """A bundle: all that the other station has recorded and knows."""
        self.known[log] |= self.known[other]

    def give(self, item: str, giver: str, to: str, recorders: Iterable[str], *, is_told: bool) -> None:
        """It happens, and these record it; `is_told`: a paper went along, so that the second knows of the first."""
        for log in recorders:
            if is_told:
                self.known[log] |= {e.leaf for e in self.told[item]}
            mine = [e for e in self.told[item] if e.leaf in self.known[log]]
            self._keep(log, self._handover(log, item, giver, to, mine[-1] if mine else None), item)
        self.holder[item], self.came_from[item] = to, giver

    def all_meet(self) -> None:
        """Every station takes in all logs, and records something afterwards that relies on them."""
        newest = [events[-1] for events in self.logs.values() if events]
        for log, events in self.logs.items():
            fields = {"place": PLACE_OF[log], "action": "open", "opened": None, "stage": "", "items": [], "text": "x"}
            refs = [e for e in newest if e.log != log]
            events.append(record("incident", log, len(events) + 1, *refs, **fields, occurred=None))

    def _handover(self, log: str, item: str, giver: str, to: str, after: Event | None) -> Event:
        seq, refs = len(self.logs[log]) + 1, [] if after is None else [after]
        row = {"code": code_of(item), "print": 1, "after": 0 if refs else None, "how": "camera"}
        body: dict[str, Any] = {
            "v": 2,
            "type": "handover",
            "log": log,
            "seq": seq,
            "prev": None,
            "id": f"{log}{seq}",
            "by": "",
            "app": "test",
            "at": "2026-11-20T06:00:00Z",
            "from": giver,
            "to": to,
            "bound": [],
            "items": [row],
            "refs": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in refs],
            "refused": [],
            "remarks": [],
            "counted": None,
            "extras": [],
            "witnesses": [],
            "note": "",
            "bast": f"{log}{seq}",
            "part": 1,
            "parts": 1,
            "parties": {"giver": "", "giver_office": "", "receiver": "", "receiver_office": ""},
            "carriage": {"vehicle": "", "driver": "", "escort": "", "stops": []},
            "acknowledged": [],
            "occurred": None,
        }
        return event(body)

    def _keep(self, log: str, made: Event, *items: str) -> None:
        self.logs[log].append(made)
        self.known[log].add(made.leaf)
        for item in items:
            self.told[item].append(made)
        if made.type == "handover":
            self.moved.append(made)


def worked(dice: Any, steps: int, items: str = ITEMS) -> Field:
    """An honest history: things go down and some come back, by hand or by truck, recorded by who has a laptop."""
    done = Field()
    done.register()
    for _ in range(steps):
        if dice.random() < 0.3:
            done.learn(dice.choice([*PLACE_OF]), dice.choice([*PLACE_OF]))
            continue
        item = dice.choice(items)
        holder = done.holder[item]
        origin = done.came_from[item] if holder == TRUCK else holder
        ways = [code for code, place in PLACES.items() if place.parent == origin]
        if dice.random() < 0.35:
            ways = [origin if holder == TRUCK else PLACES[origin].parent]
        if not any(ways):
            continue
        to = TRUCK if holder != TRUCK and dice.random() < 0.2 else dice.choice(ways)
        able = [STATIONS[code] for code in (holder, to) if code in STATIONS]
        recorders = able if dice.random() < 0.4 else [dice.choice(able)] if able else []
        if recorders:
            done.give(item, holder, to, recorders, is_told=dice.random() < 0.6)
    return done


def seen(events: Iterable[Event], item: str, *, met: Iterable[str] | None = None) -> Chain:
    """The chain as a station tells it that holds these events, of prefixes of logs; every station is admitted."""
    events = list(events)
    here = {e.log for e in events}
    known: dict[str, dict[str, int]] = {log: {} for log in here}
    for e in events:
        known[e.log][e.log] = max(e.seq - 1, known[e.log].get(e.log, 0))
        for ref in e.body["refs"]:
            known[e.log][ref["log"]] = max(ref["seq"], known[e.log].get(ref["log"], 0))
    has_all = here == set(PLACE_OF)
    held = Held(
        {PLACE_OF[log]: frozenset({log}) for log in here},
        known,
        frozenset(PLACE_OF[log] for log in PLACE_OF if log not in here),
        has_all,
    )
    places = None if has_all else frozenset(PLACE_OF[log] for log in here)
    return custody(code_of(item), events, PLACES, met=places, roots=frozenset({"R"}), held=held)


def final(chain: Chain) -> list[Finding]:
    """What breaks custody for good."""
    return [f for f in chain.findings if f.code in BROKEN and not f.is_provisional]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 14))
def test_no_part_of_honest_logs_says_for_good_that_custody_broke(dice, steps) -> None:
    done = worked(dice, steps)
    for _ in range(6):
        part = [e for log in done.logs.values() for e in log[: dice.randint(0, len(log))]]
        for item in ITEMS:
            assert final(seen(part, item)) == [], [(e.log, e.seq, e.body.get("from"), e.body.get("to")) for e in part]


@pytest.mark.parametrize(
    "text",
    [
        """R1 register X at WH for TPS9\nC1 [R1] handover DK1TR>PPK2 X\nC2 handover PPK2>PPS2 X
        D1 [R1] handover PPS2>PPK2 X\nD2 handover PPK2>PPS2 X\nD3 handover PPS2>PPK2 X
        C3 [D3] handover PPS2>PPK2 X""",
        """R1 register X at WH for TPS9\nC1 [R1] handover WH>PPK2 X\nC2 handover PPK2>PPS2 X
        D1 [R1] handover PPS2>PPK2 X\nD2 handover PPK2>PPS2 X\nD3 handover PPS2>PPK2 X
        C3 [D3] handover PPK2>DK1TR X\nD4 handover DK1TR>PPS2 X""",
        """R1 register X at WH for TPS1\nA1 [R1] handover WH>PPK X\nA2 handover PPK>WH X
        R2 handover PPK>WH X\nR3 handover WH>PPK X\nA3 [R3] handover WH>PPK X
        A4 handover PPK>PPS X\nB1 [A4] handover PPK>PPS X""",
        """D1 handover PPK2>PPS2 X\nC1 handover PPS2>PPK2 X\nC2 handover PPK2>PPS2 X
        D2 [C2] handover PPK2>PPS2 X\nC3 [D2] handover PPS2>PPK2 X\nC4 handover PPK2>PPS2 X
        C5 [D2] handover PPS2>PPK2 X""",
    ],
)
def test_what_came_back_and_went_again_is_no_break(text: str) -> None:
    for minute in range(10, 26):  # other times, other digests, by which ties go
        at = text.replace(" X\n", f" X at=05:{minute}\n") + f" at=05:{minute}"
        assert final(seen(ledger(at).values(), "X")) == [], minute


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 8), st.sampled_from(["WH", "PPK"]))
@example(None, 0, "PPK")
def test_a_way_that_nobody_recorded_is_said_for_good_once_all_have_met_beyond_it(dice, steps, last_known) -> None:
    done = Field() if dice is None else worked(dice, steps, "Y")
    if dice is None:
        done.register()
    if last_known == "PPK":
        done.give("X", "WH", "PPK", ["R"], is_told=True)
    done.give("X", "PPS", "TPS1", ["B"], is_told=False)  # how it came to PPS, nobody has recorded
    gap = done.moved[-1].leaf
    everything = [e for log in done.logs.values() for e in log]
    assert [(f.leaf, f.is_provisional) for f in seen(everything, "X").findings if f.code in BROKEN] == [(gap, True)]
    done.all_meet()
    everything = [e for log in done.logs.values() for e in log]
    assert [f.leaf for f in final(seen(everything, "X"))] == [gap]
    stale = [e for e in everything if e.log != "A" or e.seq < len(done.logs["A"])]
    assert final(seen(stale, "X")) == []  # the district's newest record is not here: it may have recorded the way


def test_a_truck_may_have_been_anywhere_so_every_log_must_have_met_beyond_it() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["R"], is_told=True)
    done.all_meet()
    done.give("X", TRUCK, "PPS", ["B"], is_told=False)
    done.all_meet()
    everything = [e for log in done.logs.values() for e in log]
    assert [f.code for f in final(seen(everything, "X"))] == ["GAP"]
    without = [e for e in everything if e is not done.logs["D"][-1]]
    assert final(seen(without, "X")) == []


def test_two_receivers_are_provisional_until_both_their_logs_have_met_beyond_it() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["A"], is_told=False)
    done.told["X"] = done.told["X"][:1]  # the other's record knows the registration alone
    done.give("X", "WH", "PPK2", ["C"], is_told=False)
    events = [e for log in done.logs.values() for e in log]
    assert [(f.code, f.is_provisional) for f in seen(events, "X").findings if f.code in BROKEN] == [("FORK", True)]
    done.all_meet()
    events = [e for log in done.logs.values() for e in log]
    assert [f.code for f in final(seen(events, "X"))] == ["FORK"]
    for log in "AC":  # it may have given it back
        assert final(seen([e for e in events if e is not done.logs[log][-1]], "X")) == []


def test_a_place_of_which_root_admitted_a_station_that_is_not_here_keeps_a_gap_provisional() -> None:
    done = Field()
    done.register()
    done.give("X", "WH", "PPK", ["R"], is_told=True)
    done.give("X", "PPS", "TPS1", ["B"], is_told=False)
    done.all_meet()
    here = [e for log, events in done.logs.items() if log != "A" for e in events]
    assert [(f.code, f.is_provisional) for f in seen(here, "X").findings] == [("GAP", True)]


def test_one_station_of_a_place_does_not_stand_for_another_one_there() -> None:
    events = ledger(
        "R1 register X at WH for TPS1\nR2 handover WH>PPK X\nB1 [R2] handover PPS>TPS1 X\nA1 [B1] inspect X wet"
    )
    here = Held({"WH": frozenset("R"), "PPK": frozenset("A"), "PPS": frozenset("B")}, {log: {} for log in "RAB"})

    def is_final(held: Held) -> bool:
        chain = custody(code_of("X"), events.values(), PLACES, held=held)
        return [f.is_provisional for f in chain.findings if f.code == "GAP"] == [False]

    assert is_final(here)  # A1 was recorded knowing B1, and B wrote it
    assert not is_final(replace(here, awaited=frozenset({"PPK"})))  # a second one there is not here
    assert not is_final(replace(here, logs={"PPS": frozenset("B")}))  # whether there is one at PPK is not known
    assert is_final(replace(here, logs={"PPS": frozenset("B")}, has_all=True))  # there is none
    assert not is_final(replace(here, logs={**here.logs, "PPK": frozenset("AC")}, known={**here.known, "C": {"B": 0}}))
    assert is_final(replace(here, logs={**here.logs, "PPK": frozenset("AC")}, known={**here.known, "C": {"B": 1}}))


def test_without_the_tree_of_places_nothing_is_said_for_good() -> None:
    events = ledger("R1 register X at WH for TPS1\nR2 handover WH>PPK X\nR3 handover PPS>TPS1 X").values()
    held = Held({}, {}, has_all=True)
    assert [f.is_provisional for f in custody(code_of("X"), events, {}, held=held).findings] == [True]
    assert [f.is_provisional for f in custody(code_of("X"), events, {}, held=None).findings] == [False]
