"""Stations meeting in one ledger: forks, revoked keys, gaps, what may plan, and logs that go on in new ones."""

import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from custody.compose.compose import Handover
from custody.errors import InputError, RuleError, TamperError
from custody.plan.places import Place
from db.store import Store, open_store
from evidence.checkpoint import Signer
from services.plan.planning import record_plan
from services.records.correcting import correct, find_event
from services.records.going_on import go_on
from services.records.handovers import record_handover
from services.records.membership import admit, revoke, revoking
from tests.support.ledger_examples import (
    PLACES,
    WAREHOUSE,
    absorb,
    all_events,
    around,
    boxes,
    cache_of,
    card_of,
    empty_ledger,
    give,
    planned_station,
    signer,
    station,
    touched,
)
from tests.support.merge_examples import Bundle, bundle_of, event_of, join, own_events, parts, split, take, told

WAY = Handover(WAREHOUSE, "51.08.01")


@pytest.fixture
def root(fresh_url) -> Iterator[Store]:
    with planned_station(fresh_url()) as store:
        yield store


def own_bundle(store: Store) -> Bundle:
    """A station's own log alone."""
    own = store.ledger.own_log().name
    whole = bundle_of(store)
    return Bundle(
        tuple(row for row in whole.rows if row.log == own),
        tuple(raw for raw in whole.entries if event_of(raw).log == own),
    )


def size_of(store: Store, bundle: Bundle) -> int:
    """How much is held without a gap of the one log that a bundle has."""
    return next(head["size"] for head in store.ledger.heads() if head["log"] == bundle.rows[0].log)


def codes_of(found) -> list[str]:
    return sorted(finding.code for finding in found)


# --- forks ------------------------------------------------------------------------------------------------------------


def forked(fresh_url, store: Store, seed: int, common: int, after: int) -> tuple[Bundle, Bundle]:
    """Two histories of one log: a ledger and its key copied to another laptop, and both written to."""
    codes = boxes(store, common)
    with empty_ledger(fresh_url(), seed, seed + 70) as copy:
        absorb(copy, store)
        copy.ledger.tables.log.update(is_own=1).execute()
        for code in codes[:after]:
            give(store, [code], "51.08.01")
            give(copy, [code], "51.08.02")
        return own_bundle(store), own_bundle(copy)


def agree_on_fork(fresh_url, one: Bundle, other: Bundle) -> None:
    seen = []
    for bundles in ((one, other), (other, one)):
        with empty_ledger(fresh_url(), 60) as store:
            root = event_of(one.entries[0]).body["root"]
            store.begin(election="Pemilu 2024", station="Kantor", place=WAREHOUSE, root=root)
            assert "FORK" not in codes_of(take(store, bundles[0]).findings)
            merged = take(store, bundles[1])
            assert "FORK" in codes_of(merged.findings)
            events = all_events(store)
            assert {event.leaf for event in map(event_of, one.entries + other.entries)} <= {e.leaf for e in events}
            [(log, first)] = store.state.stations.forked().items()
            touched_items = {code for e in events if e.log == log and e.seq >= first for code in e.rows}
            for code in touched_items:
                found = store.state.chain(code).findings
                assert any(f.code == "FORK" and f.severity == "critical" and f.is_open for f in found)
            seen.append((first, told(store, sorted({code for e in events for code in e.rows})), cache_of(store)))
            store.projection.rebuild()
            assert cache_of(store) == seen[-1][2]
            again = take(store, bundle_of(store))  # a bundle carries both histories on
            assert (again.new, again.known) == (0, len(events))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("common", [1, 4, 9])
