"""A command at a terminal of its own, as a user has it: what it shows is read, and keys are pressed."""

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from tests.support.portable import OWN_CONSOLE

CTRL_C = "\x03"
_WAIT_S = 240
"""A busy machine is slow."""
_SHOWN_FIRST_S = 0.3
"""A prompt is shown a moment before the keyboard is listened to."""
_SCREEN = 80 * 300


def at_terminal(command: Sequence[str], environment: Mapping[str, str], talk: Sequence[tuple[str, str]]) -> int:
    """Run a command and return its exit code; each text is typed once what comes before it in the pair is shown."""
    return (_at_console if sys.platform == "win32" else _at_pty)(command, environment, talk)


def _at_pty(command: Sequence[str], environment: Mapping[str, str], talk: Sequence[tuple[str, str]]) -> int:
    import pty
    import select

    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, environment)
    shown, pending = b"", list(talk)
    with contextlib.suppress(OSError):  # the terminal is gone when the command is
        while select.select([terminal], [], [], _WAIT_S)[0] and (piece := os.read(terminal, 65536)):
            shown += piece
            if pending and pending[0][0].encode() in shown:
                time.sleep(_SHOWN_FIRST_S)
                os.write(terminal, pending.pop(0)[1].encode())
    os.close(terminal)
    assert not pending, shown[-500:]
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _at_console(command: Sequence[str], environment: Mapping[str, str], talk: Sequence[tuple[str, str]]) -> int:
    """The same on Windows, where another process, this module as a program, takes part in the command's console."""
    with subprocess.Popen(command, env=dict(environment), **OWN_CONSOLE) as process:
        try:
            typist = [sys.executable, "-m", "tests.support.at_terminal", str(process.pid), json.dumps(talk)]
            ran = subprocess.run(typist, capture_output=True, text=True, encoding="utf-8", timeout=_WAIT_S * 2)
            assert ran.returncode == 0, ran.stdout[-500:] + ran.stderr
            return process.wait(_WAIT_S)
        finally:
            process.kill()


class _Key(ctypes.Structure):
    """A key that is pressed or let go (wincon.h, INPUT_RECORD)."""

    _fields_ = (
        ("kind", ctypes.c_uint16),
        ("is_down", ctypes.c_int32),
        ("repeat", ctypes.c_uint16),
        ("code", ctypes.c_uint16),
        ("scan", ctypes.c_uint16),
        ("letter", ctypes.c_uint16),
        ("state", ctypes.c_uint32),
    )


def _type_at(process: int, talk: Sequence[tuple[str, str]]) -> bool:
    """Type at the console of a process of Windows; whether all was asked for that is typed."""
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateFileW.restype = ctypes.c_void_p
    kernel.FreeConsole()
    end, pending = time.monotonic() + _WAIT_S, list(talk)
    while not kernel.AttachConsole(process):  # it has none at its very beginning
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    kernel.SetConsoleCtrlHandler(None, 1)
    screen, keyboard = (
        ctypes.c_void_p(kernel.CreateFileW(name, 0xC0000000, 3, None, 3, 0, None)) for name in ("CONOUT$", "CONIN$")
    )
    others, seen, count = (ctypes.c_uint32 * 2)(), ctypes.create_unicode_buffer(_SCREEN), ctypes.c_uint32()
    while pending and kernel.GetConsoleProcessList(others, 2) > 1 and time.monotonic() < end:
        kernel.ReadConsoleOutputCharacterW(screen, seen, _SCREEN, 0, ctypes.byref(count))
        if "".join(pending[0][0].split()) not in "".join(seen[: count.value].split()):  # lines are broken anywhere
            time.sleep(0.05)
            continue
        time.sleep(_SHOWN_FIRST_S)
        for letter in pending.pop(0)[1].replace("\n", "\r"):
            if letter == CTRL_C:  # what is waited for is a line all the same, where no real key was pressed
                kernel.GenerateConsoleCtrlEvent(0, 0)
                time.sleep(1)
                letter = "\r"
            for is_down in (1, 0):
                key = _Key(1, is_down, 1, 13 if letter == "\r" else 0, 0, ord(letter), 0)
                kernel.WriteConsoleInputW(keyboard, ctypes.byref(key), 1, ctypes.byref(count))
    if pending:
        print(" ".join(seen[: count.value].split()))
    return not pending


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(not _type_at(int(sys.argv[1]), json.loads(sys.argv[2])))
