"""Files that are made to cost much, and what it costs to read one in a program of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.support.command_examples import ROOT

MOST_CPU_S, MOST_BYTES = 5.0, 300_000_000
NOT_READ = "is not read: reading it breaks the reader, or takes far more time or memory than a file of its size"
PROGRAM = ["main.py", "--lang", "en"]


@dataclass(frozen=True)
class Cost:
    """What a command said, and what it and its children took at the most."""

    code: int
    out: str
    err: str
    cpu_s: float
    peak_bytes: int


_MEASURE = """
import json, os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(child.pid, 0)
print("", json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]), sep="\\0")
"""
"""In a process between: Linux counts what the one that starts a program had in memory, and tests hold a lot."""
if sys.platform == "win32":
    _MEASURE = """
import ctypes, json, subprocess, sys, time
kernel, psapi = ctypes.WinDLL("kernel32"), ctypes.WinDLL("psapi")
child = subprocess.Popen(sys.argv[1:])
handle, memory, times = ctypes.c_void_p(int(child._handle)), (ctypes.c_size_t * 10)(), (ctypes.c_uint64 * 4)()
cpu_s = peak = 0
while child.poll() is None:
    psapi.GetProcessMemoryInfo(handle, memory, ctypes.sizeof(memory))
    kernel.GetProcessTimes(handle, *(ctypes.byref(times, 8 * at) for at in range(4)))
    cpu_s, peak = max(cpu_s, (times[2] + times[3]) / 1e7), max(peak, memory[1] / 1024)
    time.sleep(0.01)
print("", json.dumps([child.returncode, cpu_s, peak]), sep="\\0")
"""


def cost(*words: object) -> Cost:
    """Run one of our programs to its end. On Windows its children are not counted, which read pictures and pages."""
    command = [sys.executable, "-c", _MEASURE, sys.executable, str(ROOT / str(words[0])), *map(str, words[1:])]
    ran = subprocess.run(command, capture_output=True, check=True)
    out, _, measured = ran.stdout.decode("utf-8", "replace").rpartition("\0")
    code, cpu_s, peak = json.loads(measured)
    return Cost(
        code, out, ran.stderr.decode("utf-8", "replace"), cpu_s, peak * (1 if sys.platform == "darwin" else 1024)
    )


def assert_cheap(ran: Cost) -> None:
    assert "Traceback" not in ran.err
    assert ran.cpu_s < MOST_CPU_S
    assert ran.peak_bytes < MOST_BYTES


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its root."""
    out, starts = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    begin = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + begin + table + end


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


ROOT_OF = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
