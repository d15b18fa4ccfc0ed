"""The command `serve`: it says its address, answers there, and ends cleanly."""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.support.command_examples import Terminal
from tests.support.portable import OWN_CONSOLE, press_ctrl_c


def test_it_opens_the_browser_says_its_address_and_ctrl_c_ends_it(station: Terminal, tmp_path: Path) -> None:
    opened, program = tmp_path / "opened", tmp_path / "browser.py"
    program.write_text(f"import pathlib, sys; pathlib.Path({str(opened)!r}).write_text(sys.argv[1])")
    browser = {"BROWSER": f"{Path(sys.executable).as_posix()} {program.as_posix()} %s"}
    process = station.process("serve", "--json", is_new=True, env=os.environ | browser, **OWN_CONSOLE)
    try:
        assert process.stdout and process.stderr
        address = json.loads(process.stdout.readline())["address"]
        assert address.startswith("http://127.0.0.1:")
        with urlopen(Request(address + "api/alive"), timeout=60) as answer:
            assert json.load(answer) == {"station": "Gudang-1", "place": "51.08"}
        end = time.monotonic() + 60
        while not (opened.exists() and opened.read_text() == address):
            assert time.monotonic() < end
            time.sleep(0.02)
        press_ctrl_c(process)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "What was scanned is kept" in err and "Traceback" not in err


@pytest.mark.slow
def test_in_an_empty_folder_it_shows_the_guide_and_leaves_nothing_but_its_secret(terminal: Terminal) -> None:
    process = terminal.process("serve", "--json", "--no-browser", **OWN_CONSOLE)
    try:
        assert process.stdout
        address = json.loads(process.stdout.readline())["address"]
        with urlopen(Request(address, headers={"Accept": "text/html"}), timeout=60) as answer:
            assert answer.url == f"{address}first" and b"Begin a station" in answer.read()
        press_ctrl_c(process)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert [path.name for path in terminal.home.iterdir()] == ["page.token"]


def test_a_key_without_its_ledger_is_refused_with_what_to_do(terminal: Terminal, prepared: Path) -> None:
    terminal.home.mkdir()
    shutil.copy(prepared / "home" / "station.key", terminal.home)
    ran = terminal("serve", "--no-browser")
    assert ran.code == 3 and "main.py init" in ran.err
