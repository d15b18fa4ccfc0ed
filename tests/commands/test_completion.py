"""Completion in the shell: real shells ask the program while somebody types."""

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.command_examples import ROOT, Terminal

BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None or sys.platform == "win32", reason="no bash here")
COMPLETE = """
eval "$("$PYTHON" "$MAIN" completion bash)"
compopt() { :; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_serah_complete
printf '%s\\n' "${COMPREPLY[@]}"
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "SERAH_HOME": str(home),
        "SERAH_LANG": "en",
        "PYTHON": sys.executable,
        "MAIN": str(ROOT / "main.py"),
        **more,
    }


def offered(home: Path, *words: str) -> list[str]:
    """What bash offers for the last of these words, as they stand on its line."""
    ran = subprocess.run(
        [str(BASH), "--norc", "-c", COMPLETE, "bash", *words],
        capture_output=True,
        text=True,
        env=environment(home),
        cwd=ROOT,
        timeout=60,
    )
    assert ran.stderr == "", ran.stderr
    return ran.stdout.split("\n")[:-1] if ran.stdout != "\n" else []


@needs_bash
@pytest.mark.slow
def test_bash_completes_commands_options_places_kinds_and_codes(station: Terminal) -> None:
    def told(*words: str) -> list[str]:
        return offered(station.home, "serah", *words)

    assert told("cust") == ["custody"] and told("withd") == ["withdraw"]
    assert "--held-by" in told("items", "--h") and told("report", "progr") == ["progress"]
    assert told("items", "--to", "51.08.01.2001.") == ["51.08.01.2001.001", "51.08.01.2001.002"]
    assert told("items", "--to", r"pps\ p") == told("items", "--to", "'PPS P") == ["PPS Patas"]
    assert told("items", "--to", "unggahan") == [] != told("items", "--to", "TPS")
    assert told("items", "--to", "seririt") == ["PPK Seririt"]
    assert told("items", "--to", "=", "51.08.02.2001.") == ["51.08.02.2001.001"]
    assert told("plan", "--kind", "bo") == ["booth", "box"] and told("plan", "--kind", "Bal") == ["Ballot box"]
    code = station.codes()[0]
    assert told("custody", code[:6]) == [code]
    assert told("withdraw", "kind", "bo") == ["booth", "box"] and told("withdraw", "place", "ppk s") == ["PPK Seririt"]
    assert offered(station.home, "python3", "main.py", "custo") == ["custody"]
    assert offered(station.home, "python3", "other.py", "custo") == []


@needs_bash
@pytest.mark.slow
def test_without_a_ledger_bash_gets_nothing_and_no_error(tmp_path: Path) -> None:
    assert offered(tmp_path / "none", "serah", "items", "--to", "5") == []
    (tmp_path / "ledger.db").write_bytes(b"no ledger")
    assert offered(tmp_path, "serah", "items", "--to", "5") == offered(tmp_path, "serah", "nothing", "--to", "5") == []
    assert offered(tmp_path, "serah", "custo") == ["custody"]


def _read_until(terminal: int, text: str, seconds: float = 40) -> str:
    seen, end = "", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace")
    return seen


@needs_bash
@pytest.mark.slow
def test_the_tab_key_in_bash_writes_a_name_with_its_spaces_quoted(station: Terminal) -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execve(str(BASH), ["bash", "--norc", "--noprofile", "-i"], environment(station.home, PS1="$ ", TERM="dumb"))
    try:
        os.write(terminal, b'eval "$("$PYTHON" main.py completion bash)"; echo rea""dy\n')
        assert "ready" in _read_until(terminal, "ready\r\n")
        os.write(terminal, b"serah items --json --to ppk\\ ser\t")
        assert "PPK\\ Seririt" in _read_until(terminal, "Seririt")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


@pytest.mark.parametrize("shell", ["bash", "zsh", "powershell"])
def test_each_script_names_this_python_and_this_program(terminal: Terminal, shell: str) -> None:
    told = terminal("completion", shell)
    assert told.code == 0 and told.err == "" and "@PYTHON@" not in told.out and "@MAIN@" not in told.out
    assert sys.executable in told.out and str(ROOT / "main.py") in told.out and "SERAH_WORDS" in told.out
    assert terminal("completion", "fish").code == 2


CHECKS = {
    "bash": ["bash", "-n"],
    "zsh": ["zsh", "-n"],
    "powershell": ["pwsh", "-NoProfile", "-File"],
}


@pytest.mark.parametrize("shell", CHECKS)
def test_each_script_is_one_that_its_shell_can_read(terminal: Terminal, tmp_path: Path, shell: str) -> None:
    command: Sequence[str] = CHECKS[shell]
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    script = tmp_path / "serah.ps1"
    script.write_text(terminal("completion", shell).out, newline="\n")
    assert subprocess.run([*command, str(script)], timeout=60).returncode == 0


@pytest.mark.parametrize("content", [None, b"", b"no ledger"])
def test_what_cannot_be_read_offers_nothing(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "ledger.db").write_bytes(content)
    monkeypatch.setenv("SERAH_HOME", str(tmp_path))
    monkeypatch.setenv("SERAH_COMPLETE", "zsh")
    for words in ("items\n--to\n5", "nothing\n--to\n5", "custody\n7", "plan\n--kind\nb"):
        monkeypatch.setenv("SERAH_WORDS", words)
        ran = terminal()
        assert (ran.code, ran.out.strip(), ran.err) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("custo", "custody"),
        ("items\n--to\n'PPS P", "PPS Patas"),
        ("items\n--to\nPPS U", "PPS Unggahan"),
        ("items\n--kind\nbil", "Bilik suara"),
    ],
)
@pytest.mark.parametrize("shell", ["zsh", "powershell"])
def test_other_shells_ask_with_a_word_a_line(
    station: Terminal, monkeypatch: pytest.MonkeyPatch, shell: str, words: str, told: str
) -> None:
    monkeypatch.setenv("SERAH_HOME", str(station.home))
    monkeypatch.setenv("SERAH_COMPLETE", shell)
    monkeypatch.setenv("SERAH_WORDS", words)
    ran = station()
    kinds = [line.split("\t")[:2] for line in ran.out.splitlines()]
    assert (ran.code, ran.err, kinds) == (0, "", [["plain", told]])
