"""Errors of the disk: nothing is acknowledged that is not stored, no traceback, and work goes on once it is mended.

T9 (space) and T10 (reads, writes, syncs) of the acceptance tests.
"""

import random
from pathlib import Path

import pytest
from peewee import OperationalError

import db.log.transactions
from custody.compose.compose import Handover, NewEvent, Touch
from custody.errors import AwayError, CustodyError, StoreError, TamperError
from custody.format.codes import draw_code
from db.db_errors import as_store_errors
from db.log.table_audit import Checking
from db.store import Store, open_store
from evidence.audit import audit_bundle
from services.records.handovers import record_handover
from tests.support.failing_disk import OPERATIONS, Fault, failing_disk
from tests.support.ledger_examples import TPS, WAREHOUSE, all_events, around, planned_station, record, signer

AT = "2024-02-10T08:00:00Z"


def is_whole(store: Store) -> bool:
    """What `verify` says of the ledger."""
    checking = Checking(store)
    audit = audit_bundle(checking.rows(), checking.entries(), shown=checking.shown())
    return audit.is_ok and not list(checking.findings(audit.logs, lambda _count: None))


def scan_and_record(store: Store, number: int, dice: random.Random, acknowledged: set[str]) -> None:
    draft = f"session {number}"
    store.drafts.open(draft, WAREHOUSE, TPS[0], (), at=AT)
    for _ in range(3):
        code = draw_code(dice.randrange)
        store.drafts.take(draft, Touch(code, 1, "camera"), at=AT)
        acknowledged.add(code)
    record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft=draft)
    acknowledged.add(draft)


def kept(store: Store) -> set[str]:
    handovers = {event.body["id"]: event for event in all_events(store) if event.type == "handover"}
    codes = {code for event in handovers.values() for code in event.rows}
    drafts = [draft.id for draft in store.drafts.all()]
    return set(handovers) | codes | {touch.code for draft in drafts for touch in store.drafts.touches(draft)}


def fails_and_goes_on(file: Path, fault: Fault, kind: str, at: int, *, for_good: bool) -> bool:
    """A fault in the middle of work, then a disk that works again, in the same program; whether it struck."""
    dice = random.Random(at)
    acknowledged: set[str] = set()
    with planned_station(f"sqlite:///{file}") as store:
        store.ledger.database.execute_sql("PRAGMA wal_autocheckpoint = 5")
        scan_and_record(store, 0, dice, acknowledged)
        fault.arm(kind, at, for_good=for_good)
        for number in (1, 2, 3):
            try:
                scan_and_record(store, number, dice, acknowledged)
            except StoreError as error:
                assert error.hint
        fault.disarm()
        scan_and_record(store, 9, dice, acknowledged)
        assert acknowledged <= kept(store)
        assert is_whole(store)
    with open_store(f"sqlite:///{file}", signer(), around(1)) as store:
        assert acknowledged <= kept(store)
        assert is_whole(store)
    return fault.has_struck


def faults(tmp_path: Path, kind: str, places: range) -> int:
    """How many of the faults struck."""
    struck = 0
    with failing_disk() as fault:
        for at in places:
            struck += fails_and_goes_on(tmp_path / f"{kind}{at}.db", fault, kind, at, for_good=at % 2 == 0)
    return struck


@pytest.mark.parametrize("kind", OPERATIONS)
def test_after_an_error_of_the_disk_nothing_acknowledged_is_lost_and_work_goes_on(tmp_path: Path, kind: str) -> None:
    assert faults(tmp_path, kind, range(1, 40, 12)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPERATIONS)
def test_an_error_at_each_of_three_hundred_operations_loses_nothing(tmp_path: Path, kind: str) -> None:
    assert faults(tmp_path, kind, range(1, 301)) > 0


def test_after_an_error_the_log_is_looked_at_before_anything_follows_it(sqlite_url) -> None:
    """What failed may have left anything behind; a log that does not end as it was left gets no successor."""
    with planned_station(sqlite_url()) as store:
        scan_and_record(store, 0, random.Random(1), set())
        with pytest.raises(StoreError), store.transaction():
            raise StoreError("the disk failed")
        database = store.ledger.database
        database.execute_sql("DROP TRIGGER event_no_update")
        database.execute_sql("UPDATE event SET body = CAST(replace(body, 'camera', 'typed') AS BLOB) WHERE seq = 3")
        with pytest.raises(TamperError):
            scan_and_record(store, 1, random.Random(2), set())
        assert len(store.drafts.all()) == 0


def test_after_an_error_the_log_is_looked_at_once(sqlite_url, monkeypatch) -> None:
    looked = []
    monkeypatch.setattr(db.log.transactions, "check_tail", looked.append)
    with planned_station(sqlite_url()) as store:
        with pytest.raises(StoreError), store.transaction():
            raise StoreError("the disk failed")
        for number in range(2):
            scan_and_record(store, number, random.Random(number), set())
        assert looked == [store.ledger.tables]


