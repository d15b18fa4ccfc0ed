"""Programs of ours, forked from a process that has loaded what they import: Python and the modules are read once a run.

Each is a process of its own with its own streams, folder and environment, and can be killed. How one begins and ends is
told by tests that start it as a user does (`tests/commands/test_commands_edge.py`).
"""

import atexit
import ctypes
import importlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STREAMS = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
_SERVE = "import sys; sys.path.insert(0, sys.argv[1]); from tests.support.forked import serve; serve()"
_CALL = "import sys; sys.path.insert(0, sys.argv[1]); from tests.support.forked import call; call(*sys.argv[2:])"
_LOADED = ("commands.errors", "commands.program", "commands.open_ledger", "services.exchange.transfer", "db.store")
_SUBREAPER = 36
"""Of prctl(2): who asks for it becomes the parent of processes whose own has ended."""
_turn = threading.Lock()


class Forked(subprocess.Popen[str]):
    """A `subprocess.Popen` whose process comes from the one that has loaded everything."""

    def _execute_child(self, args: Any, _executable: Any, *how: Any) -> None:
        cwd, env, pipes = how[3], how[4], how[8:14]
        reading, _, _, writing, _, errors = pipes
        asked = {"words": list(map(str, args)), "cwd": str(cwd or Path.cwd()), "env": dict(env or os.environ)}
        with _turn:
            socket.send_fds(_line(), [json.dumps(asked).encode()], [reading, writing, errors])
            self.pid = int(_line().recv(32))
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def run(function: str, *args: object, **more: Any) -> "subprocess.Popen[str]":
    """Begin a function, `module:name`, with these texts, in a process of its own; `more` is for `subprocess.Popen`."""
    streams = STREAMS | more
    words = [function, *map(str, args)]
    if sys.platform == "linux":
        return Forked(words, **streams)
    return subprocess.Popen([sys.executable, "-c", _CALL, str(ROOT), *words], **streams)


@cache
def _line() -> socket.socket:
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # so that the processes are children of this one
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server = subprocess.Popen([sys.executable, "-P", "-c", _SERVE, str(ROOT)], stdin=theirs.fileno())
    theirs.close()
    atexit.register(lambda: (ours.close(), server.wait()))
    return ours


def serve() -> None:
    """Fork for each that asks on standard input, until nobody can."""
    line = socket.socket(fileno=os.dup(0))
    import language

    language.use_in_process("en")  # help is read in it
    for name in _LOADED:
        importlib.import_module(name)
    while True:
        asked, files, _flags, _from = socket.recv_fds(line, 1 << 20, 3)
        if not asked:
            return
        said = json.loads(asked)
        resolve_name(said["words"][0])
        reading, writing = os.pipe()
        between = os.fork()
        if not between:
            child = os.fork()
            if child:
                os.write(writing, b"%d" % child)
                os._exit(0)
            for kept in (reading, writing, line.fileno()):
                os.close(kept)
            _become(said, files)
        os.waitpid(between, 0)
        line.send(os.read(reading, 32))
        for file in (reading, writing, *files):
            os.close(file)


def _become(said: dict[str, Any], files: list[int]) -> None:
    """Go on as a program that has just begun, and end."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        if file > 2:
            os.close(file)
    os.environ.clear()
    os.environ.update(said["env"])
    os.chdir(said["cwd"])
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- for as long as the process lasts
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]
    code: object = 1
    try:
        call(*said["words"])
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def call(function: str, *args: str) -> None:
    """Call a function by its name."""
    resolve_name(function)(*args)


def serah(*args: str) -> None:
    """Run `main.py` with these arguments."""
    import main

    sys.argv = [main.__file__, *args]
    main.leave(main.main())
