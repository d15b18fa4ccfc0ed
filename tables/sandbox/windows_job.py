"""Limits the memory of a child process on Windows: a Job object, which also ends it when this process ends.

Nothing is loaded of it on other systems. The structures are those of winnt.h, JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
"""

import ctypes
import subprocess
import sys
from contextlib import suppress

_EXTENDED_LIMIT_INFORMATION = 9
_PROCESS_MEMORY, _KILL_ON_JOB_CLOSE = 0x100, 0x2000


class _Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def most_memory() -> int:
    """The most bytes that this process has had at a time (psapi.h, PROCESS_MEMORY_COUNTERS); 0 on other systems."""
    counters = (ctypes.c_size_t * 10)()
    if sys.platform == "win32":
        ctypes.WinDLL("psapi").GetProcessMemoryInfo(ctypes.c_void_p(-1), counters, ctypes.sizeof(counters))
    return counters[1]


class Job:
    """A job with one process in it; closing it ends the process."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def close(self) -> None:
        """Close the handle."""
        if sys.platform == "win32":
            ctypes.WinDLL("kernel32").CloseHandle(ctypes.c_void_p(self._handle))


def limited(process: "subprocess.Popen[bytes]", memory_bytes: int) -> Job | None:
    """Put a process that has just begun into a job of this much memory; None where the system makes none."""
    if sys.platform == "win32":
        with suppress(OSError, AttributeError):
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateJobObjectW.restype = ctypes.c_void_p
            handle = kernel.CreateJobObjectW(None, None)
            if not handle:
                return None
            job, limits = Job(handle), _Extended()
            limits.basic.limit_flags = _PROCESS_MEMORY | _KILL_ON_JOB_CLOSE
            limits.process_memory = memory_bytes
            is_set = kernel.SetInformationJobObject(
                ctypes.c_void_p(handle), _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            if is_set and kernel.AssignProcessToJobObject(
                ctypes.c_void_p(handle), ctypes.c_void_p(int(process._handle))
            ):
                return job
            job.close()
    return None
