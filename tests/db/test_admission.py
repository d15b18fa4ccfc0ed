"""What a station recorded before root admitted it counts nowhere until then, whatever came first; on both databases."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import fields
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from custody.chain.roster import Roster
from custody.chain.standing import waiting
from custody.compose.compose import Handover
from db.store import Store
from reports.chain.chain_facts import chain_json
from services.access.admission_notice import records_waiting, waiting_sentence, waiting_words
from services.records.correcting import correct
from services.records.field_records import incidents_of, open_incident, points_of, readiness_of
from services.records.handovers import record_handover
from services.records.inspecting import conditions, record_inspection
from services.records.label_prints import account as prints
from services.records.label_prints import record_prints
from services.records.membership import admit, revoke
from services.records.reassigning import record_reassignment
from services.records.sealing import record_seal
from services.records.searching import progress_rows
from services.records.vendor_deliveries import account as deliveries
from services.records.vendor_deliveries import record_delivery
from services.reporting.made_by import made_of
from services.reporting.overview import Overview
from services.reporting.survey import survey
from services.scanning.handover_context import expected_now
from tests.support.judged import judge_handover
from tests.support.ledger_examples import (
    TPS,
    WAREHOUSE,
    boxes,
    cache_of,
    card_of,
    empty_ledger,
    planned_station,
    touched,
)
from tests.support.merge_examples import Bundle, bundle_of, event_of, join, split, take

PPK, PPS = "51.08.01", "51.08.01.2001"
AS_OF = "2024-02-16T00:00:00Z"


def own_bundle(store: Store) -> Bundle:
    own = store.ledger.own_log().name
    whole = bundle_of(store)
    return Bundle(
        tuple(row for row in whole.rows if row.log == own),
        tuple(raw for raw in whole.entries if event_of(raw).log == own),
    )


def all_that_is_told(store: Store, codes: list[str]) -> dict[str, Any]:
    """Every number that hangs on whose records count."""
    found = survey(store, AS_OF)
    chains = [chain_json(chain, store.state.places) for chain in store.state.chains(codes, as_of=AS_OF)]
    return {
        "items": [store.state.item(code) for code in codes],
        "chains": chains,
        "cache": cache_of(store),
        "progress": progress_rows(store),
        "expected": expected_now(store, WAREHOUSE, PPK),
        "cards": found.cards,
        "there": found.there,
        "due": found.due,
        "discrepancies": sorted(found.discrepancies, key=repr),
        "returns": found.returns,
        "seals": list(store.state.seals.all()),
        "prints": prints(store),
        "deliveries": deliveries(store),
        "incidents": incidents_of(store),
        "points": points_of(store, as_of=AS_OF),
        "readiness": readiness_of(store),
        "conditions": conditions(store),
        "waiting": waiting(store.state.stations.now(), store.ledger.sizes()),
    }


def work(store: Store, codes: list[str]) -> None:
    """A station does one of everything that is counted anywhere."""
    record_handover(store, Handover(WAREHOUSE, PPK), touched(codes[:3]))
    record_handover(store, Handover(PPK, PPS), touched(codes[:1]))
    withdrawn = record_handover(store, Handover(PPK, PPS), touched(codes[2:3])).events[0]
    correct(store, withdrawn, reason="did_not_occur")
    record_inspection(store, touched(codes[3:4]), "wet")
    record_seal(store, touched(codes[1:2])[0], "apply", ("S1",), names=("Luh", "Made"))
    record_reassignment(store, touched(codes[4:5]), TPS[-1], "tukar")
    record_prints(store, codes[5:6], sheet="a4-3x7")
    record_delivery(store, vendor="V", kind="box", arrived=3, damaged=1)
    open_incident(store, "Jembatan putus", place=PPK)


@pytest.fixture
def root(fresh_url: Callable[[], str]) -> Iterator[Store]:
    with planned_station(fresh_url(), 1) as store:
        yield store


def test_of_a_stranger_nothing_is_counted_anywhere_and_once_admitted_all_of_it(fresh_url, root) -> None:
    codes = boxes(root, 6)
    other = join(fresh_url(), 5, root, place=PPK, name="PPK")
    with empty_ledger(fresh_url(), 7) as strange, other.close_after_test:
        strange.begin(election="Pemilu 2024", station="Asing", place=PPK, root=root.ledger.own_log().root)
        take(strange, bundle_of(root))
        before = all_that_is_told(root, codes)
        work(strange, codes)
        merged = take(root, own_bundle(strange))
        assert merged.waiting == merged.new == strange.ledger.own_row().size
        after = all_that_is_told(root, codes)
        [waits] = after.pop("waiting")
        assert before.pop("waiting") == []
        assert (waits.station, waits.place, waits.records) == ("Asing", PPK, merged.new)
        assert "Asing" in waiting_words(root) and "admit" in waiting_words(root)
        assert records_waiting(root) == merged.new
        said = f"Not counted: {merged.new} records that wait for admission, of Asing."
        assert waiting_sentence(root) == made_of(root).waiting == said
        links = [link for chain in after["chains"] for link in chain["chain"] if not link["admitted"]]
        assert {link["type"] for link in links} >= {"handover", "inspect", "seal", "reassign", "print", "correct"}
        for told in (before, after):  # shown, and said to be a stranger's; else all is as it was
            for chain in told["chains"]:
                chain["chain"] = [link for link in chain["chain"] if link["admitted"]]
                chain["findings"] = [one for one in chain["findings"] if one["code"] != "UNKNOWN_STATION"]
            told["discrepancies"] = [one for one in told["discrepancies"] if one.finding.code != "UNKNOWN_STATION"]
        assert after == before
        admit(root, card_of(strange, 7))
        assert waiting_words(root) == waiting_sentence(root) == ""
        counted = all_that_is_told(root, codes)
        took_part = [name for name in counted if counted[name] != before.get(name)]
        assert {"items", "chains", "cache", "progress", "seals", "prints", "deliveries", "incidents"} <= {*took_part}
        cache = cache_of(root)
        root.projection.rebuild()
        assert cache_of(root) == cache
        take(other, bundle_of(root))
        take(strange, bundle_of(root))
        assert cache_of(other) == cache_of(strange) == cache


def test_a_stations_own_records_count_at_that_station_and_are_marked(fresh_url, root) -> None:
    [code] = boxes(root, 1)
    with empty_ledger(fresh_url(), 7) as strange:
        strange.begin(election="Pemilu 2024", station="Asing", place=PPK, root=root.ledger.own_log().root)
        record_handover(strange, Handover(WAREHOUSE, PPK), touched([code]))
        [early] = [f for f in strange.state.chain(code).findings if f.code == "UNKNOWN_STATION"]
        assert early.is_provisional and early.severity == "info" and waiting_words(strange) == ""
        take(strange, bundle_of(root))
        assert strange.state.item(code).held_by == PPK
        [own] = [f for f in strange.state.chain(code).findings if f.code == "UNKNOWN_STATION"]
        assert own.is_provisional and own.severity == "warning"
        assert "not admitted" in waiting_words(strange) and records_waiting(strange) == 0
        assert "main.py" not in waiting_sentence(strange)
        assert waiting_sentence(strange).endswith("its records count here alone.")


def test_who_counts_is_known_as_by_all_notices_however_they_came(fresh_url, root) -> None:
    """Root's ledger stays open: what it knows goes on with each log and key that comes."""

    def known() -> Roster:
        now, anew = root.state.stations.now(), root.state.stations.without(())
        assert {field.name: getattr(now, field.name) for field in fields(Roster)} == {
            field.name: getattr(anew, field.name) for field in fields(Roster)
        }
        return now

    with ExitStack() as stack:
        logs = []
        for number in range(7, 11):
            store = stack.enter_context(empty_ledger(fresh_url(), number))
            store.begin(election="Pemilu 2024", station=f"PPK {number}", place=PPK, root=root.ledger.own_log().root)
            logs.append(store)
        for number, store in enumerate(logs, start=7):
            admit(root, card_of(store, number))
            known()
        for store in (*logs[:2], strange := stack.enter_context(empty_ledger(fresh_url(), 11)), logs[2]):
            if store is strange:
                store.begin(election="Pemilu 2024", station="Asing", place=PPK, root=root.ledger.own_log().root)
            take(root, own_bundle(store))
            assert known().is_stranger(store.ledger.own_log().name) == (store is strange)
        with suppress(ZeroDivisionError), root.transaction():
            take(root, own_bundle(logs[3]))
            assert logs[3].ledger.own_log().name in known().owners
            raise ZeroDivisionError
        assert logs[3].ledger.own_log().name not in known().owners, "what failed is forgotten"
        revoke(root, logs[0].ledger.own_log().name, reason="lost")
        take(root, own_bundle(logs[3]))
        assert known().last_good(logs[0].ledger.own_log().name) == 1


