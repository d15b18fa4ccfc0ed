"""Single bits that a disk turned: each one is told, or has changed nothing that the ledger says (T1)."""

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import main
from db.store import Store, open_store
from tests.support.ledger_examples import TPS, TRUCK, around, boxes, give, planned_station, signer, station

NOT_EVIDENCE = {"draft", "draft_scan", "sqlite_sequence", "schema_migration", "witnessed"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A closed ledger of 200 entries, with handovers and a plan."""
    return filled(tmp_path_factory.mktemp("flips") / "ledger.db", 200)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One of 40 entries, whose pages are fewer: a flip hits what matters as often, and is looked for in less time."""
    return filled(tmp_path_factory.mktemp("short") / "ledger.db", 40)


def filled(file: Path, size: int) -> bytes:
    with planned_station(f"sqlite:///{file}") as store:
        while store.ledger.event_count() < size:
            codes = boxes(store, 3)
            give(store, codes, TRUCK)
            give(store, codes, TPS[0], TRUCK)
    return file.read_bytes()


def rows(store: Store) -> dict[str, list[str]]:
    """Everything that the tables say, drafts and the like left out."""
    database = store.ledger.database
    names = [name for name in database.get_tables() if name not in NOT_EVIDENCE]
    return {name: sorted(map(repr, database.execute_sql(f'SELECT * FROM "{name}"').fetchall())) for name in names}


def flipped(data: bytes, dice: random.Random, count: int) -> Iterator[bytes]:
    for _ in range(count):
        bit = dice.randrange(len(data) * 8)
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        yield bytes(damaged)


def tells_every_flip(ledger: bytes, tmp_path: Path, count: int) -> tuple[int, int]:
    """How many flips `verify` told, and how many changed nothing."""
    home = tmp_path / "home"
    home.mkdir()
    file = home / "ledger.db"
    file.write_bytes(ledger)
    with open_store(f"sqlite:///{file}", signer(), around()) as store:
        true = rows(store)
    told = unchanged = 0
    for number, damaged in enumerate(flipped(ledger, random.Random(count), count)):
        file.write_bytes(damaged)
        code = main.main(["--home", str(home), "--lang", "en", "verify", "--json"])
        assert code in (0, 1, 3), number
        if code:
            told += 1
            continue
        with open_store(f"sqlite:///{file}", signer(), around()) as store:
            assert rows(store) == true, number
        unchanged += 1
    return told, unchanged


def test_no_flipped_bit_changes_what_a_ledger_says_unnoticed(
    short: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, unchanged = tells_every_flip(short, tmp_path, 24)
    assert told + unchanged == 24
    assert told > 0
    assert "has a fault" not in capsys.readouterr().err


@pytest.mark.slow
def test_none_of_a_thousand_flipped_bits_changes_what_a_ledger_says_unnoticed(
    ledger: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, unchanged = tells_every_flip(ledger, tmp_path, 1000)
    assert told + unchanged == 1000
    with capsys.disabled():
        print(f"told {told}, nothing changed {unchanged}")
    assert "has a fault" not in capsys.readouterr().err


def test_a_code_that_a_turned_bit_made_bytes_is_told_in_words(
    short: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bit turns the type of a value in the index of items from text to bytes (file format §2.1)."""
    file = tmp_path / "ledger.db"
    for type_of_code in re.finditer(rb"\x03\x27(?=[\x01\x02][0-9A-Z]{13})", short):
        damaged = bytearray(short)
        damaged[type_of_code.end() - 1] ^= 1
        file.write_bytes(damaged)
        if codes_that_are_bytes(file):
            break
    assert codes_that_are_bytes(file) == 1
    assert main.main(["--home", str(tmp_path), "--lang", "en", "verify", "--json"]) == 1
    assert "has a fault" not in capsys.readouterr().err


def codes_that_are_bytes(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
        [(count,)] = database.execute("SELECT COUNT(*) FROM event_item WHERE typeof(code) = 'blob'")
    return int(count)


def test_an_honest_ledger_of_that_size_is_found_whole(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with station(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}") as store:
        boxes(store, 3)
    assert main.main(["--home", str(tmp_path / "home"), "verify", "--json"]) == 0
