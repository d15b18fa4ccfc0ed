"""A station that dies, a disk that fills: nothing that was acknowledged is lost, and nothing is recorded by half."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from custody.compose.compose import Handover, Touch
from custody.errors import StoreError
from custody.format.codes import draw_code
from db.store import Store, open_store
from services.records.handovers import record_handover
from tests.support import forked
from tests.support.ledger_examples import TPS, WAREHOUSE, all_events, around, boxes, planned_station, signer, touched
from tests.support.portable import linux_path, on_linux

AT = "2024-02-10T08:00:00Z"
RESTART_S = 60


def scan_forever(url: str, seed: str) -> None:
    """Scans into a session and prints each code once `take` has returned; every few scans it records the session."""
    dice = random.Random(seed)
    with open_store(url, signer(), around(int(seed)), create=True) as store:
        if not store.ledger.event_count():
            store.begin(election="Pemilu", station="Gudang 1", place=WAREHOUSE)
        for session in range(10_000):
            draft = f"{seed}-{session}"
            store.drafts.open(draft, WAREHOUSE, TPS[0], (), at=AT)
            for _ in range(dice.randint(1, 12)):
                code = draw_code(dice.randrange)
                store.drafts.take(draft, Touch(code, 1, "camera"), at=AT)
                print("took", code, flush=True)
            record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft=draft)
            print("recorded", draft, flush=True)


def killed_after(url: str, seed: int, lines: int) -> list[list[str]]:
    """Starts a station, kills it (kill -9) once it has said so many lines, and returns all that it said."""
    child = forked.run("tests.db.test_store_crash:scan_forever", url, seed)
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    said += child.stdout.readlines()
    child.wait(60)
    child.stdout.close()
    return [line.split() for line in said if line.endswith("\n")]


def survives(url: str, seed: int, kills: int, most_lines: int) -> None:
    dice = random.Random(seed)
    took: list[str] = []
    recorded: list[str] = []
    for number in range(kills):
        for word, what in killed_after(url, 1000 * seed + number, dice.randint(1, most_lines)):
            (took if word == "took" else recorded).append(what)
        began = time.monotonic()
        with open_store(url, signer(), around(seed)) as store:
            assert time.monotonic() - began < RESTART_S
            is_sound(store)
            handovers = {event.body["id"]: event for event in all_events(store) if event.type == "handover"}
            drafts = {draft.id for draft in store.drafts.all()}
            kept = {code for event in handovers.values() for code in event.rows}
            kept |= {touch.code for draft in drafts for touch in store.drafts.touches(draft)}
            assert set(took) <= kept
            assert len(kept - set(took)) <= number + 1  # one scan a kill may be stored and not yet acknowledged
            assert set(recorded) <= handovers.keys()
            assert drafts.isdisjoint(handovers)
    assert took


def is_sound(store: Store) -> None:
    events = all_events(store)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.body["prev"] for event in events[1:]] == [event.leaf for event in events[:-1]]
    assert store.ledger.heads()[0]["head"] == events[-1].leaf
    if url_is_sqlite(store):
        assert store.ledger.database.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]


def url_is_sqlite(store: Store) -> bool:
    return "apsw" in type(store.ledger.database).__module__


def test_a_station_killed_while_scanning_loses_no_scan_that_it_acknowledged(sqlite_url) -> None:
    survives(sqlite_url(), seed=1, kills=2, most_lines=40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_acknowledged_scan_is_lost_in_two_hundred_kills(fresh_url, seed: int) -> None:
    survives(fresh_url(), seed=seed, kills=20, most_lines=120)


def test_a_station_killed_in_its_first_minute_has_a_ledger_that_opens(sqlite_url) -> None:
    url = sqlite_url()
    assert killed_after(url, 1, 1)[0][0] == "took"
    with open_store(url, signer(), around()) as store:
        is_sound(store)


# --- the disk ---------------------------------------------------------------------------------------------------------


def page_count(store: Store) -> int:
    [count] = store.ledger.database.execute_sql("PRAGMA page_count").fetchone()
    return int(count)


def limit(store: Store, pages: int) -> None:
    store.ledger.database.execute_sql(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_a_handover_is_recorded_whole_or_not_at_all(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 40)
        refused = 0
        for room in range(0, 40, 6):
            draft = f"d{room}"
            store.drafts.open(draft, WAREHOUSE, TPS[0], (), at=AT)
            for touch in touched(codes):
                store.drafts.take(draft, touch, at=AT)
            before = store.ledger.heads()
            limit(store, page_count(store) + room)
            try:
                record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft=draft)
            except StoreError as error:
                refused += 1
                assert "the disk is full: this was not recorded" in str(error)
                assert "Free some space" in error.hint
                assert store.ledger.heads() == before
                assert len(store.drafts.touches(draft)) == 40
            limit(store, 1_000_000)
            if store.drafts.all():
                record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft=draft)
            assert store.ledger.heads() != before
            is_sound(store)
        assert 0 < refused < 7


def test_on_a_full_disk_no_scan_is_acknowledged_that_is_not_stored(sqlite_url) -> None:
    url = sqlite_url()
    acknowledged = []
    with planned_station(url) as store:
        store.drafts.open("d", WAREHOUSE, TPS[0], (), at=AT)
        limit(store, page_count(store) + 4)
    dice = random.Random(3)
    with pytest.raises(StoreError, match="disk is full"), open_store(url, signer(), around(1)) as store:
        limit(store, page_count(store) + 2)
        while True:
            code = draw_code(dice.randrange)
            store.drafts.take("d", Touch(code, 1, "camera"), at=AT)
            acknowledged.append(code)
    with open_store(url, signer(), around(2)) as store:
        assert [touch.code for touch in store.drafts.touches("d")] == acknowledged
        assert record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft="d").scanned == len(acknowledged)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 1 MiB in memory; skips where this user may not mount one."""
    if not on_linux(f"mount -t tmpfs -o size=1m tmpfs {linux_path(folder)}"):
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        assert on_linux(f"umount {linux_path(folder)}")


def test_a_disk_that_is_really_full_is_named_and_work_goes_on_once_there_is_space(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        ballast = disk / "ballast"
        with planned_station(f"sqlite:///{disk / 'ledger.db'}") as store:
            store.drafts.open("d", WAREHOUSE, TPS[0], (), at=AT)
            ballast.write_bytes(b"x" * 400_000)
            dice, acknowledged = random.Random(4), []
            with pytest.raises(StoreError, match="disk is full"):
                while True:
                    code = draw_code(dice.randrange)
                    store.drafts.take("d", Touch(code, 1, "camera"), at=AT)
                    acknowledged.append(code)
            assert [touch.code for touch in store.drafts.touches("d")] == acknowledged
            ballast.unlink()
            assert store.drafts.take("d", Touch(code, 1, "camera"), at=AT)
            is_sound(store)
