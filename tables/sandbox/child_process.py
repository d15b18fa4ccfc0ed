"""Reads files of strangers in a child process, within limits of time and memory that grow with the file's bytes.

A PDF of 3 KB can take all memory and a day. The libraries that read such files know no limits, so the system sets
them: the child is ended at a limit, and the file is refused. Linux limits time and memory, macOS time, and Windows
memory (`tables.sandbox.windows_job`), while a thread of the child looks at its time there, and at its memory where jobs
limit nothing; everywhere the child is ended that says nothing for `_SILENT_S`.

The child gets a line of JSON and what else it needs on its standard input. It sends pieces: a head of JSON, and bytes.
"""

import json
import math
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, BinaryIO

from tables.sandbox import windows_job

MEMORY_BYTES, MEMORY_PER_BYTE, MOST_MEMORY_BYTES = 215_000_000, 16, 1_500_000_000
"""What a file may take beyond the reader itself: this, so much more for each of its bytes, never more than that."""
STEP_CPU_S, STEP_CPU_S_PER_BYTE = 2, 1e-6
"""The processor's time for opening a file, a page or a picture, and what is added for each byte of the file."""
FILE_CPU_S, CPU_S_PER_BYTE = 10, 60e-6
"""The same for all steps of a file together."""
_SILENT_S = 60.0
"""Longer than an old laptop with a busy virus scanner takes to load OpenCV."""
_WATCH_S = 0.1
_CHILD_BYTES = 200_000_000
"""What a child takes of itself, where that cannot be measured."""
_most: list[int] = []
"""The memory of this process beyond which it is ended, where it looks itself; empty elsewhere."""
_until_s = [math.inf]
"""The processor's time at which it is ended, there too."""
_ROOT = Path(__file__).resolve().parents[2]
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from tables.sandbox.child_process import work; work(sys.argv[2])"
_SIZES = struct.Struct(">IQ")
_MOST_HEAD = 1 << 20

Send = Callable[..., None]
"""Sends a piece to whoever reads: its bytes, and by name what its head says."""
Piece = tuple[dict[str, Any], bytearray]


class OverLimitError(Exception):
    """A child was ended at a limit or broke down, and what it was to read is refused."""


def memory_for(file_bytes: int) -> int:
    """How many bytes of memory the reading of a file of this size may take."""
    return min(MEMORY_BYTES + MEMORY_PER_BYTE * file_bytes, MOST_MEMORY_BYTES)


