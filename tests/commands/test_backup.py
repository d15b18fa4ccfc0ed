"""A backup is a whole ledger, made while others write, and never takes the place of anything."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from custody.errors import CustodyError, StoreError
from db.sqlite_backup import backup
from db.store import open_store
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import TPS, all_events, around, boxes, give, planned_station, signer


def ignore(_share: float) -> None:
    pass


def test_a_backup_holds_all_that_was_recorded_while_the_ledger_is_open(tmp_path: Path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        give(store, boxes(store, 30), TPS[0])
        shares: list[float] = []
        copied = backup(store.ledger.database, tmp_path / "copy.db", shares.append)
        held = all_events(store)
    assert copied.entries == len(held)
    assert shares[-1] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "ledger.db"]
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}", signer(), around(1)) as store:
        assert all_events(store) == held
        give(store, boxes(store, 1), TPS[0])


def test_a_backup_never_takes_the_place_of_a_file(station: Terminal, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("another")
    ran = station("backup", there)
    assert ran.code == 2
    assert "is there already" in ran.err
    assert there.read_text() == "another"


def test_a_ledger_that_is_not_whole_is_not_taken_for_a_backup(tmp_path: Path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        database = store.ledger.database
        database.execute_sql("DROP TRIGGER event_no_update")
        database.execute_sql("UPDATE event SET signatures = 'x' WHERE seq = 1")
        with pytest.raises(StoreError, match="not whole"):
            backup(store.ledger.database, tmp_path / "copy.db", ignore)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_folder_that_is_not_there_is_named(station: Terminal, tmp_path: Path) -> None:
    ran = station("backup", tmp_path / "none" / "copy.db")
    assert ran.code == 2
    assert "No such file" in ran.err


def test_a_verified_backup_is_told_with_its_numbers(station: Terminal, tmp_path: Path) -> None:
    ran = station("backup", tmp_path / "copy.db", "--json")
    assert ran.json["events"] == station.event_count()
    assert station("--db", f"sqlite:///{tmp_path / 'copy.db'}", "verify").code == 0


# --- copies made by hand (T6) -----------------------------------------------------------------------------------------


def test_a_file_copied_without_its_wal_or_with_another_is_never_silently_green(tmp_path: Path) -> None:
    """Such a copy either is the ledger as it once was, or is refused: the head that somebody kept tells the first."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with planned_station(url) as store:
        head = ""
        for number in range(6):
            give(store, boxes(store, 5), TPS[0])
            for suffix in ("", "-wal"):
                shutil.copy(tmp_path / f"ledger.db{suffix}", tmp_path / f"at{number}.db{suffix}")
        head = store.heads.own_head()
        whole = all_events(store)
    half = (tmp_path / "at5.db-wal").read_bytes()
    ways = [
        ("at0.db", None),
        ("at5.db", None),
        ("at5.db", half),
        ("at5.db", half[: len(half) // 2]),
        ("at0.db", half),
        ("at5.db", (tmp_path / "at1.db-wal").read_bytes()),
    ]
    for number, (file, wal) in enumerate(ways):
        copy = tmp_path / f"copy{number}.db"
        shutil.copy(tmp_path / file, copy)
        if wal is not None:
            copy.with_name(copy.name + "-wal").write_bytes(wal)
        try:
            with open_store(f"sqlite:///{copy}", signer(), around(2)) as store:
                events = all_events(store)
                assert events == whole[: len(events)]
                if not events:
                    store.ledger.own_log()  # refuses: this is no station
                if len(events) < len(whole):
                    with pytest.raises(CustodyError, match="older copy"):
                        store.heads.take(head, at="2024-02-10T08:00:00Z")
        except CustodyError as error:
            assert str(error)


def test_the_doctor_warns_where_a_copy_of_the_file_would_not_be_whole(station: Terminal) -> None:
    with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around()) as store:
        store.ledger.database.execute_sql("CREATE TABLE scratch (x)")
        ran = station("doctor", "--json")
    [copies] = [line for line in ran.lines if "backup" in line["remedy"]]
    assert copies["health"] == "warning"


def test_a_copy_that_is_put_back_and_takes_its_own_later_records_in_is_not_called_altered(
    station: Terminal, tmp_path: Path
) -> None:
    ledger, copy, bundle = station.home / "ledger.db", tmp_path / "copy.db", tmp_path / "all.serah"
    assert station("export", "--out", bundle).code == station("import", bundle).code == 0  # a head that is shown to it
    assert station("incident", "Angin").code == station("backup", copy).code == 0
    assert station("incident", "Hujan").code == station("export", "--out", bundle).code == 0
    shutil.copy(copy, ledger)
    back = station("import", bundle)
    assert back.code == 0 and "went on to number" in back.out
    for _record in range(3):
        told = station("verify")
        assert told.code == 0 and "TAMPERED" not in told.out, told.out
        assert station("incident", "Banjir").code == station("export", "--out", bundle).code == 0
        assert station("import", bundle).code == 0
    with sqlite3.connect(ledger) as database:
        assert database.execute("DELETE FROM seen_head WHERE size = (SELECT max(size) FROM seen_head)").rowcount == 1
    assert station("verify").code == 1