def test_both_histories_of_a_forked_log_are_kept_and_no_touched_item_is_green(fresh_url, common) -> None:
    with station(fresh_url(), 3) as store:
        agree_on_fork(fresh_url, *forked(fresh_url, store, 3, common, 1 + common // 2))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_fifty_forks_are_all_flagged(fresh_url, seed) -> None:
    dice = random.Random(seed)
    common = dice.randint(1, 40)
    with station(fresh_url(), 3) as store:
        agree_on_fork(fresh_url, *forked(fresh_url, store, 3, common, dice.randint(1, common)))


def test_a_bundle_that_carries_a_fork_brings_both_histories(fresh_url) -> None:
    with station(fresh_url(), 3) as store, empty_ledger(fresh_url(), 4) as third:
        _, other = forked(fresh_url, store, 3, 5, 3)
        take(store, other)
        third.begin(election="Pemilu 2024", station="Kantor", place=WAREHOUSE)
        assert "FORK" in codes_of(take(third, bundle_of(store)).findings)
        assert {e.leaf for e in all_events(store)} <= {e.leaf for e in all_events(third)}


@pytest.mark.parametrize("merges", [12, pytest.param(500, marks=pytest.mark.slow)])
def test_honest_logs_are_never_taken_for_forks(fresh_url, root, merges) -> None:
    """Four stations pass boxes on and exchange bundles with anybody: whole, in pieces, old ones again."""
    dice = random.Random(merges)
    stations = [root, *(join(fresh_url(), 5 + n, root, place=PLACES[n].code, name=f"Pos {n}") for n in (1, 2, 3))]
    with ExitStack() as stack:
        for other in stations[1:]:
            stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
            take(other, bundle_of(root))
        codes, kept = boxes(root, 40), list[Bundle]()
        for number in range(merges):
            giver, taker = dice.sample(stations, 2)
            code = codes[number % len(codes)]
            if (held := giver.state.item(code)) is not None and dice.randrange(2):
                to = dice.choice([place.code for place in PLACES if place.code != held.held_by])
                record_handover(giver, Handover(held.held_by, to), touched([code]))
            bundle = dice.choice(kept) if kept and dice.randrange(4) == 0 else bundle_of(giver)
            kept = [*kept[-9:], bundle]
            assert codes_of(take(taker, bundle).findings) == []
        for other in stations:
            assert other.state.stations.forked() == {}
            take(root, bundle_of(other))
        assert len(root.ledger.heads()) == 4 and root.state.stations.forked() == {}


# --- revoked keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("early", "late"), [(4, 3), pytest.param(100, 100, marks=pytest.mark.slow)])
def test_what_a_revoked_station_wrote_before_counts_and_after_is_kept_apart(fresh_url, root, early, late) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test:
        take(other, bundle_of(root))
        codes = boxes(root, early + late)
        for code in codes:
            record_handover(other, Handover("51.08.01", "51.08.01.2001"), touched([code]))
        [first] = split(own_bundle(other), 10**6)
        short = split(own_bundle(other), 1)[0]
        take(root, short)
        own = other.ledger.own_row()
        root.record([revoking("PPK", own.public_key, {own.name: 1 + early}, "stolen")])  # as a root that knew more
        merged = take(root, first)
        assert (merged.new, merged.known, merged.quarantined) == (early, 1, late)
        held = [root.state.item(code).held_by for code in codes]
        assert held == ["51.08.01.2001"] * early + [WAREHOUSE] * late
        left_out = root.state.chain(codes[-1]).findings
        assert "UNKNOWN_STATION" in codes_of(left_out)
        assert take(root, first).quarantined == 0


def test_a_revocation_that_comes_late_takes_back_what_came_before_it(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test:
        [code] = boxes(root, 1)
        take(other, bundle_of(root))
        record_handover(other, WAY, touched([code]))
        take(root, bundle_of(other))
        assert root.state.item(code).held_by == "51.08.01"
        revoke(root, "PPK", reason="stolen", last_good=1)
        assert root.state.item(code).held_by == WAREHOUSE
        take(other, bundle_of(root))
        assert other.state.item(code).held_by == WAREHOUSE  # it follows the root's word on itself too
        cache = cache_of(root)
        root.projection.rebuild()
        assert cache_of(root) == cache


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_station_that_root_has_not_admitted_is_kept_and_flagged(fresh_url, root) -> None:
    [code] = boxes(root, 1)
    with station(fresh_url(), 6) as stranger:
        record_handover(stranger, WAY, touched([code]))
        merged = take(root, bundle_of(stranger))
        assert codes_of(merged.findings) == ["UNKNOWN_STATION"] and merged.waiting == 2
        chain = root.state.chain(code)
        assert root.state.item(code).held_by == chain.held_by == WAREHOUSE
        assert codes_of(chain.findings) == ["UNKNOWN_STATION"]
        assert [link.event.log for link in chain.shown if link.is_stranger] == [stranger.ledger.own_log().name]
        admit(root, card_of(stranger, 6))
        assert root.state.item(code).held_by == root.state.chain(code).held_by == "51.08.01"
        assert root.state.chain(code).findings == () and root.state.chain(code).aside == ()
        assert take(root, bundle_of(stranger)).findings == ()


def test_a_strangers_plan_changes_no_place(fresh_url, root) -> None:
    with planned_station(fresh_url(), 6) as stranger:
        record_plan(stranger, [Place(WAREHOUSE, "Rumah saya", "warehouse")], [], source="x", digest="0" * 64)
        before = cache_of(root)
        take(root, bundle_of(stranger))
        assert cache_of(root) == before
        admit(root, card_of(stranger, 6), ["plan"])
        assert root.state.places[WAREHOUSE].name in ("Rumah saya", "Gudang")


def test_a_delegate_plans_and_the_last_word_is_that_of_who_knew_the_other(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK", powers=["plan"])
    with other.close_after_test:
        take(other, bundle_of(root))
        record_plan(other, [Place("51.08.01", "PPK Gerokgak", "district", WAREHOUSE)], [], source="x", digest="0" * 64)
        take(root, bundle_of(other))
        assert root.state.places["51.08.01"].name == "PPK Gerokgak"
        record_plan(root, [PLACES[1]], [], source="y", digest="0" * 64)
        take(other, bundle_of(root))
        assert other.state.places["51.08.01"].name == PLACES[1].name
        assert cache_of(other) == cache_of(root)


def test_who_may_neither_plan_nor_admit_is_told_so(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test, station(fresh_url(), 6) as third:
        take(other, bundle_of(root))
        with pytest.raises(RuleError):
            record_plan(other, [Place("51.09", "X", "warehouse")], [], source="x", digest="0" * 64)
        with pytest.raises(RuleError):
            admit(other, card_of(third, 6))
        with pytest.raises(RuleError):
            revoke(other, "Gudang 1", reason="x")
        with pytest.raises(RuleError):
            revoke(root, "Gudang 1", reason="x")
        with pytest.raises(InputError):
            revoke(root, "Nobody", reason="x")


def test_places_in_a_circle_made_by_two_plans_stop_nothing(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK", powers=["plan"])
    with other.close_after_test:
        take(other, bundle_of(root))
        record_plan(root, [Place("51.08.01", "PPK 1", "district", "51.08.02")], [], source="x", digest="0" * 64)
        record_plan(other, [Place("51.08.02", "PPK 2", "district", "51.08.01")], [], source="y", digest="0" * 64)
        take(root, bundle_of(other))
        take(other, bundle_of(root))
        assert cache_of(root) == cache_of(other)
        assert len(list(root.state.find_items(under="51.08.01"))) == 0
        assert root.state.chain(boxes(root, 1)[0]).held_by == WAREHOUSE


# --- gaps and order ---------------------------------------------------------------------------------------------------


def test_entries_wait_for_those_before_them_and_then_count(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test:
        take(other, bundle_of(root))
        codes = boxes(other, 12, held_by="51.08.01")
        for code in codes:
            record_handover(other, Handover("51.08.01", "51.08.01.2001"), touched([code]))
        first, second, third, *_ = parts(own_bundle(other), 5)
        take(root, first)
        waiting = take(root, third)
        assert waiting.new == len(third.entries) and codes_of(waiting.findings) == ["INCOMPLETE"]
        assert root.state.item(codes[-3]) is not None
        assert size_of(root, first) == 5
        assert take(root, second).findings == ()
        assert size_of(root, third) == third.rows[0].size
        assert root.ledger.tables.waiting.select().count() == 0


def test_a_correction_that_comes_before_its_target_waits_for_it(fresh_url, root) -> None:
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test:
        [code] = boxes(root, 1)
        take(other, bundle_of(root))
        event = record_handover(other, WAY, touched([code])).events[0]
        take(root, bundle_of(other))
        correct(root, find_event(root, f"{event.log}:{event.seq}"), reason="did_not_occur")
        with empty_ledger(fresh_url(), 7) as third:
            third.begin(election="x", station="y", place=WAREHOUSE, root=root.ledger.own_log().root)
            take(third, own_bundle(root))
            assert third.state.item(code).held_by == WAREHOUSE
            take(third, own_bundle(other))
            assert third.state.item(code).held_by == WAREHOUSE
            assert told(third, [code])[0]["chain"] == told(root, [code])[0]["chain"]


def test_a_bundle_without_the_key_of_a_log_is_refused(fresh_url, root) -> None:
    with station(fresh_url(), 6) as other:
        boxes(other, 3)
        give(other, boxes(other, 1), "51.08.01")
        _, second, *_ = parts(own_bundle(other), 2)
        with pytest.raises(TamperError):
            take(root, second)


# --- going on ---------------------------------------------------------------------------------------------------------


def test_a_new_log_names_the_old_one_and_nothing_is_provisional_for_it(fresh_url) -> None:
    with planned_station(fresh_url()) as store:
        codes = boxes(store, 2)
        old = store.ledger.own_log()
        give(store, codes[:1], "51.08.01")
        genesis = go_on(store)
        [ref] = genesis.body["refs"]
        assert ref["log"] == old.name and genesis.body["continues"] == f"{ref['log']}:{ref['seq']}:{ref['leaf']}"
        assert store.ledger.own_log().name == genesis.log != old.name
        give(store, codes, "51.08.01")
        assert store.state.stations.places_met() is None
        assert [codes_of(store.state.chain(code).findings) for code in codes] == [[], []]


def test_a_station_that_goes_on_is_no_witness_of_its_own_older_log(fresh_url) -> None:
    """Whoever holds the key can sign any head of it: keeping one's own proves nothing, another's does."""
    with planned_station(fresh_url()) as store, planned_station(fresh_url(), 3) as other:
        codes = boxes(store, 2)
        give(store, codes[:1], "51.08.01")
        old = store.ledger.own_log().name
        store.heads.take(store.heads.own_head(), at="2024-02-10T08:00:00Z")
        take(store, bundle_of(other))
        store.heads.take(other.heads.own_head(), at="2024-02-10T08:00:00Z")
        go_on(store)
        assert store.heads.newest_of_other(old) is None
        assert store.heads.newest_of_other(other.ledger.own_log().name) == other.heads.own_head()
        give(store, codes, "51.08.01")
        assert [event.type for event in own_events(store)] == ["genesis", "handover"]


def test_a_newer_log_of_the_same_key_witnesses_nothing_of_the_older_one(fresh_url) -> None:
    with planned_station(fresh_url()) as store, planned_station(fresh_url()) as copy:
        old = store.ledger.own_log()
        assert copy.ledger.own_log().name == old.name, "one ledger, put back on another laptop"
        assert [ref["log"] for ref in go_on(copy).body["refs"]] == [old.name]
        take(store, bundle_of(copy))
        assert store.heads.unwitnessed() == store.ledger.sizes()[old.name]


def test_a_root_with_a_new_key_vouches_for_its_old_log_as_far_as_it_is_held(fresh_url) -> None:
    url = fresh_url()
    with planned_station(url) as store:
        codes = boxes(store, 2)
        give(store, codes[:1], "51.08.01")
        old = store.ledger.own_log().name
    with open_store(url, signer(9), around(9)) as store:
        go_on(store)
        assert store.state.places[WAREHOUSE].name == "Gudang"
        assert store.state.chain(codes[0]).findings == ()
        assert store.state.item(codes[0]).held_by == "51.08.01"
        assert store.state.stations.now().last_good(old) is not None


def test_a_station_set_back_to_an_older_copy_gets_its_lost_events_back_and_is_told(fresh_url, root) -> None:
    key: Signer = signer(5)
    other = join(fresh_url(), 5, root, place="51.08.01", name="PPK")
    with other.close_after_test:
        take(other, bundle_of(root))
        old = own_bundle(other)
        boxes(other, 3)
        give(other, boxes(other, 2), "51.08.01.2001", "51.08.01")
        with open_store(fresh_url(), key, around(8), create=True) as restored:
            take(restored, bundle_of(root))
            take(restored, old)
            restored.ledger.tables.log.update(is_own=1).where(
                restored.ledger.tables.log.name == old.rows[0].log
            ).execute()
            merged = take(restored, bundle_of(other))
            assert "INCOMPLETE" in codes_of(merged.findings)
            assert {e.leaf for e in all_events(other)} == {e.leaf for e in all_events(restored)}
            go_on(restored)
            take(root, bundle_of(restored))
            take(root, bundle_of(other))
            assert root.state.stations.forked() == {}


def test_nobody_brings_a_log_under_the_name_of_another(fresh_url, root, monkeypatch) -> None:
    name = root.ledger.own_log().name
    with empty_ledger(fresh_url(), 6) as impostor:
        monkeypatch.setattr("db.store.log_name", lambda *_: name)
        impostor.begin(election="Pemilu 2024", station="Gudang 1", place=WAREHOUSE)
        with station(fresh_url(), 7) as third, pytest.raises(TamperError):
            take(third, bundle_of(impostor))
        with pytest.raises(TamperError):
            take(root, bundle_of(impostor))
