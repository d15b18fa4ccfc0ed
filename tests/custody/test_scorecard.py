"""The scorecard: shares on the six "tepat", each fault laid to whoever had the thing when it arose."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from custody.chain.chain import Chain, custody
from custody.chain.journey import journey
from custody.handover.counting import counted_in
from custody.measures.discrepancies import discrepancies_of
from custody.measures.scorecard import LEAST_LOADS, Card, Figure, Scores, scorecard, wilson
from custody.measures.scoring import AXES, VEHICLES, Axis, marks_of
from custody.plan.places import Ways
from tests.support.custody_notation import DAY, PLACES, chain_of, code_of, ledger

WAYS = Ways(PLACES)
LATER = DAY + "23:00:00Z"
OUT = "A1 register X at WH for TPS1\n"


def cards_of(*texts: str, as_of: str = LATER, letter: str = "X") -> dict[str, Card]:
    return {card.bearer: card for card in scorecard([chain_of(t, letter) for t in texts], WAYS, as_of=as_of)}


def faults(card: Card) -> list[tuple[Axis, str, str]]:
    return [(axis, fault.code, fault.custodian) for axis in AXES for fault in card.figures[axis].faults]


def test_what_comes_in_time_and_whole_is_praised():
    cards = cards_of(OUT + "A2 handover WH>PPK X at=07:00\nB1 [A2] handover PPK>TPS1 X at=09:00")
    assert cards["PPK"].is_clean and cards["PPK"].held == 1
    assert all(figure.share in (1, None) for figure in cards["PPK"].figures.values())
    assert not cards["PPK2"].held and not cards["PPK2"].is_clean


def test_lateness_is_laid_to_who_had_it_when_it_was_due_not_to_who_received_it_late():
    cards = cards_of(OUT + "A2 handover WH>PPK X at=08:30\nB1 [A2] handover PPK>TPS1 X at=09:00")
    assert faults(cards["WH"]) == [("time", "LATE", "WH")]
    assert cards["PPK"].is_clean and cards["PPK"].figures["time"].n == 1


def test_a_village_answers_for_what_lay_with_it_when_it_was_due_and_counts_for_its_sub_district():
    text = (
        OUT + "A2 handover WH>PPK X at=07:00\nB1 [A2] handover PPK>PPS X at=09:00\nC1 [B1] handover PPS>TPS1 X at=19:00"
    )
    cards = cards_of(text)
    assert faults(cards["PPK"]) == [("time", "LATE", "PPS")] and cards["WH"].is_clean
    [fault] = cards["PPK"].figures["time"].faults
    assert fault.record == "C:1" and not fault.is_open


def test_what_never_came_is_short_and_laid_to_who_has_it():
    cards = cards_of(OUT + "A2 handover WH>PPK X at=07:00")
    # due at the village at 12:00 and at the station at 18:00, both while the sub-district had it; one thing is short
    assert {axis for axis, *_ in faults(cards["PPK"])} == {"quantity"}
    assert cards["PPK"].figures["quantity"].faulty == 1 and cards["WH"].is_clean


def test_what_is_not_due_yet_is_not_judged():
    cards = cards_of(OUT + "A2 handover WH>PPK X at=07:00", as_of=DAY + "11:00:00Z")
    assert cards["PPK"].is_clean and cards["PPK"].figures["time"].n == 0
    assert cards["PPK"].figures["time"].share is None


def test_damage_found_when_receiving_arose_with_the_giver_and_later_with_the_holder():
    at_once = ledger(OUT + "A2 handover WH>PPK X at=07:00\nB1 [A2] handover WH>PPK X at=07:05\nB2 inspect X wet")
    same = dict(at_once)
    look = same["B2"]
    same["B2"] = replace(look, body=look.body | {"id": same["B1"].body["id"]})  # of one session with the receipt
    told = scorecard([custody(code_of("X"), same.values(), PLACES)], WAYS, as_of=DAY + "07:30:00Z")
    cards = {card.bearer: card for card in told}
    assert faults(cards["WH"]) == [("quality", "DAMAGED", "WH")] and cards["PPK"].is_clean
    cards = cards_of(OUT + "A2 handover WH>PPK X at=07:00\nB1 [A2] inspect X wet", as_of=DAY + "07:30:00Z")
    assert faults(cards["PPK"]) == [("quality", "DAMAGED", "PPK")] and cards["WH"].is_clean


def test_a_wrong_way_is_laid_to_the_giver_and_says_when_it_is_put_right():
    text = OUT + "A2 handover WH>PPK2 X at=07:00\nB1 [A2] handover PPK2>PPK X at=07:30"
    cards = cards_of(text, as_of=DAY + "07:45:00Z")
    assert faults(cards["WH"]) == [("target", "WRONG_DESTINATION", "WH")]
    assert cards["WH"].figures["target"].put_right == 1
    assert cards["PPK2"].is_clean and cards["PPK"].is_clean


def test_what_a_vehicle_did_is_no_committees_fault():
    text = OUT + "A2 handover WH>DK8123AB X at=07:00\nB1 [A2] handover DK8123AB>PPK2 X at=07:30"
    cards = cards_of(text, as_of=DAY + "07:45:00Z")
    assert faults(cards[VEHICLES]) == [("target", "WRONG_DESTINATION", "DK8123AB")]
    assert cards["PPK2"].is_clean


def test_what_a_log_not_met_may_explain_does_not_count_yet():
    text = OUT + "A2 handover WH>PPK X at=07:00\nB1 handover PPS>TPS1 X at=09:00"
    chain = custody(code_of("X"), ledger(text).values(), PLACES, met=frozenset({"WH"}))
    [card] = [c for c in scorecard([chain], WAYS, as_of=DAY + "10:00:00Z") if c.bearer == "PPK"]
    assert card.provisional == 1 and not card.figures["accountability"].faults
    met = custody(code_of("X"), ledger(text).values(), PLACES)
    [card] = [c for c in scorecard([met], WAYS, as_of=DAY + "10:00:00Z") if c.bearer == "PPK"]
    assert [fault.code for fault in card.figures["accountability"].faults] == ["GAP"]


def test_honest_late_entries_and_corrections_are_no_faults():
    text = OUT + (
        "A2 handover WH>PPK X at=09:00 occurred=07:00\nA3 handover WH>PPK2 X at=09:10\nA4 correct A3 did_not_occur"
    )
    cards = cards_of(text, as_of=DAY + "09:30:00Z")
    assert cards["PPK"].is_clean and cards["WH"].is_clean


def test_a_withdrawal_that_another_disputes_is_laid_to_who_gave_by_the_withdrawn_record():
    text = "A2 handover WH>PPK X at=07:00\nB1 [A2] handover PPK>TPS1 X at=09:00\nA3 correct A2 did_not_occur at=10:00"
    cards = cards_of(OUT + text)
    assert ("accountability", "DISPUTED", "WH") in faults(cards["WH"]) and "DISPUTED" not in str(faults(cards["PPK"]))
    [fault] = cards["WH"].figures["accountability"].faults
    assert (fault.record, fault.happened) == ("A:3", DAY + "10:00:00Z")
    told = {one.finding.code: one.record for one in discrepancies_of(chain_of(OUT + text), as_of=LATER)}
    assert (told["CORRECTED"], told["DISPUTED"]) == ("A:3", "A:3")


def test_a_count_that_differs_is_laid_to_the_giver_thing_by_thing():
    events = ledger(OUT + "A2 handover WH>PPK X at=07:00")
    told = events["A2"]
    events["A2"] = replace(told, body=told.body | {"counted": 3})
    chain = custody(code_of("X"), events.values(), PLACES)
    cards = {
        card.bearer: card
        for card in scorecard([chain], WAYS, as_of=DAY + "07:30:00Z", counted=[counted_in(events["A2"])])
    }
    figure = cards["WH"].figures["quantity"]
    assert (figure.n, figure.faulty, figure.faults[0].record) == (3, 2, "A:2")


@given(st.lists(st.sampled_from(["PPK", "PPK2", "PPS", "PPS2", "TPS1", "TPS9", "DK8123AB"]), max_size=7), st.randoms())
def test_a_thing_is_counted_once_with_each_who_had_it_and_faults_lie_with_those_alone(stops, dice):
    lines, holder, minute = [OUT.strip()], "WH", 0
    for seq, stop in enumerate(stops, 2):
        minute += dice.randint(1, 200)
        giver = dice.choice([holder, holder, holder, "PPK"])
        lines.append(f"A{seq} handover {giver}>{stop} X at={6 + minute // 60:02d}:{minute % 60:02d}")
        holder = stop
    if minute >= 17 * 60:
        return
    cards = cards_of("\n".join(lines))
    for card in cards.values():
        assert card.held in (0, 1)
        for figure in card.figures.values():
            assert 0 <= figure.faulty <= figure.n <= card.held
            assert figure.faulty <= len(figure.faults) and (figure.faulty > 0) == bool(figure.faults)
    assert cards["WH"].held == 1


def many(share_bad: float, loads: int, prefix: str, to: str = "PPK") -> list[Chain]:
    """A chain for each load, of which a share was found wet while the committee had it."""
    below = {"PPK": "TPS1", "PPK2": "TPS9"}[to]
    chains = []
    for number in range(loads):
        text = (
            f"A1 register X at WH for {below}\nA2 handover WH>{to} X at=07:00\nB1 [A2] handover {to}>{below} X at=07:30"
        )
        if number < share_bad * loads:
            text = text.replace("\nB1", "\nB1 [A2] inspect X wet\nB2")
            text = text.replace("B2 [A2]", "B2")
        chain = chain_of(text)
        links = tuple(
            replace(link, event=replace(link.event, body=link.event.body | {"id": f"{prefix}{number}{link.event.seq}"}))
            for link in chain.links
        )
        chains.append(
            replace(chain, code=f"{prefix}{number}", links=links, item=replace(chain.item, code=f"{prefix}{number}"))
        )
    return chains


def compared(*chains: Chain) -> dict[str, str]:
    return {c.bearer: c.compared["quality"] for c in scorecard(chains, WAYS, as_of=LATER) if c.is_committee}


def test_committees_are_compared_only_where_chance_does_not_explain_it():
    assert compared(*many(0.9, 12, "a"), *many(0, 12, "b", "PPK2")) == {"PPK": "below", "PPK2": "above"}
    assert compared(*many(0.3, 10, "a"), *many(0.2, 10, "b", "PPK2")) == {
        "PPK": "no_difference",
        "PPK2": "no_difference",
    }


def test_a_small_committee_is_not_compared_however_bad_or_good():
    few = LEAST_LOADS - 1
    assert compared(*many(1, few, "a"), *many(0, 40, "b", "PPK2"))["PPK"] == "too_few"
    assert compared(*many(0, few, "a"), *many(1, 40, "b", "PPK2"))["PPK"] == "too_few"


def test_things_of_one_load_do_not_make_a_share_more_certain():
    one_truck = Figure(n=500, faulty=250, loads=1, faults=())
    assert one_truck.interval == wilson(0.5, 1) and one_truck.interval[0] < 0.1


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_interval_holds_the_share_and_narrows_with_more_loads(good, n):
    share = min(good, n) / n
    low, high = wilson(share, n)
    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1
    wide_low, wide_high = wilson(share, max(n // 2, 1))
    assert high - low <= wide_high - wide_low + 1e-12


def test_an_item_that_moved_on_is_counted_anew_and_not_twice():
    scores = Scores(WAYS)
    before = chain_of(OUT + "A2 handover WH>PPK X at=07:00")
    after = chain_of(OUT + "A2 handover WH>PPK X at=07:00\nB1 [A2] handover PPK>TPS1 X at=09:00")
    for chain in (before, after):
        scores.put(marks_of(chain, journey(chain, WAYS, as_of=LATER), WAYS, as_of=LATER))
    assert scores.cards(as_of=LATER) == scorecard([after], WAYS, as_of=LATER)


def test_the_page_names_every_axis():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "scorecard.md").read_text()
    for axis in AXES:
        assert re.search(rf"^\| {axis}", text, re.MULTILINE), axis


def test_what_was_sent_astray_is_late_on_account_of_who_sent_it():
    cards = cards_of(OUT + "A2 handover WH>PPK2 X at=07:00", as_of=DAY + "08:30:00Z")
    assert faults(cards["WH"]) == [("quantity", "LATE", "WH"), ("target", "WRONG_DESTINATION", "WH")]
    assert cards["PPK2"].is_clean
