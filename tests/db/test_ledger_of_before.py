"""Ledgers of trial versions open with everything; one of before them is refused in words and not touched.

`data/ledger_16` was made by the last of them, before its sixteen migrations became one: it has rows in every table.
`ledger_11` and `ledger_15` are stations of earlier ones, with a draft, a photograph and a log that nobody admitted.
None is ever made again; says.json is what its version said of it.
"""

import hashlib
import json
import lzma
import re
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from peewee import Database, SqliteDatabase

from custody.compose.compose import Extra, Handover
from custody.errors import ConflictError, StoreError
from custody.handover.draft import Details
from db.log.quarantine import Strangers
from db.models import MODELS
from db.schema import changed_objects
from db.sqlite_backup import keep_older
from db.store import open_store
from services.records.handovers import record_handover
from services.records.inspecting import record_inspection
from services.scanning.draft_details import details_of
from tests.support.checked_ledger import told
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import around, boxes, planned_station, signer, touched
from tests.support.merge_examples import told as chains_told

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "data" / "ledger_16"
SAYS = json.loads((KEPT / "says.json").read_text())
OURS = [
    ("0016_ledger",),
    ("0017_refused_has_not_left",),
    ("0018_needs_follow",),
    ("0019_needs_of_branches",),
    ("0020_cosigned_heads",),
    ("0021_when_it_arrived",),
    ("0022_vendor_codes",),
]
OF_BEFORE = [
    "0001_ledger",
    "0002_other_stations",
    "0003_heads",
    "0004_papers",
    "0005_printing",
    "0006_draft_words",
    "0007_clock",
    "0008_photos",
    "0009_seals",
    "0010_dapil",
    "0011_held_before",
    "0012_strangers",
    "0014_seen_heads_sealed",
    "0015_not_looked_at",
    "0016_gone_there_again",
]


@pytest.fixture
def file(sqlite_file: Path) -> Path:
    """A copy of the ledger that was kept."""
    sqlite_file.write_bytes(lzma.decompress((KEPT / "ledger.db.xz").read_bytes()))
    return sqlite_file


def test_the_ledger_of_before_opens_with_everything(file: Path) -> None:
    with open_store(f"sqlite:///{file}", signer(), around(1)) as store:
        tables, codes = store.state.tables, SAYS["codes"]
        rows = {name: getattr(tables, name).select().count() for name in MODELS}
        assert rows.pop("cosigned") == rows.pop("vendor_code") == 0, "tables that came since"
        assert rows == SAYS["rows"] and all(rows.values())
        bodies = b"".join(body for body, _signatures in store.ledger.entries())
        assert hashlib.sha256(bodies).hexdigest() == SAYS["leaves"]
        items = store.state.items_of(codes)
        assert {code: [item.held_by, item.condition] for code, item in items.items()} == SAYS["items"]
        chains = json.loads(json.dumps(chains_told(store, codes)))
        assert not any(link.pop("repeat") for chain in chains for link in chain["chain"]), "a field that came since"
        assert not any(chain.pop("vendor_codes") for chain in chains), "another"
        assert chains == SAYS["chains"]
        groups = [re.sub(r", pieces=[0-9]+", "", str(group)) for group in store.state.stock()]  # counted since
        assert sorted(groups) == SAYS["progress"]
        assert [one.log for one in Strangers(store).kept()] == SAYS["strangers"]
        assert [photo.data is None for photo in store.photos.named()] == [False]
        assert [touch.code for touch in store.drafts.touches("d1")] == [codes[6], codes[5]]
        assert store.drafts.details("d1") == {"counted": "2"}
        assert details_of(store, "d1") == Details(counted=2)
        assert store.papers.count() == 1


def test_nothing_in_the_ledger_of_before_is_found_that_was_not_found_before_and_it_goes_on(file: Path) -> None:
    with open_store(f"sqlite:///{file}", signer(), around(1)) as store:
        assert changed_objects(store.ledger.database) == []
        assert sorted(told(store)) == SAYS["found"] == ["FORK", "INCOMPLETE"]
        record_inspection(store, touched(boxes(store, 1)), "wet")
        store.projection.rebuild()
    with open_store(f"sqlite:///{file}", signer(), around(2)) as store:
        assert sorted(told(store)) == SAYS["found"]
        assert store.state.tables.event.select().count() == SAYS["rows"]["event"] + 2


def test_the_history_of_before_becomes_ours_on_either_database(url: str) -> None:
    with planned_station(url) as store:
        database = store.ledger.database
        boxes(store, 2)
        database.execute_sql("UPDATE item SET moves = 1")  # as of before, where what was refused counted as sent
        database.execute_sql("DELETE FROM schema_migration")
        put_history(database, OF_BEFORE)
    for _time in range(2):
        with open_store(url, signer(), around(1)) as store:
            rows = store.ledger.database.execute_sql("SELECT name FROM schema_migration").fetchall()
            assert sorted(rows) == OURS
            assert changed_objects(store.ledger.database) == [] == told(store)


