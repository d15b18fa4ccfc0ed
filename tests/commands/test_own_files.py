"""No output ever replaces one of the station's own files, whatever command writes it and by whatever name."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import click
import cv2
import numpy as np
import pytest

import db.station_key
import web.live.paper_session
import web.security.certificate
import web.security.entrances
import web.security.pairing
import web.views.label_requests
from commands.context import Output
from custody.errors import InputError
from db.log.reader import LedgerReader
from db.sqlite_backup import backup
from db.store import Surroundings, open_store
from services.access import new_station, observers, pins
from services.exchange import invitation
from services.labels import print_job, printer_profiles
from services.plan import kept_answers
from tables.output import own_files
from tables.output.safe_file import safe_file, safe_folder
from tests.support.command_examples import NOW, ROOT, Terminal
from tests.support.own_files_examples import (
    INPUTS,
    OWN,
    REFUSED,
    WRITES,
    command_line,
    every_param,
    every_path,
    state,
    with_every_own_file,
)
from tests.support.portable import links, needs_links


@pytest.fixture
def station(terminal: Terminal, prepared: Path) -> Terminal:
    """A station with every file of its own there."""
    return with_every_own_file(terminal, prepared)


def test_each_path_that_a_command_takes_is_read_or_is_an_output_that_is_looked_at() -> None:
    others = [(name, param) for name, param in every_path() if not isinstance(param.type, Output)]
    told = {
        " ".join((name, *(word if word[0] == "-" else word.upper() for word in param.opts))) for name, param in others
    }
    assert told <= INPUTS, "a new option: give it the type Output if the command writes it"
    writing = {"export", "labels", "report", "custody", "backup", "demo", "handover", "scan", "form"}
    assert writing <= {name for name, *_options in WRITES}


def test_no_module_writes_a_file_past_the_function_that_looks() -> None:
    writing = re.compile(
        r"\.open\(\"([wxa]|r\+|rb\+)|os\.(open|replace|rename|link|symlink)\(|\.write_(text|bytes)\(|copyfile"
        r"|shutil\.(copy|move)|\bopen\([^)]*\"[wxa]b?\"|\.(rename|hardlink_to|symlink_to|touch)\(|VideoWriter\("
        r"|imwrite\(|ZipFile\([^)]*\"w|\.replace\((target|path|self\._path)\)"
        r"|\bprivate_file\(|\bput_in_place\("
    )
    allowed = {
        "tables/output/safe_file.py",
        "tables/output/private_files.py",
        "db/station_key.py",
        "services/access/new_station.py",
        "services/access/practice.py",
        "web/security/certificate.py",
        "web/security/pairing.py",
        "web/security/entrances.py",
        "services/exchange/invitation.py",  # own files
        "db/connect.py",
        "db/read_only.py",  # the ledger itself; a copy of it in a folder that is ours alone
        "db/sqlite_backup.py",
        "labels/port.py",  # refuses every file
        "commands/demo/workshop.py",  # asks by itself
        "commands/exchange/hub.py",  # adds to a log that its option has looked at
        "commands/demo/summary.py",
        "commands/demo/watch.py",
        "scanner/simulation/simulate.py",  # in the demo's new folder
        "services/exchange/observer_pack.py",  # in a new folder of safe_folder
        "services/exchange/photo_files.py",
        "reports/chain/chain_file.py",  # a .zip in a file of safe_file
        "services/labels/preview.py",  # in the page's folder, by names that nobody chose
        "commands/errors.py",
        "tables/sandbox/child_process.py",
        "scanner/sources/camera_open.py",
        "scanner/ui/sound.py",  # devices; a beep
        "language/catalogue.py",  # of the texts, at their making
    }
    kept = {"tests", "tools", "bench", "docs", "examples"}
    folders = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in kept]
    assert {folder.name for folder in folders} >= {"commands", "services", "db", "web", "custody", "evidence"}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if writing.search(path.read_text("utf-8"))
    }
    assert found == allowed


@pytest.mark.parametrize("name", sorted({name for name, _param in every_param()} - {"serve"}))
def test_no_option_of_any_other_type_writes_there_either(name: str, station: Terminal, tmp_path: Path) -> None:
    path = cycle([station.home / "pins.json", *links(tmp_path / "link", station.home / "station.key")])
    keeps = {"token": "observers.json", "printer": "printers.json"}.get(name, "")
    before = state(station.home)
    params = [param for each, param in every_param() if each == name]
    for param in params:
        if getattr(param, "is_flag", False) or isinstance(param.type, Output):
            continue
        others = ["51.08" for other in params if isinstance(other, click.Argument) and other is not param]
        station(*command_line((name, *param.opts), next(path)), *others, typed="")
    left = {path: told for path, told in state(station.home).items() if not path.endswith(("ledger.db", keeps or "-"))}
    assert left.items() <= before.items()
    assert (station.home / "ledger.db").read_bytes().startswith(b"SQLite format 3")


def test_whatever_a_station_keeps_by_name_is_its_own(station: Terminal) -> None:
    home = protected(station)
    names = [
        own_files.LEDGER_FILE,
        db.station_key.FILE_NAME,
        new_station.CARD_FILE,
        new_station.SHEET_FILE,
        pins.FILE,
        observers.FILE,
        printer_profiles.PRINTERS,
        print_job.OWN_SHEETS,
        web.security.entrances.FILE,
        web.security.certificate.FILE,
        web.security.pairing.FILE,
        kept_answers.FILE,
        web.live.paper_session.HALF_READ_FILE,
        invitation.HUB_FILE,
        invitation.OPEN_FILE,
        web.views.label_requests.KEPT,
        f"{new_station.ASIDE}2024",
    ]
    for name in {*names, *(path.name for path in home.iterdir())}:
        for spelt in (
            name,
            name.upper(),
            f"{name}. ",
        ):  # as some file systems take it
            with pytest.raises(InputError, match=re.escape("station's own")):
                own_files.output_path(home / spelt)
    own_files.output_path(home / "report.pdf")  # a file of the user's own may stand there


def names_of_own(station: Terminal, elsewhere: Path) -> list[Path]:
    """Every name by which the station's own files can be reached: their own, links, links to links, other entries."""
    elsewhere.mkdir()
    names = [station.home / name for name in OWN]
    for number, own in enumerate(list(names)):
        link, chain = elsewhere / f"link-{number}", elsewhere / f"chain-{number}"
        names += [*links(link, own), *links(chain, link.name)]
        if own.exists():
            names.append(elsewhere / f"hard-{number}")
            names[-1].hardlink_to(own)
    doors = links(elsewhere / "door", station.home, to_folder=True)
    return [*names, *(door / "station.key" for door in doors), station.home / ".." / "home" / "pins.json", station.home]


