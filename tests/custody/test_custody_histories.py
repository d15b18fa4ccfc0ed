"""What holds for every history: the order of arrival does not matter, honest work raises no alarm, faults do."""

import re
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.chain import Chain, custody
from custody.format.events import Event, check_body
from tests.support.custody_notation import chain_of, code_of, codes, ledger, open_codes, read
from tests.support.sampling import examples

CUSTODIANS = ("WH", "PPK", "PPK2", "PPS", "TPS1", "DK8123AB")
BROKEN = {"GAP", "FORK", "SUSPECTED_COPY"}


# --- any history --------------------------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> str:
    """Any ledger of 1 to 4 logs over three items: references, forks, packs, corrections, sense and nonsense."""
    logs = "ABCD"[: draw(st.integers(1, 4))]
    sizes = dict.fromkeys(logs, 0)
    lines, names = [], []
    custodians = st.sampled_from(CUSTODIANS)
    items = st.sampled_from(["X", "Y", "P", "X,Y", "X,P", "X,Y,P"])
    for _ in range(draw(st.integers(1, 9))):
        log = draw(st.sampled_from(logs))
        is_fork = sizes[log] > 0 and draw(st.integers(0, 9)) == 0
        sizes[log] += not is_fork
        name = f"{log}{sizes[log]}"
        while name in names:
            name += "'"
        refs = draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else []
        match draw(st.sampled_from("rhhhhhpkic")):
            case "r":
                what = f"register {draw(items)} at {draw(custodians)} for TPS1"
            case "h":
                way = draw(st.permutations(CUSTODIANS))
                what = f"handover {way[0]}>{way[1]} {draw(items)} print={draw(st.integers(1, 3))}"
                what += f" bast={draw(st.integers(1, 3))}"
            case "p":
                what = f"print {draw(items)} {draw(st.integers(1, 3))}"
            case "k":
                what = f"pack {draw(st.sampled_from('PXY'))} {draw(st.sampled_from(['add', 'remove']))} {draw(items)}"
            case "i":
                what = f"inspect X {draw(st.sampled_from(['good', 'wet', 'missing']))}"
            case _ if names:
                what = f"correct {draw(st.sampled_from(names))} did_not_occur"
            case _:
                what = "reassign X to PPS"
        lines.append(f"{name} [{' '.join(refs)}] {what}")
        names.append(name)
    return "\n".join(lines)


def assert_sound(chain: Chain) -> None:
    moved = [link for link in chain.links if link.has_moved]
    assert chain.held_by == (moved[-1].to if moved else None)
    assert chain.item is None or chain.item.held_by == (chain.held_by or "")


def rare(test: Any) -> Any:
    """A test with the histories that a small sample seldom has."""
    for text in RARE:
        test = example(text, Random(0))(test)
    return test


START = "A1 register X,P at WH for TPS1\n"
RARE = (
    START + "A2 handover WH>PPK X\nA2' handover WH>PPS X\nB1 [A2'] handover PPS>TPS1 X",  # one number twice
    START + "A2 pack P add X\nA2' pack X add P\nA3 handover WH>PPK P\nB1 [A2'] handover PPK>PPS X",
    START + "A2 handover WH>PPK X\nA3 correct A2 did_not_occur\nA4 correct A3 did_not_occur",
    START + "B1 [A1] handover WH>PPK X bast=1\nC1 [A1] handover WH>PPK X bast=1\nA2 [B1] handover PPK>WH X",
    START + "A2 pack P add X\nB1 [A2] pack X add P\nA3 handover WH>PPK P\nA4 pack P remove X",  # each in the other
    START + "A2 print X 1\nB1 print X 1\nC1 register X at PPK for TPS1\nB2 [A2 C1] handover WH>PPK X print=2",
)