def test_while_roots_log_is_not_here_what_names_this_root_counts_and_nothing_else(fresh_url, root) -> None:
    codes, fingerprint = boxes(root, 2), root.ledger.own_log().root
    with (
        empty_ledger(fresh_url(), 7) as one,
        planned_station(fresh_url(), 8) as foreign,
        empty_ledger(fresh_url(), 9) as reader,
    ):
        one.begin(election="Pemilu 2024", station="Satu", place=PPK, root=fingerprint)
        record_handover(one, Handover(WAREHOUSE, PPK), touched(codes[:1]))
        record_handover(foreign, Handover(WAREHOUSE, PPK), touched(codes[1:]))
        reader.begin(election="Pemilu 2024", station="Baca", place=PPS, root=fingerprint)
        take(reader, own_bundle(one), own_bundle(foreign))
        assert [chain.held_by for chain in reader.state.chains(codes)] == [PPK, None]
        take(reader, own_bundle(root))
        assert [chain.held_by for chain in reader.state.chains(codes)] == [WAREHOUSE, WAREHOUSE]
        cache = cache_of(reader)
        reader.projection.rebuild()
        assert cache_of(reader) == cache
        admit(root, card_of(one, 7))
        take(reader, own_bundle(root))
        assert [chain.held_by for chain in reader.state.chains(codes)] == [PPK, WAREHOUSE]