@pytest.mark.parametrize("last", ["0011_held_before", "0012_strangers", "0014_seen_heads_sealed"])
def test_a_ledger_that_lacks_the_last_migrations_of_before_gets_what_they_made(url: str, last: str) -> None:
    with planned_station(url) as store:
        database = store.ledger.database
        boxes(store, 2)
        undo(database, last)
        database.execute_sql("DELETE FROM schema_migration")
        put_history(database, [name for name in OF_BEFORE if name <= last])
    with open_store(url, signer(), around(1)) as store:
        rows = store.ledger.database.execute_sql("SELECT name FROM schema_migration").fetchall()
        assert sorted(rows) == OURS
        assert changed_objects(store.ledger.database) == []
        assert list(store.state.tables.dropped.select()) == []
        record_inspection(store, touched(boxes(store, 1)), "wet")
        assert told(store) == [], "from this record on it signs which heads were shown, too"


DIES = """
import shutil, sys
from pathlib import Path
from db import connect

url, folder = sys.argv[1], Path(sys.argv[2])
shutil.copytree(connect.MIGRATIONS, folder)
(folder / "0099_dies.py").write_text(
    "import os\\n\\ndef up(migrator, db):\\n"
    "    db.execute_sql('CREATE TABLE half_done (a INTEGER)')\\n    os._exit(9)\\n"
)
connect.MIGRATIONS = folder
with connect.opened(url, create=False, busy_timeout_s=20.0, writes=True):
    pass
"""