@given(histories(), st.randoms(use_true_random=False))
@rare
@settings(max_examples=examples(300))
def test_the_order_of_arrival_does_not_matter(text: str, random: Any) -> None:
    events = list(ledger(text).values())
    arrived = events + random.sample(events, len(events) // 2)
    random.shuffle(arrived)
    for letter in "XP":
        chain = read(events, letter)
        assert read(arrived, letter) == chain
        assert_sound(chain)
        for finding in chain.findings:
            assert len(set(finding.rests_on)) == len(finding.rests_on)
            assert set(finding.rests_on) <= {event.leaf for event in events}


@given(histories(), st.randoms(use_true_random=False))
@rare
@settings(max_examples=examples(100))
def test_only_events_about_the_item_and_its_parents_matter(text: str, random: Any) -> None:
    events = ledger(text)
    others = ledger(re.sub(r"\b[XYP]\b", lambda letter: {"X": "S", "Y": "T", "P": "U"}[letter[0]], text))
    mixed = [*events.values(), *(e for e in others.values() if e.type != "correct")]
    random.shuffle(mixed)
    assert read(mixed) == read(events.values())


# --- hostile histories --------------------------------------------------------------------------------------------


@st.composite
def hostile_events(draw: st.DrawFn) -> list[Event]:
    """Well-formed events that refer anywhere: to later ones, to themselves, in circles, to nothing."""
    count = draw(st.integers(1, 8))
    leaves = [f"{i:064x}" for i in draw(st.permutations(range(count)))]
    anywhere = st.sampled_from([*leaves, "f" * 64])
    names, custodians = st.sampled_from(["A", "B", "C"]), st.sampled_from(CUSTODIANS)
    numbers = st.integers(1, 4) | st.just(2**53 - 1)
    code = st.sampled_from([code_of(letter) for letter in "XYP"])
    found = []
    for leaf in leaves:
        refs = [
            {"log": draw(names), "seq": draw(numbers), "leaf": draw(anywhere)} for _ in range(draw(st.integers(0, 3)))
        ]
        body: dict[str, Any] = {
            "v": 1,
            "log": draw(names),
            "seq": draw(numbers),
            "prev": None,
            "refs": refs,
            "id": "",
            "by": "",
            "app": "",
            "at": "2026-11-20T06:00:00Z",
        }
        row = {
            "code": draw(code),
            "print": draw(st.none() | st.integers(1, 100)),
            "after": draw(st.none() | st.integers(0, 5)),
            "how": "camera",
        }
        match draw(st.sampled_from("hhhkrc")):
            case "h":
                body |= {
                    "type": "handover",
                    "from": draw(custodians),
                    "to": draw(custodians),
                    "bound": [],
                    "items": [row, row],
                    "counted": None,
                    "extras": [],
                    "parties": {"giver": "", "receiver": ""},
                    "witnesses": [],
                    "vehicle": "",
                    "note": "",
                    "occurred": None,
                    "bast": draw(st.sampled_from(["", "1"])),
                    "part": 1,
                    "parts": 1,
                }
            case "k":
                body |= {"type": "pack", "parent": draw(code), "children": [draw(code), draw(code)], "action": "add"}
            case "r":
                item = {
                    "code": draw(code),
                    "kind": "box",
                    "to": "TPS1",
                    "k": 1,
                    "n": 1,
                    "quantity": 1,
                    "election": None,
                    "range": None,
                }
                body |= {"type": "register", "items": [item], "held_by": "WH", "out_of": None}
            case _:
                body |= {
                    "type": "correct",
                    "target": draw(anywhere),
                    "reason": "did_not_occur",
                    "corrective": [leaf],
                    "note": "",
                }
        check_body(body)
        found.append(Event(leaf, body))
    return found


@given(hostile_events(), st.randoms(use_true_random=False))
@settings(max_examples=examples(200))
def test_no_well_formed_event_stops_the_fold(events: list[Event], random: Any) -> None:
    chain = read(events)
    assert_sound(chain)
    random.shuffle(events)
    assert read(events) == chain


@pytest.mark.parametrize("each", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_a_long_quarrel_of_many_logs_ends_soon(each: int) -> None:
    """Twelve records in no order are more than a search goes through, and more than 32 are not searched at all."""
    logs = zip("ABCDEF", CUSTODIANS, strict=True)
    lines = [f"{log}{seq} handover WH>{to} X" for log, to in logs for seq in range(1, each + 1)]
    assert len(chain_of("\n".join(lines)).links) == 6 * each


# --- honest histories ---------------------------------------------------------------------------------------------

STATIONS = {"WH": "A", "PPK": "B", "PPK2": "C", "PPS": "D", "TPS1": "E"}


@st.composite
def honest_histories(draw: st.DrawFn) -> tuple[list[str], str]:
    """What happened to a box, told by stations that were offline, and who holds it in truth.

    Each place has a station, the truck has none. A handover is recorded by the giver, by the receiver or by both. A
    station knows its own log, what it met in bundles, and what a waybill told it. No way is gone twice.
    """
    lines, items = ["A1 register X,P at WH for WH", "A2 pack P add X"], ["X,P", "P,X"]
    known: dict[str, list[int]] = {log: [] for log in STATIONS.values()}
    known["A"] = [0, 1]
    sizes = dict.fromkeys(STATIONS.values(), 0) | {"A": 2}
    holder, ways = "WH", set()
    is_packed = draw(st.booleans())

    def record(log: str, giver: str, to: str) -> None:
        sizes[log] += 1
        newest = {letter: lines[i].split()[0] for letter in "XP" for i in known[log] if letter in items[i]}
        refs = " ".join(sorted(set(newest.values())))
        letters = draw(st.sampled_from(["P", "X,P"])) if is_packed else "X"
        lines.append(f"{log}{sizes[log]} [{refs}] handover {giver}>{to} {letters}")
        items.append(letters)
        known[log].append(len(lines) - 1)

    for _ in range(draw(st.integers(0, 6))):
        to = draw(st.sampled_from([c for c in CUSTODIANS if c != holder and (holder, c) not in ways] or [holder]))
        if to == holder:
            break
        ways.add((holder, to))
        sides = [STATIONS[side] for side in (holder, to) if side in STATIONS]
        if len(sides) == 2:
            sides = draw(st.sampled_from([sides, sides[:1], sides[1:]]))
        for number, log in enumerate(sides):
            if number and draw(st.booleans()):  # the waybill or a bundle came with the goods
                known[log] = sorted({*known[log], *known[sides[0]]})
            record(log, holder, to)
        if draw(st.booleans()):  # somebody carried a bundle from one station to another
            source, target = draw(st.permutations(sorted(known)))[:2]
            known[target] = sorted({*known[source], *known[target]})
        holder = to
    return lines, holder


AWAY_AND_BACK = """A1 register X,P at WH for WH
A2 pack P add X
A3 [A1 A2] handover WH>PPK P
B1 handover WH>PPK P
B2 handover PPK>DK8123AB P
D1 handover DK8123AB>PPS P
D2 handover PPS>WH P
A4 [A3] handover PPS>WH P"""


OFTEN_AWAY = """A1 register X,P at WH for WH
A2 pack P add X
A3 [A2] handover WH>PPK P
B1 handover WH>PPK P
B2 handover PPK>WH P
A4 [A2 A3] handover PPK>WH P
A5 [A2 A4] handover WH>PPK2 P
C1 handover WH>PPK2 P
C2 handover PPK2>WH P
A6 [A2 A5] handover PPK2>WH P
A7 [A2 A6] handover WH>PPS P
D1 handover WH>PPS P"""


@given(honest_histories())
@example((OFTEN_AWAY.splitlines(), "PPS"))
@example((AWAY_AND_BACK.splitlines(), "WH"))
@settings(max_examples=examples(1000))
def test_honest_stations_that_were_offline_raise_no_alarm(history: tuple[list[str], str]) -> None:
    lines, holder = history
    chain = chain_of("\n".join(lines), places=None)
    assert codes(chain) == []
    assert chain.held_by == holder


# --- planted faults -----------------------------------------------------------------------------------------------

WAYS_DOWN = (
    ("WH", "PPK", "PPS", "TPS1"),
    ("WH", "DK8123AB", "PPS", "TPS1"),
    ("WH", "DK8123AB", "PPK", "DK9000ZZ", "TPS1"),
)
one_or_many = pytest.mark.parametrize("is_one_log", [True, False], ids=["one log", "many logs"])
down = pytest.mark.parametrize("way", WAYS_DOWN, ids="-".join)
"""These are few, so all are gone through: a sample would miss the rare one now and then."""


def told(way: tuple[str, ...], *, is_one_log: bool) -> list[str]:
    """The handovers along a way, recorded by one log, or by each receiver's in the knowledge of the one before."""
    lines = ["A1 register X at WH for TPS1"]
    for i, (giver, to) in enumerate(pairwise(way)):
        name = f"A{i + 2}" if is_one_log else f"{'BCDEF'[i]}1"
        lines.append(f"{name} [{lines[-1].split()[0]}] handover {giver}>{to} X")
    return lines


@down
@one_or_many
def test_a_way_down_without_fault_raises_no_alarm(way: tuple[str, ...], is_one_log: bool) -> None:
    assert codes(chain_of("\n".join(told(way, is_one_log=is_one_log)))) == []


@down
@one_or_many
def test_a_step_that_nobody_recorded_is_found(way: tuple[str, ...], is_one_log: bool) -> None:
    events = ledger("\n".join(told(way, is_one_log=is_one_log)))
    for missing in list(events)[1:-1]:
        rest = [event for name, event in events.items() if name != missing]
        assert BROKEN & set(open_codes(read(rest))), missing


@down
@one_or_many
@pytest.mark.parametrize("refs", ["", "A1"])
def test_a_copy_given_by_somebody_else_is_found(way: tuple[str, ...], is_one_log: bool, refs: str) -> None:
    for giver in (custodian for custodian in CUSTODIANS if custodian != way[-1]):
        following = dict(pairwise(way)).get(giver)
        for to in (custodian for custodian in CUSTODIANS if custodian not in (giver, following)):
            lines = [*told(way, is_one_log=is_one_log), f"G1 [{refs}] handover {giver}>{to} X"]
            assert BROKEN & set(open_codes(chain_of("\n".join(lines)))), (giver, to)


@down
def test_a_box_handed_over_twice_is_found(way: tuple[str, ...]) -> None:
    for giver, to in pairwise(way):
        lines = [*told(way, is_one_log=True), f"A9 handover {giver}>{to} X"]
        assert "GAP" in open_codes(chain_of("\n".join(lines))), giver


@down
@one_or_many
@pytest.mark.parametrize("wrong", ["PPK2", "TPS2", "TPS9", "PPS2"])
def test_a_wrong_destination_is_found(way: tuple[str, ...], is_one_log: bool, wrong: str) -> None:
    for step in range(1, len(way)):
        chain = chain_of("\n".join(told((*way[:step], wrong), is_one_log=is_one_log)))
        assert open_codes(chain) == ["WRONG_DESTINATION"], step


@down
@one_or_many
@pytest.mark.parametrize("newest", [1, 2, 4])
@pytest.mark.parametrize("read_print", [1, 2, 3, 4])
def test_a_void_or_unknown_print_is_found(way: tuple[str, ...], is_one_log: bool, newest: int, read_print: int) -> None:
    lines = told(way, is_one_log=is_one_log)
    for step in range(1, len(lines)):
        printed = [line + f" print={read_print if i == step else newest}" for i, line in enumerate(lines[1:], 1)]
        text = "\n".join([lines[0], f"H1 [A1] print X {newest}", *printed])
        expected = {-1: ["VOID_LABEL"], 0: [], 1: ["SUSPECTED_COPY"]}[(read_print > newest) - (read_print < newest)]
        assert open_codes(chain_of(text)) == expected, step


def test_the_empty_set_of_events_says_nothing() -> None:
    chain = custody(code_of("X"), [])
    assert chain == Chain(code_of("X"), None, None, (), ())
