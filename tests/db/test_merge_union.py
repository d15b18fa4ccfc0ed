"""Merging is a union of sets: whatever the order, the pieces and the repeats, stations come to the same answers."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.report.custody import save_chains_of
from custody.chain.chain import Chain
from db.store import Store
from reports.chain.chain_facts import chain_json
from tests.support.ledger_examples import cache_of, empty_ledger
from tests.support.merge_examples import Bundle, Field, parts, places_of, split, take
from tests.support.sampling import examples

STATION = {"election": "Pemilu 2024", "station": "Kantor", "place": "51.08"}


@pytest.fixture(scope="module")
def field(sqlite_url: Callable[[], str]) -> Field:
    return Field(sqlite_url, seed=1)


@pytest.fixture(scope="module")
def large_field(sqlite_url: Callable[[], str]) -> Field:
    """About four hundred events a station."""
    return Field(sqlite_url, seed=2, steps=2200, items=200, meet=0.01, order=0.95)


def observer(url: str, field: Field) -> Store:
    """A station that has told nothing itself and takes in what comes."""
    return empty_ledger(url, 50)


def schedule(field: Field, dice: random.Random) -> list[Bundle]:
    """Every log in some pieces, some of them repeated, in any order; a piece without a beginning after the first."""
    pieces: list[Bundle] = []
    later: list[Bundle] = []
    for bundle in field.logs.values():
        size = dice.randint(3, 20) if len(bundle.entries) < 100 else dice.randint(40, 150)
        first, *rest = parts(bundle, size) if dice.random() < 0.5 else split(bundle, size)
        pieces.append(first)
        later += rest
    pieces += dice.choices(pieces, k=len(pieces))
    later = [piece for piece in later for _ in range(dice.randint(1, 3))]
    dice.shuffle(pieces)
    dice.shuffle(later)
    return pieces + later


EVERY_KIND = (".csv", ".json", ".pdf")


def answers(url: str, field: Field, bundles: list[Bundle], suffixes: tuple[str, ...]) -> tuple[object, ...]:
    """All that a ledger tells when it has taken these bundles in; the files of `suffixes` to the byte."""
    with observer(url, field) as store:
        store.begin(**STATION, root=field.stations_root)
        for bundle in bundles:
            take(store, bundle)
        state = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == state
        again = take(store, *field.logs.values())
        assert (again.new, again.quarantined) == (0, 0)
        assert store.ledger.tables.waiting.select().count() == 0
        chains = list(store.state.chains(field.codes, as_of="2024-02-13T00:00:00Z"))
        told = [chain_json(chain, store.state.places) for chain in chains]
        reports = [report(store, chains, suffix) for suffix in suffixes]
        return told, places_of(store), store.state.stations.forked(), state, reports


def report(store: Store, chains: list[Chain], suffix: str) -> bytes:
    """The bytes of the custody report of every item, as `report custody` writes them; of two on paper."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"custody{suffix}"
        save_chains_of(store, out, chains[:2] if suffix == ".pdf" else chains)
        return out.read_bytes()


@cache
def reference(field: Field, url: Callable[[], str], suffixes: tuple[str, ...]) -> tuple[object, ...]:
    """The answers where every log came whole, one after the other."""
    return answers(url(), field, list(field.logs.values()), suffixes)


@settings(max_examples=examples(20, 1), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_schedule_of_pieces_and_repeats_gives_the_same_answers(field, sqlite_url, dice) -> None:
    found = answers(sqlite_url(), field, schedule(field, dice), EVERY_KIND)
    assert found == reference(field, sqlite_url, EVERY_KIND)


# As the reference both have what SQLite tells: one answer on either kind of database, the reports to the byte.


@pytest.mark.slow
@pytest.mark.postgres
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_postgresql_gives_the_same_answers_as_sqlite(field, sqlite_url, postgres_url, dice) -> None:
    found = answers(postgres_url(), field, schedule(field, dice), EVERY_KIND)
    assert found == reference(field, sqlite_url, EVERY_KIND)


@pytest.mark.slow
@pytest.mark.postgres
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_two_hundred_schedules_give_the_same_answers_on_postgresql(field, sqlite_url, postgres_url, dice) -> None:
    found = answers(postgres_url(), field, schedule(field, dice), EVERY_KIND)
    assert found == reference(field, sqlite_url, EVERY_KIND)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_two_hundred_schedules_of_five_stations_give_the_same_answers(large_field, sqlite_url, dice) -> None:
    found = answers(sqlite_url(), large_field, schedule(large_field, dice), (".csv",))
    assert found == reference(large_field, sqlite_url, (".csv",))


def test_what_a_forked_log_knew_is_the_same_whichever_of_its_histories_came_first(field, sqlite_url) -> None:
    known, sizes = [], []
    for bundles in (list(field.logs.values()), list(field.logs.values())[::-1]):
        with observer(sqlite_url(), field) as store:
            store.begin(**STATION, root=field.stations_root)
            for bundle in bundles:
                take(store, bundle)
            known.append({log: dict(store.state.knowledge[log]) for log in store.state.knowledge})
            sizes.append(store.ledger.sizes())
    assert sizes[0] != sizes[1] and known[0] == known[1]


def test_the_field_has_what_makes_merging_hard(field, sqlite_url) -> None:
    told_of, _, forked, *_ = reference(field, sqlite_url, EVERY_KIND)
    codes = {finding["code"] for chain in told_of for finding in chain["findings"]}
    assert forked and {"FORK", "CORRECTED", "UNKNOWN_STATION"} <= codes
