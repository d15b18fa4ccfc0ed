"""The power fails at any moment: what was acknowledged is there, the log is whole, and the ledger opens (T8)."""

import random
from pathlib import Path

import pytest

from custody.compose.compose import Handover, Touch
from custody.format.codes import draw_code
from db.connect import open_database
from db.store import open_store
from services.records.handovers import record_handover
from tests.support.ledger_examples import TPS, WAREHOUSE, all_events, around, planned_station, signer
from tests.support.power_cut import Disk, failing_power

AT = "2024-02-10T08:00:00Z"


def day_at_the_truck(file: Path, disk: Disk, dice: random.Random, *, synchronous: str, sessions: int) -> list[str]:
    """Scans and records; returns what was acknowledged, in order: codes taken and sessions recorded."""
    acknowledged: list[str] = []
    open_database(str(file), create=True).close()  # by the failing disk itself, which would not know a copied file
    with planned_station(f"sqlite:///{file}") as store:
        execute = store.ledger.database.execute_sql
        execute(f"PRAGMA synchronous = {synchronous}")
        execute("PRAGMA wal_autocheckpoint = 30")
        disk.pictures.clear()
        disk.acknowledged = lambda: len(acknowledged)
        for number in range(sessions):
            draft = f"session {number}"
            store.drafts.open(draft, WAREHOUSE, TPS[0], (), at=AT)
            for _ in range(dice.randint(1, 5)):
                code = draw_code(dice.randrange)
                store.drafts.take(draft, Touch(code, 1, "camera"), at=AT)
                acknowledged.append(code)
            record_handover(store, Handover(WAREHOUSE, TPS[0]), [], draft=draft)
            acknowledged.append(draft)
        disk.share_of_moments = 0
    return acknowledged


def lost_after(folder: Path, files: dict[str, bytes], acknowledged: list[str]) -> set[str]:
    """Opens what the disk held when the power came back; returns what was acknowledged and is not there."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with open_store(f"sqlite:///{folder / 'ledger.db'}", signer(), around()) as store:
        assert store.ledger.database.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
        events = all_events(store)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        handovers = {event.body["id"]: event for event in events if event.type == "handover"}
        drafts = [draft.id for draft in store.drafts.all()]
        kept = set(handovers) | {code for event in handovers.values() for code in event.rows}
        kept |= {touch.code for draft in drafts for touch in store.drafts.touches(draft)}
        store.drafts.open("after", WAREHOUSE, TPS[0], (), at=AT)
    return set(acknowledged) - kept


def cuts(tmp_path: Path, seed: int, *, synchronous: str, sessions: int, share_of_moments: float) -> list[set[str]]:
    dice = random.Random(seed)
    with failing_power(dice, share_of_moments) as disk:
        acknowledged = day_at_the_truck(tmp_path / "ledger.db", disk, dice, synchronous=synchronous, sessions=sessions)
    return [
        lost_after(tmp_path / f"cut{number}", files, acknowledged[:count])
        for number, (count, files) in enumerate(disk.pictures)
    ]


def test_nothing_that_was_acknowledged_is_lost_when_the_power_fails(tmp_path: Path) -> None:
    lost = cuts(tmp_path, 1, synchronous="full", sessions=12, share_of_moments=0.1)
    assert len(lost) > 20
    assert not set().union(*lost)


def test_the_same_disk_does_lose_what_is_not_synced(tmp_path: Path) -> None:
    """A test of the test: with `synchronous=NORMAL` commits are lost, so the one above would see it."""
    lost = cuts(tmp_path, 1, synchronous="normal", sessions=12, share_of_moments=0.1)
    assert sum(map(bool, lost)) > len(lost) / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 7))
def test_nothing_acknowledged_is_lost_in_hundreds_of_power_cuts(tmp_path: Path, seed: int) -> None:
    lost = cuts(tmp_path, seed, synchronous="full", sessions=60, share_of_moments=0.1)
    assert len(lost) > 100
    assert not set().union(*lost)
