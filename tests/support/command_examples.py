"""Commands for tests: run in this process with a fixed clock, on copies of one small station that is made once."""

import atexit
import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import pytest

import main
from tests.support import forked
from tests.support.ledger_examples import empty_file

ROOT = Path(main.__file__).parent
LAPTOP = Path(__file__).parent / "laptop"
"""What a started program finds before the packages that are installed here."""
NOW = "2024-02-11T01:00:00Z"
PLACES = """\
code,name,level,parent,due
51.08,Gudang,warehouse,,
51.08.01,PPK Gerokgak,district,51.08,2024-02-12T18:00:00+08:00
51.08.02,PPK Seririt,district,51.08,2024-02-12T18:00:00+08:00
51.08.01.2001,PPS Patas,village,51.08.01,
51.08.02.2001,PPS Unggahan,village,51.08.02,
51.08.01.2001.001,TPS 001 Patas,polling_station,51.08.01.2001,
51.08.01.2001.002,TPS 002 Patas,polling_station,51.08.01.2001,
51.08.02.2001.001,TPS 001 Unggahan,polling_station,51.08.02.2001,
"""
NEEDS = """\
kind,name_id,name_en,level,per_place,unit,tracked_as,elections
box,Kotak suara,Ballot box,polling_station,5,buah,item,PPWP;DPR;DPD;DPRD-PROV;DPRD-KAB
booth,Bilik suara,Voting booth,polling_station,4,buah,item,
seal,Segel,Seal,polling_station,1,pak,pack,
"""
ITEMS = 27
"""How many items these needs ask for: nine at each of three polling stations."""


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines; fails where it is anything else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The last JSON line."""
        return self.lines[-1]


class Attended(io.StringIO):
    """A standard input behind which somebody sits."""

    def isatty(self) -> bool:
        return True


class Terminal:
    """A station to run commands at."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self._capsys, self._monkeypatch = home, capsys, monkeypatch

    def __call__(self, *args: object, typed: str | None = None, now: str = NOW, lang: str = "en") -> Ran:
        """Run one command in this process; `typed` comes through a pipe."""
        if typed is not None:
            self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        self._capsys.readouterr()
        code = main.main(["--home", str(self.home), "--lang", lang, *map(str, args)], now_utc=lambda: now)
        return Ran(code, *self._capsys.readouterr())

    def process(self, *args: object, is_new: bool = False, **more: Any) -> "subprocess.Popen[str]":
        """Begin a command in a process of its own; a new one finds what a laptop has installed."""
        words = ["--home", str(self.home), "--lang", "en", *map(str, args)]
        if not is_new:
            return forked.run("tests.support.forked:serah", *words, **more)
        command = [sys.executable, str(ROOT / "main.py"), *words]
        env = {**(more.pop("env", os.environ)), "PYTHONPATH": str(LAPTOP)}
        env.pop("PYTHONUNBUFFERED", None)  # no laptop has it, and with it nothing is left to be written at the end
        return subprocess.Popen(command, env=env, **(forked.STREAMS | more))

    def items(self, *args: object) -> list[dict[str, Any]]:
        """The items as `items --json` tells them."""
        return self("items", "--json", *args).lines

    def codes(self, *args: object) -> list[str]:
        """The codes of items."""
        return [item["code"] for item in self.items(*args)]

    def event_count(self) -> int:
        """How many events the ledger has."""
        ledger = apsw.Connection(str(self.home / "ledger.db"))  # another SQLite in one process would break its locks
        with contextlib.closing(ledger):
            return int(ledger.execute("SELECT COUNT(*) FROM event").fetchone()[0])

    def give(self, codes: Sequence[str], giver: str, to: str, *more: object, **when: str) -> Ran:
        """Hand codes over through a pipe."""
        typed = "".join(f"{code}\n" for code in codes)
        return self("handover", "--json", "--from", giver, "--to", to, "--codes", "-", *more, typed=typed, **when)


