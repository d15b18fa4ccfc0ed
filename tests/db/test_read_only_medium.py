"""A ledger on a medium that cannot be written, as an auditor gets it: all that reads works, and what writes says so."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from custody.errors import ConflictError
from db.read_only import private_copy
from db.store import open_store
from tables.output.private_files import how_to_keep_private, is_open_to_others
from tests.support.command_examples import Terminal, station_at
from tests.support.ledger_examples import around
from tests.support.portable import let_others_in, make_unwritable


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def medium(station: Terminal, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """A station with a handover and the log of another one, whose folder can be written no longer."""
    codes = station.codes()[:3]
    assert station.give(codes, "51.08", "51.08.01").code == 0
    other, bundle = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK"), tmp_path / "ppk.s"
    assert other("export", "--out", bundle).code == 0
    assert station("import", bundle).code == 0
    make_unwritable(station.home, request)
    before = bytes_of(station.home)
    with pytest.raises(OSError):
        (station.home / "new").touch()
    yield station
    assert bytes_of(station.home) == before


def test_whatever_reads_works(medium: Terminal, tmp_path: Path) -> None:
    assert medium("verify", "--json").json["ok"]
    assert len(medium.items()) == 27
    code = medium.codes()[0]
    assert len(medium("custody", code, "--json").json["chain"]) == 2
    for kind in ("bast", "progress", "discrepancies", "late", "scorecard"):
        out = tmp_path / f"{kind}.pdf"
        done = medium("report", kind, "--out", out)
        assert (done.code, out.exists()) == (0, True), done.err
    for command in (
        ["drafts"],
        ["items"],
        ["incident"],
        ["export", "--out", tmp_path / "all.serah"],
        ["backup", tmp_path / "copy.db"],
        ["labels", "--list"],
    ):
        assert medium(*command).code == 0, command
    looked = {check["check"]: check["health"] for check in medium("doctor", "--json").lines}
    assert looked["Ledger"] == looked["Witnesses"] == "ok"


def test_doctor_says_that_nothing_can_be_recorded(medium: Terminal, tmp_path: Path) -> None:
    told = [check for check in medium("doctor", "--json").lines if "can only be read" in check["found"]]
    assert [(check["check"], check["health"]) for check in told] == [("Ledger", "warning")]
    assert str(medium.home / "ledger.db") in told[0]["found"] and "--home" in told[0]["remedy"]
    shutil.copytree(medium.home, tmp_path / "writable")
    elsewhere = Terminal(tmp_path / "writable", medium._capsys, medium._monkeypatch)
    (elsewhere.home / "ledger.db").chmod(0o600)
    elsewhere.home.chmod(0o700)
    assert "can only be read" not in elsewhere("doctor").out


@pytest.mark.parametrize(
    "command",
    [
        ["handover", "--from", "51.08.01", "--to", "51.08.01.2001", "--codes", "-"],
        ["scan", "--from", "51.08.01", "--to", "51.08.01.2001", "--source", "-", "--yes"],
        ["import", "bundle"],
        ["plan"],
        ["serve", "--port", "8399"],
        ["init", "--continue"],
        ["incident", "--place", "51.08", "rain"],
        ["doctor", "--rebuild"],
        ["inspect", "CODE", "--condition", "wet"],
    ],
    ids=lambda command: command[0],
)
def test_whatever_writes_says_that_it_cannot_be_written(medium: Terminal, tmp_path: Path, command: list[str]) -> None:
    code, bundle = medium.codes()[0], tmp_path / "all.serah"
    assert medium("export", "--out", bundle).code == 0
    words = [str(bundle) if word == "bundle" else code if word == "CODE" else word for word in command]
    done = medium(*words, typed=f"{code}\n")
    told = done.err + done.out
    assert done.code == 3, told
    assert f"{medium.home / 'ledger.db'} can only be read, so nothing is recorded in it" in told
    assert "Traceback" not in told


def test_what_is_kept_beside_the_ledger_cannot_be_written_either(medium: Terminal) -> None:
    done = medium("token", "--name", "Bawaslu")
    assert (done.code, done.out) == (3, "") and f"{medium.home / 'observers.json'} cannot be written" in done.err


def test_records_that_are_still_in_the_wal_are_read(station: Terminal, tmp_path: Path, request) -> None:
    """Somebody copied the folder while Serah ran: what came last is in the file beside the ledger."""
    copied = tmp_path / "copied"
    copied.mkdir()
    with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around()):  # another window of Serah
        assert station.give(station.codes()[:3], "51.08", "51.08.01").code == 0
        for path in station.home.iterdir():
            if path.is_file() and not path.name.endswith("-shm"):
                shutil.copy(path, copied)
    assert (copied / "ledger.db-wal").stat().st_size
    make_unwritable(copied, request)
    medium = Terminal(copied, station._capsys, station._monkeypatch)
    assert medium("verify", "--json").json["ok"]
    assert sum(item["held_by"] == "51.08.01" for item in medium.items()) == 3


def test_the_ledger_is_for_its_owner_alone_or_doctor_says_so(tmp_path: Path, terminal: Terminal) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang 1").code == 0
    ledger = terminal.home / "ledger.db"
    with open_store(f"sqlite:///{ledger}", None, around()) as store:
        store.ledger.database.execute_sql("SELECT count(*) FROM event").fetchone()
        others = {path.name: is_open_to_others(path) for path in terminal.home.glob("ledger.db*")}
    assert others == dict.fromkeys(("ledger.db", "ledger.db-wal", "ledger.db-shm"), False)
    told = "others may read"
    assert told not in terminal("doctor").out
    let_others_in(ledger)
    ill = terminal("doctor").out
    assert f"{told} {ledger}" in ill and how_to_keep_private(ledger) in ill


@pytest.mark.parametrize("written", ["ledger.db", "ledger.db-wal"])
@pytest.mark.parametrize(("writes", "is_read"), [(0, True), (2, True), (3, False)])
def test_a_ledger_that_somebody_writes_to_while_it_is_copied_is_copied_again(
    tmp_path: Path, writes: int, is_read: bool, written: str
) -> None:
    """Both files are held to what they were: a writer touches the WAL alone until it is folded in."""
    file, wal = tmp_path / "ledger.db", tmp_path / "ledger.db-wal"
    for path in (file, wal):
        path.write_bytes(b"one")
    left = list(range(writes))

    def copy_and_write(source: Path, target: Path) -> None:
        shutil.copyfile(source, target)
        if left and source.name == written:
            left.pop()
            source.write_bytes(source.read_bytes() + b" and more")

    with nullcontext() if is_read else pytest.raises(ConflictError):
        with private_copy(file, copy_and_write) as copy:
            assert copy.read_bytes() == file.read_bytes()
            assert copy.with_name(wal.name).read_bytes() == wal.read_bytes()
        assert not copy.exists()