def test_after_an_error_the_settings_of_the_connection_are_what_they_were(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        store.ledger.database.execute_sql("PRAGMA synchronous = off")
        with pytest.raises(StoreError), store.transaction():
            raise StoreError("the disk failed")
        scan_and_record(store, 1, random.Random(2), set())
        assert store.ledger.database.execute_sql("PRAGMA synchronous").fetchone()[0] == 2


def test_after_an_error_nothing_is_read_through_the_connection_that_failed(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        database = store.ledger.database
        database.execute_sql("CREATE TEMP TABLE of_this_connection (x)")
        with pytest.raises(StoreError), store.transaction():
            raise StoreError("the disk failed")
        names = database.execute_sql("SELECT name FROM temp.sqlite_master").fetchall()
        assert names == [] and database.execute_sql("PRAGMA synchronous").fetchone()[0] == 2


def test_while_the_database_cannot_be_opened_again_nothing_is_read_and_then_what_the_disk_holds(tmp_path) -> None:
    acknowledged: set[str] = set()
    with failing_disk() as fault, planned_station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        scan_and_record(store, 0, random.Random(1), acknowledged)
        code = min(name for name in acknowledged if len(name) == 13)
        store.ledger.database.execute_sql("PRAGMA cache_size = 0")
        fault.arm("read", 1, for_good=True)
        with pytest.raises(StoreError):
            scan_and_record(store, 1, random.Random(2), set())
        for _ in range(2):
            assert store.ledger.database.is_closed()
            with pytest.raises(StoreError):
                store.state.chain(code)
        fault.disarm()
        assert store.state.chain(code).held_by == TPS[0]
        assert acknowledged <= kept(store)
        scan_and_record(store, 2, random.Random(3), acknowledged)
        assert acknowledged <= kept(store) and is_whole(store)


def test_the_replicas_of_its_own_database_are_asked_to_confirm_and_their_error_is_one_of_the_store(
    sqlite_url, monkeypatch
) -> None:
    asked = []

    def fail(database: object) -> None:
        asked.append(database)
        raise OperationalError("connection lost")

    monkeypatch.setattr(db.log.transactions, "confirm_all", fail)
    with planned_station(sqlite_url()) as store:
        with pytest.raises(StoreError):
            store.transaction.confirm()
        assert asked == [store.ledger.database]


def test_who_counts_is_not_remembered_from_a_record_that_failed(url: str) -> None:
    """The next one may get the number that the failed one had."""

    def admitting(seed: int) -> NewEvent:
        return NewEvent("admit", {"station": f"Pos {seed}", "place": TPS[0], "key": f"{seed:064x}", "powers": []})

    with planned_station(url) as store:
        with pytest.raises(StoreError), store.transaction():
            record(store, admitting(1))
            assert f"{1:064x}" in store.state.stations.now().powers
            raise StoreError("the disk failed")
        assert f"{1:064x}" not in store.state.stations.now().powers
        record(store, admitting(2))
        powers = store.state.stations.now().powers
        assert f"{2:064x}" in powers and f"{1:064x}" not in powers


# --- files that are no ledgers any more -----------------------------------------------------------------------------


def spoilt(data: bytes, dice: random.Random) -> bytes:
    """A ledger's file as a bad stick or a half-done copy gives it back."""
    match dice.randrange(4):
        case 0:
            return dice.randbytes(dice.randrange(20_000))
        case 1:
            return data[: dice.randrange(len(data))]
        case 2:
            return data[:100] + dice.randbytes(len(data) - 100)
        case _:
            damaged = bytearray(data)
            for _ in range(dice.randint(1, 20)):
                start = dice.randrange(len(damaged))
                damaged[start : start + 64] = dice.randbytes(64)
            return bytes(damaged)


def opens_or_is_refused(tmp_path: Path, count: int) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'good.db'}") as store:
        scan_and_record(store, 0, random.Random(1), set())
    whole, dice = (tmp_path / "good.db").read_bytes(), random.Random(2)
    for number in range(count):
        file = tmp_path / f"spoilt{number}.db"
        file.write_bytes(spoilt(whole, dice))
        try:
            with open_store(f"sqlite:///{file}", None, around()) as store:
                is_whole(store)
        except CustodyError as error:
            assert str(error)
        except (ValueError, TypeError, AttributeError):
            pass  # a column that holds what none of ours can; `verify` says "damaged"


def test_spoilt_files_are_opened_or_refused_in_words(tmp_path: Path) -> None:
    opens_or_is_refused(tmp_path, 25)


@pytest.mark.slow
def test_two_hundred_spoilt_files_are_opened_or_refused_in_words(tmp_path: Path) -> None:
    opens_or_is_refused(tmp_path, 200)


@pytest.mark.postgres
def test_a_server_that_is_short_of_room_is_not_said_to_be_away() -> None:
    """Stations wait and send again all the same; who looks after it reads what to do."""
    import psycopg

    short = OperationalError("out of shared memory")
    short.orig = psycopg.errors.OutOfMemory("out of shared memory")
    with pytest.raises(AwayError, match="too little room for this") as raised, as_store_errors():
        raise short
    assert "memory or connections" in raised.value.hint
