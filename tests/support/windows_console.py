"""A command at a console of Windows: what it shows is read from the screen, and keys are pressed.

Run as a program, this is what sits at the console; whoever calls `at_console` needs none.
"""

import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Sequence

_MOST_S, _PAUSE_S = 240, 0.3


class _Key(ctypes.Structure):
    """INPUT_RECORD of wincon.h, with a KEY_EVENT_RECORD."""

    _fields_ = (
        ("event", ctypes.c_uint16),
        ("is_down", ctypes.c_int32),
        ("repeat", ctypes.c_uint16),
        ("key", ctypes.c_uint16),
        ("scan", ctypes.c_uint16),
        ("character", ctypes.c_uint16),
        ("state", ctypes.c_uint32),
    )


def at_console(command: Sequence[str], talk: Sequence[tuple[str, str]], around: dict[str, str]) -> int:
    """Run a command at a console of its own; each text is typed once what stands before it has been shown.

    Returns:
        Its exit code. Fails where something was never asked for.
    """
    words = [sys.executable, __file__, json.dumps([command, talk])]
    ran = subprocess.run(words, env=around, capture_output=True, check=True, creationflags=0x08000000)
    code, left, shown = json.loads(ran.stdout)
    assert not left, shown[-500:]
    return int(code)


def main(told: str) -> None:
    command, talk = json.loads(told)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateFileW.restype = ctypes.c_void_p
    names = ("CONIN$", "CONOUT$")
    keyboard, screen = (ctypes.c_void_p(kernel.CreateFileW(name, 0xC0000000, 3, None, 3, 0, None)) for name in names)
    kernel.SetConsoleCtrlHandler(None, 0)
    with open("CONIN$", "rb") as keys, open("CONOUT$", "wb") as lines:  # noqa: PTH123 -- no files
        child = subprocess.Popen(command, stdin=keys, stdout=lines, stderr=lines)
    kernel.SetConsoleCtrlHandler(None, 1)
    shown, end = "", time.monotonic() + _MOST_S
    while child.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
        text, count = ctypes.create_unicode_buffer(30_000), ctypes.c_uint32()
        kernel.ReadConsoleOutputCharacterW(screen, text, 30_000, 0, ctypes.byref(count))
        shown = text[: count.value]
        if talk and talk[0][0] in shown:
            time.sleep(_PAUSE_S)  # the prompt is shown a moment before the keyboard is listened to
            for character in talk.pop(0)[1].replace("\n", "\r"):
                if character == "\x03":
                    kernel.GenerateConsoleCtrlEvent(0, 0)
                for is_down in (1, 0) if character != "\x03" else ():
                    key = _Key(1, is_down, 1, 13 if character == "\r" else 0, 0, ord(character), 0)
                    kernel.WriteConsoleInputW(keyboard, ctypes.byref(key), 1, ctypes.byref(count))
    child.kill()
    print(json.dumps([child.wait(), talk, " ".join(shown.split())]))


if __name__ == "__main__":
    main(sys.argv[1])