def refused(station: Terminal, write: tuple[str, ...], name: Path) -> None:
    ran = station(*command_line(write, name))
    assert (ran.code, ran.out) == (2, ""), name
    assert REFUSED in ran.err and "Traceback" not in ran.err, name


def test_no_output_replaces_a_file_of_the_stations_by_any_name(station: Terminal, tmp_path: Path) -> None:
    names = names_of_own(station, tmp_path / "elsewhere")
    before = state(tmp_path)
    for name in names:
        refused(station, ("export", "--out"), name)
    assert state(tmp_path) == before


@pytest.mark.parametrize("write", WRITES, ids=" ".join)
def test_every_output_is_looked_at_so(write: tuple[str, ...], station: Terminal, tmp_path: Path) -> None:
    names = names_of_own(station, tmp_path / "elsewhere")
    before = state(tmp_path)
    of_key = [name for name in names if name.name.endswith(f"-{OWN.index('station.key')}")]
    for name in (names[WRITES.index(write) % len(OWN)], *of_key, *names[-3:]):
        refused(station, write, name)
    assert state(tmp_path) == before


def test_a_ledger_in_another_folder_and_the_passphrase_are_the_stations_own(station: Terminal, tmp_path: Path) -> None:
    ledger, words = tmp_path / "other" / "x.db", tmp_path / "words.txt"
    ledger.parent.mkdir()
    station("backup", ledger)
    words.write_text("a long passphrase")
    ledgers = [ledger, *links(tmp_path / "linked.db", ledger)]
    names = (*ledgers, words, *(ledger.with_name(f"x.db{tail}") for tail in ("-wal", "-shm", "-journal")))
    before = state(tmp_path)
    for database in ledgers:
        for name in names:
            ran = station(
                "export", "--head", name, "--db", f"sqlite:///{database}", "--passphrase-file", words, lang="id"
            )
            assert ran.code == 2 and "milik pos pindai ini" in ran.err, name
    assert state(tmp_path) == before


