"""A ledger of the last trial version opens with everything; an older one is refused in words and not touched.

`data/ledger_16` was made by that version, before its sixteen migrations became one, and is never made again: it has
rows in every table, and says.json is what that version said of it.
"""

import hashlib
import json
import lzma
import sqlite3
from pathlib import Path

import pytest

from custody.errors import StoreError
from custody.handover.draft import Details
from db.log.quarantine import Strangers
from db.models import _MODELS
from db.schema import changed_objects
from db.store import open_store
from services.records.inspecting import record_inspection
from services.scanning.draft_details import details_of
from tests.support.checked_ledger import told
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import around, boxes, planned_station, signer, touched
from tests.support.merge_examples import told as chains_told

KEPT = Path(__file__).parents[1] / "data" / "ledger_16"
SAYS = json.loads((KEPT / "says.json").read_text())
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
        rows = {name: getattr(tables, name).select().count() for name in _MODELS}
        assert rows == SAYS["rows"] and all(rows.values())
        bodies = b"".join(body for body, _signatures in store.ledger.entries())
        assert hashlib.sha256(bodies).hexdigest() == SAYS["leaves"]
        items = store.state.items_of(codes)
        assert {code: [item.held_by, item.condition] for code, item in items.items()} == SAYS["items"]
        assert json.loads(json.dumps(chains_told(store, codes))) == SAYS["chains"]
        assert sorted(map(str, store.state.stock())) == SAYS["progress"]
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
        for number, name in enumerate(OF_BEFORE, 2):
            database.execute_sql(f"INSERT INTO schema_migration VALUES ({number}, '{name}', '2024-02-10 00:00:00')")
    for _time in range(2):
        with open_store(url, signer(), around(1)) as store:
            rows = store.ledger.database.execute_sql("SELECT name FROM schema_migration").fetchall()
            assert sorted(rows) == [("0016_ledger",), ("0017_refused_has_not_left",)]
            assert changed_objects(store.ledger.database) == [] == told(store)


@pytest.mark.parametrize("last", ["0001_ledger", "0009_seals", "0015_not_looked_at"])
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
    ran = station("doctor", "--db", file)
    assert file.read_bytes() == before
    assert ran.code == 3 and "newest version before this one" in ran.err + ran.out
