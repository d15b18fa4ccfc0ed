"""Opening a ledger: what is no ledger, or not whole, is refused in words and not touched; addresses mean one thing."""

import os
import random
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from custody.errors import CustodyError, StoreError
from db.address import sqlite_path
from db.store import open_store
from language.text import hint_text
from tests.support.ledger_examples import (
    TPS,
    WAREHOUSE,
    all_events,
    around,
    boxes,
    give,
    planned_station,
    signer,
    station,
)


@pytest.fixture
def ledger_bytes(tmp_path: Path) -> bytes:
    file = tmp_path / "good" / "ledger.db"
    file.parent.mkdir()
    with planned_station(f"sqlite:///{file}") as store:
        give(store, boxes(store, 30), TPS[0])
    assert [path.name for path in file.parent.iterdir()] == ["ledger.db"]  # closed: no -wal and no -shm are left
    return file.read_bytes()


def refuses(file: Path, words: str, *, create: bool = False) -> None:
    before = file.read_bytes()
    with (
        pytest.raises(StoreError, match=words) as caught,
        open_store(f"sqlite:///{file}", signer(), around(), create=create),
    ):
        pass
    assert caught.value.hint
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(file.name)] == [file.name]


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0", b"a letter\n" * 50, bytes(4096)], ids=["empty", "magic", "text", "zeros"]
)
def test_a_file_that_is_no_ledger_is_refused_and_not_touched(sqlite_file: Path, content: bytes, create: bool) -> None:
    sqlite_file.write_bytes(content)
    refuses(sqlite_file, "is not a ledger of Serah", create=create)


@pytest.mark.parametrize("create", [False, True])
def test_another_programs_database_is_refused_and_not_touched(sqlite_file: Path, create: bool) -> None:
    with sqlite3.connect(sqlite_file) as database:
        database.execute("CREATE TABLE event (id INTEGER)")
    database.close()
    refuses(sqlite_file, "is not a ledger of Serah", create=create)


@pytest.mark.parametrize("share", [0.99, 0.5, 0.2])
def test_a_ledger_that_was_cut_is_refused_and_not_touched(sqlite_file: Path, ledger_bytes: bytes, share: float) -> None:
    sqlite_file.write_bytes(ledger_bytes[: int(len(ledger_bytes) * share)])
    refuses(sqlite_file, "file is damaged")


def test_a_ledger_of_a_newer_version_is_refused_and_not_touched(sqlite_file: Path) -> None:
    with station(f"sqlite:///{sqlite_file}") as store:
        store.ledger.database.execute_sql(
            "INSERT INTO schema_migration (name, applied) VALUES ('0099_of_next_year', '2029-01-01')"
        )
    refuses(sqlite_file, r"newer Serah \(it has 0099_of_next_year\)", create=True)


def test_a_copy_without_its_wal_is_not_taken_for_an_empty_ledger(sqlite_file: Path, tmp_path: Path) -> None:
    """The file by itself is whole up to the last checkpoint; before the first there is only our mark in it."""
    copy = tmp_path / "copy.db"
    with open_store(f"sqlite:///{sqlite_file}", signer(), around(), create=True) as store:
        copy.write_bytes(sqlite_file.read_bytes())
        store.begin(election="Pemilu", station="Gudang", place=WAREHOUSE)
        with open_store(f"sqlite:///{copy}", signer(), around()) as copied:
            assert all_events(copied) == []
    header = bytearray(sqlite_file.read_bytes()[:4096])
    header[28:32] = (1).to_bytes(4, "big")
    header[100:] = bytes([13, 0, 0, 0, 0, 0x10, 0]) + bytes(4096 - 107)  # a page of the schema with no table in it
    bare = tmp_path / "bare.db"
    bare.write_bytes(header)
    refuses(bare, "holds no ledger")


def test_an_empty_server_database_is_not_taken_for_a_ledger(url: str) -> None:
    with pytest.raises(StoreError, match="no ledger"), open_store(url, signer(), around()):
        pass


