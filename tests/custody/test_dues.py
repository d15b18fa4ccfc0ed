"""When things are due where: by the phase of their kind, else by the place, on every laptop alike."""

from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.chain import Chain, custody
from custody.chain.findings import moment
from custody.chain.journey import journey
from custody.chain.planned import phase_branches, phases_in_force
from custody.chain.roster import roster
from custody.format.events import Event
from custody.measures.scoring import marks_of
from custody.measures.timing import due_rows, most_pressing
from custody.plan.dues import Due, Dues, came_late, due_at
from custody.plan.levels import BELOW_STORES, TREE
from custody.plan.phases import Phase, phase_rows
from custody.plan.places import Place, Ways
from tests.support.report_examples import BOX, PLACES, PPK, PPS, TPS, TRUCK, WAREHOUSE, Book
from tests.support.roster_examples import GENESES, event, fingerprint

EARLY, LATE = "2024-02-10T02:30:00Z", "2024-02-20T00:00:00Z"
OF_PPK, OF_TPS = PLACES[PPK].due, PLACES[TPS].due


def due(place: str, phase: str | None, *, kind: str = "box", to: str = TPS) -> Due | None:
    return due_at(PLACES[place], kind, PLACES.get(to), Phase("I", "", ("box",), phase))


def test_the_time_of_a_phase_is_that_of_the_place_that_its_things_are_bound_for() -> None:
    assert due(TPS, EARLY) == Due(EARLY, "I") == due(PPK, EARLY) == due(PPS, EARLY), "on the way no later than that"
    assert due(TPS, LATE) == due(PPK, LATE) == Due(LATE, "I"), "the times of places are those of goods before it"
    assert due(TPS, OF_TPS) == Due(str(OF_TPS), "I"), "of two alike the phase's"


def test_on_the_way_an_earlier_time_of_the_place_stays() -> None:
    between = "2024-02-13T10:00:00Z"
    assert due(PPK, between) == Due(str(OF_PPK)) and due(TPS, between) == Due(between, "I")


def test_without_a_time_of_the_phase_the_place_has_its_own() -> None:
    assert due(TPS, None) == Due(str(OF_TPS)) and due(PPK, None) == Due(str(OF_PPK))
    assert due_at(PLACES[TPS], "ink", PLACES[TPS], None) == Due(str(OF_TPS))
    assert due_at(PLACES["51.08.06"], "ink", None, None) is None


def test_a_store_on_the_way_and_a_truck_have_no_time_of_a_phase_and_a_store_that_it_is_bound_for_has() -> None:
    assert due(WAREHOUSE, EARLY) is None and due(TRUCK, EARLY) is None
    assert due(WAREHOUSE, EARLY, to=WAREHOUSE) == Due(EARLY, "I")


times = st.none() | st.integers(1, 28).map(lambda day: f"2024-02-{day:02}T08:00:00Z")


@given(times, times, times, st.sampled_from(TREE))
@example("2024-02-01T08:00:00Z", "2024-02-02T08:00:00Z", "2024-02-03T08:00:00Z", "district")
def test_a_phase_never_takes_a_time_away_and_none_on_the_way_is_after_that_of_the_destination(
    own: str | None, home: str | None, of_phase: str | None, level: str
) -> None:
    place, to = Place("A", "A", level, None, own), Place("B", "B", "polling_station", "A", home)
    found = due_at(place, "box", to, Phase("I", "", ("box",), of_phase))
    assert (found is None) == (own is None and (of_phase is None or level not in BELOW_STORES))
    if of_phase and found and level in BELOW_STORES:
        last = due_at(to, "box", to, Phase("I", "", ("box",), of_phase))
        assert last == Due(of_phase, "I") and moment(found.time) <= moment(of_phase)


# --- all that hangs on it ---------------------------------------------------------------------------------------------


def chain_of(*phases: Phase, stops: tuple[str, ...] = (PPK,), as_of: str | None = None) -> Chain:
    """A box that goes on an hour after the other: from 01:05 on the 10th."""
    book = Book()
    book.register()
    for giver, to in zip([WAREHOUSE, *stops], stops, strict=False):
        book.handover("GDG-01", giver, to)
    return custody(BOX, book.events, PLACES, as_of=as_of, dues=Dues(PLACES, {"": phases}))


