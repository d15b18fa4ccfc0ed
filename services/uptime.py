"""How long this computer has been running: a count that cannot be set, unlike the clock."""

import sys
import time
from pathlib import Path


def uptime() -> tuple[str, int] | None:
    """Return the name of this run of the computer and its milliseconds, sleep included; None where the system has
    neither.

    None on macOS: it counts no sleep, so a night would look like a jump of the clock.
    """
    try:
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "linux":
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
            return boot, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    except (OSError, ValueError):
        pass
    return None


if sys.platform == "win32":

    def _windows() -> tuple[str, int]:
        """Windows numbers its starts, and counts milliseconds from each, sleep included."""
        import ctypes
        import winreg

        path = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            number, _kind = winreg.QueryValueEx(key, "BootId")
        count = ctypes.windll.kernel32.GetTickCount64
        count.restype = ctypes.c_uint64
        return f"boot-{number}", int(count())
