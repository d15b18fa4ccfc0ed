"""Several programs write one ledger: each event gets its own number, none is lost, and who waits too long is told."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from custody.compose.compose import Handover
from custody.errors import ConflictError, InputError, StoreError
from custody.plan.places import Place
from db.log.seen_heads import SeenHeads
from db.store import open_store
from services.plan.custodians import find_custodian
from services.plan.planning import record_plan
from services.records.handovers import record_handover
from tests.support import forked
from tests.support.ledger_examples import (
    TPS,
    WAREHOUSE,
    absorb,
    all_events,
    around,
    boxes,
    give,
    planned_station,
    signer,
    touched,
)

ROUNDS = 12


def write(url: str, seed: int) -> list[str]:
    """Opens the ledger as a program of its own and records handovers; returns their leaves."""
    leaves = []
    with open_store(url, signer(), around(seed)) as store:
        for number in range(ROUNDS):
            [code] = boxes(store, 1)
            done = record_handover(store, Handover(WAREHOUSE, TPS[number % len(TPS)]), touched([code]))
            leaves.append(done.events[0].leaf)
    return leaves


def write_apart(url: str, seed: str) -> None:
    """The same, by a process that prints them."""
    print(*write(url, int(seed)))


def is_whole(url: str, acknowledged: list[str]) -> None:
    with open_store(url, None, around()) as store:
        events = all_events(store)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.body["prev"] for event in events[1:]] == [event.leaf for event in events[:-1]]
        handovers = [event for event in events if event.type == "handover"]
        assert sorted(event.leaf for event in handovers) == sorted(acknowledged)
        numbers = [event.body["bast"] for event in handovers]
        assert numbers == [f"{number:04d}/GUDANG-1/2024" for number in range(1, len(numbers) + 1)]


def test_threads_that_write_at_once_leave_one_log_without_gap_or_fork(url: str) -> None:
    with planned_station(url):
        pass
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(write, [url] * 4, range(1, 5)))
    is_whole(url, [leaf for leaves in written for leaf in leaves])


@pytest.mark.postgres
def test_ledgers_that_are_open_at_once_each_keep_what_is_theirs(sqlite_url, postgres_url) -> None:
    """Files and a server in one program, whose threads each work on their own and read another one between."""
    urls = [sqlite_url(), postgres_url(), sqlite_url(), postgres_url()]
    turn = threading.Barrier(len(urls))

    def work(number: int) -> list[str]:
        codes: list[str] = []
        with planned_station(urls[number], number) as store:
            for _ in range(3):
                turn.wait(60)
                codes += boxes(store, number + 1)
                with open_store(urls[number - 1], None, around()) as other:
                    assert other.state.items_of(codes) == {}, "what one records, no other one has"
                give(store, codes[-number - 1 :], TPS[0])
            assert {item.code for item in store.state.find_items(held_by=TPS[0])} == set(codes)
            assert {event.log for event in all_events(store)} == {store.ledger.own_log().name}
        return codes

    with ThreadPoolExecutor(len(urls)) as pool:
        written = list(pool.map(work, range(len(urls))))
    for url, codes in zip(urls, written, strict=True):
        with open_store(url, None, around()) as store:
            assert {item.code for item in store.state.find_items()} == set(codes)


def test_processes_that_write_at_once_leave_one_log_without_gap_or_fork(sqlite_url) -> None:
    """Where it is a file: its locks are the system's. To a server, threads and processes are connections alike."""
    url = sqlite_url()
    with planned_station(url):
        pass
    both = [forked.run("tests.db.test_store_concurrency:write_apart", url, seed) for seed in (1, 2)]
    is_whole(url, [leaf for process in both for leaf in process.communicate(timeout=120)[0].split()])


def test_what_looks_at_the_file_again_takes_no_lock_from_who_has_it_open(sqlite_url) -> None:
    """Another program's SQLite would take itself for the last one, delete the WAL, and with it what is recorded."""
    url = sqlite_url()
    lock = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
    with planned_station(url) as store:
        [code] = boxes(store, 1)
        with open_store(url, None, around()):  # as the page has several
            pass
        path = store.ledger.database.database
        if sys.platform != "win32":  # there a lock is the handle's and not the process's
            ran = subprocess.run([sys.executable, "-c", lock, path], capture_output=True, text=True)
            assert "BlockingIOError" in ran.stderr
        other = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version').fetchone())"
        assert subprocess.run([sys.executable, "-c", other, path], capture_output=True).returncode == 0
        record_handover(store, Handover(WAREHOUSE, TPS[0]), touched([code]))
        with open_store(url, None, around()) as beside:
            assert all_events(beside)[-1].type == "handover"


