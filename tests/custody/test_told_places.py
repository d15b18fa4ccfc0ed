"""A new destination whose record is not here, as a handover's own record tells it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.chain.chain import Chain
from custody.chain.findings import Finding
from custody.compose.compose import Ref
from custody.handover.waybill import redirected_by
from tests.support.custody_notation import chain_of, code_of, ledger, open_codes, read
from tests.support.sampling import examples

BY_PAPER = """
    A1 register X at WH for TPS1
    B1 [A1] reassign X to TPS9
    B2 [A1] handover WH>PPK2 X for=TPS9
    B3 handover PPK2>PPS2 X for=TPS9
    C1 [B3] handover PPK2>PPS2 X for=TPS9
"""


def held(text: str, *left_out: str) -> Chain:
    """The chain of X where these records are not here."""
    return read(event for name, event in ledger(text).items() if name not in left_out)


def astray(chain: Chain) -> list[Finding]:
    return [finding for finding in chain.findings if finding.code == "WRONG_DESTINATION"]


def test_what_came_by_paper_is_bound_for_where_the_paper_says_until_the_record_comes() -> None:
    chain = held(BY_PAPER, "B1", "B2", "B3")
    assert chain.item is not None and chain.item.to == "TPS9"
    assert [(f.severity, f.is_open, f.is_provisional) for f in astray(chain)] == [("info", False, True)]
    whole = held(BY_PAPER)
    assert whole.item is not None and whole.item.to == "TPS9" and whole.findings == ()


def test_what_goes_on_from_there_goes_the_new_way() -> None:
    chain = held(BY_PAPER + "C2 handover PPS2>TPS9 X for=TPS9", "B1", "B2", "B3")
    assert "WRONG_DESTINATION" not in open_codes(chain) and len(astray(chain)) == 1


def test_a_new_destination_that_only_the_givers_own_record_tells_stays_open() -> None:
    chain = held(BY_PAPER, "B1")
    assert [(f.severity, f.is_open, f.is_provisional) for f in astray(chain)] == [("critical", True, True)]
    assert str(astray(chain)[0]).endswith(
        "is for TPS 9 (PPS Banjar) by this handover's record alone, for TPS 1 (PPS Jagaraga) by all others here"
    )


def test_a_new_destination_told_by_who_had_the_records_before_it_stays_open() -> None:
    chain = chain_of("A1 register X at WH for TPS1\nC1 [A1] handover WH>PPK2 X for=TPS9")
    assert [(f.severity, f.is_open, f.is_provisional) for f in astray(chain)] == [("critical", True, True)]


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("A2 reassign X to TPS9\nB1 [A1] handover WH>PPK X for=TPS1", "TPS9"),
        ("B1 [A1] reassign X to TPS9\nB2 [A1] handover WH>PPK X for=TPS9\nB3 correct B1 did_not_occur", "TPS1"),
        ("C1 [A1] handover WH>PPK X for=TPS9\nC2 reassign X to TPS2", "TPS2"),
        (
            "C1 [A1] handover WH>PPK X for=TPS9\nC2 [C1] handover PPK>PPS X for=TPS2\n"
            "B1 [C1] handover PPS>TPS1 X for=TPS9",
            "TPS2",
        ),
        ("A2 handover WH>PPK X for=TPS1", "TPS1"),
    ],
    ids=["an older word", "a withdrawn one", "a newer record", "an older word than another", "the same"],
)
def test_a_word_that_is_not_new_changes_nothing(text: str, to: str) -> None:
    chain = chain_of("A1 register X at WH for TPS1\n" + text)
    assert chain.item is not None and chain.item.to == to


@settings(max_examples=examples(120), deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6))
@example([(True, False), (False, False)])
@example([(True, False), (True, True), (False, False)])
def test_each_station_on_the_way_sends_a_thing_where_the_last_one_that_knew_did(steps: list[tuple[bool, bool]]) -> None:
    """Station after station takes X by the giver's paper alone, or with its bundle; some give it a new destination."""
    lines, to, known = ["A1 register X at WH for TPS1"], "TPS1", {"A1"}
    papers = dict[str, set[str]]()
    for number, (is_moved, has_bundle) in enumerate(steps, 1):
        log, before = chr(ord("A") + number), lines[-1].split()[0]
        knows = known if has_bundle or number == 1 else {"A1"}
        events = ledger("\n".join(lines))
        paper, here = events[before], [events[name] for name in knows]
        chain, goes = read(here), paper.destinations
        redirected = redirected_by(
            goes, {code_of("X"): here}, Ref(paper.log, paper.seq, paper.leaf), log, "2026-11-20T05:00:00Z"
        )
        assert chain.item is not None and redirected.get(code_of("X"), chain.item.to) == to
        if number > 1:
            lines.append(f"{log}1 [{before}] handover S{number - 1}>S{number} X for={to}")
        if is_moved:
            to = f"P{number}"
            lines.append(f"{log}2 reassign X to {to}")
        lines.append(f"{log}3 handover S{number}>S{number + 1} X for={to}")
        own = {line.split()[0] for line in lines if line.startswith(log)}
        known = knows | own
        papers[log] = known
        events = ledger("\n".join(lines))
        own_chain = read(events[name] for name in known)
        assert own_chain.item is not None and own_chain.item.to == to
        assert "WRONG_DESTINATION" not in open_codes(own_chain)
    everything = read(ledger("\n".join(lines)).values())
    assert everything.item is not None and everything.item.to == to and astray(everything) == []
