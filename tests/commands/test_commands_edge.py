"""The edge of the commands: help in both languages, wrong use, faults of the machine; never a traceback."""

import ast
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import click
import pytest

import language
import main
from commands.click_texts import TEXTS
from commands.program import COMMANDS
from tests.support.command_examples import ROOT, Terminal
from tests.support.portable import left_out, python_alone

HELPS = """
import json, sys, io, contextlib, main
def told(*command):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main.main(["--lang", sys.argv[1], *command, "--help"]) == 0
    return out.getvalue()
print(json.dumps({command: told(*command.split()) for command in sys.argv[2:]}))
"""


@pytest.fixture(scope="module")
def helps() -> dict[str, dict[str, str]]:
    """By language, what `--help` says of the whole and of each command; a process a language, which it reads once."""
    found = {}
    for lang in language.LANGUAGES:
        command = [sys.executable, "-c", HELPS, lang, "", *COMMANDS]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"})
        assert run.returncode == 0 and run.stderr == "", run.stderr
        found[lang] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_help_lists_every_command_whole(lang: str, helps: dict[str, dict[str, str]]) -> None:
    shown = helps[lang][""]
    assert all(f"\n  {command} " in shown for command in COMMANDS) and "..." not in shown.partition("\n\n")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str, helps: dict[str, dict[str, str]]) -> None:
    english, indonesian = helps["en"][command], helps["id"][command]
    assert english.startswith(f"Usage: main.py {command} [OPTIONS]")
    for line in english.splitlines()[2:]:
        words = line.partition("  -")[2].partition("  ")[2].strip()
        assert not (words and len(words) > 12 and words in indonesian), f"not translated: {words}"


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(lang: str, helps: dict[str, dict[str, str]]) -> None:
    listed = " ".join(helps[lang][""].split())
    for command in COMMANDS:
        said = " ".join(helps[lang][command].split("\n\n")[1].split())
        assert said and f" {command} {said} " in f"{listed} "


def test_click_knows_each_of_its_texts_that_we_translate() -> None:
    known = set()
    for path in (Path(sysconfig.get_paths()["purelib"]) / "click").glob("*.py"):
        known |= {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    assert set(TEXTS) <= known


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("none",),
        ("items", "--none"),
        ("items", "extra"),
        ("init",),
        ("--lang",),
        ("init", "--place"),
        ("report",),
        ("report", "none"),
        ("decode", "--dpi", "9", "x"),
        ("labels", "--cut-marks=3"),
        ("--lang", "xx", "items"),
        ("custody", "\x1b[2J"),
        ("scan", "--counted", "x"),
    ],
)
def test_wrong_use_is_told_in_two_lines_and_exits_with_2(station: Terminal, args: tuple[str, ...]) -> None:
    refused = station(*args)
    assert refused.code == 2 and "\x1b" not in refused.err + refused.out
    assert not args or (len(refused.err.splitlines()) == 2 and refused.out == "")