def test_random_damage_ends_in_our_own_errors_and_never_in_a_traceback(tmp_path: Path, ledger_bytes: bytes) -> None:
    dice = random.Random(7)
    for number in range(80):
        damaged = bytearray(ledger_bytes)
        for _ in range(dice.randint(1, 40)):
            start = dice.randrange(len(damaged))
            damaged[start : start + dice.choice([1, 64, 4096])] = dice.randbytes(dice.choice([1, 64, 4096]))
        file = tmp_path / f"damaged{number}.db"
        file.write_bytes(damaged[: dice.choice([len(damaged), dice.randrange(1, len(damaged))])])
        try:
            with open_store(f"sqlite:///{file}", signer(), around()) as store:
                all_events(store)
                boxes(store, 1)
                store.projection.rebuild()
        except CustodyError as error:
            assert str(error)


def test_a_missing_ledger_is_said_to_be_missing_and_not_made(sqlite_file: Path) -> None:
    with (
        pytest.raises(StoreError, match="there is no ledger at") as caught,
        open_store(f"sqlite:///{sqlite_file}", None, around()),
    ):
        pass
    assert "python main.py init" in hint_text(caught.value)
    assert not sqlite_file.exists()


def test_a_ledger_in_a_folder_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "none" / "ledger.db"
    with (
        pytest.raises(StoreError, match="cannot be opened"),
        open_store(f"sqlite:///{file}", None, around(), create=True),
    ):
        pass


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"), open_store(str(tmp_path), None, around(), create=True):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "",
        ":memory:",
        "sqlite:///",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://ledger.db",
        "file:x.db?mode=memory",
        "mysql://u:secret@h/db",
        "sqlite:///a\0b",
    ],
)
def test_an_address_that_names_no_lasting_place_is_refused(url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(StoreError, match="is no place for a ledger") as caught,
        open_store(url, signer(), around(), create=True),
    ):
        pass
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


ADDRESSES = [
    "ledger.db",
    "sqlite:///ledger.db",
    "sqlite:///./sub/../ledger.db",
    "{here}/ledger.db",
    "sqlite:///{here}/ledger.db",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_a_file_name_or_a_sqlite_url_relative_or_not(address: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    with station(address.format(here=tmp_path.as_posix())) as store:
        monkeypatch.chdir(tmp_path / "sub")
        boxes(store, 1)
    with open_store(f"sqlite:///{tmp_path / 'ledger.db'}", None, around()) as store:
        assert len(all_events(store)) == 2


def test_a_name_with_signs_of_urls_in_it_is_a_name(tmp_path: Path) -> None:
    file = tmp_path / ("Büro #1 50% mode=ro.db" if os.name == "nt" else "Büro #1 50% ?mode=ro.db")
    with station(f"sqlite:///{file}"):
        pass
    assert file.exists()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with (
        pytest.raises(StoreError, match="cannot be reached") as caught,
        open_store("postgresql://u:geheim@127.0.0.1:1/db?connect_timeout=2", None, around()),
    ):
        pass
    assert "geheim" not in str(caught.value)


@pytest.mark.postgres
def test_a_database_that_the_server_does_not_have_is_named(postgres_url) -> None:
    url = postgres_url().replace("/postgres?", "/nowhere?")
    with pytest.raises(StoreError, match=r"cannot be reached.*nowhere"), open_store(url, None, around()):
        pass


def test_an_open_question_does_not_keep_a_ledger_from_closing(url: str) -> None:
    with planned_station(url) as store:
        boxes(store, 20)
        rows = store.state.find_items()
        next(rows)
        entries = store.ledger.entries()
        next(entries)


def test_another_thread_is_told_to_open_its_own(url: str) -> None:
    with station(url) as store:
        caught: list[BaseException] = []

        def elsewhere() -> None:
            try:
                boxes(store, 1)
            except CustodyError as error:
                caught.append(error)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(60)
        assert [type(error) for error in caught] == [StoreError]
        boxes(store, 1)


def test_a_ledger_that_is_refused_is_not_left_open(sqlite_file: Path, ledger_bytes: bytes) -> None:
    sqlite_file.write_bytes(ledger_bytes[: len(ledger_bytes) // 2])
    files = Path("/proc/self/fd" if sys.platform == "linux" else os.devnull)
    before = len(list(files.glob("*")))
    for _ in range(20):
        refuses(sqlite_file, "file is damaged")
    assert len(list(files.glob("*"))) <= before + 1
    sqlite_file.unlink()  # which Windows refuses while it is open


def test_a_windows_path_is_taken_as_it_is() -> None:
    assert sqlite_path("sqlite:///C:/Users/u/ledger.db").as_posix().endswith("C:/Users/u/ledger.db")
    assert sqlite_path(r"C:\Users\u\ledger.db").name.endswith("ledger.db")
