"""What a child process may do that reads a stranger's file: functions for `tables.sandbox.child_process` to run."""

import mmap
import os
import sys
import time
from pathlib import Path
from typing import Any

from tables.sandbox.child_process import Send, limited


def echo(told: dict[str, Any], send: Send, payload: bytes) -> None:
    """Send back what was told, then the payload in three pieces; what a library prints is nobody's piece."""
    print("a library's remark", flush=True)
    send(**told)
    for piece in (payload[:1], b"", payload[1:]):
        send(piece)


def eat(told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Take as much memory as was told.

    Where the system counts what is asked for, nothing is written to it: a computer that must find 48,000 pages first
    takes up to seconds of the processor's time for them, and that is another limit.
    """
    limited(told["file"])
    held = bytearray(told["eat"]) if sys.platform == "win32" else mmap.mmap(-1, told["eat"])
    send(eaten=len(held))


def spin(_told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Say one thing, and come to no end."""
    limited(0)
    send(begun=True)
    while True:
        pass


def go_on(_told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Be allowed more once it is known how much there is to do, and take more than was allowed at first."""
    limited(0, 0.2)
    limited(0)
    while time.process_time() < 0.6:
        pass
    send(done=True)


def crash(_told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """End as a library does that met what it could not bear."""
    send(begun=True)
    os.abort()


def write(told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Write a file, which no reader has to."""
    limited(0)
    Path(told["path"]).write_bytes(b"x" * 100)
    send(written=True)