def test_things_that_a_stranger_alone_names_are_no_findings_of_anybody(fresh_url, root) -> None:
    with empty_ledger(fresh_url(), 7) as strange:
        strange.begin(election="Pemilu 2024", station="Asing", place=PPK, root=root.ledger.own_log().root)
        record_handover(strange, Handover(WAREHOUSE, PPK), touched([strange.around.new_code() for _ in range(5)]))
        before = survey(root, AS_OF).discrepancies
        take(root, own_bundle(strange))
        seen = Overview()
        while not seen.advance(root, 1):
            pass
        assert survey(root, AS_OF).discrepancies == before and list(seen.irregular()) == []
        admit(root, card_of(strange, 7))
        assert {one.finding.code for one in survey(root, AS_OF).discrepancies} >= {"UNKNOWN_CODE"}


def test_at_a_handover_too_what_a_strangers_record_would_explain_is_provisional_and_names_it(fresh_url, root) -> None:
    codes = boxes(root, 3)
    with empty_ledger(fresh_url(), 7) as strange:
        strange.begin(election="Pemilu 2024", station="Asing", place=PPK, root=root.ledger.own_log().root)
        record_handover(strange, Handover(WAREHOUSE, PPK), touched(codes[:1]))
        take(root, own_bundle(strange))
    onward = judge_handover(root, Handover(PPK, PPS), touched(codes[:2]), now=AS_OF)
    held = {f.item: (f.is_provisional, f.stranger) for f in onward if f.code == "NOT_HELD"}
    assert held == {codes[0]: (True, "Asing"), codes[1]: (False, "")}
    again = judge_handover(root, Handover(WAREHOUSE, PPK), touched(codes[1:2]), now=AS_OF)
    short = {f.item: (f.is_provisional, f.stranger) for f in again if f.code == "SHORTAGE" and f.item in codes}
    assert short == {codes[0]: (True, "Asing"), codes[2]: (False, "")}


# --- in any order of arrival ------------------------------------------------------------------------------------------


@cache
def logs(url: Callable[[], str]) -> tuple[str, list[str], list[Bundle]]:
    """Root admits one station before it works and one after; a third never; a fourth's key it revokes. Their logs."""
    with planned_station(url(), 1) as root:
        codes, fingerprint = boxes(root, 6), root.ledger.own_log().root
        first = join(url(), 5, root, place=PPK, name="PPK")
        stolen = join(url(), 8, root, place="51.08.02", name="Hilang")
        with (
            empty_ledger(url(), 6) as late,
            empty_ledger(url(), 7) as never,
            first.close_after_test,
            stolen.close_after_test,
        ):
            late.begin(election="Pemilu 2024", station="PPS", place=PPS, root=fingerprint)
            never.begin(election="Pemilu 2024", station="Asing", place=PPK, root=fingerprint)
            for store in (first, stolen, late, never):
                take(store, bundle_of(root))
            record_handover(first, Handover(WAREHOUSE, PPK), touched(codes[:4]))
            take(late, bundle_of(first))
            work(late, codes)
            work(never, codes)
            record_handover(stolen, Handover(WAREHOUSE, "51.08.02"), touched(codes[4:]))
            take(root, bundle_of(stolen))
            revoke(root, "Hilang", reason="x", last_good=1)
            admit(root, card_of(late, 6))
            record_handover(first, Handover(PPK, PPS), touched(codes[1:4]))
            return fingerprint, codes, [own_bundle(store) for store in (root, first, stolen, late, never)]