def test_wrong_use_is_told_in_indonesian_unless_asked_otherwise(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, word in (("id", "Kesalahan"), ("en", "Error")):
        for args in (("items", "--none"), ("none",), ("init", "--place"), ("report", "none")):
            told = terminal(*args, lang=lang).err
            assert told.startswith(f"{word}: ")
            english = ("No such", "Missing", "requires", "Invalid value", "is not one of")
            assert any(text in told for text in english) == (lang == "en"), told
    main.main(["items"])
    assert capsys.readouterr().err.startswith("Kesalahan: ")


@pytest.mark.parametrize(
    "args",
    [
        ("items",),
        ("plan",),
        ("load", "places.csv"),
        ("drafts",),
        ("export", "--out", "x"),
        ("custody", "7Q2M9X4T5B8C6"),
        ("scan", "--from", "51.08", "--to", "51.08.01", "--source", "x.pdf"),
        ("labels", "--out", "x.pdf"),
    ],
)
def test_without_a_ledger_every_command_says_how_to_begin(terminal: Terminal, args: tuple[str, ...]) -> None:
    refused = terminal(*args)
    assert refused.code == 3 and "main.py init" in refused.err and refused.out == ""
    assert not terminal.home.exists() and list(Path().iterdir()) == []


def test_cameras_are_listed_without_a_ledger(terminal: Terminal) -> None:
    listed = terminal("scan", "--cameras")
    assert listed.code == 0 and (listed.out or "--source 0" in listed.err)
    assert not terminal.home.exists()


@pytest.mark.parametrize("content", [b"a letter\n" * 99, b"SQLite format 3\0" + bytes(4080), b""])
def test_a_database_that_is_not_ours_is_left_as_it_is(station: Terminal, content: bytes) -> None:
    ledger = station.home / "ledger.db"
    ledger.write_bytes(content)
    for args in (("items",), ("plan",), ("doctor",)):
        told = station(*args)
        assert told.code == 3 and "Traceback" not in told.err
    assert ledger.read_bytes() == content


def test_a_ledger_of_two_halves_is_found_damaged(station: Terminal) -> None:
    ledger = station.home / "ledger.db"
    data = ledger.read_bytes()
    ledger.write_bytes(data[: len(data) // 2])
    told = station("items")
    assert told.code == 3 and len(told.err.splitlines()) == 2


@pytest.mark.parametrize(
    "command",
    [
        ("items", "--json"),
        ("--help",),
        *(pytest.param(more, marks=pytest.mark.slow) for more in (("report", "progress"), ("labels", "--list"))),
    ],
)
def test_a_reader_that_has_seen_enough_is_no_error(station: Terminal, command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = station.process(*command, is_new=True, stdout=writing)
    _out, err = process.communicate(timeout=120)
    os.close(writing)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("args", [("--home", "{long}", "items"), ("labels", "--blank", "2", "--out", "{long}.pdf")])
def test_a_path_of_300_letters_is_refused_with_what_to_do(station: Terminal, args: tuple[str, ...]) -> None:
    told = station(*(word.format(long="d" * 300) for word in args))
    assert told.code == 2 and len(told.err.splitlines()) == 2
    assert "choose a shorter name" in told.err


@left_out("wine's C library tells a full device as another error")
@pytest.mark.parametrize(
    "command",
    [
        ("report", "progress"),
        *(
            pytest.param(more, marks=pytest.mark.slow)
            for more in (("items",), ("report", "progress", "--to", "51.08.01"))
        ),
    ],
)
def test_a_full_disk_under_the_output_is_a_fault_of_the_machine(station: Terminal, command: tuple[str, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        process = station.process(*command, is_new=True, stdout=full)
        _out, err = process.communicate(timeout=120)
    assert process.returncode == 3 and len(err.splitlines()) == 2


def test_a_fault_of_ours_is_one_line_and_its_details_a_file(station: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    from commands import errors

    @click.group(invoke_without_command=True)
    def broken() -> None:
        raise RuntimeError("out of \x1b[2J order")

    monkeypatch.setenv("SERAH_HOME", str(station.home))
    assert errors.run(broken, []) == 3
    assert "RuntimeError" in (station.home / "serah-fault.txt").read_text()


def test_what_comes_by_a_pipe_is_utf_8_whatever_the_code_page_and_bad_bytes_are_no_fault(
    station: Terminal,
) -> None:
    way = [sys.executable, str(ROOT / "main.py"), "--home", str(station.home), "--lang", "en", "scan", "--source", "-"]
    ran = subprocess.run(
        [*way, "--from", "51.08", "--to", "51.08.01"],
        input=b"\xef\xbb\xbfS\xc3\xa9gel\nS\xc3\xa9gal\x81\xff\r\ndone\n",
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    said = (ran.stdout + ran.stderr).decode()
    assert "SÉGEL" in said and "SÉGAL" in said and ran.returncode == 2, said
    assert "\ufeff" not in said


def test_nobody_is_asked_where_nothing_can_be_typed(tmp_path: Path) -> None:
    way = [sys.executable, str(ROOT / "main.py"), "--home", str(tmp_path / "home"), "init", "--place", "51.08"]
    ran = subprocess.run([*way, "--station", "Gudang"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    assert ran.returncode == 0 and (tmp_path / "home" / "station.key").exists(), "Windows' NUL calls itself a terminal"


def test_a_python_without_our_packages_says_what_to_run(tmp_path: Path) -> None:
    command = [*python_alone(tmp_path, ROOT), "-E", str(ROOT / "main.py"), "items"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 3 and "click" in run.stderr and len(run.stderr.splitlines()) == 2


def test_help_comes_at_once() -> None:
    """It imports no heavy library, and no command but the list of them; how long it takes is measured in bench/."""
    script = "import sys, main; main.main(['--help']); sys.exit(any(m in sys.modules for m in {!r}))"
    ours = ("commands.scan.scan", "commands.report.report", "custody.format.codes", "custody.format.events")
    heavy = ("cv2", "numpy", "reportlab", "peewee", "apsw", "cryptography", "zxingcpp", "xlsxwriter", "rich", "stdnum")
    run = subprocess.run([sys.executable, "-c", script.format((*ours, *heavy))], cwd=ROOT, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()[-300:]


LOADS_LITTLE = """
import sys, main
from commands.program import COMMANDS
for command in COMMANDS:
    for option in ("--help", "--nothing-of-this-name"):
        main.main([command, option])
own = ("db", "evidence", "labels", "reports", "scanner", "services")
print(*(name for name in sys.modules if name.partition(".")[0] in own or "." not in name), file=sys.stderr)
"""


def test_help_and_wrong_use_of_each_command_load_its_options_and_nothing_that_works() -> None:
    run = subprocess.run([sys.executable, "-c", LOADS_LITTLE], cwd=ROOT, capture_output=True)
    loaded = set(run.stderr.decode().splitlines()[-1].split())
    assert "click" in loaded
    few = {
        "db",
        "db.address",
        "services",
        *(f"services.{name}" for name in ("access", "access.operator", "look_words", "one_line", "paths", "uptime")),
    }
    assert {name for name in loaded if "." in name} <= few
    assert not loaded & {"cv2", "numpy", "peewee", "apsw", "nacl", "msgspec", "reportlab", "fastapi", "psycopg"}


def test_a_command_that_opens_no_ledger_loads_nothing_that_stores() -> None:
    script = """
import sys
from importlib import import_module
for command in ("scan.decode", "admin.tokens", "admin.printers", "admin.template", "exchange.verify"):
    import_module(f"commands.{command}")
    assert not {"peewee", "apsw"} & sys.modules.keys(), command
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()[-300:]


def test_a_station_that_holds_no_log_but_its_own_loads_nothing_to_say_what_waits_for_admission(
    station: Terminal,
) -> None:
    script = "import sys, main; main.main({!r}); sys.exit('services.access.admission_notice' in sys.modules)"
    asked = ["--home", str(station.home), "items", "--json"]
    run = subprocess.run([sys.executable, "-c", script.format(asked)], cwd=ROOT, capture_output=True)
    assert run.returncode == 0 and run.stdout.count(b"\n") > 1, run.stderr.decode()[-300:]


@pytest.mark.parametrize("busy", [True, False])
def test_leaving_waits_for_no_thread_and_loses_no_line(busy: bool) -> None:
    begin = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()" if busy else "pass"
    script = f"import main, threading, time; {begin}; print('TERCATAT'); main.leave(3)"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "TERCATAT\n", "")
