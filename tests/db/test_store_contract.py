"""What a store promises, on SQLite and on PostgreSQL alike: the log, the plan, prints and handovers."""

import hashlib
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from custody.compose.compose import Extra, Handover, NewEvent
from custody.errors import InputError, RuleError, StoreError, TamperError
from custody.format.codes import ItemLabel, draw_code
from custody.format.encoding import SIGNING_CONTEXT, canonical, entry_bytes, read_signatures
from custody.plan.places import Need, Place
from db.store import open_store
from services.plan.custodians import find_custodian
from services.plan.planning import record_plan
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from services.records.label_prints import record_prints, record_reprints
from services.records.membership import admit
from services.scanning.handover_context import expected_now
from tests.support.judged import judge_scanned
from tests.support.ledger_examples import (
    ELECTIONS,
    NEEDS,
    PLACES,
    TPS,
    TRUCK,
    WAREHOUSE,
    absorb,
    all_events,
    around,
    boxes,
    cache_of,
    card_of,
    give,
    planned_station,
    record,
    signer,
    station,
    touched,
)

STRANGER = draw_code(around(seed=99).randbelow)


# --- the log ----------------------------------------------------------------------------------------------------------


def test_a_log_is_begun_once(url: str) -> None:
    with station(url) as store:
        with pytest.raises(InputError, match="begun already"):
            store.begin(election="Pemilu", station="Gudang 2", place=WAREHOUSE)
        assert [event.type for event in all_events(store)] == ["genesis"]
    with open_store(url, signer(), around()) as store, pytest.raises(InputError, match="begun already"):
        store.begin(election="Pemilu", station="Gudang 2", place=WAREHOUSE)


def test_a_log_is_named_for_its_election_and_station_and_no_two_have_one_name(fresh_url) -> None:
    names = set()
    for seed in (1, 2):
        with station(fresh_url(), seed) as store:
            names.add(store.ledger.own_log().name)
    assert len(names) == 2
    assert all(name.startswith("serah/pemilu-2024/gudang-1/") for name in names)


def test_nothing_is_recorded_before_a_log_is_begun(url: str) -> None:
    with open_store(url, signer(), around(), create=True) as store, pytest.raises(StoreError, match="no station yet"):
        record_plan(store, PLACES, NEEDS, source="plan.csv", digest="0" * 64)


def test_items_are_found_by_any_of_what_is_asked_together(url: str) -> None:
    with planned_station(url) as store:
        there, here = boxes(store, 3, TPS[1]), boxes(store, 4, TPS[0])
        give(store, [*there[:2], *here[:2]], TRUCK)
        record_prints(store, [there[0], here[0], here[3]], sheet="a4-3x7")
        items = {item.code: item for item in store.state.find_items()}
        unprinted = {code for code in items if code not in (there[0], here[0], here[3])}
        assert set(items) == {*there, *here}
        for kind, under, held_by, is_unprinted in product(
            (None, "box", "seal"), (None, TPS[0], WAREHOUSE), (None, TRUCK, WAREHOUSE), (False, True)
        ):
            found = store.state.find_items(kind=kind, under=under, held_by=held_by, unprinted=is_unprinted)
            assert [item.code for item in found] == [
                code
                for code, item in items.items()
                if kind in (None, item.kind)
                and under in (None, WAREHOUSE, item.to)
                and held_by in (None, item.held_by)
                and (not is_unprinted or code in unprinted)
            ]


def test_nothing_is_recorded_without_the_key(url: str) -> None:
    with station(url):
        pass
    with open_store(url, None, around()) as store, pytest.raises(StoreError, match="for reading alone"):
        record_plan(store, PLACES, NEEDS, source="plan.csv", digest="0" * 64)


def test_every_event_follows_the_one_before_it_and_carries_the_stations_signature(url: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(signer().public_key)
    with planned_station(url) as store:
        give(store, boxes(store, 5), TPS[0])
        entries = list(store.ledger.entries())
        events = all_events(store)
        [log] = store.ledger.heads()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.body["prev"] for event in events] == [None, *(event.leaf for event in events[:-1])]
    assert (log["size"], log["head"]) == (len(events), events[-1].leaf)
    for event, (body, text) in zip(events, entries, strict=True):
        signatures = read_signatures(text)
        assert event.leaf == hashlib.sha256(b"\0" + entry_bytes(body, signatures)).hexdigest()
        assert body == canonical(event.body)
        [signature] = signatures
        key.verify(signature.value, SIGNING_CONTEXT + body)