def blanks(station: Terminal, count: int, *options: object) -> list[str]:
    """Prints so many blank labels and returns the codes that their pages read back."""
    sheet = () if "--sheet" in options else ("--sheet", "roll-50x30")
    printed = station("labels", "--blank", count, "--out", "blank.pdf", "--json", *sheet, *options)
    assert printed.code == 0 and printed.json["labels"] == count
    texts = {read["text"] for frame in station("decode", "blank.pdf", "--json").lines for read in frame["reads"]}
    assert len(texts) == count and all(text.endswith("*01") for text in texts)
    return sorted(text[:13] for text in texts)


def told_last(station: Terminal) -> list[dict[str, Any]]:
    """The newest handover and the events behind it, without what the id makes differ from one record to the next."""
    with contextlib.closing(sqlite3.connect(station.home / "ledger.db")) as ledger:
        bodies = [json.loads(body) for (body,) in ledger.execute("SELECT body FROM event ORDER BY id")]
    last = max(at for at, body in enumerate(bodies) if body["type"] == "handover")
    return [{name: body[name] for name in body if name not in ("id", "prev", "refs")} for body in bodies[last:]]


def station_at(terminal: Terminal, home: Path, *options: object) -> Terminal:
    """Another station, which has just begun in a folder of its own: the same one each time that it begins there so."""
    other = Terminal(home, terminal._capsys, terminal._monkeypatch)
    where = os.path.relpath(home, terminal.home.parent)
    around = (name for name in os.environ.items() if name[0].startswith("SERAH_"))
    files = (Path(str(option)).read_bytes() for option in options if Path(str(option)).is_file())

    def begin() -> None:
        home.mkdir()
        (home / "ledger.db").write_bytes(empty_file())
        assert other("init", *options).code == 0

    once_in(home, ("station_at", where, *map(str, options), *around, *files), begin)
    return other


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with its plan and 27 items, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    home = folder / "home"
    (folder / "places.csv").write_text(PLACES)
    (folder / "needs.csv").write_text(NEEDS)
    for command in (
        ("init", "--place", "51.08", "--station", "Gudang-1", "--election", "Pemilu 2024"),
        ("load", str(folder / "places.csv"), str(folder / "needs.csv")),
        ("plan",),
    ):
        assert main.main(["--home", str(home), *command], now_utc=lambda: NOW) == 0
    return folder


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal where no station has begun."""
    for name in [name for name in os.environ if name.startswith("SERAH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANGUAGE", "en")  # put back as it was when the test is over
    monkeypatch.chdir(tmp_path)
    yield Terminal(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture(scope="module")
def cheap_guesses() -> Iterator[None]:
    """A guess at a passphrase costs a thousandth of a second, in this process alone; tests/db/test_station_key.py holds
    what it costs else.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.station_key.LOG2_N", 10)
        yield


Once = Callable[[Callable[[], object]], None]
_done: dict[Hashable, Path] = {}
"""What was done once in this process, by where it is written, and the folder as it was then."""


def once_in(folder: Path, key: Hashable, work: Callable[[], object]) -> None:
    """Do something to a folder in which nothing is open the first time; later copy what became of it."""
    if key in _done:
        shutil.copytree(_done[key], folder, dirs_exist_ok=True)
        return
    work()
    _done[key] = Path(tempfile.mkdtemp(prefix="once-", dir=_done_in())) / "kept"
    shutil.copytree(folder, _done[key])


@cache
def _done_in() -> str:
    """A folder of this process, which goes when it ends."""
    folder = tempfile.mkdtemp(prefix="serah-once-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@pytest.fixture
def once(tmp_path: Path) -> Once:
    """Does something to the test's folder the first time, which later tests get as a copy: `@once` above its function.

    For what many tests of a file begin with; it takes no arguments.
    """
    return lambda work: once_in(tmp_path, (work.__module__, work.__qualname__), work)


@pytest.fixture
def station(terminal: Terminal, prepared: Path, tmp_path: Path) -> Terminal:
    """A copy of the prepared station, with its tables beside it."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return terminal