def test_writers_refuse_by_themselves_what_no_option_has_looked_at(station: Terminal, tmp_path: Path) -> None:
    home = protected(station)
    before = state(home)
    for path in (home / "station.key", *links(tmp_path / "report.pdf", home / "station.key")):
        with pytest.raises(InputError), safe_file(path):
            pass
    for folder in (home, home / "labels", home / "set-aside-x"):
        with pytest.raises(InputError), safe_folder(folder):
            pass
    with pytest.raises(InputError), command_ledger(station) as ledger:
        backup(ledger.database, home / "ledger.db-journal", lambda _share: None)
    assert state(home) == before


@needs_links()
def test_a_link_is_not_followed_out_of_the_folder_that_was_named(station: Terminal, tmp_path: Path) -> None:
    named, other = tmp_path / "named", tmp_path / "other.txt"
    named.mkdir()
    other.write_text("somebody's letter")
    (named / "logs.serah").symlink_to(other)
    (named / "new.serah").symlink_to(tmp_path / "not-there-yet")
    for name in ("logs.serah", "new.serah"):
        ran = station("export", "--out", named / name)
        assert ran.code == 2 and "leads out of its folder" in ran.err
    assert other.read_text() == "somebody's letter" and not (tmp_path / "not-there-yet").exists()
    (named / "newest.serah").symlink_to("kept.serah")  # within the folder it may
    assert station("export", "--out", named / "newest.serah").code == 0
    assert (named / "kept.serah").read_bytes()[:2] == b"\x1f\x8b" and (named / "newest.serah").is_symlink()
    (named / "a").symlink_to("b")
    (named / "b").symlink_to("a")
    assert station("export", "--out", named / "a").code == 2


def test_tiles_are_not_written_through_links_at_any_depth(station: Terminal, tmp_path: Path) -> None:
    plain, named, other = tmp_path / "plain", tmp_path / "named", tmp_path / "other"
    assert station("export", "--tiles", plain).code == 0
    folders = sorted(path.relative_to(plain) for path in plain.rglob("*") if path.is_dir())
    assert len(folders) > 4  # that of the log, tile, and those of each level and of entries
    for folder in folders:
        for path in (named, other):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(plain / folder, other)
        (named / folder).parent.mkdir(parents=True)
        if not links(named / folder, other, to_folder=True):
            return  # as on Windows, where a user may make none
        before = state(other)
        assert station("incident", "Angin").code == 0  # there is something to write
        refused = station("export", "--tiles", named)
        assert refused.code == 2 and "leads out of its folder" in refused.err, folder
        assert state(other) == before


@needs_links()
def test_photographs_are_not_written_through_links(station: Terminal, tmp_path: Path) -> None:
    picture, photos = tmp_path / "seen.png", tmp_path / "photos"
    assert cv2.imwrite(str(picture), np.full((40, 40, 3), 200, np.uint8))
    assert station("inspect", station.codes()[0], "--condition", "good", "--photo", picture).code == 0
    assert station("export", "--photos", photos).code == 0
    [photo] = photos.iterdir()
    kept = photo.read_bytes()
    for target in (tmp_path / "letter.txt", station.home / "station.key"):
        photo.unlink()
        target.touch()
        before = target.read_bytes()
        photo.symlink_to(target)
        assert station("export", "--photos", photos).code == 2
        assert target.read_bytes() == before
    photo.unlink()
    assert station("export", "--photos", photos).code == 0 and photo.read_bytes() == kept


def test_a_demo_does_not_take_the_place_of_the_station_that_runs_it(terminal: Terminal, prepared: Path) -> None:
    folder = terminal.home.parent / "demo-out"
    shutil.copytree(prepared / "home", folder / "ledger")
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    (folder / ".serah-demo.json").write_text(json.dumps(files))
    terminal.home = folder / "ledger"
    before = state(folder)
    for out in (folder, folder / "ledger"):
        ran = terminal("demo", "--quick", "--out", out)
        assert ran.code == 2 and REFUSED in ran.err
    assert state(folder) == before


def protected(station: Terminal) -> Path:
    own_files.protect(own_files.Own(station.home, lambda: station.home / "ledger.db"))
    return station.home


@contextmanager
def command_ledger(station: Terminal) -> Iterator[LedgerReader]:
    with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, Surroundings(lambda: NOW)) as store:
        yield store.ledger