def test_a_log_that_several_begin_at_once_is_begun_by_one(url: str) -> None:
    with open_store(url, signer(), around(), create=True):
        pass
    barrier = threading.Barrier(4)

    def begin(seed: int) -> bool:
        with open_store(url, signer(), around(seed)) as store:
            barrier.wait(60)
            try:
                store.begin(election="Pemilu", station=f"Gudang {seed}", place=WAREHOUSE)
            except InputError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(begin, range(4))) == 1
    with open_store(url, None, around()) as store:
        assert len(all_events(store)) == 1


def test_databases_that_several_open_for_the_first_time_are_made_once(url: str) -> None:
    def make(seed: int) -> None:
        for _ in range(50):  # a file that another one is just making is not a ledger yet
            try:
                with open_store(url, signer(), around(seed), create=True):
                    return
            except StoreError:
                time.sleep(0.01)
        raise AssertionError("it never opened")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    with open_store(url, signer(), around()) as store:
        store.begin(election="Pemilu", station="Gudang", place=WAREHOUSE)


def test_who_waits_too_long_for_the_lock_is_told_so_and_can_try_again(url: str) -> None:
    with planned_station(url) as slow:
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with open_store(url, signer(), around(2)) as store, store.transaction():
                entered.set()
                leave.wait(60)

        with ThreadPoolExecutor(1) as pool:
            holder: Future[None] = pool.submit(hold)
            assert entered.wait(60)
            began = time.monotonic()
            with (
                open_store(url, signer(), around(3), busy_timeout_s=0.2) as store,
                pytest.raises(ConflictError, match="another program is writing") as caught,
            ):
                boxes(store, 1)
            assert time.monotonic() - began > 0.1
            assert not holder.done(), "it was told while the other one still wrote"
            assert "try again" in caught.value.hint
            leave.set()
            holder.result(60)
        assert len(boxes(slow, 1)) == 1
        assert [event.seq for event in all_events(slow)] == [1, 2, 3]


def test_readers_go_on_while_somebody_writes(url: str) -> None:
    with planned_station(url) as writer, open_store(url, None, around(1), busy_timeout_s=0.1) as reader:
        codes = boxes(writer, 2)
        with writer.transaction():
            record_handover(writer, Handover(WAREHOUSE, TPS[0]), touched(codes))
            assert reader.state.items_of(codes)[codes[0]].held_by == WAREHOUSE
        assert reader.state.items_of(codes)[codes[0]].held_by == TPS[0]


def test_how_far_others_have_seen_a_log_is_told_while_somebody_writes(url: str, fresh_url: Callable[[], str]) -> None:
    with planned_station(url) as own, planned_station(fresh_url(), 2) as other:
        absorb(own, other)
        size = own.ledger.own_row().size
        with open_store(url, None, around(1), busy_timeout_s=0.1) as reader, own.transaction():
            assert reader.heads.unwitnessed() == size, "what it would note of a log that has just come can wait"
        assert own.heads.unwitnessed() == size


def test_what_comes_while_a_log_is_looked_at_keeps_nothing_from_being_noted(
    url: str, fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with planned_station(url) as own, planned_station(fresh_url(), 2) as other:
        absorb(own, other)
        with open_store(url, None, around(1)) as reader:
            heads, looked = reader.heads, []

            def look(*of: Any) -> int:
                looked.append(boxes(own, 1))
                return SeenHeads._look_at(heads, *of)

            monkeypatch.setattr(heads, "_look_at", look)
            heads.unwitnessed()
            heads.unwitnessed()
            assert len(looked) == 1, "the second time it was known"


def test_a_transaction_that_fails_leaves_the_ledger_to_the_next_one(url: str) -> None:
    with planned_station(url) as store:
        size = store.ledger.event_count()
        with pytest.raises(ZeroDivisionError), store.transaction():
            boxes(store, 3)
            raise ZeroDivisionError
        assert store.ledger.event_count() == size
        assert list(store.state.find_items()) == []
        record_plan(store, [Place("51.08.09", "PPK", "district", WAREHOUSE)], [], source="x", digest="0" * 64)
        assert find_custodian(store, "51.08.09") == "51.08.09"
