"""What tests do that each system does in its own way, and the tests that are left out on Windows, with the reason."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tables.output import private_files

IS_WINDOWS = sys.platform == "win32"
OWN_CONSOLE: dict[str, int] = {"creationflags": 0x08000000} if IS_WINDOWS else {}  # CREATE_NO_WINDOW
"""How a process is started at which `press_ctrl_c` is to press: Windows sends keys to all that share a console."""
_PRESS = """
import ctypes, sys
kernel = ctypes.WinDLL("kernel32")
kernel.FreeConsole()
is_there = kernel.AttachConsole(int(sys.argv[1]))
kernel.SetConsoleCtrlHandler(None, 1)
sys.exit(not (is_there and kernel.GenerateConsoleCtrlEvent(0, 0)))
"""


LEFT_OUT, MOST_LEFT_OUT = "left out on Windows: ", 10
"""How the reason begins of a test that Windows leaves out, and how many such quick tests there may be."""


def left_out(reason: str) -> pytest.MarkDecorator:
    """A test that Windows leaves out; all of them are counted (`tests/tools/test_house.py`)."""
    return pytest.mark.skipif(IS_WINDOWS, reason=LEFT_OUT + reason)


@cache
def _makes_links() -> bool:
    """Whether this user can make a symbolic link; wine makes some that look like what they lead to."""
    with TemporaryDirectory() as folder:
        return bool(links(Path(folder) / "link", "file"))


def needs_links() -> pytest.MarkDecorator:
    """A test of symbolic links, counted as one that Windows leaves out."""
    reason = "a user may make no symbolic link there, and wine shows each as what it leads to"
    return pytest.mark.skipif(not _makes_links(), reason=LEFT_OUT + reason)


def press_ctrl_c(process: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C at a process, on Windows one with a console of its own."""
    if IS_WINDOWS:
        subprocess.run([sys.executable, "-c", _PRESS, str(process.pid)], check=True)
    else:
        import signal

        process.send_signal(signal.SIGINT)


def python_alone(folder: Path, *found: Path) -> list[str]:
    """The command of a Python that finds none of the packages that are installed, and, on Windows, these folders.

    An embedded Python finds its packages by a list beside it, whatever it is told: it is copied with a shorter list.
    """
    here = Path(sys.executable).parent
    lists = list(here.glob("python3*._pth"))
    for path in here.iterdir() if lists else ():
        if path.is_file():
            shutil.copy(path, folder)
    for name in lists:
        (folder / name.name).write_text("\n".join([f"{name.stem}.zip", ".", *map(str, found)]), "utf-8")
    return [str(folder / "python.exe") if lists else sys.executable, "-S"]


def on_linux(line: str) -> bool:
    """Run a line of Linux's shell, under wine too (`tools/windows/outside.c`); whether it ended with 0."""
    shell = shutil.which("sh")
    return shell is not None and subprocess.run([shell, "-c", line], capture_output=True).returncode == 0


def linux_path(path: Path) -> str:
    """The path of a file as Linux's shell takes it, under wine too."""
    name = str(path)
    if sys.platform == "win32":
        import ctypes

        with suppress(AttributeError):  # Windows itself
            name_of = ctypes.CDLL("kernel32").wine_get_unix_file_name
            name_of.restype = ctypes.c_char_p
            name = name_of(ctypes.c_wchar_p(name)).decode()
    return shlex.quote(name)


def make_unwritable(folder: Path, request: pytest.FixtureRequest) -> None:
    """Make a folder and what is in it unwritable: for root by a real read-only mount, for others by its modes."""
    if not IS_WINDOWS and os.geteuid() != 0:
        for path in (*folder.iterdir(), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
        request.addfinalizer(lambda: folder.chmod(0o755))
        return
    here = linux_path(folder)
    if not on_linux(f"mount --bind {here} {here}"):
        pytest.skip("root may write everywhere, and nothing can be mounted here; Windows has no such modes")
    request.addfinalizer(lambda: on_linux(f"umount {here}"))
    assert on_linux(f"mount -o remount,bind,ro {here}")


@contextmanager
def refused_by_the_system(path: Path) -> Iterator[Path]:
    """A file that nobody else can read meanwhile."""
    if not IS_WINDOWS:
        path.symlink_to("/proc/self/mem")
        yield path
        return
    import ctypes

    path.write_bytes(b"a")
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(path), 0xC0000000, 0, None, 3, 0, None)  # shared with nobody
    try:
        yield path
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def peak_bytes() -> int:
    """The most memory that this process has had at a time."""
    if IS_WINDOWS:
        return _memory_of(-1)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _memory_of(handle: int) -> int:
    """The most memory that a process of Windows has had at a time (psapi.h, PROCESS_MEMORY_COUNTERS)."""
    import ctypes

    counters = (ctypes.c_size_t * 10)()
    is_told = ctypes.WinDLL("psapi").GetProcessMemoryInfo(ctypes.c_void_p(handle), counters, ctypes.sizeof(counters))  # type: ignore[attr-defined,unused-ignore]
    assert is_told
    return counters[1]


def let_others_in(path: Path) -> None:
    """Let all users of this computer read a file."""
    if sys.platform == "win32":
        private_files._write_list(path, "D:(A;;FA;;;OW)(A;;FR;;;WD)")
    else:
        path.chmod(0o644)


def links(path: Path, target: Path | str, *, to_folder: bool = False) -> list[Path]:
    """Make a symbolic link and return it; nothing where this user may make none, or under wine, where none looks so."""
    try:
        path.symlink_to(target, target_is_directory=to_folder)
    except OSError:
        return []
    return [path] if path.is_symlink() else []