def test_a_process_that_dies_in_the_middle_of_the_migrations_leaves_the_ledger_as_it_was(
    url: str, tmp_path: Path
) -> None:
    with planned_station(url) as store:
        database = store.ledger.database
        boxes(store, 2)
        database.execute_sql("DROP TABLE vendor_code")
        database.execute_sql("DELETE FROM schema_migration WHERE name = '0022_vendor_codes'")
    command = [sys.executable, "-c", DIES, url, str(tmp_path / "migrations")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 9, ran.stderr
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
            assert not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'vendor_code'").fetchall()
    with open_store(url, signer(), around(1)) as store:
        database = store.ledger.database
        assert not database.table_exists("half_done") and database.table_exists("vendor_code")
        assert sorted(database.execute_sql("SELECT name FROM schema_migration").fetchall()) == OURS
        assert changed_objects(database) == [] == told(store)
        record_inspection(store, touched(boxes(store, 1)), "wet")


def put_history(database: Database, names: list[str]) -> None:
    """Write that these migrations were applied, under numbers that the database gives."""
    for name in names:
        database.execute_sql(f"INSERT INTO schema_migration (name, applied) VALUES ('{name}', '2024-02-10 00:00:00')")


def undo(database: Database, last: str) -> None:
    """Take away what the migrations behind this one made, as a ledger that ends there has it."""
    if last < "0014":
        for table, columns in (("seen_head", ("seen_by", "known_at")), ("tree", ("seal", "shown"))):
            for column in columns:
                database.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    if last < "0012":
        database.execute_sql("DROP TABLE dropped")
        if not isinstance(database, SqliteDatabase):
            refuse = "BEGIN RAISE EXCEPTION 'the ledger is append-only'; END"
            for name in ("dropped_append_only", "dropped_of_others"):
                database.execute_sql(f"DROP FUNCTION {name}")
            database.execute_sql(
                f"CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $${refuse}$$"
            )
            return
        for table in ("event", "fork"):
            database.execute_sql(f"DROP TRIGGER {table}_no_delete")
            database.execute_sql(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )


@pytest.mark.parametrize("version", [11, 15])
def test_a_station_of_an_earlier_trial_version_goes_on_with_all_it_had(version: int, station: Terminal) -> None:
    kept = KEPT.with_name(f"ledger_{version}")
    says = json.loads((kept / "says.json").read_text())
    for name in ("ledger.db", "station.key", "station-card.json"):
        (station.home / name).unlink(missing_ok=True)
    with tarfile.open(kept / "home.tar.xz") as home:
        home.extractall(station.home, filter="data")
    assert {item["code"]: [item["held_by"]] for item in station.items()} == says["items"]
    assert station("drafts", "--json").lines == says["drafts"]
    strange = 0
    for code, steps in says["steps"].items():
        links = station("custody", code, "--json").json["chain"]
        assert [link["type"] for link in links] == steps
        strange += sum(not link["admitted"] for link in links)
    assert strange == 1, "the record of the station that nobody admitted is kept, and counts no longer"
    assert station("verify").code == 0
    assert station("drafts", "--record", says["drafts"][0]["id"], "--yes").code == 0
    assert station("verify").code == 0 and station("drafts", "--json").lines == []
    assert station("export", "--photos", "photos").code == 0 and len(list(Path("photos").iterdir())) == 1


def test_handovers_with_things_without_a_label_get_their_topic(sqlite_file: Path) -> None:
    url = f"sqlite:///{sqlite_file}"
    with planned_station(url, 1) as store:
        extra = Handover("51.08", "51.08.01", extras=(Extra("box", 1, "torn"),))
        record_handover(store, extra, touched(boxes(store, 1)))
    database = sqlite3.connect(sqlite_file)
    with database:
        for (guard,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {guard}")
        assert database.execute("DELETE FROM event_topic WHERE topic = 'unlabelled'").rowcount == 1
        database.execute("DELETE FROM schema_migration WHERE name LIKE '0018%'")
    database.close()
    with open_store(url, signer(1), around(1)) as store:
        assert [event.body["extras"][0]["note"] for event in store.ledger.on_topic(("unlabelled",))] == ["torn"]


@pytest.mark.parametrize("last", ["0001_ledger", "0009_seals", "0010_dapil"])
def test_an_older_ledger_is_refused_in_words_and_not_touched(file: Path, last: str, station: Terminal) -> None:
    database = sqlite3.connect(file)
    with database:
        database.execute("DELETE FROM schema_migration WHERE name > ?", [last])
    database.close()
    before = file.read_bytes()
    for create in (False, True):
        with (
            pytest.raises(StoreError, match=f"too old for this one.*{last}"),
            open_store(f"sqlite:///{file}", signer(), around(), create=create),
        ):
            pass
    if last == "0001_ledger":
        ran = station("doctor", "--db", file)
        assert ran.code == 3 and "newest version before this one" in ran.err + ran.out
    assert file.read_bytes() == before


def beside(file: Path) -> list[Path]:
    return sorted(path for path in file.parent.iterdir() if path != file)


def test_a_ledger_of_before_is_kept_as_it_was_before_its_tables_change(file: Path) -> None:
    with sqlite3.connect(file) as before:
        events = before.execute("SELECT body, signatures FROM event ORDER BY leaf").fetchall()
    before.close()
    with open_store(f"sqlite:///{file}", signer(), around(1)) as store:
        assert store.ledger.own_log()
        assert [path.name for path in beside(file)][:1] == ["ledger-before-0016_ledger.db"]
    (kept,) = beside(file)
    with sqlite3.connect(kept) as copy:
        assert copy.execute("SELECT body, signatures FROM event ORDER BY leaf").fetchall() == events
        assert {name for (name,) in copy.execute("SELECT name FROM schema_migration")} == set(OF_BEFORE)
    copy.close()
    with open_store(f"sqlite:///{file}", signer(), around(1)):
        pass
    assert beside(file) == [kept], "it is kept once"
    kept.replace(file)
    kept.touch()
    with open_store(f"sqlite:///{file}", signer(), around(1)):
        pass
    assert [path.name for path in beside(file)] == ["ledger-before-0016_ledger-2.db", kept.name]
    assert kept.read_bytes() == b"", "a copy replaces nothing"


def test_a_ledger_that_another_window_has_open_is_not_changed_under_it(file: Path) -> None:
    url = f"sqlite:///{file}"
    other = apsw.Connection(str(file))
    other.execute("PRAGMA journal_mode = wal")
    assert other.execute("SELECT COUNT(*) FROM event").fetchall()
    with (
        pytest.raises(ConflictError, match="another window has it open"),
        open_store(url, signer(), around(1), busy_timeout_s=0),
    ):
        pass
    assert {name for (name,) in other.execute("SELECT name FROM schema_migration")} == set(OF_BEFORE)
    other.execute("UPDATE log SET clock = clock")
    other.close()
    assert [path.name for path in beside(file)] == []
    with open_store(url, signer(), around(1)) as store:
        assert store.ledger.own_log()


def test_while_a_ledger_is_changed_no_other_window_comes_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(database: Database, path: Path, change: str) -> Path:
        kept = keep_older(database, path, change)
        other = apsw.Connection(str(file))
        with pytest.raises(apsw.BusyError):
            other.execute("SELECT COUNT(*) FROM event")
        other.close()
        return kept

    monkeypatch.setattr("db.connect.keep_older", look)
    with open_store(f"sqlite:///{file}", signer(), around(1)) as store:
        other = apsw.Connection(str(file))
        assert other.execute("SELECT COUNT(*) FROM event").fetchall()
        other.close()
        record_inspection(store, touched(boxes(store, 1)), "wet")


def test_a_ledger_is_not_changed_where_it_cannot_be_kept_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_arguments: object) -> None:
        raise apsw.FullError("disk is full")

    monkeypatch.setattr("db.sqlite_backup._copy", full)
    with pytest.raises(StoreError, match="disk is full"), open_store(f"sqlite:///{file}", signer(), around(1)):
        pass
    assert beside(file) == []
    with sqlite3.connect(file) as database:
        assert {name for (name,) in database.execute("SELECT name FROM schema_migration")} == set(OF_BEFORE)
    database.close()
    assert len(file.read_bytes()) == len(before)