def test_nothing_is_added_to_a_log_that_does_not_end_where_it_was_left(url: str) -> None:
    with planned_station(url) as store:
        log = store.state.tables.log
        log.update(size=1, head=store.ledger.event_at(1, 1).leaf.encode()).execute()
        with pytest.raises(TamperError, match="ends at number 2 and was left at number 1"):
            boxes(store, 1)
        assert len(all_events(store)) == 2


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_loading_a_plan_again_records_it_again_and_changes_nothing(url: str) -> None:
    with planned_station(url) as store:
        before = cache_of(store)
        assert record_plan(store, PLACES, NEEDS, source="plan.csv", digest="0" * 64)
        assert cache_of(store) == before
        assert record_plan(store, [], [], source="empty.csv", digest="0" * 64) == []
        assert sorted(store.state.needs(), key=lambda need: need.kind) == sorted(NEEDS, key=lambda need: need.kind)
        assert store.state.places.all() == {place.code: place for place in PLACES}


def test_a_plan_that_names_a_thing_twice_keeps_the_last_word(url: str) -> None:
    with station(url) as store:
        fewer = Need("booth", "Bilik", "Booth", "polling_station", 2, "buah", "item")
        record_plan(
            store,
            [*PLACES, Place(TPS[0], "TPS baru", "polling_station", "51.08.01.2001")],
            [*NEEDS, fewer],
            source="plan.csv",
            digest="0" * 64,
        )
        assert store.state.places[TPS[0]].name == "TPS baru"
        assert fewer in store.state.needs()


def test_a_place_cannot_lie_below_itself(url: str) -> None:
    with planned_station(url) as store:
        before = cache_of(store)
        with pytest.raises(RuleError, match="below itself"):
            record_plan(store, [Place(WAREHOUSE, "Gudang", "warehouse", TPS[0])], [], source="x.csv", digest="0" * 64)
        assert cache_of(store) == before


def test_a_plan_recorded_by_another_program_is_seen_by_one_that_has_looked_before(url: str) -> None:
    with planned_station(url) as ours, open_store(url, signer(), around(5)) as theirs:
        with pytest.raises(InputError):
            find_custodian(ours, "51.08.03")
        assert ours.state.places[TPS[0]].name == "TPS 1"
        record_plan(
            theirs,
            [
                Place("51.08.03", "PPK 3", "district", WAREHOUSE),
                Place(TPS[0], "TPS pindah", "polling_station", "51.08.03"),
            ],
            [],
            source="more.csv",
            digest="0" * 64,
        )
        assert find_custodian(ours, "51.08.03") == "51.08.03"
        [code] = boxes(ours, 1, TPS[0])
        found = judge_scanned(ours, ItemLabel(code, 1), Handover(WAREHOUSE, "51.08.01.2001"))[1]
        assert [finding.code for finding in found] == ["WRONG_DESTINATION"]


def test_the_missing_items_are_exactly_those_that_the_needs_ask_for(url: str) -> None:
    with planned_station(url) as store:
        missing = unregistered_items(store)
        assert len(missing) == len(TPS) * (5 + 4)
        assert {item.to for item in missing} == set(TPS)
        assert len({item.code for item in missing}) == len(missing)
        for tps in TPS:
            here = [item for item in missing if item.to == tps and item.kind == "box"]
            assert [(item.k, item.n, item.election) for item in here] == [
                (k, 5, election) for k, election in enumerate(ELECTIONS, 1)
            ]
        assert {item.held_by for item in missing} == {WAREHOUSE}


def test_what_is_registered_is_missing_no_more(url: str) -> None:
    with planned_station(url) as store:
        done: list[int] = []
        register_items(store, unregistered_items(store, under="51.08.01", kind="box"), progress=done.append)
        assert sum(done) == 4 * 5
        left = unregistered_items(store)
        assert len(left) == len(TPS) * 9 - 4 * 5
        assert not [item for item in left if item.kind == "box" and item.to.startswith("51.08.01.")]
        assert unregistered_items(store, under="51.08.01", kind="box") == []
        register_items(store, left)
        assert unregistered_items(store) == []


# --- labels -----------------------------------------------------------------------------------------------------------


def test_a_label_is_printed_first_once_and_then_only_reprinted_one_by_one(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 3)
        record_prints(store, codes[:2], sheet="a4-3x7")
        with pytest.raises(RuleError, match="printed already"):
            record_prints(store, codes, sheet="a4-3x7")
        assert [item.code for item in store.state.find_items(unprinted=True)] == [codes[2]]
        record_reprints(store, {codes[0]: 2}, sheet="roll-50x30", reason="sobek", second="Ketut")
        assert store.state.items_of(codes)[codes[0]].print == 2
        with pytest.raises(RuleError, match="meanwhile"):
            record_reprints(store, {codes[0]: 2}, sheet="roll-50x30", reason="sobek", second="Ketut")