@contextmanager
def bounded(function: str, file_bytes: int, told: Mapping[str, Any], payload: bytes = b"") -> Iterator[Iterator[Piece]]:
    """Run a function in a child process; yield the pieces that it sends, as they come.

    Args:
        function: `module:name`; it takes the arguments, a `Send` and the payload.
        file_bytes: the size of what it reads, of the largest file where they are several.

    Raises:
        OverLimitError: while iterating, where the child did not come to its end.
        OSError: the system starts no process.
    """
    program, around = sys.executable, {**os.environ, "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
    if sys.platform == "win32":  # a venv's python.exe starts another one, which would be in no job
        program, around["__PYVENV_LAUNCHER__"] = getattr(sys, "_base_executable", program), program
    process = subprocess.Popen(
        [program, "-P", "-c", _CODE, str(_ROOT), function],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=around,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    job: Any = None
    try:
        if sys.platform == "win32":
            job = windows_job.limited(process, _CHILD_BYTES + memory_for(file_bytes))
        assert process.stdin is not None
        with suppress(OSError):  # a child that is gone already says so by sending nothing
            _write(process.stdin, json.dumps(told).encode() + b"\n")
            _write(process.stdin, payload)
        with suppress(OSError):
            process.stdin.close()
        yield _pieces(process)
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
        process.wait()
        if job is not None:
            job.close()


def _write(pipe: Any, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[pipe.write(left) :]


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[Piece]:
    assert process.stdout is not None
    pipe = process.stdout
    while True:
        timer = threading.Timer(_SILENT_S, process.kill)
        timer.daemon = True
        timer.start()
        try:
            head_bytes, data_bytes = _SIZES.unpack(_read(pipe, _SIZES.size))
            if head_bytes > _MOST_HEAD or data_bytes > MOST_MEMORY_BYTES:
                raise OverLimitError
            head: dict[str, Any] = json.loads(_read(pipe, head_bytes))
            data = _read(pipe, data_bytes)
        finally:
            timer.cancel()
        if head.get("end"):
            return
        yield head, data


def _read(pipe: Any, count: int) -> bytearray:
    data = bytearray(count)
    left = memoryview(data)
    while left:
        read = pipe.readinto(left)
        if not read:
            raise OverLimitError
        left = left[read:]
    return data


# --- in the child -----------------------------------------------------------------------------------------------------


def work(function: str) -> None:
    """Do what a parent asks for on standard input, and end the process."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no piece
    found = resolve_name(function)
    told, payload = json.loads(source.readline()), source.read()

    def send(data: Any = b"", **head: Any) -> None:
        _send(sink, head, data)

    try:
        found(told, send, payload)
        if not _is_over():
            send(end=True)
    except OSError:  # nobody reads any more
        os._exit(1)
    os._exit(0)  # at once: the parent has all, and taking libraries down takes time


def _send(sink: BinaryIO, head: Mapping[str, Any], data: Any) -> None:
    words, view = json.dumps(head).encode(), memoryview(data).cast("B")
    _write(sink, _SIZES.pack(len(words), len(view)) + words)
    _write(sink, view)  # type: ignore[arg-type]


def limited(file_bytes: int, cpu_s: float | None = None) -> Callable[[], None]:
    """Set the limits for a file, in the child, before it is opened; returns what is called before each further step.

    Args:
        cpu_s: the processor's time for all steps from now on; None: as the file's bytes say.
    """
    allowed_s = FILE_CPU_S + CPU_S_PER_BYTE * file_bytes if cpu_s is None else cpu_s
    end_s = time.process_time() + allowed_s
    end_at = _watched(memory_for(file_bytes)) if sys.platform == "win32" else _limited_by_system(file_bytes)

    def step() -> None:
        end_at(min(time.process_time() + STEP_CPU_S + STEP_CPU_S_PER_BYTE * file_bytes, end_s))

    step()
    return step


def _watched(memory_bytes: int) -> Callable[[float], None]:
    """End this process from a thread where it has taken more of the processor's time than it was last told, or more
    memory than this; what it took in between it is asked at its end (`work`).
    """

    def watch() -> None:
        while time.process_time() < _until_s[0] and not _is_over():
            time.sleep(_WATCH_S)
        os._exit(1)

    if not _most:  # one thread, whatever is allowed later
        threading.Thread(target=watch, daemon=True, name="time").start()
    _most[:] = [_taken_bytes() + memory_bytes]
    return partial(_until_s.__setitem__, 0)


@cache
def _taken_bytes() -> int:
    """The most memory that the reader had taken before it opened anything."""
    return windows_job.most_memory()


def _is_over() -> bool:
    """Whether this process has had more memory than it may."""
    return bool(_most) and windows_job.most_memory() > _most[0]


def _limited_by_system(file_bytes: int) -> Callable[[float], None]:
    """Let the system end this process where it takes more memory than a file allows, writes anything, or takes more of
    the processor's time than it was last told.
    """
    import resource
    import signal

    def end_at(until_s: float) -> None:
        _lower(resource.RLIMIT_CPU, int(until_s) + 1)
        signal.setitimer(signal.ITIMER_PROF, max(until_s - time.process_time(), 0.001))  # to less than a second

    with suppress(OSError, ValueError):  # macOS has no /proc, and takes no limit of memory
        _lower(resource.RLIMIT_AS, _loaded_bytes() + memory_for(file_bytes))
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)  # it has nothing to write
    return end_at


def _lower(what: int, most: int) -> None:
    """Set a soft limit; the hard one stays, so that the next step may have more."""
    import resource

    with suppress(OSError, ValueError):  # the computer's own limits are lower
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


@cache
def _loaded_bytes() -> int:
    """The address space that the reader takes before it has opened anything."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
