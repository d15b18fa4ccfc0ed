"""The child process that reads files of strangers: what it sends arrives, and at a limit it is ended."""

import ctypes
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tables.sandbox import child_process as module
from tables.sandbox.child_process import OverLimitError, bounded, memory_for
from tables.sandbox.windows_job import _Extended
from tests.support.portable import left_out
from tests.support.quick_children import STARTED


@pytest.fixture(autouse=True)
def as_the_product_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "subprocess", STARTED)


Begun = list["subprocess.Popen[bytes]"]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Begun:
    """The children that were begun."""
    children: Begun = []

    def begin(*args: Any, **more: Any) -> "subprocess.Popen[bytes]":
        children.append(popen(*args, **more))
        return children[-1]

    popen = subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", begin)
    return children


def all_of(
    function: str, told: dict[str, Any] | None = None, payload: bytes = b""
) -> list[tuple[dict[str, Any], bytes]]:
    with bounded(f"tests.support.child_examples:{function}", 0, told or {}, payload) as pieces:
        return [(head, bytes(data)) for head, data in pieces]


def test_what_a_child_sends_arrives_whole_and_in_order() -> None:
    payload = bytes(range(256)) * 40_000
    told = {"path": "surat \N{SNOWMAN}.pdf", "count": 3}
    assert all_of("echo", told, payload) == [(told, b""), ({}, payload[:1]), ({}, b""), ({}, payload[1:])]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS limits no memory")
def test_a_child_may_take_memory_in_proportion_to_the_file_and_no_more() -> None:
    assert all_of("eat", {"file": 0, "eat": memory_for(0) - 20_000_000})
    assert all_of("eat", {"file": 5_000_000, "eat": memory_for(0) + 50_000_000})
    for file in (0, 5_000_000):
        with pytest.raises(OverLimitError):
            all_of("eat", {"file": file, "eat": memory_for(file) + 100_000})  # some pages may be free in its heap
    assert memory_for(10**12) == module.MOST_MEMORY_BYTES


@pytest.mark.slow
def test_a_child_that_comes_to_no_end_is_ended_by_its_time(begun: Begun) -> None:
    with bounded("tests.support.child_examples:spin", 0, {}) as pieces:
        assert next(pieces)[0] == {"begun": True}
        with pytest.raises(OverLimitError):
            next(pieces)
        assert begun[0].wait() == (1 if sys.platform == "win32" else -signal.SIGPROF)


def test_a_child_that_is_allowed_more_later_goes_on() -> None:
    assert all_of("go_on") == [({"done": True}, b"")]


def test_a_child_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SILENT_S", 0.3)
    monkeypatch.setattr(module, "_CODE", "import time; time.sleep(60)")
    with pytest.raises(OverLimitError):
        all_of("echo")


def test_a_child_that_breaks_down_is_a_refusal_and_what_it_sent_before_stays() -> None:
    with bounded("tests.support.child_examples:crash", 0, {}) as pieces:
        assert next(pieces)[0] == {"begun": True}
        with pytest.raises(OverLimitError):
            next(pieces)
    with pytest.raises(OverLimitError):
        all_of("no_such_function")


@left_out("no limit of Windows keeps a process from writing files")
def test_a_child_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(OverLimitError):
        all_of("write", {"path": str(tmp_path / "x")})
    assert not (tmp_path / "x").exists() or not (tmp_path / "x").stat().st_size


def test_a_piece_that_claims_more_than_any_file_has_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = "import sys; sys.stdout.buffer.write(bytes([0, 0, 0, 2, 64]) + bytes(7) + b'{}'); sys.stdout.flush()"
    monkeypatch.setattr(module, "_CODE", claims)
    with pytest.raises(OverLimitError):
        all_of("echo")


def test_no_child_is_left_where_nobody_reads_on(begun: Begun) -> None:
    with bounded("tests.support.child_examples:echo", 0, {}, bytes(20_000_000)) as pieces:
        next(pieces)
    assert [child.returncode is not None for child in begun] == [True]


def test_a_file_beside_the_users_own_is_not_taken_for_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert all_of("echo", {"a": 1})[0] == ({"a": 1}, b"")


def test_the_structure_for_windows_has_the_size_that_winnt_gives_it() -> None:
    assert ctypes.sizeof(_Extended) == (144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112)
