"""A plugin of pytest: runs the tests that were read once, then again for each mutant in a fork of this process."""

import functools
import gc
import json
import os
import random
import resource
import signal
import sys
import time
from collections import defaultdict
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from db import prepared
from tests.mutants.__main__ import FOUND, NAMED

_SLOWER, _LEAST_CPU_S, _MOST_S = 10, 2, 900
"""A mutant that takes so many times the processor's time of a test, and this besides, goes on for ever."""
_MOST_BYTES = 4 * 1024**3
_JOBS = int(os.environ.get("JOBS", "1"))
_OURS = ("custody", "evidence", "db", "tables", "services")
_TESTS = "tests"


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run all tests once as they are, then the mutants."""
    reach: defaultdict[str, list[int]] = defaultdict(list)
    took: list[float] = []
    caches = _caches()
    config()  # before a test goes to another folder
    set_mutant_under_test("stats")
    for number, item in enumerate(session.items):
        _forget(caches, _OURS)
        state()._stats.clear()
        began = time.process_time()
        # What a session or a file shares stays, for the forks.
        reports = runtestprotocol(item, log=False, nextitem=session.items[min(number + 1, len(session.items) - 1)])
        took.append(time.process_time() - began)
        if any(report.failed for report in reports):  # it reads the sources, which do not look like this
            print(f"left out, for it fails without any mutant: {item.nodeid}", file=sys.__stderr__, flush=True)
            state()._stats.clear()
        for function in state()._stats:
            reach[function].append(number)
    set_mutant_under_test("")
    named = json.loads(NAMED.read_text("utf-8"))
    done = {json.loads(line)["name"] for line in FOUND.read_text("utf-8").splitlines()} if FOUND.exists() else set()
    caches = _caches()
    gc.freeze()
    running: dict[int, tuple[str, float]] = {}
    with FOUND.open("a", encoding="utf-8") as found:
        todo = sorted(name for name in named if name not in done)
        random.Random(len(named)).shuffle(todo)  # so that what ran so far tells of all
        for count, name in enumerate(todo):
            numbers = _tests_for(name, reach[mangled_name_from_mutant_name(name)], session, took)
            while len(running) >= _JOBS:
                _wait(running, found)
            child = os.fork()
            if not child:
                _try(session, name, numbers, took, caches)
            running[child] = name, time.monotonic()
            if count % 50 == 0:
                print(f"{count} of {len(todo)}", file=sys.__stderr__, flush=True)
        while running:
            _wait(running, found)
    return True


def _caches() -> list[Any]:
    """Every function whose answers the process keeps."""
    return [found for found in gc.get_objects() if isinstance(found, functools._lru_cache_wrapper)]


def _forget(caches: list[Any], packages: tuple[str, ...]) -> None:
    """Forget what the process keeps of these packages: a mutant is asked for it again."""
    prepared._written.clear()
    for kept in caches:
        if (getattr(kept, "__module__", None) or "").partition(".")[0] in packages:
            kept.cache_clear()


def _tests_for(name: str, reached: list[int], session: pytest.Session, took: list[float]) -> list[int]:
    """Those of its package's folder that came through its function; first what is named for its module, then the
    quickest.
    """
    module, folder = name.split(".")[-2], f"tests/{name.partition('.')[0]}/"
    near = [number for number in reached if session.items[number].nodeid.startswith(folder)]
    return sorted(near, key=lambda number: (module not in session.items[number].path.stem, took[number]))


def _wait(running: dict[int, tuple[str, float]], found: Any) -> None:
    """Take in one that ended; a program that some test started may end, too."""
    child, status = os.wait()
    if child not in running:
        return
    name, began = running.pop(child)
    came = {0: "survived", signal.SIGALRM: "stuck"}.get(status, "caught")
    row = {"name": name, "came": came, "status": status}
    found.write(json.dumps(row | {"took_s": round(time.monotonic() - began, 2)}) + "\n")
    found.flush()


def _try(session: pytest.Session, name: str, numbers: list[int], took: list[float], caches: list[Any]) -> None:
    """Run the tests with this mutant; ends the process, with 0 where none of them fails."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_MOST_S)
    set_mutant_under_test(name)
    code = 0
    try:
        _forget(caches, (*_OURS, _TESTS))
        if numbers:
            session._setupstate.teardown_exact(session.items[numbers[0]])
        for number, after in zip(numbers, [*numbers[1:], *numbers[-1:]], strict=True):
            signal.setitimer(signal.ITIMER_PROF, _LEAST_CPU_S + _SLOWER * took[number])
            reports = runtestprotocol(session.items[number], log=False, nextitem=session.items[after])
            if any(report.failed for report in reports):
                code = 1
                break
    except BaseException:
        code = 1
    os._exit(code)
