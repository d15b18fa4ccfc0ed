"""An older copy of a ledger that was put back shows when two stations meet, and so do entries that are withheld."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custody.compose.compose import NewEvent
from custody.errors import TamperError
from db.log.table_audit import Checking
from db.store import Store
from evidence.audit import audit_bundle
from services.records.membership import admit
from tests.support.ledger_examples import boxes, card_of, empty_ledger, give, planned_station, record
from tests.support.merge_examples import Bundle, bundle_of, event_of, take

SEED = 3


@pytest.fixture
def hub(sqlite_url) -> Iterator[Store]:
    """The office's ledger, which is the root and knows the plan."""
    with planned_station(sqlite_url()) as store:
        yield store


def open_post(path: Path, dice: int = SEED) -> Store:
    return empty_ledger(f"sqlite:///{path}", SEED, dice)


def begin_post(path: Path, hub: Store) -> None:
    with open_post(path) as post:
        post.begin(election="Pemilu 2024", station="Pos", place="51.08.01", root=hub.ledger.own_log().root)
        admit(hub, card_of(post, SEED))


def note(store: Store, code: str) -> None:
    row = {"code": code, "print": None, "after": None, "how": "typed"}
    record(store, NewEvent("inspect", {"item": row, "condition": "wet", "photo": None, "note": ""}))


def sync(one: Store, other: Store) -> list[str]:
    """What the other says on taking in all that one holds, its signed heads too."""
    return [finding.code for finding in take(other, with_heads(one)).findings]


def with_heads(store: Store) -> Bundle:
    bundle = bundle_of(store)
    heads = store.ledger.signed_heads
    return replace(bundle, rows=tuple(replace(row, checkpoint=heads.newest(row.log)) for row in bundle.rows))


def leaves(store: Store) -> set[bytes]:
    tables = store.ledger.tables
    return {bytes(leaf) for table in (tables.event, tables.fork) for (leaf,) in table.select(table.leaf).tuples()}


def put_back_and_meet(hub: Store, folder: Path, dice: random.Random, *, goes_on: bool) -> None:
    """A station is put back to an older copy of its file and then meets the hub, having recorded more or not."""
    ledger, older = folder / "ledger.db", folder / "older.db"
    begin_post(ledger, hub)
    codes = boxes(hub, 3)
    steps = dice.randrange(3, 12)
    kept_at = dice.randrange(1, steps)
    for step in range(steps):
        with open_post(ledger, step) as post:
            if step == 0:
                sync(hub, post)
            give(post, [dice.choice(codes)], "51.08.01") if dice.randrange(2) else note(post, dice.choice(codes))
            last = sync(post, hub)
        assert last == []
        if step + 1 == kept_at:
            shutil.copy(ledger, older)
    before = leaves(hub)
    shutil.copy(older, ledger)
    with open_post(ledger, 99) as post:
        if goes_on:
            for _ in range(dice.randrange(1, 4)):
                note(post, dice.choice(codes))
            assert "FORK" in sync(post, hub)
        else:
            assert "FORK" not in sync(post, hub)
        assert sync(hub, post)[:1] == (["FORK"] if goes_on else ["INCOMPLETE"])
        assert before <= leaves(hub) and leaves(post) == leaves(hub)
        named = list(hub.ledger.codes())
        assert len(named) == len(set(named))  # also what both histories name


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_an_older_copy_shows_when_the_stations_meet_and_nothing_is_lost(hub, tmp_path, goes_on, seed) -> None:
    put_back_and_meet(hub, tmp_path, random.Random(seed), goes_on=goes_on)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_older_copies_of_a_hundred_points_all_show(hub, tmp_path, seed) -> None:
    put_back_and_meet(hub, tmp_path, random.Random(f"point {seed}"), goes_on=seed % 4 != 0)


def shorter(bundle: Bundle, log: str, size: int) -> Bundle:
    """A log alone without its newest entries, and with the newest head of it."""
    own = [raw for raw in bundle.entries if event_of(raw).log == log][:size]
    row = next(row for row in bundle.rows if row.log == log)
    return Bundle((replace(row, size=size, head=event_of(own[-1]).leaf),), tuple(own))


def audit(store: Store) -> list[tuple[str, str]]:
    checking = Checking(store)
    found = audit_bundle(checking.rows(), checking.entries(), shown=checking.shown()).findings
    return [(finding.code, finding.log) for finding in found if finding.is_wrong]


def test_entries_that_a_head_in_a_bundle_tells_of_are_missed_until_they_come(hub, tmp_path) -> None:
    begin_post(tmp_path / "ledger.db", hub)
    [code] = boxes(hub, 1)
    with open_post(tmp_path / "ledger.db") as post:
        for _ in range(5):
            note(post, code)
        own, whole = post.ledger.own_log().name, with_heads(post)
    for _ in range(2):
        [found] = take(hub, shorter(whole, own, 3)).findings
        assert str(found) == f"entries of {own} by a head that its station signed: 6; here: 3"
        assert audit(hub) == [("INCOMPLETE", own)]
    assert take(hub, whole).findings == ()
    assert audit(hub) == []


def test_a_station_that_is_told_of_a_newer_head_of_its_own_records_nothing(hub, tmp_path) -> None:
    """The newest entries are nowhere any more: only the head, which another station was shown, tells of them."""
    ledger, older = tmp_path / "ledger.db", tmp_path / "older.db"
    begin_post(ledger, hub)
    [code] = boxes(hub, 1)
    with open_post(ledger) as post:
        sync(hub, post)
    shutil.copy(ledger, older)
    with open_post(ledger) as post:
        note(post, code)
        own, whole = post.ledger.own_log().name, with_heads(post)
    shutil.copy(older, ledger)
    with open_post(ledger) as post:
        [found] = take(post, shorter(whole, own, 1)).findings
        assert (found.code, found.values["size"]) == ("INCOMPLETE", 2)
        assert post.state.item(code)
        with pytest.raises(TamperError, match="put back to an older copy"):
            note(post, code)