def arrive(url: str, fingerprint: str, codes: list[str], bundles: list[Bundle]) -> dict[str, Any]:
    with empty_ledger(url, 50) as store:
        store.begin(election="Pemilu 2024", station="Kantor", place=WAREHOUSE, root=fingerprint)
        for bundle in bundles:
            take(store, bundle)
        told = all_that_is_told(store, codes)
        cache = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == cache
        return told


FEW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate]
)  # a ledger is made for each: there is no time to look for a smaller schedule


@FEW
@given(dice=st.randoms(use_true_random=False))
def test_the_order_in_which_records_and_admissions_arrive_changes_nothing(fresh_url, sqlite_url, dice) -> None:
    in_any_order(fresh_url, sqlite_url, dice)


@pytest.mark.slow
@settings(FEW, max_examples=40)
@given(dice=st.randoms(use_true_random=False))
def test_forty_orders_change_nothing(fresh_url, sqlite_url, dice) -> None:
    in_any_order(fresh_url, sqlite_url, dice)


def in_any_order(fresh_url: Callable[[], str], sqlite_url: Callable[[], str], dice: random.Random) -> None:
    fingerprint, codes, bundles = logs(sqlite_url)
    pieces = [piece for bundle in bundles for piece in split(bundle, dice.randint(1, 4))[:-1]]
    dice.shuffle(pieces)
    whole = dice.sample(bundles, len(bundles))
    assert arrive(fresh_url(), fingerprint, codes, [*pieces, *whole]) == reference(sqlite_url)


@cache
def reference(url: Callable[[], str]) -> dict[str, Any]:
    fingerprint, codes, bundles = logs(url)
    return arrive(url(), fingerprint, codes, bundles)


# --- how far logs are known to have met -------------------------------------------------------------------------------


def test_a_gap_is_final_at_a_station_once_the_logs_on_the_way_have_met_beyond_it(fresh_url, root) -> None:
    [code, other_box] = boxes(root, 2)
    district = join(fresh_url(), 5, root, place=PPK, name="PPK")
    village = join(fresh_url(), 6, root, place=PPS, name="PPS")
    with district.close_after_test, village.close_after_test:

        def gaps(store: Store) -> list[bool]:
            found = store.state.chain(code).findings
            return [f.is_provisional for f in found if f.code == "GAP"]

        take(district, bundle_of(root))
        take(village, bundle_of(root))
        record_handover(root, Handover(WAREHOUSE, PPK), touched([code, other_box]))
        take(district, bundle_of(root))
        take(village, bundle_of(root))
        record_handover(village, Handover(PPS, TPS[0]), touched([code]))  # how it came there, nobody has recorded
        take(root, bundle_of(village))
        assert gaps(root) == [True] and gaps(village) == [True]
        assert gaps(root) == [True]
        record_handover(village, Handover(PPK, PPS), touched([other_box]))
        take(district, bundle_of(village))
        assert gaps(district) == [True]
        record_handover(district, Handover(PPS, PPK), touched([other_box]))
        assert gaps(district) == [False] and gaps(village) == [True]
        take(village, own_bundle(district))
        assert gaps(village) == [False]
        take(root, bundle_of(village))
        assert gaps(root) == [False]
        with empty_ledger(fresh_url(), 51) as fresh:
            fresh.begin(election="Pemilu 2024", station="Baca", place=PPS, root=root.ledger.own_log().root)
            take(fresh, split(own_bundle(district), 1)[0], own_bundle(village), own_bundle(root))
            assert gaps(fresh) == [True]
            take(fresh, own_bundle(district))
            assert gaps(fresh) == [False]


def test_a_log_that_has_ended_has_no_more_to_bring(fresh_url, root) -> None:
    [code] = boxes(root, 1)
    district = join(fresh_url(), 5, root, place=PPK, name="PPK")
    village = join(fresh_url(), 6, root, place=PPS, name="PPS")
    with district.close_after_test, village.close_after_test:
        record_handover(root, Handover(WAREHOUSE, PPK), touched([code]))
        for store in (district, village):
            take(store, bundle_of(root))
        record_handover(village, Handover(PPS, TPS[0]), touched([code]))
        record_inspection(village, touched([code]), "good")
        take(root, bundle_of(village), own_bundle(district))
        [before] = [f for f in root.state.chain(code).findings if f.code == "GAP"]
        revoke(root, "PPK", reason="selesai")
        [after] = [f for f in root.state.chain(code).findings if f.code == "GAP"]
        assert (before.is_provisional, after.is_provisional) == (True, False)