# --- handovers --------------------------------------------------------------------------------------------------------


def test_a_handover_moves_what_was_scanned_and_says_how_many_were_expected(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 5)
        done = record_handover(store, Handover(WAREHOUSE, TPS[0], counted=4), touched(codes[:4]))
        assert (done.scanned, done.expected, done.bast, done.giver, done.to) == (
            4,
            5,
            "0001/GUDANG-1/2024",
            WAREHOUSE,
            TPS[0],
        )
        assert [(finding.code, finding.item) for finding in done.findings] == [("SHORTAGE", codes[4])]
        held = {code: item.held_by for code, item in store.state.items_of(codes).items()}
        assert held == dict.fromkeys(codes[:4], TPS[0]) | {codes[4]: WAREHOUSE}


def test_a_code_given_twice_is_taken_once_where_it_was_first(url: str) -> None:
    with planned_station(url) as store:
        first, second = boxes(store, 2)
        done = record_handover(store, Handover(WAREHOUSE, TPS[0]), touched([first, second, first]))
        assert done.scanned == 2
        assert [row["code"] for row in done.events[0].body["items"]] == [first, second]


def test_more_than_two_hundred_items_are_parts_of_one_handover(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 401)
        done = record_handover(store, Handover(WAREHOUSE, TPS[0], counted=400), touched(codes))
        parts = [(event.body["part"], event.body["parts"], event.body["bast"]) for event in done.events]
        assert parts == [(number, 3, "0001/GUDANG-1/2024") for number in (1, 2, 3)]
        assert [event.body["counted"] for event in done.events] == [None, None, 400]
        assert [finding.code for finding in done.findings] == ["COUNT"]
        assert {event.body["id"] for event in done.events} == {done.events[0].body["id"]}
        again = record_handover(store, Handover(TPS[0], "51.08.01.2001"), touched(codes[:1]))
        assert again.bast == "0002/GUDANG-1/2024"


def test_an_unknown_code_is_recorded_with_its_finding(url: str) -> None:
    with planned_station(url) as store:
        done = record_handover(store, Handover(WAREHOUSE, TPS[0]), touched([STRANGER]))
        assert [(finding.code, finding.item) for finding in done.findings] == [("UNKNOWN_CODE", STRANGER)]
        chain = store.state.chain(STRANGER)
        assert (chain.item, chain.held_by, len(chain.links)) == (None, TPS[0], 1)
        assert store.state.latest([STRANGER])[STRANGER].leaf == done.events[0].leaf


def test_what_a_carrier_was_to_take_is_unknown_until_its_stops_are(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 2) + boxes(store, 1, TPS[-1])
        assert record_handover(store, Handover(WAREHOUSE, TRUCK), touched(codes[:1])).expected is None
        bound = Handover(WAREHOUSE, TRUCK, bound=("51.08.01",))
        done = record_handover(store, bound, touched(codes[1:]))
        assert done.expected == 1
        assert [(finding.code, finding.item) for finding in done.findings] == [("WRONG_DESTINATION", codes[2])]


def test_what_is_irregular_is_judged_before_the_handover_and_recorded_with_it(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 4)
        record_prints(store, codes, sheet="a4-3x7")
        record_reprints(store, {codes[0]: 2}, sheet="a4-3x7", reason="sobek", second="Ketut")
        give(store, codes[1:2], TPS[0])
        handover = Handover(
            WAREHOUSE,
            TPS[0],
            conditions={codes[2]: "wet", codes[3]: "good"},
            occurred="2024-02-13T00:00:00Z",
            extras=(Extra("box", 1, "torn"),),
            counted=9,
        )
        done = record_handover(store, handover, touched(codes))
        assert [(finding.code, finding.item) for finding in done.findings] == [
            ("VOID_LABEL", codes[0]),
            ("NOT_HELD", codes[1]),
            ("EXCESS", None),  # the torn one, matched to nothing
            ("COUNT", None),
            ("DAMAGED", codes[2]),
            ("LATE_ENTRY", None),
        ]
        assert [event.type for event in done.events] == ["handover", "inspect", "inspect"]
        assert judge_scanned(store, ItemLabel(codes[0], 1), Handover(TPS[0], WAREHOUSE))[1][0].code == "VOID_LABEL"