def test_a_thing_of_a_phase_is_late_by_its_time_and_the_finding_says_which() -> None:
    first = Phase("I", "Tahap I", ("box",), "2024-02-10T01:00:00Z")
    [late] = chain_of(first).findings
    assert (late.code, late.is_open) == ("LATE", False)
    assert str(late) == "phase I was due at PPK Gerokgak 2024-02-10T01:00:00Z, and was received 2024-02-10T01:05:00Z"
    assert chain_of(Phase("I", "", ("ink",), first.due)).findings == (), "another kind's phase is not its own"
    [missing] = chain_of(Phase("I", "", ("box",), EARLY), as_of="2024-02-10T03:00:00Z").findings
    assert missing.is_open and "by phase I, and has not arrived" in str(missing)
    assert chain_of(Phase("I", "", ("box",), LATE), as_of="2024-02-19T00:00:00Z").findings == (), "its phase is later"
    assert chain_of(first).due == Due(str(first.due), "I")


def test_the_clock_has_a_row_for_each_time_and_the_place_stands_as_its_most_pressing_one() -> None:
    ways, when = Ways(PLACES), "2024-02-10T03:00:00Z"
    chains = [chain_of(Phase("I", "", ("box",), EARLY)), chain_of()]
    found = [journey(chain, ways, as_of=when) for chain in chains]
    rows = due_rows([one for one in found if one], ways, as_of=when, within_h=1)
    told = {(row.place.code, row.phase): (row.state, row.due, row.bound, row.there) for row in rows}
    assert told[TPS, "I"] == ("late", EARLY, 1, 0) and told[TPS, ""] == ("open", OF_TPS, 1, 0)
    assert told[PPK, "I"] == ("done", EARLY, 1, 1) and told[PPK, ""] == ("done", OF_PPK, 1, 1)
    assert most_pressing(rows)[TPS].state == "late" and most_pressing(rows)[TPS].phase == "I"


def test_the_scorecard_lays_a_missed_phase_to_who_had_it() -> None:
    ways, when = Ways(PLACES), "2024-02-10T03:00:00Z"
    chain = chain_of(Phase("I", "", ("box",), EARLY))
    faults = marks_of(chain, journey(chain, ways, as_of=when), ways, as_of=when).faults
    assert {(fault.code, fault.custodian, fault.happened) for fault in faults} == {("LATE", PPK, EARLY)}
    assert marks_of(chain_of(), journey(chain_of(), ways, as_of=when), ways, as_of=when).faults == ()


def test_a_branch_says_when_a_phase_is_due_there_whatever_the_order_of_arrival() -> None:
    def plan(seq: int, time: str, **more: object) -> Event:
        rows = phase_rows([Phase("I", "", ("box",), time)])
        return event("A", seq, "plan", (), at="2024-01-01T01:00:00Z", rows=[], phases=rows, **more)

    def way_to(code: str) -> list[str]:
        return [place.code for place in Ways(PLACES).to(code)] if code else []

    plans = [plan(2, EARLY), plan(3, "2024-02-11T00:00:00Z", under=PPK), plan(4, "2024-02-09T00:00:00Z")]
    for order in permutations(plans):
        trusted = roster(fingerprint("A"), [*GENESES, *order])
        branches = phase_branches(order, trusted)
        assert branches == {"", PPK}
        dues = Dues(PLACES, {code: phases_in_force(order, trusted, way_to(code)).phases for code in branches})
        assert dues.at(PLACES[TPS], "box", TPS) == Due("2024-02-11T00:00:00Z", "I"), (
            "the nearer word, though it is older"
        )
        other = "51.08.06.1010.015"
        assert dues.at(PLACES[other], "box", other) == Due("2024-02-09T00:00:00Z", "I")


@pytest.mark.parametrize("when", [EARLY, "2024-02-10T02:30:00.5Z"])
def test_what_comes_at_its_time_is_in_time(when: str) -> None:
    assert bool(came_late(PLACES[PPK], Due(EARLY), when)) == (when != EARLY)
