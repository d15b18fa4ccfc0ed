"""Children that read strangers' files, forked from a process that has loaded their readers: Python begins once a run.

Each is still a process of its own, within the limits that it sets itself. `tests/tables/test_bounded.py` begins them as
the product does.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tables.sandbox import child_process

_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from tests.support.quick_children import serve; serve()"


class Child:
    """What `bounded` uses of a `subprocess.Popen`."""

    def __init__(self, words: list[str], *, env: dict[str, str], **_more: Any) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.stdin, self.stdout = os.fdopen(ours_in, "wb", buffering=0), os.fdopen(ours_out, "rb", buffering=0)
        asked = {"function": words[-1], "env": env, "cwd": str(Path.cwd())}
        self.pid = _ask(asked, [theirs_in, theirs_out])
        os.close(theirs_in)
        os.close(theirs_out)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)  # it is there until it was waited for

    def wait(self) -> int:
        return _ask({"wait": self.pid}, [])


_turn = threading.Lock()


def _ask(asked: dict[str, Any], files: list[int]) -> int:
    with _turn:
        socket.send_fds(_line(), [json.dumps(asked).encode()], files)
        return int(_line().recv(32))


@cache
def _line() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    around = {**os.environ, "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, "-P", "-c", _CODE, str(child_process._ROOT)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(words, stdin=theirs.fileno(), env=around, **quiet)
    theirs.close()
    atexit.register(lambda: (ours.close(), server.wait()))  # what it took counts as this process's
    return ours


def serve() -> None:
    """Fork for each that asks on standard input, until nobody can."""
    line = socket.socket(fileno=os.dup(0))
    while True:
        words, files, _flags, _from = socket.recv_fds(line, 1 << 20, 2)
        if not words:
            return
        asked = json.loads(words)
        if "wait" in asked:
            line.send(b"%d" % os.waitpid(asked["wait"], 0)[1])
            continue
        child_process.resolve_name(asked["function"])
        pid = os.fork()
        if not pid:
            line.close()
            os.environ.clear()
            os.environ.update(asked["env"])
            os.chdir(asked["cwd"])
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            child_process.work(asked["function"])
        for file in files:
            os.close(file)
        line.send(b"%d" % pid)


STARTED = subprocess
"""How the product begins them."""
if sys.platform == "linux":
    child_process.subprocess = SimpleNamespace(  # type: ignore[assignment]
        Popen=Child, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL
    )