@pytest.mark.parametrize(
    ("handover", "codes", "error"),
    [
        (Handover(WAREHOUSE, WAREHOUSE), [STRANGER], "cannot hand over to itself"),
        (Handover(WAREHOUSE, TPS[0]), [], "nothing was scanned"),
        (Handover(WAREHOUSE, TPS[0], conditions={STRANGER: "wet"}), ["7Q2M9X4T5B8C6"], "was not scanned"),
    ],
)
def test_a_handover_that_cannot_be_true_is_refused_and_records_nothing(url: str, handover, codes, error) -> None:
    with planned_station(url) as store:
        before = store.ledger.heads()
        with pytest.raises((RuleError, InputError), match=error):
            record_handover(store, handover, touched(codes))
        assert store.ledger.heads() == before


def test_an_event_that_the_format_does_not_allow_takes_its_whole_batch_with_it(url: str) -> None:
    with planned_station(url) as store:
        before = (store.ledger.heads(), cache_of(store))
        good = NewEvent("print", {"codes": ["A"], "print": 1, "sheet": "s", "reason": None, "second": None})
        with pytest.raises(TamperError):
            record(store, good, NewEvent("print", {**good.fields, "print": 0}))
        assert (store.ledger.heads(), cache_of(store)) == before
        boxes(store, 1)


# --- several stations -------------------------------------------------------------------------------------------------


def test_a_receiver_that_has_met_the_givers_log_confirms_and_is_not_alarmed(fresh_url) -> None:
    with planned_station(fresh_url()) as giver, open_store(fresh_url(), signer(1), around(1), create=True) as receiver:
        receiver.begin(election="Pemilu 2024", station="PPK 1", place="51.08.01")
        codes = boxes(giver, 3)
        way = Handover(WAREHOUSE, "51.08.01")
        assert not receiver.state.has_met(WAREHOUSE)  # nothing is registered here: what is to come is not known
        record_handover(giver, way, touched(codes[:2]))
        admit(giver, card_of(receiver, 1))
        absorb(receiver, giver)
        assert judge_scanned(receiver, ItemLabel(codes[0], 1), way)[1] == []
        assert {item.code for item in expected_now(receiver, WAREHOUSE, "51.08.01") or ()} == set(codes)
        done = record_handover(receiver, way, touched([codes[0], codes[2]]))
        assert (done.scanned, done.expected) == (2, 3)
        assert [(finding.code, finding.item) for finding in done.findings] == [("SHORTAGE", codes[1])]
        assert [len(receiver.state.chain(code).links) for code in codes] == [3, 2, 2]
        assert receiver.state.chain(codes[0]).findings == ()
        assert [item.code for item in expected_now(receiver, WAREHOUSE, "51.08.01") or ()] == [codes[1]]
        again = record_handover(receiver, way, touched(codes[:2])).findings
        assert [(finding.code, finding.item, finding.is_provisional) for finding in again] == [
            ("NOT_HELD", codes[0], True)  # a fresher log of the giver could say how it came back
        ]


def test_a_station_that_has_not_met_the_giver_says_so(fresh_url) -> None:
    with planned_station(fresh_url()) as other, open_store(fresh_url(), signer(1), around(1), create=True) as store:
        store.begin(election="Pemilu 2024", station="PPK 1", place="51.08.01")
        codes = boxes(other, 1)
        absorb(store, other)
        way = Handover("51.08.02", "51.08.01")
        assert expected_now(store, "51.08.02", "51.08.01") is None
        assert expected_now(store, WAREHOUSE, TPS[0]) is not None
        done = record_handover(store, way, touched([*codes, STRANGER]))
        assert done.expected is None
        assert {(f.code, f.item, f.is_provisional) for f in done.findings} == {
            ("NOT_HELD", codes[0], True),
            ("UNKNOWN_CODE", STRANGER, True),
        }


@pytest.mark.parametrize(
    ("station_name", "bast"),
    [
        ("Gudang-1", "0001/GUDANG-1/2024"),
        ("  PPK Kec. Gerokgak  ", "0001/PPK-KEC-GEROKGAK/2024"),
        ("ᬩᬸᬮᬾᬮᬾᬂ", "0001/X/2024"),
        ("a" * 29 + " b", f"0001/{'A' * 29}/2024"),
        ("../../etc", "0001/ETC/2024"),
    ],
)
def test_a_bast_number_is_made_of_the_stations_name_and_nothing_a_path_minds(sqlite_url, station_name, bast) -> None:
    with open_store(sqlite_url(), signer(), around(), create=True) as store:
        genesis = store.begin(election="Pemilu/2024 \n", station=station_name, place=WAREHOUSE)
        assert genesis.log.startswith("serah/pemilu-2024/") and genesis.log.count("/") == 3
        done = record_handover(store, Handover(WAREHOUSE, "51.08.01"), touched([STRANGER]))
        assert done.bast == bast
